"""What every refusal of a store must be: one error with its code, and nothing of what was stored or asked in it."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest

from vetting.errors import ExitCode, VettingError


def refused(act: Callable[[], object], code: str, exit_code: ExitCode = ExitCode.STORAGE) -> VettingError:
    """Run `act`, which must be refused with this code, in one sentence with a remedy; return the error."""
    with pytest.raises(VettingError) as refusal:
        act()
    error = refusal.value
    assert (error.code, error.exit_code) == (code, exit_code)
    assert error.sentence.endswith((".", ")."))
    assert error.remedy.endswith(".")
    shown = "".join(traceback.format_exception(error))
    assert "During handling" not in shown, "the database's own error would be shown"
    for word in ("SELECT", "INSERT", "sqlalchemy.exc", "psycopg.errors", "sqlite3."):
        assert word not in f"{error} {error.code}"
    return error

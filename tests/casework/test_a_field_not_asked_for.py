"""Nobody can type a protected class into a candidate file: what is not asked for is refused in words of ours."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from vetting.casework.candidate_file import load_candidate
from vetting.errors import VettingError


def test_a_field_that_is_not_asked_for_is_named_and_removed(tmp_path: Path) -> None:
    path = tmp_path / "dana.toml"
    path.write_text('full_name = "Dana Whitfield"\ntown = "Riverton"\nreligion = "none"\n', encoding="utf-8")
    with pytest.raises(VettingError) as refusal:
        load_candidate(path, datetime(2026, 11, 1, tzinfo=UTC), may_request_handles=True)
    assert refusal.value.code == "candidate_invalid"
    assert str(refusal.value).endswith("holds a field that is not asked for: religion. Remove it.")

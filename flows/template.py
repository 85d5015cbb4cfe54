"""A migrated, empty Prefect database kept beside the installed packages, so that a new data folder needs no migrations.

Prefect's migrations take seven seconds on an empty file. Set-up runs them once (`python -m flows.build_template`); the
template belongs to one version of Prefect and holds no run. Without it everything works, the first start is slower.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from contextlib import closing, suppress
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile

DATABASE = "prefect.db"


def template_file() -> Path:
    """Where the template of the installed Prefect lies: in the virtual environment, and gone with it."""
    return Path(sys.prefix) / "share" / "vetting" / f"prefect-{version('prefect')}.db"


def lay(home: Path, template: Path) -> bool:
    """Gives `home` a copy of the template if it has no database yet; whether it did. Mode 0600, all or nothing."""
    database = home / DATABASE
    if database.exists() or not template.is_file():
        return False
    with NamedTemporaryFile(dir=home, prefix=".prefect-") as copy:  # mode 0600 from the start
        with template.open("rb") as original:
            shutil.copyfileobj(original, copy)
        copy.flush()
        with suppress(FileExistsError):  # another process was first: its database stays
            os.link(copy.name, database)
            return True
    return False


def save(database: Path, template: Path) -> None:
    """Writes a compact copy of a freshly migrated `database` as the template. Raises OSError or sqlite3.Error."""
    template.parent.mkdir(parents=True, exist_ok=True)
    fresh = template.with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("VACUUM INTO ?", (str(fresh),))
    fresh.chmod(0o644)
    fresh.replace(template)

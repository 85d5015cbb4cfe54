"""A data folder for one test: made once in a run as `vetting init` makes it, and copied, for making one takes time."""

import atexit
import shutil
import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from vetting.casework.opening import create_home
from vetting.settings import ROOMS, Settings, load_settings


@cache
def _made() -> Path:
    """A data folder by the configuration of the repository, whose stores nobody has open."""
    folder = Path(tempfile.mkdtemp(prefix="vetting-tests-home-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    home = folder / "home"
    create_home(load_settings(home), lambda: datetime.now(UTC))
    for store in (home / room / f"{room}.db" for room in ROOMS):
        if store.exists():
            with closing(sqlite3.connect(store)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return home


def set_up(settings: Settings) -> Settings:
    """Puts a data folder at its place, with the keys and stores of every other test's and nothing else in it."""
    shutil.copytree(_made(), settings.home)
    return settings

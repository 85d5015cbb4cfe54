"""The demo's folder: emptied before each demo, one demo at a time, and never a folder that no demo made."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vetting.errors import refused
from vetting.files import disk_errors
from vetting.settings import DEMO_MARKER, Settings, load_settings

TRIES = 3
"""The server of a demo that was killed a moment ago may still be closing its files."""


@contextmanager
def fresh_home(home: Path) -> Iterator[Settings]:
    """An empty data folder, this demo's alone inside the block.

    Refuses to remove anything that no demo made, a folder in which another demo runs, and one that cannot be emptied.
    The marker comes first and is never removed: wherever a demo is stopped, the next one may empty the folder.
    """
    with disk_errors(f"The demo's folder {home}", "Make it writable or remove it, then repeat."):
        marker = _marked(home)
    try:
        _lock(marker, home)
        with disk_errors(f"The demo's folder {home}", "Remove it, then repeat."):
            _empty(home)
        yield load_settings(home)
    finally:
        os.close(marker)


def _marked(home: Path) -> int:
    """The open marker of an earlier demo, or a new one in an empty folder."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = {path.name for path in home.iterdir()}
    if found and DEMO_MARKER not in found:
        raise refused("not_a_demo", f"{home} exists and is no demo's.", "Move it away, or run the demo elsewhere.")
    home.chmod(0o700)
    return os.open(home / DEMO_MARKER, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)


def _lock(marker: int, home: Path) -> None:
    """Holds the folder until the process ends, however it ends."""
    try:
        fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise refused(
            "demo_running", f"Another demo is running in {home}.", "Wait for its end, or run this one elsewhere."
        ) from None


def _empty(home: Path) -> None:
    """Removes everything but the marker."""
    for left in reversed(range(TRIES)):
        try:
            for path in home.iterdir():
                if path.name != DEMO_MARKER:
                    _remove(path)
        except OSError:
            if not left:
                raise
            time.sleep(0.3)
        else:
            return


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)

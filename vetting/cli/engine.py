"""Prefect around one command: its temporary server starts first, so that it comes up while everything else is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flows import runtime
from vetting.errors import storage
from vetting.settings import Settings


@contextmanager
def warming(settings: Settings) -> Iterator[runtime.Server]:
    """Starts the server in the background; stops it if the block ends before a flow ever ran.

    What a command checks in the meantime (person, case, stores) costs no extra time. Refuses a data folder that was not
    set up, so that a mistyped VETTING_HOME leaves nothing behind.
    """
    if not settings.home.is_dir():
        raise storage("home_missing", f"There is no data folder at {settings.home}.", "Create it with: vetting init.")
    server = runtime.start(settings.prefect_home)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()

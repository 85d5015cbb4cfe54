"""Prefect around one command: its temporary server starts first, so that it comes up while everything else is read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from flows import runtime
from vetting.errors import VettingError, storage
from vetting.settings import Settings, choose_home, is_data_folder

RUNS_A_FLOW = frozenset({"run", "release", "nightly"})
_started: list[runtime.Server] = []


@contextmanager
def head_start(arguments: Sequence[str]) -> Iterator[None]:
    """Starts the server before the rest of the program is even imported, for a command that will need it.

    Whatever is wrong here is no error yet: the command meets it again, and says so.
    """
    with suppress(VettingError, OSError):
        home, _ = choose_home(os.environ, Path.cwd())
        if arguments and arguments[0] in RUNS_A_FLOW and "--help" not in arguments and is_data_folder(home):
            _started.append(runtime.start(home / "prefect"))
    try:
        yield
    finally:
        while _started:
            _stop(_started.pop())


@contextmanager
def warming(settings: Settings, *, log_alone: bool = False) -> Iterator[runtime.Server]:
    """The server of this command, already starting or started now; stopped if the block ends before a flow ran.

    What a command checks in the meantime (person, case, stores) costs no extra time. Refuses a data folder that was not
    set up, so that a mistyped VETTING_HOME leaves nothing behind; a copy of the log is enough where it is read alone.
    """
    if not (is_data_folder(settings.home) or (log_alone and settings.log_verifier_key.is_file())):
        raise storage("home_missing", f"There is no data folder at {settings.home}.", "Create it with: vetting init.")
    server = _started.pop() if _started else runtime.start(settings.prefect_home)
    try:
        yield server
    finally:
        _stop(server)


def _stop(server: runtime.Server) -> None:
    if server.process.poll() is None:
        server.stop()

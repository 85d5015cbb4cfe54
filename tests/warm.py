"""A process that has read the program once and forks for each command: the same command, without a second of reading.

The promises type hundreds of commands. Each still is a process of its own, with its own streams, environment and exit
code; what differs from `python -m vetting.cli` is that the modules are in memory before the command prepares
itself. How the program starts, is stopped while it does, or stands at a terminal is tried with `COMMAND` instead.
"""

import gc
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from io import FileIO, TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, cast

from vetting.cli import app, main

STREAMS = ("stdin", "stdout", "stderr")


class Warm:
    """The process that forks, one command after the other. It ends with the test process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.warm"],
            cwd=Path(__file__).resolve().parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # and no terminal: a command that asks there is told so, as under a service manager
        )

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], typed: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Runs one command to its end, with `typed` on its standard input."""
        with TemporaryDirectory() as folder:
            streams = [Path(folder) / name for name in STREAMS]
            streams[0].write_text(typed, encoding="utf-8")
            request = [list(arguments), dict(environment), [str(stream) for stream in streams]]
            code = int(self._answer(json.dumps(request)))
            said = [stream.read_text(encoding="utf-8") for stream in streams[1:]]
        return subprocess.CompletedProcess(list(arguments), code, *said)

    def _answer(self, request: str) -> bytes:
        try:
            to, back = cast("BinaryIO", self._process.stdin), cast("BinaryIO", self._process.stdout)
            to.write(f"{request}\n".encode())
            to.flush()
            return back.readline()
        except BaseException:  # a test that took too long: its answer must not be the next one's
            self._process.kill()
            warm.cache_clear()
            raise


@cache
def warm() -> Warm:
    """The one of this test process."""
    return Warm()


def _serve() -> None:
    """Returns in the child, for each command anew; ends the parent when nobody asks any more."""
    for request in sys.stdin:
        if (child := os.fork()) == 0:
            _become(*json.loads(request))
            return
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
    sys.exit()


def _become(arguments: list[str], environment: dict[str, str], streams: list[str]) -> None:
    for number, stream in enumerate(streams):
        opened = os.open(stream, os.O_WRONLY | os.O_CREAT if number else os.O_RDONLY, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = TextIOWrapper(FileIO(0, closefd=False), encoding="utf-8")
    sys.stdout, sys.stderr = (TextIOWrapper(FileIO(n, "w", closefd=False), encoding="utf-8") for n in (1, 2))
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["vetting", *arguments]


def _read() -> None:
    """Reads the program; what it holds from now on is left alone by the child, which would else copy it."""
    app.whole()
    gc.freeze()


if __name__ == "__main__":
    _read()
    _serve()
    main()

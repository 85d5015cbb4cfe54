"""What the command asks of the operating system before it reads anything: private memory, streams, an orderly end.

Imports the standard library only, and little of it: Ctrl-C is answered from the first moment on.
"""

from __future__ import annotations

import codecs
import io
import os
import resource
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, TextIO

from vetting.cli import STOPPED, STOPPED_CODE

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

PR_SET_DUMPABLE = 4
SPELT = "vetting.spelt"
SPELT_BY_NUMBER = "backslashreplace"
_PLAIN = {"…": "...", "‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "•": "*"}  # noqa: RUF001
_SHOW_CURSOR = b"\x1b[?25h"


def prepare() -> None:
    """Puts everything below in force. VETTING_DEBUG leaves memory and tracebacks open, for invented data."""
    os.umask(0o077)
    _open_streams()
    ctrl_c.listen()
    if not os.environ.get("VETTING_DEBUG"):
        close_memory()
        _close_mouths()


# -------------------------------------------------------------------------------------------------- memory


def close_memory() -> None:
    """No core dump, here or in a child, and no debugger of the same account: the memory holds keys and captured text.

    Two locks, for a dump that is piped to a program (systemd, apport) heeds the second only.
    """
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with suppress(ImportError, OSError, AttributeError):
            import ctypes

            ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def _close_mouths() -> None:
    """A fault while an object or a thread ends is printed by Python with a traceback, past every sentence of ours."""
    sys.unraisablehook = lambda _fault: None
    threading.excepthook = lambda _fault: None


# -------------------------------------------------------------------------------------------------- streams


class _Lasting(io.FileIO):
    """A stream whose reader may go away (`| head`): what is said then is lost, and the work goes on."""

    forgiven: type[OSError] = BrokenPipeError

    def write(self, words: ReadableBuffer, /) -> int:
        """Writes, or says that it did."""
        try:
            return super().write(words) or 0
        except self.forgiven:
            return memoryview(words).nbytes


class _LastWords(_Lasting):
    """Standard error: where it fails, there is nobody left to tell."""

    forgiven = OSError


def _open_streams() -> None:
    """Three streams, whatever was closed or narrow: a store must not be opened under the number of standard output."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # noqa: FBT003 - the lowest free number
    if os.environ.get("COLUMNS") == "0":  # some terminals say so; nothing can be written in no columns
        del os.environ["COLUMNS"]
    codecs.register_error(SPELT, _spelt)
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False))
    sys.stdout = _stream(_Lasting(1, "w", closefd=False), sys.stdout)
    sys.stderr = _stream(_LastWords(2, "w", closefd=False), sys.stderr)


def _spelt(error: UnicodeError) -> tuple[str, int]:
    """What an alphabet lacks: marks in their plain form, letters by their number."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(_PLAIN.get(c) or c.encode("ascii", SPELT_BY_NUMBER).decode() for c in letters), error.end


def _stream(raw: _Lasting, before: TextIO | None) -> TextIO:
    """Text on the stream, in the alphabet that the terminal has."""
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=before.encoding if before else "utf-8",
        errors=SPELT,
        line_buffering=raw.fileno() == 2 or raw.isatty(),
    )


def all_said(code: int) -> int:
    """The exit code, after standard output has taken everything; STORAGE where it could not (a full disk)."""
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is left is not tried again
        if not code:
            why = error.strerror or "input/output error"
            sys.stderr.write(f"The result could not be written ({why}).\nMake room, then repeat.\n")
            return 7
    return code


# --------------------------------------------------------------------------------------------------- Ctrl-C


@dataclass(slots=True)
class CtrlC:
    """While a command works, the first Ctrl-C ends it in order. Any other ends the process at once.

    The same for whoever ends the command without a keyboard: a service manager (SIGTERM), a terminal that was closed
    (SIGHUP).

    Before, the program is still being read and nothing is open; afterwards, everything is recorded; and who presses
    twice does not want to wait. A store undoes what was half-written, as after a crash.
    """

    in_order: bool = False
    pressed: bool = False
    code: int = STOPPED_CODE
    """The exit code: 128 and the number of the signal, as shells count."""

    def listen(self) -> None:
        """Answers from now on, unless whoever started the command wanted the signal ignored (`nohup`)."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) in {signal.default_int_handler, signal.SIG_DFL}:
                signal.signal(number, self._answer)

    @contextmanager
    def ends_in_order(self) -> Iterator[None]:
        """The block in which the first Ctrl-C is a KeyboardInterrupt."""
        self.in_order = True
        try:
            yield
        finally:
            self.in_order = False

    def _answer(self, number: int, _frame: FrameType | None) -> None:
        self.code = 128 + number
        if not self.in_order or self.pressed:
            leave_at_once(self.code)
        self.pressed = True
        raise KeyboardInterrupt


def leave_at_once(code: int) -> None:
    """Ends the process with the sentence, without any of Python's clearing up, and with a terminal as it should be."""
    with suppress(OSError):
        if os.isatty(2) and os.environ.get("TERM", "dumb") != "dumb":
            os.write(2, _SHOW_CURSOR)
        os.write(2, b"\n" * os.isatty(2) + STOPPED.encode() + b"\n")
    os._exit(code)


ctrl_c = CtrlC()

"""A terminal with a person at it: what a command shows there, and what is typed."""

import fcntl
import os
import pty
import select
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.demonstration import COMMAND, DEMO_SECONDS, ROOT

CTRL_C = b"\x03"
CTRL_D = b"\x04"


@dataclass
class Terminal:
    """One command at a terminal of its own, which is also its controlling terminal."""

    process: subprocess.Popen[bytes]
    screen: int
    """Our side."""
    line: int
    """The command's side, kept open so that its settings can be looked at afterwards."""
    shown: bytes = b""
    deadline: float = field(default_factory=lambda: time.monotonic() + DEMO_SECONDS)

    @classmethod
    def run(
        cls, arguments: Sequence[str], environment: Mapping[str, str], columns: int = 80, here: Path = ROOT
    ) -> "Terminal":
        """Starts the command."""
        screen, line = pty.openpty()
        termios.tcsetwinsize(line, (24, columns))
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=here,
            env=environment,
            stdin=line,
            stdout=line,
            stderr=line,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - one system call
        )
        return cls(process=process, screen=screen, line=line)

    def wait_for(self, words: str) -> None:
        """Returns once the words are on the screen; fails if the command ends without them."""
        while words.encode() not in self.shown:
            assert self._look() or self.process.poll() is None, self.text
            assert time.monotonic() < self.deadline, self.text

    def asks(self, question: str) -> None:
        """Returns once the question is on the screen and the command waits for its answer.

        A key between the two can be lost: Python has looked for signals and is not reading yet, or throws away what was
        typed while letters still showed.
        """
        self.wait_for(question)
        for _ in range(2):  # asleep for a moment only, over something else, is no waiting
            while not self._asleep():
                assert time.monotonic() < self.deadline, self.text
            time.sleep(0.1)

    def _asleep(self) -> bool:
        """proc_pid_stat(5): the state comes after the name, which ends with the last bracket."""
        assert self.process.poll() is None, self.text
        state = Path(f"/proc/{self.process.pid}/stat")
        return not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "S"

    def type(self, keys: bytes) -> None:
        """Presses the keys."""
        os.write(self.screen, keys)

    def end(self) -> int:
        """The exit code, once the command has ended by itself."""
        while self.process.poll() is None:
            self._look()
            assert time.monotonic() < self.deadline, self.text
        while self._look():
            pass
        return int(self.process.returncode)

    @property
    def text(self) -> str:
        """Everything that was shown."""
        return self.shown.decode("utf-8", "backslashreplace").replace("\r", "")

    def echoes(self) -> bool:
        """Whether what is typed is shown again."""
        return bool(termios.tcgetattr(self.line)[3] & termios.ECHO)

    def close(self) -> None:
        """Hangs up."""
        self.process.kill()
        self.process.wait()
        os.close(self.screen)
        os.close(self.line)

    def _look(self) -> bool:
        """Takes what is new on the screen; whether there was anything."""
        ready, _, _ = select.select([self.screen], [], [], 0.1)
        if not ready:
            return False
        self.shown += os.read(self.screen, 65536)
        return True

"""Reading a SQLite log without writing to it: an auditor's copy, another account's folder, a read-only medium.

SQLite reads a log that is being written through two side files, -wal and -shm, and makes them where they are missing.
Where they cannot be made, and no entry waits in them, the file is read by itself, and watched: nobody else's lock holds
it still then.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from vetting.log.errors import LogMissingError, LogUnavailableError


class Untouched:
    """One log file, opened for reading only."""

    __slots__ = ("_alone", "_file", "_waiting")

    def __init__(self, file: Path) -> None:
        self._file = file
        self._waiting = Path(f"{file}-wal")
        self._alone = False

    @property
    def address(self) -> str:
        """How SQLite is to open the file; inside `still` only."""
        return f"file:{quote(str(self._file))}?mode=ro{'&immutable=1' if self._alone else ''}"

    @contextmanager
    def still(self) -> Iterator[None]:
        """The block in which the file is opened and read.

        Raises `LogMissingError` where there is no file, and `LogUnavailableError` where entries wait in a -wal file
        that cannot be read here, or where the file was written to while nothing could hold it still.
        """
        before = self._state()
        if before is None:
            raise LogMissingError("There is no log at that address, or this account may not open it.")
        self._alone = not (self._may_write() or self._entries_wait())
        try:
            yield
        except (LogMissingError, LogUnavailableError):
            if self._entries_wait() and not self._may_write():
                raise _unreadable_wal() from None
            raise
        finally:
            if self._alone and self._state() != before:
                raise _written_meanwhile() from None

    def _may_write(self) -> bool:
        """Whether SQLite can make its side files, as it does for whoever may write to the log."""
        return all(os.access(path, os.W_OK) for path in (self._file, self._file.parent))

    def _entries_wait(self) -> bool:
        try:
            return self._waiting.stat().st_size > 0
        except OSError:
            return False

    def _state(self) -> tuple[int, int, int] | None:
        """What changes when the file is written; None where it is no file that this account can see."""
        try:
            status = self._file.stat()
        except OSError:
            return None
        return (status.st_ino, status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None


def _unreadable_wal() -> LogUnavailableError:
    return LogUnavailableError(
        "The newest entries lie in the log's -wal file, which cannot be read here.",
        remedy="Copy the log with its -wal file into a folder that you may write to, and verify the copy.",
    )


def _written_meanwhile() -> LogUnavailableError:
    return LogUnavailableError(
        "The log was written to while it was read, so nothing can be said of it.",
        remedy="Run the command again when nobody works on it, or on a copy.",
    )

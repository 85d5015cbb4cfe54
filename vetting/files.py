"""Files that a person names: read once and only if they are files, written whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from io import BufferedReader
from pathlib import Path

from vetting.errors import VettingError, bad_input, storage

MEBIBYTE = 1024 * 1024
_BLOCK = MEBIBYTE


def read_file(path: Path, limit: int) -> bytes:
    """The content. Refuses a missing or unreadable file, what is no file, and one of more than `limit` bytes.

    A pipe or a device would be waited for without end or have none, and what is larger would only fill the memory.
    """
    with open_file(path) as file:
        return read_opened(file, path, limit)


def read_opened(file: BufferedReader, path: Path, limit: int) -> bytes:
    """The whole content of an open file. Refuses one of more than `limit` bytes, as `path`."""
    content = beginning_of(file, path, limit + 1)
    if len(content) > limit:
        raise _too_large(path, limit)
    return content


def beginning_of(file: BufferedReader, path: Path, size: int) -> bytes:
    """The first `size` bytes of an open file."""
    with _read_errors(path):
        file.seek(0)
        return file.read(size)


def digest_of(path: Path, limit: int) -> bytes:
    """The SHA-256 of the content, read piece by piece. Refuses what `read_file` refuses."""
    with open_file(path) as file:
        return digest_of_opened(file, path, limit)


def digest_of_opened(file: BufferedReader, path: Path, limit: int) -> bytes:
    """The SHA-256 of an open file from its beginning. Refuses one of more than `limit` bytes, as `path`."""
    digest, size = hashlib.sha256(), 0
    with _read_errors(path):
        file.seek(0)
        while size <= limit and (block := file.read(_BLOCK)):
            digest.update(block)
            size += len(block)
    if size > limit:
        raise _too_large(path, limit)
    return digest.digest()


def read_text(path: Path, limit: int) -> str:
    """The content as text. Refuses what `read_file` refuses, and what is not UTF-8."""
    try:
        return read_file(path, limit).decode("utf-8")
    except UnicodeDecodeError:
        raise bad_input("file_not_utf8", f"{path} is not UTF-8 text.", "Save it as UTF-8.") from None


def write_file(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Writes the file in place of an earlier one, which stays whole until the new one is on the disk.

    A link or a pipe of that name is replaced and never written through. Raises OSError where there is no room, no
    right, or a folder of that name, and leaves nothing half-written; what a killed writer left is removed by the next.
    """
    draft, number = _new_draft(path)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(number, mode)
            os.fsync(number)
        draft.replace(path)
    except BaseException:  # also Ctrl-C: a draft is a copy of a report
        draft.unlink(missing_ok=True)
        raise
    _settle(path.parent)


def check_place(path: Path) -> None:
    """Raises OSError where `write_file` could not begin: no such folder, no right, or too long a name.

    Refuses what is there and is no file: a folder, a pipe or a device would be in the way or be replaced. A link may.
    """
    with suppress(FileNotFoundError):
        status = path.lstat()
        if not stat.S_ISLNK(status.st_mode):
            _refuse_special(path, status)
    draft, number = _new_draft(path)
    os.close(number)
    draft.unlink()


def _new_draft(path: Path) -> tuple[Path, int]:
    """A draft of the file, empty and open."""
    _remove_orphans(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    return draft, os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _remove_orphans(path: Path) -> None:
    """Removes the drafts of this file whose writer lives no more."""
    for draft in path.parent.glob(f".{escape(path.name)}.*.part"):
        writer = draft.name.split(".")[-2]
        if writer.isdecimal() and (int(writer) == os.getpid() or not _lives(int(writer))):
            with suppress(OSError):  # somebody else's, in a folder where each removes their own only
                draft.unlink()


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except PermissionError:
        return True  # somebody else's
    except (ProcessLookupError, OverflowError):
        return False
    return True


def _settle(folder: Path) -> None:
    """Waits until the disk holds the new name too; a file system that cannot say so is taken at its word."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(number)
        finally:
            os.close(number)


@contextmanager
def disk_errors(what: str, remedy: str) -> Iterator[None]:
    """A sentence for what the disk refuses inside: that `what` cannot be written and why, and `remedy` or more room."""
    try:
        yield
    except OSError as error:
        why = error.strerror or "input/output error"
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        advice = "Make room, then repeat." if full else remedy
        advice = f"Give it a shorter name. {advice}" if error.errno == errno.ENAMETOOLONG else advice
        raise storage("file_not_written", f"{what} cannot be written ({why}).", advice) from None


def open_file(path: Path) -> BufferedReader:
    """The file, open for reading. Refuses what `read_file` refuses, but for what is long; its caller closes it."""
    with _read_errors(path):
        _refuse_special(path, path.stat())  # before it is opened: opening some devices sets them going
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        _refuse_special(path, os.fstat(number))  # it may have been exchanged in between
        return os.fdopen(number, "rb")
    except BaseException:
        os.close(number)
        raise


@contextmanager
def _read_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise bad_input("file_missing", f"{path} does not exist.", "Check the path.") from None
    except OSError as error:
        why = error.strerror or "input/output error"
        raise storage("file_unreadable", f"{path} cannot be read ({why}).", "Check its name and permissions.") from None
    except ValueError:  # a name that no file can have
        raise bad_input("file_missing", "A file of that name cannot exist.", "Check the path.") from None


def _refuse_special(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise bad_input("not_a_file", f"{path} is a folder, a pipe or a device.", "Name a file.")


def _too_large(path: Path, limit: int) -> VettingError:
    shown = f"{limit // MEBIBYTE} MiB" if limit >= MEBIBYTE else f"{limit} bytes"
    return bad_input("file_too_large", f"{path} is larger than {shown}.", "Check that it is the file you mean.")

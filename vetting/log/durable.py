"""Files that are on the disk, whole, before anybody acts on them. Raises plain `OSError`."""

import os
from contextlib import suppress
from pathlib import Path


def write_new(path: Path, content: bytes, mode: int) -> None:
    """Write a file that must not be there yet; raises `FileExistsError` if it is, and never replaces it."""
    draft = _drafted(path.with_name(f".{path.name}.{os.getpid()}"), content, mode)
    try:
        os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    settle(path.parent)


def replace(path: Path, content: bytes, mode: int) -> None:
    """Write a file in place of an earlier one, which stays whole until the new one is on the disk.

    One writer at a time, which the caller sees to; a draft that a killed writer left is removed by the next.
    """
    draft = _drafted(path.with_name(f".{path.name}.part"), content, mode)
    try:
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    settle(path.parent)


def settle(folder: Path) -> None:
    """Wait until the disk holds the folder's new names too; a file system that cannot say so is taken at its word."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _drafted(draft: Path, content: bytes, mode: int) -> Path:
    """The draft, once its content is on the disk."""
    draft.unlink(missing_ok=True)
    number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(number, mode)
            os.fsync(number)
    except BaseException:  # also Ctrl-C: a draft may hold a key
        draft.unlink(missing_ok=True)
        raise
    return draft

"""Files by others, read as bytes and believed in nothing: plain files only, each of bounded length, no link followed.

Works on every system Python runs on; what a sentence says of a name is spelt out, for a name may command a terminal.
"""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from vetting.log.errors import FileError, LogDamagedError

_BLOCK = 1 << 20
_READ_ONLY = os.O_RDONLY | sum(
    getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY")
)
_LONGEST_NAME = 60
_GIVEN = "the "
"""So begins what a file is called that was named by whoever asks: `the policy`, and not `entries.jsonl`."""


def spelt(name: object) -> str:
    """A name as it can be shown anywhere: ASCII, what commands a terminal by its number, and not too much of it."""
    shown = ascii(str(name))[1:-1]
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[:_LONGEST_NAME]}..."


def _said(name: str) -> str:
    """A name at the beginning of a sentence."""
    return spelt(f"T{name[1:]}" if name.startswith(_GIVEN) else name)


def _absent(name: str, sentence: str) -> FileError:
    """What somebody named on the command line may be elsewhere; what a bundle lacks, its sender has."""
    return FileError(f"{_said(name)} {sentence}", remedy="Check the path." if name.startswith(_GIVEN) else None)


@contextmanager
def opened(path: Path, name: str) -> Iterator[BinaryIO]:
    """The file, open for reading. Raises `FileError` where there is none, or a link, folder, pipe or device."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):  # before it is opened: opening some devices sets them going
            raise FileError(f"{_said(name)} is a link, a folder, a pipe or a device.")
        number = os.open(path, _READ_ONLY)
    except FileNotFoundError:
        raise _absent(name, "is missing.") from None
    except (OSError, ValueError):
        raise FileError(f"{_said(name)} cannot be read.") from None
    with os.fdopen(number, "rb") as file:
        if not stat.S_ISREG(os.fstat(number).st_mode):  # it may have been exchanged in between
            raise FileError(f"{_said(name)} is a link, a folder, a pipe or a device.")
        try:
            yield file
        except OSError:
            raise FileError(f"{_said(name)} cannot be read to its end.") from None


def read_bytes(path: Path, name: str, limit: int) -> bytes:
    """The whole content. Raises `FileError` also where it is longer than `limit` bytes."""
    with opened(path, name) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise FileError(f"{_said(name)} is longer than {limit} bytes.")
    return content


def read_text(path: Path, name: str, limit: int) -> str:
    """The whole content as text with plain line ends. Raises `FileError` also for what is not UTF-8, or was rewritten.

    A program that puts a byte order mark or other line ends into a file that was signed makes it another file.
    """
    content = read_bytes(path, name, limit)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise FileError(f"{_said(name)} is not UTF-8 text.") from None
    if text.startswith("\ufeff") or "\r" in text:
        raise FileError(f"{_said(name)} was rewritten on the way: it holds a byte order mark or carriage returns.")
    return text


class Folder:
    """A folder whose every file has a name that was agreed on, and no other.

    `names` are the files that must be there, `rooms` the folders in it, each with what tells whether a name may be in
    it. Raises `FileError` for whatever else there is.
    """

    __slots__ = ("names", "path")

    def __init__(self, path: Path, names: frozenset[str], rooms: Mapping[str, Callable[[str], bool]]) -> None:
        self.path = path
        found = set()
        for name, is_folder in _listing(path, "the bundle"):
            if is_folder and name in rooms:
                inside = {f"{name}/{inner}": deeper for inner, deeper in _listing(path / name, name)}
                found |= {_file(inner, is_folder=deeper, known=rooms[name](inner)) for inner, deeper in inside.items()}
            else:
                found.add(_file(name, is_folder=is_folder, known=name in names))
        if missing := sorted(names - found):
            raise FileError(f"{missing[0]} is missing from the bundle.")
        self.names = frozenset(found)

    def bytes_of(self, name: str, limit: int) -> bytes:
        """The whole content of a file of at most `limit` bytes."""
        return read_bytes(self.path / name, name, limit)

    def text_of(self, name: str, limit: int) -> str:
        """The whole text of a file of at most `limit` bytes."""
        return read_text(self.path / name, name, limit)

    def lines(self, name: str, longest: int) -> Iterator[bytes]:
        """The lines of a file without their ends, however many. Raises `LogDamagedError` where one has no end."""
        with opened(self.path / name, name) as file:
            while line := file.readline(longest + 1):
                if not line.endswith(b"\n"):
                    why = "is longer than it may be" if len(line) > longest else "has no end"
                    raise LogDamagedError(f"a line of {name} {why}")
                yield line[:-1]

    def digest_of(self, name: str) -> str:
        """The SHA-256 of a file, in hexadecimal digits."""
        digest = hashlib.sha256()
        with opened(self.path / name, name) as file:
            while block := file.read(_BLOCK):
                digest.update(block)
        return digest.hexdigest()


def _listing(path: Path, name: str) -> list[tuple[str, bool]]:
    """Each name in a folder, and whether it is a folder itself."""
    try:
        if not stat.S_ISDIR(path.stat().st_mode):
            raise FileError(f"{_said(name)} is no folder.")
        with os.scandir(path) as found:
            return sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in found)
    except FileNotFoundError:
        raise _absent(name, "does not exist.") from None
    except (OSError, ValueError):
        raise FileError(f"{_said(name)} cannot be read as a folder.") from None


def _file(name: str, *, is_folder: bool, known: bool) -> str:
    if not known:
        raise FileError(f"{spelt(name)} does not belong into the bundle.")
    if is_folder:
        raise FileError(f"{spelt(name)} is a folder where a file belongs.")
    return name

"""Writing a bundle: every row of one unmoving state of the log, as the plain files that `bundle` reads back."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from vetting.log.bundle import (
    CHECKPOINTS,
    COSIGNATURES,
    ENTRIES,
    LEAVES,
    POSITION,
    PROTOCOL,
    README,
    README_TEXT,
    STAMPS,
    SUMS,
    VKEY,
)
from vetting.log.event import SCHEMA
from vetting.log.schema import SCHEMA_FILES, schema_text
from vetting.log.verify import Snapshot


class _Draft:
    """A folder being filled; remembers the digest of each file that was written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._digests: dict[str, str] = {}

    @contextmanager
    def file(self, name: str) -> "Iterator[_Digested]":
        """A new file, on the disk when the block ends. Raises OSError."""
        place = self._path / name
        place.parent.mkdir(exist_ok=True)
        with place.open("xb") as raw:
            digested = _Digested(raw)
            yield digested
            raw.flush()
            os.fsync(raw.fileno())
        self._digests[name] = digested.hexdigest()

    def put(self, name: str, content: bytes) -> None:
        """A whole file at once."""
        with self.file(name) as file:
            file.write(content)

    def sums(self) -> bytes:
        """The digests, as `sha256sum` writes them."""
        return "".join(f"{digest}  {name}\n" for name, digest in sorted(self._digests.items())).encode("ascii")


class _Digested:
    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._digest = hashlib.sha256()

    def write(self, content: bytes) -> None:
        self._digest.update(content)
        self._raw.write(content)

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def write_bundle(
    path: Path,
    snapshot: Snapshot,
    *,
    cosignatures: Iterable[tuple[int, bytes]],
    time_stamps: Mapping[int, bytes],
    vkey: str,
    position: str,
    protocol: bytes,
) -> None:
    """Fill an empty folder. `protocol` is the canonical JSON that the log froze for the position.

    `time_stamps` maps sizes to tokens (RFC 3161). Raises OSError where the disk refuses, and `LogError` where the log
    cannot be read; what was written until then stays.
    """
    draft = _Draft(path)
    draft.put(README, README_TEXT.encode("ascii"))
    draft.put(VKEY, f"{vkey}\n".encode())
    draft.put(POSITION, f"{position}\n".encode("ascii"))
    draft.put(PROTOCOL, protocol)
    draft.put(SCHEMA_FILES[SCHEMA], schema_text().encode("ascii"))
    with draft.file(ENTRIES) as entries, draft.file(LEAVES) as leaves:
        for row in snapshot.rows():
            entries.write(row.body + b"\n")
            leaves.write(row.leaf.hex().encode("ascii") + b"\n")
    _write_checkpoints(draft, snapshot, time_stamps)
    with draft.file(COSIGNATURES) as lines:
        for size, line in cosignatures:
            lines.write(str(size).encode("ascii") + b" " + line.removesuffix(b"\n") + b"\n")
    draft.put(SUMS, draft.sums())


def _write_checkpoints(draft: _Draft, snapshot: Snapshot, time_stamps: Mapping[int, bytes]) -> None:
    gap = b""
    with draft.file(CHECKPOINTS) as notes:
        for size, note in snapshot.checkpoints():
            notes.write(gap + note)
            gap = b"\n"
            if size in time_stamps:
                draft.put(f"{STAMPS}/{size}.tsr", time_stamps[size])
                draft.put(f"{STAMPS}/{size}.checkpoint", note)

"""What the verifier looks at: one unmoving state of a log, whoever shows it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, runtime_checkable

Row: TypeAlias = tuple[Any, Any, Any, Any]
"""Sequence, idempotency key, canonical bytes and leaf hash of an entry, of whatever type somebody stored there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """One entry exactly as it is stored."""

    sequence: int
    idem: str
    body: bytes
    leaf: bytes


class Snapshot(Protocol):
    """One unmoving state of a log."""

    def rows(self, start: int = 0) -> Iterator[StoredEntry]:
        """The entries from `start` on, in order."""

    def checkpoints(self) -> Iterator[tuple[int, bytes]]:
        """The size and the signed note of every checkpoint, in order of size."""

    def cosignatures(self) -> Iterator[tuple[int, bytes]]:
        """The size and one signature line of somebody else under the checkpoint of that size, in order of size."""

    def frontier(self) -> tuple[int, bytes]:
        """The stored frontier: its size and its packed hashes."""


@runtime_checkable
class DivisibleSnapshot(Protocol):
    """A snapshot that can also be read from any place on: what several processes need, and what goes fast."""

    def extent(self) -> tuple[int, int]:
        """The first stored sequence number, and one more than the last; (0, 0) where there is none."""

    def blocks(self, start: int, end: int) -> Iterator[list[Row]]:
        """The rows from `start` up to `end` in order, some thousands at a time. Raises `LogDamagedError`."""

    def damage(self) -> str | None:
        """What the database itself finds wrong with how it stores the log, such as an index that misleads; None if
        nothing, or where it has no such check.
        """

    def signed(self, after: int, upto: int) -> Iterator[tuple[int, bytes]]:
        """The size and signed note of the checkpoints with `after` < size <= `upto`, in order of size."""


class Log(Protocol):
    """Whatever can show a snapshot of a log: the database's reader, or a bundle."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Open one unmoving view."""


class Streamed:
    """Any snapshot, read once from `start` to its end in stretches that follow one another."""

    def __init__(self, snapshot: Snapshot, start: int) -> None:
        self._rows = snapshot.rows(start)
        self._notes = snapshot.checkpoints()
        self._next = next(self._notes, None)

    def blocks(self, start: int, end: int) -> Iterator[list[Row]]:
        """The next `end - start` rows, whatever their numbers."""
        for _, row in zip(range(start, end), self._rows, strict=False):
            yield [(row.sequence, row.idem, row.body, row.leaf)]

    def signed(self, after: int, upto: int) -> Iterator[tuple[int, bytes]]:
        """The next checkpoints up to size `upto`; those that are not after `after` are passed over."""
        while self._next is not None and self._next[0] <= upto:
            if self._next[0] > after:
                yield self._next
            self._next = next(self._notes, None)

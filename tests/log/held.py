"""A log held in memory that can be tampered with, and the plainest walk over one: row by row, as the rules are written.

The plain walk is what the fast ones are compared with.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from vetting.log.errors import EntryError
from vetting.log.event import parse
from vetting.log.merkle import Frontier, leaf_hash
from vetting.log.policy import Policy
from vetting.log.snapshot import Row, StoredEntry
from vetting.log.stretch import CheckpointReader


@dataclass
class Streaming:
    """A log that is read from its beginning to its end."""

    entries: list[Row]
    notes: list[tuple[int, bytes]]
    packed: tuple[int, bytes]
    lines: list[tuple[int, bytes]] = field(default_factory=list)

    @contextmanager
    def snapshot(self) -> Iterator[Streaming]:
        yield self

    def rows(self, start: int = 0) -> Iterator[StoredEntry]:
        for sequence, idem, body, leaf in sorted(self.entries, key=lambda row: int(row[0])):
            if sequence >= start:
                yield StoredEntry(sequence=sequence, idem=idem, body=body, leaf=leaf)

    def checkpoints(self) -> Iterator[tuple[int, bytes]]:
        yield from sorted(self.notes)

    def cosignatures(self) -> Iterator[tuple[int, bytes]]:
        yield from sorted(self.lines)

    def frontier(self) -> tuple[int, bytes]:
        return self.packed


class Held(Streaming):
    """The same, to be read from any place on."""

    def extent(self) -> tuple[int, int]:
        numbers = [row[0] for row in self.entries]
        return (min(numbers), max(numbers) + 1) if numbers else (0, 0)

    def blocks(self, start: int, end: int) -> Iterator[list[Row]]:
        rows = sorted((row for row in self.entries if start <= row[0] < end), key=lambda row: int(row[0]))
        yield from (rows[at : at + 5] for at in range(0, len(rows), 5))

    def damage(self) -> str | None:
        return None

    def signed(self, after: int, upto: int) -> Iterator[tuple[int, bytes]]:
        yield from (note for note in sorted(self.notes) if after < note[0] <= upto)


def plain_walk(log: Streaming, policy: Policy) -> tuple[bool, int, int | None]:
    """Whether the log is sound, how far it is, and its first bad entry."""
    tree, confirmed, reader = Frontier(), None, CheckpointReader(policy)
    marks = dict(log.checkpoints())

    def compared() -> bool:
        nonlocal confirmed
        note = marks.pop(tree.size, None)
        signed = None if note is None else reader.read(note)
        if note is not None and (signed is None or (signed.size, signed.root) != (tree.size, tree.root())):
            return False
        confirmed = confirmed if note is None else tree.size
        return True

    if not compared():
        return False, 0, 0
    for row in log.rows():
        if not plainly_entry(row, tree.size):
            return False, tree.size, tree.size
        tree.append(row.leaf)
        if not compared():
            return False, tree.size, confirmed or 0
    if marks or confirmed != tree.size:
        return False, tree.size, tree.size if marks else confirmed or 0
    good = log.frontier() == (tree.size, bytes(tree))
    return good, tree.size, None if good else tree.size


def plainly_entry(row: StoredEntry, place: int) -> bool:
    """Whether a row is entry `place` and says so."""
    try:
        entry = parse(row.body)
    except EntryError:
        return False
    said = (row.sequence, entry.sequence, entry.event.id, leaf_hash(row.body))
    return said == (place, place, row.idem, row.leaf)

"""One stretch of the log, walked without what lies before it: the subtree of its entries and the checkpoints in it.

A stretch never crosses a multiple of `STRETCH`, so the tree of its entries is a subtree of the whole, and another
process can walk it. Entries are looked at some thousands at a time, each thing at once for all of them; only where
something is wrong are they looked at one by one, to say which and what.
"""

import re
from base64 import b64encode
from binascii import Error, a2b_base64
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from vetting.log.checkpoint import Checkpoint
from vetting.log.errors import EntryError, LogDamagedError, NoteError
from vetting.log.event import identify
from vetting.log.merkle import HASH_SIZE, Frontier, leaf_hash
from vetting.log.policy import Policy
from vetting.log.snapshot import Row

STRETCH = 1 << 14
"""Entries in a whole stretch."""


class Source(Protocol):
    """Where the rows and the checkpoints of a stretch come from: see `DivisibleSnapshot`."""

    def blocks(self, start: int, end: int) -> Iterator[list[Row]]:
        """The rows of the stretch."""

    def signed(self, after: int, upto: int) -> Iterator[tuple[int, bytes]]:
        """The checkpoints of the stretch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Which stretch to walk, and how. `offset` entries of its subtree lie before it, and `hashes` is their frontier.

    Checkpoints are those with `after` < size <= `end`; `wanted` are further sizes whose roots are asked for. `whole`
    says that the stretch is known to reach to its end.
    """

    start: int
    end: int
    after: int
    offset: int
    hashes: tuple[bytes, ...]
    wanted: frozenset[int]
    whole: bool
    interpret: bool
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What was found. `hashes` is the subtree's frontier at `end`, where the walk stopped: before the first bad entry.

    `roots` are the roots of the subtree at every size of interest (nothing for no entries); `marks` the checkpoints,
    None where one is not signed as the policy asks.
    """

    end: int
    hashes: tuple[bytes, ...]
    roots: dict[int, bytes]
    marks: list[tuple[int, Checkpoint | None]]
    bad: tuple[int, str] | None


def walk(source: Source, task: Task) -> Stretch:
    """Walk one stretch up to its end, or to its first bad entry."""
    marks = list(_marks(source, task))
    growth = _Growth(task, {size for size, _ in marks} | task.wanted)
    bad: tuple[int, str] | None = None
    try:
        for rows in source.blocks(task.start, task.end):
            leaves, bad = _look(rows, growth.place, interpret=task.interpret)
            growth.add(leaves)
            if bad is not None:
                break
    except LogDamagedError as damaged:
        bad = growth.place, str(damaged)
    if bad is None and task.whole and growth.place < task.end:
        bad = growth.place, _missing(growth.place)
    return Stretch(
        end=growth.place,
        hashes=growth.tree.hashes,
        roots=growth.roots,
        marks=[mark for mark in marks if mark[0] <= growth.place or bad is None],
        bad=bad,
    )


def _marks(source: Source, task: Task) -> Iterator[tuple[int, Checkpoint | None]]:
    """The checkpoints of the stretch, without their bytes, up to the first that is not signed, which ends the walk."""
    reader = CheckpointReader(task.policy)
    for size, note in source.signed(task.after, task.end):
        signed = reader.read(note)
        yield size, signed
        if signed is None:
            return


class _Growth:
    """The subtree as it grows, with its root at each size of interest."""

    def __init__(self, task: Task, sizes: set[int]) -> None:
        self.place = task.start
        self.tree = Frontier(task.offset, task.hashes)
        self.roots: dict[int, bytes] = {}
        self._stops = sorted((size for size in sizes if size >= task.start), reverse=True)
        self._note()

    def add(self, leaves: list[bytes]) -> None:
        """Add leaf hashes, halting wherever a root is wanted."""
        at, stops, place, tree = 0, self._stops, self.place, self.tree
        while stops and stops[-1] <= place + len(leaves):
            until = stops[-1] - place
            if until - at == 1:
                tree.append(leaves[at])
            else:
                tree.extend(leaves[at:until])
            at, self.place = until, stops[-1]
            self._note()
        tree.extend(leaves[at:])
        self.place = place + len(leaves)

    def _note(self) -> None:
        while self._stops and self._stops[-1] == self.place:
            self.roots[self._stops.pop()] = self.tree.root() if self.tree.size else b""


def _look(rows: list[Row], place: int, *, interpret: bool) -> tuple[list[bytes], tuple[int, str] | None]:
    """The leaf hashes of the rows up to the first bad one, and what is bad about it."""
    try:
        leaves = [sha256(b"\x00" + row[2]).digest() for row in rows]
        if (
            [row[3] for row in rows] == leaves
            and [row[0] for row in rows] == list(range(place, place + len(rows)))
            and (not interpret or [identify(row[2]) for row in rows] == [row[:2] for row in rows])
        ):
            return leaves, None
    except (TypeError, EntryError):
        pass
    return _look_closely(rows, place, interpret=interpret)


def _look_closely(rows: list[Row], place: int, *, interpret: bool) -> tuple[list[bytes], tuple[int, str] | None]:
    good: list[bytes] = []
    for row in rows:
        reason = _wrong(row, place + len(good), interpret=interpret)
        if reason is not None:
            return good, (place + len(good), reason)
        good.append(row[3])
    return good, None


def _wrong(row: Row, place: int, *, interpret: bool) -> str | None:
    """What is wrong with a row that should be entry `place`."""
    sequence, idem, body, leaf = row
    if sequence != place:
        return _missing(place)
    if not (isinstance(body, bytes) and isinstance(leaf, bytes)):
        return f"entry {place} is not stored as bytes"
    if leaf_hash(body) != leaf:
        return f"the bytes of entry {place} do not have the hash stored beside them: one of the two was changed"
    if not interpret:
        return None
    try:
        said = identify(body)
    except EntryError as malformed:
        return f"entry {place}: {malformed}"
    return None if said == (place, idem) else f"entry {place} says that it is another entry"


def _missing(place: int) -> str:
    return f"entry {place} is missing or out of its place"


class CheckpointReader:
    """Reads the many signed checkpoints of a log as `Policy.open` does; those in our own spelling at less cost."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._plain = [
            (
                re.compile(
                    rb"%b\n(0|[1-9][0-9]{0,17})\n([A-Za-z0-9+/]{43}=)\n\n\xe2\x80\x94 %b ([A-Za-z0-9+/]{91}=)\n"
                    % ((re.escape(log.name.encode()),) * 2)
                ),
                log.name,
                log.key_id,
                Ed25519PublicKey.from_public_bytes(log.public),
            )
            for log in policy.logs
        ]

    def read(self, note: bytes) -> Checkpoint | None:
        """The checkpoint inside a note; None where no log of the policy signed it as its own."""
        for shape, name, key_id, key in self._plain:
            found = shape.fullmatch(note)
            if found is None:
                continue
            root, signature = _strict(found[2]), _strict(found[3])
            if len(root) == HASH_SIZE and signature[:4] == key_id:
                try:
                    key.verify(signature[4:], note[: found.end(2) + 1])
                except InvalidSignature:
                    return None
                return Checkpoint(origin=name, size=int(found[1]), root=root)
        try:
            return self._policy.open(note.decode("utf-8"))
        except (NoteError, UnicodeDecodeError):
            return None


def _strict(text: bytes) -> bytes:
    """Base64 in its one spelling; nothing for any other."""
    try:
        raw = a2b_base64(text)
    except Error:
        return b""
    return raw if b64encode(raw) == text else b""

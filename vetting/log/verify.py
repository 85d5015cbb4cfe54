"""The auditor's walk: every entry, its hash, its form and its place, up to the signed checkpoint.

One pass with O(log n) memory. It needs neither the database nor the writer, only someone who hands over the
rows.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from vetting.log.checkpoint import open_checkpoint
from vetting.log.errors import EntryError, LogDamagedError, NoteError
from vetting.log.event import parse
from vetting.log.merkle import Frontier, leaf_hash
from vetting.log.note import Verifier

PAPER_DIGITS = 16
"""So many hexadecimal digits of a root are printed on paper, and at least so many must be given back."""


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


class Log(Protocol):
    """Whatever can show a snapshot of a log: the database's reader, or a bundle."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Open one unmoving view."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the walk found. `first_bad` is the first entry from which on a bad log can no longer be trusted.

    `size` and `root_hex` describe the part that was found good. `witnesses` are the names of those who cosigned the
    state at `witnessed_size`, enough of them for the policy's quorum, and `time` is when (UTC) they had; what was added
    since, and a log nobody witnessed, proves nothing against its owner.
    """

    ok: bool
    size: int
    root_hex: str
    witnesses: tuple[str, ...] = ()
    witnessed_size: int | None = None
    time: datetime | None = None
    first_bad: int | None = None
    reason: str | None = None

    @property
    def witnessed(self) -> bool:
        """Whether anyone outside vouches for this state."""
        return bool(self.witnesses)

    def __str__(self) -> str:
        if not self.ok:
            return f"BAD at entry {self.first_bad}: {self.reason}"
        vouched = " ".join(self.witnesses) if self.witnesses else "UNWITNESSED"
        return f"OK {self.size} {self.root_hex} {vouched}"


def verify(log: Log, verifier: Verifier, *, known: Mapping[int, str] | None = None) -> Verdict:
    """Walk the whole log and say whether it is what its key signed.

    `known` maps sizes seen before (on a report, at the last audit) to the root seen then, 16 or more
    hexadecimal digits: without it, a log cut back to an earlier signed state looks sound. Raises `ValueError`
    for fewer digits, and `LogError` where the log cannot be read at all.
    """
    walk = _Walk(verifier, dict(known or {}))
    try:
        with log.snapshot() as snapshot:
            walk.run(snapshot)
    except _BadError as bad:
        return walk.verdict(first_bad=bad.sequence, reason=bad.reason)
    except LogDamagedError as damaged:
        return walk.verdict(first_bad=walk.tree.size, reason=str(damaged))
    return walk.verdict()


class _BadError(Exception):
    def __init__(self, sequence: int, reason: str) -> None:
        super().__init__(reason)
        self.sequence = sequence
        self.reason = reason


class _Walk:
    """The state of one pass: the tree so far, and how much of it a signed checkpoint has confirmed."""

    def __init__(self, verifier: Verifier, known: dict[int, str]) -> None:
        if any(len(root) < PAPER_DIGITS for root in known.values()):
            raise ValueError(f"A root seen before must be given with at least {PAPER_DIGITS} digits.")
        self.tree = Frontier()
        self._verifier = verifier
        self._known = known
        self._mark: tuple[int, bytes] | None = None
        self._confirmed: int | None = None

    def run(self, snapshot: Snapshot) -> None:
        """Raise `_BadError` at the first contradiction."""
        marks = snapshot.checkpoints()
        self._mark = next(marks, None)
        self._compare(marks)
        for row in snapshot.rows():
            self._accept(row)
            self._compare(marks)
        self._finish(snapshot.frontier())

    def verdict(self, *, first_bad: int | None = None, reason: str | None = None) -> Verdict:
        """What can be said at this point of the walk."""
        root = self.tree.root().hex()
        return Verdict(ok=reason is None, size=self.tree.size, root_hex=root, first_bad=first_bad, reason=reason)

    def _accept(self, row: StoredEntry) -> None:
        """Check one stored entry by itself and add it to the tree."""
        place = self.tree.size
        if row.sequence != place:
            raise _BadError(place, f"entry {place} is missing or out of its place")
        if leaf_hash(row.body) != row.leaf:
            raise _BadError(place, f"the bytes of entry {place} do not have the hash stored beside them")
        try:
            entry = parse(row.body)
        except EntryError as malformed:
            raise _BadError(place, f"entry {place}: {malformed}") from None
        if (entry.sequence, entry.event.id) != (place, row.idem):
            raise _BadError(place, f"entry {place} says that it is another entry")
        self.tree.append(row.leaf)

    def _compare(self, marks: Iterator[tuple[int, bytes]]) -> None:
        """Hold the tree against every signed checkpoint and every earlier sighting of this size."""
        size = self.tree.size
        since = 0 if self._confirmed is None else self._confirmed
        seen = self._known.pop(size, None)
        if seen is not None and not self.tree.root().hex().startswith(seen.lower()):
            raise _BadError(since, f"an entry from {since} on is not what was seen when the log had {size} entries")
        while self._mark is not None and self._mark[0] <= size:
            self._confirm(*self._mark, since)
            self._mark = next(marks, None)

    def _confirm(self, size: int, note: bytes, since: int) -> None:
        try:
            signed = open_checkpoint(note.decode("utf-8"), self._verifier)
        except (NoteError, UnicodeDecodeError):
            raise _BadError(since, f"the checkpoint at {size} entries is not signed by the log's key") from None
        if (size, signed.size, signed.root) != (self.tree.size, self.tree.size, self.tree.root()):
            raise _BadError(since, f"an entry from {since} on is not what was signed at {size} entries")
        self._confirmed = size

    def _finish(self, frontier: tuple[int, bytes]) -> None:
        """Nothing may be missing at the end: no entry, and no checkpoint that covers the last of them."""
        size = self.tree.size
        if self._mark is not None:
            raise _BadError(size, f"entry {size} is missing: a signed checkpoint counts {self._mark[0]} entries")
        if self._confirmed is None:
            raise _BadError(0, "the log holds no signed checkpoint")
        if self._confirmed != size:
            raise _BadError(self._confirmed, f"no signed checkpoint covers entry {self._confirmed}")
        if frontier != (size, bytes(self.tree)):
            raise _BadError(size, "the stored frontier is not that of the entries")
        if self._known:
            earlier = max(self._known)
            raise _BadError(size, f"the log was cut back: it was seen with {earlier} entries before")

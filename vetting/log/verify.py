"""The auditor's walk: every entry, its hash, its form and its place, up to the signed checkpoint.

O(log n) memory, in as many processes as are wanted, from the beginning or from a state that was verified before. It
needs neither the database nor the writer, only someone who hands over the rows.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from vetting.log.checkpoint import Checkpoint
from vetting.log.errors import LogDamagedError, NoteError
from vetting.log.folder import spelt
from vetting.log.merkle import EMPTY_ROOT, Frontier, node_hash
from vetting.log.note import Signature, Verifier
from vetting.log.parallel import in_processes
from vetting.log.policy import Policy
from vetting.log.snapshot import DivisibleSnapshot, Log, Snapshot, StoredEntry, Streamed
from vetting.log.stretch import STRETCH, Stretch, Task, walk

__all__ = ["PAPER_DIGITS", "Log", "Snapshot", "StoredEntry", "Trusted", "Verdict", "verify"]

PAPER_DIGITS = 16
"""So many hexadecimal digits of a root are printed on paper, and at least so many must be given back."""
MOST_COSIGNATURES = 4096
"""So many lines may stand under one checkpoint: sixteen by each of the most witnesses that a policy may name."""
_WORTH_PROCESSES = 4
"""Stretches from which on it pays to start processes, each of which takes half a second to start."""
_NO_LIMIT = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """A state that was verified before: its size, its packed frontier, and who had witnessed which part of it by when.

    Whoever keeps it must keep it where the log's owner cannot write: what lies before it is not looked at again.
    """

    size: int
    frontier: bytes
    witnessed_size: int | None = None
    witnesses: tuple[str, ...] = ()
    time: datetime | None = None


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
    frontier: bytes = b""

    @property
    def witnessed(self) -> bool:
        """Whether enough people outside vouch for a state of this log."""
        return bool(self.witnesses)

    @property
    def trusted(self) -> Trusted:
        """What to keep so that the next verification looks at what is new only. Raises `ValueError` for a bad log."""
        if not self.ok:
            raise ValueError("A log that did not verify is not trusted.")
        return Trusted(
            size=self.size,
            frontier=self.frontier,
            witnessed_size=self.witnessed_size,
            witnesses=self.witnesses,
            time=self.time,
        )

    def __str__(self) -> str:
        if not self.ok:
            return f"BAD at entry {self.first_bad}: {self.reason}"
        if not self.witnesses:
            return f"OK {self.size} {self.root_hex} UNWITNESSED"
        time = self.time.isoformat(timespec="seconds").replace("+00:00", "Z") if self.time else ""
        until = "" if self.witnessed_size == self.size else f" (up to {self.witnessed_size})"  # not this root, then
        return f"OK {self.size} {self.root_hex} {' '.join(map(spelt, self.witnesses))} {time}{until}"


def verify(
    log: Log,
    policy: Policy | Verifier,
    *,
    known: Mapping[int, str] | None = None,
    since: Trusted | None = None,
    processes: int = 1,
    interpret: bool = True,
    now: datetime | None = None,
) -> Verdict:
    """Walk the log and say whether it is what its key signed, and who of the policy's witnesses saw it.

    `known` maps sizes seen before (on a report, at the last audit) to the root seen then, 16 or more hexadecimal
    digits: without it, a log cut back to an earlier signed state looks sound. With `since` only what came after is
    looked at. `processes` is how many may work on a long log that can be read from any place on. Without `interpret`
    the bytes are verified and what they say is not: neither form nor place nor id of an entry. A cosignature dated
    after `now` (UTC) does not count. Raises `ValueError` for a known root with fewer digits or from before `since`, and
    `LogError` where the log cannot be read at all.
    """
    policy = Policy.of(policy) if isinstance(policy, Verifier) else policy
    walk_ = _Walk(policy, dict(known or {}), since, now)
    try:
        with log.snapshot() as snapshot:
            walk_.run(log, snapshot, processes, interpret=interpret)
    except _BadError as bad:
        return walk_.verdict(first_bad=bad.sequence, reason=bad.reason)
    except LogDamagedError as damaged:
        return walk_.verdict(first_bad=walk_.size, reason=str(damaged))
    return walk_.verdict()


class _BadError(Exception):
    def __init__(self, sequence: int, reason: str) -> None:
        super().__init__(reason)
        self.sequence = sequence
        self.reason = reason


class _Walk:
    """Joins stretches to the whole: the tree so far, and how much of it a signed checkpoint has confirmed.

    `_whole` holds the roots of whole stretches, `_rest` the subtree that is not whole yet.
    """

    def __init__(self, policy: Policy, known: dict[int, str], since: Trusted | None, now: datetime | None) -> None:
        if any(len(root) < PAPER_DIGITS for root in known.values()):
            raise ValueError(f"A root seen before must be given with at least {PAPER_DIGITS} digits.")
        if since is not None and min(known, default=since.size) < since.size:
            raise ValueError("A root seen before the trusted state cannot be held against what came after.")
        begin = Frontier() if since is None else Frontier.from_bytes(since.size, since.frontier)
        whole = begin.size // STRETCH
        self._whole = Frontier(whole, begin.hashes[: whole.bit_count()])
        self._rest = begin.hashes[whole.bit_count() :]
        self.size = self._start = begin.size
        self._root = begin.root()
        self._policy, self._known, self._now = policy, known, now
        self._confirmed = None if since is None else since.size
        self._origin: str | None = None
        self._witnessed = since
        self._lines: Iterator[tuple[int, bytes]] = iter(())
        self._line: tuple[int, bytes] | None = None

    def run(self, log: Log, snapshot: Snapshot, processes: int, *, interpret: bool) -> None:
        """Raise `_BadError` at the first contradiction."""
        self._lines = snapshot.cosignatures()
        self._line = next(self._lines, None)
        while self._line is not None and self._line[0] < self._start:
            self._line = next(self._lines, None)
        if isinstance(snapshot, DivisibleSnapshot):
            first, end = snapshot.extent()
            if first < 0:
                raise _BadError(0, "an entry lies before the first one")
            if end < self._start:
                raise _BadError(end, _cut_back(self._start))
            tasks = self._tasks(end, interpret=interpret)
            many = processes > 1 and end - self._start > _WORTH_PROCESSES * STRETCH
            alone = (walk(snapshot, task) for task in tasks)
            with closing(in_processes(log, snapshot, tasks, processes) if many else alone) as stretches:
                for stretch in stretches:
                    self._join(stretch)
            beyond = next(snapshot.signed(self.size, _NO_LIMIT), None)
        else:
            beyond = self._stream(snapshot, interpret=interpret)
        thorough = interpret and not self._start  # the database's check reads all of it, new or not
        damage = snapshot.damage() if thorough and isinstance(snapshot, DivisibleSnapshot) else None
        self._finish(snapshot.frontier(), None if beyond is None else beyond[0], damage)

    def _stream(self, snapshot: Snapshot, *, interpret: bool) -> tuple[int, bytes] | None:
        """Walk a snapshot that is read from its beginning to its end; the first checkpoint beyond it, if any."""
        source = Streamed(snapshot, self._start)
        for task in self._tasks(None, interpret=interpret):
            self._join(walk(source, task))
            if self.size < task.end:
                break
        return next(source.signed(self.size, _NO_LIMIT), None)

    def _tasks(self, end: int | None, *, interpret: bool) -> Iterator[Task]:
        """The stretches up to `end`, or on and on; the first may begin in the middle of a subtree."""
        start, after = self._start, self._start - 1 if self._start else -_NO_LIMIT
        while end is None or start < end or start == self._start:
            until = start - start % STRETCH + STRETCH
            until = until if end is None else min(until, end)
            yield Task(
                start=start,
                end=until,
                after=after,
                offset=start % STRETCH,
                hashes=self._rest if start == self._start else (),
                wanted=frozenset(size for size in self._known if after < size <= until),
                whole=end is not None,
                interpret=interpret,
                policy=self._policy,
            )
            if until <= start:
                return
            start = after = until

    def _join(self, stretch: Stretch) -> None:
        """Put a stretch to the tree and hold every checkpoint and every earlier sighting in it against the tree."""
        seen = sorted((size for size in self._known if size in stretch.roots), reverse=True)
        for size, signed in stretch.marks:
            while seen and seen[-1] <= size:
                self._recognize(seen.pop(), stretch)
            self._confirm(size, signed, stretch)
        while seen:
            self._recognize(seen.pop(), stretch)
        self._grow(stretch)
        if stretch.bad is not None:
            raise _BadError(*stretch.bad)

    def _grow(self, stretch: Stretch) -> None:
        self.size = stretch.end
        if stretch.end % STRETCH == 0 and stretch.hashes:
            self._whole.append(stretch.hashes[0])
            self._rest = ()
        else:
            self._rest = stretch.hashes
        self._root = Frontier(self.size, (*self._whole.hashes, *self._rest)).root()

    def _at(self, size: int, stretch: Stretch) -> bytes:
        """The root of the whole tree at a size within the stretch, which is where the walk now stands."""
        root = stretch.roots.get(size, b"")
        for left in reversed(self._whole.hashes):
            root = node_hash(left, root) if root else left
        self.size, self._root = size, root or EMPTY_ROOT
        return self._root

    def _recognize(self, size: int, stretch: Stretch) -> None:
        root, since = self._at(size, stretch).hex(), self._confirmed or 0
        if not root.startswith(self._known.pop(size).lower()):
            raise _BadError(since, f"an entry from {since} on is not what was seen when the log had {size} entries")

    def _confirm(self, size: int, signed: Checkpoint | None, stretch: Stretch) -> None:
        if size > stretch.end:
            self._grow(stretch)
            raise _BadError(stretch.end, _cut_short(stretch.end, size))
        root, since = self._at(size, stretch), self._confirmed or 0
        if signed is None:
            raise _BadError(since, f"the checkpoint at {size} entries is not signed by the log's key")
        if size not in stretch.roots or (signed.size, signed.root) != (size, root):
            raise _BadError(since, f"an entry from {since} on is not what was signed at {size} entries")
        if self._origin not in (None, signed.origin):
            raise _BadError(since, f"the checkpoint at {size} entries is that of another log")
        self._confirmed, self._origin = size, signed.origin
        self._ask_witnesses(signed)

    def _ask_witnesses(self, signed: Checkpoint) -> None:
        """Hold the cosignatures under a confirmed checkpoint against the keys of the policy."""
        self._no_witness_before(signed.size)
        try:
            seen = self._policy.seen(signed, self._cosignatures(signed.size), now=self._now)
        except NoteError:
            raise _BadError(signed.size, f"a cosignature at {signed.size} entries does not verify") from None
        if seen.satisfied:
            self._witnessed = Trusted(
                size=signed.size,
                frontier=b"",
                witnessed_size=signed.size,
                witnesses=seen.witnesses,
                time=seen.time,
            )

    def _cosignatures(self, size: int) -> Iterator[Signature]:
        """Those under one checkpoint, one after another: whoever shows the log decides how many there are."""
        for _ in range(MOST_COSIGNATURES):
            if self._line is None or self._line[0] != size:
                return
            yield _signature(self._line[1])
            self._line = next(self._lines, None)
        if self._line is not None and self._line[0] == size:
            raise _BadError(size, f"more than {MOST_COSIGNATURES} cosignatures are shown at {size} entries")

    def _no_witness_before(self, size: int) -> None:
        """A known witness's line under a size at which the log has no checkpoint shows one that was taken away."""
        ours = {(key.name, key.key_id) for key in self._policy.witnesses.values()}
        while self._line is not None and self._line[0] < size:
            at, line = self._line
            try:
                signature = _signature(line)
            except NoteError:
                raise _BadError(at, f"a cosignature at {at} entries is none") from None
            if (signature.name, signature.key_id) in ours:
                raise _BadError(at, f"a witness cosigned at {at} entries, where the log shows no checkpoint")
            self._line = next(self._lines, None)

    def _finish(self, frontier: tuple[int, bytes], beyond: int | None, damage: str | None) -> None:
        """Nothing may be missing at the end: no entry, and no checkpoint that covers the last of them."""
        size, confirmed = self.size, self._confirmed
        if beyond is not None:
            raise _BadError(size, _cut_short(size, beyond))
        if confirmed is None:
            raise _BadError(0, "the log holds no signed checkpoint")
        if confirmed != size:
            raise _BadError(confirmed, f"no signed checkpoint covers entry {confirmed}")
        if frontier != (size, self._packed()):
            raise _BadError(size, "the stored frontier is not that of the entries")
        self._no_witness_before(_NO_LIMIT)
        if damage is not None:
            raise _BadError(size, damage)
        if self._known:
            raise _BadError(size, _cut_back(max(self._known)))

    def _packed(self) -> bytes:
        return b"".join((*self._whole.hashes, *self._rest))

    def verdict(self, *, first_bad: int | None = None, reason: str | None = None) -> Verdict:
        """What can be said at this point of the walk."""
        witnessed = self._witnessed if reason is None else None
        return Verdict(
            ok=reason is None,
            size=self.size,
            root_hex=self._root.hex(),
            witnesses=witnessed.witnesses if witnessed else (),
            witnessed_size=witnessed.witnessed_size if witnessed else None,
            time=witnessed.time if witnessed else None,
            first_bad=first_bad,
            reason=reason,
            frontier=self._packed() if reason is None else b"",
        )


def _signature(line: bytes) -> Signature:
    return Signature.parse(line.decode("utf-8", "replace").removesuffix("\n"))


def _cut_short(size: int, counted: int) -> str:
    return f"entry {size} is missing: a signed checkpoint counts {counted} entries"


def _cut_back(earlier: int) -> str:
    return f"the log was cut back: it was seen with {earlier} entries before"

"""The log's one writer at a time: entries, frontier and signed checkpoint in a single transaction."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, insert, select

from vetting.log.canonical import canonical
from vetting.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from vetting.log.errors import DifferentEventError, KeyFileError, LogDamagedError, NoteError
from vetting.log.event import Event, parse
from vetting.log.keys import LogKey
from vetting.log.merkle import Frontier, leaf_hash
from vetting.log.note import Signature
from vetting.log.store import LogStore, checkpoint, cosignature, driven, entry, read_head, time_stamp

_LOOKUP = 500  # ids asked for in one statement; databases limit how many

_STORED = select(entry.c.idem, entry.c.body).where(entry.c.idem.in_(bindparam("ids", expanding=True)))
_STORED_ONE = "SELECT idem, body FROM entry WHERE idem = ?"
_ADD_ENTRY = "INSERT INTO entry (sequence, idem, body, leaf) VALUES (?, ?, ?, ?)"
_MOVE_FRONTIER = "UPDATE frontier SET size = ?, hashes = ?"
_ADD_CHECKPOINT = "INSERT INTO checkpoint (size, note) VALUES (?, ?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Where an event stands in the log. `already` says that an earlier attempt had put it there."""

    sequence: int
    leaf: bytes
    already: bool


def utc_now() -> datetime:
    """The time by this machine's clock."""
    return datetime.now(UTC)


class LogWriter:
    """Appends events. When `append` returns, the event is on the disk and covered by a signed checkpoint.

    Opening signs the empty tree of a new log. Raises `KeyFileError` if the log belongs to another key, and
    `LogDamagedError` if the stored frontier and the latest checkpoint disagree: a writer never signs over a
    contradiction.
    """

    def __init__(self, store: LogStore, key: LogKey, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._store = store
        self._key = key
        self._clock = clock
        self._signed: tuple[str, Checkpoint] | None = None
        with store.write() as connection:
            self._frontier(connection)

    def append(self, event: Event) -> Receipt:
        """Append one event. See `append_all`."""
        return self.append_all([event])[0]

    def append_all(self, events: Iterable[Event]) -> list[Receipt]:
        """Append events in order under one checkpoint: all of them or none.

        An event whose id is already in the log gets its old receipt. Raises `DifferentEventError` if the id
        stands for other content, `EventError` if an event is too long, and the errors of `LogStore.write`.
        """
        pending = list(events)
        if not pending:
            return []
        with self._store.write() as connection:
            tree = self._frontier(connection)
            batch = _Batch(tree, self._clock(), _recorded(connection, [event.id for event in pending]))
            receipts = [batch.place(event) for event in pending]
            if batch.rows:
                self._commit(connection, batch)
        return receipts

    def add_cosignatures(self, size: int, lines: Iterable[str]) -> int:
        """Keep others' signature lines under the checkpoint at `size`; returns how many were new.

        A line under the same name and key id is kept once, the first of them: more of the same witness proves no
        more. Nothing is checked but the form: which keys count is for a policy to say, before and after. Raises
        `NoteError` where a line is none or nothing was signed at that size.
        """
        signatures = [Signature.parse(line.removesuffix("\n")) for line in lines]
        with self._store.write() as connection:
            _require_checkpoint(connection, size)
            held = select(cosignature.c.name, cosignature.c.key_id).where(cosignature.c.size == size)
            have = {(row.name, row.key_id) for row in connection.execute(held)}
            new = {key: str(s) for s in reversed(signatures) if (key := (s.name, s.key_id.hex())) not in have}
            for (name, key_id), line in new.items():
                row = {"size": size, "name": name, "key_id": key_id, "line": line.encode()}
                connection.execute(insert(cosignature), row)
        return len(new)

    def add_time_stamp(self, size: int, token: bytes) -> bool:
        """Keep an RFC 3161 answer over the signed note at `size`; False where there is one already, which stays.

        The token is not checked here. Raises `NoteError` where nothing was signed at that size.
        """
        with self._store.write() as connection:
            _require_checkpoint(connection, size)
            if connection.scalar(select(time_stamp.c.size).where(time_stamp.c.size == size)) is not None:
                return False
            connection.execute(insert(time_stamp), {"size": size, "token": token})
        return True

    def _frontier(self, connection: Connection) -> Frontier:
        """The stored frontier, once it is found to be what this key last signed."""
        head = read_head(connection)
        tree = Frontier.from_bytes(head.size, head.hashes)
        if head.note is None and tree.size == 0:
            self._sign(connection, tree)
        elif head.note is None or self._opened(head.note) != self._state(tree):
            raise LogDamagedError("The log's latest checkpoint is not the state that is stored.")
        return tree

    def _state(self, tree: Frontier) -> Checkpoint:
        return Checkpoint(origin=self._key.origin, size=tree.size, root=tree.root())

    def _opened(self, note: str) -> Checkpoint:
        """The checkpoint inside the latest note; a note that this writer signed itself is known by its every letter."""
        if self._signed is not None and self._signed[0] == note:
            return self._signed[1]
        try:
            return open_checkpoint(note, self._key.verifier)
        except NoteError:
            raise KeyFileError("The log's latest checkpoint is not signed by this key.") from None

    def _commit(self, connection: Connection, batch: "_Batch") -> None:
        tree = batch.tree
        for row in batch.rows:
            driven(connection, _ADD_ENTRY, *row)
        driven(connection, _MOVE_FRONTIER, tree.size, bytes(tree))
        self._sign(connection, tree)

    def _sign(self, connection: Connection, tree: Frontier) -> None:
        state = self._state(tree)
        note = sign_checkpoint(state, self._key.signer)
        self._signed = note, state
        driven(connection, _ADD_CHECKPOINT, tree.size, note.encode())


class _Batch:
    """The events of one commit on their way into the tree; `known` are those recorded before."""

    def __init__(self, tree: Frontier, now: datetime, known: dict[str, bytes]) -> None:
        self.tree = tree
        self.rows: list[tuple[int, str, bytes, bytes]] = []
        self._now = now
        self._known = known

    def place(self, event: Event) -> Receipt:
        """Give the event its place, or find the one it already has."""
        stored = self._known.get(event.id)
        if stored is not None:
            return _repeated(stored, event)
        sequence = self.tree.size
        body = canonical(event, sequence=sequence, logged=self._now)
        leaf = leaf_hash(body)
        self.tree.append(leaf)
        self.rows.append((sequence, event.id, body, leaf))
        self._known[event.id] = body
        return Receipt(sequence=sequence, leaf=leaf, already=False)


def _repeated(stored: bytes, event: Event) -> Receipt:
    """The receipt of an event already in the log; raises `DifferentEventError` if it only shares the id."""
    first = parse(stored)
    if canonical(event, sequence=first.sequence, logged=first.logged) != stored:
        raise DifferentEventError("An event with this id is already in the log and says something else.")
    return Receipt(sequence=first.sequence, leaf=leaf_hash(stored), already=True)


def _recorded(connection: Connection, ids: Sequence[str]) -> dict[str, bytes]:
    """The stored bytes of those ids that are already in the log."""
    if len(ids) == 1:
        return dict(driven(connection, _STORED_ONE, ids[0]))
    found: dict[str, bytes] = {}
    for at in range(0, len(ids), _LOOKUP):
        rows = connection.execute(_STORED, {"ids": ids[at : at + _LOOKUP]})
        found.update((row.idem, row.body) for row in rows)
    return found


def _require_checkpoint(connection: Connection, size: int) -> None:
    if connection.scalar(select(checkpoint.c.size).where(checkpoint.c.size == size)) is None:
        raise NoteError(f"The log signed no checkpoint at {size} entries.", remedy="Ask for a checkpoint it signed.")

"""Reading the log: entries as they come, the latest checkpoint, and the proofs that stand on it."""

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import Connection, Row, Select, func, inspect, select, text

from vetting.log.checkpoint import Checkpoint, open_checkpoint
from vetting.log.errors import LogDamagedError, NoteError, ProofError
from vetting.log.event import Entry, parse
from vetting.log.inclusion_file import InclusionProof
from vetting.log.merkle import Frontier, consistency_proof, inclusion_proof
from vetting.log.note import Signature, Verifier
from vetting.log.snapshot import Row as StoredRow
from vetting.log.snapshot import StoredEntry
from vetting.log.store import LogStore, checkpoint, cosignature, driven, entry, read_head, time_stamp

_CHUNK = 1000  # rows held in memory at a time
_BLOCK = 1024  # rows that the verifier is given at a time: as many as stay in a processor's cache
_BLOCK_OF_ROWS = "SELECT sequence, idem, body, leaf FROM entry WHERE sequence >= ? AND sequence < ? ORDER BY sequence"
_NEAR_THE_END = 100  # entries looked through before the index is asked for a type

# As migration 0002 indexes them; a log without that index answers the same, reading every id once.
_LATEST_OF_KIND = {
    "sqlite": text(
        r"SELECT sequence, idem FROM entry WHERE substr(idem, 1, instr(idem, '\:') - 1) = :kind"
        " ORDER BY sequence DESC LIMIT 1"
    ),
    "postgresql": text(
        r"SELECT sequence, idem FROM entry WHERE split_part(idem, '\:', 1) = :kind ORDER BY sequence DESC LIMIT 1"
    ),
}


class LogReader:
    """Reads a log. Every method sees one unmoving state; `snapshot` keeps one for several looks."""

    def __init__(self, store: LogStore) -> None:
        self._store = store

    @contextmanager
    def snapshot(self) -> "Iterator[LogSnapshot]":
        """One unmoving state of the log, however long it is looked at. Raises `LogError`."""
        with self._store.read() as connection, ExitStack() as cursors:
            yield LogSnapshot(connection, cursors)

    def entries(self, start: int = 0) -> Iterator[Entry]:
        """The entries from `start` on, read as they are asked for. Raises `EntryError`."""
        with self.snapshot() as snapshot:
            for row in snapshot.rows(start):
                yield parse(row.body)

    def holds(self, id_: str) -> bool:
        """Whether an event of this id is in the log."""
        return self.sequence_of(id_) is not None

    def sequence_of(self, id_: str) -> int | None:
        """Where the event of this id stands; None where the log has none."""
        with self._store.read() as connection:
            found: int | None = connection.scalar(select(entry.c.sequence).where(entry.c.idem == id_))
            return found

    def checkpoint(self, verifier: Verifier) -> Checkpoint:
        """The latest checkpoint. Raises `NoteError`, or `LogDamagedError` where there is none."""
        with self.snapshot() as snapshot:
            return open_checkpoint(snapshot.latest_note(), verifier)

    def latest_of(self, kinds: Collection[str]) -> str | None:
        """The id of the latest event of these types; None where there is none. No search through the whole log."""
        with self.snapshot() as snapshot:
            return snapshot.latest_of(kinds)

    def cosigned(self, size: int) -> str | None:
        """The signed note of the checkpoint at `size` with everybody's signature lines, as far as the log has them.

        None where nothing was signed at that size. What a signature is worth is for a policy to say.
        """
        with self._store.read() as connection:
            note = connection.scalar(select(checkpoint.c.note).where(checkpoint.c.size == size))
            lines = select(cosignature.c.line).where(cosignature.c.size == size)
            if note is None:
                return None
            others = connection.scalars(lines.order_by(*cosignature.primary_key)) if _attested(connection) else ()
            return b"".join((note, *others)).decode("utf-8", "replace")

    def latest_cosigned(self, name: str) -> int | None:
        """The largest size at which somebody of that name cosigned; None where nobody did."""
        with self._store.read() as connection:
            sizes = select(func.max(cosignature.c.size)).where(cosignature.c.name == name)
            return connection.scalar(sizes) if _attested(connection) else None

    def signed_at(self, size: int, verifier: Verifier) -> Checkpoint | None:
        """The checkpoint signed when the log had `size` entries; None where there is none. Raises `NoteError`."""
        with self._store.read() as connection:
            note = connection.scalar(select(checkpoint.c.note).where(checkpoint.c.size == size))
        return None if note is None else open_checkpoint(bytes(note).decode("utf-8", "replace"), verifier)

    def inclusion(self, sequence: int, size: int | None = None) -> InclusionProof:
        """The proof that entry `sequence` is in the log at its checkpoint of `size` entries, or at its latest, with the
        cosignatures of that checkpoint; reads every leaf once. Raises `ProofError` where there is no such entry.
        """
        with self.snapshot() as snapshot:
            at = snapshot.frontier()[0] if size is None else size
            path = inclusion_proof(sequence, at, snapshot.subtree)
            leaf = snapshot.subtree(sequence, sequence + 1)
            note = self.cosigned(at) or snapshot.latest_note()
            return InclusionProof(sequence=sequence, leaf=leaf, path=tuple(path), note=note)

    def consistency(self, old: int) -> list[bytes]:
        """The proof that the log at its latest checkpoint extends its first `old` entries (at least one)."""
        with self.snapshot() as snapshot:
            return snapshot.consistency(old)


class LogSnapshot:
    """One unmoving state of a log in a database. `cursors` closes what a caller did not read to its end."""

    def __init__(self, connection: Connection, cursors: ExitStack) -> None:
        self._connection = connection
        self._cursors = cursors

    def rows(self, start: int = 0) -> Iterator[StoredEntry]:
        """The stored entries from `start` on, in order."""
        columns = select(entry.c.sequence, entry.c.idem, entry.c.body, entry.c.leaf)
        for row in self._stream(columns.where(entry.c.sequence >= start).order_by(entry.c.sequence)):
            if not (isinstance(row.body, bytes) and isinstance(row.leaf, bytes)):
                raise LogDamagedError("An entry is not stored as bytes.")
            yield StoredEntry(sequence=row.sequence, idem=row.idem, body=row.body, leaf=row.leaf)

    def extent(self) -> tuple[int, int]:
        """The first stored sequence number, and one more than the last; (0, 0) where there is none."""
        ends = (select(f(entry.c.sequence)).scalar_subquery() for f in (func.min, func.max))
        first, last = self._connection.execute(select(*ends)).one()
        return (0, 0) if last is None else (first, last + 1)

    def blocks(self, start: int, end: int) -> Iterator[list[StoredRow]]:
        """The rows from `start` up to `end` in order, some thousands at a time, as the driver gives them.

        What cannot be read is approached row by row, so that whoever counts rows knows where it is. Raises
        `LogDamagedError` there.
        """
        for at in range(start, end, _BLOCK):
            upto = min(at + _BLOCK, end)
            try:
                rows = driven(self._connection, _BLOCK_OF_ROWS, at, upto)
            except LogDamagedError:
                for one in range(at, upto):
                    yield driven(self._connection, _BLOCK_OF_ROWS, one, one + 1)
                raise
            if rows:
                yield rows

    def damage(self) -> str | None:
        """What SQLite's own check of tables and indexes finds; None on PostgreSQL, which has none for everybody."""
        if self._connection.dialect.name != "sqlite":
            return None
        found = self._connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
        return None if found == "ok" else "the database file is damaged beside the entries: its indexes mislead"

    def signed(self, after: int, upto: int) -> Iterator[tuple[int, bytes]]:
        """The size and signed note of the checkpoints with `after` < size <= `upto`, in order of size."""
        within = (checkpoint.c.size > after) & (checkpoint.c.size <= upto)
        yield from self._notes(select(checkpoint.c.size, checkpoint.c.note).where(within))

    def latest_of(self, kinds: Collection[str]) -> str | None:
        """The id of the latest event of these types; None where there is none. An id begins with its type."""
        ids = select(entry.c.idem).order_by(entry.c.sequence.desc()).limit(_NEAR_THE_END)
        for id_ in (str(row.idem) for row in self._connection.execute(ids)):
            if id_.partition(":")[0] in kinds:
                return id_
        statement = _LATEST_OF_KIND[self._connection.dialect.name]
        found = [self._connection.execute(statement, {"kind": str(kind)}).one_or_none() for kind in kinds]
        latest = max(((row.sequence, str(row.idem)) for row in found if row is not None), default=None)
        return None if latest is None else latest[1]

    def checkpoints(self) -> Iterator[tuple[int, bytes]]:
        """The size and the signed note of every checkpoint, smallest first."""
        yield from self._notes(select(checkpoint.c.size, checkpoint.c.note))

    def _notes(self, notes: Select[*tuple[Any, ...]]) -> Iterator[tuple[int, bytes]]:
        for row in self._stream(notes.order_by(checkpoint.c.size)):
            if not isinstance(row.note, bytes):
                raise LogDamagedError("A checkpoint is not stored as bytes.")
            yield row.size, row.note

    def cosignatures(self) -> Iterator[tuple[int, bytes]]:
        """The size and one signature line of somebody else, in order of size; none in a log that never had any."""
        if not _attested(self._connection):
            return
        for row in self._stream(select(cosignature).order_by(*cosignature.primary_key)):
            if not isinstance(row.line, bytes):
                raise LogDamagedError("A cosignature is not stored as bytes.")
            if not _is_by(row.line, row.name, row.key_id):
                raise LogDamagedError("A cosignature is stored under another name than its own.")
            yield row.size, row.line

    def time_stamps(self) -> Iterator[tuple[int, bytes]]:
        """The size and the RFC 3161 answer over the signed note at that size, smallest first."""
        if not _attested(self._connection):
            return
        for row in self._stream(select(time_stamp.c.size, time_stamp.c.token).order_by(time_stamp.c.size)):
            if not isinstance(row.token, bytes):
                raise LogDamagedError("A time-stamp is not stored as bytes.")
            yield row.size, row.token

    def frontier(self) -> tuple[int, bytes]:
        """The stored frontier: its size and its packed hashes. Raises `LogDamagedError` where it is gone."""
        head = read_head(self._connection)
        return head.size, head.hashes

    def latest_note(self) -> str:
        """The signed note of the latest checkpoint; raises `LogDamagedError` where there is none."""
        note = read_head(self._connection).note
        if note is None:
            raise LogDamagedError("The log holds no signed checkpoint.")
        return note

    def consistency(self, old: int) -> list[bytes]:
        """The proof that this state extends its first `old` entries (at least one). Raises `ProofError`."""
        return consistency_proof(old, self.frontier()[0], self.subtree)

    def subtree(self, start: int, end: int) -> bytes:
        """The root of the stored leaves from `start` up to `end`. Raises `ProofError` if one is missing."""
        within = (entry.c.sequence >= start) & (entry.c.sequence < end)
        leaves = select(entry.c.leaf).where(within).order_by(entry.c.sequence)
        tree = Frontier.of(row.leaf for row in self._stream(leaves))
        if tree.size != end - start:
            raise ProofError("The log lacks an entry that the proof needs.")
        return tree.root()

    def _stream(self, rows: Select[*tuple[Any, ...]]) -> Iterator[Row[*tuple[Any, ...]]]:
        result = self._connection.execute(rows, execution_options={"yield_per": _CHUNK})
        return iter(self._cursors.enter_context(result))


def _attested(connection: Connection) -> bool:
    """Whether this log has the tables for what others attest: a copy of an older log does not."""
    return inspect(connection).has_table(cosignature.name)


def _is_by(line: bytes, name: str, key_id: str) -> bool:
    try:
        signature = Signature.parse(line.decode("utf-8", "replace").removesuffix("\n"))
    except NoteError:
        return False
    return (signature.name, signature.key_id.hex()) == (name, key_id)

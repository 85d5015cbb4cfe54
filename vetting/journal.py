"""From the outboxes into the transparency log (no log, no act), and the log's troubles as sentences for a person."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol, TypeAlias, cast

from vetting.errors import ExitCode, VettingError, storage
from vetting.files import write_file
from vetting.log.canonical import canonical
from vetting.log.checkpoint import Checkpoint
from vetting.log.errors import LogError
from vetting.log.event import Event, EventType, parse
from vetting.log.keys import LogKey
from vetting.log.profile import MAX_INTEGER, JsonInput
from vetting.log.reader import LogReader
from vetting.log.store import LogStore
from vetting.log.writer import LogWriter
from vetting.records.outbox import OutboxEvent, PostingUnit, log_cut_back, store_cut_back
from vetting.roles import Permission, Person, authorize
from vetting.settings import Settings

_ROOT_DIGITS: Final = 64

RELEASES: Final = frozenset({EventType.REPORT_RELEASED})
PEOPLE: Final = frozenset({EventType.PERSON_ADDED, EventType.PERSON_CLEARED, EventType.PERSON_SIGN_IN_RESET})
_NOTED: Final = frozenset(
    {
        EventType.ACCESS_REFUSED,
        EventType.AUDIT_PERFORMED,
        EventType.KEY_CREATED,
        EventType.LOG_EXPORTED,
        EventType.REPORT_OPENED,
    }
)
CASEWORK: Final = frozenset(EventType) - RELEASES - PEOPLE - _NOTED
"""What the released reports, the accounts and the case files post; the rest is noted without a record of its own."""

Body: TypeAlias = Mapping[str, JsonInput]
"""What an event says: identifiers, codes, counts, digests and commitments; the log refuses prose."""


class Store(Protocol):
    """A store whose verbs post."""

    def reading(self) -> AbstractContextManager[PostingUnit]:
        """One unmoving state."""

    def transaction(self) -> AbstractContextManager[PostingUnit]:
        """The only writer."""


@contextmanager
def log_errors() -> Iterator[None]:
    """Turns what goes wrong in the log into the error a person can read."""
    try:
        yield
    except LogError as error:
        raise storage(error.code.lower().replace("-", "_"), str(error), error.remedy) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Whose acts they are, at which time and under which new identifiers: all passed in."""

    id: str
    clock: Callable[[], datetime]
    new_id: Callable[[], str]

    def event(
        self, kind: EventType, key: str, body: Body, *, position: str | None = None, case: str | None = None
    ) -> OutboxEvent:
        """The outbox row of an act; `key` makes its idempotency key, so the same act is logged once.

        Refused here, before anything is committed: a row the log will never take would block every later desk.
        """
        row = OutboxEvent(
            id=f"{kind.value}:{key}",
            type=kind.value,
            at=self.clock(),
            actor=self.id,
            position=position,
            case=case,
            body=dict(body),
        )
        with log_errors():
            canonical(_to_event(row), sequence=MAX_INTEGER, logged=row.at)
        return row


class Journal:
    """The log as one desk has it open, and what its data folder last saw of it.

    Opening refuses (`log_cut_back`) a log that is older than what any desk of this folder has seen: somebody put an
    earlier copy in its place, and an entry more would part it from the true one for good. `seen` is a note beside the
    log's folder; whoever owns the folder can remove it, and against them only a witness or paper helps.
    """

    def __init__(self, store: LogStore, key: LogKey, seen: Path, clock: Callable[[], datetime]) -> None:
        self.reader, self._verifier, self._seen = LogReader(store), key.verifier, seen
        with log_errors():
            self._writer = LogWriter(store, key, clock=clock)
            known = last_seen(seen)
            if any(not self._still_holds(size, root) for size, root in known.items()):
                raise log_cut_back()

    def checkpoint(self) -> Checkpoint:
        """Size and root as the log stands."""
        with log_errors():
            return self.reader.checkpoint(self._verifier)

    def note(
        self, actor: Actor, kind: EventType, body: Body, *, position: str | None = None, case: str | None = None
    ) -> None:
        """Puts an event without a record of its own (a refusal, a reading) into the log at once."""
        self._append([actor.event(kind, actor.new_id(), body, position=position, case=case)])

    def refusal(self, actor: Actor, error: VettingError, act: str, position: str | None = None) -> None:
        """Notes that the act was refused; `position` only where it is one, for what was typed may be anything."""
        self.note(actor, EventType.ACCESS_REFUSED, {"code": error.code, "act": act}, position=position)

    def compare(self, *stores: tuple[Store, frozenset[EventType]]) -> None:
        """Refuses stores and a log of which one is older than the other: see `compare`."""
        compare(self.reader, *stores)

    def settle(self, stores: Iterable[Store]) -> None:
        """Moves what is in the outboxes into the log; doubles nothing. Refuses where the log cannot take it."""
        for store in stores:
            with store.reading() as view:
                pending = view.unsettled()
            if not pending:
                continue
            self._append(pending)
            with store.transaction() as unit:
                unit.settled([row.id for row in pending])

    def _append(self, rows: Sequence[OutboxEvent]) -> None:
        with log_errors():
            self._writer.append_all([_to_event(row) for row in rows])
        stands = self.checkpoint()
        remember(self._seen, stands.size, stands.root_hex)

    def _still_holds(self, size: int, root: str) -> bool:
        signed = self.reader.signed_at(size, self._verifier)
        return signed is not None and signed.root_hex == root


def compare(reader: LogReader, *stores: tuple[Store, frozenset[EventType]]) -> None:
    """Refuses a log that lacks the last act a store knows to be in it (`log_cut_back`), and a store that lacks the last
    of its own acts in the log (`store_cut_back`): whichever is older, an earlier copy was put in its place.

    Each store comes with the types of event that it posts. The log is read before the store for the one question and
    after it for the other, so that an act somebody records meanwhile is never missed.
    """
    for store, kinds in stores:
        with log_errors():
            latest = reader.latest_of(kinds)
            with store.reading() as view:
                if latest is not None and not view.posted(latest):
                    raise store_cut_back()
                view.refuse_older_log(reader.holds)


def open_journal(settings: Settings, clock: Callable[[], datetime]) -> Journal:
    """The log of a data folder, to be written to. Refuses a missing key, another key's log, and an older log."""
    with log_errors():
        store = LogStore(settings.store_url("transparency_log"))
        key = LogKey.load(settings.log_key)
    return Journal(store, key, settings.log_seen, clock)


def note_where_possible(settings: Settings, clock: Callable[[], datetime], write: Callable[[Journal], None]) -> bool:
    """Writes to the log where this account keeps it; whether it could.

    Not in a copy, in a folder of another account, and on a medium that takes nothing. Refuses as any desk does where
    the log is older than what this folder has seen.
    """
    try:
        if settings.home.stat().st_uid != os.geteuid() or not settings.log_key.is_file():
            return False
        write(open_journal(settings, clock))
    except OSError:
        return False
    except VettingError as error:
        if error.exit_code is ExitCode.LOG_BROKEN:
            raise
        return False
    return True


def authorize_noted(
    settings: Settings, person: Person, actor: Actor, permission: Permission, positions: Iterable[str] = ()
) -> None:
    """As `authorize`, and the log notes the refusal where it can: once for each of the `positions` that is one."""

    def note(journal: Journal, error: VettingError) -> None:
        named: list[str | None] = [*sorted(_opened(journal.reader, frozenset(positions)))]
        for position in named or [None]:
            journal.refusal(actor, error, permission.value, position)

    try:
        authorize(person, permission)
    except VettingError as refusal:
        error = refusal
        note_where_possible(settings, actor.clock, lambda journal: note(journal, error))
        raise


def _opened(reader: LogReader, positions: Collection[str]) -> set[str]:
    """Those of these that the log knows: what was typed may be anything."""
    kind, found = EventType.PROTOCOL_FROZEN, set[str]()
    with log_errors(), reader.snapshot() as snapshot:
        for row in snapshot.rows() if positions else ():
            if kind.value.encode() in row.body and (event := parse(row.body).event).type is kind:
                found |= {str(event.position)} & set(positions)
    return found


def last_seen(note: Path) -> dict[int, str]:
    """Size and root that a data folder last saw of its log; empty where there is no note that can be read."""
    try:
        size, _, root = note.read_text("ascii").strip().partition(":")
        return {int(size): root} if len(root) == _ROOT_DIGITS else {}
    except (OSError, ValueError):
        return {}


def remember(note: Path, size: int, root: str) -> None:
    """Notes what the log is, for the next who opens it; a medium that takes no note is no reason to stop."""
    with suppress(OSError):
        write_file(note, f"{size}:{root}\n".encode("ascii"))


def _to_event(row: OutboxEvent) -> Event:
    return Event(
        type=EventType(row.type),
        id=row.id,
        at=row.at,
        actor=row.actor,
        position=row.position,
        case=row.case,
        body=cast("Body", row.body),
    )

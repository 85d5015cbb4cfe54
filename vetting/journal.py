"""From the outboxes into the transparency log (no log, no act), and the log's troubles as sentences for a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias, cast

from vetting.errors import VettingError, storage
from vetting.log.canonical import canonical
from vetting.log.errors import LogError
from vetting.log.event import Event, EventType
from vetting.log.profile import MAX_INTEGER, JsonInput
from vetting.log.reader import LogReader
from vetting.log.writer import LogWriter
from vetting.records.outbox import OutboxEvent, PostingUnit

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

    def note(
        self, log: LogWriter, kind: EventType, body: Body, *, position: str | None = None, case: str | None = None
    ) -> None:
        """Puts an event without a record of its own (a refusal, a reading) into the log at once."""
        with log_errors():
            log.append(_to_event(self.event(kind, self.new_id(), body, position=position, case=case)))

    def refusal(self, log: LogWriter, error: VettingError, act: str, position: str | None = None) -> None:
        """Notes that the act was refused."""
        self.note(log, EventType.ACCESS_REFUSED, {"code": error.code, "act": act}, position=position)


def settle(stores: Iterable[Store], log: LogWriter) -> None:
    """Moves what is in the outboxes into the log; doubles nothing. Refuses where the log cannot take it."""
    for store in stores:
        with store.reading() as view:
            pending = view.unsettled()
        if not pending:
            continue
        with log_errors():
            log.append_all([_to_event(row) for row in pending])
        with store.transaction() as unit:
            unit.settled([row.id for row in pending])


def refuse_older_log(stores: Iterable[Store], reader: LogReader) -> None:
    """Refuses a log that lacks what a store knows to be in it: somebody put an older copy in its place."""
    for store in stores:
        with store.reading() as view, log_errors():
            view.refuse_older_log(reader.holds)


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

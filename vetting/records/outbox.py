"""The outbox: what a verb did, committed with its record, until the transparency log has taken it over."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rfc8785
from sqlalchemy import Boolean, Column, Connection, MetaData, Row, String, Table, Text, false, select, true, update

from vetting.errors import ExitCode, VettingError, bad_input, not_found, refused
from vetting.records.columns import code, moment, sequence
from vetting.records.failures import intact


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEvent:
    """One act on its way into the log, kept in clear: identifiers, codes and salted commitments only."""

    id: str
    """The idempotency key: a retried verb posts the same event under the same id."""
    type: str
    at: datetime
    actor: str
    position: str | None
    case: str | None
    body: Mapping[str, object]
    """Plain JSON (RFC 8785: no NaN, whole numbers below 2^53)."""


def outbox_table(metadata: MetaData) -> Table:
    """The same table in every store that has verbs."""
    return Table(
        "outbox",
        metadata,
        sequence(),
        Column("id", String, nullable=False, unique=True),
        code("type"),
        moment("at"),
        code("actor"),
        Column("position", String),
        Column("case_number", String),
        Column("body", Text, nullable=False),
        Column("settled", Boolean, nullable=False, index=True),
    )


class PostingUnit:
    """A transaction in which a verb records and posts: both are committed, or neither."""

    def __init__(self, connection: Connection, outbox: Table) -> None:
        self._connection = connection
        self._outbox = outbox

    def post(self, event: OutboxEvent) -> None:
        """Adds the event. The same event again is no error; another event under its id is refused."""
        values = _values(event)
        known = self._connection.execute(select(self._outbox).where(self._outbox.c.id == event.id)).one_or_none()
        if known is None:
            self._connection.execute(self._outbox.insert().values(**values, settled=False))
        elif _values(_event(known)) != values:
            raise refused(
                "event_differs",
                "Another act was recorded under the same identifier.",
                "Give every act an identifier of its own; repeat an identifier only to retry the same act.",
            )

    def posted(self, id_: str) -> bool:
        """Whether an event was posted under this id, settled or not."""
        query = select(self._outbox.c.id).where(self._outbox.c.id == id_)
        return self._connection.scalar(query) is not None

    def unsettled(self) -> tuple[OutboxEvent, ...]:
        """What the log has not taken over, in the order of posting."""
        waiting = select(self._outbox).where(self._outbox.c.settled == false()).order_by(self._outbox.c.sequence)
        with intact("event"):
            return tuple(_event(row) for row in self._connection.execute(waiting))

    def refuse_older_log(self, holds: Callable[[str], bool]) -> None:
        """Refuses a log that lacks the last event it has taken over: somebody put an older copy in its place.

        `holds` says whether the log holds an event of that id.
        """
        done = select(self._outbox.c.id).where(self._outbox.c.settled == true())
        last = self._connection.scalar(done.order_by(self._outbox.c.sequence.desc()).limit(1))
        if last is not None and not holds(last):
            raise log_cut_back()

    def settled(self, ids: Iterable[str]) -> None:
        """Notes that the log holds these. Refuses an id that was never posted; noting twice is no error."""
        for id_ in ids:
            done = update(self._outbox).where(self._outbox.c.id == id_).values(settled=True)
            if self._connection.execute(done).rowcount != 1:
                raise not_found("unknown_event", "An event that was never posted cannot be settled.", "Check its id.")


def store_cut_back() -> VettingError:
    """A store that lacks what it had posted."""
    return VettingError(
        "store_cut_back",
        "A store lacks an act of its own that the transparency log holds: an older copy was put in its place.",
        "Put the latest copy back, keep both, and tell the auditor; nothing can be done until then.",
        ExitCode.LOG_BROKEN,
    )


def log_cut_back() -> VettingError:
    """A log that lacks what was seen in it."""
    return VettingError(
        "log_cut_back",
        "The transparency log lacks an act that it held before: an older copy was put in its place.",
        "Put the latest copy back, keep both, and tell the auditor; nothing can be done until then.",
        ExitCode.LOG_BROKEN,
    )


def _values(event: OutboxEvent) -> dict[str, object]:
    return {
        "id": event.id,
        "type": event.type,
        "at": event.at,
        "actor": event.actor,
        "position": event.position,
        "case_number": event.case,
        "body": _canonical(event.body),
    }


@intact("event")
def _event(row: Row[Any]) -> OutboxEvent:
    return OutboxEvent(
        id=row.id,
        type=row.type,
        at=row.at,
        actor=row.actor,
        position=row.position,
        case=row.case_number,
        body=json.loads(row.body),
    )


def _canonical(body: Any) -> str:  # noqa: ANN401 - rfc8785 itself refuses what is not JSON
    try:
        return rfc8785.dumps(body).decode()
    except ValueError:
        raise bad_input(
            "event_body", "The body of an event is not plain JSON.", "Post identifiers, codes and whole numbers only."
        ) from None

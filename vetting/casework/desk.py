"""The investigator's desk: the stores, the key and the person, and the one way in which an act becomes a fact.

No log, no act: a verb commits its record together with its outbox rows, then the log takes them under their idempotency
keys, and only then has the verb happened. A crash between the two is repaired by `settle` when a desk is next opened.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, cast

from vetting.errors import VettingError, storage
from vetting.log.canonical import canonical
from vetting.log.checkpoint import Checkpoint
from vetting.log.commitment import commitment
from vetting.log.errors import LogError
from vetting.log.event import Event, EventType
from vetting.log.note import Verifier
from vetting.log.profile import MAX_INTEGER, JsonInput
from vetting.log.reader import LogReader
from vetting.log.writer import LogWriter
from vetting.records.case_files import CaseFiles, CaseFileUnit
from vetting.records.outbox import OutboxEvent
from vetting.records.released_reports import ReleasedReports
from vetting.roles import Permission, Person, authorize, check_searcher
from vetting.settings import Settings

Body: TypeAlias = Mapping[str, JsonInput]
"""What an event says: identifiers, codes, counts, digests and commitments; the log refuses prose."""

SALT_INFO = b"vetting/v1/salt/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What an investigator or reviewer works with. Time and identifiers come from outside."""

    settings: Settings
    person: Person
    case_files: CaseFiles
    released: ReleasedReports
    log: LogWriter
    reader: LogReader
    verifier: Verifier
    clock: Callable[[], datetime]
    new_id: Callable[[], str]

    def permit(
        self, permission: Permission, *, position: str | None = None, searcher: bool = False, attesting: bool = False
    ) -> None:
        """Refuses, and logs the refusal, where the role table does not allow the act.

        With `searcher`, also refuses somebody who decides on the position or whose sensitive-position record is missing
        or expired (IV.B.6, IV.B.7), checked at this moment and not only when the case was opened. With `attesting`, the
        one act that needs no attestation yet.
        """
        try:
            authorize(self.person, permission)
            if searcher and position is not None:
                self._check_searcher(position, attesting=attesting)
        except VettingError as error:
            self.record(EventType.ACCESS_REFUSED, {"code": error.code, "act": permission.value}, position=position)
            raise

    def _check_searcher(self, position: str, *, attesting: bool) -> None:
        with self.case_files.reading() as unit:
            deciders = unit.position(position).deciders
            attested = attesting or unit.attested(position, self.person.id)
        check_searcher(self.person, deciders, self.clock(), attested=attested)

    def record(self, kind: EventType, body: Body, *, position: str | None = None) -> None:
        """Puts an event without a record of its own (a refusal) into the log."""
        with log_errors():
            self.log.append(
                Event(
                    type=kind,
                    id=f"{kind.value}:{self.new_id()}",
                    at=self.clock(),
                    actor=self.person.id,
                    position=position,
                    body=body,
                )
            )

    def checkpoint(self) -> Checkpoint:
        """Size and root of the log as it stands."""
        with log_errors():
            return self.reader.checkpoint(self.verifier)

    def event(
        self,
        kind: EventType,
        key: str,
        body: Body,
        *,
        position: str,
        case: str | None = None,
    ) -> OutboxEvent:
        """The outbox row of an act; `key` makes its idempotency key, so the same act is logged once."""
        row = OutboxEvent(
            id=f"{kind.value}:{key}",
            type=kind.value,
            at=self.clock(),
            actor=self.person.id,
            position=position,
            case=case,
            body=dict(body),
        )
        # Refused here, before anything is committed: a row the log will never take would block every later desk.
        with log_errors():
            canonical(to_event(row), sequence=MAX_INTEGER, logged=row.at)
        return row

    @contextmanager
    def act(self) -> Iterator[CaseFileUnit]:
        """One verb: its records and outbox rows in one transaction, then the log."""
        with self.case_files.transaction() as unit:
            yield unit
        self.settle()

    def refuse_older_log(self) -> None:
        """Refuses a log that is older than the case files or the released reports."""
        for store in (self.case_files, self.released):
            with store.reading() as view, log_errors():
                view.refuse_older_log(self.reader.holds)

    def settle(self) -> None:
        """Moves what is in the outboxes into the log; doubles nothing. Refuses where the log cannot take it."""
        for store in (self.case_files, self.released):
            with store.reading() as view:
                pending = view.unsettled()
            if not pending:
                continue
            with log_errors():
                self.log.append_all([to_event(row) for row in pending])
            with store.transaction() as unit:
                unit.settled([row.id for row in pending])


def to_event(row: OutboxEvent) -> Event:
    """The log's event of an outbox row."""
    return Event(
        type=EventType(row.type),
        id=row.id,
        at=row.at,
        actor=row.actor,
        position=row.position,
        case=row.case,
        body=cast("Body", row.body),
    )


@contextmanager
def log_errors() -> Iterator[None]:
    """Turns what goes wrong in the log into the error a person can read."""
    try:
        yield
    except LogError as error:
        raise storage(error.code.lower().replace("-", "_"), str(error), error.remedy) from None


def salt_for(case_secret: bytes, record: str) -> bytes:
    """The 32-byte salt of one record's commitment, from the case's sealed secret: destroyed with the case."""
    return hmac.new(case_secret, SALT_INFO + record.encode(), hashlib.sha256).digest()


def commit(case_secret: bytes, record: str, content: bytes) -> str:
    """Salted commitment to content that never enters the log."""
    return commitment(salt_for(case_secret, record), content)

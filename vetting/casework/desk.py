"""The investigator's desk: the stores, the key and the person, and the one way in which an act becomes a fact.

No log, no act: a verb commits its record together with its outbox rows, then the log takes them under their idempotency
keys, and only then has the verb happened. A crash between the two is repaired by `settle` when a desk is next opened.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from vetting.errors import VettingError
from vetting.journal import Actor, Body, Journal
from vetting.log.checkpoint import Checkpoint
from vetting.log.commitment import commitment
from vetting.log.event import EventType
from vetting.log.reader import LogReader
from vetting.records.case_files import CaseFiles, CaseFileUnit
from vetting.records.outbox import OutboxEvent
from vetting.records.released_reports import ReleasedReports
from vetting.roles import Permission, Person, authorize, check_searcher
from vetting.settings import Settings

__all__ = ["Body", "Desk", "commit", "salt_for"]

SALT_INFO = b"vetting/v1/salt/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What an investigator or reviewer works with. Time and identifiers come from outside."""

    settings: Settings
    person: Person
    case_files: CaseFiles
    released: ReleasedReports
    journal: Journal
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
            known = None if error.code == "unknown_position" else position
            self.journal.refusal(self.actor, error, permission.value, known)
            raise

    def _check_searcher(self, position: str, *, attesting: bool) -> None:
        with self.case_files.reading() as unit:
            deciders = unit.position(position).deciders
            attested = attesting or unit.attested(position, self.person.id)
        check_searcher(self.person, deciders, self.clock(), attested=attested)

    @property
    def actor(self) -> Actor:
        """The person as the log names them."""
        return Actor(id=self.person.id, clock=self.clock, new_id=self.new_id)

    def checkpoint(self) -> Checkpoint:
        """Size and root of the log as it stands."""
        return self.journal.checkpoint()

    @property
    def reader(self) -> LogReader:
        """The log, to be read."""
        return self.journal.reader

    def event(
        self,
        kind: EventType,
        key: str,
        body: Body,
        *,
        position: str,
        case: str | None = None,
    ) -> OutboxEvent:
        """The outbox row of an act; `key` makes its idempotency key. Refuses what the log would never take."""
        return self.actor.event(kind, key, body, position=position, case=case)

    @contextmanager
    def act(self) -> Iterator[CaseFileUnit]:
        """One verb: its records and outbox rows in one transaction, then the log."""
        with self.case_files.transaction() as unit:
            yield unit
        self.settle()

    def settle(self) -> None:
        """Moves what is in the outboxes into the log. Refuses where the log cannot take it."""
        self.journal.settle((self.case_files, self.released))


def salt_for(case_secret: bytes, record: str) -> bytes:
    """The 32-byte salt of one record's commitment, from the case's sealed secret: destroyed with the case."""
    return hmac.new(case_secret, SALT_INFO + record.encode(), hashlib.sha256).digest()


def commit(case_secret: bytes, record: str, content: bytes) -> str:
    """Salted commitment to content that never enters the log."""
    return commitment(salt_for(case_secret, record), content)

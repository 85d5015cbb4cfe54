"""The administrator's verbs: who may act, with which roles, and who is cleared to search (IV.B.7, REQ-POL-5).

Every change is in the log, so that an auditor can tell who could search or decide at any moment, and who made it so.
Opens the accounts and the log; no case, no report, no vault key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from vetting.errors import VettingError
from vetting.journal import PEOPLE, Actor, Journal, open_journal
from vetting.log.event import EventType
from vetting.records.accounts import Accounts, check_person_id
from vetting.roles import Permission, Person, SensitivePosition, authorize, check_record
from vetting.settings import Settings

SYSTEM = "system"
"""Who acts when a data folder is set up: there is nobody yet who could sign in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministrationDesk:
    """What an administrator works with."""

    accounts: Accounts
    journal: Journal
    actor: Actor

    def enrol(self, newcomer: Person, password: str) -> None:
        """Adds a person with roles and a first password. Refuses a malformed or taken id and a short password."""
        check_person_id(newcomer.id)
        body = {"person": newcomer.id, "roles": sorted(role.value for role in newcomer.roles)}
        event = self.actor.event(EventType.PERSON_ADDED, newcomer.id, body)
        self.accounts.enrol(newcomer, password, self.actor.clock(), event)
        self._settle()

    def clear(self, person_id: str, record: SensitivePosition) -> None:
        """Records that a person holds a sensitive position. Refuses an unknown person, and an impossible record."""
        self.accounts.person(person_id)  # before an event is made of what was typed
        check_record(record, self.actor.clock().date())
        body = {
            "person": person_id,
            "vetted_on": record.vetted_on.isoformat(),
            "training_expires_on": record.training_expires_on.isoformat(),
            "confidentiality_signed_on": record.confidentiality_signed_on.isoformat(),
        }
        event = self.actor.event(EventType.PERSON_CLEARED, f"{person_id}:{self.actor.new_id()}", body)
        self.accounts.set_clearance(person_id, record, event)
        self._settle()

    def set_password(self, person_id: str, password: str) -> None:
        """Sets a password anew and ends the person's sessions. Refuses an unknown person and a short password."""
        event = self.actor.event(
            EventType.PERSON_SIGN_IN_RESET, f"{person_id}:{self.actor.new_id()}", {"person": person_id}
        )
        self.accounts.set_password(person_id, password, self.actor.clock(), event)
        self._settle()

    def people(self) -> tuple[Person, ...]:
        """Everybody, in the order of their ids."""
        return self.accounts.people()

    def _settle(self) -> None:
        self.journal.settle((self.accounts,))


def open_administration(
    settings: Settings,
    accounts: Accounts,
    person: Person | None,
    clock: Callable[[], datetime],
    new_id: Callable[[], str],
) -> AdministrationDesk:
    """The desk of a signed-in administrator, after settling what an earlier crash may have left in the outbox.

    Refuses, and logs the refusal, whoever is none. `person` is None while a data folder is set up and has nobody yet:
    the first administrator is added by the set-up itself.
    """
    journal = open_journal(settings, clock)
    actor = Actor(id=person.id if person else SYSTEM, clock=clock, new_id=new_id)
    if person:
        try:
            authorize(person, Permission.MANAGE_PEOPLE)
        except VettingError as error:
            journal.refusal(actor, error, Permission.MANAGE_PEOPLE.value)
            raise
    journal.compare((accounts, PEOPLE))
    journal.settle((accounts,))
    return AdministrationDesk(accounts=accounts, journal=journal, actor=actor)

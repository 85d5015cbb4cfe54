"""The accounts: who may sign in, with which roles and clearance, and for how long a session lasts."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Row, delete, func, select, update

from vetting.errors import VettingError, bad_input, not_found, refused
from vetting.records import account_tables as t
from vetting.records.database import WAIT_SECONDS, Database
from vetting.records.failures import intact
from vetting.records.outbox import OutboxEvent, PostingUnit
from vetting.roles import Person, Role, SensitivePosition

PERSON_ID = re.compile(r"[a-z0-9][a-z0-9.-]{1,39}")
"""What the log accepts as an actor, and nothing that could style a terminal."""
SHORTEST_PASSWORD = 15
"""Characters, where a password is the only factor (NIST SP 800-63B-4, 3.1.1.2)."""
LONGEST_PASSWORD = 256
ATTEMPTS = 10
ATTEMPTS_WITHIN = timedelta(minutes=15)
CLOCK_TOLERANCE = timedelta(minutes=1)
"""How far two processes may differ about the time; a session seen later than that was seen by a wrong clock."""


def _new_token() -> str:
    return secrets.token_urlsafe(32)


class Accounts:
    """The store of persons and sessions. Every method is one transaction.

    A session ends `idle` after it was last used and `longest` after it began. Passwords are kept as Argon2id
    hashes, session tokens (256 bits) as their SHA-256.
    """

    def __init__(
        self,
        url: str,
        *,
        idle: timedelta = timedelta(minutes=15),
        longest: timedelta = timedelta(hours=8),
        hasher: PasswordHasher | None = None,
        new_token: Callable[[], str] = _new_token,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self.database = Database(
            url,
            store="accounts",
            tree="accounts",
            metadata=t.METADATA,
            revision=t.REVISION,
            wait_seconds=wait_seconds,
        )
        self._idle, self._longest = idle, longest
        self._hasher, self._new_token = hasher or PasswordHasher(), new_token

    def migrate(self) -> None:
        """Makes the store or brings it up to date."""
        self.database.migrate()

    def close(self) -> None:
        """Lets go of all connections."""
        self.database.close()

    # ------------------------------------------------------------------------------------------------ persons

    @contextmanager
    def transaction(self) -> Iterator[PostingUnit]:
        """The only writer of the outbox."""
        with self.database.writing() as connection:
            yield PostingUnit(connection, t.outbox)

    @contextmanager
    def reading(self) -> Iterator[PostingUnit]:
        """The outbox in one unmoving state."""
        with self.database.reading() as connection:
            yield PostingUnit(connection, t.outbox)

    @contextmanager
    def _recording(self, event: OutboxEvent) -> Iterator[Connection]:
        """A change and the event that tells of it, together or not at all."""
        with self.database.writing() as connection:
            yield connection
            PostingUnit(connection, t.outbox).post(event)

    def enrol(self, person: Person, password: str, now: datetime, event: OutboxEvent) -> None:
        """Adds a person with a first password. Refuses a short password, a malformed id and one that is taken."""
        hash_ = self._hashed(password)
        check_person_id(person.id)
        with self._recording(event) as connection:
            if connection.scalar(select(t.persons.c.id).where(t.persons.c.id == person.id)) is not None:
                raise refused(
                    "person_taken",
                    f"There is a person {person.id} already; nothing was changed.",
                    "See who there is with: vetting person list. Another person needs another id.",
                )
            _add(connection, person)
            connection.execute(t.passwords.insert().values(person=person.id, hash=hash_, set_at=now))

    def set_clearance(self, person_id: str, clearance: SensitivePosition, event: OutboxEvent) -> None:
        """The person's sensitive-position record, replacing the one before. Refuses an unknown person."""
        with self._recording(event) as connection:
            changed = update(t.persons).where(t.persons.c.id == person_id).values(**_clearance_values(clearance))
            if connection.execute(changed).rowcount != 1:
                raise _unknown_person()

    def person(self, person_id: str) -> Person:
        """Refuses an unknown person."""
        with self.database.reading() as connection:
            return _person(connection, person_id)

    def people(self) -> tuple[Person, ...]:
        """All, in the order of their ids."""
        with self.database.reading() as connection:
            ids = connection.scalars(select(t.persons.c.id)).all()
            return tuple(_person(connection, id_) for id_ in sorted(ids))

    # ---------------------------------------------------------------------------------------------- passwords

    def set_password(self, person_id: str, password: str, now: datetime, event: OutboxEvent) -> None:
        """Replaces the password and ends the person's sessions. Refuses a short one and an unknown person."""
        hash_ = self._hashed(password)
        with self._recording(event) as connection:
            _person(connection, person_id)
            connection.execute(delete(t.passwords).where(t.passwords.c.person == person_id))
            connection.execute(t.passwords.insert().values(person=person_id, hash=hash_, set_at=now))
            connection.execute(delete(t.sessions).where(t.sessions.c.person == person_id))

    def check_password(self, person_id: str, password: str, now: datetime) -> Person:
        """The person, if the password is theirs.

        Gives one answer, in one time, to an unknown person and to a wrong password; after ten wrong ones in
        fifteen minutes refuses to look, for known and unknown names alike. An attempt is counted before it is
        looked at, so that attempts made at the same moment count too.
        """
        decoy = self._decoy
        claimed = hashlib.sha256(person_id.encode("utf-8", "surrogatepass")).hexdigest()
        self._count_attempt(claimed, now)
        with self.database.reading() as connection:
            query = select(t.passwords.c.hash).where(t.passwords.c.person == person_id)
            hash_ = connection.scalar(query) if person_id.isprintable() else None
        if not self._matches(hash_ or decoy, password) or hash_ is None:
            raise refused(
                "sign_in_refused",
                "The person or the password is wrong.",
                "Try again, or have an administrator set a new password.",
            )
        with self.database.writing() as connection:
            connection.execute(delete(t.attempts).where(t.attempts.c.claimed_sha256 == claimed))
            return _person(connection, person_id)

    def _hashed(self, password: str) -> str:
        _refuse_length(password)
        return self._hasher.hash(_normal(password))

    @cached_property
    def _decoy(self) -> str:
        """A hash of what nobody knows: an unknown person takes as long to refuse as a known one."""
        return self._hasher.hash(_new_token())

    def _matches(self, hash_: str, password: str) -> bool:
        try:
            # Too long cannot be right: never cut (SP 800-63B-4, 3.1.1.2), and looked at as empty, which costs no more.
            return self._hasher.verify(hash_, _normal(password if len(password) <= LONGEST_PASSWORD else ""))
        except (VerificationError, InvalidHashError):
            return False

    def _count_attempt(self, claimed: str, now: datetime) -> None:
        with self.database.writing() as connection:
            connection.execute(delete(t.attempts).where(t.attempts.c.at <= now - ATTEMPTS_WITHIN))
            query = select(func.count()).select_from(t.attempts).where(t.attempts.c.claimed_sha256 == claimed)
            if (connection.scalar(query) or 0) >= ATTEMPTS:
                raise refused(
                    "sign_in_locked",
                    "There were too many wrong passwords for this person.",
                    f"Wait {ATTEMPTS_WITHIN.seconds // 60} minutes, then try again.",
                )
            connection.execute(t.attempts.insert().values(claimed_sha256=claimed, at=now))

    # ----------------------------------------------------------------------------------------------- sessions

    def start_session(self, person_id: str, now: datetime) -> str:
        """A new token, of which the store keeps the digest only. Refuses an unknown person."""
        token = self._new_token()
        with self.database.writing() as connection:
            _person(connection, person_id)
            over = (t.sessions.c.seen_at <= now - self._idle) | (t.sessions.c.started_at <= now - self._longest)
            connection.execute(delete(t.sessions).where(over))
            values = {"token_sha256": _digest(token), "person": person_id, "started_at": now, "seen_at": now}
            connection.execute(t.sessions.insert().values(**values))
        return token

    @intact("session")
    def session_person(self, token: str, now: datetime) -> Person:
        """Who is signed in, with the roles of now; counts as a use. Refuses an unknown or ended session."""
        with self.database.writing() as connection:
            mine = t.sessions.c.token_sha256 == _digest(token)
            session = connection.execute(select(t.sessions).where(mine)).one_or_none()
            if session is None or not self._lasts(session, now):
                ended = "Nobody is signed in, or the session has ended."
                raise refused("not_signed_in", ended, "Sign in again with: vetting sign-in PERSON.")
            connection.execute(update(t.sessions).where(mine).values(seen_at=now))
            return _person(connection, session.person)

    def end_session(self, token: str) -> None:
        """Signs out; no error where there is no such session."""
        with self.database.writing() as connection:
            connection.execute(delete(t.sessions).where(t.sessions.c.token_sha256 == _digest(token)))

    def _lasts(self, session: Row[Any], now: datetime) -> bool:
        """A clock that was set back ends a session: its limits would otherwise wait until the time comes round."""
        backwards = now < session.seen_at - CLOCK_TOLERANCE
        return not backwards and bool(now < session.seen_at + self._idle and now < session.started_at + self._longest)


def check_person_id(id_: str) -> None:
    """Refuses what is no person id."""
    if not PERSON_ID.fullmatch(id_):
        raise bad_input("person_id", "A person id is 2 to 40 of a-z, 0-9, dot and hyphen.", "E.g. j.alvarez.")


def _refuse_length(password: str) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise bad_input(
            "password_length",
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.",
            "Choose several words.",
        )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _normal(password: str) -> bytes:
    """One spelling of what looks alike, whichever keyboard wrote it (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _clearance_values(clearance: SensitivePosition | None) -> dict[str, object]:
    return {
        "vetted_on": clearance and clearance.vetted_on,
        "training_expires_on": clearance and clearance.training_expires_on,
        "confidentiality_signed_on": clearance and clearance.confidentiality_signed_on,
    }


def _add(connection: Connection, person: Person) -> None:
    values = {"id": person.id, "name": person.name, **_clearance_values(person.sensitive_position)}
    connection.execute(t.persons.insert().values(**values))
    for role in sorted(person.roles):
        connection.execute(t.roles.insert().values(person=person.id, role=role.value))


@intact("person")
def _person(connection: Connection, person_id: str) -> Person:
    row = connection.execute(select(t.persons).where(t.persons.c.id == person_id)).one_or_none()
    if row is None:
        raise _unknown_person()
    roles = connection.scalars(select(t.roles.c.role).where(t.roles.c.person == person_id))
    clearance = row.vetted_on and SensitivePosition(
        vetted_on=row.vetted_on,
        training_expires_on=row.training_expires_on,
        confidentiality_signed_on=row.confidentiality_signed_on,
    )
    return Person(
        id=row.id,
        name=row.name,
        roles=frozenset(Role(r) for r in roles),
        sensitive_position=clearance or None,
    )


def _unknown_person() -> VettingError:
    return not_found("unknown_person", "There is no such person.", "See who there is with: vetting person list.")

"""Who may sign in, for how long, and what a guesser learns: nothing."""

from __future__ import annotations

import itertools
import string
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import ClassVar, Literal

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type
from sqlalchemy import select, text

from tests.records import invented
from tests.records.invented import NOW
from tests.records.refusals import refused
from vetting.errors import ExitCode, VettingError
from vetting.records import account_tables as t
from vetting.records.accounts import ATTEMPTS, ATTEMPTS_WITHIN, Accounts
from vetting.records.outbox import OutboxEvent
from vetting.roles import Person, Role, SensitivePosition

PASSWORD = "eleven invented lanterns"
CLEARANCE = SensitivePosition(
    vetted_on=date(2026, 1, 2), training_expires_on=date(2027, 1, 2), confidentiality_signed_on=date(2026, 1, 3)
)
INVESTIGATOR = Person(
    id="inv.1",
    name="Ida Invented",
    roles=frozenset({Role.INVESTIGATOR, Role.REVIEWER}),
    sensitive_position=CLEARANCE,
)
AUDITOR = Person(id="aud-1", name="Abe Auditor", roles=frozenset({Role.AUDITOR}))


_NUMBERS = itertools.count(1)


def told() -> OutboxEvent:
    """What an administrator's act is told by, under an identifier of its own."""
    return invented.event(f"told-{next(_NUMBERS)}")


@pytest.fixture
def staffed(accounts: Accounts) -> Accounts:
    accounts.enrol(INVESTIGATOR, PASSWORD, NOW, told())
    accounts.enrol(AUDITOR, "another invented sentence", NOW, told())
    return accounts


# -------------------------------------------------------------------------------------------------- persons


def test_persons_come_back_with_roles_and_clearance(staffed: Accounts) -> None:
    assert staffed.person("inv.1") == INVESTIGATOR
    assert staffed.people() == (AUDITOR, INVESTIGATOR)


def test_a_person_without_roles_is_nobody_in_particular(staffed: Accounts) -> None:
    nobody = Person(id="xx", name="", roles=frozenset())
    staffed.enrol(nobody, PASSWORD, NOW, told())
    assert staffed.person("xx") == nobody


def test_an_id_belongs_to_one_person_for_ever(staffed: Accounts) -> None:
    again = replace(AUDITOR, name="Somebody else", roles=frozenset({Role.ADMINISTRATOR}))
    refused(lambda: staffed.enrol(again, PASSWORD, NOW, told()), "person_taken", ExitCode.REFUSED)
    assert staffed.person("aud-1") == AUDITOR


def test_a_clearance_is_renewed(staffed: Accounts) -> None:
    renewed = replace(CLEARANCE, training_expires_on=date(2028, 1, 2))
    staffed.set_clearance("inv.1", renewed, told())
    assert staffed.person("inv.1").sensitive_position == renewed


_UNKNOWN: list[Callable[[Accounts], object]] = [
    lambda a: a.person("nobody"),
    lambda a: a.set_clearance("nobody", CLEARANCE, told()),
    lambda a: a.set_password("nobody", PASSWORD, NOW, told()),
    lambda a: a.start_session("nobody", NOW),
]


def test_an_unknown_person_is_not_found(staffed: Accounts) -> None:
    for act in _UNKNOWN:
        refused(lambda act=act: act(staffed), "unknown_person", ExitCode.NOT_FOUND)  # type: ignore[misc]


# ------------------------------------------------------------------------------------------------ passwords


def test_the_right_password_gives_the_person(staffed: Accounts) -> None:
    assert staffed.check_password("inv.1", PASSWORD, NOW) == INVESTIGATOR


def test_the_same_characters_typed_on_another_keyboard_are_the_same_password(staffed: Accounts) -> None:
    staffed.set_password("inv.1", "eleven lanterns caf\u00e9", NOW, told())
    assert staffed.check_password("inv.1", "eleven lanterns cafe\u0301", NOW) == INVESTIGATOR


def test_a_new_password_ends_the_old_one_and_every_open_session(staffed: Accounts) -> None:
    token = staffed.start_session("inv.1", NOW)
    other = staffed.start_session("aud-1", NOW)
    staffed.set_password("inv.1", "twelve invented lanterns", NOW, told())
    refused(lambda: staffed.check_password("inv.1", PASSWORD, NOW), "sign_in_refused", ExitCode.REFUSED)
    refused(lambda: staffed.session_person(token, NOW), "not_signed_in", ExitCode.REFUSED)
    assert staffed.session_person(other, NOW) == AUDITOR


def test_a_password_of_the_wrong_length_is_not_set(staffed: Accounts) -> None:
    for password in ("", "short", "x" * 14, "x" * 257):
        error = refused(
            lambda password=password: staffed.set_password("inv.1", password, NOW, told()),  # type: ignore[misc]
            "password_length",
            ExitCode.BAD_INPUT,
        )
        assert not password or password not in str(error)
    assert staffed.check_password("inv.1", PASSWORD, NOW) == INVESTIGATOR


def test_the_longest_password_is_looked_at_whole(staffed: Accounts) -> None:
    longest = "0123456789abcdef" * 16
    staffed.set_password("inv.1", longest, NOW, told())
    for wrong in (longest + "x", longest[:-1]):
        refused(lambda w=wrong: staffed.check_password("inv.1", w, NOW), "sign_in_refused", ExitCode.REFUSED)  # type: ignore[misc]
    assert staffed.check_password("inv.1", longest, NOW) == INVESTIGATOR


_WRONG = {
    "a wrong password": ("inv.1", "eleven invented Lanterns"),
    "no password": ("inv.1", ""),
    "a very long password": ("inv.1", PASSWORD * 10_000),
    "an unknown person": ("nobody", PASSWORD),
    "a person without password": ("aud-1", PASSWORD),
    "nobody at all": ("", ""),
    "a hostile name": ("' OR 1=1 --", PASSWORD),
    "a name no database holds": ("inv.1\x00", PASSWORD),
    "a name that is no text": ("\ud800", PASSWORD),
}


def test_every_wrong_sign_in_gets_the_very_same_answer(staffed: Accounts) -> None:
    answer = "The person or the password is wrong. Try again, or have an administrator set a new password."
    for what, (person, password) in _WRONG.items():
        error = refused(
            lambda p=person, w=password: staffed.check_password(p, w, NOW),  # type: ignore[misc]
            "sign_in_refused",
            ExitCode.REFUSED,
        )
        assert str(error) == answer, what


class _CountingHasher(PasswordHasher):
    """The real hasher, which also remembers with which parameters it was asked to look."""

    looked: ClassVar[list[str]] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - the library's name
        self.looked.append(str(extract_parameters(str(hash))))
        return super().verify(hash, password)


def test_a_wrong_password_takes_as_much_work_for_an_unknown_person_as_for_a_known_one(
    staffed: Accounts, store_url: str
) -> None:
    counting = Accounts(store_url, hasher=_CountingHasher(time_cost=1, memory_cost=64, parallelism=1))
    work = []
    for person in ("inv.1", "aud-1", "nobody"):
        _CountingHasher.looked.clear()
        _wrong(counting, person, 1)
        work.append(list(_CountingHasher.looked))
    counting.close()
    assert staffed.person("inv.1") == INVESTIGATOR
    assert len(work[0]) == 1
    assert work[0] == work[1] == work[2]


@pytest.mark.parametrize("person", ["inv.1", "nobody"])
def test_ten_wrong_passwords_lock_for_fifteen_minutes_known_or_not(staffed: Accounts, person: str) -> None:
    for n in range(ATTEMPTS):
        at = NOW + timedelta(minutes=n)
        refused(lambda t=at: staffed.check_password(person, "wrong", t), "sign_in_refused", ExitCode.REFUSED)  # type: ignore[misc]
    locked_at = NOW + timedelta(minutes=ATTEMPTS)
    refused(lambda: staffed.check_password(person, PASSWORD, locked_at), "sign_in_locked", ExitCode.REFUSED)
    assert staffed.check_password("inv.1", PASSWORD, NOW + ATTEMPTS_WITHIN) == INVESTIGATOR


def test_a_locked_person_does_not_lock_the_others(staffed: Accounts) -> None:
    _wrong(staffed, "aud-1", ATTEMPTS)
    refused(lambda: staffed.check_password("aud-1", "wrong", NOW), "sign_in_locked", ExitCode.REFUSED)
    assert staffed.check_password("inv.1", PASSWORD, NOW) == INVESTIGATOR


def test_the_right_password_forgives_the_wrong_ones_before_it(staffed: Accounts) -> None:
    for _ in range(3):
        _wrong(staffed, "inv.1", ATTEMPTS - 1)
        assert staffed.check_password("inv.1", PASSWORD, NOW) == INVESTIGATOR


def test_attempts_made_at_the_same_moment_are_all_counted(staffed: Accounts) -> None:
    answers: list[str] = []
    barrier = Barrier(16)

    def guess() -> None:
        barrier.wait()
        try:
            staffed.check_password("inv.1", "wrong", NOW)
        except VettingError as error:
            answers.append(error.code)

    threads = [Thread(target=guess) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["sign_in_locked"] * 6 + ["sign_in_refused"] * 10


def test_what_was_typed_as_a_name_is_not_kept_since_it_may_be_a_password(staffed: Accounts) -> None:
    refused(lambda: staffed.check_password(PASSWORD, "x", NOW), "sign_in_refused", ExitCode.REFUSED)
    with staffed.database.reading() as connection:
        kept = connection.execute(select(t.attempts)).all()
    assert len(kept) == 1
    assert PASSWORD not in str(kept)


def test_the_password_is_hashed_as_rfc_9106_recommends(tmp_path: Path) -> None:
    store = Accounts(f"sqlite:///{tmp_path / 'a' / 'a.db'}")
    store.migrate()
    store.enrol(INVESTIGATOR, PASSWORD, NOW, told())
    with store.database.reading() as connection:
        parameters = extract_parameters(connection.scalar(select(t.passwords.c.hash)) or "")
    store.close()
    assert parameters.type is Type.ID
    assert (parameters.time_cost, parameters.memory_cost, parameters.parallelism) == (3, 65_536, 4)
    assert parameters.salt_len >= 16


def test_a_damaged_hash_lets_nobody_in(staffed: Accounts) -> None:
    for damaged in ("", "argon2", "$argon2id$v=19$m=64,t=1,p=1$AAAA$AAAA"):
        with staffed.database.writing() as connection:
            connection.execute(text("UPDATE passwords SET hash = :h"), {"h": damaged})
        refused(lambda: staffed.check_password("inv.1", PASSWORD, NOW), "sign_in_refused", ExitCode.REFUSED)


# ------------------------------------------------------------------------------------------------- sessions


def test_a_session_is_the_person_until_signed_out(staffed: Accounts) -> None:
    token = staffed.start_session("inv.1", NOW)
    assert staffed.session_person(token, NOW) == INVESTIGATOR
    staffed.end_session(token)
    staffed.end_session(token)
    refused(lambda: staffed.session_person(token, NOW), "not_signed_in", ExitCode.REFUSED)


def test_a_session_ends_after_fifteen_idle_minutes_and_each_use_begins_them_anew(staffed: Accounts) -> None:
    token = staffed.start_session("inv.1", NOW)
    almost = timedelta(minutes=15) - timedelta(microseconds=1)
    staffed.session_person(token, NOW + almost)
    staffed.session_person(token, NOW + 2 * almost)
    late = NOW + 2 * almost + timedelta(minutes=15)
    refused(lambda: staffed.session_person(token, late), "not_signed_in", ExitCode.REFUSED)


def test_a_session_ends_after_eight_hours_however_busy(staffed: Accounts) -> None:
    token = staffed.start_session("inv.1", NOW)
    for minutes in range(0, 480, 10):
        staffed.session_person(token, NOW + timedelta(minutes=minutes))
    over = NOW + timedelta(hours=8)
    refused(lambda: staffed.session_person(token, over), "not_signed_in", ExitCode.REFUSED)
    staffed.session_person(token, over - timedelta(microseconds=1))


def test_a_clock_that_was_set_back_ends_a_session(staffed: Accounts) -> None:
    token = staffed.start_session("inv.1", NOW)
    staffed.session_person(token, NOW - timedelta(seconds=50))  # two processes need not agree to the second
    for back in (timedelta(minutes=2), timedelta(days=30)):
        token = staffed.start_session("inv.1", NOW)
        with pytest.raises(VettingError) as refusal:
            staffed.session_person(token, NOW - back)
        assert refusal.value.code == "not_signed_in"


def test_how_long_a_session_lasts_can_be_set(store_url: str, staffed: Accounts) -> None:
    short = Accounts(store_url, idle=timedelta(minutes=1), longest=timedelta(minutes=2))
    token = short.start_session("aud-1", NOW)
    refused(lambda: short.session_person(token, NOW + timedelta(minutes=1)), "not_signed_in", ExitCode.REFUSED)
    assert staffed.session_person(token, NOW + timedelta(minutes=1)) == AUDITOR
    short.close()


def test_a_token_is_256_random_bits_and_its_digest_is_all_that_is_kept(staffed: Accounts) -> None:
    tokens = {staffed.start_session("inv.1", NOW) for _ in range(50)}
    assert len(tokens) == 50
    assert all(len(token) == 43 and set(token) <= {*string.ascii_letters, *string.digits, "-", "_"} for token in tokens)
    with staffed.database.reading() as connection:
        kept = str(connection.execute(select(t.sessions)).all())
    assert not any(token in kept for token in tokens)


def test_a_made_up_token_is_nobody(staffed: Accounts) -> None:
    staffed.start_session("inv.1", NOW)
    for made_up in ("", "x", "\x00", "\ud800", "' OR 1=1 --", "A" * 100_000):
        refused(lambda m=made_up: staffed.session_person(m, NOW), "not_signed_in", ExitCode.REFUSED)  # type: ignore[misc]


def test_ended_sessions_do_not_pile_up(staffed: Accounts) -> None:
    for hours in range(5):
        staffed.start_session("inv.1", NOW + timedelta(hours=hours))
    with staffed.database.reading() as connection:
        assert len(connection.execute(select(t.sessions)).all()) == 1


def test_a_person_with_a_role_this_program_does_not_know_is_refused(staffed: Accounts) -> None:
    with staffed.database.writing() as connection:
        connection.execute(text("UPDATE roles SET role = 'superuser' WHERE person = 'aud-1'"))
    refused(lambda: staffed.person("aud-1"), "record_altered")


def _wrong(store: Accounts, person: str, times: int) -> None:
    """Refuse this many wrong passwords in a row."""
    for _ in range(times):
        refused(lambda: store.check_password(person, "wrong", NOW), "sign_in_refused", ExitCode.REFUSED)

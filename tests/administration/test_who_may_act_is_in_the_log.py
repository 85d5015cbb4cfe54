"""Who was added, with which roles, and who was cleared to search stands in the log, or did not happen."""

import secrets
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.data_folder import set_up
from vetting.administration import AdministrationDesk, open_administration
from vetting.errors import ExitCode, VettingError
from vetting.log.event import Event, EventType
from vetting.log.reader import LogReader
from vetting.log.store import LogStore
from vetting.records.accounts import Accounts
from vetting.roles import Person, Role, SensitivePosition
from vetting.settings import Settings, load_settings

PASSWORD = "eleven invented lanterns"
KIM = Person(id="s.kim", name="S. Kim", roles=frozenset({Role.ADMINISTRATOR}))
TRAN = Person(id="m.tran", name="M. Tran", roles=frozenset({Role.REVIEWER, Role.INVESTIGATOR}))
CLEARED = SensitivePosition(
    vetted_on=date(2026, 1, 5), training_expires_on=date(2090, 1, 1), confidentiality_signed_on=date(2026, 1, 6)
)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    chosen = set_up(load_settings(tmp_path / "home"))
    _desk(chosen, None).enrol(KIM, PASSWORD)
    return chosen


def _accounts(settings: Settings) -> Accounts:
    return Accounts(settings.store_url("accounts"))


def _desk(settings: Settings, person: Person | None = KIM) -> AdministrationDesk:
    return open_administration(settings, _accounts(settings), person, now, lambda: secrets.token_hex(8))


def _logged(settings: Settings) -> list[Event]:
    entries = LogReader(LogStore(settings.store_url("transparency_log"))).entries()
    return [entry.event for entry in entries if entry.event.type is not EventType.KEY_CREATED]


def test_a_change_that_was_refused_left_neither_a_record_nor_an_entry(settings: Settings) -> None:
    desk, before = _desk(settings), len(_logged(settings))
    desk.enrol(TRAN, PASSWORD)
    acts: tuple[Callable[[], None], ...] = (
        lambda: desk.enrol(TRAN, PASSWORD),
        lambda: desk.enrol(Person(id="new.one", name="N", roles=frozenset()), "short"),
        lambda: desk.clear("nobody", CLEARED),
        lambda: desk.set_password("nobody", PASSWORD),
        lambda: desk.set_password(TRAN.id, "short"),
    )
    for act in acts:
        with pytest.raises(VettingError):
            act()
    assert len(_logged(settings)) == before + 1
    assert [person.id for person in desk.people()] == ["m.tran", "s.kim"]


def test_a_change_made_while_the_log_was_closed_is_logged_by_the_next_desk(settings: Settings) -> None:
    desk = _desk(settings)
    other = sqlite3.connect(settings.home / "transparency_log" / "transparency_log.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(VettingError) as refusal:
        desk.enrol(TRAN, PASSWORD)
    other.execute("ROLLBACK")
    other.close()
    assert refusal.value.exit_code is ExitCode.STORAGE
    assert "m.tran" not in str(_logged(settings))
    _desk(settings)
    assert [event.body.get("person") for event in _logged(settings)] == ["s.kim", "m.tran"]


def test_whoever_is_no_administrator_changes_nobody_and_the_attempt_is_in_the_log(settings: Settings) -> None:
    with pytest.raises(VettingError) as refusal:
        _desk(settings, TRAN)
    assert refusal.value.code == "role_refused"
    assert (_logged(settings)[-1].type, _logged(settings)[-1].actor) == (EventType.ACCESS_REFUSED, "m.tran")

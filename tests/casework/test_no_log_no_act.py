"""A verb has happened only when its entry is in the log, whatever breaks in between."""

import secrets
import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from filters.analyzer import Analyzer
from tests.data_folder import set_up
from tests.records import invented
from vetting.adjudication import ReadingDesk
from vetting.candidate import Authorization, Candidate, Identifier, IdentifierKind
from vetting.casework.desk import Body, Desk, commit
from vetting.casework.intake import attest, open_case, open_position, renew_authorization
from vetting.casework.opening import create_home, open_desk
from vetting.casework.protocol_file import declared_packs, load_protocol
from vetting.casework.searching import begin
from vetting.checkpoints import released_as
from vetting.errors import ExitCode, VettingError
from vetting.log.event import EventType
from vetting.protocol import SearchProtocol
from vetting.roles import Person, Role, SensitivePosition
from vetting.settings import REPOSITORY, Settings, load_settings

CLEARED = SensitivePosition(
    vetted_on=date(2026, 1, 5), training_expires_on=date(2090, 1, 1), confidentiality_signed_on=date(2026, 1, 6)
)
CHIEF = Person(id="chief", name="Chief", roles=frozenset({Role.DECISION_MAKER}))
INVESTIGATOR = Person(id="i.one", name="I. One", roles=frozenset({Role.INVESTIGATOR}), sensitive_position=CLEARED)
SOMEONE = Candidate(
    full_name="Ada Invented",
    town="Riverton",
    identifiers=(Identifier(kind=IdentifierKind.EMAIL, value="ada@mailbox.example"),),
)


def now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    return secrets.token_hex(8)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return set_up(load_settings(tmp_path / "home"))


@pytest.fixture(scope="module")
def protocol() -> SearchProtocol:
    config = REPOSITORY / "config"
    analyzer = Analyzer.load(config / "class_packs", declared_packs(config, "patrol_officer"))
    return load_protocol(config, "patrol_officer", analyzer.version, now().date())


def _desk(settings: Settings) -> Desk:
    return open_desk(settings, INVESTIGATOR, now, new_id)


def _enrolled(settings: Settings, protocol: SearchProtocol) -> tuple[Desk, str]:
    """A desk with one candidate, whose authorization lasts a day; the number of the case."""
    desk = _desk(settings)
    open_position(desk, "patrol", protocol, [CHIEF], practice=True)
    attest(desk, "patrol")
    signed = Authorization(form_sha256="0" * 64, signed_at=now(), expires_at=now() + timedelta(days=1))
    return desk, open_case(desk, "patrol", SOMEONE, signed, secrets.token_bytes(32)).number


def _logged(desk: Desk) -> list[EventType]:
    return [entry.event.type for entry in desk.reader.entries()]


def test_an_act_interrupted_before_the_log_is_finished_when_a_desk_is_next_opened(
    settings: Settings, protocol: SearchProtocol
) -> None:
    desk = _desk(settings)
    other = sqlite3.connect(settings.home / "transparency_log" / "transparency_log.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(VettingError) as refusal:
        open_position(desk, "patrol", protocol, [CHIEF], practice=True)
    other.execute("ROLLBACK")
    other.close()
    assert refusal.value.exit_code is ExitCode.STORAGE
    assert EventType.POSITION_OPENED not in _logged(desk)

    again = _desk(settings)
    assert _logged(again).count(EventType.PROTOCOL_FROZEN) == 1
    assert _logged(again).count(EventType.POSITION_OPENED) == 1
    assert _logged(_desk(settings)) == _logged(again)


def test_a_refused_act_is_in_the_log_and_leaves_no_record(settings: Settings, protocol: SearchProtocol) -> None:
    desk = _desk(settings)
    with pytest.raises(VettingError, match="decides on this position"):
        open_position(desk, "patrol", protocol, [CHIEF, replace(CHIEF, id="i.one")], practice=True)
    open_position(desk, "patrol", protocol, [CHIEF], practice=True)
    signed = Authorization(form_sha256="0" * 64, signed_at=now(), expires_at=now() + timedelta(days=1))
    with pytest.raises(VettingError, match="no conflict of interest"):
        open_case(desk, "patrol", SOMEONE, signed, secrets.token_bytes(32))
    assert _logged(desk)[-1] is EventType.ACCESS_REFUSED
    with desk.case_files.reading() as unit:
        assert not unit.cases("patrol")


def test_the_log_holds_a_commitment_to_the_candidate_that_only_the_case_can_open(
    settings: Settings, protocol: SearchProtocol
) -> None:
    desk, number = _enrolled(settings, protocol)
    entry = next(e for e in desk.reader.entries() if e.event.type is EventType.CANDIDATE_ENROLLED)
    with desk.case_files.reading() as unit:
        secret, candidate = unit.case_secret(number), unit.candidate(number)
    assert candidate == SOMEONE
    assert entry.event.body["candidate"] == commit(secret, "candidate", candidate.canonical())
    assert entry.event.body["candidate"] != commit(secrets.token_bytes(32), "candidate", candidate.canonical())
    log = (settings.home / "transparency_log" / "transparency_log.db").read_bytes()
    assert b"Ada" not in log
    assert b"mailbox" not in log


def test_setting_up_twice_changes_nothing(settings: Settings) -> None:
    keys = [settings.vault_key, settings.vault_public_key, settings.log_key, settings.log_verifier_key]
    before = [key.read_bytes() for key in keys]
    create_home(settings, now)
    assert [key.read_bytes() for key in keys] == before
    assert all(key.stat().st_mode & 0o777 == 0o400 for key in (settings.vault_key, settings.log_key))


def test_an_authorization_that_ran_out_is_renewed_for_the_same_candidate_only(
    settings: Settings, protocol: SearchProtocol
) -> None:
    desk, number = _enrolled(settings, protocol)
    later = replace(desk, clock=lambda: now() + timedelta(days=2))
    with pytest.raises(VettingError) as refusal:
        begin(later, number)
    assert refusal.value.code == "authorization_expired"
    renewed = Authorization(form_sha256="1" * 64, signed_at=now(), expires_at=now() + timedelta(days=9))
    with pytest.raises(VettingError) as other:
        renew_authorization(later, number, replace(SOMEONE, identifiers=()), renewed)
    assert other.value.code == "candidate_differs"
    renew_authorization(later, number, SOMEONE, renewed)
    with pytest.raises(VettingError, match="recorded already"):  # as after a kill that came too late
        renew_authorization(later, number, SOMEONE, renewed)
    begin(later, number)
    assert _logged(desk).count(EventType.AUTHORIZATION_RECORDED) == 2


def test_a_report_is_read_only_after_the_log_holds_its_release(settings: Settings, protocol: SearchProtocol) -> None:
    desk = _desk(settings)
    open_position(desk, "patrol", protocol, [CHIEF], practice=True)
    filed = invented.released("C-0001")
    filed = replace(filed, report=replace(filed.report, position="patrol"))
    number = filed.report.number
    with desk.released.transaction() as unit:  # as a kill between filing and logging leaves it
        unit.add(filed)
        body: Body = {"report": number, "pdf": filed.pdf_sha256, "log_size": 3}
        unit.post(desk.event(EventType.REPORT_RELEASED, number, body, position="patrol", case="C-0001"))
    assert EventType.REPORT_RELEASED not in _logged(desk)
    reading = ReadingDesk(settings=settings, person=CHIEF, clock=now, new_id=new_id)
    assert reading.list_reports("patrol") == (number,)
    assert reading.open_report(number).report.number == number
    assert _logged(desk)[-2:] == [EventType.REPORT_RELEASED, EventType.REPORT_OPENED]
    assert released_as(settings, filed.pdf_sha256) == number

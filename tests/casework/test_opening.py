"""A data folder is set up once; a lost key or an older log is noticed and never papered over."""

import secrets
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.data_folder import set_up
from tests.records import invented
from vetting.adjudication import ReadingDesk
from vetting.administration import open_administration
from vetting.casework.intake import attest, open_position
from vetting.casework.opening import create_home, open_desk
from vetting.checkpoints import verify_log
from vetting.cli import session
from vetting.errors import ExitCode, VettingError
from vetting.log.event import EventType
from vetting.records.accounts import Accounts
from vetting.roles import Person, Role, SensitivePosition
from vetting.settings import DEMO_MARKER, Settings, choose_home, load_settings

TODAY = datetime.now(UTC).date()
CLEARED = SensitivePosition(
    vetted_on=TODAY, training_expires_on=TODAY.replace(year=TODAY.year + 9), confidentiality_signed_on=TODAY
)
CHIEF = Person(id="chief", name="Chief", roles=frozenset({Role.DECISION_MAKER}))
INVESTIGATOR = Person(id="i.one", name="I. One", roles=frozenset({Role.INVESTIGATOR}), sensitive_position=CLEARED)
KIM = Person(id="s.kim", name="S. Kim", roles=frozenset({Role.ADMINISTRATOR}))
PROTOCOL = replace(invented.PROTOCOL, digests={"criteria": "a" * 64})


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return set_up(load_settings(tmp_path / "home"))


def _open(settings: Settings, position: str, *, practice: bool = True) -> None:
    desk = open_desk(settings, INVESTIGATOR, now, lambda: secrets.token_hex(8))
    open_position(desk, position, PROTOCOL, [CHIEF], practice=practice)


@pytest.mark.parametrize("lost", [("vault_key",), ("vault_key", "vault_public_key")])
def test_a_lost_vault_key_is_never_replaced_by_one_that_opens_nothing(
    settings: Settings, lost: tuple[str, ...]
) -> None:
    _open(settings, "patrol")
    for key in lost:
        getattr(settings, key).unlink()
    with pytest.raises(VettingError) as refusal:
        create_home(settings, now)
    assert (refusal.value.code, refusal.value.exit_code) == ("vault_key_lost", ExitCode.STORAGE)
    assert not settings.vault_key.exists()


@pytest.mark.parametrize("lost", [("log_key",), ("log_key", "log_verifier_key")])
def test_a_lost_log_key_is_never_replaced_by_one_that_continues_no_log(
    settings: Settings, lost: tuple[str, ...]
) -> None:
    for key in lost:
        getattr(settings, key).unlink()
    with pytest.raises(VettingError) as refusal:
        create_home(settings, now)
    assert refusal.value.code == "log_key_lost"
    assert not settings.log_key.exists()


def test_a_set_up_that_was_interrupted_after_its_passphrase_is_finished_by_the_next(tmp_path: Path) -> None:
    chosen = load_settings(tmp_path / "home")
    chosen.vault_passphrase.parent.mkdir(parents=True, mode=0o700)
    chosen.vault_passphrase.write_text("several words of a passphrase")
    create_home(chosen, now)
    _open(chosen, "patrol")


def _every_desk(settings: Settings) -> tuple[Callable[[], object], ...]:
    """One act at each desk that writes to the log, the refusal of somebody at the wrong desk among them."""

    def new_id() -> str:
        return secrets.token_hex(8)

    reading = ReadingDesk(settings=settings, person=CHIEF, clock=now, new_id=new_id)
    accounts = Accounts(settings.store_url("accounts"))
    return (
        lambda: _open(settings, "dispatcher"),
        lambda: open_desk(settings, CHIEF, now, new_id),
        lambda: reading.list_reports("patrol"),
        lambda: open_administration(settings, accounts, KIM, now, new_id),
        lambda: open_administration(settings, accounts, CHIEF, now, new_id),
    )


def test_an_older_copy_of_the_log_stops_every_desk_adds_nothing_and_does_not_verify(
    settings: Settings, tmp_path: Path
) -> None:
    log = settings.home / "transparency_log"
    _open(settings, "patrol")
    shutil.copytree(log, tmp_path / "older")
    _open(settings, "clerk")
    shutil.copytree(log, tmp_path / "latest")
    shutil.rmtree(log)
    shutil.copytree(tmp_path / "older", log)
    for act in _every_desk(settings):
        with pytest.raises(VettingError) as refusal:
            act()
        assert (refusal.value.code, refusal.value.exit_code) == ("log_cut_back", ExitCode.LOG_BROKEN)
    verdict = verify_log(settings)
    assert not verdict.ok
    assert "cut back" in str(verdict.reason)

    settings.log_seen.unlink()  # what it looks like to whoever has never seen the log before
    assert verify_log(settings).ok
    settings.log_seen.unlink()
    with pytest.raises(VettingError, match="older copy"):
        _open(settings, "dispatcher")
    shutil.rmtree(log)
    shutil.copytree(tmp_path / "latest", log)
    _open(settings, "dispatcher")
    _every_desk(settings)[3]()
    assert verify_log(settings).ok


def _put_back(settings: Settings, store: str, older: Path) -> None:
    shutil.rmtree(settings.home / store)
    shutil.copytree(older / store, settings.home / store)


def test_an_older_copy_of_a_store_stops_every_desk_that_needs_it(settings: Settings, tmp_path: Path) -> None:
    accounts = Accounts(settings.store_url("accounts"))
    reading = ReadingDesk(settings=settings, person=CHIEF, clock=now, new_id=lambda: secrets.token_hex(8))
    _open(settings, "patrol")
    administrator = open_administration(settings, accounts, None, now, lambda: secrets.token_hex(8))
    administrator.enrol(KIM, "eleven invented lanterns")
    shutil.copytree(settings.home, tmp_path / "older")
    _open(settings, "clerk")
    administrator.clear(KIM.id, CLEARED)
    desk = open_desk(settings, INVESTIGATOR, now, lambda: secrets.token_hex(8))
    with desk.released.transaction() as unit:
        unit.add(invented.released("C-0001"))
        unit.post(desk.event(EventType.REPORT_RELEASED, "R-1", {"report": "R-1"}, position="patrol"))
    desk.settle()
    needs: dict[str, Callable[[], object]] = {
        "case_files": lambda: _open(settings, f"d-{secrets.token_hex(4)}"),
        "released_reports": lambda: reading.list_reports("patrol"),
        "accounts": lambda: open_administration(settings, accounts, KIM, now, lambda: secrets.token_hex(8)),
    }
    for store, act in needs.items():
        act()
        shutil.copytree(settings.home / store, tmp_path / "latest" / store)
        accounts.close()
        _put_back(settings, store, tmp_path / "older")
        with pytest.raises(VettingError) as refusal:
            act()
        assert (refusal.value.code, refusal.value.exit_code) == ("store_cut_back", ExitCode.LOG_BROKEN), store
        accounts.close()
        _put_back(settings, store, tmp_path / "latest")


def test_the_demo_s_folder_takes_no_real_position_and_no_set_up(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (settings.home / DEMO_MARKER).touch()
    with pytest.raises(VettingError, match="next demo empties it"):
        _open(settings, "patrol", practice=False)
    _open(settings, "patrol")
    monkeypatch.setenv("VETTING_HOME", str(settings.home))
    with pytest.raises(VettingError) as refusal:
        session.settings(new=True)
    assert refusal.value.code == "demo_folder"
    (tmp_path / "var" / "demo").mkdir(parents=True)
    assert choose_home({}, tmp_path)[0] == tmp_path / "var" / "demo"
    assert choose_home({}, tmp_path, new=True)[0] == tmp_path / "var" / "department"


def test_whoever_decides_on_a_position_or_is_not_cleared_cannot_attest_for_it(settings: Settings) -> None:
    _open(settings, "patrol")
    for who in (replace(INVESTIGATOR, id="chief"), replace(INVESTIGATOR, id="i.two", sensitive_position=None)):
        desk = open_desk(settings, who, now, lambda: secrets.token_hex(8))
        with pytest.raises(VettingError):
            attest(desk, "patrol")
        assert [entry.event.type for entry in desk.reader.entries()][-1] is EventType.ACCESS_REFUSED
        with desk.case_files.reading() as unit:
            assert not unit.attested("patrol", who.id)


def test_the_log_names_the_opening_of_a_position_once(settings: Settings) -> None:
    _open(settings, "patrol")
    desk = open_desk(settings, INVESTIGATOR, now, lambda: secrets.token_hex(8))
    kinds = [entry.event.type for entry in desk.reader.entries()]
    assert kinds.count(EventType.POSITION_OPENED) == 1

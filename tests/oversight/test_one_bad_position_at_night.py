"""One entry that no desk wrote silences the nightly audit for nobody: what cannot be audited is a result of its own."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.runtime import prefect_server
from flows.verify_uniformity import audit_every_position
from tests.casework.room import AUDITOR, CHIEF, Room, logged, new_id, now
from tests.oversight.conftest import SECOND, Terminal, as_disclosed, break_log, candidate, opened
from tests.oversight.mail_server import mail_server
from vetting import oversight
from vetting.audit_notes import Conclusion, Night, NotAudited, file_night, tell
from vetting.checkpoints import verify_log
from vetting.errors import ExitCode, VettingError
from vetting.journal import Actor, Body, open_journal
from vetting.log.event import EventType
from vetting.log.verify import Verdict
from vetting.oversight import audit_position, positions_of
from vetting.settings import Settings
from vetting.uniformity import Result
from vetting.uniformity.result import failing

NO_PROTOCOL: Body = {"digest": "0" * 64, "document": {"id": "canary"}}
BROKEN = NotAudited(code="entry_ill_formed", exit_code=ExitCode.LOG_BROKEN)


def log_by_hand(settings: Settings, kind: EventType, body: Body, position: str | None) -> None:
    """What whoever holds the log's key can write past every desk."""
    actor = Actor(id="x.somebody", clock=now, new_id=new_id)
    open_journal(settings, now).note(actor, kind, body, position=position)


def mailed_by(settings: Settings, address: str) -> None:
    """The department has configured that the auditor is mailed."""
    department = settings.config / "department.toml"
    text = department.read_text().replace('smtp = ""', f'smtp = "{address}"')
    text = text.replace("mail_to = []", 'mail_to = ["auditor@riverton.example"]')
    department.write_text(text.replace('mail_from = ""', 'mail_from = "vetting@riverton.example"'))


def filed(settings: Settings) -> dict[str, object]:
    """The latest result of a night."""
    (file,) = (settings.home / "audits").glob("2*.json")
    said: dict[str, object] = json.loads(file.read_text())
    return said


def test_a_position_that_cannot_be_audited_is_told_and_the_others_are_audited(room: Room, terminal: Terminal) -> None:
    opened(room)
    opened(room, "detective")
    log_by_hand(room.settings, EventType.SEARCH_EXECUTED, {"key": "x.1", "milliseconds": {"canary": 1}}, "detective")
    with mail_server() as server:
        mailed_by(terminal.settings, server.address)
        night = terminal.vetting("nightly")
    assert night.returncode == int(ExitCode.LOG_BROKEN), night.stdout + night.stderr
    assert "patrol not finished, detective not auditable (entry_ill_formed)" in night.stdout
    said = filed(terminal.settings)
    assert said["result"] == "not_auditable"
    positions = said["positions"]
    assert isinstance(positions, dict)
    assert positions["detective"] == {"result": "not_auditable", "code": "entry_ill_formed"}
    assert positions["patrol"]["result"] == "not_finished"
    assert "canary" not in json.dumps(said) + night.stdout + night.stderr
    told = "Position detective is not auditable. New since the nightly audit of"
    (letter,) = server.letters
    assert told in " ".join(letter.split())
    assert told in " ".join(terminal.sign_in(AUDITOR).stderr.split())
    assert "its audit ends with entry_ill_formed" in night.stdout
    assert logged(room, EventType.AUDIT_PERFORMED) == 1


def test_a_protocol_that_is_frozen_for_no_position_is_told_and_is_no_position_and_nobodys_protocol(
    room: Room, terminal: Terminal
) -> None:
    log_by_hand(room.settings, EventType.PROTOCOL_FROZEN, NO_PROTOCOL, None)
    opened(room)
    replace(room, bring=as_disclosed).enrolled(candidate(1))
    log_by_hand(room.settings, EventType.PROTOCOL_FROZEN, NO_PROTOCOL, "detective")
    with mail_server(takes=False) as server:
        mailed_by(terminal.settings, server.address)
        night = terminal.vetting("nightly", "--json")
    assert night.returncode == int(ExitCode.LOG_BROKEN), night.stdout + night.stderr
    assert "the e-mail to the auditor was not taken" in night.stderr, "said, and it hides no graver code"
    said = json.loads(night.stdout)
    assert said["positions"] == {"patrol": "non_conforming", "detective": "not_auditable"}
    assert said["codes"] == {"detective": "protocol_unreadable"}
    (entry,) = said["frozen_for_no_position"]
    alarm = f"ALARM: the log holds a protocol that is frozen for no position (entry {entry})"
    assert alarm in said["new"][0]
    assert filed(terminal.settings)["frozen_for_no_position"] == [entry]
    assert alarm in " ".join(terminal.sign_in(AUDITOR).stderr.split())
    assert alarm not in terminal.vetting("verify").stderr, "told once"


def test_a_log_that_is_changed_while_it_is_audited_is_filed_and_not_noted(
    room: Room, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(room)
    opened(room, "detective")

    def audited_then_changed(*given: object) -> oversight.Audit:
        found = audit_position(*given)  # type: ignore[arg-type]
        break_log(settings.home)
        return found

    monkeypatch.setattr("flows.verify_uniformity.audit_position", audited_then_changed)
    with prefect_server(tmp_path / "prefect"):
        night = audit_every_position("2026-11-27", settings, AUDITOR, now())
    assert night.results == {"patrol": Conclusion.NOT_FINISHED, "detective": Conclusion.NOT_AUDITABLE}
    assert night.not_audited["detective"] == NotAudited(code="log_changed", exit_code=ExitCode.LOG_BROKEN)
    assert night.changed
    monkeypatch.undo()

    def verified(_: Settings) -> Verdict:
        return audit.verdict

    (audit,) = night.audits.values()
    monkeypatch.setattr("flows.verify_uniformity.verify_log", verified)
    with prefect_server(tmp_path / "prefect"):
        found = audit_every_position("2026-11-28", settings, AUDITOR, now())
        with pytest.raises(VettingError) as refusal:
            audit_every_position("2026-11-28", settings, CHIEF, now())
    assert refusal.value.code == "role_refused"
    assert (found.overall, found.verdict.reason) == (Conclusion.LOG_BROKEN, "log_changed")
    (alarm,) = file_night(settings, found).new
    assert "ALARM: the log was changed between its verification and its reading" in alarm


def test_what_was_to_be_looked_at_before_is_kept_while_a_position_cannot_be_audited(
    room: Room, settings: Settings
) -> None:
    opened(room)
    clean = audit_position(settings, AUDITOR, "patrol")
    first, *rest = (replace(check, findings=(), result=Result.PASS) for check in clean.checks.checks)
    failed = replace(first, findings=(failing([12], "C-1."),), result=Result.FAIL)
    audit = replace(clean, checks=replace(clean.checks, checks=(failed, *rest)))

    def night(day: int, *, audited: bool) -> tuple[str, ...]:
        at = datetime(2026, 11, day, 2, 30, tzinfo=UTC)
        found = Night(at=at, verdict=clean.verdict, audits={"patrol": audit} if audited else {})
        return file_night(settings, found if audited else replace(found, not_audited={"patrol": BROKEN})).new

    (new,) = night(1, audited=True)
    assert "check 1 fails (entry 12)" in new
    assert len(list(tell(settings, SECOND))) == 1
    (new,) = night(2, audited=False)
    assert new.startswith("Position patrol is not auditable. New since the nightly audit of 2026-11-02: its audit ends")
    assert night(3, audited=False) == ()
    (both,) = tell(settings, AUDITOR)
    assert "2026-11-01: its audit ends with entry_ill_formed; check 1 fails (entry 12)." in both
    (only,) = tell(settings, SECOND)
    assert "check 1" not in only
    assert night(4, audited=True) == ()
    assert [*tell(settings, AUDITOR), *tell(settings, SECOND)] == []


def test_whoever_uses_the_account_runs_the_night_and_an_auditor_may_on_a_copy_of_the_log(
    room: Room, terminal: Terminal, tmp_path: Path
) -> None:
    opened(room)
    own = tmp_path / "own"
    shutil.copytree(terminal.settings.home / "transparency_log", own / "transparency_log")
    (own / "transparency_log" / "log.key").unlink()
    elsewhere = replace(terminal, settings=replace(terminal.settings, home=own))
    night = elsewhere.vetting("nightly")
    assert night.returncode == 0, night.stdout + night.stderr
    assert "patrol not finished" in night.stdout
    assert "not noted in the log" in night.stdout
    assert len(list((own / "audits").glob("2*.json"))) == 1
    (own / "transparency_log" / "log.vkey").unlink()
    mistyped = elsewhere.vetting("nightly")
    assert (mistyped.returncode, len(mistyped.stderr.strip().splitlines())) == (int(ExitCode.STORAGE), 2)


def test_no_position_is_made_of_a_protocol_without_one(room: Room, settings: Settings) -> None:
    log_by_hand(settings, EventType.PROTOCOL_FROZEN, NO_PROTOCOL, None)
    opened(room)
    found = positions_of(settings, AUDITOR, verify_log(settings))
    assert (found.named, len(found.nameless)) == (("patrol",), 1)

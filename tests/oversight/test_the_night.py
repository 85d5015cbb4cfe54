"""The nightly audit: run once, it tells the auditor what is new, loudest of all that the log does not verify."""

import json
import re
import sqlite3
import stat
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.casework.room import AUDITOR, CHIEF, FOUND_BY, Room, logged
from tests.oversight.conftest import POST, SECOND, Terminal, as_disclosed, break_log, candidate, opened
from tests.oversight.mail_server import mail_server
from vetting.audit_mail import SUBJECT, send
from vetting.audit_notes import Night, file_night, tell
from vetting.casework.deviating import decide_deviation, request_deviation
from vetting.checkpoints import verify_log
from vetting.deviation import Decision, DeviationReason
from vetting.errors import ExitCode, VettingError
from vetting.log.event import EventType
from vetting.oversight import audit_position, positions_of
from vetting.settings import AuditMail, Settings
from vetting.uniformity import Check, Finding, Result
from vetting.uniformity.result import exception, failing

NEW = "Position patrol is non-conforming. New since the nightly audit of"
SENTENCES = ("Position patrol is non-conforming.", "Position detective is non-conforming.")


def configured(address: str) -> AuditMail:
    return AuditMail(mail_to=("auditor@riverton.example",), mail_from="vetting@riverton.example", smtp=address)


def entries(home: Path) -> int:
    """How many the log has, whatever they are."""
    with closing(sqlite3.connect(home / "transparency_log" / "transparency_log.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM entry").fetchone()[0])


def results(home: Path) -> list[Path]:
    return sorted((home / "audits").glob("2*.json"))


def test_a_night_tells_each_auditor_once_and_the_log_that_it_was(room: Room, terminal: Terminal) -> None:
    opened(room)
    room.enrolled(candidate(1), (POST,))
    room.enrolled(candidate(2), down=FOUND_BY)
    with mail_server() as server:
        department = terminal.settings.config / "department.toml"
        text = department.read_text().replace('smtp = ""', f'smtp = "{server.address}"')
        text = text.replace("mail_to = []", 'mail_to = ["auditor@riverton.example"]')
        department.write_text(text.replace('mail_from = ""', 'mail_from = "vetting@riverton.example"'))
        night = terminal.vetting("nightly")
        again = terminal.vetting("nightly", "--json")
    assert night.returncode == again.returncode == int(ExitCode.NOT_UNIFORM), night.stderr + again.stderr
    assert NEW in night.stdout
    assert json.loads(again.stdout)["new"] == []
    assert json.loads(again.stdout)["positions"] == {"patrol": "non_conforming"}
    (letter,) = server.letters
    assert f"Subject: {SUBJECT}" in letter
    assert NEW in letter

    second, file = results(terminal.settings.home)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d\.json", file.name)
    assert second.name == f"{file.stem}.2.json"
    assert json.loads(again.stdout)["file"] == str(second)
    assert json.loads(file.read_text())["log"]["size"] < json.loads(second.read_text())["log"]["size"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    said = json.loads(file.read_text())
    assert {d["difference"] for d in said["positions"]["patrol"]["departures"]} == {"failure_not_shared"}
    assert "cops" not in file.read_text()
    assert logged(room, EventType.AUDIT_PERFORMED) == 2

    assert NEW not in terminal.sign_in(CHIEF).stderr
    assert NEW in terminal.sign_in(AUDITOR).stderr
    assert NEW not in terminal.vetting("uniformity", "patrol").stderr
    assert NEW in terminal.sign_in(SECOND).stderr


def test_a_position_that_is_searched_alike_is_no_news(room: Room, terminal: Terminal) -> None:
    opened(room)
    number = replace(room, bring=as_disclosed).enrolled(candidate(1))
    night = terminal.vetting("nightly")
    assert night.returncode == 0, night.stdout + night.stderr
    assert "patrol conforming" in night.stdout
    assert number not in night.stdout
    assert terminal.sign_in(AUDITOR).stderr == ""


def test_the_same_number_of_other_failures_is_news_and_so_is_a_new_exception(room: Room, settings: Settings) -> None:
    opened(room)
    clean = audit_position(settings, AUDITOR, "patrol")

    def night(day: int, *found: tuple[int, Finding]) -> tuple[str, ...]:
        audit = replace(clean, checks=replace(clean.checks, checks=tuple(_with(c, found) for c in clean.checks.checks)))
        at = datetime(2026, 11, day, 2, 30, tzinfo=UTC)
        return file_night(settings, Night(at=at, verdict=clean.verdict, audits={"patrol": audit})).new

    assert night(1) == ()
    (first,) = night(2, (4, failing([12], "C-1.")))
    assert "non-conforming. New since the nightly audit of 2026-11-02: check 4 fails (entry 12)." in first
    assert night(3, (4, failing([12], "C-1."))) == ()
    (other,) = night(4, (4, failing([40], "C-2.")))
    assert "2026-11-04: check 4 fails (entry 40)." in other
    (unshown,) = night(5, (4, failing([40], "C-2.")), (5, failing([], "C-3 lacks a search.")))
    assert "2026-11-05: check 5 fails." in unshown
    (another,) = night(6, (4, failing([40], "C-2.")), (5, failing([], "C-4 lacks a search.")))
    assert "2026-11-06: check 5 fails." in another
    (excepted,) = night(7, (9, exception([17], "An outage.")))
    assert "Position patrol is not finished. New since the nightly audit of 2026-11-07: check 9 has" in excepted
    assert night(8, (9, exception([17], "An outage."))) == ()
    assert night(9) == ()


def test_a_log_that_was_verified_once_is_not_walked_again_for_each_position(room: Room, settings: Settings) -> None:
    opened(room)
    verdict = verify_log(settings)
    room.enrolled(candidate(1))
    assert positions_of(settings, AUDITOR, verdict).named == ("patrol",)
    found = audit_position(settings, AUDITOR, "patrol", verdict)
    assert found.verdict is verdict
    assert found.report.cases == (), "the candidate came after what was verified"
    break_log(settings.home)
    for read in (
        lambda: positions_of(settings, AUDITOR, verdict),
        lambda: audit_position(settings, AUDITOR, "patrol", verdict),
    ):
        with pytest.raises(VettingError) as refusal:
            read()
        assert refusal.value.code == "log_changed"


def test_what_came_on_several_nights_is_told_as_new_since_the_first(room: Room, settings: Settings) -> None:
    opened(room)
    clean = audit_position(settings, AUDITOR, "patrol")
    for day, found in ((2, [(4, failing([12], "C-1."))]), (3, [(4, failing([12], "C-1.")), (9, exception([17], "x"))])):
        audit = replace(clean, checks=replace(clean.checks, checks=tuple(_with(c, found) for c in clean.checks.checks)))
        at = datetime(2026, 11, day, tzinfo=UTC)
        file_night(settings, Night(at=at, verdict=clean.verdict, audits={"patrol": audit}))
        if day == 2:
            assert len(list(tell(settings, SECOND))) == 1
    (both,) = tell(settings, AUDITOR)
    assert "of 2026-11-02: check 4 fails (entry 12); check 9 has exceptions (entry 17)." in both
    (only,) = tell(settings, SECOND)
    assert "of 2026-11-03: check 9 has exceptions (entry 17)." in only
    assert [*tell(settings, AUDITOR), *tell(settings, SECOND)] == []


def _with(check: Check, found: Sequence[tuple[int, Finding]]) -> Check:
    """The check with these findings instead of its own; as if it passed where there is none for it."""
    mine = tuple(finding for number, finding in found if number == check.number)
    return replace(check, findings=mine, result=mine[0].weight if mine else Result.PASS)


def test_a_deviation_that_is_asked_for_is_listed_for_the_auditor(room: Room, terminal: Terminal) -> None:
    opened(room)
    replace(room, bring=as_disclosed).enrolled(candidate(1))
    before = terminal.vetting("nightly", "--json")
    asked = request_deviation(room.one, "patrol", DeviationReason.SOURCE_DEFECT, step="social_posts")
    after = terminal.vetting("nightly")
    assert json.loads(before.stdout)["new"] == []
    assert f"deviation {asked.id} is not decided (entry " in " ".join(after.stdout.split())
    decide_deviation(room.two, asked.id, Decision.APPROVED)
    assert f"deviation {asked.id} is approved (entry " in " ".join(terminal.vetting("nightly").stdout.split())
    assert f"deviation {asked.id} is approved" in " ".join(terminal.sign_in(AUDITOR).stderr.split())


def test_a_log_that_does_not_verify_is_told_every_time_and_not_written_to(room: Room, terminal: Terminal) -> None:
    opened(room)
    terminal.sign_in(AUDITOR)
    break_log(terminal.settings.home)
    before = entries(terminal.settings.home)
    night = terminal.vetting("nightly")
    assert night.returncode == int(ExitCode.LOG_BROKEN), night.stdout + night.stderr
    assert "ALARM: the log does not verify at entry" in night.stdout
    for _ in range(2):
        answer = terminal.vetting("uniformity", "patrol")
        assert "ALARM: the log does not verify at entry" in answer.stderr
        assert answer.returncode == int(ExitCode.LOG_BROKEN)
    (file,) = results(terminal.settings.home)
    said = json.loads(file.read_text())
    assert (said["log"]["ok"], said["result"], said["positions"]) == (False, "log_broken", {})
    assert entries(terminal.settings.home) == before


def test_a_log_that_was_taken_away_is_told_too(terminal: Terminal) -> None:
    (terminal.settings.home / "transparency_log" / "transparency_log.db").unlink()
    night = terminal.vetting("nightly")
    assert night.returncode == int(ExitCode.LOG_BROKEN), night.stdout + night.stderr
    assert "ALARM: the log cannot be read" in night.stdout


def test_a_folder_without_the_logs_key_is_audited_and_says_that_nothing_was_noted(
    room: Room, terminal: Terminal
) -> None:
    opened(room)
    replace(room, bring=as_disclosed).enrolled(candidate(1))
    terminal.sign_in(AUDITOR)
    assert "not noted" not in terminal.vetting("uniformity", "patrol").stderr
    assert logged(room, EventType.AUDIT_PERFORMED) == 1
    key = terminal.settings.log_key
    key.rename(key.with_name("elsewhere"))
    answer = terminal.vetting("uniformity", "patrol")
    assert answer.returncode == 0
    assert "This audit is not noted in the log" in answer.stderr
    assert logged(room, EventType.AUDIT_PERFORMED) == 1


def test_a_mail_has_one_subject_and_goes_nowhere_unless_configured() -> None:
    with mail_server() as server:
        assert send(configured(server.address), SENTENCES)
        assert not send(configured(server.address), ())
        assert not send(AuditMail(), SENTENCES)
    assert server.recipients == ["auditor@riverton.example"]
    (letter,) = server.letters
    assert f"Subject: {SUBJECT}" in letter
    assert all(sentence in letter for sentence in SENTENCES)


def test_a_server_that_does_not_take_the_mail_is_said_without_its_words() -> None:
    with mail_server(takes=False) as server, pytest.raises(VettingError) as refusal:
        send(configured(server.address), SENTENCES)
    assert refusal.value.code == "mail_not_sent"
    assert "canary" not in str(refusal.value)
    with pytest.raises(VettingError) as refusal:
        send(configured(server.address), SENTENCES)  # nobody listens there any more
    assert refusal.value.exit_code is ExitCode.STORAGE


@pytest.mark.parametrize(
    "half",
    [
        {"mail_to": ("auditor@riverton.example",)},
        {"mail_to": ("auditor@riverton.example",), "mail_from": "vetting@riverton.example"},
        {"mail_to": ("a@b.example\nBcc: c@d.example",), "mail_from": "v@r.example", "smtp": "localhost:25"},
        {"mail_to": ("a@b.example",), "mail_from": "v@r.example", "smtp": "localhost"},
    ],
)
def test_half_an_address_is_refused_when_the_configuration_is_read(half: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        AuditMail.model_validate(half)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{",
        b'{"patrol": 1}',
        b'{"patrol": {"told": ""}}',
        b'{"": {"result": "log_broken", "on": "x"}}',
        b'[{"position": "patrol", "what": "x", "of": "", "result": "x", "on": "x", "told": []}]',
        b'[{"position": "patrol", "what": 1, "of": "", "result": "x", "on": "2026-11-27", "told": []}]',
        b"\xff",
    ],
)
def test_a_note_for_auditors_that_somebody_spoiled_tells_nothing_and_stops_nobody(
    settings: Settings, content: bytes
) -> None:
    (settings.home / "audits").mkdir()
    (settings.home / "audits" / "notices.json").write_bytes(content)
    assert list(tell(settings, AUDITOR)) == []

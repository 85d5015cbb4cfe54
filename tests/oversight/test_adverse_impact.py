"""Adverse impact from the log of a really run position: the auditor alone, and nothing of the file stays anywhere."""

import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from filters.analyzer import Analyzer
from filters.criteria import Criteria
from tests.casework.room import AUDITOR, CHIEF, ONE, TWO, Room, logged, new_id, now
from tests.demonstration import ROOT, completed
from tests.oversight.conftest import POST, Terminal, WriteFile, break_log, candidate, opened, with_accounts
from vetting import impact_audit
from vetting.adverse_impact import Reading, Stage, Table
from vetting.casework.opening import create_home, open_desk
from vetting.checkpoints import verify_log
from vetting.errors import ExitCode, VettingError
from vetting.impact_audit import audit_impact
from vetting.journal import Actor, Body, open_journal
from vetting.log.event import EventType
from vetting.log.reader import LogReader
from vetting.log.store import LogStore
from vetting.log.verify import Verdict
from vetting.settings import REPOSITORY, Settings, load_settings

CANARIES = ("zyzzyvan", "quokkish")
MANY = 11
Numbers = tuple[list[str], list[str]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer, criteria: Criteria) -> tuple[Room, Numbers]:
    """Two groups of a position: eleven whose posts were confirmed, released for one; eleven of whom nothing is."""
    folder = tmp_path_factory.mktemp("run")
    settings = load_settings(folder / "home", shutil.copytree(REPOSITORY / "config", folder / "config"))
    create_home(settings, now)
    one = open_desk(settings, ONE, now, new_id)
    room = Room(settings=settings, analyzer=analyzer, criteria=criteria, one=one, two=replace(one, person=TWO))
    opened(room)
    flagged = [room.enrolled(candidate(n), (POST,)) for n in range(MANY)]
    clear = [room.enrolled(candidate(n)) for n in range(MANY, 2 * MANY)]
    for number in flagged:
        room.review(number, (POST,))
    room.release(flagged[0])
    return room, (flagged, clear)


def lines(numbers: Numbers) -> list[str]:
    flagged, clear = numbers
    return ["case,origin", *(f"{n},{CANARIES[0]}" for n in flagged), *(f"{n},{CANARIES[1]}" for n in clear)]


def readings(tables: tuple[Table, ...], stage: Stage) -> set[Reading]:
    return {row.reading for table in tables if table.stage is stage for row in table.rows}


def test_the_stages_of_each_case_come_from_the_log(run: tuple[Room, Numbers], write: WriteFile) -> None:
    room, numbers = run
    found = audit_impact(room.settings, AUDITOR, write(lines(numbers)), ["patrol"])
    tables = found.assessment.tables
    assert [table.stage for table in tables] == [
        Stage.SEARCHED, Stage.ATTRIBUTED, Stage.FLAGGED, Stage.RELEASED,
    ]  # fmt: skip
    assert readings(tables, Stage.SEARCHED) == {Reading.ALL_ALIKE}
    assert readings(tables, Stage.ATTRIBUTED) == {Reading.BEST, Reading.DIFFERENCE}
    assert readings(tables, Stage.FLAGGED) == {Reading.BEST, Reading.DIFFERENCE}
    assert readings(tables, Stage.RELEASED) == {Reading.BEST, Reading.CANNOT_BE_DETERMINED}
    (procedure,) = found.procedures
    assert (procedure.candidates, procedure.without_report) == (2 * MANY, 2 * MANY - 1)
    released = next(table for table in tables if table.stage is Stage.RELEASED)
    assert all(row.reached is row.p is None for row in released.rows)
    assert "C-" not in repr(found)


def test_nobody_but_an_auditor_is_given_an_answer(room: Room, write: WriteFile) -> None:
    opened(room)
    for person in (ONE, CHIEF):
        with pytest.raises(VettingError) as refusal:
            audit_impact(room.settings, person, write(["case,sex"]), ["patrol"])
        assert refusal.value.code == "role_refused"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o700, 0o644])
def test_a_file_that_others_can_read_is_refused(room: Room, write: WriteFile, mode: int) -> None:
    file = write(["case,sex"])
    file.chmod(mode)
    with pytest.raises(VettingError) as refusal:
        audit_impact(room.settings, AUDITOR, file, ["patrol"])
    assert refusal.value.code == "self_identification_exposed"


def test_a_file_in_the_data_folder_a_huge_one_and_no_file_are_refused(room: Room, write: WriteFile) -> None:
    inside = room.settings.home / "file.csv"
    inside.write_text("case,sex\n")
    inside.chmod(0o400)
    huge = write(["case,sex", "C-1," + "a" * 1024 * 1024])
    for file, code in (
        (inside, "self_identification_in_store"),
        (huge, "file_too_large"),
        (inside.with_name("absent"), "file_missing"),
        (room.settings.home, "not_a_file"),
    ):
        with pytest.raises(VettingError) as refusal:
            audit_impact(room.settings, AUDITOR, file, ["patrol"])
        assert refusal.value.code == code


def test_unknown_and_missing_cases_and_positions_are_refused(room: Room, write: WriteFile) -> None:
    opened(room)
    number = room.enrolled(candidate(1))
    for rows, position, code, exit_code in (
        ([f"{number},x", "C-ZZZZZZZZ,x"], "patrol", "self_identification_unknown", ExitCode.BAD_INPUT),
        ([], "patrol", "self_identification_incomplete", ExitCode.BAD_INPUT),
        ([f"{number},x"], "detective", "position_unknown", ExitCode.NOT_FOUND),
    ):
        with pytest.raises(VettingError) as refusal:
            audit_impact(room.settings, AUDITOR, write(["case,sex", *rows]), [position])
        assert (refusal.value.code, refusal.value.exit_code) == (code, exit_code)
    with pytest.raises(VettingError) as refusal:
        audit_impact(room.settings, AUDITOR, write(["case,sex"]), [], 2001)
    assert refusal.value.code == "no_candidates"


def test_a_protocol_that_is_frozen_for_no_position_is_none_of_those_of_a_year(room: Room, write: WriteFile) -> None:
    opened(room)
    number = room.enrolled(candidate(1))
    actor = Actor(id="x.somebody", clock=now, new_id=new_id)
    body: Body = {"digest": "0" * 64, "document": {"id": "x"}}
    open_journal(room.settings, now).note(actor, EventType.PROTOCOL_FROZEN, body)
    year = last_year(room)
    assert audit_impact(room.settings, AUDITOR, write(["case,sex", f"{number},x"]), [], year).positions == ("patrol",)


def last_year(room: Room) -> int:
    """In which the log's own clock saw the last entry."""
    return list(room.one.reader.entries())[-1].logged.year


def test_nothing_is_computed_from_a_log_that_does_not_verify(room: Room, write: WriteFile) -> None:
    opened(room)
    break_log(room.settings.home)
    with pytest.raises(VettingError) as refusal:
        audit_impact(room.settings, AUDITOR, write(["case,sex"]), ["patrol"])
    assert refusal.value.exit_code is ExitCode.LOG_BROKEN


def test_a_log_that_is_changed_between_its_verification_and_its_reading_is_refused(
    room: Room, write: WriteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(room)
    number = room.enrolled(candidate(1))

    def verified_then_changed(settings: Settings) -> Verdict:
        verdict = verify_log(settings)
        break_log(settings.home)
        return verdict

    monkeypatch.setattr(impact_audit, "verify_log", verified_then_changed)
    with pytest.raises(VettingError) as refusal:
        audit_impact(room.settings, AUDITOR, write(["case,sex", f"{number},x"]), ["patrol"])
    assert (refusal.value.code, refusal.value.exit_code) == ("log_changed", ExitCode.LOG_BROKEN)


def test_the_command_says_it_in_words_notes_it_and_leaves_nothing_of_the_file(
    run: tuple[Room, Numbers], write: WriteFile
) -> None:
    room, numbers = run
    terminal = with_accounts(room.settings)
    file = write(lines(numbers))
    terminal.sign_in(AUDITOR)
    before = logged(room, EventType.AUDIT_PERFORMED)
    answer = terminal.vetting("impact", "patrol", "--self-identification", file)
    assert answer.returncode == 0, answer.stderr
    words = " ".join(answer.stdout.split())
    assert "patrol, origin, searched: everybody, in every group." in words
    assert "a difference" in words
    assert "cannot be determined" in words
    assert not any(number in answer.stdout + answer.stderr for group in numbers for number in group)

    caution = "Give no reader results of different choices of positions or years"
    assert answer.stdout.splitlines()[-1].startswith(caution), "the last that is read"

    as_json = terminal.vetting("impact", "--year", "2026", "--self-identification", file, "--json")
    found = json.loads(as_json.stdout)
    assert found["caution"].startswith(caution)
    assert found["result"] == "difference"
    assert {t["stage"] for t in found["tables"]} == {"searched", "attributed", "flagged", "released"}
    assert found["positions"]["patrol"]["candidates"] == 2 * MANY

    assert logged(room, EventType.AUDIT_PERFORMED) == before + 2
    noted = _last_audit(room.settings.home)
    assert noted["kind"] == "impact"
    assert noted["positions"] == ["patrol"]
    assert noted["result"] == "difference"
    assert noted["size"] == found["log"]["size"]
    for path in terminal.settings.home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(canary.encode() in content for canary in CANARIES), path


def _last_audit(home: Path) -> dict[str, object]:
    store = LogStore(f"sqlite:///{home / 'transparency_log' / 'transparency_log.db'}", read_only=True)
    events = [e.event for e in LogReader(store).entries() if e.event.type is EventType.AUDIT_PERFORMED]
    store.close()
    return dict(events[-1].body)


def test_too_few_candidates_are_one_line_a_stage_and_no_table_of_dashes(
    room: Room, terminal: Terminal, write: WriteFile
) -> None:
    opened(room)
    first, second = room.enrolled(candidate(1)), room.opened(candidate(2))
    terminal.sign_in(AUDITOR)
    answer = terminal.vetting(
        "impact", "patrol", "--self-identification", write(["case,sex", f"{first},female", f"{second},male"])
    )
    words = " ".join(answer.stdout.split())
    assert "patrol, sex, searched: cannot be determined, and no number can be shown." in words
    assert "Ratio" not in words
    assert "...." not in words
    assert "..," not in words


def test_a_file_that_cannot_be_used_is_a_sentence_and_a_remedy_at_the_terminal(
    terminal: Terminal, write: WriteFile
) -> None:
    terminal.sign_in(AUDITOR)
    file = write(["case,sex", f"C-1,={CANARIES[0]}"])
    answer = terminal.vetting("impact", "patrol", "--self-identification", file)
    assert answer.returncode == 4
    assert len(answer.stderr.strip().splitlines()) == 2
    assert CANARIES[0] not in answer.stdout + answer.stderr
    nothing = terminal.vetting("impact", "--self-identification", file)
    assert nothing.returncode == 4
    assert "Name one position or more" in nothing.stderr


def test_a_command_that_compares_nothing_does_not_wait_for_what_only_a_comparison_needs() -> None:
    heavy = "{'scipy', 'pandas', 'smtplib'}"
    code = f"import sys; from vetting.cli.app import whole; whole(); print(sorted({heavy} & sys.modules.keys()))"
    answer = completed([sys.executable, "-c", code], {**os.environ, "PYTHONPATH": str(ROOT)})
    assert answer.stdout.strip() == "[]", answer.stderr


def test_a_protocol_that_this_release_cannot_read_is_named_by_its_entry(room: Room, write: WriteFile) -> None:
    opened(room)
    number = room.enrolled(candidate(1))
    actor = Actor(id="x.somebody", clock=now, new_id=new_id)
    body: Body = {"digest": "0" * 64, "document": {"id": "x"}}
    open_journal(room.settings, now).note(actor, EventType.PROTOCOL_FROZEN, body, position="detective")
    file = write(["case,sex", f"{number},x"])
    with pytest.raises(VettingError, match=r"entry \d+ cannot be read") as refusal:
        audit_impact(room.settings, AUDITOR, file, ["patrol", "detective"])
    assert (refusal.value.code, refusal.value.exit_code) == ("protocol_unreadable", ExitCode.BAD_INPUT)
    assert audit_impact(room.settings, AUDITOR, file, ["patrol"]).positions == ("patrol",)

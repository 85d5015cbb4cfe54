"""A report is released once, whatever breaks on the way, and no validated finding is lost because of another."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.casework.room import PDF, TWO, Passage, Room, locked, logged, now
from vetting.attribution import Level
from vetting.casework.releasing import (
    already_released,
    file_report,
    withheld_reasons,
)
from vetting.casework.reviewing import findings_of, validate
from vetting.casework.searching import progress
from vetting.checkpoints import writing
from vetting.errors import ExitCode, VettingError
from vetting.evidence import Engagement, RawText
from vetting.log.cosignature import CosignatureKind, Cosigner
from vetting.log.event import EventType
from vetting.log.keys import load_vkey
from vetting.release import ReportedOutcome
from vetting.roles import Role
from vetting.search import Outcome
from vetting.validation import State

POST = "I outran the cops last night and laughed about it."
OTHER_POST = "I floored it and lost the cop who was chasing me on the interstate."
HALF_SPANISH = "I outran the cops, porque no quería que me detuvieran por la velocidad anoche en la calle."


def _states(room: Room, number: str) -> list[State]:
    return [item.state for item in findings_of(room.one, number)]


def _is_released_once(room: Room, number: str, findings: int) -> None:
    """One report, one entry for it in the log, and each finding released exactly once."""
    desk = room.one
    with desk.released.reading() as view:
        assert [filed.report.case_number for filed in view.reports("patrol")] == [number]
    assert logged(room, EventType.REPORT_RELEASED) == 1
    steps = [step.state for item in findings_of(desk, number) for step in item.history]
    assert steps.count(State.FILTERED) == findings
    assert steps.count(State.RELEASED) == findings


TWO_POSTS = (Passage(words=POST, quote=True), Passage(words=OTHER_POST, severity=2))


def test_a_release_broken_while_the_filter_records_are_logged_is_finished_by_the_next(room: Room) -> None:
    number = room.reviewed(*TWO_POSTS)
    desk = room.one
    with locked(room.settings, "transparency_log"), pytest.raises(VettingError) as refusal:
        room.clear(desk, number)
    assert refusal.value.exit_code is ExitCode.STORAGE
    assert len(room.release(number).report.findings) == 1
    _is_released_once(room, number, findings=2)


def test_a_release_broken_before_the_report_is_filed_gives_the_same_findings_again(room: Room) -> None:
    number = room.reviewed(*TWO_POSTS)
    desk = room.one
    first = room.clear(desk, number)
    with locked(room.settings, "released_reports"), pytest.raises(VettingError) as refusal:
        file_report(desk, first, PDF)
    assert refusal.value.exit_code is ExitCode.STORAGE
    assert _states(room, number) == [State.FILTERED, State.FILTERED]
    assert logged(room, EventType.REPORT_RELEASED) == 0

    assert room.release(number).report.findings == first.report.findings
    _is_released_once(room, number, findings=2)


def test_a_release_broken_before_the_log_took_the_report_is_logged_once(room: Room) -> None:
    number = room.reviewed(*TWO_POSTS)
    desk = room.one
    report = room.clear(desk, number)
    with locked(room.settings, "transparency_log"), pytest.raises(VettingError) as refusal:
        file_report(desk, report, PDF)
    assert refusal.value.exit_code is ExitCode.STORAGE
    assert room.release(number).report == report.report
    _is_released_once(room, number, findings=2)


def test_a_release_that_cannot_look_at_the_case_once_more_files_nothing(room: Room) -> None:
    number = room.reviewed(*TWO_POSTS)
    desk = room.one
    report = room.clear(desk, number)
    with locked(room.settings, "case_files"), pytest.raises(VettingError) as refusal:
        file_report(desk, report, PDF)
    assert refusal.value.exit_code is ExitCode.STORAGE
    assert _states(room, number) == [State.FILTERED, State.FILTERED]
    assert logged(room, EventType.REPORT_RELEASED) == 0

    first = room.release(number).report
    assert first.findings == report.report.findings
    assert room.release(number).report == first
    _is_released_once(room, number, findings=2)


def test_a_validated_post_is_reported_beside_a_worse_page_that_the_filter_withholds(room: Room) -> None:
    page = Passage(words=OTHER_POST, engagement=Engagement.SHARED, platform="web_page", severity=4, quote=True)
    number = room.reviewed(Passage(words=POST, severity=1), page)
    (told,) = room.release(number).report.findings
    assert told.severity == "1 of 4"
    assert told.source == "Social media post"
    assert told.frequency == "once"
    assert sorted(_states(room, number)) == [State.RELEASED, State.WITHHELD]
    assert withheld_reasons(room.one, number) == ("not_conduct",)


def test_the_log_and_the_filter_records_say_why(room: Room) -> None:
    number = room.reviewed(
        Passage(words=POST, quote=True),
        Passage(words=HALF_SPANISH, quote=True),
        Passage(words=OTHER_POST, engagement=Engagement.SHARED),
    )
    room.release(number)
    desk = room.one
    with desk.case_files.reading() as view:
        records = [record for record in view.filter_records(number) if record.action != "previewed"]
    assert [(record.action, record.reason) for record in records] == [
        ("passed", "passed"),
        ("passed", "statement_only"),
        ("withheld", "not_conduct"),
    ]
    entries = [entry.event.body for entry in desk.reader.entries() if entry.event.type is EventType.FILTER_APPLIED]
    logged = [body["reason"] for body in entries if body["action"] != "previewed"]
    assert logged == [record.reason for record in records]


def test_one_reported_finding_speaks_for_all_of_its_criterion(room: Room) -> None:
    number = room.reviewed(
        Passage(words=POST, quote=True, days_old=800),
        Passage(words=OTHER_POST, severity=3, days_old=100, level=Level.A3),
    )
    (told,) = room.release(number).report.findings
    assert told.severity == "3 of 4"
    assert told.quotation is None
    assert told.frequency == "2 to 5 times"
    assert " to " in told.period
    assert told.attribution.startswith("A3")


def test_what_the_reviewers_said_last_is_what_the_report_says(room: Room) -> None:
    number = room.reviewed(Passage(words=POST, severity=4, quote=True))
    room.clear(room.one, number)
    room.judge(findings_of(room.one, number)[0].finding.id, room.criteria.by_code["JR-09"], severity=2, quote=False)
    (told,) = room.release(number).report.findings
    assert told.severity == "2 of 4"
    assert told.quotation is None
    desk = room.one
    with desk.case_files.reading() as view:
        records = [record.id for record in view.filter_records(number) if record.action == "passed"]
    assert len(records) == 2
    assert told.filter_record == records[-1]


def test_a_criterion_reworded_after_the_freeze_is_refused(room: Room, config: Path) -> None:
    number = room.reviewed(*TWO_POSTS)
    file = config / "criteria" / "police.toml"
    file.write_text(file.read_text(encoding="utf-8") + "\n# reworded\n", encoding="utf-8")
    with pytest.raises(VettingError) as refusal:
        room.clear(room.one, number)
    assert refusal.value.code == "config_changed"
    assert _states(room, number) == [State.SECOND_REVIEWED, State.SECOND_REVIEWED]


def test_who_may_not_release_is_refused_before_anything_is_looked_up(room: Room) -> None:
    number = room.reviewed(*TWO_POSTS)
    desk = room.one
    report = room.clear(desk, number)
    with locked(room.settings, "transparency_log"), pytest.raises(VettingError):
        file_report(desk, report, PDF)
    reviewer = replace(TWO, roles=frozenset({Role.REVIEWER}))
    with pytest.raises(VettingError):
        already_released(room.desk(reviewer), number)
    assert _states(room, number) == [State.FILTERED, State.FILTERED]
    assert logged(room, EventType.ACCESS_REFUSED) == 1


def test_a_finding_refuted_while_the_report_is_made_is_not_released(room: Room) -> None:
    number = room.reviewed(*TWO_POSTS)
    cleared = room.clear(room.one, number)
    first = findings_of(room.one, number)[0].finding
    validate(room.two, first.id, State.REFUTED, RawText("not so"), criterion=room.criteria.by_code[first.code])
    with pytest.raises(VettingError) as refusal:
        file_report(room.one, cleared, PDF)
    assert (refusal.value.code, refusal.value.exit_code) == ("case_changed", ExitCode.NOT_READY)
    assert logged(room, EventType.REPORT_RELEASED) == 0
    (reported,) = room.release(number).report.findings
    assert reported.frequency == "once"


def test_what_waits_for_the_lock_while_a_report_is_filed_meets_a_released_case(room: Room) -> None:
    number = room.reviewed(*TWO_POSTS)
    room.release(number)
    (search, *_) = progress(room.one, number).planned
    with pytest.raises(VettingError) as refusal:
        room.run(search, (), number)
    assert refusal.value.code == "released_already"


def test_every_outcome_of_a_search_has_its_words_in_the_report() -> None:
    assert {outcome.name for outcome in Outcome} == {outcome.name for outcome in ReportedOutcome}


def test_a_cosignature_from_before_the_candidate_was_enrolled_does_not_make_a_report_witnessed(room: Room) -> None:
    number = room.searched(())
    city = Cosigner.generate("city.example", CosignatureKind.ED25519)
    log = load_vkey(room.settings.log_verifier_key)
    room.settings.log_policy.write_text(f"log {log.vkey}\nwitness city {city.key.vkey}\nquorum city\n")
    enrolled = room.one.reader.sequence_of(f"candidate.enrolled:{number}")
    assert enrolled is not None
    said = {}
    for size in (enrolled, room.one.checkpoint().size):
        signed = room.one.reader.signed_at(size, log)
        assert signed is not None
        with writing(room.settings) as writer:
            writer.add_cosignatures(size, [str(city.cosign(signed, now()))])
        report = room.clear(room.one, number).report
        said[size] = (report.witnessed, report.witnessed_size)
    early, late = said
    assert said == {early: (False, early), late: (True, late)}

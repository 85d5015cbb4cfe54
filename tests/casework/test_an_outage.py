"""A source that was down for one candidate is asked again before the report, and is never nothing found (U5)."""

from dataclasses import replace

import pytest

from tests.casework.room import AUDITOR, FOUND_BY, SOMEONE, Passage, Room, found_on, logged
from vetting.candidate import Identifier, IdentifierKind
from vetting.casework.deviating import decide_deviation, request_deviation
from vetting.casework.searching import begin, progress
from vetting.cli.searches import show_results
from vetting.deviation import Decision, DeviationReason
from vetting.errors import ExitCode, VettingError
from vetting.log.event import EventType
from vetting.oversight import audit_position
from vetting.release import ReportedOutcome
from vetting.search import Outcome, Search
from vetting.sources.conduct import Conducted
from vetting.uniformity import Difference

OTHER = replace(SOMEONE, full_name="Bea Invented", identifiers=())
POST = Passage(words="I outran the cops last night and laughed about it.")


def test_a_source_that_was_down_is_asked_again_before_the_report(room: Room) -> None:
    room.searched(())
    number = room.enrolled(OTHER, down="name_web.1")
    with pytest.raises(VettingError) as refusal:
        room.release(number)
    assert (refusal.value.code, refusal.value.exit_code) == ("outage_not_repeated", ExitCode.NOT_READY)
    assert not audit_position(room.settings, AUDITOR, "patrol").report.uniform

    (search,) = progress(room.one, number).unavailable
    room.run(search, (), number)
    audit = audit_position(room.settings, AUDITOR, "patrol")
    assert audit.report.uniform
    assert audit.report.outcomes[number, search.key] is Outcome.NO_RESULTS
    assert logged(room, EventType.SEARCH_UNAVAILABLE) == 1, "the outage is not forgotten"
    outcomes = {line.title: line.outcome for line in room.release(number).report.searches}
    assert outcomes[search.step.title] == "No results"
    with pytest.raises(VettingError) as late:
        room.run(search, (), number)
    assert late.value.code == "released_already"


def test_no_report_leaves_while_a_source_stays_down_for_one_and_answered_another(room: Room) -> None:
    first = room.searched(())
    number = room.enrolled(OTHER, down="name_web.1")
    (search,) = progress(room.one, number).unavailable
    room.run(search, (), number, answers=False)
    for case in (first, number):
        with pytest.raises(VettingError) as refusal:
            room.release(case)
        assert (refusal.value.code, refusal.value.exit_code) == ("failure_not_shared", ExitCode.NOT_READY)
        assert "vetting deviate request patrol --step name_web --reason source_outage" in refusal.value.remedy
    asked = request_deviation(room.one, "patrol", DeviationReason.SOURCE_OUTAGE, step="name_web")
    decide_deviation(room.two, asked.id, Decision.APPROVED)
    outcomes = {
        line.outcome
        for case in (first, number)
        for line in room.release(case).report.searches
        if line.title == search.step.title
    }
    assert outcomes == {ReportedOutcome.EXCLUDED.value}
    assert audit_position(room.settings, AUDITOR, "patrol").report.uniform


def test_a_source_that_refused_one_and_answered_another_holds_every_report(room: Room) -> None:
    first = room.searched(())
    number = room.opened(OTHER)
    for search in begin(room.one, number).planned:
        room.run_by(
            lambda s: _failed(s, Outcome.BLOCKED, "http_403") if s.key == "name_web.1" else found_on(s, ()),
            search,
            number,
        )
    with pytest.raises(VettingError) as refusal:
        room.release(first)
    assert refusal.value.code == "failure_not_shared"
    assert refusal.value.remedy.endswith("--step name_web --reason source_refused.")


def test_a_feed_of_one_candidate_that_is_down_holds_nobody_up_and_is_noted(room: Room) -> None:
    """Its address is the candidate's own: no source that the others share."""
    fed, dead = (
        replace(
            OTHER,
            full_name=f"{host.title()} Invented",
            identifiers=(Identifier(kind=IdentifierKind.FEED, value=f"https://{host}.example/feed"),),
        )
        for host in ("bea", "dea")
    )
    room.searched(())
    room.enrolled(fed)
    number = room.enrolled(dead, down="feed_entries.1")
    (search,) = progress(room.one, number).unavailable
    room.run(search, (), number, answers=False)
    outcomes = {line.title: line.outcome for line in room.release(number).report.searches}
    assert outcomes[search.step.title] == ReportedOutcome.UNAVAILABLE.value, "and never nothing found"
    report = audit_position(room.settings, AUDITOR, "patrol").report
    assert report.uniform
    assert [(d.case_number, d.difference, d.explained_by) for d in report.departures] == [
        (number, Difference.OWN_ANCHOR_FAILED, "own_anchor")
    ]


def test_an_account_that_a_candidate_mistyped_costs_nobody_else_a_step(room: Room) -> None:
    first = room.reviewed(POST)
    typed = replace(OTHER, identifiers=(Identifier(kind=IdentifierKind.ATPROTO_HANDLE, value="bea.invented.example"),))
    number = room.enrolled(typed, down=FOUND_BY)
    (search,) = progress(room.one, number).unavailable
    room.run_by(lambda s: _failed(s, Outcome.UNAVAILABLE, "handle_not_confirmed"), search, number)
    assert len(room.release(first).report.findings) == 1
    outcomes = {line.title: line.outcome for line in room.release(number).report.searches}
    assert outcomes[search.step.title] == ReportedOutcome.UNAVAILABLE.value, "and never nothing found"
    assert audit_position(room.settings, AUDITOR, "patrol").report.uniform


def test_what_is_outstanding_is_run_before_anything_is_reviewed(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    done = room.searched(())
    waiting = room.opened(OTHER)
    for number, following in ((done, "review"), (waiting, "run")):
        show_results(room.one, number, json=False)
        assert f"Next: vetting {following} {number}" in capsys.readouterr().out


def _failed(search: Search, outcome: Outcome, reason: str) -> Conducted:
    brought = found_on(search, ())
    result = replace(brought.result, outcome=outcome, reason=reason, captures=0)
    return Conducted(result=result, captures=(), hits=())

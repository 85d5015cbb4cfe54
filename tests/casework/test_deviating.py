"""A deviation from the protocol needs a coded reason and a second person, applies to everybody, and shows (U5, U6)."""

from dataclasses import replace

import pytest

from tests.casework.room import AUDITOR, CHIEF, FOUND_BY, ONE, SOMEONE, TWO, Passage, Room, found_on, logged
from vetting.candidate import Identifier, IdentifierKind
from vetting.casework.deviating import decide_deviation, deviations_of, request_deviation
from vetting.casework.releasing import file_report
from vetting.casework.reviewing import findings_of
from vetting.casework.searching import begin, progress
from vetting.deviation import Decision, Deviation, DeviationReason
from vetting.errors import ExitCode, VettingError
from vetting.log.event import EventType
from vetting.oversight import Audit, audit_position, matrix
from vetting.release import ReportedOutcome
from vetting.roles import Person, Role
from vetting.search import Outcome
from vetting.sources.conduct import Conducted
from vetting.uniformity import Difference
from vetting.validation import State

POST = Passage(words="I outran the cops last night and laughed about it.")
OTHER = replace(SOMEONE, full_name="Bea Invented", identifiers=())
THIRD = replace(
    SOMEONE,
    full_name="Cy Invented",
    identifiers=(Identifier(kind=IdentifierKind.ATPROTO_HANDLE, value="cy.riverton.example"),),
)
STEP = "social_posts"
TITLE = "Disclosed social account, public posts"


def _left_out(room: Room, step: str = STEP) -> Deviation:
    asked = request_deviation(room.one, "patrol", DeviationReason.SOURCE_DEFECT, step=step)
    return decide_deviation(room.two, asked.id, Decision.APPROVED)


def _audit(room: Room) -> Audit:
    return audit_position(room.settings, AUDITOR, "patrol")


def _code(refusal: pytest.ExceptionInfo[VettingError]) -> str:
    return refusal.value.code


def _outcomes(room: Room, number: str) -> dict[str, str]:
    return {line.title: line.outcome for line in room.release(number).report.searches}


def test_a_step_that_is_left_out_is_in_nobody_s_report_and_the_audit_says_why(room: Room) -> None:
    first, second = room.reviewed(POST), room.enrolled(OTHER)
    approved = _left_out(room)
    released = room.release(first).report
    assert released.findings == ()
    assert _outcomes(room, first)[TITLE] == ReportedOutcome.EXCLUDED.value
    assert _outcomes(room, second)[TITLE] != ReportedOutcome.EXCLUDED.value, "no account was disclosed to search for"
    assert {item.state for item in findings_of(room.one, first)} == {State.SECOND_REVIEWED}
    audit = _audit(room)
    assert audit.verdict.ok
    assert audit.report.uniform, "it is explained"
    (departure,) = audit.report.departures
    assert (departure.difference, departure.key, departure.explained_by) == (
        Difference.STEP_LEFT_OUT,
        STEP,
        approved.id,
    )
    assert matrix(audit).loc[STEP, first] == "completed, left out"


def test_nobody_is_asked_any_more_and_every_search_still_has_its_one_outcome(room: Room) -> None:
    room.searched(())
    _left_out(room)
    number = room.enrolled(replace(THIRD), passages=(POST,))
    results = {result.key: result for result in progress(room.one, number).results}
    assert (results[FOUND_BY].outcome, results[FOUND_BY].captures) == (Outcome.EXCLUDED, 0)
    assert findings_of(room.one, number) == ()
    assert set(results) == {search.key for search in progress(room.one, number).planned}
    assert _audit(room).report.uniform
    assert _outcomes(room, number)[TITLE] == ReportedOutcome.EXCLUDED.value


def test_a_source_that_stayed_down_for_one_may_be_left_out_for_everybody_instead_of_asked_again(room: Room) -> None:
    first = room.reviewed(POST)
    second = room.enrolled(THIRD, down=FOUND_BY)
    with pytest.raises(VettingError) as refusal:
        room.release(first)
    assert _code(refusal) == "outage_not_repeated"
    assert second in refusal.value.remedy, "parity: it is another candidate's search that waits"
    approved = _left_out(room)
    assert progress(room.one, second).unavailable == (), "there is nothing to ask again"
    assert room.release(first).report.findings == ()
    assert _outcomes(room, first) == _outcomes(room, second)
    audit = _audit(room)
    assert audit.report.uniform
    assert {(d.difference, d.explained_by) for d in audit.report.departures} == {
        (Difference.STEP_LEFT_OUT, approved.id),
        (Difference.FAILURE_NOT_SHARED, approved.id),
    }


def test_whoever_asks_does_not_decide_and_what_is_refused_changes_nothing(room: Room) -> None:
    number = room.reviewed(POST)
    asked = request_deviation(room.one, "patrol", DeviationReason.TERMS_CHANGED, step=STEP)
    with pytest.raises(VettingError) as refusal:
        decide_deviation(room.one, asked.id, Decision.APPROVED)
    assert (_code(refusal), refusal.value.exit_code) == ("same_person", ExitCode.REFUSED)
    decide_deviation(room.two, asked.id, Decision.REFUSED)
    with pytest.raises(VettingError) as refusal:
        decide_deviation(room.two, asked.id, Decision.APPROVED)
    assert _code(refusal) == "deviation_decided"
    assert len(room.release(number).report.findings) == 1
    audit = _audit(room)
    assert audit.report.departures == ()
    assert [(d.decision, d.requested_by, d.decided_by) for d in audit.deviations] == [("refused", ONE.id, TWO.id)]
    assert [d.decision for d in deviations_of(room.two, "patrol")] == [Decision.REFUSED]


def test_nobody_who_decides_on_the_position_and_nobody_unattested_decides_on_a_deviation(room: Room) -> None:
    room.searched(())
    asked = request_deviation(room.one, "patrol", DeviationReason.TERMS_CHANGED, step=STEP)
    decider = replace(TWO, id=CHIEF.id)
    stranger = replace(TWO, id="r.three")
    reader = replace(TWO, roles=frozenset({Role.DECISION_MAKER}))
    for person, code in ((decider, "decides_here"), (stranger, "conflict_not_attested"), (reader, "role_refused")):
        with pytest.raises(VettingError) as refusal:
            decide_deviation(room.desk(person), asked.id, Decision.APPROVED)
        assert _code(refusal) == code
    assert logged(room, EventType.DEVIATION_APPROVED) == 0
    assert logged(room, EventType.ACCESS_REFUSED) == 3
    reviewer = replace(TWO, id="r.four", roles=frozenset({Role.REVIEWER}))
    with pytest.raises(VettingError) as refusal:
        request_deviation(room.desk(reviewer), "patrol", DeviationReason.TERMS_CHANGED, step=STEP)
    assert _code(refusal) == "role_refused"


@pytest.mark.parametrize("approver", [ONE, CHIEF], ids=["whoever asked", "whoever decides on the position"])
def test_an_approval_that_the_program_would_never_give_explains_nothing_to_the_auditor(
    room: Room, approver: Person
) -> None:
    room.searched(())
    asked = request_deviation(room.one, "patrol", DeviationReason.SOURCE_DEFECT, step=STEP)
    desk = replace(room.one, person=approver)
    body = {"deviation": asked.id, "reason": asked.reason.value, "step": asked.step}
    with desk.act() as unit:
        unit.post(desk.event(EventType.DEVIATION_APPROVED, asked.id, body, position="patrol"))
    audit = _audit(room)
    assert audit.verdict.ok, "the log is sound; what it says is not"
    assert [(d.difference, d.key) for d in audit.report.unexplained] == [(Difference.NOT_APPROVED, STEP)]


@pytest.mark.parametrize(
    ("reason", "step", "case", "code"),
    [
        (DeviationReason.FAILURE_POLICY, STEP, "", "reason_unfit"),
        (DeviationReason.SOURCE_OUTAGE, "", "", "deviation_unfit"),
        (DeviationReason.SOURCE_OUTAGE, STEP, "C-1", "deviation_unfit"),
        (DeviationReason.CANDIDATE_WITHDREW, STEP, "", "deviation_unfit"),
        (DeviationReason.CANDIDATE_WITHDREW, "", "C-NOSUCH00", "unknown_case"),
        (DeviationReason.SOURCE_OUTAGE, "no_such_step", "", "step_unknown"),
    ],
)
def test_what_no_deviation_can_be_is_refused(
    room: Room, reason: DeviationReason, step: str, case: str, code: str
) -> None:
    room.searched(())
    with pytest.raises(VettingError) as refusal:
        request_deviation(room.one, "patrol", reason, step=step, case=case)
    assert _code(refusal) == code
    assert logged(room, EventType.DEVIATION_REQUESTED) == 0


def test_the_same_is_asked_for_once(room: Room) -> None:
    room.searched(())
    asked = request_deviation(room.one, "patrol", DeviationReason.SOURCE_OUTAGE, step=STEP)
    for code in ("deviation_open", "deviation_in_force"):
        with pytest.raises(VettingError) as refusal:
            request_deviation(room.one, "patrol", DeviationReason.SOURCE_DEFECT, step=STEP)
        assert _code(refusal) == code
        if code == "deviation_open":
            decide_deviation(room.two, asked.id, Decision.APPROVED)


def test_a_step_of_which_a_finding_is_in_a_report_can_no_longer_be_left_out(room: Room) -> None:
    number = room.reviewed(POST)
    asked = request_deviation(room.one, "patrol", DeviationReason.SOURCE_DEFECT, step=STEP)
    assert len(room.release(number).report.findings) == 1
    with pytest.raises(VettingError) as refusal:
        decide_deviation(room.two, asked.id, Decision.APPROVED)
    assert _code(refusal) == "step_reported"
    with pytest.raises(VettingError) as refusal:
        request_deviation(room.one, "patrol", DeviationReason.CANDIDATE_WITHDREW, case=number)
    assert _code(refusal) == "released_already"
    other = request_deviation(room.one, "patrol", DeviationReason.SOURCE_DEFECT, step="wiki_edits")
    assert decide_deviation(room.two, other.id, Decision.APPROVED).in_force, "no finding of it is in a report"


def test_a_report_that_was_composed_before_the_approval_is_not_filed(room: Room) -> None:
    number = room.reviewed(POST)
    cleared = room.clear(room.one, number)
    assert len(cleared.report.findings) == 1
    _left_out(room)
    with pytest.raises(VettingError) as refusal:
        file_report(room.one, cleared, b"%PDF")
    assert _code(refusal) == "case_changed"
    assert room.release(number).report.findings == ()
    assert State.RELEASED not in {item.state for item in findings_of(room.one, number)}
    assert _audit(room).report.uniform


def test_a_candidate_who_withdrew_is_no_longer_searched_for_and_leaves_nothing_unfinished(room: Room) -> None:
    first = room.searched(())
    number = room.enrolled(OTHER)
    (planned, *_) = progress(room.one, number).planned
    withdrawn = room.opened(THIRD)
    assert set(_audit(room).report.unfinished) == {withdrawn}
    asked = request_deviation(room.one, "patrol", DeviationReason.CANDIDATE_WITHDREW, case=withdrawn)
    assert set(_audit(room).report.unfinished) == {withdrawn}, "asking is not enough"
    decide_deviation(room.two, asked.id, Decision.APPROVED)
    for act in (lambda: begin(room.one, withdrawn), lambda: room.release(withdrawn)):
        with pytest.raises(VettingError) as refusal:
            act()
        assert _code(refusal) == "candidate_withdrew"
    audit = _audit(room)
    assert audit.report.uniform
    assert audit.report.unfinished == {}
    (departure,) = audit.report.departures
    assert (departure.case_number, departure.difference, departure.explained_by) == (
        withdrawn,
        Difference.CANDIDATE_WITHDREW,
        asked.id,
    )
    for staying in (first, number):
        assert room.release(staying).report.case_number == staying
    with pytest.raises(VettingError) as refusal:
        room.run(planned, (), withdrawn)  # a search that was under way past the door that `begin` keeps
    assert _code(refusal) == "candidate_withdrew"
    assert _audit(room).report.uniform, "nothing was recorded of it"


def test_the_outage_of_a_candidate_who_withdrew_holds_nobody_up(room: Room) -> None:
    first = room.searched(())
    withdrawn = room.enrolled(THIRD, down=FOUND_BY)
    asked = request_deviation(room.one, "patrol", DeviationReason.CANDIDATE_WITHDREW, case=withdrawn)
    decide_deviation(room.two, asked.id, Decision.APPROVED)
    assert room.release(first).report.case_number == first
    assert _audit(room).report.uniform


def test_a_search_brings_nothing_home_where_its_step_is_left_out(room: Room) -> None:
    number = room.searched(())
    _left_out(room, "name_web")
    state = progress(room.one, number)
    (search, *_) = state.planned
    assert state.left_out(search)
    asked: list[Conducted] = []

    def conduct(_: object) -> Conducted:
        asked.append(found_on(search, (POST,)))
        return asked[-1]

    other = room.opened(OTHER)
    room.run_by(conduct, search, other)
    assert asked == []

"""A step whose protocol says `exclude` is left out for everybody as soon as it failed for one (U5)."""

import re
from dataclasses import replace

import pytest

from tests.casework.room import AUDITOR, FOUND_BY, SOMEONE, Passage, Room, logged
from vetting.candidate import Identifier, IdentifierKind
from vetting.casework.reviewing import findings_of
from vetting.casework.searching import progress
from vetting.errors import ExitCode, VettingError
from vetting.log.event import EventType
from vetting.oversight import audit_position
from vetting.protocol import FailurePolicy
from vetting.release import ReportedOutcome
from vetting.search import Outcome
from vetting.uniformity import Difference, UniformityReport
from vetting.validation import State

POST = Passage(words="I outran the cops last night and laughed about it.")
THIRD, FOURTH = (
    replace(
        SOMEONE,
        full_name=name,
        identifiers=(Identifier(kind=IdentifierKind.ATPROTO_HANDLE, value=f"{name[:2].lower()}.riverton.example"),),
    )
    for name in ("Cy Invented", "Di Invented")
)
TITLE = "Disclosed social account, public posts"


@pytest.fixture(autouse=True)
def _excluding(room: Room) -> None:
    """The step of the social posts says: leave it out for everybody rather than ask again."""
    path = room.settings.config / "protocols" / "patrol_officer.toml"
    text = path.read_text(encoding="utf-8")
    text, changes = re.subn(r'^(id = "social_posts")$', r'\1\nfailure_policy = "exclude"', text, flags=re.MULTILINE)
    assert changes == 1
    path.write_text(text, encoding="utf-8")


def _report(room: Room) -> UniformityReport:
    return audit_position(room.settings, AUDITOR, "patrol").report


def _outcome(room: Room, number: str) -> str:
    return next(line.outcome for line in room.release(number).report.searches if line.title == TITLE)


def test_what_failed_for_one_is_left_out_for_everybody_before_the_first_report(room: Room) -> None:
    first = room.reviewed(POST)
    assert {
        step.id for step in progress(room.one, first).protocol.steps if step.failure_policy is FailurePolicy.EXCLUDE
    }
    second = room.enrolled(THIRD, down=FOUND_BY)
    assert not _report(room).uniform, "nothing explains it yet"
    assert room.release(first).report.findings == ()
    assert _outcome(room, first) == _outcome(room, second) == ReportedOutcome.EXCLUDED.value
    assert logged(room, EventType.DEVIATION_APPROVED) == 1, "recorded once, for everybody"
    later = room.enrolled(FOURTH, passages=(POST,))
    assert findings_of(room.one, later) == ()
    assert {r.key: r.outcome for r in progress(room.one, later).results}[FOUND_BY] is Outcome.EXCLUDED
    assert _outcome(room, later) == ReportedOutcome.EXCLUDED.value
    report = _report(room)
    assert report.uniform
    assert {d.difference for d in report.departures} == {Difference.STEP_LEFT_OUT, Difference.FAILURE_NOT_SHARED}
    assert State.RELEASED not in {item.state for item in findings_of(room.one, first)}


def test_no_report_before_everybody_enrolled_was_searched_for_by_such_a_step(room: Room) -> None:
    first = room.reviewed(POST)
    waiting = room.opened(THIRD)
    with pytest.raises(VettingError) as refusal:
        room.release(first)
    assert (refusal.value.code, refusal.value.exit_code) == ("step_not_run_for_all", ExitCode.NOT_READY)
    assert waiting in refusal.value.remedy


def test_what_failed_for_all_alike_is_reported_as_unavailable_and_left_out_for_nobody(room: Room) -> None:
    room.searched((), down=FOUND_BY)
    second = room.enrolled(THIRD, down=FOUND_BY)
    assert _outcome(room, second) == ReportedOutcome.UNAVAILABLE.value
    assert logged(room, EventType.DEVIATION_APPROVED) == 0
    assert _report(room).departures == ()


def test_after_a_report_with_a_finding_of_the_step_a_failure_stays_a_departure(room: Room) -> None:
    first = room.reviewed(POST)
    assert len(room.release(first).report.findings) == 1
    second = room.enrolled(THIRD, down=FOUND_BY)
    with pytest.raises(VettingError) as refusal:
        room.release(second)
    assert refusal.value.code == "outage_not_repeated", "it is asked again like any other"
    (search,) = progress(room.one, second).unavailable
    room.run(search, (), second, answers=False)
    assert _outcome(room, second) == ReportedOutcome.UNAVAILABLE.value, "and never that it was left out"
    assert logged(room, EventType.DEVIATION_APPROVED) == 0
    assert [d.difference for d in _report(room).unexplained] == [Difference.FAILURE_NOT_SHARED]


def test_where_nothing_failed_nothing_is_left_out(room: Room) -> None:
    first, second = room.reviewed(POST), room.enrolled(THIRD)
    assert len(room.release(first).report.findings) == 1
    assert _outcome(room, second) == ReportedOutcome.NO_RESULTS.value
    assert _report(room).departures == ()

"""A source that was down for one candidate is asked again before the report, and is never nothing found (U5)."""

from dataclasses import replace

import pytest

from tests.casework.room import AUDITOR, SOMEONE, Room, logged
from vetting.casework.searching import progress
from vetting.errors import ExitCode, VettingError
from vetting.log.event import EventType
from vetting.oversight import audit_position
from vetting.search import Outcome
from vetting.uniformity import Difference

OTHER = replace(SOMEONE, full_name="Bea Invented", identifiers=())


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


def test_a_source_that_stays_down_is_reported_as_unavailable_and_never_as_nothing_found(room: Room) -> None:
    room.searched(())
    number = room.enrolled(OTHER, down="name_web.1")
    (search,) = progress(room.one, number).unavailable
    room.run(search, (), number, answers=False)
    outcomes = {line.title: line.outcome for line in room.release(number).report.searches}
    assert outcomes[search.step.title] == "Source unavailable"
    found = audit_position(room.settings, AUDITOR, "patrol").report.departures
    assert {(d.case_number, d.difference) for d in found} == {(number, Difference.FAILURE_NOT_SHARED)}

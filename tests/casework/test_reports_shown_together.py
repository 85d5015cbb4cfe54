"""Where the protocol shows reports together, no decision maker opens one before every candidate has one (U9)."""

from dataclasses import replace

import pytest

from tests.casework.room import CHIEF, PDF, SOMEONE, Room, new_id, now
from vetting.adjudication import ReadingDesk
from vetting.casework.deviating import decide_deviation, request_deviation
from vetting.casework.protocol_file import load_protocol
from vetting.deviation import Decision, DeviationReason
from vetting.errors import ExitCode, VettingError
from vetting.log.event import EventType


@pytest.fixture
def reading(room: Room) -> ReadingDesk:
    """The decision maker's desk; the protocol file asks that reports are shown together."""
    path = room.settings.config / "protocols" / "patrol_officer.toml"
    path.write_text(path.read_text().replace("# release_together = true", "release_together = true"))
    assert load_protocol(room.settings.config, "patrol_officer", room.analyzer.version, now().date()).release_together
    return ReadingDesk(settings=room.settings, person=CHIEF, clock=now, new_id=new_id)


def _refused(reading: ReadingDesk, number: str) -> None:
    for attempt in (lambda: reading.list_reports("patrol"), lambda: reading.open_report(number)):
        with pytest.raises(VettingError, match="shown together, and not every candidate has one yet") as refusal:
            attempt()
        assert refusal.value.exit_code is ExitCode.NOT_READY
        assert refusal.value.remedy


def test_a_report_waits_for_the_last_candidate_s_and_the_refusal_is_in_the_log(
    room: Room, reading: ReadingDesk
) -> None:
    first = room.searched(())
    second = room.enrolled(replace(SOMEONE, full_name="Bea Invented", identifiers=()))
    early = room.release(first).report.number
    _refused(reading, early)
    kinds = [entry.event.type for entry in room.one.reader.entries()]
    assert kinds.count(EventType.ACCESS_REFUSED) == 2
    assert EventType.REPORT_OPENED not in kinds
    late = room.release(second).report.number
    assert set(reading.list_reports("patrol")) == {early, late}
    assert reading.open_report(early).pdf == PDF


def test_nobody_waits_for_a_candidate_who_withdrew(room: Room, reading: ReadingDesk) -> None:
    first = room.searched(())
    second = room.opened(replace(SOMEONE, full_name="Bea Invented", identifiers=()))
    number = room.release(first).report.number
    _refused(reading, number)
    asked = request_deviation(room.one, "patrol", DeviationReason.CANDIDATE_WITHDREW, case=second)
    decide_deviation(room.two, asked.id, Decision.APPROVED)
    assert reading.list_reports("patrol") == (number,)

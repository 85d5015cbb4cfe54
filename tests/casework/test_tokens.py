"""Criminal history, medical matter and self-harm leave a token without content, settled when it is found."""

import pytest

from filters.gate import WithheldReason
from tests.casework.room import Passage, Room
from vetting.casework.reviewing import findings_of, validate
from vetting.errors import VettingError
from vetting.evidence import RawText
from vetting.log.event import EventType
from vetting.validation import State

NEWS = "Riverton woman arrested for larceny on Elm Street. She was charged with larceny, court records show."
ILL = "I was diagnosed with epilepsy last spring and I want to die."
CONDUCT = "I outran the cops on my bike again."


@pytest.mark.parametrize(("words", "code", "state"), [(NEWS, "CH-1", State.ROUTED), (ILL, "MH-1", State.WITHHELD)])
def test_a_token_holds_nothing_and_waits_for_nobody(room: Room, words: str, code: str, state: State) -> None:
    number = room.searched((Passage(words=words),))
    (item,) = findings_of(room.one, number)
    finding = item.finding
    assert (finding.code, item.state, item.waiting) == (code, state, False)
    assert [text.reveal() for text in (finding.passage, finding.locator, finding.author)] == ["", "", ""]
    assert finding.posted_at is None
    assert finding.cues == ()
    with pytest.raises(VettingError, match="cannot become"):
        validate(room.one, finding.id, State.ATTRIBUTED, RawText("x"), criterion=room.criteria.by_code[code])


@pytest.mark.parametrize("words", [CONDUCT, ILL, "Roe v. Riverton, a boundary dispute."])
def test_a_court_record_leaves_a_token_for_the_official_channel_and_no_conduct(room: Room, words: str) -> None:
    number = room.searched((Passage(words=words, platform="court_record"),))
    (item,) = findings_of(room.one, number)
    finding = item.finding
    assert (finding.code, item.state, item.waiting) == ("CH-1", State.ROUTED, False)
    assert [text.reveal() for text in (finding.passage, finding.locator, finding.author)] == ["", "", ""]
    assert room.release(number).report.findings == ()


def test_one_page_leaves_one_token(room: Room) -> None:
    number = room.searched((Passage(words=f"{NEWS} Nice day today. Rain again. Charges against her were dropped."),))
    assert [item.finding.code for item in findings_of(room.one, number)] == ["CH-1"]


def test_a_report_says_nothing_of_a_token_and_is_not_kept_waiting(room: Room) -> None:
    passages = (Passage(words=NEWS), Passage(words=ILL), Passage(words=CONDUCT))
    number = room.searched(passages)
    for item in findings_of(room.one, number):
        if item.waiting:
            validate(
                room.one, item.finding.id, State.NOT_RELEVANT, RawText("x"), criterion=room.criteria.by_code["JR-09"]
            )
    report = room.release(number).report
    assert report.findings == ()
    applied = [e.event.body for e in room.one.reader.entries() if e.event.type is EventType.FILTER_APPLIED]
    assert not [body for body in applied if body.get("reason") in {reason.value for reason in WithheldReason}]

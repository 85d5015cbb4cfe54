"""Before a release each source is asked once more; what became of it is sealed, logged and shown to reviewers."""

from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest

from tests.casework.room import FOUND_BY, TWO, Passage, Room, found_on, locked, logged, new_id, now
from tests.sources.loopback import AGENT, HOST, Nobody, Site
from vetting.attribution import Level
from vetting.casework.recapturing import Ask, recapture, standings
from vetting.casework.reviewing import findings_of, validate
from vetting.errors import ExitCode, VettingError, not_found
from vetting.evidence import RawText, RepeatedCapture, Standing
from vetting.log.event import EventType
from vetting.search import Search
from vetting.sources.asking_again import AskedAgain, StandsOn, ask_again
from vetting.sources.conduct import Conducted
from vetting.sources.internet import ApiKey, Internet
from vetting.validation import State

POST = "I outran the cops last night and laughed about it."
OTHER_POST = "I floored it and lost the cop who was chasing me on the interstate."
TWO_POSTS = (Passage(words=POST), Passage(words=OTHER_POST, severity=2))
URL = f"http://{HOST}/posts"


@pytest.fixture
def ask(transport: httpx.BaseTransport) -> Ask:
    """Return what asks the loopback server once more."""
    return lambda search, before: ask_again(Nobody(), search, before, transport, now, new_id)


@pytest.fixture
def real(room: Room, site: Site, transport: httpx.BaseTransport) -> Room:
    """Return the room, with findings that stand on captures of the loopback server."""
    site.answer("/posts", f"<p>{POST}</p>\n<p>{OTHER_POST}</p>")

    def bring(search: Search, passages: tuple[Passage, ...], key: ApiKey | None = None) -> Conducted:
        brought = found_on(search, passages)
        if search.key != FOUND_BY:
            return brought
        internet = Internet(transport, clock=now, new_id=new_id, user_agent=AGENT)
        captured = [internet.get(URL, key=key).capture_id, internet.get("http://other.example/posts").capture_id]
        hits = tuple(replace(hit, capture_id=captured[0]) for hit in brought.hits)
        differences = internet.clock_differences()
        return replace(brought, hits=hits, captures=internet.captures(), clock_differences=differences)

    return replace(room, bring=bring)


def _states(repeated: tuple[RepeatedCapture, ...]) -> list[str]:
    return [one.standing.value for one in repeated]


def _entries(room: Room) -> list[dict[str, object]]:
    kind = EventType.CAPTURE_REPEATED
    return [dict(entry.event.body) for entry in room.one.reader.entries() if entry.event.type is kind]


def test_one_request_serves_all_findings_of_a_capture_and_is_sealed_and_logged(
    real: Room, site: Site, ask: Ask
) -> None:
    number = real.reviewed(*TWO_POSTS)
    asked, sealed = len(site.asked), logged(real, EventType.CAPTURE_SEALED)
    repeated = recapture(real.one, number, ask)
    assert _states(repeated) == ["unchanged", "unchanged"]
    assert len(site.asked) == asked + 1
    assert logged(real, EventType.CAPTURE_SEALED) == sealed + 1
    with real.one.case_files.reading() as view:
        assert view.captures(number)[-1].id == repeated[0].capture_id
        assert view.captures(number)[-1].key == FOUND_BY
        assert view.open_capture(view.captures(number)[-1].id).startswith(b"WARC/1.1\r\nWARC-Type: revisit")
    assert [(entry["state"], entry["capture"]) for entry in _entries(real)] == [
        ("unchanged", repeated[0].capture_id)
    ] * 2
    assert {entry["finding"] for entry in _entries(real)} == {item.finding.id for item in findings_of(real.one, number)}


def test_each_passage_is_looked_for_by_itself(real: Room, site: Site, ask: Ask) -> None:
    number = real.reviewed(*TWO_POSTS)
    site.answer("/posts", f"<div>{POST.replace(' ', chr(10))}</div> and something new")
    states = {one.finding_id: one.standing for one in recapture(real.one, number, ask)}
    by_words = {item.finding.passage.reveal(): states[item.finding.id] for item in findings_of(real.one, number)}
    assert by_words == {POST: Standing.UNCHANGED, OTHER_POST: Standing.CHANGED}


@pytest.mark.parametrize(
    ("status", "state", "reason"), [(404, "gone", ""), (410, "gone", ""), (403, "not_reachable", "http_403")]
)
def test_what_is_gone_and_what_is_refused_are_told_apart(
    real: Room, site: Site, ask: Ask, status: int, state: str, reason: str
) -> None:
    number = real.reviewed(Passage(words=POST))
    site.answer("/posts", status=status)
    (repeated,) = recapture(real.one, number, ask)
    assert (repeated.standing.value, repeated.reason) == (state, reason)
    (entry,) = _entries(real)
    assert (entry["state"], entry.get("reason", "")) == (state, reason)
    assert repeated.capture_id is not None
    real.release(number)


def test_a_release_that_is_made_again_soon_asks_nobody_a_second_time(
    real: Room, site: Site, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vetting.casework.recapturing.FRESH", timedelta(hours=3))  # the authorization lasts a day
    number = real.reviewed(Passage(words=POST))
    first = recapture(real.one, number, ask)
    asked = len(site.asked)
    soon = replace(real.one, clock=lambda: first[0].at + timedelta(hours=2.9))
    later = replace(real.one, clock=lambda: first[0].at + timedelta(hours=3))
    assert recapture(soon, number, ask) == first
    assert len(site.asked) == asked
    assert recapture(later, number, ask) != first
    assert len(site.asked) == asked + 1


def test_only_what_two_people_stand_by_is_asked_for(real: Room, site: Site, ask: Ask) -> None:
    number = real.reviewed(Passage(words=POST))
    (item,) = findings_of(real.one, number)
    criterion = real.criteria.by_code[item.finding.code]
    validate(real.two, item.finding.id, State.REFUTED, RawText("no"), criterion=criterion)
    asked = len(site.asked)
    assert recapture(real.one, number, ask) == ()
    assert len(site.asked) == asked


def test_a_case_that_waits_for_a_reviewer_is_refused_before_anybody_is_asked(real: Room, site: Site, ask: Ask) -> None:
    number = real.searched((Passage(words=POST),))
    asked = len(site.asked)
    with pytest.raises(VettingError) as refusal:
        recapture(real.one, number, ask)
    assert refusal.value.code == "finding_without_validation"
    assert len(site.asked) == asked


def test_a_capture_that_cannot_be_asked_for_again_is_noted_and_stops_nothing(room: Room, ask: Ask) -> None:
    number = room.reviewed(Passage(words=POST))  # its capture holds no record at all
    (repeated,) = recapture(room.one, number, ask)
    assert (repeated.standing, repeated.reason) == (Standing.NOT_ASKED, "nothing_captured")
    assert repeated.capture_id is None
    assert room.release(number).report.findings


def test_an_internet_that_is_not_there_stops_nothing(real: Room) -> None:
    number = real.reviewed(Passage(words=POST))

    def ask(_search: Search, _before: StandsOn) -> AskedAgain:
        raise not_found("recording_missing", "There is no recorded internet at the place given.", "Name a folder.")

    (repeated,) = recapture(real.one, number, ask)
    assert (repeated.standing, repeated.reason) == (Standing.NOT_ASKED, "recording_missing")


def test_words_that_never_stood_in_the_answer_as_such_are_not_called_changed(real: Room, site: Site, ask: Ask) -> None:
    other = Passage(words=POST.replace("laughed", "laughed loudly"))
    number = real.reviewed(other)
    site.answer("/posts", "<p>quite another page")
    (repeated,) = recapture(real.one, number, ask)
    assert (repeated.standing, repeated.reason) == (Standing.NOT_REACHABLE, "inconclusive")


def test_no_log_no_fact(real: Room, ask: Ask) -> None:
    number = real.reviewed(Passage(words=POST))
    with locked(real.settings, "transparency_log"), pytest.raises(VettingError) as refusal:
        recapture(real.one, number, ask)
    assert refusal.value.exit_code is ExitCode.STORAGE
    (repeated,) = recapture(real.desk(), number, ask)
    assert repeated.standing is Standing.UNCHANGED
    assert len(_entries(real)) == 1


def test_somebody_who_may_not_release_asks_nobody(real: Room, site: Site, ask: Ask) -> None:
    number = real.reviewed(Passage(words=POST))
    asked = len(site.asked)
    stranger = replace(real.one, person=replace(TWO, roles=frozenset()))
    with pytest.raises(VettingError) as refusal:
        recapture(stranger, number, ask)
    assert refusal.value.exit_code is ExitCode.REFUSED
    assert len(site.asked) == asked


def test_a_finding_at_a3_is_asked_for_too_and_an_unknown_one_has_no_history(real: Room, ask: Ask) -> None:
    number = real.reviewed(Passage(words=POST, level=Level.A3))
    assert _states(recapture(real.one, number, ask)) == ["unchanged"]
    assert standings(real.one, ["F-unknown"]) == ()


@pytest.mark.parametrize("minutes", [-60, 60])
def test_servers_that_agree_that_our_clock_is_wrong_are_noted_in_the_log(real: Room, site: Site, minutes: int) -> None:
    date = format_datetime(now() + timedelta(minutes=minutes), usegmt=True)
    site.answer("/posts", f"<p>{POST}</p>", headers={"Date": date})
    real.searched((Passage(words=POST),))
    (entry,) = [e.event for e in real.one.reader.entries() if e.event.type is EventType.CLOCK_SKEW]
    assert entry.body["key"] == FOUND_BY
    assert entry.body["hosts"] == 2
    seconds = entry.body["seconds"]
    assert isinstance(seconds, int)
    assert abs(seconds - minutes * 60) < 30


def test_a_clock_that_is_right_is_not_noted(real: Room) -> None:
    real.searched((Passage(words=POST),))
    assert logged(real, EventType.CLOCK_SKEW) == 0

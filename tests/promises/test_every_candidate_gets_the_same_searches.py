"""Promise: every candidate gets the same searches, computed from a protocol that is in the log first."""

import json
from typing import Any
from urllib.parse import quote

from tests.demonstration import Demo
from vetting.log.event import EventType
from vetting.log.reader import LogReader
from vetting.log.store import LogStore

POSITION = "patrol-officer-2026"
ANSWERS = {EventType.SEARCH_EXECUTED, EventType.SEARCH_BLOCKED, EventType.SEARCH_UNAVAILABLE}


def _events(demo: Demo) -> list[Any]:
    store = LogStore(f"sqlite:///{quote(str(demo.home))}/transparency_log/transparency_log.db")
    events = [entry.event for entry in LogReader(store).entries()]
    store.close()
    return events


def test_the_auditor_finds_every_candidate_searched_alike(demo: Demo) -> None:
    answer = demo.vetting("uniformity", POSITION, "--json")
    assert answer.returncode == 0, answer.stderr
    audit = json.loads(answer.stdout)
    assert audit["uniform"] is True
    assert audit["log"]["ok"] is True
    assert len(audit["matrix"]) >= 4
    rows = [set(row) for row in audit["matrix"].values()]
    assert all(row == rows[0] for row in rows)


def test_a_blocked_and_an_unavailable_source_are_said_so_and_never_nothing_found(demo: Demo) -> None:
    audit = json.loads(demo.vetting("uniformity", POSITION, "--json").stdout)
    words = {word for row in audit["matrix"].values() for word in row.values()}
    assert {"completed", "no results", "blocked", "unavailable", "not applicable"} <= words


def test_the_protocol_is_in_the_log_before_the_first_candidate(demo: Demo) -> None:
    kinds = [event.type for event in _events(demo)]
    assert kinds.index(EventType.PROTOCOL_FROZEN) < kinds.index(EventType.CANDIDATE_ENROLLED)
    assert kinds.index(EventType.CANDIDATE_ENROLLED) < kinds.index(EventType.SEARCH_PLANNED)


def test_every_planned_search_has_exactly_one_outcome_in_the_log(demo: Demo) -> None:
    events = _events(demo)
    planned = sorted((e.case, e.body["key"]) for e in events if e.type is EventType.SEARCH_PLANNED)
    answered = sorted((e.case, e.body["key"]) for e in events if e.type in ANSWERS)
    assert planned
    assert planned == answered


def test_every_candidate_gets_a_report_also_when_nothing_was_found(demo: Demo) -> None:
    events = _events(demo)
    enrolled = {e.case for e in events if e.type is EventType.CANDIDATE_ENROLLED}
    reported = [e.case for e in events if e.type is EventType.REPORT_RELEASED]
    assert sorted(reported) == sorted(enrolled)
    assert len(demo.reports) == len(enrolled)

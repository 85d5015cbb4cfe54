"""Promise: every candidate gets the same searches, computed from a protocol that is in the log first."""

import json
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.demonstration import ROOT, Demo
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
    demo.sign_in("t.okafor")
    answer = demo.vetting("uniformity", POSITION, "--json")
    assert answer.returncode == 0, answer.stderr
    audit = json.loads(answer.stdout)
    assert audit["uniform"] is True
    assert audit["log"]["ok"] is True
    candidates = sorted((ROOT / "demo" / "candidates").glob("*.toml"))
    assert len(candidates) >= 4
    searched = sorted(sorted(keys) for keys in audit["searches"].values())
    assert searched == sorted(_planned(path) for path in candidates)


def _planned(candidate: Path) -> list[str]:
    """The searches that the protocol asks for, counted here by hand from the two files a person can read."""
    steps = tomllib.loads((ROOT / "config" / "protocols" / "patrol_officer.toml").read_text(encoding="utf-8"))["steps"]
    kinds = [i["kind"] for i in tomllib.loads(candidate.read_text(encoding="utf-8")).get("identifiers", [])]
    keys = []
    for step in steps:
        count = 1 if step["anchor"] in {"full_name", "name_and_town"} else kinds.count(step["anchor"])
        keys += [f"{step['id']}.{n}" for n in (range(1, count + 1) if count else [0])]
    return sorted(keys)


def test_a_blocked_and_an_unavailable_source_are_said_so_and_never_nothing_found(demo: Demo) -> None:
    demo.sign_in("t.okafor")
    audit = json.loads(demo.vetting("uniformity", POSITION, "--json").stdout)
    words = {word for row in audit["matrix"].values() for word in row.values()}
    assert {"completed", "no results", "blocked", "unavailable", "not applicable"} <= words


def test_the_protocol_is_in_the_log_before_the_first_candidate(demo: Demo) -> None:
    kinds = [event.type for event in _events(demo)]
    assert kinds.index(EventType.PROTOCOL_FROZEN) < kinds.index(EventType.CANDIDATE_ENROLLED)
    assert kinds.index(EventType.CANDIDATE_ENROLLED) < kinds.index(EventType.SEARCH_PLANNED)


def test_every_planned_search_has_one_outcome_in_the_log_and_only_an_outage_is_followed_by_another(demo: Demo) -> None:
    events = _events(demo)
    planned = sorted((e.case, e.body["key"]) for e in events if e.type is EventType.SEARCH_PLANNED)
    answers: dict[tuple[str, str], list[EventType]] = {}
    for event in events:
        if event.type in ANSWERS:
            answers.setdefault((event.case, event.body["key"]), []).append(event.type)
    assert planned
    assert planned == sorted(answers)
    assert all(set(kinds[:-1]) <= {EventType.SEARCH_UNAVAILABLE} for kinds in answers.values())
    assert any(len(kinds) > 1 for kinds in answers.values()), "a source that was down was asked again"


def test_every_candidate_gets_a_report_also_when_nothing_was_found(demo: Demo) -> None:
    events = _events(demo)
    enrolled = {e.case for e in events if e.type is EventType.CANDIDATE_ENROLLED}
    reported = [e.case for e in events if e.type is EventType.REPORT_RELEASED]
    assert sorted(reported) == sorted(enrolled)
    assert len(demo.reports) == len(enrolled)

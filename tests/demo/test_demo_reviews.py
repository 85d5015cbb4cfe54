"""The scripted reviewers answer for findings that are really there, within the rules that bind every reviewer."""

import itertools
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from demo.record.plans import CANDIDATES, INTERNET, REPOSITORY, SOURCES, planned_searches
from filters.criteria import load_criteria
from vetting.attribution import Level, Link, check_level
from vetting.evidence import Engagement, Hit, RawText
from vetting.sources.conduct import conduct
from vetting.sources.recorded import recorded_transport
from vetting.sources.registry import build_sources
from vetting.validation import Element, State, Validation, check_transition

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SCRIPT = tomllib.loads((REPOSITORY / "demo" / "reviews.toml").read_text(encoding="utf-8"))
RULES: list[dict[str, Any]] = SCRIPT["rules"]
HUNTED: dict[str, dict[str, list[str]]] = tomllib.loads(
    (REPOSITORY / "demo" / "hunted.toml").read_text(encoding="utf-8")
)


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """A passage that the criteria propose in the recorded internet."""

    case: str
    step: str
    code: str
    passage: str
    hit: Hit

    def fits(self, rule: Mapping[str, Any]) -> bool:
        return (
            self.case == rule["case"]
            and self.step in rule["steps"]
            and self.code == rule["code"]
            and re.search(rule["passage"], self.passage, re.IGNORECASE) is not None
        )


@pytest.fixture(scope="module")
def proposed() -> list[Proposed]:
    return list(_proposed())


def _proposed() -> Iterator[Proposed]:
    criteria = load_criteria(REPOSITORY / "config" / "criteria" / "police.toml")
    sources, transport = build_sources(SOURCES), recorded_transport(INTERNET, practice=True)
    number = itertools.count()
    for planned in planned_searches():
        source = sources[planned.search.step.source]
        done = conduct(source, planned.search, transport, lambda: NOW, lambda: f"C-{next(number)}")
        for hit in done.hits:
            for found in criteria.propose(hit.text):
                yield Proposed(
                    case=planned.candidate,
                    step=planned.search.step.id,
                    code=found.code,
                    passage=hit.text.reveal()[found.start : found.end],
                    hit=hit,
                )


def _name(rule: Mapping[str, Any]) -> str:
    return f"{rule['case']}-{rule['code']}-{rule['passage']}"


@pytest.mark.parametrize("rule", RULES, ids=_name)
def test_each_answer_is_for_a_finding_that_the_criteria_propose(rule: dict[str, Any], proposed: list[Proposed]) -> None:
    assert [finding for finding in proposed if finding.fits(rule)]


@pytest.mark.parametrize("rule", RULES, ids=_name)
def test_each_attribution_is_carried_by_its_evidence(rule: dict[str, Any]) -> None:
    links = tuple(Link(link) for link in rule["links"])
    check_level(Level(rule["level"]), links)
    assert links


@pytest.mark.parametrize("rule", RULES, ids=_name)
def test_each_answer_takes_steps_that_the_state_machine_allows(rule: dict[str, Any]) -> None:
    history: list[Validation] = []
    for state, reviewer in _steps(rule):
        step = Validation(
            finding_id="F-1",
            state=state,
            element=Element(rule.get("element", "none")),
            severity=rule.get("severity", 0),
            quote=rule.get("quote", False),
            note=RawText(rule["note"]),
            reviewer=reviewer,
            at=NOW,
        )
        check_transition(history, step, Level(rule["level"]))
        history.append(step)
    assert history


def _steps(rule: Mapping[str, Any]) -> Iterator[tuple[State, str]]:
    if "ends" in rule:
        yield State(rule["ends"]), "first"
        return
    for state in (State.ATTRIBUTED, State.CONTEXT_CHECKED, State.CORROBORATED):
        yield state, "first"
    yield State(rule["second"]), "second"


def test_what_is_corroborated_is_dated_recent_and_the_candidates_own_words(proposed: list[Proposed]) -> None:
    relied_on = [p for p in proposed for rule in RULES if p.fits(rule) and "element" in rule]
    assert relied_on
    for finding in relied_on:
        assert finding.hit.posted_at is not None
        assert (NOW - finding.hit.posted_at).days < 7 * 365
        assert finding.hit.engagement is Engagement.AUTHORED


def test_no_adverse_finding_is_left_to_the_default_answer(proposed: list[Proposed]) -> None:
    left = [finding for finding in proposed if not any(finding.fits(rule) for rule in RULES)]
    assert {finding.code for finding in left} <= {"JR-P", "PA-4", "PA-5", "PA-8"}, (
        "an adverse finding without an answer"
    )
    assert SCRIPT["default"]["ends"] == State.NOT_RELEVANT


def test_no_two_answers_fit_the_same_finding(proposed: list[Proposed]) -> None:
    assert [finding.passage for finding in proposed if sum(finding.fits(rule) for rule in RULES) > 1] == []


def test_the_script_shows_every_kind_of_ending() -> None:
    endings = {rule.get("ends", rule.get("second")) for rule in RULES}
    wanted = {"second_reviewed", "refuted", "held", "withheld", "unverifiable", "expired", "not_relevant"}
    assert wanted <= endings


def test_the_stranger_of_the_same_name_is_refuted_throughout(proposed: list[Proposed]) -> None:
    strangers = [finding for finding in proposed if "Lakemont" in finding.passage and finding.code != "JR-P"]
    rules = [rule for finding in strangers for rule in RULES if finding.fits(rule)]
    assert len(rules) == len(strangers) == 3
    assert {(rule["level"], rule["ends"]) for rule in rules} == {("AX", "refuted")}


def test_the_candidate_about_whom_there_is_nothing_has_no_finding(proposed: list[Proposed]) -> None:
    assert [finding for finding in proposed if finding.case == "mei_harrowgate"] == []


def test_each_hunted_word_was_really_disclosed_or_captured() -> None:
    transport_words = _everything_recorded()
    for case, kinds in HUNTED.items():
        known = transport_words + (CANDIDATES / f"{case}.toml").read_text(encoding="utf-8").lower()
        assert [word for words in kinds.values() for word in words if word.lower() not in known] == []


def test_something_is_hunted_for_every_candidate() -> None:
    assert set(HUNTED) == {path.stem for path in CANDIDATES.glob("*.toml")}
    assert all(kinds["names"] for kinds in HUNTED.values())


def _everything_recorded() -> str:
    sources, transport = build_sources(SOURCES), recorded_transport(INTERNET, practice=True)
    number = itertools.count()
    found: list[str] = []
    for planned in planned_searches():
        source = sources[planned.search.step.source]
        done = conduct(source, planned.search, transport, lambda: NOW, lambda: f"C-{next(number)}")
        found += [capture.warc.decode("utf-8", "replace") for capture in done.captures]
        found += [words.reveal() for hit in done.hits for words in (hit.text, hit.author, hit.locator)]
    return "\n".join(found).lower()

"""The scripted reviewers answer for findings that are really there, within the rules that bind every reviewer."""

import itertools
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from demo.record.plans import CANDIDATES, INTERNET, REPOSITORY, SOURCES, planned_searches
from filters.criteria import load_criteria
from vetting.attribution import Level, check_level
from vetting.cli.scripted_review import Rule, load_script
from vetting.evidence import Engagement, Hit, RawText
from vetting.sources.conduct import conduct
from vetting.sources.recorded import recorded_transport
from vetting.sources.registry import build_sources
from vetting.validation import State, Validation, check_transition

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SCRIPT = load_script(REPOSITORY / "demo" / "reviews.toml")
RULES = SCRIPT.rules
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

    def fits(self, rule: Rule) -> bool:
        named = (self.case, self.code) == (rule.case, rule.code) and self.step in rule.steps
        return named and rule.passage.search(self.passage) is not None


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


def _name(rule: Rule) -> str:
    return f"{rule.case}-{rule.code}-{rule.passage.pattern}"


@pytest.mark.parametrize("rule", RULES, ids=_name)
def test_each_answer_is_for_a_finding_that_the_criteria_propose(rule: Rule, proposed: list[Proposed]) -> None:
    assert [finding for finding in proposed if finding.fits(rule)]


@pytest.mark.parametrize("rule", RULES, ids=_name)
def test_each_attribution_is_carried_by_its_evidence(rule: Rule) -> None:
    assert rule.level is not None
    assert rule.links
    check_level(rule.level, rule.links)


@pytest.mark.parametrize("rule", RULES, ids=_name)
def test_each_answer_takes_steps_that_the_state_machine_allows(rule: Rule) -> None:
    history: list[Validation] = []
    for state, reviewer in _steps(rule):
        step = Validation(
            finding_id="F-1",
            state=state,
            element=rule.element,
            severity=rule.severity,
            quote=rule.quote,
            note=RawText(rule.note),
            reviewer=reviewer,
            at=NOW,
        )
        check_transition(history, step, rule.level or Level.A0)
        history.append(step)
    assert history


def _steps(rule: Rule) -> Iterator[tuple[State, str]]:
    if rule.ends is not None:
        yield rule.ends, "first"
        return
    for state in (State.ATTRIBUTED, State.CONTEXT_CHECKED, State.CORROBORATED):
        yield state, "first"
    yield rule.second, "second"


def test_what_is_corroborated_is_dated_recent_and_the_candidates_own_words(proposed: list[Proposed]) -> None:
    relied_on = [p for p in proposed for rule in RULES if p.fits(rule) and rule.ends is None]
    assert relied_on
    for finding in relied_on:
        assert finding.hit.posted_at is not None
        assert (NOW - finding.hit.posted_at).days < 7 * 365
        assert finding.hit.engagement is Engagement.AUTHORED


def test_no_adverse_finding_is_left_to_the_default_answer(proposed: list[Proposed]) -> None:
    left = [finding for finding in proposed if not any(finding.fits(rule) for rule in RULES)]
    assert [finding.passage for finding in left if finding.code.startswith("JR-") and finding.code != "JR-P"] == []
    assert left, "ordinary remarks, which cues take for more, are part of the story"
    assert SCRIPT.default.ends is State.NOT_RELEVANT


def test_no_two_answers_fit_the_same_finding(proposed: list[Proposed]) -> None:
    assert [finding.passage for finding in proposed if sum(finding.fits(rule) for rule in RULES) > 1] == []


def test_the_script_shows_every_kind_of_ending() -> None:
    endings = {rule.ends or rule.second for rule in RULES}
    side_states = {State.REFUTED, State.HELD, State.WITHHELD, State.UNVERIFIABLE, State.EXPIRED, State.NOT_RELEVANT}
    assert side_states | {State.SECOND_REVIEWED} <= endings


def test_the_stranger_of_the_same_name_is_refuted_throughout(proposed: list[Proposed]) -> None:
    strangers = [finding for finding in proposed if "Lakemont" in finding.passage and finding.code != "JR-P"]
    rules = [rule for finding in strangers for rule in RULES if finding.fits(rule)]
    assert len(rules) == len(strangers) == 3
    assert {(rule.level, rule.ends) for rule in rules} == {(Level.AX, State.REFUTED)}


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

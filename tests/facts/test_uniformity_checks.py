"""Each of the auditor's checks that a machine makes names what breaks it, and nothing where nothing is wrong."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.facts.invented_position import (
    CASES,
    CHIEF,
    PROTOCOL,
    REVIEWER,
    SEARCHER,
    Entry,
    Story,
    clean,
    judged,
    of,
    renumbered,
    step,
)
from vetting.errors import VettingError
from vetting.log.event import spell_time
from vetting.protocol import from_document
from vetting.uniformity import Overall, Result
from vetting.uniformity.audit import audit
from vetting.uniformity.events import table
from vetting.uniformity.rules import RULES

FAIL, EXCEPTION = Result.FAIL, Result.EXCEPTION
Break = Callable[[list[Entry]], list[Entry] | None]


def _set(kind: str, case: str | None = None, where: dict[str, Any] | None = None, **body: object) -> Break:
    """The first entry of a type says something else."""

    def change(entries: list[Entry]) -> None:
        next(of(entries, kind, case, **(where or {})))["body"].update(body)

    return change


def _by(kind: str, actor: str, **where: Any) -> Break:  # noqa: ANN401 - fields of a body
    """The first entry of a type is somebody else's act."""

    def change(entries: list[Entry]) -> None:
        next(of(entries, kind, **where))["actor"] = actor

    return change


def _without(kind: str, case: str | None = None, **where: Any) -> Break:  # noqa: ANN401 - fields of a body
    """No entry of this type."""

    def change(entries: list[Entry]) -> list[Entry]:
        gone = {id(entry) for entry in of(entries, kind, case, **where)}
        return renumbered([entry for entry in entries if id(entry) not in gone])

    return change


def _last(kind: str, case: str | None = None, **where: Any) -> Break:  # noqa: ANN401 - fields of a body
    """The first entry of this type comes after everything else."""

    def change(entries: list[Entry]) -> list[Entry]:
        moved = next(of(entries, kind, case, **where))
        return renumbered([*(entry for entry in entries if entry is not moved), moved])

    return change


def _more(kind: str, actor: str, case: str | None, **body: object) -> Break:
    """One entry more at the end."""

    def change(entries: list[Entry]) -> list[Entry]:
        Story(entries=entries).say(kind, actor, body, case)
        return entries

    return change


def _dated(**by: int) -> Break:
    """The second review is dated otherwise than it was logged."""

    def change(entries: list[Entry]) -> None:
        entry = next(of(entries, "validation.recorded", state="second_reviewed"))
        for name, day in by.items():
            entry[name] = entry[name].replace("-02T", f"-{day:02}T")

    return change


SEARCH = "search.executed"
BREAKS: dict[str, tuple[int, Result, Break]] = {
    "a case that was never enrolled": (1, FAIL, _without("candidate.enrolled", "C-2")),
    "enrolled after a report was opened": (1, EXCEPTION, _more("candidate.enrolled", SEARCHER, "C-9")),
    "searched before the authorization": (2, FAIL, _last("authorization.recorded", "C-2")),
    "searched after the authorization ran out": (2, FAIL, _set("authorization.recorded", expires_on="2026-03-01")),
    "searched after the report": (2, FAIL, _last(SEARCH, "C-2")),
    "planned after the search": (2, FAIL, _last("search.planned", "C-2")),
    "a report after the withdrawal": (
        2,
        FAIL,
        lambda entries: _last("report.released", "C-3")(
            _more("deviation.approved", SEARCHER, "C-3", deviation="D-1", reason="candidate_withdrew")(entries) or []
        ),
    ),
    "another protocol": (3, FAIL, _set(SEARCH, "C-2", protocol="9" * 64)),
    "a protocol with another digest": (3, FAIL, _set("protocol.frozen", digest="9" * 64)),
    "another filter": (4, FAIL, _set("filter.applied", filter="9" * 64)),
    "stale connectors": (4, FAIL, _set("environment.recorded", "C-2", connectors="9" * 64)),
    "an expired training": (5, FAIL, _set("person.cleared", training_expires_on="2026-03-02")),
    "nobody ever cleared": (5, FAIL, _without("person.cleared", person=SEARCHER)),
    "no attestation": (5, FAIL, _without("attestation.recorded")),
    "a role that was not held": (5, FAIL, _set("person.added", where={"person": SEARCHER}, roles=["reviewer"])),
    "a decision maker who searches": (6, FAIL, _by(SEARCH, CHIEF)),
    "an auditor who searches": (6, FAIL, _more("audit.performed", SEARCHER, None, positions=["patrol"])),
    "a report opened by nobody's decision maker": (7, FAIL, _by("report.opened", REVIEWER)),
    "a report opened before its release": (7, FAIL, _last("report.released", "C-2")),
    "a referral": (8, EXCEPTION, _more("referral.made", SEARCHER, "C-1", referral="RF-1")),
    "a missing search": (9, FAIL, _without(SEARCH, "C-2", key="step_2.1")),
    "a search more": (9, FAIL, _set(SEARCH, "C-2", key="step_9.1")),
    "other limits": (9, FAIL, _set(SEARCH, "C-2", step="9" * 64)),
    "more attempts than allowed": (9, FAIL, _set(SEARCH, "C-2", attempts=3)),
    "never planned": (10, FAIL, _without("search.planned", "C-2", key="step_2.1")),
    "a personal login": (11, FAIL, _set(SEARCH, "C-2", credential="personal")),
    "a key where none belongs": (11, FAIL, _set(SEARCH, "C-2", credential="department_key")),
    "another environment": (12, EXCEPTION, _set("environment.recorded", "C-2", digest="9" * 64)),
    "a failure that is not shared": (
        13,
        FAIL,
        lambda entries: _blocked(next(of(entries, SEARCH, "C-2"))),
    ),
    "an outage recorded as nothing found": (13, FAIL, _set(SEARCH, "C-2", outcome="no_results", reason="timeout")),
    "an answer without an exchange": (13, FAIL, _set(SEARCH, "C-2", captures=0)),
    "a deviation that one person decided": (
        15,
        FAIL,
        _more("deviation.approved", SEARCHER, None, deviation="D-1", reason="source_outage", step="step_1"),
    ),
    "an act dated after it was logged": (16, FAIL, _dated(at=3)),
    "an act dated long before it was logged": (16, FAIL, _dated(at=1)),
    "a log whose clock went back": (16, FAIL, _dated(at=1, logged=1)),
    "a clock that is wrong": (16, EXCEPTION, _more("clock.skew", SEARCHER, "C-1", seconds=900)),
    "no capture": (17, FAIL, _without("capture.sealed", "C-1", key="step_1.1")),
    "a capture sealed afterwards": (17, FAIL, _last("capture.sealed", "C-1", key="step_1.1")),
    "not asked once more": (18, FAIL, _without("capture.repeated")),
    "attribution A2": (19, FAIL, _set("attribution.recorded", level="A2")),
    "the name alone": (19, FAIL, _set("attribution.recorded", level="A3", links=["same_name"])),
    "a level that the evidence does not carry": (
        19,
        FAIL,
        _set("attribution.recorded", level="A4", links=["same_town"]),
    ),
    "reviewed twice by one person": (20, FAIL, _by("validation.recorded", SEARCHER, state="second_reviewed")),
    "nothing independent": (20, FAIL, _set("validation.recorded", where={"state": "corroborated"}, element="none")),
    "a step left out": (21, FAIL, _without("validation.recorded", state="context_checked")),
    "a refuted finding in a report": (
        23,
        FAIL,
        _set("validation.recorded", where={"state": "filtered"}, state="refuted"),
    ),
    "older than the look-back": (
        24,
        FAIL,
        _set("validation.recorded", where={"state": "context_checked"}, in_lookback=False),
    ),
    "never filtered": (25, FAIL, _without("filter.applied", action="passed")),
    "withheld and yet released": (25, FAIL, _set("filter.applied", where={"action": "passed"}, action="withheld")),
    "a reason on no list": (
        28,
        FAIL,
        _more("filter.applied", SEARCHER, "C-1", finding="F-C-1", filter="f" * 64, action="withheld", reason="taste"),
    ),
}


def _blocked(entry: Entry) -> None:
    entry["type"] = "search.blocked"
    entry["body"].update(outcome="blocked", reason="http_403")


@pytest.mark.parametrize(("number", "weight", "change"), BREAKS.values(), ids=list(BREAKS))
def test_what_breaks_a_rule_is_named_with_its_entries(number: int, weight: Result, change: Break) -> None:
    entries = clean()
    entries = change(entries) or entries
    check = judged(entries).check(number)
    assert check.result is weight, check.findings
    named = [finding for finding in check.findings if finding.weight is weight]
    assert all(finding.entries and set(finding.entries) <= set(range(len(entries))) for finding in named)


def test_nothing_is_raised_where_nothing_is_wrong() -> None:
    audit = judged(clean())
    assert audit.overall is Overall.CONFORMING
    assert {f.weight for c in audit.checks for f in c.findings} <= {Result.PASS, Result.CANNOT_SAY}


def test_every_check_that_a_machine_makes_is_broken_here() -> None:
    machine = {check.number for check in judged(clean()).checks if check.result is Result.PASS}
    broken = {number for number, _, _ in BREAKS.values()}
    assert machine - broken == {40, 42}, "exports and audits are listed, and break nothing"


def test_an_audit_that_was_noted_changes_no_result_of_the_next_one() -> None:
    entries = clean()
    before = judged(entries)
    noted = {"kind": "uniformity", "positions": ["patrol"], "size": len(entries), "result": "conforming"}
    Story(entries=entries).say("audit.performed", "auditor", noted)
    del entries[-1]["position"]
    after = judged(entries)
    assert [check.result for check in after.checks] == [check.result for check in before.checks]
    assert after.check(42).findings[0].entries == (entries[-1]["sequence"],)


def test_who_audits_now_is_judged_by_this_audit_and_not_by_the_next() -> None:
    events = table(clean(), "patrol")
    (finding,) = audit(events, "patrol", auditor=SEARCHER).check(6).findings
    assert (finding.weight, finding.sentence) == (FAIL, "s.one audited this position and works in it.")
    assert audit(events, "patrol", auditor="auditor").check(6).result is Result.PASS


def test_all_forty_two_checks_are_there_in_order() -> None:
    audit = judged(clean())
    assert [check.number for check in audit.checks] == list(range(1, 43))
    assert all(check.by_hand for check in audit.checks if not check.findings and check.result is Result.CANNOT_SAY)
    assert max(len(rule.title) for rule in RULES) <= 34


def test_a_log_that_does_not_verify_conforms_to_nothing() -> None:
    assert judged(clean(), verified=False).overall is Overall.NON_CONFORMING


def test_a_search_that_cost_far_more_than_the_others_is_looked_at_and_fails_nothing() -> None:
    many = [f"C-{number}" for number in range(10)]
    entries = clean(many)
    assert judged(entries).check(14).result is Result.PASS
    next(of(entries, SEARCH, "C-4"))["body"]["milliseconds"] = 60_000
    audit = judged(entries)
    assert audit.overall is Overall.WITH_EXCEPTIONS
    (finding,) = audit.check(14).findings
    assert finding.sentence == "C-4 took far more milliseconds than the others at step_1.1."


def test_with_few_candidates_no_search_stands_out() -> None:
    entries = clean()
    next(of(entries, SEARCH, "C-2"))["body"]["milliseconds"] = 60_000
    check = judged(entries).check(14)
    assert check.result is Result.CANNOT_SAY, "nobody looked, so nothing passes"
    assert "Fewer than 8 candidates" in check.findings[-1].sentence


def test_with_few_findings_no_reviewers_rate_is_compared_and_none_passes() -> None:
    check = judged(clean()).check(28)
    assert check.result is Result.CANNOT_SAY
    assert "20 findings each" in check.findings[-1].sentence


def test_a_decision_maker_who_was_refused_without_a_position_is_looked_at() -> None:
    entries = clean()
    Story(entries=entries).say("access.refused", CHIEF, {"code": "role_refused", "act": "open_case_files"})
    del entries[-1]["position"]
    (finding,) = judged(entries).check(8).findings
    assert (finding.weight, finding.entries) == (EXCEPTION, (entries[-1]["sequence"],))
    entries[-1]["actor"] = SEARCHER
    (finding,) = judged(entries).check(8).findings
    assert finding.weight is Result.PASS, "of others it is listed"


def test_an_approved_deviation_and_a_failure_of_all_are_exceptions_and_conform() -> None:
    entries = clean()
    for entry in entries:
        if entry["type"] == SEARCH and entry["body"]["key"] == "step_2.1":
            _blocked(entry)
    audit = judged(entries)
    assert audit.check(13).result is Result.EXCEPTION
    assert audit.overall is Overall.WITH_EXCEPTIONS


def test_acts_that_a_crash_kept_back_are_no_backdating() -> None:
    """Hours may pass until the next desk is opened; what was recorded is then logged in its order."""
    entries = clean()
    for entry in entries[-6:]:
        entry["logged"] = entry["logged"].replace("T09", "T19")
        if entry["type"] == "report.opened":
            entry["at"] = entry["logged"]
    assert judged(entries).check(16).result is Result.PASS


def test_where_reports_are_shown_together_none_is_opened_before_the_last_is_released() -> None:
    together = replace(PROTOCOL, release_together=True)
    assert together.digest() != PROTOCOL.digest()
    assert "release_together" not in PROTOCOL.document()
    entries = clean(protocol=together)
    assert judged(entries).overall is Overall.CONFORMING
    opened = next(of(entries, "report.opened", "C-1"))
    others = [entry for entry in entries if entry is not opened]
    place = others.index(next(of(others, "report.released", "C-3")))
    early = renumbered([*others[:place], opened, *others[place:]])
    assert judged(early).check(7).result is Result.FAIL
    apart = renumbered(_as_if(early, PROTOCOL.digest()))
    assert judged(apart).check(7).result is Result.PASS, "another protocol allows it"


def _as_if(entries: list[Entry], digest: str) -> list[Entry]:
    for entry in entries:
        if entry["type"] == "protocol.frozen":
            entry["body"] = {"digest": digest, "document": PROTOCOL.document()}
    return entries


def test_a_template_that_asks_for_protected_facts_is_found_again() -> None:
    asking = replace(PROTOCOL, steps=(step(1, query='"{anchor}" pregnant'), *PROTOCOL.steps[1:]))
    assert judged(clean(protocol=asking)).check(10).result is Result.FAIL


def test_what_an_older_log_does_not_say_is_said_so() -> None:
    entries = clean()
    for entry in of(entries, SEARCH):
        for name in ("step", "credential", "milliseconds"):
            del entry["body"][name]
    audit = judged(entries)
    assert {audit.check(number).result for number in (9, 11)} == {Result.CANNOT_SAY}
    assert audit.overall is Overall.CONFORMING


def test_a_protocol_that_cannot_be_read_is_one_sentence() -> None:
    entries = clean()
    del next(of(entries, "protocol.frozen"))["body"]["document"]["steps"]
    with pytest.raises(VettingError, match="none that this program can read"):
        judged(entries)


def test_a_position_that_is_not_in_the_log_is_not_found() -> None:
    with pytest.raises(VettingError, match="knows no position"):
        judged([])


def test_practice_is_said_so() -> None:
    entries = clean()
    next(of(entries, "position.opened"))["body"]["practice"] = True
    assert judged(entries).practice
    assert not judged(clean(CASES)).practice


def _months_later(entries: list[Entry], case: str) -> None:
    """Everything of a case happens 400 days later than it did; its entries stay where they are."""
    for entry in entries:
        if entry.get("case") == case:
            later = datetime.fromisoformat(entry["at"]) + timedelta(days=400)
            entry["at"] = entry["logged"] = spell_time(later)


def test_a_candidate_who_is_searched_beyond_the_window_fails_the_check_of_the_same_window() -> None:
    entries = clean()
    _months_later(entries, CASES[2])
    check = judged(entries).check(4)
    assert check.result is FAIL
    (found,) = check.findings[:-1] if check.findings[-1].weight is not FAIL else check.findings[-1:]
    first, last = (next(of(entries, "search.executed", case))["sequence"] for case in (CASES[0], CASES[2]))
    assert {first, last} <= set(found.entries)
    assert CASES[2] in found.sentence


def test_a_window_that_a_deviation_explains_is_looked_at() -> None:
    entries = clean()
    _months_later(entries, CASES[2])
    story = Story(entries=entries)
    body = {"deviation": "D-1", "reason": "candidate_withdrew"}
    story.say("deviation.requested", SEARCHER, body, CASES[2])
    story.say("deviation.approved", REVIEWER, body, CASES[2])
    assert judged(entries).check(4).result is EXCEPTION


def test_without_a_window_in_the_protocol_it_cannot_be_said_and_the_digest_is_as_it_was() -> None:
    none = replace(PROTOCOL, window_days=None)
    assert "window_days" not in none.document()
    assert from_document(PROTOCOL.document()) == PROTOCOL
    check = judged(clean(protocol=none)).check(4)
    assert check.result is Result.CANNOT_SAY
    assert "window" in check.findings[-1].sentence

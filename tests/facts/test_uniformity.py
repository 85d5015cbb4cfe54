"""Every way of treating one candidate differently shows."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

import pytest

from vetting.candidate import IdentifierKind
from vetting.deviation import DeviationReason
from vetting.protocol import FailurePolicy, Quotation, SearchProtocol, Step, Technique
from vetting.search import OWN_ANCHOR, OWNERS_CHOICE, Outcome, expected_keys, plan_digest
from vetting.uniformity import (
    ApprovedDeviation,
    Difference,
    EnrolledCase,
    ExecutedSearch,
    ReleasedFinding,
    UniformityReport,
    compare,
)

DISCLOSED = {IdentifierKind.FULL_NAME: 1, IdentifierKind.ATPROTO_HANDLE: 2, IdentifierKind.WEBSITE: 0}


def _step(name: str, anchor: IdentifierKind) -> Step:
    return Step(
        id=name,
        title=name,
        source="metasearch",
        technique=Technique.PUBLIC_API,
        anchor=anchor,
        query="{anchor}",
        max_pages=1,
        max_items=1,
        attempts=1,
    )


PROTOCOL = SearchProtocol(
    id="p",
    version=1,
    title="P",
    approved_by="c",
    approved_on=date(2026, 1, 1),
    in_force_from=date(2026, 1, 1),
    jurisdiction="massachusetts",
    lookback_years=7,
    quotation=Quotation.STATEMENT_ONLY,
    criteria="police",
    class_packs=("federal",),
    steps=(
        _step("name", IdentifierKind.FULL_NAME),
        _step("posts", IdentifierKind.ATPROTO_HANDLE),
        _step("site", IdentifierKind.WEBSITE),
    ),
    digests={},
)


def _case(number: str, disclosed: Mapping[IdentifierKind, int] = DISCLOSED) -> EnrolledCase:
    return EnrolledCase(
        case_number=number, disclosed=disclosed, protocol_digest=PROTOCOL.digest(), sequence=10, reported=True
    )


def _done(case: EnrolledCase) -> list[ExecutedSearch]:
    return [
        ExecutedSearch(
            case_number=case.case_number,
            key=key,
            outcome=Outcome.NOT_APPLICABLE if key.endswith(".0") else Outcome.COMPLETED,
            reason="ok",
            protocol_digest=PROTOCOL.digest(),
            sequence=20 + n,
        )
        for n, key in enumerate(expected_keys(PROTOCOL, case.disclosed))
    ]


CASES = [_case("C-1"), _case("C-2", {**DISCLOSED, IdentifierKind.ATPROTO_HANDLE: 0})]


def test_candidates_who_disclosed_different_things_are_still_treated_alike() -> None:
    report = compare("p", PROTOCOL, 1, CASES, [s for c in CASES for s in _done(c)])
    assert report.uniform
    assert report.keys == ("name.1", "posts.0", "posts.1", "posts.2", "site.0")


Change = Callable[[list[ExecutedSearch]], list[ExecutedSearch]]


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (lambda s: s[1:], Difference.MISSING),
        (lambda s: [*s, replace(s[0], key="posts.3")], Difference.EXTRA),
        (lambda s: [*s, replace(s[0], sequence=99)], Difference.REPEATED),
        (lambda s: [replace(s[0], protocol_digest="f" * 64), *s[1:]], Difference.OTHER_PROTOCOL),
        (lambda s: [replace(s[0], outcome=Outcome.BLOCKED), *s[1:]], Difference.FAILURE_NOT_SHARED),
    ],
)
def test_a_candidate_searched_otherwise_is_named(change: Change, difference: Difference) -> None:
    executed = change(_done(CASES[0])) + _done(CASES[1])
    report = compare("p", PROTOCOL, 1, CASES, executed)
    assert difference in {d.difference for d in report.departures}
    assert {d.case_number for d in report.departures} == {"C-1"}


def test_a_case_that_is_still_being_searched_is_unfinished_and_no_departure() -> None:
    open_case = replace(CASES[0], reported=False)
    report = compare("p", PROTOCOL, 1, [open_case, CASES[1]], _done(open_case)[1:] + _done(CASES[1]))
    assert report.uniform
    assert report.unfinished == {"C-1": 1}


def test_a_search_may_be_run_again_after_an_outage_and_what_it_found_then_counts() -> None:
    executed = _done(CASES[0]) + _done(CASES[1])
    down = replace(executed[0], outcome=Outcome.UNAVAILABLE)
    still_down = replace(down, sequence=90)
    outage = [down, *executed[1:]]
    assert {d.difference for d in compare("p", PROTOCOL, 1, CASES, outage).departures} == {
        Difference.FAILURE_NOT_SHARED
    }
    answered = compare("p", PROTOCOL, 1, CASES, [*outage, still_down, replace(executed[0], sequence=99)])
    assert answered.uniform
    assert answered.outcomes["C-1", "name.1"] is Outcome.COMPLETED
    refused = [replace(executed[0], outcome=Outcome.BLOCKED), *executed[1:], replace(executed[0], sequence=99)]
    assert {d.difference for d in compare("p", PROTOCOL, 1, CASES, refused).departures} == {Difference.REPEATED}


def test_a_source_that_failed_for_everybody_treats_everybody_alike() -> None:
    everyone = [s for c in CASES for s in _done(c)]
    failed = [replace(s, outcome=Outcome.UNAVAILABLE) if s.key == "name.1" else s for s in everyone]
    assert compare("p", PROTOCOL, 1, CASES, failed).uniform


@pytest.mark.parametrize("reason", sorted(OWNERS_CHOICE))
def test_what_the_owner_of_an_account_does_not_show_is_no_different_treatment(reason: str) -> None:
    everybody = _everybody()
    account = next(search for search in everybody if search.key == "posts.1")
    others = [search for search in everybody if search is not account]
    shy = replace(account, outcome=Outcome.BLOCKED, reason=reason)
    assert _of(PROTOCOL, [shy, *others]).uniform
    assert not _of(PROTOCOL, [replace(shy, reason="http_403"), *others]).uniform


@pytest.mark.parametrize("reason", sorted(OWNERS_CHOICE))
def test_nobody_owns_a_source_that_is_asked_for_a_name(reason: str) -> None:
    first, *others = _everybody()
    assert first.key == "name.1"
    assert not _of(PROTOCOL, [replace(first, outcome=Outcome.BLOCKED, reason=reason), *others]).uniform


def test_a_feed_of_the_candidate_s_own_that_failed_is_listed_and_explains_itself_and_no_shared_source_does() -> None:
    first, *others = _everybody()
    down = [replace(first, outcome=Outcome.UNAVAILABLE), *others]
    for technique, uniform in (
        (Technique.FEED, True),
        (Technique.WEB_ARCHIVE, False),
        (Technique.PUBLIC_PAGE, False),
    ):
        step = replace(PROTOCOL.steps[0], technique=technique)
        report = _of(replace(PROTOCOL, steps=(step, *PROTOCOL.steps[1:])), down)
        assert report.uniform is uniform
        assert [d.explained_by for d in report.departures] == ["own_anchor" if uniform else ""]


@pytest.mark.parametrize("reason", sorted(OWN_ANCHOR))
def test_an_account_that_cannot_be_is_listed_as_the_candidate_s_own_and_an_outage_is_not(reason: str) -> None:
    first, *others = _everybody()
    typed = replace(first, outcome=Outcome.UNAVAILABLE, reason=reason)
    (listed,) = _of(PROTOCOL, [typed, *others]).departures
    assert (listed.difference, listed.explained_by) == (Difference.OWN_ANCHOR_FAILED, "own_anchor")
    assert not _of(PROTOCOL, [replace(typed, reason="timeout"), *others]).uniform


def _everybody() -> list[ExecutedSearch]:
    return [s for c in CASES for s in _done(c)]


def _failing() -> list[ExecutedSearch]:
    """The name search was unavailable for the first candidate and answered for the second."""
    first, *rest = _everybody()
    return [replace(first, outcome=Outcome.UNAVAILABLE), *rest]


APPROVED = ApprovedDeviation(
    id="D-1", reason=DeviationReason.SOURCE_OUTAGE, step="name", case_number="", sequence=80, by_two=True
)
POLICY = replace(APPROVED, reason=DeviationReason.FAILURE_POLICY, by_two=False)
EXCLUDING = replace(
    PROTOCOL, steps=(replace(PROTOCOL.steps[0], failure_policy=FailurePolicy.EXCLUDE), *PROTOCOL.steps[1:])
)


def _of(protocol: SearchProtocol, executed: list[ExecutedSearch], *deviations: ApprovedDeviation) -> UniformityReport:
    digest = protocol.digest()
    cases = [replace(case, protocol_digest=digest) for case in CASES]
    return compare("p", protocol, 1, cases, [replace(s, protocol_digest=digest) for s in executed], deviations)


def test_a_step_that_two_people_left_out_explains_its_failure_and_is_listed() -> None:
    report = _of(PROTOCOL, _failing(), APPROVED)
    assert report.uniform
    assert {(d.difference, d.explained_by) for d in report.departures} == {
        (Difference.STEP_LEFT_OUT, "D-1"),
        (Difference.FAILURE_NOT_SHARED, "D-1"),
    }


def test_one_person_alone_explains_nothing() -> None:
    report = _of(PROTOCOL, _failing(), replace(APPROVED, by_two=False))
    assert {d.difference for d in report.unexplained} == {Difference.NOT_APPROVED, Difference.FAILURE_NOT_SHARED}


def test_the_failure_policy_explains_only_what_the_frozen_protocol_and_the_log_bear_out() -> None:
    assert _of(EXCLUDING, _failing(), POLICY).uniform
    for protocol, executed, record in (
        (PROTOCOL, _failing(), POLICY),  # the step is one to ask again
        (EXCLUDING, _everybody(), POLICY),  # nothing failed
        (EXCLUDING, _failing(), replace(POLICY, sequence=5)),  # nothing had failed then
        (EXCLUDING, _failing(), replace(POLICY, step="posts")),  # another step
    ):
        assert Difference.NOT_APPROVED in {d.difference for d in _of(protocol, executed, record).unexplained}


def test_a_search_that_was_not_made_without_anybody_s_approval_is_named() -> None:
    first, *rest = _everybody()
    skipped = [replace(first, outcome=Outcome.EXCLUDED, sequence=90), *rest]
    assert {d.difference for d in _of(PROTOCOL, skipped).unexplained} == {Difference.NOT_APPROVED}
    assert _of(PROTOCOL, skipped, APPROVED).uniform
    late = replace(APPROVED, sequence=95)
    assert {d.difference for d in _of(PROTOCOL, skipped, late).unexplained} == {Difference.NOT_APPROVED}


def test_a_finding_that_was_released_although_its_step_is_left_out_is_named() -> None:
    released = [ReleasedFinding(case_number="C-1", key="name.1", sequence=99)]
    report = compare("p", PROTOCOL, 1, CASES, _everybody(), [APPROVED], released)
    assert [(d.case_number, d.difference) for d in report.unexplained] == [
        ("C-1", Difference.REPORTED_ALTHOUGH_LEFT_OUT)
    ]
    assert compare("p", PROTOCOL, 1, CASES, _everybody(), [], released).uniform
    imported = [replace(released[0], key="import")]
    assert compare("p", PROTOCOL, 1, CASES, _everybody(), [APPROVED], imported).uniform


def test_a_candidate_enrolled_with_another_plan_than_the_protocol_gives_is_named() -> None:
    planned = replace(CASES[0], plan=plan_digest(PROTOCOL, CASES[0].disclosed))
    assert compare("p", PROTOCOL, 1, [planned], _done(planned)).uniform
    other = replace(planned, plan=plan_digest(PROTOCOL, CASES[1].disclosed))
    assert {d.difference for d in compare("p", PROTOCOL, 1, [other], _done(other)).departures} == {
        Difference.OTHER_PLAN
    }


def test_a_candidate_enrolled_before_the_protocol_was_frozen_is_named() -> None:
    report = compare("p", PROTOCOL, 15, CASES, [s for c in CASES for s in _done(c)])
    assert {d.difference for d in report.departures} == {Difference.SEARCHED_BEFORE_PROTOCOL}


def test_a_search_made_after_a_withdrawal_is_named() -> None:
    gone = ApprovedDeviation(
        id="D-2",
        reason=DeviationReason.CANDIDATE_WITHDREW,
        step="",
        case_number="C-1",
        sequence=21,
        by_two=True,
    )
    report = _of(PROTOCOL, _everybody(), gone)
    after = {(d.case_number, d.key) for d in report.unexplained}
    assert {d.difference for d in report.unexplained} == {Difference.SEARCHED_AFTER_WITHDRAWAL}
    assert after == {(s.case_number, s.key) for s in _done(CASES[0]) if s.sequence > gone.sequence}

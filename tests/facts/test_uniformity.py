"""Every way of treating one candidate differently shows."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

import pytest

from vetting.candidate import IdentifierKind
from vetting.protocol import Quotation, SearchProtocol, Step, Technique
from vetting.search import Outcome, expected_keys
from vetting.uniformity import Difference, EnrolledCase, ExecutedSearch, compare

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


def test_a_candidate_enrolled_before_the_protocol_was_frozen_is_named() -> None:
    report = compare("p", PROTOCOL, 15, CASES, [s for c in CASES for s in _done(c)])
    assert {d.difference for d in report.departures} == {Difference.SEARCHED_BEFORE_PROTOCOL}

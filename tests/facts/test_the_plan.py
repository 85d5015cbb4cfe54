"""The plan is computed from protocol and disclosed identifiers, the same for everyone."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetting.candidate import Candidate, Identifier, IdentifierKind
from vetting.protocol import FailurePolicy, Json, Quotation, SearchProtocol, Step, Technique, from_document
from vetting.search import expected_keys, plan

_DISCLOSED = st.sampled_from([IdentifierKind.ATPROTO_HANDLE, IdentifierKind.WEBSITE, IdentifierKind.FEED])
_WORDS = st.text(alphabet="abcdefghij {}", min_size=1, max_size=12).filter(str.strip)


def _step(number: int, kind: IdentifierKind) -> Step:
    return Step(
        id=f"step_{number}",
        title=f"Step {number}",
        source="metasearch",
        technique=Technique.PUBLIC_API,
        anchor=kind,
        query="{anchor}",
        max_pages=1,
        max_items=10,
        attempts=1,
    )


def protocol(kinds: list[IdentifierKind]) -> SearchProtocol:
    return SearchProtocol(
        id="patrol_officer",
        version=3,
        title="Patrol Officer",
        approved_by="counsel",
        approved_on=date(2026, 1, 1),
        in_force_from=date(2026, 1, 1),
        jurisdiction="massachusetts",
        lookback_years=7,
        quotation=Quotation.SANITIZED,
        criteria="police",
        class_packs=("federal",),
        steps=tuple(_step(n, kind) for n, kind in enumerate(kinds)),
        digests={"criteria": "0" * 64},
    )


_PROTOCOLS = st.lists(st.sampled_from(list(IdentifierKind)), min_size=1, max_size=6).map(protocol)
_CANDIDATES = st.builds(
    Candidate,
    full_name=_WORDS,
    town=_WORDS,
    identifiers=st.lists(st.builds(Identifier, kind=_DISCLOSED, value=_WORDS), max_size=6).map(tuple),
)


@given(_PROTOCOLS, _CANDIDATES)
def test_an_auditor_who_knows_only_how_many_anchors_there_are_computes_the_same_plan(
    frozen: SearchProtocol, candidate: Candidate
) -> None:
    assert tuple(s.key for s in plan(frozen, candidate)) == expected_keys(frozen, candidate.disclosed())


@given(_PROTOCOLS, _CANDIDATES)
def test_every_step_is_planned_for_every_candidate_and_no_search_twice(
    frozen: SearchProtocol, candidate: Candidate
) -> None:
    searches = plan(frozen, candidate)
    assert {s.step.id for s in searches} == {step.id for step in frozen.steps}
    assert len({s.key for s in searches}) == len(searches)
    assert all(s.applicable == bool(candidate.anchors(s.step.anchor)) for s in searches)


@given(_PROTOCOLS, _CANDIDATES)
def test_a_query_is_the_template_with_the_anchor_and_nothing_else(frozen: SearchProtocol, candidate: Candidate) -> None:
    for search in plan(frozen, candidate):
        if search.applicable:
            assert search.query == candidate.anchors(search.step.anchor)[search.ordinal - 1]


@given(_PROTOCOLS)
def test_a_frozen_protocol_comes_back_with_its_digest(frozen: SearchProtocol) -> None:
    assert from_document(frozen.document()).digest() == frozen.digest()


OLD = json.loads(
    """
{"id": "patrol_officer", "version": 1, "title": "Patrol Officer", "approved_by": "Office of the Town Counsel",
 "approved_on": "2026-10-12", "in_force_from": "2026-10-15", "jurisdiction": "massachusetts", "lookback_years": 7,
 "quotation": "sanitized", "criteria": "police", "class_packs": ["federal", "massachusetts"],
 "digests": {"criteria": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
             "filter": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"},
 "steps": [{"id": "name_web", "title": "Full name, web search", "source": "metasearch", "technique": "public_api",
            "anchor": "full_name", "query": "\\"{anchor}\\"", "max_pages": 2, "max_items": 20, "attempts": 2}]}
"""
)
"""As the program wrote it before a document had a schema, with the digest that it gave it."""
OLD_DIGEST = "d871c94f568252509f3ecb3a27e7730f158e4b6f063e834ce4089301b871bea9"


def test_a_protocol_frozen_before_documents_had_a_schema_keeps_its_digest_and_its_plan() -> None:
    frozen = from_document(OLD)
    assert frozen.document() == OLD
    assert frozen.digest() == OLD_DIGEST
    assert frozen.languages == ("en",)
    assert frozen.may_request_handles is None, "it was not frozen, so it is not pretended to be"
    (step,) = frozen.steps
    assert (step.timeout_seconds, step.failure_policy) == (20, FailurePolicy.RERUN)
    assert expected_keys(frozen, {IdentifierKind.FULL_NAME: 1}) == ("name_web.1",)


@pytest.mark.parametrize(
    "field", ["query", "max_pages", "max_items", "attempts", "timeout_seconds", "render", "source"]
)
def test_a_step_run_with_another_limit_has_another_digest(field: str) -> None:
    (step,) = from_document(OLD).steps
    old = getattr(step, field)
    changed: Any = not old if isinstance(old, bool) else old + 1 if isinstance(old, int) else f"{old}2"
    assert replace(step, **{field: changed}).digest() != step.digest()


def test_a_document_of_a_schema_to_come_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="protocol document"):
        from_document({**protocol([IdentifierKind.FULL_NAME]).document(), "schema": 3})


def _changed(change: dict[str, Json]) -> SearchProtocol:
    return from_document({**protocol([IdentifierKind.FULL_NAME]).document(), **change})


def test_everything_that_schema_2_added_is_in_the_digest() -> None:
    first = protocol([IdentifierKind.FULL_NAME])
    (step,) = first.steps
    changed = [
        _changed({"languages": ["fr"]}),
        _changed({"fcra_mode": False}),
        _changed({"may_request_handles": True}),
        _changed({"may_request_handles": False}),
        _changed({"report_template": "other"}),
        _changed({"reviewers": {"independent": 3, "sample_of_nil_results": 0}}),
        _changed({"reviewers": {"independent": 2, "sample_of_nil_results": 10}}),
        replace(first, steps=(replace(step, timeout_seconds=5),)),
        replace(first, steps=(replace(step, failure_policy=FailurePolicy.EXCLUDE),)),
    ]
    digests = {first.digest(), *(other.digest() for other in changed)}
    assert len(digests) == len(changed) + 1
    assert all(from_document(other.document()) == other for other in changed)


def test_any_change_of_the_protocol_changes_its_digest() -> None:
    first = protocol([IdentifierKind.FULL_NAME])
    document = first.document()
    changed = [{**document, key: value} for key, value in (("version", 4), ("lookback_years", 5), ("criteria", "x"))]
    assert len({first.digest(), *(from_document(d).digest() for d in changed)}) == 4


def test_a_candidate_does_not_show_who_they_are_when_printed() -> None:
    someone = Candidate(full_name="Ada Invented", town="Riverton", identifiers=())
    search = plan(protocol([IdentifierKind.FULL_NAME]), someone)[0]
    assert "Ada" not in f"{someone!r} {someone} {search!r} {search}"

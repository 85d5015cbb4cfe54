"""The plan is computed from protocol and disclosed identifiers, the same for everyone."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from vetting.candidate import Candidate, Identifier, IdentifierKind
from vetting.protocol import Quotation, SearchProtocol, Step, Technique, from_document
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


def test_any_change_of_the_protocol_changes_its_digest() -> None:
    first = protocol([IdentifierKind.FULL_NAME])
    document = first.document()
    changed = [{**document, key: value} for key, value in (("version", 4), ("lookback_years", 5), ("criteria", "x"))]
    assert len({first.digest(), *(from_document(d).digest() for d in changed)}) == 4


def test_a_candidate_does_not_show_who_they_are_when_printed() -> None:
    someone = Candidate(full_name="Ada Invented", town="Riverton", identifiers=())
    search = plan(protocol([IdentifierKind.FULL_NAME]), someone)[0]
    assert "Ada" not in f"{someone!r} {someone} {search!r} {search}"

"""Two candidates of one position are searched for alike but for what they are looked for by: any protocol, anybody."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from vetting.candidate import Candidate, Identifier, IdentifierKind
from vetting.protocol import FailurePolicy, Quotation, SearchProtocol, Step, Technique, from_document
from vetting.search import Search, expected_keys, plan, plan_digest, step_of

_KINDS = st.sampled_from(list(IdentifierKind))
_DISCLOSED = st.sampled_from(sorted(set(IdentifierKind) - {IdentifierKind.FULL_NAME, IdentifierKind.NAME_AND_TOWN}))
_AROUND = st.text(alphabet='abc !"', max_size=6)
_ANCHOR = st.text(alphabet="αβγδ'- ", min_size=1, max_size=10).filter(str.strip)
"""No letter of a template is a letter of an anchor, so that an anchor can be told from what stands around it."""

_STEPS = st.builds(
    Step,
    id=st.just("step"),
    title=st.just("A step"),
    source=st.sampled_from(["metasearch", "forum", "feed"]),
    technique=st.sampled_from(list(Technique)),
    anchor=_KINDS,
    query=st.builds(lambda before, after: f"{before}{{anchor}}{after}", _AROUND, _AROUND),
    max_pages=st.integers(1, 50),
    max_items=st.integers(1, 1000),
    attempts=st.integers(1, 5),
    timeout_seconds=st.integers(1, 120),
    failure_policy=st.sampled_from(list(FailurePolicy)),
)


def _protocol(steps: Sequence[Step], languages: tuple[str, ...]) -> SearchProtocol:
    return SearchProtocol(
        id="patrol_officer",
        version=1,
        title="Patrol Officer",
        approved_by="counsel",
        approved_on=date(2026, 1, 1),
        in_force_from=date(2026, 1, 1),
        jurisdiction="massachusetts",
        lookback_years=7,
        quotation=Quotation.SANITIZED,
        criteria="police",
        class_packs=("federal",),
        steps=tuple(replace(step, id=f"step_{n}") for n, step in enumerate(steps)),
        digests={},
        languages=languages,
    )


_PROTOCOLS = st.builds(
    _protocol, st.lists(_STEPS, min_size=1, max_size=8), st.sampled_from([("en",), ("es",), ("en", "pt")])
)
_CANDIDATES = st.builds(
    Candidate,
    full_name=_ANCHOR,
    town=_ANCHOR,
    identifiers=st.lists(st.builds(Identifier, kind=_DISCLOSED, value=_ANCHOR), max_size=8).map(tuple),
)


@st.composite
def _twins(draw: st.DrawFn) -> tuple[Candidate, Candidate]:
    """Two candidates who disclosed the same number of things of each kind."""
    one = draw(_CANDIDATES)
    others = tuple(Identifier(kind=identifier.kind, value=draw(_ANCHOR)) for identifier in one.identifiers)
    return one, Candidate(full_name=draw(_ANCHOR), town=draw(_ANCHOR), identifiers=others)


def _anchor(candidate: Candidate, search: Search) -> str:
    return candidate.anchors(search.step.anchor)[search.ordinal - 1] if search.applicable else ""


def _for(other: Candidate, search: Search, candidate: Candidate) -> Search:
    """The search as it would be if the other candidate's anchor stood where this one's does."""
    if not search.applicable:
        return search
    before, anchor, after = search.query.partition(_anchor(candidate, search))
    assert anchor
    return replace(search, query=f"{before}{_anchor(other, search)}{after}")


@given(_PROTOCOLS, _twins())
def test_who_disclosed_as_much_is_searched_for_by_the_same_searches_but_for_the_anchors(
    protocol: SearchProtocol, twins: tuple[Candidate, Candidate]
) -> None:
    one, other = twins
    assert one.disclosed() == other.disclosed()
    assert tuple(_for(other, search, one) for search in plan(protocol, one)) == plan(protocol, other)
    assert plan_digest(protocol, one.disclosed()) == plan_digest(protocol, other.disclosed())


@given(_PROTOCOLS, _CANDIDATES, _CANDIDATES)
def test_whatever_two_candidates_disclosed_the_searches_they_share_differ_in_the_anchors_only(
    protocol: SearchProtocol, one: Candidate, other: Candidate
) -> None:
    first, second = ({search.key: search for search in plan(protocol, who)} for who in (one, other))
    shared = [key for key in first if key in second]
    assert [_for(other, first[key], one) for key in shared] == [second[key] for key in shared]
    assert [key for key in second if key in first] == shared, "in the same order"
    assert list(dict.fromkeys(map(step_of, first))) == list(dict.fromkeys(map(step_of, second)))


@given(_PROTOCOLS, _CANDIDATES)
def test_a_plan_is_a_function_of_the_frozen_document_and_the_candidate_and_of_nothing_else(
    protocol: SearchProtocol, candidate: Candidate
) -> None:
    planned = plan(protocol, candidate)
    assert planned == plan(protocol, candidate)
    assert planned == plan(from_document(protocol.document()), candidate)
    assert tuple(search.key for search in planned) == expected_keys(protocol, candidate.disclosed())


@given(_PROTOCOLS, _CANDIDATES, _ANCHOR)
def test_other_names_are_never_searched_for(protocol: SearchProtocol, candidate: Candidate, former: str) -> None:
    assert plan(protocol, replace(candidate, other_names=(former,))) == plan(protocol, candidate)


@given(_PROTOCOLS, _CANDIDATES, _DISCLOSED)
def test_the_digest_of_a_plan_is_another_where_more_is_searched_for(
    protocol: SearchProtocol, candidate: Candidate, kind: IdentifierKind
) -> None:
    more = replace(candidate, identifiers=(*candidate.identifiers, Identifier(kind=kind, value="α")))
    same = expected_keys(protocol, candidate.disclosed()) == expected_keys(protocol, more.disclosed())
    digests = {plan_digest(protocol, who.disclosed()) for who in (candidate, more)}
    assert len(digests) == (1 if same else 2)

"""No path leads to release but attribution, context, corroboration and a second person."""

from datetime import UTC, datetime
from itertools import product

import pytest

from vetting.attribution import Level, Link, check_level
from vetting.errors import VettingError
from vetting.evidence import RawText
from vetting.validation import SETTLED, TRANSITIONS, Element, State, Validation, check_transition

AT = datetime(2026, 11, 23, tzinfo=UTC)
USUAL = (State.ATTRIBUTED, State.CONTEXT_CHECKED, State.CORROBORATED, State.SECOND_REVIEWED)


def step(state: State, reviewer: str = "one", element: Element = Element.ARCHIVED_COPY) -> Validation:
    return Validation(
        finding_id="F-1",
        state=state,
        element=element,
        severity=2,
        quote=False,
        note=RawText("looked"),
        reviewer=reviewer,
        at=AT,
    )


def test_the_usual_way_is_four_steps_by_two_people() -> None:
    history: list[Validation] = []
    for state in USUAL:
        reviewer = "two" if state is State.SECOND_REVIEWED else "one"
        check_transition(history, step(state, reviewer), Level.A3)
        history.append(step(state, reviewer))
    check_transition(history, step(State.FILTERED), Level.A3)


def test_every_shortcut_is_refused() -> None:
    for current, following in product(State, State):
        if following in TRANSITIONS.get(current, frozenset()):
            continue
        with pytest.raises(VettingError):
            check_transition([step(current)], step(following, "two"), Level.A4)


def test_what_is_settled_stays_settled_unless_it_goes_on_to_release() -> None:
    assert {state for state in SETTLED if TRANSITIONS.get(state)} == {State.FILTERED}


def test_one_person_cannot_review_twice() -> None:
    history = [step(State.ATTRIBUTED), step(State.CONTEXT_CHECKED, "two"), step(State.CORROBORATED)]
    for reviewer in ("one", "two"):
        with pytest.raises(VettingError, match="another person"):
            check_transition(history, step(State.SECOND_REVIEWED, reviewer), Level.A4)
    check_transition(history, step(State.SECOND_REVIEWED, "three"), Level.A4)


def test_nothing_is_corroborated_by_itself() -> None:
    history = [step(State.ATTRIBUTED), step(State.CONTEXT_CHECKED)]
    with pytest.raises(VettingError, match="independent"):
        check_transition(history, step(State.CORROBORATED, element=Element.NONE), Level.A4)


@pytest.mark.parametrize("level", [Level.A0, Level.A1, Level.A2, Level.AX])
def test_a_finding_not_attributed_to_the_candidate_goes_nowhere_but_aside(level: Level) -> None:
    with pytest.raises(VettingError, match="attribution"):
        check_transition([], step(State.ATTRIBUTED), level)
    check_transition([], step(State.REFUTED), level)


@pytest.mark.parametrize(
    ("level", "links"),
    [
        (Level.A3, (Link.SAME_NAME,)),
        (Level.A3, (Link.SAME_NAME, Link.SAME_TOWN, Link.SAME_EMPLOYER)),
        (Level.A3, (Link.DISCLOSED_ACCOUNT, Link.SAME_NAME)),
        (Level.A4, (Link.SAME_TOWN, Link.SAME_EMAIL)),
        (Level.AX, (Link.SAME_NAME,)),
    ],
)
def test_a_level_needs_the_evidence_that_carries_it(level: Level, links: tuple[Link, ...]) -> None:
    with pytest.raises(VettingError):
        check_level(level, links)


@pytest.mark.parametrize(
    ("level", "links"),
    [
        (Level.A1, (Link.SAME_NAME,)),
        (Level.A3, (Link.SAME_TOWN, Link.SAME_EMAIL)),
        (Level.A4, (Link.DISCLOSED_ACCOUNT, Link.SAME_TOWN)),
        (Level.A4, (Link.CANDIDATE_CONFIRMED,)),
        (Level.AX, (Link.DIFFERENT_TOWN,)),
    ],
)
def test_a_level_is_accepted_with_its_evidence(level: Level, links: tuple[Link, ...]) -> None:
    check_level(level, links)

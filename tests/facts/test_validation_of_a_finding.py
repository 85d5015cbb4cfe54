"""No path leads to release but attribution, context, corroboration and a second person."""

from datetime import UTC, datetime
from itertools import product

import pytest

from vetting.attribution import Level, Link, check_level
from vetting.errors import VettingError
from vetting.evidence import RawText
from vetting.finding import Criterion
from vetting.validation import (
    REVIEWERS_STATES,
    SETTLED,
    TRANSITIONS,
    Element,
    State,
    Validation,
    check_judgment,
    check_transition,
)

AT = datetime(2026, 11, 23, tzinfo=UTC)
USUAL = (State.ATTRIBUTED, State.CONTEXT_CHECKED, State.CORROBORATED, State.SECOND_REVIEWED)


def step(
    state: State, reviewer: str = "one", element: Element = Element.ARCHIVED_COPY, severity: int = 2
) -> Validation:
    return Validation(
        finding_id="F-1",
        state=state,
        element=element,
        severity=severity,
        quote=False,
        note=RawText("looked"),
        reviewer=reviewer,
        at=AT,
    )


CONTRARY = (Link.DIFFERENT_TOWN, Link.DIFFERENT_PERSON_SHOWN)


@pytest.mark.parametrize("level", [Level.A3, Level.A4])
@pytest.mark.parametrize("against", CONTRARY)
def test_what_speaks_against_the_candidate_being_meant_stops_a_releasable_level(level: Level, against: Link) -> None:
    links = (Link.DISCLOSED_ACCOUNT, Link.SAME_EMAIL, Link.SAME_EMPLOYER)
    check_level(level, links)
    with pytest.raises(VettingError, match="does not carry"):
        check_level(level, (*links, against))
    check_level(Level.A2, (*links, against))
    check_level(Level.AX, (*links, against))
    check_level(level, (*links, against, Link.CANDIDATE_CONFIRMED))


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


def test_a_step_that_is_repeated_is_said_to_be_recorded_already() -> None:
    with pytest.raises(VettingError, match="recorded as second reviewed already"):
        check_transition([step(State.SECOND_REVIEWED)], step(State.SECOND_REVIEWED, "two"), Level.A4)


def test_what_is_settled_stays_settled_unless_it_goes_on_to_release() -> None:
    assert {state for state in SETTLED if TRANSITIONS.get(state)} == {State.FILTERED}


def test_one_person_cannot_review_twice() -> None:
    history = [step(State.ATTRIBUTED), step(State.CONTEXT_CHECKED, "two"), step(State.CORROBORATED)]
    for reviewer in ("one", "two"):
        with pytest.raises(VettingError, match="another person"):
            check_transition(history, step(State.SECOND_REVIEWED, reviewer), Level.A4)
    check_transition(history, step(State.SECOND_REVIEWED, "three"), Level.A4)


def criterion(code: str = "JR-01") -> Criterion:
    return Criterion(
        code=code,
        title="Threats",
        clause="VI.A.5.b",
        nexus="It matters for the job.",
        adverse=code == "JR-01",
        statement="Threatened somebody.",
        hold=code.startswith("PA-"),
    )


def test_a_second_reviewer_may_review_again_what_went_back() -> None:
    history = [step(state) for state in USUAL[:3]]
    history += [step(State.SECOND_REVIEWED, "two"), step(State.CORROBORATED)]
    check_transition(history, step(State.SECOND_REVIEWED, "two"), Level.A4)
    with pytest.raises(VettingError, match="another person"):
        check_transition(history, step(State.SECOND_REVIEWED, "one"), Level.A4)


def test_whoever_sends_a_finding_back_cannot_be_its_second_reviewer() -> None:
    history = [step(state) for state in USUAL[:3]]
    history += [step(State.SECOND_REVIEWED, "two"), step(State.CORROBORATED, "two")]
    with pytest.raises(VettingError, match="another person"):
        check_transition(history, step(State.SECOND_REVIEWED, "two"), Level.A4)
    check_transition(history, step(State.SECOND_REVIEWED, "one"), Level.A4)


@pytest.mark.parametrize("current", [State.SECOND_REVIEWED, State.FILTERED])
def test_until_release_a_finding_can_be_corrected_or_set_aside(current: State) -> None:
    for following in (State.CORROBORATED, State.HELD, State.NOT_RELEVANT, State.WITHHELD, State.REFUTED):
        check_transition([step(current)], step(following, "three"), Level.A4)


def test_what_was_released_is_never_changed() -> None:
    for following in State:
        with pytest.raises(VettingError, match=r"cannot become|already"):
            check_transition([step(State.RELEASED)], step(following, "three"), Level.A4)


@pytest.mark.parametrize("state", [State.CAPTURED, State.FILTERED, State.RELEASED])
def test_no_reviewer_records_what_only_the_gate_can_do(state: State) -> None:
    with pytest.raises(VettingError) as refusal:
        check_judgment(step(state), criterion())
    assert refusal.value.code == "state_not_a_reviewers"


def test_a_reviewer_may_record_every_other_step() -> None:
    for state in REVIEWERS_STATES:
        check_judgment(step(state), criterion())
    assert len(REVIEWERS_STATES) == len(State) - 3


def test_protected_activity_is_held_and_never_corroborated() -> None:
    with pytest.raises(VettingError) as refusal:
        check_judgment(step(State.CORROBORATED), criterion("PA-1"))
    assert refusal.value.remedy == "Record it as held."
    check_judgment(step(State.HELD), criterion("PA-1"))


@pytest.mark.parametrize("severity", [-1, 0, 5])
def test_adverse_conduct_is_not_corroborated_without_its_severity(severity: int) -> None:
    with pytest.raises(VettingError, match="severity"):
        check_judgment(step(State.CORROBORATED, severity=severity), criterion())


def test_favourable_conduct_needs_no_severity() -> None:
    check_judgment(step(State.CORROBORATED, severity=0), criterion("JR-P"))


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

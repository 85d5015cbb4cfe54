"""Is it so? The state machine of a finding, from captured to released (IV.B.10; docs/requirements.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType

from vetting.attribution import Level
from vetting.errors import refused
from vetting.evidence import RawText
from vetting.finding import Criterion


class State(StrEnum):
    """Where a finding stands. Each transition is a fact with actor, time, reason and evidence; corrections append."""

    CAPTURED = "captured"
    ATTRIBUTED = "attributed"
    CONTEXT_CHECKED = "context_checked"
    CORROBORATED = "corroborated"
    SECOND_REVIEWED = "second_reviewed"
    FILTERED = "filtered"
    RELEASED = "released"
    UNVERIFIABLE = "unverifiable"
    REFUTED = "refuted"
    NOT_RELEVANT = "not_relevant"
    EXPIRED = "expired"  # older than the look-back
    WITHHELD = "withheld"  # protected
    HELD = "held"  # protected activity: counsel decides
    ROUTED = "routed"  # criminal history: to the official channel


SETTLED = frozenset(
    {
        State.FILTERED,
        State.RELEASED,
        State.UNVERIFIABLE,
        State.REFUTED,
        State.NOT_RELEVANT,
        State.EXPIRED,
        State.WITHHELD,
        State.HELD,
        State.ROUTED,
    }
)
"""States in which a finding no longer waits for a reviewer. A report is refused while a finding is in any other."""

_SIDE = frozenset(
    {
        State.UNVERIFIABLE,
        State.REFUTED,
        State.NOT_RELEVANT,
        State.EXPIRED,
        State.WITHHELD,
        State.HELD,
        State.ROUTED,
    }
)

TRANSITIONS: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.CAPTURED: frozenset({State.ATTRIBUTED}) | _SIDE,
        State.ATTRIBUTED: frozenset({State.CONTEXT_CHECKED}) | _SIDE,
        State.CONTEXT_CHECKED: frozenset({State.CORROBORATED}) | _SIDE,
        State.CORROBORATED: frozenset({State.SECOND_REVIEWED}) | _SIDE,
        State.SECOND_REVIEWED: frozenset({State.FILTERED, State.CORROBORATED}) | _SIDE,
        State.FILTERED: frozenset({State.RELEASED, State.CORROBORATED}) | _SIDE,
    }
)
"""What may follow what. A state that is no key here is terminal and immutable. Until the report is released a
finding may go back to corroborated, to withdraw a quotation or correct its severity, and a second person reviews it
again.
"""

REVIEWERS_STATES = frozenset(State) - {State.CAPTURED, State.FILTERED, State.RELEASED}
"""What a person may record. The others are what the machine did: a person who recorded them would go round the gate."""

SECOND_REVIEW_DONE = frozenset({State.SECOND_REVIEWED, State.FILTERED, State.RELEASED})
"""Two people have spoken on it."""

_FIRST_REVIEW = frozenset({State.ATTRIBUTED, State.CONTEXT_CHECKED, State.CORROBORATED})


class Element(StrEnum):
    """The independent element that corroborates a finding (REQ-POL-8): something other than the capture itself."""

    OTHER_CAPTURE = "other_capture"
    ARCHIVED_COPY = "archived_copy"
    OFFICIAL_RECORD = "official_record"
    PERSON_CONFIRMED = "person_confirmed"
    CANDIDATE_CONFIRMED = "candidate_confirmed"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """One transition of one finding, by one person."""

    finding_id: str
    state: State
    element: Element
    severity: int
    """1 to 4 for an adverse criterion, as the reviewer judges the conduct; 0 where it does not apply."""
    quote: bool
    """Whether the wording itself is decisive, so that the sanitized passage may stand beside the statement."""
    note: RawText
    reviewer: str
    at: datetime


def check_transition(history: Sequence[Validation], step: Validation, level: Level) -> None:
    """Refuses a step the state machine does not allow.

    Refuses: the state that the finding is in already; a transition not in `TRANSITIONS`; attribution or anything after
    it below level A3; corroboration without an independent element; a second review by anybody who took a step of
    the first (two people validate each finding).
    """
    current = history[-1].state if history else State.CAPTURED
    if step.state is current:
        raise refused(
            "step_recorded",
            f"The finding is recorded as {current.value.replace('_', ' ')} already.",
            "Go on with the next step.",
        )
    if step.state not in TRANSITIONS.get(current, frozenset()):
        raise refused(
            "transition_refused",
            f"A finding that is {current.value.replace('_', ' ')} cannot become {step.state.value.replace('_', ' ')}.",
            "Record the steps in their order: attributed, context checked, corroborated, second reviewed.",
        )
    if step.state not in _SIDE and not level.releasable:
        raise refused(
            "attribution_too_low",
            f"A finding at attribution level {level} cannot be validated for release.",
            "Record it as unverifiable or refuted, or record an attribution of A3 or A4 first.",
        )
    if step.state is State.CORROBORATED and step.element is Element.NONE:
        raise refused(
            "not_corroborated",
            "A finding is corroborated only by an element independent of the capture (IV.B.10).",
            "Name the independent element, or record the finding as unverifiable.",
        )
    if step.state is State.SECOND_REVIEWED and step.reviewer in _first_reviewers(history):
        raise refused(
            "same_reviewer",
            "The second review must be made by another person than the first.",
            "Have a second reviewer sign in and record it.",
        )


def check_judgment(step: Validation, criterion: Criterion) -> None:
    """Refuses what a reviewer may not record on a finding of this criterion.

    Refuses: a state that only the machine records; corroborating protected activity, which is held for counsel;
    corroborating adverse conduct without a severity from 1 to 4.
    """
    if step.state not in REVIEWERS_STATES:
        raise refused(
            "state_not_a_reviewers",
            f"No reviewer records that a finding is {step.state.value}: only the search and the release do.",
            "Record the next review step, or release the report with: vetting release.",
        )
    if step.state is not State.CORROBORATED:
        return
    if criterion.hold:
        raise refused(
            "protected_activity",
            f"{criterion.code} is protected activity, which is never validated for release.",
            "Record it as held.",
        )
    if criterion.adverse and step.severity not in range(1, 5):
        raise refused(
            "severity_missing",
            f"{criterion.code} is adverse, and its severity was not given.",
            "Give a severity from 1 to 4.",
        )


def _first_reviewers(history: Sequence[Validation]) -> set[str]:
    """Who took a step of the first review since the finding was captured or last went back to corroborated."""
    since = 0
    for number, (before, step) in enumerate(pairwise(history), start=1):
        if before.state in SECOND_REVIEW_DONE and step.state is State.CORROBORATED:
            since = number
    return {step.reviewer for step in history[since:] if step.state in _FIRST_REVIEW}

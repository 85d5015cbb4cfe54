"""Is it so? The state machine of a finding, from captured to released (IV.B.10; docs/requirements.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from vetting.attribution import Level
from vetting.errors import refused
from vetting.evidence import RawText


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
        State.SECOND_REVIEWED: frozenset({State.FILTERED, State.WITHHELD}),
        State.FILTERED: frozenset({State.RELEASED, State.WITHHELD}),
    }
)
"""What may follow what. A state that is no key here is terminal and immutable."""


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

    Refuses: a transition not in `TRANSITIONS`; attribution or anything after it below level A3; corroboration without
    an independent element; a second review by the person who corroborated (two people validate each finding).
    """
    current = history[-1].state if history else State.CAPTURED
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
    if step.state is State.SECOND_REVIEWED and step.reviewer in {v.reviewer for v in history}:
        raise refused(
            "same_reviewer",
            "The second review must be made by another person than the first.",
            "Have a second reviewer sign in and record it.",
        )

"""A departure from the protocol that somebody asked for and somebody else approved (conditions U5 and U6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vetting.errors import bad_input, refused


class DeviationReason(StrEnum):
    """Why: the list is closed, and each reason has one effect. There is none for looking closer at somebody (U6)."""

    SOURCE_OUTAGE = "source_outage"
    SOURCE_REFUSED = "source_refused"
    SOURCE_DEFECT = "source_defect"  # what it brought cannot be relied upon
    TERMS_CHANGED = "terms_changed"
    COUNSEL_INSTRUCTION = "counsel_instruction"
    FAILURE_POLICY = "failure_policy"  # nobody asks for it: the step's own policy, frozen with the protocol
    CANDIDATE_WITHDREW = "candidate_withdrew"

    @property
    def of_case(self) -> bool:
        """Whether it ends one case; every other leaves a step out for everybody of the position."""
        return self is DeviationReason.CANDIDATE_WITHDREW


class Decision(StrEnum):
    """What became of a request."""

    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One request and what was decided of it. Nothing in it is confidential: codes, opaque numbers and times."""

    id: str
    position: str
    reason: DeviationReason
    case_number: str
    """Of the candidate who withdrew; empty where a step is left out."""
    step: str
    """Id of the step that is left out; empty where a candidate withdrew."""
    requested_by: str
    requested_at: datetime
    decision: Decision | None = None
    decided_by: str = ""
    decided_at: datetime | None = None

    @property
    def in_force(self) -> bool:
        """Whether it counts."""
        return self.decision is Decision.APPROVED

    @property
    def by_policy(self) -> bool:
        """Whether the protocol itself asked for it: then one person records it and none decides."""
        return self.reason is DeviationReason.FAILURE_POLICY


def excluded_steps(deviations: Iterable[Deviation]) -> frozenset[str]:
    """The steps that are left out for everybody of the position."""
    return frozenset(d.step for d in deviations if d.in_force and d.step)


def withdrawn_cases(deviations: Iterable[Deviation]) -> frozenset[str]:
    """The cases whose candidates withdrew."""
    return frozenset(d.case_number for d in deviations if d.in_force and d.case_number)


def check_request(request: Deviation, earlier: Iterable[Deviation]) -> None:
    """Refuses a reason that nobody may give, a case or step that the reason does not take, and a request of which one
    like it is open or approved.
    """
    reason = request.reason
    if request.by_policy:
        raise bad_input(
            "reason_unfit",
            "The failure policy is the protocol's own and nobody asks for it.",
            "Give another reason: vetting deviate request --help lists them.",
        )
    if reason.of_case is not bool(request.case_number) or reason.of_case is bool(request.step):
        wanted = "--case and no --step" if reason.of_case else "--step and no --case"
        raise bad_input("deviation_unfit", f"The reason {reason.value} takes {wanted}.", f"Give {wanted}.")
    same = [d for d in earlier if (d.case_number, d.step) == (request.case_number, request.step)]
    if any(d.in_force for d in same):
        raise refused(
            "deviation_in_force", "This is approved already.", f"See: vetting deviate list {request.position}."
        )
    if any(d.decision is None for d in same):
        raise refused(
            "deviation_open",
            "This is asked for already, and nobody has decided.",
            f"Have another person decide: vetting deviate list {request.position}.",
        )


def check_decider(deviation: Deviation, person: str) -> None:
    """Refuses a second decision, and one by whoever asked."""
    if deviation.decision is not None:
        raise refused(
            "deviation_decided", f"Deviation {deviation.id} is {deviation.decision.value} already.", "Ask anew."
        )
    if person == deviation.requested_by:
        raise refused(
            "same_person",
            "Whoever asks for a deviation does not decide on it.",
            "Have another investigator or reviewer sign in who attested for this position.",
        )

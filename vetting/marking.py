"""What a reviewer marks on a passage: more to withhold, or a span to restore that the filter withheld wrongly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from vetting.errors import bad_input, refused
from vetting.evidence import RawText


class MarkAct(StrEnum):
    """What a mark does."""

    WITHHOLD = "withhold"
    RESTORE = "restore"
    WITHDRAW = "withdraw"  # an earlier mark of the same finding


class MarkReason(StrEnum):
    """Why, in codes that say nothing of any class: they stand in the log."""

    MISSED = "missed"  # the filter overlooked it
    IDENTIFIES = "identifies"  # somebody could be recognized by it
    ORDINARY_WORD = "ordinary_word"  # the filter took it for another word
    NO_PERSON = "no_person"  # it says nothing of a person
    JOB_RELEVANT = "job_relevant"  # a duty or occupation, taken for a trait
    MISTAKEN = "mistaken"  # the earlier mark was wrong


REASONS: Mapping[MarkAct, frozenset[MarkReason]] = MappingProxyType(
    {
        MarkAct.WITHHOLD: frozenset({MarkReason.MISSED, MarkReason.IDENTIFIES}),
        MarkAct.RESTORE: frozenset({MarkReason.ORDINARY_WORD, MarkReason.NO_PERSON, MarkReason.JOB_RELEVANT}),
        MarkAct.WITHDRAW: frozenset({MarkReason.MISTAKEN}),
    }
)
"""Which reasons an act may have. None of them is "relevant anyway": IV.B.6 knows no such exception."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One act on the passage of one finding, by one person; it is never changed, only withdrawn by a later one."""

    finding_id: str
    ordinal: int
    """1 for the first mark of the finding."""
    act: MarkAct
    reason: MarkReason
    start: int
    end: int
    """Character offsets into the passage as captured; both 0 for a withdrawal."""
    protected_class: str
    """What the words could reveal, for the investigator's side; sealed. Empty for a withdrawal."""
    withdraws: int
    """The ordinal of the mark taken back; 0 where none is."""
    note: RawText
    reviewer: str
    at: datetime


def in_force(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """The marks that count: all that were not taken back."""
    gone = {mark.withdraws for mark in marks}
    return tuple(mark for mark in marks if mark.act is not MarkAct.WITHDRAW and mark.ordinal not in gone)


def check_mark(mark: Mark, earlier: Sequence[Mark], passage: RawText) -> None:
    """Refuses a reason that the act cannot have, words that are not in the passage, a mark that stands already, and the
    withdrawal of what does not stand.
    """
    if mark.reason not in REASONS[mark.act]:
        fitting = ", ".join(sorted(reason.value for reason in REASONS[mark.act]))
        raise bad_input("reason_unfit", f"That is no reason to {mark.act.value} words.", f"Give one of: {fitting}.")
    standing = in_force(earlier)
    if mark.act is MarkAct.WITHDRAW:
        if mark.withdraws not in {other.ordinal for other in standing}:
            raise refused(
                "mark_unknown", "The finding has no such mark in force.", "See the marks with: vetting review."
            )
        return
    if not 0 <= mark.start < mark.end <= len(passage):
        raise bad_input("span_outside", "The passage has no such words.", "Look at it with: vetting review.")
    if (mark.act, mark.start, mark.end) in {(other.act, other.start, other.end) for other in standing}:
        raise refused("mark_recorded", "These words are marked so already.", "Go on with the validation.")

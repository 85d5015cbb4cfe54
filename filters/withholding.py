"""What is withheld and why: the span a reviewer sees, and the closed reason codes that may cross the wall."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from filters.protected_classes import ProtectedClass


class WithheldReason(StrEnum):
    """Why a whole text is withheld. A code only: it says nothing about what the text says."""

    NOT_ENGLISH = "not_english"
    UNDECODABLE = "undecodable"
    TOO_LONG = "too_long"
    NO_WORDS = "no_words"  # emoji, links or punctuation only
    LITTLE_LEFT = "little_left"
    VERIFICATION = "verification"  # the output still held something
    SWAP_DIFFERS = "swap_differs"  # another class would have left another text
    FAILED = "failed"  # an exception inside the filter
    TIMEOUT = "timeout"
    NOT_CONDUCT = "not_conduct"  # a like, a follow, a tag: a lead, never a finding
    UNDATED = "undated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A finding or text that does not pass, with nothing of it."""

    reason: WithheldReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Withholding:
    """One withheld span of the original text: the reviewer's explanation, as confidential as the text itself.

    `start` and `end` are character offsets into the text as captured.
    """

    start: int
    end: int
    protected_class: ProtectedClass
    recognizer: str
    score: float

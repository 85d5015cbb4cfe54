"""The stages of a vetting, and which of them one candidate reached."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Stage(StrEnum):
    """What the log shows of a case (requirement REQ-AI-1), in the order in which it happens."""

    SEARCHED = "searched"
    """Every planned search has an outcome."""
    ATTRIBUTED = "attributed"
    """A finding stands at A3 or A4."""
    FLAGGED = "flagged"
    """Two people confirmed a finding, and nobody has settled it otherwise since."""
    WITHHELD = "withheld"
    """The filter withheld a finding."""
    RELEASED = "released"
    """A report was released."""
    DECIDED = "decided"
    """A determination is recorded."""
    DEVIATED = "deviated"
    """A deviation was asked for in this candidate's case (auditor check 15)."""

    @property
    def adverse(self) -> bool:
        """Whether a candidate is better off without it: then who is left alone counts as selected."""
        return self in _ADVERSE


_ADVERSE: Final = frozenset({Stage.ATTRIBUTED, Stage.FLAGGED, Stage.WITHHELD, Stage.DEVIATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One candidate of one position: the stages that the log shows."""

    number: str
    position: str
    reached: frozenset[Stage]

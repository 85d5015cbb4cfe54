"""The decision maker's decision: which released findings were relied on and why (REQ-SPEECH-1, REQ-POL-8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Decision(StrEnum):
    """What was decided after reading the report."""

    PROCEED = "proceed"
    CONCERN = "concern"  # starts the pre-adverse sequence; never final by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One finding and whether it was relied on."""

    finding_number: int
    """Number of the finding in the released report, from 1."""
    relied_on: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Determination:
    """Frozen when made; later additions are new facts."""

    report_number: str
    decision: Decision
    grounds: tuple[Ground, ...]
    decided_by: str
    decided_at: datetime

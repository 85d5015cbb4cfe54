"""What the case files hold and no fact describes: facts are joined here with who recorded them and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vetting.candidate import Authorization
from vetting.evidence import RawText
from vetting.protocol import SearchProtocol


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRecord:
    """One opened position with the protocol that was frozen for it."""

    id: str
    title: str
    protocol: SearchProtocol
    deciders: frozenset[str]
    """Ids of the persons who decide on this position and may not take part in its searches (IV.B.6)."""
    jurisdiction: str
    practice: bool
    """A position of invented candidates: recorded sources only."""
    opened_by: str
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """One case: everything about it that is not confidential."""

    number: str
    position: str
    authorization: Authorization
    opened_by: str
    opened_at: datetime
    practice: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRecord:
    """One capture without its content."""

    id: str
    case_number: str
    key: str
    """The search it belongs to."""
    captured_at: datetime
    sha256: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterRecordRow:
    """One decision of the filter about one finding (REQ-EEO-1)."""

    id: str
    finding_id: str
    filter_version: str
    action: str
    reason: str
    """A code from a closed list, kept in clear; never a protected class."""
    at: datetime
    detail: RawText
    """Where and why in full, for the investigator's side; sealed at rest."""

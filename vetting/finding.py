"""What was found: a passage that meets a job-related criterion. The investigator's side only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vetting.evidence import Engagement, RawText
from vetting.signals import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One job-related criterion (JR-..) or protected-activity hold (PA-..) of config/criteria/."""

    code: str
    title: str
    clause: str
    """The policy clause it stands on, e.g. `VI.A.5.b`."""
    nexus: str
    """Why it matters for the job, in one fixed sentence."""
    adverse: bool
    statement: str
    """The behavior statement a decision maker reads; no placeholder, nothing of the passage."""
    hold: bool = False
    """True for PA- codes: withheld unless counsel releases it."""
    routed: bool = False
    """True for CH-1, criminal history: a token without content; the official channel has the facts (REQ-EEO-6)."""
    sealed: bool = False
    """True for MH-1, medical matter and self-harm: a token without content, for nobody's review."""

    @property
    def token(self) -> bool:
        """Whether its findings hold no content and are settled when they are found."""
        return self.routed or self.sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A passage proposed against a criterion."""

    id: str
    case_number: str
    search_key: str
    capture_id: str
    code: str
    passage: RawText
    locator: RawText
    author: RawText
    posted_at: datetime | None
    engagement: Engagement
    platform: str
    cues: tuple[str, ...]
    """Names of the cues that proposed it (from config/criteria/), never the words matched."""
    found_at: datetime
    signals: tuple[Signal, ...] = ()
    """What the hit said for and against being the candidate's; sealed with the finding, and never in the log."""

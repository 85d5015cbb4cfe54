"""The searches that the demonstration's protocol plans for its candidates: what has to be recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from vetting.casework.candidate_file import load_candidate
from vetting.casework.protocol_file import load_protocol
from vetting.search import Search, plan

REPOSITORY: Final = Path(__file__).resolve().parents[2]
CANDIDATES: Final = REPOSITORY / "demo" / "candidates"
INTERNET: Final = REPOSITORY / "demo" / "internet"
SOURCES: Final = REPOSITORY / "config" / "sources.toml"
AUTHORIZED: Final = datetime(2026, 11, 4, tzinfo=UTC)
"""A day on which every candidate's authorization is in force and the protocol too."""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One planned search of one candidate, who is named by the candidate's file."""

    candidate: str
    search: Search


def planned_searches() -> Iterator[Planned]:
    """Every search of every candidate, computed by the protocol as a run computes it."""
    protocol = load_protocol(REPOSITORY / "config", "patrol_officer", "recording", AUTHORIZED.date())
    for path in sorted(CANDIDATES.glob("*.toml")):
        candidate, _ = load_candidate(path, AUTHORIZED, may_request_handles=True)
        for search in plan(protocol, candidate):
            yield Planned(candidate=path.stem, search=search)

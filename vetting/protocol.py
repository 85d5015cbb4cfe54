"""The search protocol: what is searched, for everyone alike (IV.B.9, conditions U1 and U2)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

import rfc8785

from vetting.candidate import IdentifierKind

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json]"


class Technique(StrEnum):
    """The only techniques there are (REQ-LAW-1); anything else in a protocol is refused as unlawful here (IV.B.8)."""

    PUBLIC_API = "public_api"
    PUBLIC_PAGE = "public_page"
    WEB_ARCHIVE = "web_archive"
    FEED = "feed"
    OFFICIAL_API_WITH_KEY = "official_api_with_key"
    CANDIDATE_EXPORT = "candidate_export"
    INVESTIGATOR_IMPORT = "investigator_import"


class Quotation(StrEnum):
    """Whether a released finding may carry words of the passage, or the closed behavior statement only."""

    STATEMENT_ONLY = "statement_only"
    SANITIZED = "sanitized"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the protocol: a source, an anchor, a query template and limits. There is no free-text query."""

    id: str
    title: str
    """How the step is named in every report, e.g. "Full name, web search"."""
    source: str
    technique: Technique
    anchor: IdentifierKind
    query: str
    """Template; `{anchor}` is its only placeholder."""
    max_pages: int
    max_items: int
    attempts: int
    render: bool = False
    """Whether pictures are made of the pages on which something is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchProtocol:
    """A named, versioned, approved protocol. Frozen for a position when the position is opened."""

    id: str
    version: int
    title: str
    approved_by: str
    approved_on: date
    in_force_from: date
    jurisdiction: str
    lookback_years: int
    quotation: Quotation
    criteria: str
    class_packs: tuple[str, ...]
    steps: tuple[Step, ...]
    digests: Mapping[str, str]
    """SHA-256 of every configuration file the protocol stands on (criteria, class packs, sources), by name."""

    def document(self) -> dict[str, Json]:
        """The protocol as plain JSON: what is logged, hashed and handed to an auditor. Holds nothing of a candidate."""
        return {
            "id": self.id,
            "version": self.version,
            "title": self.title,
            "approved_by": self.approved_by,
            "approved_on": self.approved_on.isoformat(),
            "in_force_from": self.in_force_from.isoformat(),
            "jurisdiction": self.jurisdiction,
            "lookback_years": self.lookback_years,
            "quotation": self.quotation.value,
            "criteria": self.criteria,
            "class_packs": list(self.class_packs),
            "digests": dict(self.digests),
            "steps": [_step_document(step) for step in self.steps],
        }

    def digest(self) -> str:
        """SHA-256 of the RFC 8785 bytes of `document()`, 64 hex digits: the protocol hash of condition U1."""
        return hashlib.sha256(rfc8785.dumps(self.document())).hexdigest()


def _step_document(step: Step) -> dict[str, Json]:
    return {
        "id": step.id,
        "title": step.title,
        "source": step.source,
        "technique": step.technique.value,
        "anchor": step.anchor.value,
        "query": step.query,
        "max_pages": step.max_pages,
        "max_items": step.max_items,
        "attempts": step.attempts,
        **({"render": True} if step.render else {}),  # absent otherwise: protocols frozen before keep their digest
    }


def from_document(document: Mapping[str, Json]) -> SearchProtocol:
    """The protocol as it was frozen. Raises KeyError or ValueError on what `SearchProtocol.document` did not write."""
    d = dict(document)
    steps = d["steps"]
    digests = d["digests"]
    packs = d["class_packs"]
    if not isinstance(steps, list) or not isinstance(digests, dict) or not isinstance(packs, list):
        raise ValueError("protocol document")
    return SearchProtocol(
        id=str(d["id"]),
        version=int(str(d["version"])),
        title=str(d["title"]),
        approved_by=str(d["approved_by"]),
        approved_on=date.fromisoformat(str(d["approved_on"])),
        in_force_from=date.fromisoformat(str(d["in_force_from"])),
        jurisdiction=str(d["jurisdiction"]),
        lookback_years=int(str(d["lookback_years"])),
        quotation=Quotation(str(d["quotation"])),
        criteria=str(d["criteria"]),
        class_packs=tuple(str(p) for p in packs),
        digests={str(k): str(v) for k, v in digests.items()},
        steps=tuple(_step_from(s) for s in steps if isinstance(s, dict)),
    )


def _step_from(s: Mapping[str, Json]) -> Step:
    return Step(
        id=str(s["id"]),
        title=str(s["title"]),
        source=str(s["source"]),
        technique=Technique(str(s["technique"])),
        anchor=IdentifierKind(str(s["anchor"])),
        query=str(s["query"]),
        max_pages=int(str(s["max_pages"])),
        max_items=int(str(s["max_items"])),
        attempts=int(str(s["attempts"])),
        render=s.get("render") is True,
    )

"""The search protocol: what is searched, for everyone alike (IV.B.9, conditions U1 and U2)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final, TypeAlias

import rfc8785

from vetting.candidate import IdentifierKind

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json]"

SCHEMA: Final = 2
"""Of the document as it is written now. Schema 1 wrote no number and none of what has a default below."""
REQUEST_SECONDS: Final = 20
"""How long one request may take where the protocol says nothing else."""


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


class FailurePolicy(StrEnum):
    """What happens to a step whose source failed for one candidate and answered for another (condition U5)."""

    RERUN = "rerun"
    """It is asked again for all whom it failed, before any report."""
    EXCLUDE = "exclude"
    """What it found is left out for everybody of the position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerRules:
    """How many people look at what (condition U8)."""

    independent: int = 2
    """Persons who validate each finding that is released."""
    sample_of_nil_results: int = 0
    """Percent of the empty results that a second person looks at."""


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
    timeout_seconds: int = REQUEST_SECONDS
    """For one request, the same for everybody."""
    failure_policy: FailurePolicy = FailurePolicy.RERUN
    render: bool = False
    """Whether pictures are made of the pages on which something is found."""

    @property
    def own_address(self) -> bool:
        """Whether what is asked is an address of the candidate's own, so that its outage is of no source that others
        share. A server for many people, an archive and a registry are sources, whoever's account or page is asked for.
        """
        return self.technique is Technique.FEED

    def digest(self) -> str:
        """SHA-256 of the RFC 8785 bytes of everything the step lays down, 64 hex digits: logged with every search."""
        return hashlib.sha256(rfc8785.dumps(_step_document(self, SCHEMA))).hexdigest()


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
    languages: tuple[str, ...] = ("en",)
    """What is asked for (Accept-Language, the search service's language), in this order; the filter reads these."""
    reviewers: ReviewerRules = ReviewerRules()
    report_template: str = "standard_1"
    fcra_mode: bool = True
    """Whether the report is held to the Fair Credit Reporting Act: no adverse item older than 7 years (15 U.S.C.
    1681c(a)(5))."""
    may_request_handles: bool | None = None
    """Whether candidates may be asked for account names (REQ-POL-3); None where that was not frozen with the rest."""
    release_together: bool = False
    """Whether decision makers see no report before every candidate has one: nobody is compared with half a field."""
    window_days: int | None = None
    """Days from the first search of a position to the last: the same window for everybody (condition U4)."""
    schema: int = SCHEMA
    """The form of the document this was read from: a protocol keeps the digest it was frozen with."""

    def document(self) -> dict[str, Json]:
        """The protocol as plain JSON: what is logged, hashed and handed to an auditor. Holds nothing of a candidate."""
        first: dict[str, Json] = {
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
            "steps": [_step_document(step, self.schema) for step in self.steps],
        }
        return first if self.schema == 1 else first | self._second()

    def _second(self) -> dict[str, Json]:
        """What schema 2 added."""
        asked: dict[str, Json] = (
            {} if self.may_request_handles is None else {"may_request_handles": self.may_request_handles}
        )
        together: dict[str, Json] = {"release_together": True} if self.release_together else {}  # as with `render`
        window: dict[str, Json] = {} if self.window_days is None else {"window_days": self.window_days}
        return (
            asked
            | together
            | window
            | {
                "schema": self.schema,
                "languages": list(self.languages),
                "reviewers": {
                    "independent": self.reviewers.independent,
                    "sample_of_nil_results": self.reviewers.sample_of_nil_results,
                },
                "report_template": self.report_template,
                "fcra_mode": self.fcra_mode,
            }
        )

    def digest(self) -> str:
        """SHA-256 of the RFC 8785 bytes of `document()`, 64 hex digits: the protocol hash of condition U1."""
        return hashlib.sha256(rfc8785.dumps(self.document())).hexdigest()


def _step_document(step: Step, schema: int) -> dict[str, Json]:
    first: dict[str, Json] = {
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
    if schema == 1:
        return first
    return first | {"timeout_seconds": step.timeout_seconds, "failure_policy": step.failure_policy.value}


def from_document(document: Mapping[str, Json]) -> SearchProtocol:
    """The protocol as it was frozen. Raises KeyError or ValueError on what `SearchProtocol.document` did not write."""
    d = dict(document)
    steps = d["steps"]
    digests = d["digests"]
    packs = d["class_packs"]
    if not isinstance(steps, list) or not isinstance(digests, dict) or not isinstance(packs, list):
        raise ValueError("protocol document")
    frozen = SearchProtocol(
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
        schema=1,
    )
    return _with_second(frozen, d) if "schema" in d else frozen


def _with_second(frozen: SearchProtocol, d: Mapping[str, Json]) -> SearchProtocol:
    languages, reviewers, handles = d["languages"], d["reviewers"], d.get("may_request_handles")
    window = d.get("window_days")
    if d["schema"] != SCHEMA or not isinstance(languages, list) or not isinstance(reviewers, dict):
        raise ValueError("protocol document")
    return replace(
        frozen,
        schema=SCHEMA,
        languages=tuple(str(language) for language in languages),
        reviewers=ReviewerRules(
            independent=int(str(reviewers["independent"])),
            sample_of_nil_results=int(str(reviewers["sample_of_nil_results"])),
        ),
        report_template=str(d["report_template"]),
        fcra_mode=bool(d["fcra_mode"]),
        may_request_handles=None if handles is None else bool(handles),
        release_together=d.get("release_together") is True,
        window_days=None if window is None else int(str(window)),
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
        timeout_seconds=int(str(s.get("timeout_seconds", REQUEST_SECONDS))),
        failure_policy=FailurePolicy(str(s.get("failure_policy", FailurePolicy.RERUN.value))),
        render=s.get("render") is True,
    )

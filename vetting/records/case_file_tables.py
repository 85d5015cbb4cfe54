"""The tables of the case files. In clear: identifiers, codes, times, digests; everything else is sealed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from vetting.records.columns import code, moment, new_metadata, sealed, sequence
from vetting.records.outbox import outbox_table

REVISION = "case_files_0006"
METADATA = new_metadata()


def _id(name: str) -> Column[str]:
    return Column(name, String, nullable=False, unique=True)


def _of(name: str, target: str) -> Column[str]:
    return Column(name, String, ForeignKey(target), nullable=False, index=True)


def _came_of_it() -> tuple[Column[Any], ...]:
    """What one run of a search brought, in clear: codes, times and counts."""
    counts = (Column(name, Integer, nullable=False) for name in ("attempts", "hits", "captures"))
    return (code("outcome"), code("reason"), moment("started_at"), moment("ended_at"), *counts)


positions = Table(
    "positions",
    METADATA,
    sequence(),
    _id("id"),
    code("title"),
    Column("protocol", Text, nullable=False),
    code("protocol_digest"),
    Column("deciders", Text, nullable=False),
    code("jurisdiction"),
    Column("practice", Boolean, nullable=False),
    code("opened_by"),
    moment("opened_at"),
)

attestations = Table(
    "attestations",
    METADATA,
    sequence(),
    _of("position", "positions.id"),
    code("person"),
    moment("at"),
    UniqueConstraint("position", "person"),
)

cases = Table(
    "cases",
    METADATA,
    sequence(),
    _id("number"),
    _of("position", "positions.id"),
    code("form_sha256"),
    moment("signed_at"),
    moment("expires_at"),
    code("opened_by"),
    moment("opened_at"),
    Column("practice", Boolean, nullable=False),
)

authorizations = Table(
    "authorizations",
    METADATA,
    sequence(),
    Column("case_number", String, ForeignKey("cases.number"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    code("form_sha256"),
    moment("signed_at"),
    moment("expires_at"),
    UniqueConstraint("case_number", "ordinal"),
)
"""What a candidate signed anew; `ordinal` is 2 for the first renewal, the one the case was opened with being 1."""

candidates = Table(
    "candidates",
    METADATA,
    sequence(),
    Column("case_number", String, ForeignKey("cases.number"), nullable=False, unique=True),
    sealed(),
    Column("secret", LargeBinary, nullable=False),
)

results = Table(
    "results",
    METADATA,
    sequence(),
    _of("case_number", "cases.number"),
    code("key"),
    *_came_of_it(),
    UniqueConstraint("case_number", "key"),
)

repeats = Table(
    "repeats",
    METADATA,
    sequence(),
    Column("case_number", String, ForeignKey("cases.number"), nullable=False),  # the unique key begins with it
    code("key"),
    Column("ordinal", Integer, nullable=False),
    *_came_of_it(),
    UniqueConstraint("case_number", "key", "ordinal"),
)
"""Results of searches run again after their source had been unavailable; `ordinal` is 2 for the first of these."""

captures = Table(
    "captures",
    METADATA,
    sequence(),
    _id("id"),
    _of("case_number", "cases.number"),
    code("key"),
    moment("captured_at"),
    code("sha256"),
    code("media_type"),
    sealed(),
)

findings = Table(
    "findings",
    METADATA,
    sequence(),
    _id("id"),
    _of("case_number", "cases.number"),
    code("search_key"),
    _of("capture_id", "captures.id"),
    code("code"),
    code("engagement"),
    code("platform"),
    moment("found_at"),
    sealed(),
)

attributions = Table(
    "attributions",
    METADATA,
    sequence(),
    _of("finding_id", "findings.id"),
    Column("ordinal", Integer, nullable=False),
    code("level"),
    Column("links", Text, nullable=False),
    Column("engagement", Text),
    code("reviewer"),
    moment("at"),
    sealed(),
    UniqueConstraint("finding_id", "ordinal"),
)

validations = Table(
    "validations",
    METADATA,
    sequence(),
    _of("finding_id", "findings.id"),
    Column("ordinal", Integer, nullable=False),
    code("state"),
    code("element"),
    Column("severity", Integer, nullable=False),
    Column("quote", Boolean, nullable=False),
    code("reviewer"),
    moment("at"),
    sealed(),
    UniqueConstraint("finding_id", "ordinal"),
)

filter_records = Table(
    "filter_records",
    METADATA,
    sequence(),
    _id("id"),
    _of("finding_id", "findings.id"),
    code("filter_version"),
    code("action"),
    code("reason"),
    moment("at"),
    sealed(),
)

marks = Table(
    "marks",
    METADATA,
    sequence(),
    Column("finding_id", String, ForeignKey("findings.id"), nullable=False),  # the unique key begins with it
    Column("ordinal", Integer, nullable=False),
    code("act"),
    code("reason"),
    Column("withdraws", Integer, nullable=False),
    code("reviewer"),
    moment("at"),
    sealed(),
    UniqueConstraint("finding_id", "ordinal"),
)
"""What reviewers withhold beyond the filter, or restore; `withdraws` is 0, or the ordinal of the mark taken back."""

leases = Table(
    "leases",
    METADATA,
    sequence(),
    Column("case_number", String, ForeignKey("cases.number"), nullable=False),  # the unique key begins with it
    code("key"),
    code("holder"),
    moment("expires_at"),
    UniqueConstraint("case_number", "key"),
)
"""Who is running a search at the moment: working state, the only rows that come and go."""

repeated_captures = Table(
    "repeated_captures",
    METADATA,
    sequence(),
    Column("finding_id", String, ForeignKey("findings.id"), nullable=False),  # the unique key begins with it
    Column("ordinal", Integer, nullable=False),
    code("state"),
    code("reason"),
    Column("capture_id", String, ForeignKey("captures.id"), nullable=True),
    moment("at"),
    UniqueConstraint("finding_id", "ordinal"),
)
"""What became of a finding's source before its release; no capture where nothing was asked."""
deviations = Table(
    "deviations",
    METADATA,
    sequence(),
    _id("id"),
    _of("position", "positions.id"),
    code("reason"),
    code("case_number"),
    code("step"),
    code("requested_by"),
    moment("requested_at"),
)
"""`case_number` is empty where a step is left out, `step` where a candidate withdrew."""

deviation_decisions = Table(
    "deviation_decisions",
    METADATA,
    sequence(),
    Column("deviation", String, ForeignKey("deviations.id"), nullable=False, unique=True),
    code("decision"),
    code("decided_by"),
    moment("decided_at"),
)

outbox = outbox_table(METADATA)

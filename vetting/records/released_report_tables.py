"""The tables of the released reports. Nothing in them refers to the case files but the opaque case number."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, String, Table, Text

from vetting.records.columns import code, moment, new_metadata, sequence
from vetting.records.outbox import outbox_table

REVISION = "released_reports_0001"
METADATA = new_metadata()

reports = Table(
    "reports",
    METADATA,
    sequence(),
    Column("number", String, nullable=False, unique=True),
    Column("case_number", String, nullable=False, index=True),
    Column("position", String, nullable=False, index=True),
    moment("released_at"),
    Column("schema", Integer, nullable=False),
    Column("document", Text, nullable=False),
    code("document_sha256"),
    Column("pdf", LargeBinary, nullable=False),
    code("pdf_sha256"),
)

outbox = outbox_table(METADATA)

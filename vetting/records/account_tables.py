"""The tables of the accounts: persons, password hashes, sessions, and wrong passwords of the last minutes."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, PrimaryKeyConstraint, String, Table

from vetting.records.columns import code, moment, new_metadata, sequence
from vetting.records.outbox import outbox_table

REVISION = "accounts_0002"
METADATA = new_metadata()

persons = Table(
    "persons",
    METADATA,
    Column("id", String, primary_key=True),
    code("name"),
    Column("vetted_on", Date),
    Column("training_expires_on", Date),
    Column("confidentiality_signed_on", Date),
)

roles = Table(
    "roles",
    METADATA,
    Column("person", String, ForeignKey("persons.id"), nullable=False),
    code("role"),
    PrimaryKeyConstraint("person", "role"),
)

passwords = Table(
    "passwords",
    METADATA,
    Column("person", String, ForeignKey("persons.id"), primary_key=True),
    code("hash"),
    moment("set_at"),
)

sessions = Table(
    "sessions",
    METADATA,
    Column("token_sha256", String, primary_key=True),
    Column("person", String, ForeignKey("persons.id"), nullable=False, index=True),
    moment("started_at"),
    moment("seen_at"),
)

attempts = Table(
    "attempts",
    METADATA,
    sequence(),
    Column("claimed_sha256", String, nullable=False, index=True),
    moment("at"),
)
"""By the digest of the name that was typed, which may have been a password in the wrong field."""

outbox = outbox_table(METADATA)
"""What the administrator did, on its way into the log."""

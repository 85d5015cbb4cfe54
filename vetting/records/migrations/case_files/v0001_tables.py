"""The first form of the case files: all tables, and the triggers that keep what is recorded."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from vetting.records.append_only import protect, protect_outbox, refusal

revision = "case_files_0001"
down_revision = None
branch_labels = None
depends_on = None

_KEYS = {
    "positions": ("id",),
    "attestations": ("position", "person"),
    "cases": ("number",),
    "candidates": ("case_number",),
    "results": ("case_number", "key"),
    "captures": ("id",),
    "findings": ("id",),
    "attributions": ("finding_id", "ordinal"),
    "validations": ("finding_id", "ordinal"),
    "filter_records": ("id",),
}
"""The columns that tell the rows of each protected table apart."""


def upgrade() -> None:
    """Make the tables and their triggers."""
    _positions_and_cases()
    _searches_and_findings()
    _reviews()
    _outbox()
    dialect = op.get_bind().dialect.name
    protected = [line for table, key in _KEYS.items() for line in protect(dialect, table, key)]
    for statement in [*refusal(dialect), *protected, *protect_outbox(dialect)]:
        op.execute(sa.text(statement))


def _sequence() -> sa.Column[int]:
    return sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True)


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False)


def _moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False)


def _sealed() -> sa.Column[bytes]:
    return sa.Column("sealed", sa.LargeBinary, nullable=False)


def _make(table: str, *columns: sa.Column[Any], unique: tuple[str, ...], **references: str) -> None:
    """A table with a sequence, one unique key, and indexed references."""
    links = [
        sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}")
        for column, target in references.items()
    ]
    key = sa.UniqueConstraint(*unique, name=f"uq_{table}_{'_'.join(unique)}")
    op.create_table(table, _sequence(), *columns, sa.PrimaryKeyConstraint("sequence", name=f"pk_{table}"), key, *links)
    for column in references:
        if (column,) != unique:
            op.create_index(f"ix_{table}_{column}", table, [column])


def _positions_and_cases() -> None:
    _make(
        "positions",
        *map(_word, ("id", "title")),
        sa.Column("protocol", sa.Text, nullable=False),
        _word("protocol_digest"),
        sa.Column("deciders", sa.Text, nullable=False),
        _word("jurisdiction"),
        _flag("practice"),
        _word("opened_by"),
        _moment("opened_at"),
        unique=("id",),
    )
    _make(
        "attestations",
        *map(_word, ("position", "person")),
        _moment("at"),
        unique=("position", "person"),
        position="positions.id",
    )
    _make(
        "cases",
        *map(_word, ("number", "position", "form_sha256")),
        *map(_moment, ("signed_at", "expires_at")),
        _word("opened_by"),
        _moment("opened_at"),
        _flag("practice"),
        unique=("number",),
        position="positions.id",
    )
    _make(
        "candidates",
        _word("case_number"),
        _sealed(),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        unique=("case_number",),
        case_number="cases.number",
    )


def _searches_and_findings() -> None:
    _make(
        "results",
        *map(_word, ("case_number", "key", "outcome", "reason")),
        *map(_moment, ("started_at", "ended_at")),
        *map(_number, ("attempts", "hits", "captures")),
        unique=("case_number", "key"),
        case_number="cases.number",
    )
    _make(
        "captures",
        *map(_word, ("id", "case_number", "key")),
        _moment("captured_at"),
        *map(_word, ("sha256", "media_type")),
        _sealed(),
        unique=("id",),
        case_number="cases.number",
    )
    _make(
        "findings",
        *map(_word, ("id", "case_number", "search_key", "capture_id", "code", "engagement", "platform")),
        _moment("found_at"),
        _sealed(),
        unique=("id",),
        case_number="cases.number",
        capture_id="captures.id",
    )


def _reviews() -> None:
    _make(
        "attributions",
        _word("finding_id"),
        _number("ordinal"),
        _word("level"),
        sa.Column("links", sa.Text, nullable=False),
        sa.Column("engagement", sa.Text, nullable=True),
        _word("reviewer"),
        _moment("at"),
        _sealed(),
        unique=("finding_id", "ordinal"),
        finding_id="findings.id",
    )
    _make(
        "validations",
        _word("finding_id"),
        _number("ordinal"),
        *map(_word, ("state", "element")),
        _number("severity"),
        _flag("quote"),
        _word("reviewer"),
        _moment("at"),
        _sealed(),
        unique=("finding_id", "ordinal"),
        finding_id="findings.id",
    )
    _make(
        "filter_records",
        *map(_word, ("id", "finding_id", "filter_version", "action", "reason")),
        _moment("at"),
        _sealed(),
        unique=("id",),
        finding_id="findings.id",
    )


def _outbox() -> None:
    _make(
        "outbox",
        *map(_word, ("id", "type")),
        _moment("at"),
        _word("actor"),
        sa.Column("position", sa.String),
        sa.Column("case_number", sa.String),
        sa.Column("body", sa.Text, nullable=False),
        _flag("settled"),
        unique=("id",),
    )
    op.create_index("ix_outbox_settled", "outbox", ["settled"])

"""The first form of the released reports: the reports, their outbox, and the triggers that keep both."""

import sqlalchemy as sa
from alembic import op

from vetting.records.append_only import protect, protect_outbox, refusal

revision = "released_reports_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their triggers."""
    _reports()
    _outbox()
    dialect = op.get_bind().dialect.name
    for statement in [*refusal(dialect), *protect(dialect, "reports", ("number",)), *protect_outbox(dialect)]:
        op.execute(sa.text(statement))


def _reports() -> None:
    op.create_table(
        "reports",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("number", sa.String, nullable=False),
        sa.Column("case_number", sa.String, nullable=False),
        sa.Column("position", sa.String, nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("schema", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("document_sha256", sa.String, nullable=False),
        sa.Column("pdf", sa.LargeBinary, nullable=False),
        sa.Column("pdf_sha256", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_reports"),
        sa.UniqueConstraint("number", name="uq_reports_number"),
    )
    op.create_index("ix_reports_case_number", "reports", ["case_number"])
    op.create_index("ix_reports_position", "reports", ["position"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("position", sa.String),
        sa.Column("case_number", sa.String),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("settled", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_outbox"),
        sa.UniqueConstraint("id", name="uq_outbox_id"),
    )
    op.create_index("ix_outbox_settled", "outbox", ["settled"])

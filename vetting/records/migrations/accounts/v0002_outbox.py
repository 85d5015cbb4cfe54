"""The outbox of the accounts: who was added, cleared or given a password goes into the log (IV.B.7)."""

import sqlalchemy as sa
from alembic import op

from vetting.records.append_only import protect_outbox, refusal

revision = "accounts_0002"
down_revision = "accounts_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the outbox and its triggers; the accounts stay as they are."""
    op.create_table(
        "outbox",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("id", "type")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        *(sa.Column(name, sa.String) for name in ("position", "case_number")),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("settled", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_outbox"),
        sa.UniqueConstraint("id", name="uq_outbox_id"),
    )
    op.create_index("ix_outbox_settled", "outbox", ["settled"])
    dialect = op.get_bind().dialect.name
    for statement in [*refusal(dialect), *protect_outbox(dialect)]:
        op.execute(sa.text(statement))

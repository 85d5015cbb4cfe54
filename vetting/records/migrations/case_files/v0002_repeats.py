"""Results of searches that were run again after their source had been unavailable (U5)."""

import sqlalchemy as sa
from alembic import op

from vetting.records.append_only import protect

revision = "case_files_0002"
down_revision = "case_files_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and its triggers; what was recorded stays as it is."""
    op.create_table(
        "repeats",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("case_number", "key")),
        sa.Column("ordinal", sa.Integer, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in ("outcome", "reason")),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in ("started_at", "ended_at")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("attempts", "hits", "captures")),
        sa.PrimaryKeyConstraint("sequence", name="pk_repeats"),
        sa.UniqueConstraint("case_number", "key", "ordinal", name="uq_repeats_case_number_key_ordinal"),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name="fk_repeats_case_number"),
    )
    for statement in protect(op.get_bind().dialect.name, "repeats", ("case_number", "key", "ordinal")):
        op.execute(sa.text(statement))

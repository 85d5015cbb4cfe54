"""What reviewers withhold beyond the filter, and what they restore."""

import sqlalchemy as sa
from alembic import op

from vetting.records.append_only import protect

revision = "case_files_0003"
down_revision = "case_files_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and its triggers; what was recorded stays as it is."""
    op.create_table(
        "marks",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("finding_id", sa.String, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in ("act", "reason")),
        sa.Column("withdraws", sa.Integer, nullable=False),
        sa.Column("reviewer", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_marks"),
        sa.UniqueConstraint("finding_id", "ordinal", name="uq_marks_finding_id_ordinal"),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name="fk_marks_finding_id"),
    )
    for statement in protect(op.get_bind().dialect.name, "marks", ("finding_id", "ordinal")):
        op.execute(sa.text(statement))

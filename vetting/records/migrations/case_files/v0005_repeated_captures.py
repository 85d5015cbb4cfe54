"""What became of a finding's source when it was asked for once more before the release."""

import sqlalchemy as sa
from alembic import op

from vetting.records.append_only import protect

revision = "case_files_0005"
down_revision = "case_files_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and its triggers; what was recorded stays as it is."""
    op.create_table(
        "repeated_captures",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("finding_id", sa.String, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in ("state", "reason")),
        sa.Column("capture_id", sa.String, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_repeated_captures"),
        sa.UniqueConstraint("finding_id", "ordinal", name="uq_repeated_captures_finding_id_ordinal"),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name="fk_repeated_captures_finding_id"),
        sa.ForeignKeyConstraint(["capture_id"], ["captures.id"], name="fk_repeated_captures_capture_id"),
    )
    for statement in protect(op.get_bind().dialect.name, "repeated_captures", ("finding_id", "ordinal")):
        op.execute(sa.text(statement))

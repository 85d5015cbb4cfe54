"""Deviations from the protocol that were asked for, and what was decided of each."""

import sqlalchemy as sa
from alembic import op

from vetting.records.append_only import protect

revision = "case_files_0006"
down_revision = "case_files_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their triggers; what was recorded stays as it is."""
    op.create_table(
        "deviations",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        *(
            sa.Column(name, sa.String, nullable=False)
            for name in ("id", "position", "reason", "case_number", "step", "requested_by")
        ),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_deviations"),
        sa.UniqueConstraint("id", name="uq_deviations_id"),
        sa.ForeignKeyConstraint(["position"], ["positions.id"], name="fk_deviations_position"),
    )
    op.create_index("ix_deviations_position", "deviations", ["position"])
    op.create_table(
        "deviation_decisions",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("deviation", "decision", "decided_by")),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_deviation_decisions"),
        sa.UniqueConstraint("deviation", name="uq_deviation_decisions_deviation"),
        sa.ForeignKeyConstraint(["deviation"], ["deviations.id"], name="fk_deviation_decisions_deviation"),
    )
    keys = {"deviations": ("id",), "deviation_decisions": ("deviation",)}
    for table, key in keys.items():
        for statement in protect(op.get_bind().dialect.name, table, key):
            op.execute(sa.text(statement))

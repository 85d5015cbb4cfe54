"""Who is running a search at the moment: working state, and the only rows of the case files that come and go."""

import sqlalchemy as sa
from alembic import op

revision = "case_files_0004"
down_revision = "case_files_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; what was recorded stays as it is."""
    op.create_table(
        "leases",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("case_number", "key", "holder")),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_leases"),
        sa.UniqueConstraint("case_number", "key", name="uq_leases_case_number_key"),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name="fk_leases_case_number"),
    )

"""Searches run again after their source had been unavailable (U5), and authorizations signed anew."""

import sqlalchemy as sa
from alembic import op

from vetting.records.append_only import protect

revision = "case_files_0002"
down_revision = "case_files_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their triggers; what was recorded stays as it is."""
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
    op.create_table(
        "authorizations",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("case_number", sa.String, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("form_sha256", sa.String, nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in ("signed_at", "expires_at")),
        sa.PrimaryKeyConstraint("sequence", name="pk_authorizations"),
        sa.UniqueConstraint("case_number", "ordinal", name="uq_authorizations_case_number_ordinal"),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name="fk_authorizations_case_number"),
    )
    keys = {"repeats": ("case_number", "key", "ordinal"), "authorizations": ("case_number", "ordinal")}
    for table, key in keys.items():
        for statement in protect(op.get_bind().dialect.name, table, key):
            op.execute(sa.text(statement))

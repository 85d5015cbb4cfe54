"""The first form of the accounts: persons, roles, passwords, sessions and wrong attempts."""

import sqlalchemy as sa
from alembic import op

revision = "accounts_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _persons()
    _signing_in()


def _persons() -> None:
    op.create_table(
        "persons",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("vetted_on", sa.Date),
        sa.Column("training_expires_on", sa.Date),
        sa.Column("confidentiality_signed_on", sa.Date),
        sa.PrimaryKeyConstraint("id", name="pk_persons"),
    )
    op.create_table(
        "roles",
        sa.Column("person", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("person", "role", name="pk_roles"),
        sa.ForeignKeyConstraint(["person"], ["persons.id"], name="fk_roles_person"),
    )


def _signing_in() -> None:
    op.create_table(
        "passwords",
        sa.Column("person", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_passwords"),
        sa.ForeignKeyConstraint(["person"], ["persons.id"], name="fk_passwords_person"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_sha256", sa.String, nullable=False),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_sessions"),
        sa.ForeignKeyConstraint(["person"], ["persons.id"], name="fk_sessions_person"),
    )
    op.create_index("ix_sessions_person", "sessions", ["person"])
    op.create_table(
        "attempts",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("claimed_sha256", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_attempts"),
    )
    op.create_index("ix_attempts_claimed_sha256", "attempts", ["claimed_sha256"])

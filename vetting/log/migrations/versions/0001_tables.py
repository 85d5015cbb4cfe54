"""The three tables, the empty tree, and the triggers that keep what is written.

The triggers are a seat-belt against honest mistakes, not evidence: whoever owns the database can drop them.
What shows a change afterwards is the tree.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_TABLES = ("entry", "checkpoint", "frontier")
# INSERT OR REPLACE deletes without firing a DELETE trigger, so inserts too are held to the next free place.
_OUT_OF_PLACE = {
    "entry": """NEW.sequence <> (SELECT coalesce(max(sequence) + 1, 0) FROM entry)
                OR EXISTS (SELECT 1 FROM entry WHERE idem = NEW.idem)""",
    "checkpoint": "EXISTS (SELECT 1 FROM checkpoint WHERE size >= NEW.size)",
    "frontier": "EXISTS (SELECT 1 FROM frontier)",
}
_UPDATE_IS_WRONG = {"entry": "1 = 1", "checkpoint": "1 = 1", "frontier": "NEW.size <= OLD.size"}


def upgrade() -> None:
    """Make tables and triggers, and plant the empty tree."""
    op.create_table(
        "entry",
        sa.Column("sequence", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("idem", sa.String(128), nullable=False, unique=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
    )
    frontier = op.create_table(
        "frontier",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("size", _NUMBER, nullable=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("id = 1", name="one_row"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("size", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("note", sa.LargeBinary, nullable=False),
    )
    op.bulk_insert(frontier, [{"id": 1, "size": 0, "hashes": b""}])
    make_triggers = _sqlite_triggers if op.get_bind().dialect.name == "sqlite" else _postgresql_triggers
    for table in _TABLES:
        for statement in make_triggers(table):
            op.execute(sa.text(statement))


def _sqlite_triggers(table: str) -> list[str]:
    refuse = "BEGIN SELECT RAISE(ABORT, 'the log only grows'); END"
    return [
        f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} WHEN {_OUT_OF_PLACE[table]} {refuse}",
        f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} WHEN {_UPDATE_IS_WRONG[table]} {refuse}",
        f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} {refuse}",
    ]


def _postgresql_triggers(table: str) -> list[str]:
    return [
        f"""CREATE FUNCTION {table}_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN IF NOT ({_OUT_OF_PLACE[table]}) THEN RETURN NEW; END IF; END IF;
            IF TG_OP = 'UPDATE' THEN IF NOT ({_UPDATE_IS_WRONG[table]}) THEN RETURN NEW; END IF; END IF;
            RAISE EXCEPTION 'the log only grows';
        END $$""",
        f"""CREATE TRIGGER {table}_rows BEFORE INSERT OR UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION {table}_only_grows()""",
        f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {table}_only_grows()",
    ]

"""The three tables, the empty tree, and the triggers that keep what is written.

The triggers are a seat-belt against honest mistakes, not evidence: whoever owns the database can drop them. What shows a
change afterwards is the tree.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# INSERT OR REPLACE deletes without firing a DELETE trigger, so inserts are held to the next place as well.
_OUT_OF_PLACE = {
    "entry": "NEW.sequence <> (SELECT coalesce(max(sequence) + 1, 0) FROM entry)"
    " OR EXISTS (SELECT 1 FROM entry WHERE idem = NEW.idem)",
    "checkpoint": "EXISTS (SELECT 1 FROM checkpoint WHERE size >= NEW.size)",
    "frontier": "EXISTS (SELECT 1 FROM frontier)",
}


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
    for statement in _sqlite_triggers() if op.get_bind().dialect.name == "sqlite" else _postgresql_triggers():
        op.execute(sa.text(statement))


def _sqlite_triggers() -> list[str]:
    abort = "BEGIN SELECT RAISE(ABORT, 'the log only grows'); END"
    kept = [("entry", "UPDATE"), ("entry", "DELETE"), ("checkpoint", "UPDATE"), ("checkpoint", "DELETE")]
    return [
        *(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {abort}"
            for table, verb in kept
        ),
        f"CREATE TRIGGER frontier_no_delete BEFORE DELETE ON frontier {abort}",
        f"CREATE TRIGGER frontier_grows BEFORE UPDATE ON frontier WHEN NEW.size <= OLD.size {abort}",
        *(
            f"CREATE TRIGGER {table}_next BEFORE INSERT ON {table} WHEN {out_of_place} {abort}"
            for table, out_of_place in _OUT_OF_PLACE.items()
        ),
    ]


def _postgresql_triggers() -> list[str]:
    refuse = "FOR EACH STATEMENT EXECUTE FUNCTION log_only_grows()"
    return [
        "CREATE FUNCTION log_only_grows() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the log only grows'; END $$",
        *(
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} {refuse}"
            for table in ("entry", "checkpoint")
        ),
        f"CREATE TRIGGER frontier_kept BEFORE DELETE OR TRUNCATE ON frontier {refuse}",
        "CREATE TRIGGER frontier_grows BEFORE UPDATE ON frontier FOR EACH ROW"
        " WHEN (NEW.size <= OLD.size) EXECUTE FUNCTION log_only_grows()",
        *(
            f"CREATE FUNCTION {table}_next() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF {out_of_place} THEN RAISE EXCEPTION 'the log only grows'; END IF; RETURN NEW; END $$"
            for table, out_of_place in _OUT_OF_PLACE.items()
        ),
        *(
            f"CREATE TRIGGER {table}_next BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_next()"
            for table in _OUT_OF_PLACE
        ),
    ]

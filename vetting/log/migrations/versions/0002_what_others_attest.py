"""Tables for what others attest of a checkpoint, and an index that finds the latest entry of a type.

The triggers are the same seat-belt as on the first three tables. A cosignature is checked by the verifier against the
key that the auditor's policy names, never because it stands here.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# INSERT OR REPLACE deletes without firing a DELETE trigger, so a second row under the same key is refused by itself.
_OUT_OF_PLACE = {
    "cosignature": """NOT EXISTS (SELECT 1 FROM checkpoint WHERE size = NEW.size) OR EXISTS (
                SELECT 1 FROM cosignature WHERE size = NEW.size AND name = NEW.name AND key_id = NEW.key_id)""",
    "time_stamp": """NOT EXISTS (SELECT 1 FROM checkpoint WHERE size = NEW.size)
                OR EXISTS (SELECT 1 FROM time_stamp WHERE size = NEW.size)""",
}
# An id begins with its event's type and a colon. In SQLite every index ends with the rowid, which is the sequence.
_INDEX = {
    "sqlite": "CREATE INDEX entry_kind ON entry (substr(idem, 1, instr(idem, ':') - 1))",
    "postgresql": "CREATE INDEX entry_kind ON entry (split_part(idem, ':', 1), sequence)",
}


def upgrade() -> None:
    """Make the two tables with their triggers, and the index."""
    op.create_table(
        "cosignature",
        sa.Column("size", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(256), primary_key=True),
        sa.Column("key_id", sa.String(8), primary_key=True),
        sa.Column("line", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "time_stamp",
        sa.Column("size", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("token", sa.LargeBinary, nullable=False),
    )
    dialect = op.get_bind().dialect.name
    for table in _OUT_OF_PLACE:
        for statement in (_sqlite_triggers if dialect == "sqlite" else _postgresql_triggers)(table):
            op.execute(sa.text(statement))
    op.execute(sa.text(_INDEX[dialect].replace(":'", r"\:'")))


def _sqlite_triggers(table: str) -> list[str]:
    refuse = "BEGIN SELECT RAISE(ABORT, 'the log only grows'); END"
    return [
        f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} WHEN {_OUT_OF_PLACE[table]} {refuse}",
        f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} {refuse}",
    ]


def _postgresql_triggers(table: str) -> list[str]:
    return [
        f"""CREATE FUNCTION {table}_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN IF NOT ({_OUT_OF_PLACE[table]}) THEN RETURN NEW; END IF; END IF;
            RAISE EXCEPTION 'the log only grows';
        END $$""",
        f"""CREATE TRIGGER {table}_rows BEFORE INSERT OR UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION {table}_only_grows()""",
        f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {table}_only_grows()",
    ]

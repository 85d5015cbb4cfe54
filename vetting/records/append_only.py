"""Triggers that let rows be added but not changed or removed: a seat-belt, not evidence.

Whoever owns the database can drop a trigger; what shows a change afterwards is the transparency log.
"""

from __future__ import annotations

from collections.abc import Sequence

from vetting.records.failures import ALREADY_RECORDED, ONLY_ADDED_TO

_REFUSE = f"BEGIN SELECT RAISE(ABORT, '{ONLY_ADDED_TO}'); END"
_REFUSE_ANOTHER = f"BEGIN SELECT RAISE(ABORT, '{ALREADY_RECORDED}'); END"


def protect(dialect: str, table: str, key: Sequence[str]) -> list[str]:
    """The statements that protect a table whose rows are told apart by the columns of `key`."""
    if dialect == "sqlite":
        # INSERT OR REPLACE removes the old row without a DELETE trigger, hence the guard on INSERT.
        same = " AND ".join(f"{column} = NEW.{column}" for column in key)
        guard = f"EXISTS (SELECT 1 FROM {table} WHERE {same} OR sequence = NEW.sequence)"  # noqa: S608 - own names
        return [
            f"CREATE TRIGGER {table}_unchanged BEFORE UPDATE ON {table} {_REFUSE}",
            f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} {_REFUSE}",
            f"CREATE TRIGGER {table}_unreplaced BEFORE INSERT ON {table} WHEN {guard} {_REFUSE_ANOTHER}",
        ]
    refuse = "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    return [f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} {refuse}"]


def protect_outbox(dialect: str) -> list[str]:
    """An event is never removed, and nothing of it changes but that it is settled."""
    fixed = "sequence, id, type, at, actor, position, case_number, body"
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER outbox_unchanged BEFORE UPDATE OF {fixed} ON outbox {_REFUSE}",
            f"CREATE TRIGGER outbox_settled BEFORE UPDATE ON outbox WHEN OLD.settled > NEW.settled {_REFUSE}",
            protect(dialect, "outbox", ["id"])[1],
            protect(dialect, "outbox", ["id"])[2],
        ]
    refuse, unsettling = "EXECUTE FUNCTION refuse_change()", "OLD.settled AND NOT NEW.settled"
    return [
        f"CREATE TRIGGER outbox_unchanged BEFORE UPDATE OF {fixed} ON outbox FOR EACH STATEMENT {refuse}",
        f"CREATE TRIGGER outbox_settled BEFORE UPDATE ON outbox FOR EACH ROW WHEN ({unsettling}) {refuse}",
        f"CREATE TRIGGER outbox_kept BEFORE DELETE OR TRUNCATE ON outbox FOR EACH STATEMENT {refuse}",
    ]


def refusal(dialect: str) -> list[str]:
    """What the triggers of this database call; made once, before them."""
    if dialect == "sqlite":
        return []
    body = f"$$ BEGIN RAISE EXCEPTION '{ONLY_ADDED_TO}'; END $$"
    return [f"CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS {body}"]

"""Promise: who alters the log is noticed by anybody who verifies it."""

import sqlite3
from pathlib import Path

import pytest

from tests.demonstration import Demo

LOG = "transparency_log/transparency_log.db"

TAMPERINGS = {
    "a blocked search rewritten as a clean one": "UPDATE entry SET body = "
    "CAST(replace(CAST(body AS TEXT), 'blocked', 'cleaned') AS BLOB) WHERE instr(body, CAST('blocked' AS BLOB))",
    "an entry removed": "DELETE FROM entry WHERE sequence = 20",
    "the last entry removed": "DELETE FROM entry WHERE sequence = (SELECT max(sequence) FROM entry)",
    "two entries swapped": "UPDATE entry SET sequence = -sequence WHERE sequence IN (21, 22); "
    "UPDATE entry SET sequence = 43 + sequence WHERE sequence < 0",
    "a checkpoint removed": "DELETE FROM checkpoint WHERE size = (SELECT max(size) FROM checkpoint)",
}


def _altered(demo: Demo, folder: Path, statements: str) -> Demo:
    copy = demo.copy(folder)
    connection = sqlite3.connect(copy.home / LOG)
    triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        connection.execute(f'DROP TRIGGER "{name}"')  # whoever holds the file can do this: a seat-belt, no proof
    connection.executescript(statements)
    connection.commit()
    connection.close()
    return copy


def test_an_untouched_log_verifies(demo: Demo) -> None:
    answer = demo.vetting("verify")
    assert answer.returncode == 0
    assert "Log verified" in answer.stdout
    assert "UNWITNESSED" in answer.stdout


@pytest.mark.parametrize("statements", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_an_altered_log_does_not_verify(demo: Demo, tmp_path: Path, statements: str) -> None:
    answer = _altered(demo, tmp_path, statements).vetting("verify")
    assert answer.returncode == 9, answer.stdout
    assert "does NOT verify" in answer.stdout


def test_the_triggers_refuse_a_change_made_by_mistake(demo: Demo, tmp_path: Path) -> None:
    connection = sqlite3.connect(demo.copy(tmp_path).home / LOG)
    with pytest.raises(sqlite3.DatabaseError):
        connection.execute("DELETE FROM entry WHERE sequence = 3")
    connection.close()

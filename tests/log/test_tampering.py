"""Whoever owns the database can change it; here is shown that the walk over the log finds every change.

Every change is made behind the log's back, with the triggers lifted.
"""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from vetting.log.canonical import canonical
from vetting.log.checkpoint import Checkpoint, sign_checkpoint
from vetting.log.merkle import Frontier, leaf_hash
from vetting.log.reader import LogReader
from vetting.log.store import LogStore
from vetting.log.verify import verify
from vetting.log.writer import LogWriter

if TYPE_CHECKING:
    from pathlib import Path

    from tests.log.conftest import MakeEvent, OpenLog

BATCHES = (1, 1, 3, 1, 7, 2, 16, 1, 1, 5)
SIZE = sum(BATCHES)
TABLES = ("entry", "checkpoint", "frontier")
COLUMNS = (
    ("entry", "sequence", "body"),
    ("entry", "sequence", "leaf"),
    ("entry", "sequence", "idem"),
    ("checkpoint", "size", "note"),
    ("frontier", "id", "hashes"),
)


@pytest.fixture
def filled(log: OpenLog, make_event: MakeEvent) -> OpenLog:
    """Give a log of ten commits whose triggers no longer hold anyone back."""
    numbers = iter(range(SIZE))
    for batch in BATCHES:
        log.writer.append_all(make_event(next(numbers)) for _ in range(batch))
    with log.store.write() as connection:
        lift_triggers(connection)
    assert log.verify().size == SIZE
    return log


def lift_triggers(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        return
    for table in TABLES:
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


def put(log: OpenLog, statement: str, **values: object) -> None:
    with log.store.write() as connection:
        assert connection.execute(text(statement), values).rowcount > 0


def test_every_flipped_bit_is_found_and_an_honest_log_raises_no_alarm(filled: OpenLog) -> None:
    dice = random.Random(2026)  # noqa: S311
    flips = 300 if filled.url.startswith("sqlite") else 60
    for _ in range(flips):
        table, place, column = dice.choice(COLUMNS)
        with filled.store.read() as connection:
            rows = connection.execute(text(f"SELECT {place}, {column} FROM {table}")).all()  # noqa: S608
        at, right = dice.choice([(row[0], row[1]) for row in rows if len(row[1])])
        wrong = flipped(right, dice)
        if wrong in [row[1] for row in rows]:
            continue  # an id flipped into another existing id: the database itself refuses that
        update = f"UPDATE {table} SET {column} = :value WHERE {place} = :place"  # noqa: S608
        put(filled, update, value=wrong, place=at)
        verdict = filled.verify()
        assert not verdict.ok, (table, column, at, wrong)
        if table == "entry":
            assert verdict.first_bad == at
        put(filled, update, value=right, place=at)
        assert filled.verify().ok


def flipped(value: bytes | str, dice: random.Random) -> bytes | str:
    """Turn one bit around; text stays text that a database accepts."""
    raw = bytearray(value if isinstance(value, bytes) else value.encode())
    bit = dice.randrange(len(raw) * 8)
    raw[bit // 8] ^= 1 << bit % 8
    return bytes(raw) if isinstance(value, bytes) else raw.decode("utf-8", "replace").replace("\x00", "?")


@pytest.mark.parametrize("sequence", [0, 1, 17, SIZE - 1])
def test_a_removed_entry_is_named(filled: OpenLog, sequence: int) -> None:
    put(filled, "DELETE FROM entry WHERE sequence = :sequence", sequence=sequence)
    verdict = filled.verify()
    assert (verdict.ok, verdict.first_bad) == (False, sequence)
    assert str(verdict).startswith(f"BAD at entry {sequence}:")


def test_a_removed_entry_whose_gap_was_closed_is_named(filled: OpenLog) -> None:
    put(filled, "DELETE FROM entry WHERE sequence = 20")
    for sequence in range(21, SIZE):
        put(filled, "UPDATE entry SET sequence = :new WHERE sequence = :old", new=sequence - 1, old=sequence)
    assert filled.verify().first_bad == 20


def test_two_swapped_entries_are_named(filled: OpenLog) -> None:
    for old, new in ((4, -1), (9, 4), (-1, 9)):
        put(filled, "UPDATE entry SET sequence = :new WHERE sequence = :old", old=old, new=new)
    assert filled.verify().first_bad == 4


def rehashed(log: OpenLog, sequence: int, body: bytes) -> None:
    put(
        log,
        "UPDATE entry SET body = :body, leaf = :leaf WHERE sequence = :sequence",
        body=body,
        leaf=leaf_hash(body),
        sequence=sequence,
    )


def test_an_entry_rewritten_together_with_its_hash_is_found_by_the_next_checkpoint(
    filled: OpenLog, make_event: MakeEvent
) -> None:
    entry = list(filled.reader.entries())[8]
    forged = make_event(8, actor="person-99")
    rehashed(filled, 8, canonical(forged, sequence=8, logged=entry.logged))
    verdict = filled.verify()
    assert not verdict.ok
    assert verdict.first_bad == 6  # the commit of entries 6 to 12 is signed as one
    assert "signed at 13 entries" in str(verdict)


def test_an_entry_in_other_spelling_is_found_though_its_hash_fits(filled: OpenLog) -> None:
    with filled.reader.snapshot() as snapshot:
        body = next(snapshot.rows(8)).body
    rehashed(filled, 8, body.replace(b'"body":', b'"body": '))
    verdict = filled.verify()
    assert verdict.first_bad == 8
    assert "canonical" in str(verdict)


def test_an_inserted_entry_is_found(filled: OpenLog, make_event: MakeEvent) -> None:
    logged = next(filled.reader.entries()).logged
    body = canonical(make_event(SIZE), sequence=SIZE, logged=logged)
    insert = "INSERT INTO entry VALUES (:sequence, :idem, :body, :leaf)"
    put(filled, insert, sequence=SIZE, idem=f"event-{SIZE}", body=body, leaf=leaf_hash(body))
    verdict = filled.verify()
    assert verdict.first_bad == SIZE
    assert "no signed checkpoint covers" in str(verdict)


@pytest.mark.parametrize("left", [0, 1, 12, SIZE - 1])
def test_a_log_cut_short_is_found_while_its_checkpoints_remain(filled: OpenLog, left: int) -> None:
    put(filled, "DELETE FROM entry WHERE sequence >= :left", left=left)
    verdict = filled.verify()
    assert (verdict.ok, verdict.first_bad) == (False, left)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM checkpoint",
        "DELETE FROM checkpoint WHERE size = 38",
        "DELETE FROM frontier",
        "UPDATE frontier SET size = size + 1",
        "UPDATE checkpoint SET size = 39 WHERE size = 38",
        "UPDATE checkpoint SET size = 37 WHERE size = 38",
        "UPDATE checkpoint SET note = (SELECT note FROM checkpoint WHERE size = 33) WHERE size = 38",
    ],
)
def test_lost_or_exchanged_checkpoints_are_found(filled: OpenLog, statement: str) -> None:
    put(filled, statement)
    verdict = filled.verify()
    assert not verdict.ok
    assert verdict.first_bad is not None


def test_a_checkpoint_of_another_key_is_found(filled: OpenLog) -> None:
    stranger = type(filled.key).generate(filled.key.origin)
    state = filled.reader.checkpoint(filled.key.verifier)
    note = sign_checkpoint(state, stranger.signer)
    put(filled, "UPDATE checkpoint SET note = :note WHERE size = 38", note=note.encode())
    assert not filled.verify().ok
    assert not verify(filled.reader, stranger.verifier).ok


# ------------------------------------------------- what only someone outside can see, and what they need for it


def cut_back(log: OpenLog, size: int) -> None:
    """Put everything back to an earlier signed state, as an owner with a backup can."""
    with log.reader.snapshot() as snapshot:
        leaves = [row.leaf for row in snapshot.rows()][:size]
    put(log, "DELETE FROM entry WHERE sequence >= :size", size=size)
    put(log, "DELETE FROM checkpoint WHERE size > :size", size=size)
    put(log, "UPDATE frontier SET size = :size, hashes = :hashes", size=size, hashes=bytes(Frontier.of(leaves)))


def test_a_log_put_back_to_an_earlier_state_is_found_by_whoever_kept_the_later_root(filled: OpenLog) -> None:
    seen = filled.reader.checkpoint(filled.key.verifier)
    cut_back(filled, 13)
    assert filled.verify().ok  # nothing inside the log can show this; a witness or a printed root can
    verdict = filled.verify(known={seen.size: seen.root_hex[:16]})
    assert not verdict.ok
    assert f"seen with {SIZE} entries" in str(verdict)


def test_a_second_history_signed_by_the_same_key_is_found_by_whoever_kept_a_root(
    filled: OpenLog, make_event: MakeEvent
) -> None:
    seen = filled.reader.checkpoint(filled.key.verifier)
    cut_back(filled, 13)
    LogWriter(filled.store, filled.key).append_all(make_event(number) for number in range(100, 140))
    assert filled.verify().ok
    verdict = filled.verify(known={seen.size: seen.root_hex[:16].upper(), 13: "0" * 16})
    assert not verdict.ok
    assert verdict.first_bad == 6
    assert not filled.verify(known={seen.size: seen.root_hex}).ok


def test_roots_seen_earlier_are_confirmed_in_an_honest_log(filled: OpenLog) -> None:
    with filled.reader.snapshot() as snapshot:
        leaves = [row.leaf for row in snapshot.rows()]
    known = {size: Frontier.of(leaves[:size]).root().hex()[:16] for size in range(SIZE + 1)}
    assert filled.verify(known=known).ok
    with pytest.raises(ValueError, match="16 digits"):
        filled.verify(known={1: "abcd"})


def test_a_checkpoint_that_claims_a_state_that_never_was_is_found(filled: OpenLog) -> None:
    false = Checkpoint(origin=filled.key.origin, size=SIZE, root=bytes(32))
    note = sign_checkpoint(false, filled.key.signer)
    put(filled, "UPDATE checkpoint SET note = :note WHERE size = :size", note=note.encode(), size=SIZE)
    assert filled.verify().first_bad == SIZE - BATCHES[-1]


# ------------------------------------------------------------------------------------------- no false alarms


@given(st.lists(st.integers(1, 9), max_size=8))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_honest_history_raises_an_alarm(
    sqlite_log: OpenLog, make_event: MakeEvent, tmp_path: Path, batches: list[int]
) -> None:
    sqlite_log.store.close()
    template = tmp_path / "log.sqlite"
    copy = tmp_path / "honest.sqlite"
    for leftover in tmp_path.glob("honest.sqlite*"):
        leftover.unlink()
    shutil.copy(template, copy)
    store = LogStore(f"sqlite:///{copy}")
    writer = LogWriter(store, sqlite_log.key)
    numbers = iter(range(100))
    for batch in batches:
        writer.append_all(make_event(next(numbers)) for _ in range(batch))
    verdict = verify(LogReader(store), sqlite_log.key.verifier)
    store.close()
    assert (verdict.ok, verdict.size, verdict.first_bad) == (True, sum(batches), None)

"""The same promises of the stored log, kept on SQLite and on PostgreSQL."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy import event as listen

from vetting.log.errors import (
    DifferentEventError,
    EventError,
    KeyFileError,
    LogDamagedError,
    LogFullError,
    LogLockedError,
    LogMissingError,
    LogReadOnlyError,
    LogUnavailableError,
    ProofError,
)
from vetting.log.event import EventType, parse
from vetting.log.keys import LogKey
from vetting.log.merkle import leaf_hash, verify_consistency
from vetting.log.migrations import check, migrate
from vetting.log.reader import LogReader
from vetting.log.store import LogStore
from vetting.log.verify import verify
from vetting.log.writer import LogWriter

if TYPE_CHECKING:
    from pathlib import Path

    from tests.log.conftest import MakeEvent, OpenLog


def signed_sizes(log: OpenLog) -> list[int]:
    with log.reader.snapshot() as snapshot:
        return [size for size, _ in snapshot.checkpoints()]


def ids(log: OpenLog) -> list[str]:
    return [entry.event.id for entry in log.reader.entries()]


# ------------------------------------------------------------------------------------------------- appending


def test_what_was_appended_is_in_the_log_in_order_and_verifies(log: OpenLog, make_event: MakeEvent) -> None:
    receipts = [log.writer.append(make_event(number)) for number in range(20)]
    assert [receipt.sequence for receipt in receipts] == list(range(20))
    assert [entry.event for entry in log.reader.entries()] == [make_event(number) for number in range(20)]
    with log.reader.snapshot() as snapshot:
        stored = list(snapshot.rows())
    assert [row.leaf for row in stored] == [receipt.leaf for receipt in receipts]
    assert all(leaf_hash(row.body) == row.leaf for row in stored)
    verdict = log.verify()
    assert (verdict.ok, verdict.size, verdict.witnessed) == (True, 20, False)
    assert verdict.root_hex == log.reader.checkpoint(log.key.verifier).root_hex


def test_many_events_of_one_commit_stand_under_one_checkpoint(log: OpenLog, make_event: MakeEvent) -> None:
    receipts = log.writer.append_all(make_event(number) for number in range(1_200))
    assert [receipt.sequence for receipt in receipts] == list(range(1_200))
    assert signed_sizes(log) == [0, 1_200]
    assert log.writer.append_all([]) == []
    assert log.verify().ok


def test_every_entry_carries_the_time_of_the_logs_own_clock(log: OpenLog, make_event: MakeEvent) -> None:
    log.writer.append(make_event(1))
    (entry,) = log.reader.entries()
    assert entry.logged.isoformat() == "2026-03-02T09:00:00+00:00"


def test_the_largest_permitted_entry_is_kept_whole(log: OpenLog, make_event: MakeEvent) -> None:
    protocol = make_event(1, type=EventType.PROTOCOL_FROZEN, body={"document": {"purpose": "Ü" * 32_000}})
    log.writer.append(protocol)
    assert next(iter(log.reader.entries())).event == protocol
    assert log.verify().ok


def test_a_log_that_was_only_set_up_verifies_as_empty(log: OpenLog) -> None:
    assert log.verify().size == 0
    assert log.verify().ok
    assert "UNWITNESSED" in str(log.verify())


# ------------------------------------------------------------------------------------------------- repeating


def test_a_repeated_event_gets_its_first_receipt_and_doubles_nothing(log: OpenLog, make_event: MakeEvent) -> None:
    first = log.writer.append_all([make_event(1), make_event(2)])
    again = log.writer.append_all([make_event(2), make_event(3), make_event(1), make_event(3)])
    assert [receipt.already for receipt in first] == [False, False]
    assert [receipt.already for receipt in again] == [True, False, True, True]
    assert [receipt.sequence for receipt in again] == [1, 2, 0, 2]
    assert again[0].leaf == first[1].leaf
    assert ids(log) == ["event-1", "event-2", "event-3"]
    before = signed_sizes(log)
    log.writer.append(make_event(1))
    assert signed_sizes(log) == before == [0, 2, 3]


@pytest.mark.parametrize("change", [{"body": {"step": True}}, {"actor": "person-08"}, {"case": None}])
def test_a_known_id_with_other_content_is_refused_and_takes_its_whole_commit_along(
    log: OpenLog, make_event: MakeEvent, change: dict[str, object]
) -> None:
    log.writer.append(make_event(1, body={"step": 1}))
    with pytest.raises(DifferentEventError):
        log.writer.append_all([make_event(2), make_event(1, **({"body": {"step": 1}} | change))])
    assert ids(log) == ["event-1"]
    with pytest.raises(DifferentEventError):
        log.writer.append_all([make_event(3), make_event(3, actor="person-08")])
    assert ids(log) == ["event-1"]
    assert log.verify().size == 1


def test_an_event_that_is_too_long_takes_its_whole_commit_along(log: OpenLog, make_event: MakeEvent) -> None:
    long = make_event(2, type=EventType.PROTOCOL_FROZEN, body={"document": "x" * 70_000})
    with pytest.raises(EventError):
        log.writer.append_all([make_event(1), long])
    assert ids(log) == []
    assert log.verify().ok


# --------------------------------------------------------------------------------------- one writer at a time


def test_two_writers_at_once_leave_one_unbroken_order_and_no_double(log: OpenLog, make_event: MakeEvent) -> None:
    def write(name: str) -> None:
        store = LogStore(log.url, busy_timeout=60)
        writer = LogWriter(store, log.key)
        for number in range(60):
            receipts = writer.append_all([make_event(number), make_event(number, id=f"{name}-{number}")])
            outcome[name].append(receipts[0].already)
        store.close()

    outcome: dict[str, list[bool]] = {"north": [], "south": []}
    threads = [threading.Thread(target=write, args=(name,)) for name in outcome]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [north + south for north, south in zip(*outcome.values(), strict=True)] == [1] * 60
    assert len(ids(log)) == len(set(ids(log))) == 180
    verdict = log.verify()
    assert (verdict.ok, verdict.size) == (True, 180)


def test_a_writer_that_waits_too_long_says_locked_and_has_written_nothing(log: OpenLog, make_event: MakeEvent) -> None:
    hasty = LogStore(log.url, busy_timeout=0.05)
    writer = LogWriter(hasty, log.key)
    with log.store.write(), pytest.raises(LogLockedError) as refused:
        writer.append(make_event(1))
    assert "Try again" in refused.value.remedy
    assert ids(log) == []
    assert writer.append(make_event(1)).sequence == 0
    hasty.close()


def test_a_reader_sees_one_state_while_a_writer_goes_on(log: OpenLog, make_event: MakeEvent) -> None:
    log.writer.append_all([make_event(1), make_event(2)])
    with log.reader.snapshot() as snapshot:
        rows = snapshot.rows()
        assert next(rows).sequence == 0
        log.writer.append(make_event(3))
        assert [row.sequence for row in rows] == [1]
        assert snapshot.frontier()[0] == 2
    assert ids(log) == ["event-1", "event-2", "event-3"]


# ---------------------------------------------------------------------------------------------------- proofs


def test_one_entry_is_shown_to_be_in_the_log_without_the_others(log: OpenLog, make_event: MakeEvent) -> None:
    log.writer.append_all(make_event(number) for number in range(13))
    for sequence in range(13):
        proof = log.reader.inclusion(sequence)
        assert proof.verify(log.key.verifier) == log.reader.checkpoint(log.key.verifier)
        assert len(proof.path) <= 4
    with pytest.raises(ProofError):
        log.reader.inclusion(13)


def test_a_later_state_is_shown_to_extend_an_earlier_one(log: OpenLog, make_event: MakeEvent) -> None:
    log.writer.append_all(make_event(number) for number in range(5))
    old = log.reader.checkpoint(log.key.verifier)
    log.writer.append_all(make_event(number) for number in range(5, 21))
    new = log.reader.checkpoint(log.key.verifier)
    verify_consistency(old.size, new.size, old.root, new.root, log.reader.consistency(old.size))
    with pytest.raises(ProofError):
        verify_consistency(old.size, new.size, new.root, new.root, log.reader.consistency(old.size))


# ---------------------------------------------------------------------------------------- tables and triggers


def test_setting_up_twice_changes_nothing_and_the_tables_are_those_described(log_url: str) -> None:
    migrate(log_url)
    migrate(log_url)
    check(log_url)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET body = leaf WHERE sequence = 1",
        "UPDATE entry SET idem = 'other' WHERE sequence = 1",
        "DELETE FROM entry WHERE sequence = 2",
        "DELETE FROM entry",
        "INSERT INTO entry SELECT 7, 'new', body, leaf FROM entry WHERE sequence = 1",
        "INSERT INTO entry SELECT 3, 'event-1', body, leaf FROM entry WHERE sequence = 1",
        "UPDATE checkpoint SET note = note",
        "DELETE FROM checkpoint WHERE size = 3",
        "INSERT INTO checkpoint SELECT 2, note FROM checkpoint WHERE size = 3",
        "UPDATE frontier SET hashes = hashes",
        "UPDATE frontier SET size = 2",
        "DELETE FROM frontier",
        "INSERT INTO frontier SELECT 2, size, hashes FROM frontier",
    ],
)
def test_the_tables_only_grow(log: OpenLog, make_event: MakeEvent, statement: str) -> None:
    log.writer.append_all(make_event(number) for number in range(3))
    with pytest.raises(LogDamagedError), log.store.write() as connection:
        connection.execute(text(statement))
    assert log.verify().ok


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO entry SELECT 1, 'event-1', leaf, leaf FROM entry WHERE sequence = 1",
        "INSERT OR REPLACE INTO entry SELECT 3, 'event-1', body, leaf FROM entry WHERE sequence = 1",
        "REPLACE INTO checkpoint SELECT 3, x'00'",
        "REPLACE INTO frontier SELECT 1, 99, hashes FROM frontier",
        "INSERT INTO entry VALUES (1, 'event-1', x'00', x'00') ON CONFLICT (sequence) DO UPDATE SET body = x'00'",
    ],
)
def test_replacing_is_no_way_around_the_triggers(sqlite_log: OpenLog, make_event: MakeEvent, statement: str) -> None:
    sqlite_log.writer.append_all(make_event(number) for number in range(3))
    with pytest.raises(LogDamagedError), sqlite_log.store.write() as connection:
        connection.execute(text(statement))
    assert sqlite_log.verify().ok


def test_truncating_is_no_way_around_the_triggers(fresh_postgres: str, key: LogKey) -> None:
    migrate(fresh_postgres)
    store = LogStore(fresh_postgres)
    LogWriter(store, key)
    for table in ("entry", "checkpoint", "frontier"):
        with pytest.raises(LogDamagedError), store.write() as connection:
            connection.execute(text(f"TRUNCATE {table}"))
    assert verify(LogReader(store), key.verifier).ok
    store.close()


# ----------------------------------------------------------------------------------------------- wrong states


def test_another_key_cannot_write_to_the_log(log: OpenLog, make_event: MakeEvent) -> None:
    log.writer.append(make_event(1))
    for origin in (log.key.origin, "vetting.example/other"):
        with pytest.raises(KeyFileError):
            LogWriter(log.store, LogKey.generate(origin))
    assert log.verify().ok


def test_a_writer_does_not_sign_over_a_contradiction(log: OpenLog, make_event: MakeEvent) -> None:
    log.writer.append_all(make_event(number) for number in range(3))
    with log.store.write() as connection:  # the frontier may grow, so the trigger lets this through
        connection.execute(text("UPDATE frontier SET size = 5, hashes = hashes"))
    with pytest.raises(LogDamagedError):
        log.writer.append(make_event(9))
    with pytest.raises(LogDamagedError):
        LogWriter(log.store, log.key)
    assert len(ids(log)) == 3
    assert not log.verify().ok


def test_a_log_that_does_not_exist_is_not_made_by_looking_for_it(tmp_path: Path, key: LogKey) -> None:
    absent = LogStore(f"sqlite:///{tmp_path / 'absent.sqlite'}")
    with pytest.raises(LogMissingError):
        LogWriter(absent, key)
    with pytest.raises(LogMissingError):
        verify(LogReader(absent), key.verifier)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(LogMissingError):
        migrate(f"sqlite:///{tmp_path / 'absent' / 'log.sqlite'}")
    for address in ("sqlite://", "sqlite:///:memory:", "mysql://root:secret-word@host/log", "secret-word", ""):
        with pytest.raises(LogMissingError) as refused:
            LogStore(address)
        assert "secret-word" not in str(refused.value)


def test_a_database_without_the_tables_is_no_log(log_url: str, key: LogKey) -> None:
    if log_url.startswith("sqlite"):
        sqlite3.connect(log_url.removeprefix("sqlite:///")).close()
        with sqlite3.connect(log_url.removeprefix("sqlite:///")) as empty:
            empty.execute("CREATE TABLE other (a)")
        empty.close()
    store = LogStore(log_url)
    with pytest.raises(LogMissingError):
        LogWriter(store, key)
    with pytest.raises(LogMissingError):
        LogReader(store).checkpoint(key.verifier)
    store.close()


def test_a_file_that_is_no_database_is_a_plain_sentence(tmp_path: Path, key: LogKey) -> None:
    (tmp_path / "log.sqlite").write_bytes(b"not a database, but long enough to be looked at" * 100)
    store = LogStore(f"sqlite:///{tmp_path / 'log.sqlite'}")
    with pytest.raises(LogDamagedError):
        LogWriter(store, key)
    store.close()


def test_an_account_that_may_only_read_can_verify_but_not_write(log: OpenLog, make_event: MakeEvent) -> None:
    log.writer.append(make_event(1))
    store = LogStore(log.url)
    on_sqlite = log.url.startswith("sqlite")

    @listen.listens_for(store._engine, "connect")
    def forbid(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA query_only=ON" if on_sqlite else "SET default_transaction_read_only = on")
        if not on_sqlite:
            connection.commit()

    with pytest.raises(LogReadOnlyError):
        LogWriter(store, log.key).append(make_event(2))
    assert verify(LogReader(store), log.key.verifier).ok
    assert ids(log) == ["event-1"]
    store.close()


def test_a_full_disk_writes_nothing_and_needs_no_repair(sqlite_log: OpenLog, make_event: MakeEvent) -> None:
    log = sqlite_log
    log.writer.append(make_event(0))
    with log.store.read() as connection:
        used = int(connection.scalar(text("PRAGMA page_count")) or 0)
    store = LogStore(log.url)

    @listen.listens_for(store._engine, "connect")
    def fill(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={used + 3}").close()

    writer, appended = LogWriter(store, log.key), 1

    def write_until_full() -> None:
        nonlocal appended
        while appended < 10_000:
            writer.append(make_event(appended))
            appended += 1

    with pytest.raises(LogFullError) as refused:
        write_until_full()
    assert "room" in refused.value.remedy
    verdict = log.verify()
    assert (verdict.ok, verdict.size) == (True, appended)
    assert log.writer.append(make_event(appended)).sequence == appended
    assert log.verify().ok
    store.close()


def test_a_database_that_is_down_is_a_plain_sentence(key: LogKey) -> None:
    store = LogStore("postgresql+psycopg://nobody:secret-word@127.0.0.1:1/none?connect_timeout=2")
    with pytest.raises(LogUnavailableError) as refused:
        LogWriter(store, key)
    assert "secret-word" not in f"{refused.value} {refused.value.remedy}"
    assert refused.value.__suppress_context__


def test_no_error_of_the_database_repeats_what_was_being_written(log: OpenLog, make_event: MakeEvent) -> None:
    log.writer.append(make_event(1))
    marker = "canary-7f3a"
    with pytest.raises(LogDamagedError) as refused, log.store.write() as connection:
        connection.execute(
            text("INSERT INTO entry VALUES (:sequence, :idem, :body, :body)"),
            {"sequence": 0, "idem": marker, "body": marker.encode()},
        )
    error: BaseException | None = refused.value
    assert marker not in f"{error!r} {error}"
    assert log.store._engine.hide_parameters


def test_what_is_stored_can_be_read_by_any_other_program(log: OpenLog, make_event: MakeEvent) -> None:
    log.writer.append(make_event(1))
    engine = create_engine(log.url)
    with engine.connect() as connection:
        (body,) = connection.execute(text("SELECT body FROM entry")).one()
    engine.dispose()
    assert parse(bytes(body)).event == make_event(1)

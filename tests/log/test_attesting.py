"""What others attest of a checkpoint is kept beside it, only grows, and is handed out with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from vetting.log.checkpoint import Checkpoint, open_checkpoint
from vetting.log.errors import LogDamagedError, NoteError
from vetting.log.migrations import migrate
from vetting.log.note import Note, Signer

if TYPE_CHECKING:
    from tests.log.conftest import MakeEvent, OpenLog


def line_of(log: OpenLog, size: int, signer: Signer) -> str:
    signed = log.reader.signed_at(size, log.key.verifier)
    assert signed is not None
    return str(signer.sign(signed.text))


def test_cosignatures_are_handed_out_with_their_checkpoint(log: OpenLog, make_event: MakeEvent) -> None:
    log.writer.append_all(make_event(number) for number in range(3))
    city, state = Signer.generate("city.example"), Signer.generate("state.example")
    lines = [line_of(log, 3, signer) for signer in (city, state)]
    assert log.reader.latest_cosigned("city.example") is None
    assert log.writer.add_cosignatures(3, lines) == 2
    assert log.writer.add_cosignatures(3, [*lines, lines[0]]) == 0
    log.writer.append(make_event(3))
    note = log.reader.cosigned(3)
    assert note is not None
    assert [s.name for s in Note.parse(note).signatures] == [log.key.origin, "city.example", "state.example"]
    assert open_checkpoint(note, log.key.verifier) == log.reader.signed_at(3, log.key.verifier)
    assert log.reader.latest_cosigned("city.example") == 3
    assert log.reader.cosigned(2) is None
    plain = log.reader.cosigned(4)
    assert plain is not None
    assert len(Note.parse(plain).signatures) == 1
    with log.reader.snapshot() as snapshot:
        assert [size for size, _ in snapshot.cosignatures()] == [3, 3]


def test_the_keys_of_one_name_are_told_apart(log: OpenLog) -> None:
    old, new = Signer.generate("city.example"), Signer.generate("city.example")
    assert log.writer.add_cosignatures(0, [line_of(log, 0, old), line_of(log, 0, new)]) == 2


def test_a_time_stamp_is_kept_once(log: OpenLog) -> None:
    assert log.writer.add_time_stamp(0, b"token") is True
    assert log.writer.add_time_stamp(0, b"other") is False
    with log.reader.snapshot() as snapshot:
        assert list(snapshot.time_stamps()) == [(0, b"token")]


def test_nothing_is_attested_of_a_state_that_was_never_signed(log: OpenLog) -> None:
    never = Checkpoint(origin=log.key.origin, size=7, root=bytes(32))
    line = str(Signer.generate("city.example").sign(never.text))
    with pytest.raises(NoteError, match="7 entries"):
        log.writer.add_cosignatures(7, [line])
    with pytest.raises(NoteError, match="7 entries"):
        log.writer.add_time_stamp(7, b"token")
    with pytest.raises(NoteError):
        log.writer.add_cosignatures(0, ["not a signature line"])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cosignature SET line = line",
        "DELETE FROM cosignature",
        "INSERT INTO cosignature SELECT size, name, key_id, line FROM cosignature",
        "INSERT INTO cosignature SELECT 9, name, key_id, line FROM cosignature",
        "UPDATE time_stamp SET token = token",
        "DELETE FROM time_stamp",
        "INSERT INTO time_stamp SELECT size, token FROM time_stamp",
        "INSERT INTO time_stamp SELECT 9, token FROM time_stamp",
    ],
)
def test_what_others_attested_only_grows(log: OpenLog, statement: str) -> None:
    log.writer.add_cosignatures(0, [line_of(log, 0, Signer.generate("city.example"))])
    log.writer.add_time_stamp(0, b"token")
    with pytest.raises(LogDamagedError), log.store.write() as connection:
        connection.execute(text(statement))


def test_a_log_made_before_there_were_witnesses_is_read_as_it_is_and_grows_by_setting_it_up_again(
    log: OpenLog, make_event: MakeEvent
) -> None:
    log.writer.append_all(make_event(number, id=f"search.executed:{number}") for number in range(3))
    with log.store.write() as connection:
        for thing in ("TABLE cosignature", "TABLE time_stamp", "INDEX entry_kind"):
            connection.execute(text(f"DROP {thing}"))
        connection.execute(text("UPDATE log_version SET version_num = '0001'"))
        if connection.dialect.name == "postgresql":
            for table in ("cosignature", "time_stamp"):
                connection.execute(text(f"DROP FUNCTION {table}_only_grows"))
    assert log.verify().ok
    assert log.reader.latest_cosigned("city.example") is None
    assert log.reader.cosigned(3) == log.reader.cosigned(3) is not None
    assert log.reader.latest_of({"search.executed"}) == "search.executed:2"
    migrate(log.url)
    assert log.writer.add_time_stamp(3, b"token")
    assert log.verify().ok


def test_the_latest_of_a_rare_type_is_found_without_reading_the_log(log: OpenLog, make_event: MakeEvent) -> None:
    ids = ["person.added:a", "person.cleared:b", *(f"search.executed:{n}" for n in range(300)), "odd"]
    log.writer.append_all(make_event(number, id=id_) for number, id_ in enumerate(ids))
    assert log.reader.latest_of({"person.added", "person.cleared"}) == "person.cleared:b"
    assert log.reader.latest_of({"person.added"}) == "person.added:a"
    assert log.reader.latest_of({"search.executed"}) == "search.executed:299"
    assert log.reader.latest_of({"person"}) is None
    assert log.reader.latest_of(()) is None
    with log.store.read() as connection:
        if connection.dialect.name == "sqlite":
            expression = "substr(idem, 1, instr(idem, ':') - 1)"
        else:
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            expression = "split_part(idem, ':', 1)"
        plan = f"SELECT idem FROM entry WHERE {expression} = 'person.added' ORDER BY sequence DESC LIMIT 1"  # noqa: S608
        explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        told = " ".join(str(row) for row in connection.execute(text(f"{explain} {plan}".replace(":'", r"\:'"))))
    assert "entry_kind" in told

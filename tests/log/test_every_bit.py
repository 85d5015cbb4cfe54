"""A bit flipped anywhere in the database file, a checkpoint or a cosignature is found, or changes nothing that is said.

Which bytes count: those from which any value of the log's tables is read, and those by which its ids are looked up. A
flip that is not found must leave all of these as they were, which is checked for each. What is left is free space,
SQLite's own counters, the wording of the triggers (a seat-belt, never evidence), and Alembic's note of the version.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from vetting.log.cosignature import CosignatureKind, Cosigner
from vetting.log.errors import LogError, NoteError
from vetting.log.note import Note
from vetting.log.policy import Policy
from vetting.log.reader import LogReader
from vetting.log.store import LogStore
from vetting.log.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

    from tests.log.conftest import MakeEvent, OpenLog

FLIPS = int(os.environ.get("VETTING_FLIPS", "200"))
"""Random places in the file; VETTING_FLIPS=2000 is the promise."""
SEED = 2026
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TABLES = ("entry", "frontier", "checkpoint", "cosignature", "time_stamp")
ENTRIES = 60


@pytest.fixture(params=CosignatureKind)
def cosigned(sqlite_log: OpenLog, make_event: MakeEvent, request: pytest.FixtureRequest) -> Iterator[Policy]:
    """Fill a log, have a witness cosign two states of it, and yield the policy that asks for that witness."""
    city = Cosigner.generate("city.example", request.param)
    for start in range(0, ENTRIES, 10):
        sqlite_log.writer.append_all(
            make_event(number, id=f"search.executed:{number}") for number in range(start, start + 10)
        )
    for size in (30, ENTRIES):
        signed = sqlite_log.reader.signed_at(size, sqlite_log.key.verifier)
        assert signed is not None
        sqlite_log.writer.add_cosignatures(size, [str(city.cosign(signed, NOON))])
    yield Policy.parse(f"log {sqlite_log.key.vkey}\nwitness city {city.key.vkey}\nquorum city\n")
    sqlite_log.store.close()


def said(store: LogStore) -> object:
    """Everything the log says: every value of every table, and what is found by its indexes."""
    reader = LogReader(store)
    with store.read() as connection:
        tables = [connection.execute(text(f"SELECT * FROM {table} ORDER BY 1")).all() for table in TABLES]  # noqa: S608
    found = [reader.holds(f"search.executed:{number}") for number in range(ENTRIES + 1)]
    return tables, found, reader.latest_of({"search.executed"}), reader.latest_cosigned("city.example")


@pytest.mark.timeout(300 + FLIPS)
@pytest.mark.parametrize("cosigned", [CosignatureKind.ED25519], indirect=True)
def test_a_bit_flipped_anywhere_in_the_file_is_found_or_changes_nothing_that_is_said(
    sqlite_log: OpenLog, cosigned: Policy, tmp_path: Path
) -> None:
    right = said(sqlite_log.store)
    sqlite_log.store.close()
    original = (tmp_path / "log.sqlite").read_bytes()
    dice, copy, found = random.Random(SEED), tmp_path / "copy.sqlite", 0  # noqa: S311
    for _ in range(FLIPS):
        wrong, bit = bytearray(original), dice.randrange(len(original) * 8)
        wrong[bit // 8] ^= 1 << bit % 8
        for leftover in tmp_path.glob("copy.sqlite*"):
            leftover.unlink()
        copy.write_bytes(wrong)
        store = LogStore(f"sqlite:///{copy}", read_only=True)
        try:
            verdict = verify(LogReader(store), cosigned)
            sound = verdict.ok and verdict.witnessed_size == ENTRIES
        except LogError:
            sound = False
        if sound:
            assert said(store) == right, f"seed {SEED}, bit {bit}"
        found += not sound
        store.close()
    print(f"seed {SEED}: {FLIPS} flips in {len(original):,} bytes, {found} found, the others change nothing")  # noqa: T201
    assert found > FLIPS // 5


def test_a_bit_flipped_anywhere_in_a_cosigned_checkpoint_is_found(sqlite_log: OpenLog, cosigned: Policy) -> None:
    note = sqlite_log.reader.cosigned(ENTRIES)
    assert note is not None
    raw, dice = note.encode(), random.Random(SEED)  # noqa: S311
    assert believed(cosigned, raw)
    for _ in range(2_000):
        wrong, bit = bytearray(raw), dice.randrange(len(raw) * 8)
        wrong[bit // 8] ^= 1 << bit % 8
        assert not believed(cosigned, bytes(wrong)), f"seed {SEED}, bit {bit}"


def believed(policy: Policy, note: bytes) -> bool:
    try:
        spelled = note.decode("utf-8")
        return policy.seen(policy.open(spelled), Note.parse(spelled).signatures).satisfied
    except (NoteError, UnicodeDecodeError):
        return False

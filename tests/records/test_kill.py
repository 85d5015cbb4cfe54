"""A process killed at any moment leaves whole acts: record and event are both there or neither, and none is lost."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.records import invented
from vetting.records.case_files import CaseFiles
from vetting.records.seal import VaultKey

ROOT = Path(__file__).resolve().parents[2]
KILLS = {"sqlite": 20, "postgresql": 6}


def test_no_kill_separates_a_record_from_its_event_or_loses_one_that_was_done(
    case_files: CaseFiles, store_url: str, vault_key: VaultKey
) -> None:
    with case_files.transaction() as unit:
        unit.add_position(invented.position())
    dice = random.Random(20261122)  # noqa: S311 - repeatable moments
    said: list[str] = []
    for n in range(KILLS[case_files.database.engine.dialect.name]):
        said += _write_until_killed(store_url, vault_key, f"run{n}", dice.uniform(0, 0.08))
        cases, events, results, captures = _whole_acts(case_files)
        assert cases == events == results == captures
        assert set(said) <= set(cases), "what the process said was done is there"
        assert len(cases) - len(said) <= n + 1, "at most the act that was being said is there unsaid"
    assert said
    with case_files.reading() as unit:
        assert all(unit.candidate(name) == invented.CANDIDATE for name in said[:: max(1, len(said) // 20)])


def _write_until_killed(url: str, key: VaultKey, prefix: str, seconds: float) -> list[str]:
    """Kill a writer this long after its first act; return the acts it said were done."""
    command = [sys.executable, "-m", "tests.records.endless_writer", url, key.public.raw().hex(), prefix]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stderr is not None
        first = writer.stdout.readline()
        time.sleep(seconds)
        writer.kill()
        rest, complaint = writer.stdout.read(), writer.stderr.read()
    assert first, complaint
    said = (first + rest).split("\n")
    return said[:-1]  # what follows the last line end was being said


def _whole_acts(store: CaseFiles) -> tuple[list[str], list[str], list[str], list[str]]:
    with store.reading() as unit:
        cases = [case.number for case in unit.cases("patrol-officer-2026")]
        events = [event.id for event in unit.unsettled()]
        results = [number for number in cases if len(unit.results(number)) == 1]
        captures = [number for number in cases if [c.id for c in unit.captures(number)] == [f"K-{number}"]]
    return cases, events, results, captures


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_power_cut_that_tears_the_write_ahead_log_leaves_a_prefix_of_the_acts(
    case_files: CaseFiles, tmp_path: Path, vault_key: VaultKey
) -> None:
    """The WAL cut after each of its frames and within some, as when the last writes had not reached the disk."""
    with case_files.transaction() as unit:
        unit.add_position(invented.position())
    names = [f"act-{n}" for n in range(6)]
    for name in names:
        with case_files.transaction() as unit:
            unit.add_case(invented.case(name), invented.CANDIDATE, invented.SECRET)
            unit.add_capture(name, "name-web.1", invented.capture(f"K-{name}", bytes(9000)))
            unit.add_result(name, invented.result())
            unit.post(invented.event(name))
    base, wal = (tmp_path / "store" / f"store.db{ending}" for ending in ("", "-wal"))
    before, log = base.read_bytes(), wal.read_bytes()
    seen = set()
    for cut in sorted({0, *range(32, len(log) + 1, 4120), *range(2000, len(log), 4120 * 3)}):
        cases = _after_power_cut(tmp_path / f"cut-{cut}", before, log[:cut], vault_key)
        assert cases in [names[:n] for n in range(7)] or cases is None
        seen.add(len(cases) if cases is not None else -1)
    assert {0, 1, 2, 3, 4, 5, 6} <= seen, "every act was cut off once"


def _after_power_cut(folder: Path, base: bytes, wal: bytes, key: VaultKey) -> list[str] | None:
    """Return the whole acts found after the cut; None where even the first migration had not reached the disk."""
    folder.mkdir(mode=0o700)
    for ending, content in (("", base), ("-wal", wal)):
        (folder / f"store.db{ending}").write_bytes(content)
        (folder / f"store.db{ending}").chmod(0o600)
    store = CaseFiles(f"sqlite:///{folder / 'store.db'}", key.public, key)
    try:
        with store.database._connected(writes=False) as connection:
            tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
        if not tables:
            return None
        cases, *others = _whole_acts(store)
        assert others == [cases, cases, cases]
        return cases
    finally:
        store.close()

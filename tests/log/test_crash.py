"""A writer killed at any moment loses nothing that it acknowledged and doubles nothing that it repeats."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.log.conftest import MakeEvent, OpenLog

CHILD = Path(__file__).with_name("writing_child.py")
ROOT = Path(__file__).parents[2]


def killed_again_and_again(log: OpenLog, folder: Path, kills: int) -> dict[str, object]:
    key_file = folder / "log.key"
    log.key.save(key_file, folder / "log.vkey")
    log.store.close()
    run = subprocess.run(
        [sys.executable, str(CHILD), log.url, str(key_file), str(kills), "2026"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=240 + 2 * kills,
    )
    assert run.returncode == 0, run.stderr
    told: dict[str, object] = json.loads(run.stdout)
    return told


KILLS = int(os.environ.get("VETTING_KILLS", "50"))
"""How often a writer is killed on SQLite; on PostgreSQL half as often. VETTING_KILLS=500 is the promise."""


@pytest.mark.timeout(300 + 2 * KILLS)
def test_a_writer_killed_at_random_moments_loses_nothing_and_doubles_nothing(log: OpenLog, tmp_path: Path) -> None:
    kills = KILLS if log.url.startswith("sqlite") else KILLS // 2
    told = killed_again_and_again(log, tmp_path, kills)
    acknowledged = told["acknowledged"]
    assert isinstance(acknowledged, list)
    assert acknowledged
    stored = [entry.event.id for entry in log.reader.entries()]
    assert stored == [f"event-{number}" for number in range(len(stored))]
    assert acknowledged == list(range(len(acknowledged)))
    assert len(acknowledged) <= len(stored)
    verdict = log.verify()
    assert (verdict.ok, verdict.size) == (True, len(stored))


def test_the_log_goes_on_after_a_kill_without_any_repair(
    sqlite_log: OpenLog, tmp_path: Path, make_event: MakeEvent
) -> None:
    killed_again_and_again(sqlite_log, tmp_path, 3)
    size = sqlite_log.verify().size
    assert sqlite_log.writer.append(make_event(9, id="afterwards")).sequence == size
    assert sqlite_log.verify().ok

"""A hundred kills at random moments: every run, taken up again, ends with one outcome for each planned search."""

import os
import secrets
import sys
from pathlib import Path

import pytest

from tests.killed_runs import killed_runs, whole
from tests.many_searches import STEPS

KILLS = int(os.environ.get("VETTING_KILLS", "100"))
"""Fewer where minutes count, as in .ci/run."""


@pytest.mark.timeout(1800)
def test_a_hundred_kills_lose_no_search_and_record_none_twice(tmp_path: Path) -> None:
    seed = secrets.randbelow(10**6)
    sys.stdout.write(f"seed {seed}\n")
    killed, settings = killed_runs(tmp_path, KILLS, seed)
    whole(killed, settings)
    assert killed.struck.total() == KILLS
    in_the_middle = sum(count for recorded, count in killed.struck.items() if 0 < recorded < STEPS)
    counts = dict(sorted(killed.struck.items()))
    sys.stdout.write(f"{KILLS} kills of {len(killed.planned)} cases; outcomes at the kill: {counts}\n")
    assert in_the_middle > KILLS // 10, "kills strike in the middle of runs"

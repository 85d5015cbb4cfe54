"""A run that is killed at any moment: taken up again, it ends with exactly one outcome for every planned search."""

import secrets
from pathlib import Path

from tests.killed_runs import killed_runs, whole

KILLS = 6
"""tests/peers/test_a_hundred_killed_runs.py has more."""


def test_runs_killed_at_random_moments_end_with_every_search_recorded_once(tmp_path: Path) -> None:
    killed, settings = killed_runs(tmp_path, KILLS, secrets.randbelow(10**6))
    whole(killed, settings)

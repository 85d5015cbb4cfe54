"""A machine that dies in the middle of a run: no search is lost, and none is recorded twice."""

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

from tests.demonstration import ANOTHER, COMMAND, ROOT, Demo

KILLS = 4
LONGEST_RUN = 14.0
"""Seconds after which a run is surely under way; each kill comes at a random moment before it."""


def _kill_after(copy: Demo, number: str, seconds: float) -> None:
    process = subprocess.Popen(
        [*COMMAND, "run", number],
        cwd=ROOT,
        env=copy.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(seconds)
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    process.wait()


def test_a_run_killed_again_and_again_ends_with_every_search_recorded_once(demo: Demo, tmp_path: Path) -> None:
    copy = demo.copy(tmp_path)
    number = copy.open_case()
    moments = random.Random(20261123)  # noqa: S311 - moments of a test, not a secret
    for _ in range(KILLS):
        _kill_after(copy, number, moments.uniform(2.0, LONGEST_RUN))
    finished = copy.vetting("run", number, "--json")
    assert finished.returncode == 0, finished.stderr

    searches = [result["search"] for result in json.loads(finished.stdout)]
    assert len(searches) == len(set(searches))
    copy.sign_in("t.okafor")
    audit = json.loads(copy.vetting("uniformity", ANOTHER, "--json").stdout)
    assert audit["uniform"] is True
    assert audit["log"]["ok"] is True
    assert set(audit["searches"][number]) == set(searches)

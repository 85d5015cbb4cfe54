"""A machine that dies in the middle of a run: no search is lost, and none is recorded twice."""

import json
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

from tests.demonstration import ANOTHER, COMMAND, DEMO_SECONDS, ROOT, Demo

KILLS = 3


def _recorded(copy: Demo, number: str) -> int:
    """How many outcomes the store holds, read beside the run."""
    file = copy.home / "case_files" / "case_files.db"
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return int(connection.execute("SELECT count(*) FROM results WHERE case_number = ?", [number]).fetchone()[0])
    finally:
        connection.close()


def _killed(copy: Demo, number: str) -> bool:
    """Kills a run as soon as it has recorded one outcome more; whether it still ran then."""
    before, deadline = _recorded(copy, number), time.monotonic() + DEMO_SECONDS
    command = [*COMMAND, "run", number]
    with subprocess.Popen(
        command, cwd=ROOT, env=copy.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while _recorded(copy, number) == before and process.poll() is None:
            assert time.monotonic() < deadline
        process.kill()
    return process.returncode == -signal.SIGKILL


def test_a_run_killed_again_and_again_ends_with_every_search_recorded_once(demo: Demo, tmp_path: Path) -> None:
    copy = demo.copy(tmp_path)
    number = copy.open_case()
    assert _killed(copy, number), "the run ended before it could be killed"
    left = [_recorded(copy, number)]
    for _ in range(KILLS - 1):
        _killed(copy, number)
        left.append(_recorded(copy, number))
    finished = copy.vetting("run", number, "--json")
    assert finished.returncode == 0, finished.stderr

    searches = [result["search"] for result in json.loads(finished.stdout)]
    assert len(searches) == len(set(searches))
    assert 0 < left[0] < len(searches), "the first kill did not strike in the middle"
    assert left == sorted(left), "a kill lost what was recorded"
    copy.sign_in("t.okafor")
    audit = json.loads(copy.vetting("uniformity", ANOTHER, "--json").stdout)
    assert audit["uniform"] is True
    assert audit["log"]["ok"] is True
    assert set(audit["searches"][number]) == set(searches)

"""Workers that ask one host keep its pace together; Prefect, who counts, never learns which host it is."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flows.pace import PrefectPace
from vetting.sources.courtesy import Courtesy
from vetting.sources.interface import NotSearchedError, Reason

ROOT = Path(__file__).resolve().parents[2]
HOST = "canary-host.example"
SECONDS, INTERVAL = 6.0, 0.5

WORKER = """
import sys, time
from pathlib import Path
from flows.pace import PrefectPace
pace = PrefectPace(Path(sys.argv[1]))
host, interval, seconds = sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
pace(host, interval)
granted, begun = [time.time()], time.time()
while time.time() < begun + seconds:
    pace(host, interval)
    granted.append(time.time())
print(*granted)
"""
PARENT = """
import json, subprocess, sys
from pathlib import Path
from flows.runtime import prefect_server
home = Path(sys.argv[1])
with prefect_server(home / "prefect"):
    from flows.server import require_server
    require_server()
    asked = [sys.executable, "-c", sys.argv[2], str(home / "pace.key"), *sys.argv[3:]]
    workers = [subprocess.Popen(asked, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    print(json.dumps([worker.communicate()[0].split() for worker in workers]))
"""

IN_A_FLOW = """
import json, sys, time
from pathlib import Path
from flows.pace import PrefectPace
from flows.runtime import coded_flow, coded_task, prefect_server
from vetting.sources.interface import NotSearchedError
home, host = Path(sys.argv[1]), sys.argv[2]
pace = PrefectPace(home / "pace.key")

@coded_task("ask")
def ask():
    begun = time.monotonic()
    for _ in range(3):
        pace(host, 0.5)
    return time.monotonic() - begun

@coded_flow("asking")
def asking(subject):
    return ask()

with prefect_server(home / "prefect"):
    took = asking("C-1")
try:
    PrefectPace(home / "pace.key")(host, 0.5)
except NotSearchedError as stopped:
    print(json.dumps([took, stopped.reason.value]))
"""


def _together(home: Path) -> list[list[float]]:
    finished = subprocess.run(
        [sys.executable, "-c", PARENT, home, WORKER, HOST, str(INTERVAL), str(SECONDS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    told: list[list[Any]] = json.loads(finished.stdout)
    return [[float(moment) for moment in worker] for worker in told]


def test_two_workers_together_keep_the_pace_of_one_and_prefect_learns_no_host(tmp_path: Path) -> None:
    told = _together(tmp_path)
    turns = sorted(moment for worker in told for moment in worker)
    assert all(len(worker) > 1 for worker in told), "each had its turn"
    longest = turns[-1] - turns[0]
    assert len(turns) <= longest / INTERVAL + 2, "one worker's worth of requests, not two"
    assert (tmp_path / "pace.key").stat().st_mode & 0o777 == 0o600
    for file in (path for path in (tmp_path / "prefect").rglob("*") if path.is_file()):
        assert HOST.encode() not in file.read_bytes(), file.name


def test_a_task_gets_its_turns_from_the_server_of_its_flow_and_none_without_it(tmp_path: Path) -> None:
    finished = subprocess.run(
        [sys.executable, "-c", IN_A_FLOW, tmp_path, HOST], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (finished.returncode, finished.stderr) == (0, "")
    took, without = json.loads(finished.stdout)
    assert took >= 2 * INTERVAL
    assert without == Reason.PACE_UNKNOWN.value
    for file in (path for path in (tmp_path / "prefect").rglob("*") if path.is_file()):
        assert HOST.encode() not in file.read_bytes(), file.name


def test_the_name_of_a_limit_tells_no_host_and_differs_between_data_folders(tmp_path: Path) -> None:
    one, again, other = (PrefectPace(tmp_path / name) for name in ("a.key", "a.key", "b.key"))
    name = one.limit_name(HOST, 1.0)
    assert name == again.limit_name(HOST.upper(), 1.0)
    assert len({name, one.limit_name(HOST, 2.5), other.limit_name(HOST, 1.0), one.limit_name("x.example", 1.0)}) == 4
    assert "canary" not in name


def test_where_prefect_cannot_be_asked_nothing_may_be_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.pace._acquire", _unheard)
    pace = PrefectPace(tmp_path / "pace.key")
    with pytest.raises(NotSearchedError) as stopped:
        pace(HOST, 1.0)
    assert stopped.value.reason is Reason.PACE_UNKNOWN
    assert stopped.value.__cause__ is None
    assert stopped.value.__context__ is None


def test_a_key_that_cannot_be_kept_is_no_pace(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotSearchedError) as stopped:
        PrefectPace(tmp_path / "file" / "pace.key")(HOST, 1.0)
    assert stopped.value.reason is Reason.PACE_UNKNOWN


def _unheard(*_: object, **__: object) -> None:
    raise ConnectionError(HOST)


def test_a_host_that_asked_for_rest_has_it_from_every_worker_and_no_file_names_it(tmp_path: Path) -> None:
    now = datetime(2026, 5, 4, tzinfo=UTC)
    one, two = (Courtesy(PrefectPace(tmp_path / "pace.key"), lambda: now) for _ in range(2))
    one.leave_alone(HOST, 3600.0, Reason.HTTP_429)
    with pytest.raises(NotSearchedError) as stopped:
        two.await_turn(HOST, 1.0)
    assert (stopped.value.reason, stopped.value.retry_after) == (Reason.HTTP_429, 3600.0)
    kept = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert kept
    assert not any("canary" in file.name or b"canary" in file.read_bytes() for file in kept)
    assert PrefectPace(tmp_path / "pace.key").resting("another.example") is None


def test_a_rest_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    pace = PrefectPace(tmp_path / "pace.key")
    pace.rest(HOST, datetime(2026, 5, 4, tzinfo=UTC), Reason.HTTP_5XX)
    (file,) = (tmp_path / "pace.rests").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_text("next week")
    assert pace.resting(HOST) is None

"""Measures Prefect around one command: seconds until the first flow runs, for each further flow, and to the end."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REPEATS = 3
FLOWS = 4

TOLD = """
import json, sys, time
FLOWS, BEGIN, HOME, MIGRATED = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3], sys.argv[4] == "migrated"
moments = []
def tell(): print(json.dumps([moment - BEGIN for moment in [*moments, time.time()]]))
"""

PREFECTS_OWN = """
from prefect import flow, task
@task
def step(): return 1
@flow
def count(subject): moments.append(time.time()); return sum(step() for _ in range(4))
for number in range(FLOWS): count(f"C-{number}")
tell()
"""

OURS = """
from pathlib import Path
from flows.runtime import coded_flow, coded_task, prefect_server, start
started = start(Path(HOME), migrated=MIGRATED)
@coded_task("step")
def step(): return 1
@coded_flow("count")
def count(subject): moments.append(time.time()); return sum(step() for _ in range(4))
with prefect_server(Path(HOME), started):
    for number in range(FLOWS): count(f"C-{number}")
    tell()
"""


def one_run(code: str, home: Path, template: str) -> tuple[float, float, float, float]:
    """Return seconds to the first flow, for a further flow, and to the end, and processor seconds of all processes."""
    environment = os.environ | {"PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    environment |= {"DO_NOT_TRACK": "1", "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120"}
    environment |= {"PREFECT_SERVER_EPHEMERAL_ENABLED": "true", "PREFECT_LOGGING_LEVEL": "ERROR"}
    begin = time.time()
    command = [sys.executable, "-c", TOLD + code, str(FLOWS), str(begin), str(home), template]
    program = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert program.stdout
    first, *_, last, _ = json.loads(program.stdout.read())
    _, status, used = os.wait4(program.pid, 0)
    assert status == 0
    program.returncode = 0
    return first, (last - first) / (FLOWS - 1), time.time() - begin, used.ru_utime + used.ru_stime


def measure(name: str, code: str, template: str = "migrated", *, cold: bool) -> None:
    """Print the best of three runs, each on a new data folder or all on one that was used before."""
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        if not cold:
            one_run(code, home, template)
        for _ in range(REPEATS):
            if cold:
                shutil.rmtree(home, ignore_errors=True)
            runs.append(one_run(code, home, template))
    first, each, end, processor = (min(column) for column in zip(*runs, strict=True))
    print(f"{name:<42} {first:>8.2f} s {each:>10.2f} s {end:>8.2f} s {processor:>8.2f} s")


def main() -> None:
    """Print Prefect's own temporary server beside ours."""
    print(f"{'Prefect around one command':<42} {'1st flow':>10} {'next flow':>12} {'end':>10} {'processor':>10}")
    measure("its own server, new folder", PREFECTS_OWN, cold=True)
    measure("its own server, used folder", PREFECTS_OWN, cold=False)
    measure("ours, new folder, without template", OURS, "empty", cold=True)
    measure("ours, new folder", OURS, cold=True)
    measure("ours, used folder", OURS, cold=False)


if __name__ == "__main__":
    main()

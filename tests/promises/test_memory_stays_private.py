"""Promise: no core dump and no debugger of the same account gets at the keys and the captured text in memory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.demonstration import DEMO_SECONDS, ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has prctl and /proc")

PR_GET_DUMPABLE = 3
ASKS = f"import ctypes; print(ctypes.CDLL(None).prctl({PR_GET_DUMPABLE}, 0, 0, 0, 0)); "
LIMIT = "import resource; print(*resource.getrlimit(resource.RLIMIT_CORE)); "


def _said(script: str, *arguments: str, **environment: str) -> list[str]:
    answer = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=DEMO_SECONDS,
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.split()


def test_the_command_is_closed_to_dumps_and_debuggers_before_it_reads_anything() -> None:
    """Whatever it imports after that is imported into a closed process."""
    script = (
        "import sys; from vetting.cli import main, process; close = process.prepare\n"
        "def closed_first():\n"
        "    assert not any(name.startswith(('flows', 'vetting.settings', 'typer', 'rich')) for name in sys.modules)\n"
        f"    close(); {ASKS}{LIMIT}sys.stdout.flush()\n"
        "process.prepare = closed_first; sys.argv = ['vetting', 'serve']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
    )
    assert _said(script) == ["0", "0", "0"]


def test_debugging_leaves_the_process_open_to_a_debugger() -> None:
    """For invented data only, as docs/operation.md says."""
    assert _said(f"from vetting.cli import process; process.prepare(); {ASKS}", VETTING_DEBUG="1") == ["1"]


def test_prefects_server_starts_behind_the_closed_door_and_dumps_nothing_either(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from vetting.cli import process; process.prepare(); "
        "from flows.server import start; server = start(Path(sys.argv[1])); server.wait_until_ready(); "
        "print(Path(f'/proc/{server.process.pid}/limits').read_text()); server.stop()"
    )
    limits = " ".join(_said(script, str(tmp_path / "prefect")))
    assert "Max core file size 0 0 bytes" in limits


def test_a_crash_leaves_no_dump(tmp_path: Path) -> None:
    """SIGABRT, as a library's own fault ends a process: the system is asked whether it wrote a dump."""
    crash = "import os, sys; from vetting.cli import process; sys.argv[1:] and process.prepare(); os.abort()"
    dumped = []
    for arguments in ([], ["closed"]):
        child = subprocess.Popen(
            ["sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh", sys.executable, "-c", crash, *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            cwd=tmp_path,
            stderr=subprocess.DEVNULL,
        )
        dumped.append(os.WCOREDUMP(os.waitpid(child.pid, 0)[1]))
        child.returncode = 0
    if not dumped[0]:
        pytest.skip("this machine dumps nobody's memory")
    assert dumped == [True, False]

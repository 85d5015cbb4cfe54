"""The temporary Prefect server: private, alone on this machine, quick to start, and never left behind."""

from __future__ import annotations

import base64
import http.client
import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from flows import build_template, server, template
from flows.runtime import prepare, start
from vetting.errors import ExitCode, VettingError

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
"""Seconds a loaded machine may take; nothing here measures speed."""

HEAD = """
import json, os, sys
from pathlib import Path
from flows.runtime import coded_flow, coded_task, prefect_server, start
from flows import server as module
HOME = Path(sys.argv[1])
def tell(**facts): sys.stdout.write(json.dumps(facts) + "\\n"); sys.stdout.flush()

@coded_task("step")
def step(number): return number + 1

@coded_flow("count")
def count(subject, to):
    number = 0
    for _ in range(to):
        number = step(number)
    return number
"""


def _program(code: str) -> list[str]:
    return [sys.executable, "-c", HEAD + code]


def _run(code: str, home: Path, **environment: str) -> list[dict[str, Any]]:
    """What the program told, line by line; it must end well and say nothing else."""
    finished = subprocess.run(
        [*_program(code), home],
        cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (finished.returncode, finished.stderr) == (0, "")
    return [json.loads(line) for line in finished.stdout.splitlines()]


def _wait_for(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def _gone(pid: int) -> bool:
    """Whether no such process runs (a zombie that its new parent has yet to collect does not run)."""
    try:
        return "Z" in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True


# ------------------------------------------------------------------------------------------------ never left behind

SLEEP = "import time; time.sleep(600)"
STARTING = f"s = start(HOME)\ntell(pid=s.process.pid)\n{SLEEP}"
SERVING = f"s = start(HOME)\nwith prefect_server(HOME, s):\n    count('C-1', 1)\n    tell(pid=s.process.pid); {SLEEP}"


@pytest.mark.parametrize("code", [STARTING, SERVING], ids=["while it starts", "while it serves"])
def test_a_killed_program_leaves_no_server_behind(code: str, tmp_path: Path) -> None:
    with subprocess.Popen([*_program(code), tmp_path], cwd=ROOT, stdout=subprocess.PIPE) as program:
        assert program.stdout
        pid = json.loads(program.stdout.readline())["pid"]
        assert not _gone(pid)
        program.kill()
    assert _wait_for(lambda: _gone(pid))


def test_ctrl_c_ends_the_flow_the_program_and_the_server(tmp_path: Path) -> None:
    code = f"""
@coded_flow("wait")
def wait(subject):
    tell(pid=s.process.pid)
    {SLEEP}
s = start(HOME)
with prefect_server(HOME, s):
    try: wait("C-1")
    except KeyboardInterrupt as error: tell(context=repr(error.__context__), text=str(error))
"""
    program = subprocess.Popen(
        [*_program(code), tmp_path],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    with program:
        assert program.stdout
        assert program.stderr
        pid = json.loads(program.stdout.readline())["pid"]
        os.killpg(program.pid, signal.SIGINT)
        assert json.loads(program.stdout.readline()) == {"context": "None", "text": ""}
        assert program.wait(PATIENCE) == 0
        assert program.stderr.read() == b""
    assert _wait_for(lambda: _gone(pid))


def test_a_server_that_dies_during_a_run_does_not_hang_the_program(tmp_path: Path) -> None:
    code = """
from vetting.errors import VettingError
s = start(HOME)
with prefect_server(HOME, s):
    tell(value=count("C-1", 2))
    s.process.kill()
    s.process.wait()
    try: count("C-1", 2)
    except VettingError as error: tell(code=error.code, exit=int(error.exit_code))
"""
    told = _run(code, tmp_path)
    assert told == [{"value": 2}, {"code": "prefect_failed", "exit": ExitCode.STORAGE}]


def test_a_folder_that_cannot_be_written_is_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(VettingError) as refusal:
        start(tmp_path / "file" / "prefect")
    assert refusal.value.code == "prefect_not_started"
    assert refusal.value.exit_code is ExitCode.STORAGE


def test_a_database_that_is_none_is_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "prefect.db").write_bytes(b"this is no database" * 100)
    begun = start(tmp_path)
    with pytest.raises(VettingError, match="did not start"):
        begun.wait_until_ready()
    assert begun.process.poll() is not None


# ------------------------------------------------------------------------------------------------- private and quiet


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Server]:
    """A server on its own, without a flow."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("PREFECT_")]:
            patch.setenv(name, os.environ[name])  # put back what `prepare` replaces
        begun = start(tmp_path_factory.mktemp("running") / "prefect")
        begun.wait_until_ready()
        yield begun
        begun.stop()


def _status(running: server.Server, method: str, path: str, *, password: str | None) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE)
    headers = {"Content-Type": "application/json"}
    if password is not None:
        headers["Authorization"] = "Basic " + base64.b64encode(f"vetting:{password}".encode()).decode()
    with closing(connection):
        connection.request(method, f"/api{path}", body="{}", headers=headers)
        return connection.getresponse().status


def test_only_this_machine_reaches_the_server(running: server.Server) -> None:
    lines = Path("/proc/net/tcp").read_text().splitlines() + Path("/proc/net/tcp6").read_text().splitlines()
    listening = [line.split()[1] for line in lines[1:] if len(line.split()) > 3 and line.split()[3] == "0A"]
    assert [place for place in listening if place.endswith(f":{running.port:04X}")] == [f"0100007F:{running.port:04X}"]


@pytest.mark.parametrize("password", [None, "", "wrong"])
def test_other_people_of_this_machine_are_refused(running: server.Server, password: str | None) -> None:
    assert _status(running, "POST", "/flow_runs/filter", password=password) == 401
    assert _status(running, "POST", "/flow_runs/filter", password=running.password) == 200


@pytest.mark.parametrize("place", ["artifacts", "logs", "variables", "block_documents", "deployments"])
def test_the_server_has_no_place_to_put_text(running: server.Server, place: str) -> None:
    assert _status(running, "POST", f"/{place}/", password=running.password) == 404


def test_files_are_readable_by_their_owner_only(running: server.Server) -> None:
    assert stat.S_IMODE(running.home.stat().st_mode) == 0o700
    for path in running.home.glob("prefect.db*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_a_second_flow_in_a_hurry_is_not_turned_away(tmp_path: Path) -> None:
    told = _run(
        """
import httpx
statuses, send = set(), httpx.Client.send
def watched(self, *args, **kwargs):
    response = send(self, *args, **kwargs)
    statuses.add(response.status_code)
    return response
httpx.Client.send = watched
with prefect_server(HOME):
    for number in range(12):
        assert count(f"C-{number}", 5) == 5
tell(refused=sorted(status for status in statuses if status >= 300))
""",
        tmp_path,
    )
    assert told == [{"refused": []}]
    with closing(sqlite3.connect(tmp_path / "prefect.db")) as connection:
        states = connection.execute("SELECT state_type, count(*) FROM task_run GROUP BY 1").fetchall()
        parameters = {row for (row,) in connection.execute("SELECT parameters FROM flow_run")}
    # Prefect may lose the last events of a flow on a busy machine: its database is no record.
    told_states = dict(states)
    assert set(told_states) <= {"COMPLETED", "RUNNING"}
    assert sum(told_states.values()) <= 60
    assert told_states["COMPLETED"] >= 40
    assert parameters == {json.dumps({"subject": f"C-{number}"}) for number in range(12)}


AUDIT = """
import sys
def watch(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        address = args[1] if event in ("socket.connect", "socket.sendto") else args[:2]
        host = address[0] if isinstance(address, tuple) else "unix"
        with open(%r, "a") as seen:
            print(host.decode() if isinstance(host, bytes) else host, file=seen)
sys.addaudithook(watch)
"""

VISIT = """
import threading
@coded_flow("look")
def look(subject): return sorted(thread.name for thread in threading.enumerate())
os.chdir(HOME / "elsewhere")
module.PROGRAM = HOME / "watched_server.py"
with prefect_server(HOME / "prefect"):
    tell(value=count("C-1", 3), threads=look("C-1"))
tell(foreign=[name for name in os.environ if os.environ[name].startswith("foreign")])
"""


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """One run, its server watched too, in the environment of somebody else's Prefect project and a broken proxy."""
    home, nowhere = tmp_path_factory.mktemp("visit"), "http://127.0.0.1:9"
    (home / "elsewhere").mkdir()
    audit = AUDIT % str(home / "seen")
    run_server = f"import runpy\nrunpy.run_path({str(server.PROGRAM)!r}, run_name='__main__')\n"
    (home / "watched_server.py").write_text(audit + run_server)
    environment = {
        "PREFECT_API_URL": f"{nowhere}/api",
        "PREFECT_API_KEY": "foreign-key",
        "PREFECT_PROFILE": "foreign",
        "PREFECT_HOME": str(home / "foreign"),
        "HTTP_PROXY": nowhere,
        "http_proxy": nowhere,
    }
    first, second = _run(audit + VISIT, home, **environment)
    return home, first | second


def test_settings_of_another_prefect_project_do_not_leak_in(visit: tuple[Path, dict[str, Any]]) -> None:
    home, told = visit
    assert told["value"] == 3
    assert told["foreign"] == []
    assert list((home / "elsewhere").iterdir()) == []
    assert not (home / "foreign").exists()


def test_neither_program_nor_server_looks_beyond_this_machine(visit: tuple[Path, dict[str, Any]]) -> None:
    home, _ = visit
    hosts = set((home / "seen").read_text().split())
    assert "127.0.0.1" in hosts
    assert hosts <= {"127.0.0.1", "localhost", "unix"}


def test_no_heartbeat_thread_makes_a_flow_wait(visit: tuple[Path, dict[str, Any]]) -> None:
    _, told = visit
    assert "MainThread" in told["threads"]
    assert not [name for name in told["threads"] if "heartbeat" in name.lower()]


def test_two_servers_one_after_the_other_serve_one_program(tmp_path: Path) -> None:
    told = _run(
        """
with prefect_server(HOME / "first"):
    tell(value=count("C-1", 2))
with prefect_server(HOME / "second"):
    tell(value=count("C-1", 4))
""",
        tmp_path,
    )
    assert told == [{"value": 2}, {"value": 4}]
    for name, steps in {"first": 2, "second": 4}.items():
        with closing(sqlite3.connect(tmp_path / name / "prefect.db")) as connection:
            assert connection.execute("SELECT count(*) FROM flow_run").fetchall() == [(1,)]
            assert connection.execute("SELECT count(*) FROM task_run").fetchall() == [(steps,)]


def test_programs_that_start_at_once_on_a_new_folder_all_run(tmp_path: Path) -> None:
    code = """
s = start(HOME, migrated=False)
with prefect_server(HOME, s): tell(value=count("C-1", 5))
"""
    programs = [
        subprocess.Popen([*_program(code), tmp_path], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    assert [program.communicate(timeout=2 * PATIENCE) for program in programs] == [(b'{"value": 5}\n', b"")] * 3
    with closing(sqlite3.connect(tmp_path / "prefect.db")) as connection:
        states = connection.execute("SELECT state_type, count(*) FROM task_run GROUP BY 1").fetchall()
    assert states == [("COMPLETED", 15)]


# ------------------------------------------------------------------------------------------------------- the template


def _schema(database: Path) -> set[tuple[str, ...]]:
    """Every table with its columns, every index, and the migration it stands at."""
    columns = """SELECT tables.name, info.name, info.type, info."notnull", info.pk
                 FROM sqlite_master AS tables JOIN pragma_table_info(tables.name) AS info
                 WHERE tables.type = 'table'"""
    indexes = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'index'"
    with closing(sqlite3.connect(database)) as connection:
        selects = (columns, indexes, "SELECT version_num FROM alembic_version")
        return {tuple(map(str, row)) for select in selects for row in connection.execute(select)}


def test_a_data_folder_from_the_template_is_like_a_migrated_one(tmp_path: Path) -> None:
    master, home = tmp_path / "share" / "master.db", tmp_path / "home"
    build_template.build(master)
    home.mkdir()
    assert template.lay(home, master)
    laid = home / template.DATABASE
    assert stat.S_IMODE(laid.stat().st_mode) == 0o600
    with closing(sqlite3.connect(master)) as connection:
        assert connection.execute("SELECT count(*) FROM flow_run").fetchall() == [(0,)]

    migrated = start(tmp_path / "migrated", migrated=False)
    migrated.wait_until_ready()
    migrated.stop()
    assert _schema(laid) == _schema(tmp_path / "migrated" / template.DATABASE)


def test_a_template_never_replaces_a_database(tmp_path: Path) -> None:
    (tmp_path / "master.db").write_bytes(b"template")
    (tmp_path / template.DATABASE).write_bytes(b"records")
    assert not template.lay(tmp_path, tmp_path / "master.db")
    assert (tmp_path / template.DATABASE).read_bytes() == b"records"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["master.db", template.DATABASE]


def test_without_a_template_nothing_is_laid(tmp_path: Path) -> None:
    assert not template.lay(tmp_path, tmp_path / "absent.db")
    assert list(tmp_path.iterdir()) == []


def test_preparing_tightens_a_folder_that_was_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    tmp_path.chmod(0o755)
    prepare(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700

"""Promise: however a demo ends, the next one works or says in one sentence why it cannot."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demonstration import COMMAND, DEMO_SECONDS, ROOT, completed
from vetting.cli.demo_folder import fresh_home
from vetting.settings import DEMO_MARKER

REFUSED, STORAGE, STOPPED = 3, 7, 130


def _left_by_a_demo(home: Path) -> None:
    """What a demo leaves, small."""
    for room in ("case_files", "accounts", "reports"):
        (home / room).mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / room / "file").touch()
    (home / "password").touch()
    (home / "session").touch()


def _vetting(here: Path, *arguments: str, wait: float = DEMO_SECONDS) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("VETTING_HOME", None)
    return completed([*COMMAND, *arguments], environment, here, wait=wait)


def _refusal(answer: subprocess.CompletedProcess[str], code: int) -> str:
    assert answer.returncode == code, answer.stdout + answer.stderr
    assert len(answer.stderr.splitlines()) == 2, answer.stderr
    return answer.stderr


# --------------------------------------------------------------------------------------- killed at any moment

KILLED_AT_EVERY_STEP = """
import os, sys
from pathlib import Path
from vetting.cli.demo_folder import fresh_home
from vetting.settings import DEMO_MARKER
from tests.promises.test_an_interrupted_demo import _left_by_a_demo

TOUCHING = {"open", "os.mkdir", "os.chmod", "os.remove", "os.rmdir", "os.rename", "os.listdir", "os.scandir"}
home = Path(sys.argv[1])

def end_at(step):
    left = step
    def hook(event, arguments):
        nonlocal left
        if event in TOUCHING:
            if left == 0:
                os._exit(9)
            left -= 1
    sys.addaudithook(hook)

def once(step, earlier):
    if earlier:
        with fresh_home(home):
            _left_by_a_demo(home)
    if os.fork() == 0:
        end_at(step)
        with fresh_home(home):
            pass
        os._exit(0)
    ended = os.waitstatus_to_exitcode(os.wait()[1])
    with fresh_home(home):
        assert [path.name for path in home.iterdir()] == [DEMO_MARKER], (step, earlier)
    return ended

for earlier in (False, True):
    steps = 0
    while once(steps, earlier):
        steps += 1
        if not earlier:
            (home / DEMO_MARKER).unlink()
            home.rmdir()
    print(steps)
"""


def test_a_demo_killed_between_any_two_steps_of_clearing_up_is_cleared_up_by_the_next(tmp_path: Path) -> None:
    answer = completed(
        [sys.executable, "-c", KILLED_AT_EVERY_STEP, str(tmp_path / "var" / "demo")],
        {**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert answer.returncode == 0, answer.stderr
    first, later = map(int, answer.stdout.split())
    assert first > 3
    assert later > 15


def test_a_demo_stopped_by_ctrl_c_or_killed_is_followed_by_one_that_works(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("VETTING_HOME", None)
    for how in (signal.SIGINT, signal.SIGKILL):
        demo = subprocess.Popen(
            [*COMMAND, "demo"],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert demo.stdout is not None
        while "findings, each seen" not in demo.stdout.readline():  # in the middle of its searches
            assert demo.poll() is None
        demo.send_signal(how)
        said = demo.communicate(timeout=DEMO_SECONDS)[1]
        assert demo.returncode == (STOPPED if how is signal.SIGINT else -how)
        assert "Traceback" not in said
        assert ("Stopped." in said) == (how is signal.SIGINT)
    finished = _vetting(tmp_path, "demo")
    assert finished.returncode == 0, finished.stderr
    assert "Log verified" in finished.stdout


# ------------------------------------------------------------------------------------------ what is in the way

IN_ANOTHER_YEAR = """
import sys
from datetime import UTC, datetime
from vetting.cli import session
session.clock = lambda: datetime(2028, 1, 1, tzinfo=UTC)
from vetting.cli.app import run
sys.exit(run(["demo"]))
"""


def test_a_demo_whose_people_are_trained_no_longer_is_a_sentence(tmp_path: Path) -> None:
    answer = completed([sys.executable, "-c", IN_ANOTHER_YEAR], {**os.environ, "PYTHONPATH": str(ROOT)}, tmp_path)
    assert "The clock says 2028-01-01" in _refusal(answer, REFUSED)
    assert "demo/people.toml" in answer.stderr


def test_two_demos_do_not_run_in_one_folder(tmp_path: Path) -> None:
    home = tmp_path / "var" / "demo"
    with fresh_home(home):
        _left_by_a_demo(home)
        assert "Another demo" in _refusal(_vetting(tmp_path, "demo"), REFUSED)
    assert (home / "password").exists()


def test_a_folder_that_no_demo_made_is_not_touched(tmp_path: Path) -> None:
    home = tmp_path / "var" / "demo"
    _left_by_a_demo(home)
    before = sorted(home.rglob("*"))
    assert "Move it away" in _refusal(_vetting(tmp_path, "demo"), REFUSED)
    assert sorted(home.rglob("*")) == before


def test_a_link_in_the_folder_is_removed_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "var" / "demo", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "file").touch()
    with fresh_home(home):
        (home / "folder").symlink_to(elsewhere)
        (home / "file").symlink_to(elsewhere / "file")
    with fresh_home(home):
        assert [path.name for path in home.iterdir()] == [DEMO_MARKER]
    assert (elsewhere / "file").exists()


@pytest.mark.parametrize("what", ["var", "demo", "marker", "link"])
def test_something_else_in_the_folders_place_is_a_sentence(tmp_path: Path, what: str) -> None:
    home = tmp_path / "var" / "demo"
    if what == "var":
        (tmp_path / "var").touch()
    elif what == "marker":
        (home / DEMO_MARKER).mkdir(parents=True)
    else:
        home.parent.mkdir()
        home.touch() if what == "demo" else home.symlink_to("nowhere")
    _refusal(_vetting(tmp_path, "demo"), STORAGE)


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """Yield a folder with an earlier demo on a read-only medium, which only root may mount."""
    (tmp_path / "medium").mkdir()
    with fresh_home(tmp_path / "medium" / "var" / "demo") as settings:
        _left_by_a_demo(settings.home)
    for options in ("bind", "remount,ro,bind"):
        command = ["mount", "-o", options, str(tmp_path / "medium"), str(tmp_path / "medium")]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("a read-only medium can be mounted by root only")
    yield tmp_path / "medium"
    subprocess.run(["umount", tmp_path / "medium"], check=True)


def test_a_folder_that_cannot_be_written_is_a_sentence_and_stays_as_it_was(read_only: Path) -> None:
    before = sorted(read_only.rglob("*"))
    assert "Read-only" in _refusal(_vetting(read_only, "demo"), STORAGE)
    assert sorted(read_only.rglob("*")) == before


def test_a_folder_that_was_removed_under_the_command_is_a_sentence(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    script = 'cd "$1" && rmdir "$1" && shift && exec "$@"'
    answer = completed(["sh", "-c", script, "sh", str(gone), *COMMAND, "demo"], {**os.environ, "PYTHONPATH": str(ROOT)})
    assert "does not exist any more" in _refusal(answer, STORAGE)

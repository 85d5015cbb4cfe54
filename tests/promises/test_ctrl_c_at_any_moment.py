"""Promise: Ctrl-C at any moment, and an input that ends at a question, is one sentence and never a traceback."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.demonstration import COMMAND, DEMO_SECONDS, ROOT, Demo, completed
from tests.terminal import CTRL_C, CTRL_D, Terminal

STOPPED, USAGE = 130, 2
SENTENCE = "Stopped. What was recorded stays; run the command again to go on."

PRESSES_CTRL_C = """
import os, signal, sys
event, left = sys.argv[1], int(sys.argv[2])
def press(name, arguments):
    global left
    if name == event:
        left -= 1  # before it is pressed: afterwards this line is not reached, and it would be pressed again
        if left == -1:
            os.kill(os.getpid(), signal.SIGINT)
sys.argv[1:] = sys.argv[3:]
from vetting.cli import main
sys.addaudithook(press)
main()
"""
"""Runs the command, and presses Ctrl-C when it does a certain thing for the n-th time."""


@pytest.fixture
def at_terminal(copy: Demo) -> Iterator[Callable[..., Terminal]]:
    """Run commands at terminals that are hung up after the test."""
    terminals: list[Terminal] = []

    def run(*arguments: str) -> Terminal:
        terminals.append(Terminal.run(arguments, copy.environment))
        return terminals[-1]

    yield run
    for terminal in terminals:
        terminal.close()


def _pressed(copy: Demo, event: str, times: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    return completed(
        [sys.executable, "-c", PRESSES_CTRL_C, event, str(times), *arguments],
        {**copy.environment, "PYTHONPATH": str(ROOT)},
    )


def _servers(home: Path) -> list[str]:
    """The processes that work in Prefect's folder of this data."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == home / "prefect":
                found.append(process.name)
        except OSError:
            continue
    return found


def _all_gone(home: Path) -> bool:
    """Whether the server ends with the command."""
    deadline = time.monotonic() + 30
    while _servers(home) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not _servers(home)


# ----------------------------------------------------------------------------------------------- at any moment


@pytest.mark.parametrize("times", [0, 1, 2, 5, 20, 60, 150, 300, 500, 700])
def test_ctrl_c_while_the_program_is_read_is_one_sentence(copy: Demo, times: int) -> None:
    answer = _pressed(copy, "import", times, "verify")
    assert (answer.returncode, answer.stderr) == (STOPPED, f"{SENTENCE}\n")
    assert not answer.stdout


@pytest.fixture(scope="module")
def case(copy: Demo) -> str:
    """A case without searches."""
    return copy.open_case()


@pytest.mark.parametrize(
    ("event", "times"),
    [
        ("subprocess.Popen", 0),
        ("socket.bind", 0),
        ("socket.connect", 0),
        ("socket.connect", 1),
        ("sqlite3.connect", 0),
        ("sqlite3.connect", 3),
        ("import", 1200),
        ("import", 1800),
        ("import", 2400),
        ("ctypes.dlopen", 0),
        ("os.mkdir", 0),
    ],
)
def test_ctrl_c_while_the_server_starts_or_a_search_runs_is_one_sentence(
    copy: Demo, case: str, event: str, times: int
) -> None:
    answer = _pressed(copy, event, times, "run", case)
    assert (answer.returncode, answer.stderr) == (STOPPED, f"{SENTENCE}\n")
    assert _all_gone(copy.home)


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGHUP], ids=["service manager", "closed terminal"])
def test_whoever_ends_a_search_without_a_keyboard_reads_the_same_sentence(
    copy: Demo, case: str, asked: signal.Signals
) -> None:
    command = [*COMMAND, "run", case]
    with subprocess.Popen(command, env=copy.environment, cwd=ROOT, stderr=subprocess.PIPE, text=True) as program:
        while not _servers(copy.home):
            assert program.poll() is None
        program.send_signal(asked)
        assert program.stderr
        assert program.stderr.read() == f"{SENTENCE}\n"
    assert program.returncode == 128 + asked
    assert _all_gone(copy.home)


def test_ctrl_c_at_the_terminal_ends_a_search_and_leaves_the_screen_as_it_was(
    case: str, at_terminal: Callable[..., Terminal]
) -> None:
    terminal = at_terminal("run", case)
    terminal.wait_for("Searches")
    terminal.type(CTRL_C)
    assert terminal.end() == STOPPED
    assert SENTENCE in terminal.text
    assert "Traceback" not in terminal.text
    assert terminal.shown.count(b"\x1b[?25h") >= terminal.shown.count(b"\x1b[?25l"), "the cursor is there again"


def test_what_was_stopped_so_often_goes_on_and_verifies(copy: Demo, case: str) -> None:
    copy.sign_in("j.alvarez")
    assert copy.vetting("run", case).returncode == 0
    assert copy.vetting("verify").returncode == 0


# ----------------------------------------------------------------------------------------------- at a question


@pytest.mark.parametrize("typed", [b"", b"half a pass"])
def test_ctrl_c_at_the_password_is_one_sentence_and_the_terminal_shows_letters_again(
    at_terminal: Callable[..., Terminal], typed: bytes
) -> None:
    terminal = at_terminal("sign-in", "j.alvarez")
    terminal.asks("Password:")
    assert not terminal.echoes()
    terminal.type(typed + CTRL_C)
    assert terminal.end() == STOPPED
    assert terminal.echoes()
    assert SENTENCE in terminal.text
    assert "half" not in terminal.text
    assert "Abort" not in terminal.text
    assert "Traceback" not in terminal.text


def test_the_end_of_input_at_the_password_is_a_sentence_and_a_remedy(at_terminal: Callable[..., Terminal]) -> None:
    terminal = at_terminal("sign-in", "j.alvarez")
    terminal.asks("Password:")
    assert not terminal.echoes()
    terminal.type(CTRL_D)
    assert terminal.end() == USAGE
    assert "The input ended before the answer" in terminal.text
    assert "Run the command again" in terminal.text
    assert "Abort" not in terminal.text


@pytest.mark.parametrize(("key", "code", "said"), [(CTRL_C, STOPPED, SENTENCE), (CTRL_D, USAGE, "The input ended")])
def test_ctrl_c_or_the_end_of_input_at_a_note_records_nothing(
    copy: Demo, at_terminal: Callable[..., Terminal], key: bytes, code: int, said: str
) -> None:
    number, finding = copy.attributable()
    before = copy.vetting("review", number, "--finding", finding, "--json").stdout
    terminal = at_terminal("review", number, "--finding", finding, "--level", "A0")
    terminal.asks("What did you check, and how?:")
    terminal.type(key)
    assert terminal.end() == code
    assert said in terminal.text
    assert "Traceback" not in terminal.text
    assert copy.vetting("review", number, "--finding", finding, "--json").stdout == before


ASKING = {
    "password": ("sign-in", "j.alvarez", "--password-stdin"),
    "note": ("review", "--level", "A0"),
}


@pytest.mark.parametrize("closed", ["< /dev/null", "<&-"])
@pytest.mark.parametrize("what", ASKING)
def test_an_input_that_is_closed_is_a_sentence_and_a_remedy(copy: Demo, what: str, closed: str) -> None:
    arguments = list(ASKING[what])
    if what == "note":
        number, finding = copy.attributable()
        arguments[1:1] = [number, "--finding", finding]
    answer = completed(["sh", "-c", f'"$@" {closed}', "sh", *COMMAND, *arguments], copy.environment, own_session=True)
    assert answer.returncode == USAGE, answer.stderr
    assert len(answer.stderr.splitlines()) == 2, answer.stderr


def test_a_password_is_not_asked_for_where_everybody_would_see_it(copy: Demo) -> None:
    answer = completed(
        [*COMMAND, "sign-in", "j.alvarez"],
        copy.environment,
        typed="a password that would be seen\n",
        own_session=True,
    )
    assert answer.returncode == USAGE
    assert "--password-stdin" in answer.stderr
    assert len(answer.stderr.splitlines()) == 2


@pytest.mark.parametrize("typed", [b"\xff\xfe no text\n", b"\x80\x81 nor this\xc3\n"])
def test_bytes_that_are_no_text_are_no_password(copy: Demo, typed: bytes) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "vetting.cli", "sign-in", "j.alvarez", "--password-stdin"],
        env=copy.environment,
        cwd=ROOT,
        input=typed.replace(b"\n", b"") + b"\n",
        capture_output=True,
        check=False,
        timeout=DEMO_SECONDS,
    )
    assert answer.returncode == 4, answer.stderr
    assert b"UTF-8" in answer.stderr

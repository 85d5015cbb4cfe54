"""Promise: the command speaks in readable words at any terminal, and a reader that goes away stops no work."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.demonstration import COMMAND, DEMO_SECONDS, POSITION, ROOT, Demo, completed
from tests.terminal import Terminal

STORAGE = 7
NAME = "Zoë Łuk “Ж” Invented"
PASSWORD = "correct horse battery staple"
ALPHABETS = {
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "latin": {"PYTHONIOENCODING": "latin-1"},
    "strict": {"PYTHONIOENCODING": "ascii:strict", "PYTHONUTF8": "0"},
    "C": {"LC_ALL": "C"},
}


@pytest.fixture(scope="module")
def copy(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo's data with the administrator signed in, and with a name that few alphabets hold."""
    copied = demo.copy(tmp_path_factory.mktemp("terminals"))
    copied.sign_in("s.kim")
    words = ("person", "add", "z.invented", "--name", NAME, "--role", "auditor", "--password-stdin")
    assert copied.vetting(*words, typed=f"{PASSWORD}\n").returncode == 0
    return copied


def _said(copy: Demo, variables: dict[str, str], *arguments: str) -> bytes:
    answer = subprocess.run(
        [*COMMAND, *arguments],
        env=copy.environment | variables,
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=DEMO_SECONDS,
    )
    assert b"Traceback" not in answer.stderr
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


# -------------------------------------------------------------------------------------------------- alphabets


@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_a_name_is_shown_in_any_alphabet(copy: Demo, alphabet: str) -> None:
    shown = _said(copy, ALPHABETS[alphabet], "person", "list")
    if alphabet in {"ascii", "strict"}:
        assert b'Zo\\xeb \\u0141uk "\\u0416" Invented' in shown
    assert b"z.invented" in shown


@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_a_program_reads_the_same_name_in_any_alphabet(copy: Demo, alphabet: str) -> None:
    shown = _said(copy, ALPHABETS[alphabet], "person", "list", "--json")
    assert "z.invented" in {person["id"] for person in json.loads(shown)}


def test_help_and_verdicts_need_no_more_than_ascii(copy: Demo) -> None:
    for arguments in (("--help",), ("review", "--help"), ("verify",)):
        _said(copy, ALPHABETS["ascii"], *arguments).decode("ascii")


def test_a_path_that_is_no_text_is_named_without_a_traceback(copy: Demo, tmp_path: Path) -> None:
    answer = subprocess.run(
        [*COMMAND, "verify", "--report", os.fsencode(tmp_path) + b"/\xff.pdf"],
        env=copy.environment,
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=DEMO_SECONDS,
    )
    assert answer.returncode == 4
    assert len(answer.stderr.splitlines()) == 2, answer.stderr


# ----------------------------------------------------------------------------------------------- narrow, dumb


@pytest.mark.parametrize("columns", ["0", "1", "20", "40", "59", "80", "1000", "many"])
def test_no_number_is_cut_however_narrow_the_screen(copy: Demo, columns: str) -> None:
    shown = _said(copy, {"COLUMNS": columns}, "person", "list").decode()
    for word in ("z.invented", "chief.osei", "decision", "maker", "2027-12-31", "Person", "Roles"):
        assert word in shown


@pytest.mark.parametrize("columns", ["40", "80", "160"])
def test_a_protocol_is_shown_with_all_its_limits_and_rules(copy: Demo, columns: str) -> None:
    copy.sign_in("j.alvarez")
    shown = _said(copy, {"COLUMNS": columns}, "position", "show", POSITION).decode()
    for words in ("Pages", "Items", "Attempts", "Seconds", "If it fails", "Pictures", "rerun", "Look-back 7 years"):
        assert words in shown
    for words in ("under the Fair Credit Reporting Act", "Languages: en", "standard_1", "reviewers of a finding: 2"):
        assert words in shown
    copy.sign_in("s.kim")


def test_help_is_in_words_on_a_narrow_screen(copy: Demo) -> None:
    shown = _said(copy, {"COLUMNS": "40"}, "position", "open", "--help").decode()
    for word in ("--protocol", "--decision-maker", "--practice", "position"):
        assert word in shown


AT_WORK = {
    "import": "Importing the file",
    "release": "Making the report",
    "verify": "Verifying the log",
}
"""What a terminal shows while work goes on whose length nobody knows."""


def _long(copy: Demo, case: str, archive: str) -> tuple[tuple[str, ...], ...]:
    """Such work: an archive into the case, a report that was released before, the log."""
    released = f"C-{copy.reports[0].stem.removeprefix('R-').removesuffix('-1')}"
    return ("import", case, f"demo/internet/{archive}.warc.gz"), ("release", released), ("verify",)


@pytest.fixture(scope="module")
def case(copy: Demo) -> str:
    """A case without searches."""
    number = copy.open_case()
    copy.sign_in("s.kim")
    return number


@pytest.fixture
def at_terminal(copy: Demo) -> Iterator[Callable[..., Terminal]]:
    """Run commands at terminals of 40 columns, dumb ones unless named, which are hung up after the test."""
    terminals: list[Terminal] = []

    def run(*arguments: str, term: str = "dumb") -> Terminal:
        terminals.append(Terminal.run(arguments, copy.environment | {"TERM": term}, columns=40))
        return terminals[-1]

    yield run
    for terminal in terminals:
        terminal.close()


def test_a_dumb_terminal_gets_no_signs_it_cannot_read(
    copy: Demo, case: str, at_terminal: Callable[..., Terminal]
) -> None:
    copy.sign_in("j.alvarez")
    long = _long(copy, case, "colm_brannigant")
    for arguments in (("run", case), ("case", "list", POSITION), *long, ("run", "C-NOSUCH00")):
        terminal = at_terminal(*arguments)
        assert terminal.end() == (5 if "C-NOSUCH00" in arguments else 0), terminal.text
        assert "\x1b" not in terminal.text
        assert "Traceback" not in terminal.text
        assert not any(words in terminal.text for words in AT_WORK.values())
    copy.sign_in("s.kim")


def test_long_work_shows_that_it_goes_on_and_gives_the_cursor_back(
    copy: Demo, case: str, at_terminal: Callable[..., Terminal]
) -> None:
    copy.sign_in("j.alvarez")
    for arguments in _long(copy, case, "mei_harrowgate"):
        terminal = at_terminal(*arguments, term="xterm")
        assert terminal.end() == 0, terminal.text
        assert AT_WORK[arguments[0]].encode() in terminal.shown
        assert terminal.shown.count(b"\x1b[?25h") >= terminal.shown.count(b"\x1b[?25l") > 0
    copy.sign_in("s.kim")


# ------------------------------------------------------------------------------------------------ no reader


@pytest.mark.parametrize("arguments", [("verify",), ("person", "list"), ("person", "list", "--json"), ("--help",)])
@pytest.mark.parametrize("redirection", ["| true", "| head -c 1", ">&-", "2>&-", ">&- 2>&- <&-"])
def test_a_reader_that_goes_away_is_not_missed(copy: Demo, arguments: tuple[str, ...], redirection: str) -> None:
    script = f'{{ "$@"; echo $? > "$0"; }} {redirection}'
    status = copy.home.parent / "status"
    answer = completed(["bash", "-c", script, str(status), *COMMAND, *arguments], copy.environment)
    assert status.read_text(encoding="ascii").strip() == "0"
    assert not answer.stderr


def test_a_verdict_keeps_its_exit_code_where_nobody_reads_it(copy: Demo) -> None:
    script = '"$@" | true; exit ${PIPESTATUS[0]}'
    known = "1:" + "0" * 64
    answer = completed(["bash", "-c", script, "bash", *COMMAND, "verify", "--known", known], copy.environment)
    assert answer.returncode == 9
    assert not answer.stderr


@pytest.mark.parametrize("arguments", [("verify",), ("person", "list", "--json")])
def test_a_result_that_a_full_disk_did_not_take_is_an_error(copy: Demo, arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        answer = completed([*COMMAND, *arguments], copy.environment, stdout=full)
    assert answer.returncode == STORAGE
    assert len(answer.stderr.splitlines()) == 2, answer.stderr


def test_an_installation_that_is_not_whole_is_a_sentence(copy: Demo, tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise ImportError('a missing library')\n", encoding="ascii")
    answer = completed([*COMMAND, "verify"], copy.environment | {"PYTHONPATH": f"{tmp_path}:{ROOT}"})
    assert answer.returncode == 1
    assert answer.stderr.splitlines() == [
        "The program cannot be read (ImportError).",
        "Install it again: make clean demo",
    ]

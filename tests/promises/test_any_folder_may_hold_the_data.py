"""Promise: the data folder may have any name, and no folder that holds other things is taken for one."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.demonstration import COMMAND, POSITION, ROOT, Demo, completed
from tests.terminal import Terminal
from vetting.settings import ROOMS

USAGE, BAD_INPUT, REFUSED, STORAGE = 2, 4, 3, 7
PASSWORD = "correct horse battery staple"
INIT = ("init", "--administrator", "s.kim", "--name", "S. Kim", "--password-stdin")
OTHERS = (
    ("sign-in", "s.kim", "--password-stdin"),
    ("sign-out",),
    ("verify",),
    ("uniformity", "patrol"),
    ("run", "C-NOSUCH00"),
    ("release", "C-NOSUCH00"),
    ("report", "list", "patrol"),
    ("case", "list", "patrol"),
)


def _vetting(home: str | bytes, *arguments: str) -> subprocess.CompletedProcess[str]:
    return completed([*COMMAND, *arguments], {**os.environb, b"VETTING_HOME": os.fsencode(home)}, typed=f"{PASSWORD}\n")


def _refusal(answer: subprocess.CompletedProcess[str], *codes: int) -> str:
    assert answer.returncode in codes, answer.stdout + answer.stderr
    assert len(answer.stderr.splitlines()) == 2, answer.stderr
    assert "Traceback" not in answer.stderr
    assert "unexpected" not in answer.stderr
    return answer.stderr


def _tree(folder: Path) -> list[tuple[str, int]]:
    return sorted((str(path), path.lstat().st_mode) for path in folder.rglob("*"))


# --------------------------------------------------------------------------------------------------- any name


def test_blanks_marks_percent_signs_and_foreign_letters_lead_nowhere_else(demo: Demo) -> None:
    """The demonstration of this test run was made in such a folder."""
    assert all(mark in str(demo.home) for mark in (" ", "?", "%41", "#", "ü", "'", "$"))
    folder = demo.home.parents[1]
    assert [path.name for path in folder.iterdir()] == ["var"]
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    files = {path.relative_to(demo.home).as_posix() for path in demo.home.rglob("*.db")}
    assert files == {*(f"{room}/{room}.db" for room in ROOMS)}


def test_an_auditor_verifies_in_such_a_folder(demo: Demo) -> None:
    answer = demo.vetting("verify")
    assert answer.returncode == 0, answer.stderr


def test_the_demo_and_the_readme_say_how_to_sign_the_auditor_in_again(demo: Demo, tmp_path: Path) -> None:
    line = next(line.strip() for line in demo.printed.splitlines() if " sign-in " in line)
    command = line.partition(" < ")[0]
    assert f"{command} < var/demo/password\n" in (ROOT / "README.md").read_text(encoding="utf-8")
    copy = demo.copy(tmp_path)
    assert copy.vetting("sign-out").returncode == 0
    typed = line.replace(".venv/bin/vetting", '"$@"', 1)
    answer = completed(["sh", "-c", typed, "sh", *COMMAND], copy.environment)
    assert answer.returncode == 0, answer.stderr
    assert copy.vetting("uniformity", POSITION).returncode == 0


@pytest.mark.parametrize("name", ["new", "new/below", "was empty", "disk"])
def test_set_up_takes_a_new_or_an_empty_folder_and_keeps_others_out_of_it(tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    if name == "was empty":
        home.mkdir(mode=0o755)
    if name == "disk":
        (home / "lost+found").mkdir(parents=True)
        home.chmod(0o700)
    answer = _vetting(str(home), *INIT)
    assert answer.returncode == 0, answer.stderr
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    again = _vetting(str(home), *INIT)
    assert again.returncode == 0, again.stderr
    assert "set up before" in again.stdout


def test_set_up_again_needs_no_administrator(tmp_path: Path) -> None:
    """The remedy of stores of an earlier version is `vetting init`, as it stands there."""
    home = str(tmp_path / "home")
    assert _vetting(home, *INIT).returncode == 0
    again = _vetting(home, "init")
    assert (again.returncode, again.stderr) == (0, "")
    assert "up to date" in again.stdout


@pytest.mark.parametrize("given", [(), ("--administrator", "s.kim"), ("--name", "S. Kim")])
def test_a_first_administrator_who_is_not_named_is_a_sentence_and_nothing_is_made(
    tmp_path: Path, given: tuple[str, ...]
) -> None:
    answer = _vetting(str(tmp_path / "home"), "init", *given)
    assert "--administrator and --name" in _refusal(answer, USAGE)
    assert not list(tmp_path.iterdir())


def test_an_id_that_cannot_be_one_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    _refusal(_vetting(str(tmp_path / "home"), "init", "--administrator", "S Kim", "--name", "S. Kim"), BAD_INPUT)
    assert not list(tmp_path.iterdir())


def test_set_up_at_a_terminal_asks_for_what_it_needs(tmp_path: Path) -> None:
    """The remedy of a missing data folder is `vetting init`, as it stands there."""
    home = tmp_path / "home"
    terminal = Terminal.run(("init",), {**os.environ, "VETTING_HOME": str(home)})
    try:
        for question, answer in (("first administrator", "s.kim"), ("name:", "S. Kim")):
            terminal.wait_for(question)
            assert not home.exists()
            terminal.type(f"{answer}\n".encode())
        for question in ("Password:", "Repeat for confirmation:"):
            terminal.asks(question)
            assert not terminal.echoes()
            terminal.type(f"{PASSWORD}\n".encode())
        assert terminal.end() == 0, terminal.text
    finally:
        terminal.close()
    assert "vetting sign-in s.kim" in terminal.text
    assert _vetting(str(home), "sign-in", "s.kim", "--password-stdin").returncode == 0


def test_set_up_again_does_not_mind_what_a_department_put_beside_the_rooms(tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    assert _vetting(home, *INIT).returncode == 0
    (tmp_path / "home" / "notes.txt").touch()
    assert _vetting(home, *INIT).returncode == 0


def test_set_up_without_a_named_folder_does_not_move_in_with_the_demo(tmp_path: Path) -> None:
    (tmp_path / "var" / "demo").mkdir(parents=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("VETTING_HOME", None)
    answer = completed([*COMMAND, *INIT], environment, tmp_path, typed=f"{PASSWORD}\n")
    assert answer.returncode == 0, answer.stderr
    assert str(tmp_path / "var" / "department") in answer.stdout
    assert not list((tmp_path / "var" / "demo").iterdir())


# ------------------------------------------------------------------------------------------------ no data folder


def _no_folders(folder: Path) -> dict[str, str | bytes]:
    """Values of VETTING_HOME that no data folder can have."""
    (folder / "file").touch()
    (folder / "loop").symlink_to("loop")
    return {
        "nothing": "",
        "blanks": "  ",
        "a file": str(folder / "file"),
        "below a file": str(folder / "file" / "home"),
        "a link to itself": str(folder / "loop"),
        "a name too long": str(folder / ("x" * 300)),
        "bytes that are no text": os.fsencode(folder) + b"/\xff",
        "no place for folders": "/proc/home",
    }


@pytest.mark.parametrize("what", ["nothing", "blanks", "a file", "below a file", "a link to itself",
                                  "a name too long", "bytes that are no text", "no place for folders"])  # fmt: skip
def test_what_can_be_no_folder_is_refused_and_nothing_is_left(tmp_path: Path, what: str) -> None:
    home = _no_folders(tmp_path)[what]
    before = _tree(tmp_path)
    assert "VETTING_HOME" in _refusal(_vetting(home, *INIT), BAD_INPUT, STORAGE)
    _refusal(_vetting(home, "run", "C-NOSUCH00"), BAD_INPUT, STORAGE)
    assert _tree(tmp_path) == before


def _somebodys_folder(folder: Path) -> Path:
    """A folder of somebody's, with folders in it that are called like rooms."""
    (folder / "prefect").mkdir(parents=True)
    (folder / "accounts").mkdir()
    (folder / "letters.txt").write_text("not ours", encoding="ascii")
    folder.chmod(0o755)
    return folder


def test_a_folder_that_holds_other_things_is_not_set_up(tmp_path: Path) -> None:
    home = _somebodys_folder(tmp_path / "home")
    before = _tree(tmp_path)
    assert "VETTING_HOME" in _refusal(_vetting(str(home), *INIT), REFUSED)
    assert _tree(tmp_path) == before


@pytest.mark.parametrize("arguments", OTHERS, ids=lambda arguments: arguments[0])
def test_no_command_leaves_anything_in_a_folder_that_was_never_set_up(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    home = _somebodys_folder(tmp_path / "home")
    before = _tree(tmp_path)
    if arguments == ("sign-out",):
        assert _vetting(str(home), *arguments).returncode == 0
    else:
        _refusal(_vetting(str(home), *arguments), REFUSED, STORAGE)
    assert _tree(tmp_path) == before


# ------------------------------------------------------------------------------------------------ the passphrase


@pytest.mark.parametrize("place", ["absent/passphrase", "link", "folder", "pipe"])
def test_a_place_that_takes_no_passphrase_is_a_sentence(tmp_path: Path, place: str) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    answer = completed(
        [*COMMAND, *INIT],
        {
            **os.environ,
            "VETTING_HOME": str(tmp_path / "home"),
            "VETTING_VAULT_PASSPHRASE_FILE": str(tmp_path / place),
        },
        typed=f"{PASSWORD}\n",
    )
    assert "VETTING_VAULT_PASSPHRASE_FILE" in _refusal(answer, STORAGE)
    assert not (tmp_path / "nowhere").exists()
    assert _vetting(str(tmp_path / "home"), *INIT).returncode == 0, "the next set-up finishes it"

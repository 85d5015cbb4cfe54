"""Files that a person names: no pipe is waited for, nothing endless is read, and what is written is whole."""

import os
import resource
import stat
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from vetting.errors import ExitCode, VettingError
from vetting.files import MEBIBYTE, digest_of, disk_errors, read_file, read_text, write_file
from vetting.settings import TOML_BYTES, TOML_DEPTH, read_toml

READERS: list[Callable[[Path, int], object]] = [read_file, digest_of, read_text]
CANARY = "canary-4711"


def refusal(act: Callable[[], object], code: str, exit_code: ExitCode = ExitCode.BAD_INPUT) -> VettingError:
    """Run `act`, which must be refused in one sentence with a remedy; return the error."""
    with pytest.raises(VettingError) as refused:
        act()
    error = refused.value
    assert (error.code, error.exit_code) == (code, exit_code)
    assert error.sentence.endswith((".", ")."))
    assert error.remedy.endswith(".")
    assert CANARY not in str(error)
    return error


# -------------------------------------------------------------------------------------------------- reading


def test_a_file_of_exactly_the_limit_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 100)
    assert read_file(tmp_path / "file", 100) == b"x" * 100
    assert digest_of(tmp_path / "file", 100) == sha256(b"x" * 100).digest()
    (tmp_path / "link").symlink_to("file")
    assert read_text(tmp_path / "link", 100) == "x" * 100


def test_a_digest_of_several_pieces_is_that_of_the_whole(tmp_path: Path) -> None:
    content = os.urandom(3 * MEBIBYTE + 17)
    (tmp_path / "file").write_bytes(content)
    assert digest_of(tmp_path / "file", 4 * MEBIBYTE) == sha256(content).digest()


@pytest.mark.timeout(20)
@pytest.mark.parametrize("read", READERS)
def test_a_pipe_a_device_and_a_folder_are_refused_and_not_waited_for(
    tmp_path: Path, read: Callable[[Path, int], object]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for path in (tmp_path / "pipe", tmp_path / "link", tmp_path, Path("/dev/zero"), Path("/dev/tty")):
        refusal(lambda path=path: read(path, 100), "not_a_file")  # type: ignore[misc]


@pytest.mark.parametrize("read", READERS)
def test_a_file_that_would_fill_the_memory_is_refused(tmp_path: Path, read: Callable[[Path, int], object]) -> None:
    with (tmp_path / "file").open("wb") as file:
        file.truncate(1024**4)  # a terabyte of nothing, which takes no room on the disk
    error = refusal(lambda: read(tmp_path / "file", 3 * MEBIBYTE), "file_too_large")
    assert "3 MiB" in error.sentence


@pytest.mark.parametrize("read", READERS)
def test_a_file_that_is_not_there_says_so(tmp_path: Path, read: Callable[[Path, int], object]) -> None:
    refusal(lambda: read(tmp_path / "absent", 100), "file_missing")
    refusal(lambda: read(tmp_path / "nul\0byte", 100), "file_missing")
    refusal(lambda: read(tmp_path / ("x" * 300), 100), "file_unreadable", ExitCode.STORAGE)
    (tmp_path / "loop").symlink_to("loop")
    refusal(lambda: read(tmp_path / "loop", 100), "file_unreadable", ExitCode.STORAGE)


def test_bytes_that_are_no_text_are_refused_without_repeating_them(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(CANARY.encode() + b"\xff")
    refusal(lambda: read_text(tmp_path / "file", 100), "file_not_utf8")


# ------------------------------------------------------------------------------------------- configuration


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "content",
    [
        f"{CANARY} = " + "[" * 5_000,
        f'"{CANARY}" = ' + "[" * 400 + "]" * 400,
        f"{CANARY} = " + "{a = " * 400 + "1" + "}" * 400,
        f"{CANARY}." + ".".join(["a"] * 100_000) + " = 1",
        f"[{CANARY}." + ".".join(["a"] * 199) + "]",
        f"[{CANARY}." + ".".join(["a"] * TOML_DEPTH) + "]",
        f"{CANARY} = " + "1" * 100_000,
        f"{CANARY} = 2026-99-99",
        f"{CANARY} = \x00",
        f"{CANARY} = '",
    ],
    ids=["open", "lists", "tables", "dots", "long header", "deep header", "digits", "date", "nul", "quote"],
)
def test_a_configuration_made_to_wear_the_parser_out_is_no_valid_file(tmp_path: Path, content: str) -> None:
    (tmp_path / "file.toml").write_text(content, encoding="utf-8")
    error = refusal(lambda: read_toml(tmp_path / "file.toml"), "file_not_toml")
    assert "not valid TOML" in error.sentence


def test_a_configuration_of_an_ordinary_depth_is_read(tmp_path: Path) -> None:
    (tmp_path / "file.toml").write_text("[[a.b.c]]\nd = [[1, 2], [{e = 3}]]\n", encoding="utf-8")
    assert read_toml(tmp_path / "file.toml") == {"a": {"b": {"c": [{"d": [[1, 2], [{"e": 3}]]}]}}}


def test_a_configuration_of_any_size_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "file.toml").write_bytes(b"# " + b"x" * TOML_BYTES)
    refusal(lambda: read_toml(tmp_path / "file.toml"), "file_too_large")


# -------------------------------------------------------------------------------------------------- writing


def test_what_is_written_replaces_the_earlier_file_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"earlier")
    path.chmod(0o644)
    before = os.umask(0)
    try:
        write_file(path, b"new")
    finally:
        os.umask(before)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@pytest.mark.timeout(20)
def test_a_link_or_a_pipe_is_replaced_and_never_written_through(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"not ours")
    (tmp_path / "link").symlink_to("elsewhere")
    (tmp_path / "dangling").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "dangling", "pipe"):
        write_file(tmp_path / name, b"new")
        assert (tmp_path / name).is_file()
        assert not (tmp_path / name).is_symlink()
    assert (tmp_path / "elsewhere").read_bytes() == b"not ours"
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_of_that_name_stays_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(IsADirectoryError):
        write_file(tmp_path / "file", b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_full_disk_leaves_the_earlier_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"earlier")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))  # as a quota that is used up (SIGXFSZ is ignored)
    try:
        error = refusal(lambda: _written(path, b"new" * 1000), "file_not_written", ExitCode.STORAGE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert error.remedy == "Make room, then repeat."
    assert path.read_bytes() == b"earlier"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_what_cannot_be_written_for_another_reason_gets_another_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    error = refusal(lambda: _written(tmp_path / "file" / "x", b"new"), "file_not_written", ExitCode.STORAGE)
    assert error.remedy == "Choose another folder."


def _written(path: Path, content: bytes) -> None:
    with disk_errors(f"{path}", "Choose another folder."):
        write_file(path, content)


def test_what_a_killed_writer_left_is_removed_by_the_next_and_what_a_living_one_writes_is_not(tmp_path: Path) -> None:
    with subprocess.Popen(["true"]) as ended:
        pass
    for writer in (ended.pid, os.getpid(), 10**30, os.getppid()):
        (tmp_path / f".file.{writer}.part").touch()
    (tmp_path / ".other.1.part").touch()
    (tmp_path / ".file.note.part").touch()
    write_file(tmp_path / "file", b"new")
    living = {f".file.{os.getppid()}.part", ".other.1.part", ".file.note.part"}
    assert {p.name for p in tmp_path.iterdir()} == {"file", *living}


def test_whatever_goes_wrong_in_the_middle_leaves_no_draft(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        write_file(tmp_path / "file", "no bytes")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []

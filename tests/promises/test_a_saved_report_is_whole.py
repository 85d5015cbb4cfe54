"""Promise: `vetting report save` writes a whole report of mode 0600 where it was told to, or says why not."""

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demonstration import Demo

STORAGE = 7


@pytest.fixture(scope="module")
def reader(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo's data with the decision maker signed in."""
    copy = demo.copy(tmp_path_factory.mktemp("reader"))
    copy.sign_in("chief.osei")
    return copy


def _save(reader: Demo, folder: Path) -> subprocess.CompletedProcess[str]:
    return reader.vetting("report", "save", reader.reports[0].stem, "--to", str(folder))


def _refusal(answer: subprocess.CompletedProcess[str]) -> str:
    assert answer.returncode == STORAGE, answer.stdout + answer.stderr
    assert len(answer.stderr.splitlines()) == 2, answer.stderr
    assert not answer.stdout
    return answer.stderr


def _whole(reader: Demo, path: Path) -> bool:
    return (
        not path.is_symlink()
        and stat.S_IMODE(path.stat().st_mode) == 0o600
        and path.read_bytes() == reader.reports[0].read_bytes()
    )


def test_a_report_replaces_its_earlier_copy(reader: Demo, tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / reader.reports[0].name
    for _ in range(2):
        answer = _save(reader, path.parent)
        assert answer.returncode == 0, answer.stderr
        assert answer.stdout.strip() == str(path)
        assert _whole(reader, path)
        path.write_bytes(b"an earlier copy")
        path.chmod(0o644)


def test_a_report_is_written_through_no_link_and_into_no_pipe(reader: Demo, tmp_path: Path) -> None:
    path, other = tmp_path / reader.reports[0].name, tmp_path / "somebody's file"
    other.write_bytes(b"somebody's words")
    path.symlink_to(other)
    assert _save(reader, tmp_path).returncode == 0
    assert _whole(reader, path)
    path.unlink()
    os.mkfifo(path)
    assert _save(reader, tmp_path).returncode == 0
    assert _whole(reader, path)
    assert other.read_bytes() == b"somebody's words"


def test_a_folder_in_the_reports_place_is_a_sentence(reader: Demo, tmp_path: Path) -> None:
    (tmp_path / reader.reports[0].name).mkdir()
    assert "--to" in _refusal(_save(reader, tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == [reader.reports[0].name]


def test_a_folder_that_cannot_be_made_is_a_sentence(reader: Demo, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/nowhere"), tmp_path / ("x" * 300)):
        assert "--to" in _refusal(_save(reader, folder))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a disk with no room for a report, which only root may mount."""
    (tmp_path / "disk").mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k,mode=0700", "vetting-tests", str(tmp_path / "disk")]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield tmp_path / "disk"
    subprocess.run(["umount", tmp_path / "disk"], check=True)


def test_a_full_disk_leaves_the_earlier_copy_whole(reader: Demo, full_disk: Path) -> None:
    path = full_disk / reader.reports[0].name
    path.write_bytes(b"an earlier copy")
    assert "Make room" in _refusal(_save(reader, full_disk))
    assert path.read_bytes() == b"an earlier copy"
    assert [p.name for p in full_disk.iterdir()] == [path.name]

"""Promise: an auditor verifies a log that may only be read, wherever it lies, and changes nothing in it."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demonstration import DEMO_SECONDS, ROOT, Demo

STORAGE, LOG_BROKEN = 7, 9
NOBODY = 65534
LOG = Path("transparency_log") / "transparency_log.db"

AS_AN_AUDITOR = """
import os, sys
from vetting.cli.app import run, whole
whole()
os.setgroups([])
os.setgid(int(sys.argv[1]))
os.setuid(int(sys.argv[1]))
sys.exit(run(sys.argv[2:]))
"""
"""The command in an account that may write nothing here; read in beforehand, for its program may lie out of reach."""


@pytest.fixture
def handed_over(demo: Demo) -> Iterator[Path]:
    """Yield a copy of the log alone, as an auditor gets it, in a folder that every account reaches."""
    home = Path(tempfile.mkdtemp(prefix="vetting-tests-auditor-"))
    home.chmod(0o755)
    shutil.copytree(demo.home / LOG.parent, home / LOG.parent)
    (home / LOG.parent / "log.key").unlink()
    yield home
    shutil.rmtree(home)


def _verify(home: Path, *arguments: str, account: int | None = None) -> subprocess.CompletedProcess[str]:
    start = ["-m", "vetting.cli"] if account is None else ["-c", AS_AN_AUDITOR, str(account)]
    return subprocess.run(
        [sys.executable, *start, "verify", *arguments],
        env={**os.environ, "VETTING_HOME": str(home)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=DEMO_SECONDS,
    )


def _only_root(home: Path, folder: int, files: int, owner: int) -> None:
    """Gives the log these rights, or skips: only root can act as another account."""
    if os.geteuid() != 0:
        pytest.skip("only root can act as another account")
    for path in (home / LOG.parent).iterdir():
        path.chmod(files)
        os.chown(path, owner, owner)
    os.chown(home / LOG.parent, owner, owner)
    (home / LOG.parent).chmod(folder)


def _tree(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (home / LOG.parent).iterdir()}


@pytest.mark.parametrize(
    ("folder", "files", "owner"),
    [(0o500, 0o400, NOBODY), (0o555, 0o444, 0), (0o700, 0o400, NOBODY), (0o755, 0o444, 0)],
    ids=["its own, kept", "another's, kept", "its own", "another's"],
)
def test_a_log_that_may_only_be_read_is_verified(handed_over: Path, folder: int, files: int, owner: int) -> None:
    _only_root(handed_over, folder, files, owner)
    before = _tree(handed_over)
    for _ in range(2):
        answer = _verify(handed_over, account=NOBODY)
        assert answer.returncode == 0, answer.stderr
        assert "Log verified" in answer.stdout
    assert _tree(handed_over) == before


def test_a_log_that_may_not_be_read_is_a_sentence(handed_over: Path) -> None:
    _only_root(handed_over, 0o755, 0o444, 0)
    (handed_over / LOG).chmod(0o400)
    answer = _verify(handed_over, account=NOBODY)
    assert answer.returncode == STORAGE
    assert len(answer.stderr.splitlines()) == 2, answer.stderr


def _mount_read_only(folder: Path) -> None:
    for options in ("bind", "remount,ro,bind"):
        command = ["mount", "-o", options, str(folder), str(folder)]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("a read-only medium can be mounted by root only")


@pytest.fixture
def medium(handed_over: Path) -> Iterator[Path]:
    """Yield the same copy, to be changed and then mounted read-only."""
    yield handed_over
    while subprocess.run(["umount", "--lazy", handed_over], capture_output=True, check=False).returncode == 0:
        pass


def test_a_log_on_a_read_only_medium_is_verified(medium: Path, demo: Demo) -> None:
    _mount_read_only(medium)
    answer = _verify(medium, "--report", str(demo.reports[0]))
    assert answer.returncode == 0, answer.stderr
    assert f"is report {demo.reports[0].stem}" in answer.stdout


def test_an_altered_log_on_a_read_only_medium_does_not_verify(medium: Path) -> None:
    content = (medium / LOG).read_bytes()
    assert content.count(b'"blocked"') > 0
    (medium / LOG).write_bytes(content.replace(b'"blocked"', b'"cleaned"'))
    _mount_read_only(medium)
    answer = _verify(medium)
    assert answer.returncode == LOG_BROKEN, answer.stderr
    assert "does NOT verify" in answer.stdout


@pytest.mark.parametrize("shared", [b"", bytes(32_768)], ids=["no shared memory", "shared memory"])
def test_a_copy_that_lacks_what_its_newest_entries_need_is_a_sentence(medium: Path, shared: bytes) -> None:
    (medium / f"{LOG}-wal").write_bytes(b"x" * 5000)
    if shared:
        (medium / f"{LOG}-shm").write_bytes(shared)
    _mount_read_only(medium)
    answer = _verify(medium)
    assert answer.returncode == STORAGE, answer.stdout
    assert "-wal" in answer.stderr
    assert len(answer.stderr.splitlines()) == 2, answer.stderr


def test_verifying_where_writing_is_allowed_changes_no_byte_of_the_log(handed_over: Path) -> None:
    before = (handed_over / LOG).read_bytes()
    assert _verify(handed_over).returncode == 0
    assert (handed_over / LOG).read_bytes() == before

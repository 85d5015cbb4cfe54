"""A log is read without being written to, and no verdict rests on a file that moved."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from vetting.log.errors import KeyFileError, LogDamagedError, LogMissingError, LogReadOnlyError, LogUnavailableError
from vetting.log.keys import load_vkey
from vetting.log.reader import LogReader
from vetting.log.store import LogStore
from vetting.log.verify import verify

if TYPE_CHECKING:
    from tests.log.conftest import MakeEvent, OpenLog

ROOT = Path(__file__).parents[2]


def untouched(folder: Path) -> LogStore:
    return LogStore(f"sqlite:///{folder / 'log.sqlite'}", read_only=True)


@pytest.fixture
def window(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield the log's folder as a read-only medium shows it, while its own path stays writable; root only."""
    folder = tmp_path_factory.mktemp("window")
    for command in (["--bind", str(tmp_path)], ["-o", "remount,ro,bind"]):
        if subprocess.run(["mount", *command, str(folder)], capture_output=True, check=False).returncode:
            pytest.skip("a read-only medium can be mounted by root only")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


WRITES_AND_IS_KILLED = """
import os, signal, sys
from pathlib import Path
from vetting.log.event import Event, EventType
from vetting.log.keys import LogKey
from vetting.log.store import LogStore
from vetting.log.writer import LogWriter, utc_now
writer = LogWriter(LogStore(sys.argv[1]), LogKey.load(Path(sys.argv[2])))
writer.append(Event(type=EventType.KEY_CREATED, id="last", at=utc_now(), actor="system", body={"key": "log"}))
os.kill(os.getpid(), signal.SIGKILL)
"""


def killed_while_writing(log: OpenLog, keys: Path) -> None:
    """One more entry, by a process that dies right after it: it is in the -wal file only."""
    log.store.close()
    log.key.save(keys / "log.key", keys / "log.vkey")
    command = [sys.executable, "-c", WRITES_AND_IS_KILLED, log.url, str(keys / "log.key")]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL


def test_looking_changes_no_byte_of_a_log_that_could_be_written(
    sqlite_log: OpenLog, make_event: MakeEvent, tmp_path: Path
) -> None:
    sqlite_log.writer.append_all(make_event(number) for number in range(5))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if not path.name.endswith("-shm")}
    assert "log.sqlite-wal" in before
    assert verify(LogReader(untouched(tmp_path)), sqlite_log.key.verifier).size == 5
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if not path.name.endswith("-shm")} == before


def test_whoever_only_looks_cannot_write(sqlite_log: OpenLog, tmp_path: Path) -> None:
    with pytest.raises(LogReadOnlyError), untouched(tmp_path).write():
        pass
    assert sqlite_log.verify().ok


def test_looking_on_postgresql_is_looking_as_ever(log: OpenLog, make_event: MakeEvent) -> None:
    log.writer.append(make_event(1))
    store = LogStore(log.url, read_only=True)
    assert verify(LogReader(store), log.key.verifier).size == 1
    store.close()


def test_a_log_that_rests_is_read_from_a_medium_that_cannot_be_written(
    sqlite_log: OpenLog, make_event: MakeEvent, window: Path
) -> None:
    sqlite_log.writer.append_all(make_event(number) for number in range(5))
    sqlite_log.store.close()
    assert [path.name for path in window.iterdir()] == ["log.sqlite"]
    assert verify(LogReader(untouched(window)), sqlite_log.key.verifier).size == 5
    assert [path.name for path in window.iterdir()] == ["log.sqlite"]


def test_a_log_whose_writer_died_is_read_with_its_last_entry_from_such_a_medium(
    sqlite_log: OpenLog, make_event: MakeEvent, window: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sqlite_log.writer.append(make_event(1))
    killed_while_writing(sqlite_log, tmp_path_factory.mktemp("keys"))
    assert verify(LogReader(untouched(window)), sqlite_log.key.verifier).size == 2


def test_entries_that_cannot_be_reached_are_not_passed_over_in_silence(
    sqlite_log: OpenLog, make_event: MakeEvent, window: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sqlite_log.writer.append(make_event(1))
    killed_while_writing(sqlite_log, tmp_path_factory.mktemp("keys"))
    (tmp_path / "log.sqlite-shm").unlink()
    with pytest.raises(LogUnavailableError, match="-wal") as refused:
        verify(LogReader(untouched(window)), sqlite_log.key.verifier)
    assert "copy" in refused.value.remedy.lower()
    assert verify(LogReader(untouched(tmp_path)), sqlite_log.key.verifier).size == 2, "as its remedy says"


def test_an_empty_side_file_hides_nothing(sqlite_log: OpenLog, make_event: MakeEvent, window: Path) -> None:
    sqlite_log.writer.append(make_event(1))
    sqlite_log.store.close()
    (Path(sqlite_log.url.removeprefix("sqlite:///")).parent / "log.sqlite-wal").touch()
    assert verify(LogReader(untouched(window)), sqlite_log.key.verifier).size == 1


def test_a_log_that_is_written_to_while_nothing_holds_it_still_gets_no_verdict(
    sqlite_log: OpenLog, make_event: MakeEvent, window: Path
) -> None:
    sqlite_log.writer.append_all(make_event(number) for number in range(5))
    sqlite_log.store.close()
    with pytest.raises(LogUnavailableError, match="written to"):
        _read_while_somebody_writes(window, sqlite_log.url.removeprefix("sqlite:///"))


def _read_while_somebody_writes(window: Path, file: str) -> None:
    with LogReader(untouched(window)).snapshot() as snapshot:
        rows = snapshot.rows()
        assert next(rows).sequence == 0
        command = [sys.executable, "-c", "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('VACUUM')", file]
        subprocess.run(command, check=True)
        raise LogDamagedError("What was made of the moving file does not count.")


@pytest.mark.timeout(20)
def test_a_pipe_in_the_place_of_a_log_or_its_key_is_not_waited_for(tmp_path: Path, sqlite_log: OpenLog) -> None:
    (tmp_path / "handed over").mkdir()
    os.mkfifo(tmp_path / "handed over" / "log.sqlite")
    os.mkfifo(tmp_path / "handed over" / "log.vkey")
    with pytest.raises(LogMissingError):
        verify(LogReader(untouched(tmp_path / "handed over")), sqlite_log.key.verifier)
    with pytest.raises(KeyFileError):
        load_vkey(tmp_path / "handed over" / "log.vkey")
    with pytest.raises(LogMissingError):
        verify(LogReader(untouched(tmp_path / "nowhere")), sqlite_log.key.verifier)

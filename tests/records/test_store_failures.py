"""A locked, full, missing, foreign or damaged store is one sentence with a remedy, and nothing is half-written."""

from __future__ import annotations

import os
import random
import socket
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, event, make_url, text

from tests.records import invented
from tests.records.refusals import refused
from vetting.errors import ExitCode, VettingError
from vetting.records.accounts import Accounts
from vetting.records.case_files import CaseFiles, CaseFileUnit
from vetting.records.released_reports import ReleasedReports
from vetting.records.seal import VaultKey

CANARY = "quarrelworth-canary"


def _verb(unit: CaseFileUnit, name: str, size: int = 20_000) -> None:
    """One act of several records and an event: all or nothing."""
    unit.add_case(invented.case(name), invented.CANDIDATE, invented.SECRET)
    unit.add_capture(name, "name-web.1", invented.capture(f"K-{name}", os.urandom(size)))
    unit.add_result(name, invented.result())
    unit.post(invented.event(name))


def _act(store: CaseFiles, name: str, size: int = 20_000) -> None:
    with store.transaction() as unit:
        _verb(unit, name, size)


def _acts(store: CaseFiles) -> tuple[list[str], list[str]]:
    """Return the cases and the events, which must be the same; every capture opens."""
    with store.reading() as unit:
        cases = [case.number for case in unit.cases("patrol-officer-2026")]
        for number in cases:
            assert len(unit.results(number)) == 1
            assert all(unit.open_capture(capture.id) for capture in unit.captures(number))
        return cases, [e.id for e in unit.unsettled()]


@pytest.fixture
def opened(case_files: CaseFiles) -> CaseFiles:
    with case_files.transaction() as unit:
        unit.add_position(invented.position())
    return case_files


# --------------------------------------------------------------------------------------------------- locked


def test_a_store_that_another_process_writes_is_locked_until_it_has_done(
    opened: CaseFiles, store_url: str, vault_key: VaultKey
) -> None:
    impatient = CaseFiles(store_url, vault_key.public, vault_key, wait_seconds=0.05)
    with opened.transaction() as unit:
        _verb(unit, "first")
        refused(lambda: _act(impatient, "second"), "store_locked")
    _act(impatient, "third")
    impatient.close()
    assert _acts(opened) == (["first", "third"], ["first", "third"])


def test_a_reader_waits_for_no_writer_and_sees_what_was_there_before(
    opened: CaseFiles, store_url: str, vault_key: VaultKey
) -> None:
    reader = CaseFiles(store_url, vault_key.public, vault_key, wait_seconds=0.05)
    with opened.transaction() as unit:
        _verb(unit, "first")
        assert _acts(reader) == ([], [])
    with reader.reading() as view:
        assert len(view.cases("patrol-officer-2026")) == 1
        _act(opened, "second")
        assert len(view.cases("patrol-officer-2026")) == 1, "one unmoving state"
    reader.close()


def test_a_reader_cannot_write(opened: CaseFiles) -> None:
    def write() -> None:
        with opened.reading() as view:
            _verb(view, "first")

    refused(write, "store_read_only")
    assert _acts(opened) == ([], [])
    _act(opened, "second")


# ----------------------------------------------------------------------------------------------------- full


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_disk_that_fills_up_at_any_statement_leaves_whole_acts_only(opened: CaseFiles) -> None:
    _act(opened, "before")
    outcomes = [_act_with_pages_left(opened, f"act-{pages}", pages) for pages in range(30)]
    done = [f"act-{pages}" for pages, outcome in enumerate(outcomes) if outcome]
    assert outcomes[0] is False, "no room for anything"
    assert outcomes[-1] is True, "room for all of it"
    assert _acts(opened) == (["before", *done], ["before", *done])


def _act_with_pages_left(store: CaseFiles, name: str, pages: int) -> bool:
    """Try one act on a file that may grow by this many pages; return whether it was recorded."""

    def limit(connection: Connection) -> None:
        used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={used + pages}")

    event.listen(store.database.engine, "begin", limit)
    try:
        _act(store, name)
    except VettingError as error:
        assert error.code == "disk_full"  # noqa: PT017 - either outcome is right, but no third
        return False
    finally:
        event.remove(store.database.engine, "begin", limit)
        with store.database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count=1073741823")
    return True


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a disk of 16 MiB, which only root may mount."""
    folder = tmp_path / "disk"
    folder.mkdir(mode=0o700)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m,mode=0700", "vetting-tests", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_real_full_disk_under_sqlite_loses_nothing_that_was_there(small_disk: Path, vault_key: VaultKey) -> None:
    store = CaseFiles(f"sqlite:///{small_disk / 'store' / 'store.db'}", vault_key.public, vault_key)
    store.migrate()
    _fill_and_recover(store, small_disk / "ballast")
    store.close()


def test_a_real_full_disk_under_postgresql_loses_nothing_that_was_there(
    small_disk: Path, postgres_url: str, vault_key: VaultKey
) -> None:
    small_disk.parent.chmod(0o755)
    for folder in small_disk.parents:
        if folder.stat().st_uid == os.geteuid() and folder.is_relative_to(Path(tempfile.gettempdir())):
            folder.chmod(folder.stat().st_mode | 0o011)  # the server's account must reach the disk
    subprocess.run(["chown", "postgres", small_disk], check=True)
    ballast = small_disk / "ballast"
    with psycopg.connect(postgres_url.replace("+psycopg", "", 1), autocommit=True) as server:
        server.execute(f"CREATE TABLESPACE small LOCATION '{small_disk}'")
        server.execute("CREATE DATABASE on_small_disk TABLESPACE small")
        try:
            address = make_url(postgres_url).set(database="on_small_disk")
            url = address.render_as_string(hide_password=False)
            store = CaseFiles(url, vault_key.public, vault_key)
            store.migrate()
            _fill_and_recover(store, ballast)
            store.close()
        finally:
            server.execute("DROP DATABASE on_small_disk WITH (FORCE)")
            server.execute("DROP TABLESPACE small")


def _fill_and_recover(store: CaseFiles, ballast: Path) -> None:
    ballast.write_bytes(bytes(2 << 20))
    with store.transaction() as unit:
        unit.add_position(invented.position())
    done: list[str] = []

    def fill() -> None:
        for n in range(200):
            _act(store, f"act-{n}", 500_000)
            done.append(f"act-{n}")

    refused(fill, "disk_full")
    assert done
    assert _acts(store) == (done, done), "every act that was reported done, whole"
    ballast.unlink()
    _act(store, "after")
    assert _acts(store) == ([*done, "after"], [*done, "after"])


# -------------------------------------------------------------------------------------- missing and foreign

_STORES: dict[str, Callable[[str], CaseFiles | ReleasedReports | Accounts]] = {
    "case files": lambda url: CaseFiles(url, VaultKey.generate().public, None),
    "released reports": ReleasedReports,
    "accounts": Accounts,
}


def _touch(store: CaseFiles | ReleasedReports | Accounts) -> None:
    try:
        with store.database.reading() as connection:
            connection.execute(text("SELECT 1"))
    finally:
        store.close()


@pytest.mark.parametrize("name", _STORES)
def test_a_store_that_was_never_made_says_so_and_is_not_made_by_looking(tmp_path: Path, name: str) -> None:
    error = refused(lambda: _touch(_STORES[name](f"sqlite:///{tmp_path / 'x' / 'x.db'}")), "store_missing")
    assert name in error.sentence
    assert list(tmp_path.iterdir()) == []


def test_a_store_without_tables_says_that_it_must_be_migrated(store_url: str) -> None:
    file = make_url(store_url).database
    if store_url.startswith("sqlite"):
        Path(str(file)).parent.mkdir(mode=0o700)
        Path(str(file)).touch(mode=0o600)
    for make in _STORES.values():
        refused(lambda m=make: _touch(m(store_url)), "store_not_migrated")  # type: ignore[misc]


def test_a_postgresql_database_that_does_not_exist_or_does_not_answer_says_so(postgres_url: str) -> None:
    address = make_url(postgres_url)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        silent = address.set(port=nobody.getsockname()[1])
        wrong = address.set(password="wrong-password-canary")
        for url in (address.set(database="absent"), silent, wrong):
            rendered = url.render_as_string(hide_password=False)
            error = refused(lambda u=rendered: _touch(ReleasedReports(u)), "store_unreachable")  # type: ignore[misc]
            assert "canary" not in str(error)
            assert str(address.password) not in str(error)


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://u:canary@h/d", "sqlite+nonsense:///x", "://", "http://x"])
def test_an_address_of_no_known_kind_is_refused_without_repeating_it(url: str) -> None:
    error = refused(lambda: ReleasedReports(url), "store_address", ExitCode.BAD_INPUT)
    assert "canary" not in str(error)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_store_does_not_live_in_memory(url: str) -> None:
    refused(lambda: ReleasedReports(url), "store_in_memory", ExitCode.BAD_INPUT)


def test_a_store_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "x.db", tmp_path):
        refused(lambda p=path: ReleasedReports(f"sqlite:///{p}").migrate(), "store_not_made")  # type: ignore[misc]


# ---------------------------------------------------------------------------------------- who else may look


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_only_its_owner_may_reach_a_sqlite_store_whatever_the_umask(
    store_url: str, vault_key: VaultKey, tmp_path: Path
) -> None:
    before = os.umask(0)
    try:
        store = CaseFiles(store_url, vault_key.public, vault_key)
        store.migrate()
        with store.transaction() as unit:
            unit.add_position(invented.position())
    finally:
        os.umask(before)
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "store").iterdir()}
    store.close()
    assert modes == {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}
    assert stat.S_IMODE((tmp_path / "store").stat().st_mode) == 0o700


@pytest.mark.parametrize(("what", "mode"), [("", 0o750), ("", 0o701), ("store.db", 0o640), ("store.db", 0o604)])
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_sqlite_store_that_others_may_reach_is_not_opened(
    opened: CaseFiles, tmp_path: Path, what: str, mode: int
) -> None:
    (tmp_path / "store" / what).chmod(mode)
    refused(lambda: _acts(opened), "store_open_to_others")
    refused(opened.migrate, "store_open_to_others")


# -------------------------------------------------------------------------------------------------- damaged


@pytest.fixture
def healthy(tmp_path: Path, vault_key: VaultKey) -> bytes:
    """Return the bytes of a SQLite store with one act in it."""
    path = tmp_path / "healthy" / "store.db"
    store = CaseFiles(f"sqlite:///{path}", vault_key.public, vault_key)
    store.migrate()
    with store.transaction() as unit:
        unit.add_position(invented.position())
        _verb(unit, "C-0001", 500)
        unit.add_result("C-0001", invented.outage())
        unit.add_repeat("C-0001", invented.outage())
        unit.add_authorization("C-0001", invented.case().authorization)
        unit.add_capture("C-0001", "name-web.1", invented.capture())
        unit.add_finding(invented.finding(), invented.SALT)
        unit.add_attribution(invented.attribution())
        unit.add_validation(invented.validation())
        unit.add_filter_record(invented.filter_record())
    store.close()
    assert sorted(p.name for p in path.parent.iterdir()) == ["store.db"], "all of it is in one file"
    return path.read_bytes()


@pytest.mark.parametrize(
    "content", [b"\x00" * 4096, b"no database at all " * 400, b"SQLite format 3\x00" + b"\xff" * 8000]
)
def test_a_file_that_is_no_database_says_so(tmp_path: Path, vault_key: VaultKey, content: bytes) -> None:
    refused(lambda: _read_all(tmp_path, vault_key, content), "store_corrupt")


def test_a_store_cut_short_anywhere_is_a_sentence_and_not_a_crash(
    tmp_path: Path, vault_key: VaultKey, healthy: bytes
) -> None:
    cuts = [*range(0, len(healthy), 4096), *range(100, len(healthy), 9973)]
    refusals = [_outcome(tmp_path, vault_key, healthy[:cut]) for cut in cuts if cut]
    assert set(refusals) <= {"store_corrupt", "store_not_migrated", "record_altered", "unknown_case", "seal_broken"}
    assert refusals.count("store_corrupt") > len(refusals) / 2


def test_a_store_with_damaged_bytes_gives_true_records_or_a_sentence(
    tmp_path: Path, vault_key: VaultKey, healthy: bytes
) -> None:
    """400 damaged files: what is sealed comes back true or not at all."""
    dice = random.Random(20261122)  # noqa: S311 - repeatable damage
    outcomes = []
    for n in range(400):
        damaged = bytearray(healthy)
        for _ in range(3):
            damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
        if n % 4 == 0:
            place = dice.randrange(len(damaged))
            damaged[place : place + 64] = dice.randbytes(64)
        outcomes.append(_outcome(tmp_path, vault_key, bytes(damaged[: len(healthy)])))
    assert "whole" in outcomes, "damage in an empty place of the file harms nobody"
    assert {"store_corrupt", "seal_broken", "record_altered"} <= set(outcomes)


def _outcome(folder: Path, key: VaultKey, content: bytes) -> str:
    try:
        _read_all(folder, key, content)
    except VettingError as error:
        assert error.exit_code in {ExitCode.STORAGE, ExitCode.NOT_FOUND}  # noqa: PT017 - either outcome is right
        return error.code
    return "whole"


def _read_all(folder: Path, key: VaultKey, content: bytes) -> None:
    path = folder / "damaged" / "store.db"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    for leftover in path.parent.iterdir():
        leftover.unlink()
    path.write_bytes(content)
    path.chmod(0o600)
    store = CaseFiles(f"sqlite:///{path}", key.public, key)
    try:
        with store.reading() as unit:
            assert unit.candidate("C-0001") == invented.CANDIDATE
            assert unit.case_secret("C-0001") == invented.SECRET
            for finding in unit.findings("C-0001"):
                assert finding.passage == invented.finding().passage
                unit.attribution(finding.id)
                unit.validations(finding.id)
            for capture in unit.captures("C-0001"):
                unit.open_capture(capture.id)
            for read in (unit.case, unit.results, unit.filter_records):
                read("C-0001")
            unit.positions()
            unit.unsettled()
    finally:
        store.close()

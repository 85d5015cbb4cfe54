"""Nothing confidential stands in a store's files in clear, in any spelling: a marker in every field, then a search."""

from __future__ import annotations

import base64
import codecs
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests.records import invented
from vetting.attribution import Level
from vetting.candidate import Candidate, Identifier, IdentifierKind
from vetting.evidence import RawText
from vetting.records.accounts import Accounts
from vetting.records.case_files import CaseFiles
from vetting.records.seal import VaultKey
from vetting.roles import Person

MARK = "Zqx7Kanari"
CLEAR = "Wbn4Offen"
"""Stands in fields that are kept in clear: proves that the search finds what is there."""


def _spellings(mark: str) -> Iterator[bytes]:
    """Yield the mark in every encoding in which it could have been written down."""
    for text in (mark, mark.lower(), mark[::-1]):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le"):
            plain = text.encode(encoding)
            yield plain
            yield plain.hex().encode()
            yield plain.hex().upper().encode()
        for shift in range(3):  # base64 spells the same bytes in three ways, after where they begin
            whole = base64.b64encode(b"\0" * shift + text.encode() + b"\0" * 2)
            yield whole[4 if shift else 0 : 4 + 4 * ((len(text) - 3) // 3)].rstrip(b"=")
        yield codecs.encode(text, "rot13").encode()
    yield "".join(f"%{byte:02X}" for byte in mark.encode()).encode()
    yield "".join(f"\\u{ord(letter):04x}" for letter in mark).encode()


def _found(mark: str, files: dict[str, bytes]) -> list[str]:
    return [name for name, content in files.items() if any(spelling in content for spelling in _spellings(mark))]


def test_the_search_finds_every_spelling_it_looks_for() -> None:
    for n, spelling in enumerate(_spellings(MARK)):
        assert len(spelling) >= 8, "long enough not to be met by chance"
        assert _found(MARK, {"f": b"\x00" * n + spelling + b"\xff"}) == ["f"]
    for shift in range(7):
        assert _found(MARK, {"f": base64.b64encode(b"p" * shift + MARK.encode() + b"tail")}) == ["f"]
        assert _found(MARK, {"f": b"q" * shift + MARK.encode("utf-16")}) == ["f"]
    assert _found(MARK, {"f": base64.b64encode(bytes(range(256)) * 50)}) == []


def _plant(store: CaseFiles) -> None:
    """Record one case with the mark in every confidential field, and the other in fields that are kept in clear."""
    m = RawText(f"{MARK} said so")
    candidate = Candidate(
        full_name=f"{MARK} One",
        town=f"{MARK} Town",
        identifiers=tuple(Identifier(kind=kind, value=f"{MARK}@{kind}") for kind in IdentifierKind),
        other_names=(f"{MARK} Two",),
    )
    finding = replace(invented.finding(), passage=m, locator=m, author=m, cues=(MARK,), platform=CLEAR)
    with store.transaction() as unit:
        unit.add_position(replace(invented.position(), title=CLEAR))
        unit.add_case(invented.case(), candidate, MARK.encode())
        unit.add_result("C-0001", invented.result())
        unit.add_capture("C-0001", "name-web.1", invented.capture(warc=f"GET /?q={MARK}\r\n{MARK}".encode() * 400))
        unit.add_finding(finding, MARK.encode())
        unit.add_attribution(invented.attribution(Level.A2, MARK))
        unit.add_validation(invented.validation(note=MARK))
        unit.add_mark(invented.mark(note=MARK))
        unit.add_filter_record(invented.filter_record(detail=MARK))
        unit.post(invented.event())
    with store.reading() as unit:
        assert unit.candidate("C-0001") == candidate, "it is all there, sealed"
        assert unit.finding("F-0001") == finding


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_the_files_of_a_sqlite_store_show_nothing_confidential(case_files: CaseFiles, tmp_path: Path) -> None:
    _plant(case_files)
    for moment in ("while it is open", "after it was closed"):
        files = {path.name: path.read_bytes() for path in (tmp_path / "store").iterdir()}
        expected = {"store.db", "store.db-wal", "store.db-shm"} if "open" in moment else {"store.db"}
        assert set(files) == expected
        assert _found(MARK, files) == [], moment
        assert _found(CLEAR, files) != [], "the search would have found it"
        for date in ("2024-05-06", "07:08:09"):
            assert not any(date.encode() in content for content in files.values()), "when it was posted is sealed too"
        case_files.close()


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_the_files_of_a_postgresql_server_show_nothing_confidential(case_files: CaseFiles, store_url: str) -> None:
    """Tables, write-ahead log and the server's own log, as the account that runs the server could read them."""
    _plant(case_files)
    address = make_url(store_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as server:
        server.execute("CHECKPOINT")
        ((data, oid),) = server.execute(
            "SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = current_database()"
        ).fetchall()
    folder = Path(data)
    paths = [*(folder / "base" / str(oid)).iterdir(), *(folder / "pg_wal").glob("0*"), folder.parent / "log"]
    try:
        files = {path.name: path.read_bytes() for path in paths}
    except PermissionError:
        pytest.skip("the server's files can be read by its own account only")
    assert _found(MARK, files) == []
    assert _found(CLEAR, files) != [], "the search would have found it"


def test_even_a_program_that_logs_everything_logs_nothing_confidential(
    store_url: str, vault_key: VaultKey, caplog: pytest.LogCaptureFixture
) -> None:
    for logger in (None, "sqlalchemy", "psycopg"):
        caplog.set_level(logging.DEBUG, logger)
    store = CaseFiles(store_url, vault_key.public, vault_key)
    store.migrate()
    _plant(store)
    store.close()
    assert "INSERT INTO candidates" in caplog.text, "SQLAlchemy did log its statements"
    assert _found(MARK, {"log": caplog.text.encode("utf-8", "surrogateescape")}) == []


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_neither_password_nor_token_stands_in_the_accounts(accounts: Accounts, tmp_path: Path) -> None:
    person = Person(id="inv1", name=CLEAR, roles=frozenset())
    accounts.enrol(person, f"{MARK} and more words", invented.NOW, invented.event("told"))
    accounts.check_password("inv1", f"{MARK} and more words", invented.NOW)
    token = accounts.start_session("inv1", invented.NOW)
    files = {path.name: path.read_bytes() for path in (tmp_path / "store").iterdir()}
    assert _found(MARK, files) == []
    assert _found(CLEAR, files) != []
    assert not any(token.encode() in content for content in files.values())

"""The stores on both databases: every test that asks for one of these runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from tests.records import invented
from vetting.records.accounts import Accounts
from vetting.records.case_files import CaseFiles
from vetting.records.released_reports import ReleasedReports
from vetting.records.seal import VaultKey


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of a store that does not exist yet (a PostgreSQL database without tables)."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store' / 'store.db'}"
    url: str = request.getfixturevalue("fresh_postgres")
    return url


@pytest.fixture(scope="session")
def vault_key() -> VaultKey:
    return VaultKey.generate()


@pytest.fixture
def case_files(store_url: str, vault_key: VaultKey) -> Iterator[CaseFiles]:
    store = CaseFiles(store_url, vault_key.public, vault_key)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def one_case(case_files: CaseFiles) -> CaseFiles:
    """Return case files that hold one case with a search, a capture and a finding."""
    with case_files.transaction() as unit:
        unit.add_position(invented.position())
        unit.add_case(invented.case(), invented.CANDIDATE, invented.SECRET)
        unit.add_result("C-0001", invented.result())
        unit.add_capture("C-0001", "name-web.1", invented.capture())
        unit.add_finding(invented.finding(), invented.SALT)
    return case_files


@pytest.fixture
def released_reports(store_url: str) -> Iterator[ReleasedReports]:
    store = ReleasedReports(store_url)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def accounts(store_url: str) -> Iterator[Accounts]:
    """Return accounts whose password hash is cheap, so that tests are not slow; its strength is tested by itself."""
    store = Accounts(store_url, hasher=PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    store.migrate()
    yield store
    store.close()

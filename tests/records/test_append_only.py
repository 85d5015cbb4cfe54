"""A seat-belt: whoever writes to a store past the program, by mistake, cannot change or remove a record."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from tests.records import invented
from tests.records.refusals import refused
from vetting.errors import ExitCode
from vetting.records.case_files import CaseFiles
from vetting.records.database import Database
from vetting.records.released_reports import ReleasedReports

KEPT = (
    "positions",
    "attestations",
    "cases",
    "candidates",
    "results",
    "repeats",
    "authorizations",
    "captures",
    "findings",
    "attributions",
    "validations",
    "filter_records",
    "marks",
    "repeated_captures",
    "deviations",
    "deviation_decisions",
    "outbox",
)


@pytest.fixture
def full(one_case: CaseFiles) -> CaseFiles:
    """Return case files with a row in every table."""
    with one_case.transaction() as unit:
        unit.add_attestation("patrol-officer-2026", "inv1", invented.NOW)
        unit.add_result("C-0001", invented.outage())
        unit.add_repeat("C-0001", invented.outage())
        unit.add_authorization("C-0001", invented.case().authorization)
        unit.add_attribution(invented.attribution())
        unit.add_validation(invented.validation())
        unit.add_filter_record(invented.filter_record())
        unit.add_mark(invented.mark())
        unit.add_repeated_capture(invented.repeated_capture())
        unit.add_deviation(invented.deviation())
        unit.post(invented.event())
    return one_case


def test_every_table_of_the_case_files_is_among_those_that_are_kept(full: CaseFiles) -> None:
    working_state = {"leases"}  # who runs a search at the moment: no record of anything
    assert set(full.database.metadata.tables) == {*KEPT, *working_state}
    assert all(_rows(full.database, table) for table in KEPT)


@pytest.mark.parametrize("verb", ["UPDATE {} SET sequence = sequence + 1", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_a_record_is_neither_changed_nor_removed(full: CaseFiles, verb: str) -> None:
    if "TRUNCATE" in verb and full.database.engine.dialect.name == "sqlite":
        verb = "DELETE FROM {} WHERE true"  # SQLite's truncation is a DELETE without condition
    for table in KEPT:
        before = _rows(full.database, table)
        _refused(full.database, verb.format(table))
        assert _rows(full.database, table) == before


def test_of_an_event_nothing_changes_but_that_it_is_settled(full: CaseFiles) -> None:
    for column in ("id", "type", "at", "actor", "position", "case_number", "body"):
        _refused(full.database, f"UPDATE outbox SET {column} = {column}")  # noqa: S608
    with full.transaction() as unit:
        unit.settled(["position.opened:1"])
    _refused(full.database, "UPDATE outbox SET settled = false")


def test_a_filed_report_is_neither_changed_nor_removed(released_reports: ReleasedReports) -> None:
    with released_reports.transaction() as unit:
        unit.add(invented.released())
    for statement in ("UPDATE reports SET position = 'x'", "DELETE FROM reports"):
        _refused(released_reports.database, statement)
    with released_reports.reading() as unit:
        assert unit.report("R-0001-1") == invented.released()


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_sqlite_replaces_no_record_even_for_a_program_that_sets_no_pragma(full: CaseFiles, store_url: str) -> None:
    """INSERT OR REPLACE removes the old row without firing a DELETE trigger; a guard on INSERT closes the hole."""
    with closing(sqlite3.connect(str(make_url(store_url).database))) as stranger:
        for table in KEPT:
            before = _rows(full.database, table)
            columns = [row[1] for row in stranger.execute(f"PRAGMA table_info({table})")]
            names = ", ".join(columns)
            same_key = ", ".join(columns[1:])
            same_place = ", ".join([columns[0], "'other'", *columns[2:]])
            for target, values in ((names, names), (same_key, same_key), (names, same_place)):
                with pytest.raises(sqlite3.IntegrityError):
                    stranger.execute(f"INSERT OR REPLACE INTO {table} ({target}) SELECT {values} FROM {table}")  # noqa: S608
            stranger.rollback()
            assert _rows(full.database, table) == before


def _refused(database: Database, statement: str) -> None:
    def act() -> None:
        with database.writing() as connection:
            connection.execute(text(statement))

    refused(act, "append_only", ExitCode.REFUSED)


def _rows(database: Database, table: str) -> list[tuple[object, ...]]:
    with database.reading() as connection:
        return [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))]  # noqa: S608

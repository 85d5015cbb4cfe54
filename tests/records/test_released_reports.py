"""A released report stays what it was when it was released, and its store knows nothing of the case files."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.records import invented
from tests.records.refusals import refused
from vetting.errors import ExitCode
from vetting.records.released_reports import ReleasedReports, ReleasedReportUnit
from vetting.records.report_document import report_bytes, report_from
from vetting.release import FilterRecord, ReleasedReport, SanitizedText


@pytest.fixture
def filed(released_reports: ReleasedReports) -> ReleasedReports:
    with released_reports.transaction() as unit:
        unit.add(invented.released())
        unit.post(invented.event("report.released:R-0001-1"))
    return released_reports


def test_a_report_comes_back_byte_for_byte_and_word_for_word(filed: ReleasedReports) -> None:
    with filed.reading() as unit:
        back = unit.report("R-0001-1")
    assert back == invented.released()
    quotation = back.report.findings[0].quotation
    assert quotation == SanitizedText("I will [withheld] the depot.", FilterRecord("FR-0001"))
    assert back.report.findings[1].quotation is None


def test_the_same_report_has_the_same_bytes_wherever_it_is_written() -> None:
    report = invented.released().report
    document = report_bytes(report)
    assert document == report_bytes(report_from(document))
    assert list(json.loads(document)) == sorted(json.loads(document)), "RFC 8785 sorts"
    assert json.loads(document)["schema"] == 1


@pytest.mark.parametrize("practice", [True, False])
def test_a_report_is_filed_with_whether_it_is_for_practice(practice: bool) -> None:
    report = replace(invented.released().report, practice=practice)
    assert report_from(report_bytes(report)) == report


def test_reports_are_found_by_number_by_case_and_by_position(filed: ReleasedReports) -> None:
    elsewhere = invented.released("R-0003-1", "C-0003")
    elsewhere = replace(elsewhere, report=replace(elsewhere.report, position="dispatcher"))
    second = invented.released("R-0000-1", "C-0000")
    with filed.transaction() as unit:
        unit.add(elsewhere)
        unit.add(second)
    with filed.reading() as unit:
        assert unit.report_of_case("C-0003") == elsewhere
        assert [r.report.number for r in unit.reports("patrol-officer-2026")] == ["R-0000-1", "R-0001-1"]
        assert unit.reports("nothing") == ()


def test_reports_are_listed_by_number_so_that_the_order_of_release_tells_nothing(
    released_reports: ReleasedReports,
) -> None:
    for number in ("R-9-1", "R-1-1", "R-5-1"):
        with released_reports.transaction() as unit:
            unit.add(invented.released(number, f"C-{number}"))
    with released_reports.reading() as unit:
        assert [r.report.number for r in unit.reports("patrol-officer-2026")] == ["R-1-1", "R-5-1", "R-9-1"]


def test_a_correction_is_a_report_of_its_own_and_the_first_one_stays(filed: ReleasedReports) -> None:
    correction = invented.released("R-0001-2", pdf=b"%PDF-1.7 corrected")
    with filed.transaction() as unit:
        unit.add(correction)
    with filed.reading() as unit:
        assert unit.report_of_case("C-0001") == correction
        assert unit.report("R-0001-1") == invented.released()


def test_filing_the_same_report_again_is_no_error(filed: ReleasedReports) -> None:
    with filed.transaction() as unit:
        unit.add(invented.released())
    with filed.reading() as unit:
        assert unit.reports("patrol-officer-2026") == (invented.released(),)


_OTHERS: list[Callable[[ReleasedReport], ReleasedReport]] = [
    lambda r: replace(r, pdf=b"", pdf_sha256=hashlib.sha256().hexdigest()),
    lambda r: replace(r, released_at=r.released_at + timedelta(days=1)),
    lambda r: replace(r, report=replace(r.report, findings=())),
    lambda r: replace(r, report=replace(r.report, case_number="C-0002")),
]


@pytest.mark.parametrize("other", _OTHERS, ids=["PDF", "time", "findings", "case"])
def test_another_report_under_the_same_number_is_refused(
    filed: ReleasedReports, other: Callable[[ReleasedReport], ReleasedReport]
) -> None:
    def add() -> None:
        with filed.transaction() as unit:
            unit.post(invented.event("again"))
            unit.add(other(invented.released()))

    refused(add, "report_differs", ExitCode.REFUSED)
    with filed.reading() as unit:
        assert unit.report("R-0001-1") == invented.released()
        assert not unit.posted("again")


def test_a_report_whose_digest_or_text_is_wrong_is_not_filed(released_reports: ReleasedReports) -> None:
    broken = invented.released()
    surrogate = replace(broken, report=replace(broken.report, position_title="\ud800"))
    for report, code in ((replace(broken, pdf_sha256="0" * 64), "report_digest"), (surrogate, "report_text")):
        refused(lambda r=report: _add(released_reports, r), code, ExitCode.BAD_INPUT)  # type: ignore[misc]
    with released_reports.reading() as unit:
        assert unit.reports("patrol-officer-2026") == ()


@pytest.mark.parametrize(
    "change",
    [
        "pdf_sha256 = document_sha256",
        "document = replace(document, 'Verified', 'Not verified')",
        "document = replace(document, '\"favorable\":false', '\"favorable\":true')",
        "document = ''",
    ],
)
def test_a_report_that_was_changed_in_the_store_is_not_read(filed: ReleasedReports, change: str) -> None:
    _tamper(filed, change)
    for read in (_by_number, _by_case, _by_position):
        refused(lambda r=read: r(filed), "record_altered")  # type: ignore[misc]


@pytest.mark.parametrize(
    "document",
    [b"{}", b"[]", b'{"schema": 2}', b'{"schema": 1}', b"null", b'{"schema": 1, "released_on": 7}'],
)
def test_a_document_of_another_shape_is_not_read_even_with_its_digest_right(
    filed: ReleasedReports, document: bytes
) -> None:
    digest = hashlib.sha256(document).hexdigest()
    _tamper(filed, f"document = '{document.decode()}', document_sha256 = '{digest}'")
    refused(lambda: _by_number(filed), "record_altered")


def test_an_unknown_report_is_not_found(filed: ReleasedReports) -> None:
    for number in ("R-none", "C-none", "", "R-0001-1' --"):
        refused(lambda n=number: _read(filed, ReleasedReportUnit.report, n), "unknown_report", ExitCode.NOT_FOUND)  # type: ignore[misc]
        assert _read(filed, ReleasedReportUnit.report_of_case, number) is None


def test_the_decision_makers_process_loads_nothing_of_the_investigators_side() -> None:
    program = (
        "import sys, vetting.records.released_reports as _\n"
        "print(*sorted(m for m in sys.modules if m.startswith(('vetting.', 'filters', 'cryptography'))))"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    for module in ("evidence", "finding", "candidate", "records.case", "records.seal", "cryptography"):
        assert module not in loaded.stdout
    assert "vetting.release" in loaded.stdout


def _add(store: ReleasedReports, report: ReleasedReport) -> None:
    with store.transaction() as unit:
        unit.add(report)


def _read(store: ReleasedReports, read: Callable[[ReleasedReportUnit, str], object], number: str) -> object:
    with store.reading() as unit:
        return read(unit, number)


def _by_number(store: ReleasedReports) -> object:
    return _read(store, ReleasedReportUnit.report, "R-0001-1")


def _by_case(store: ReleasedReports) -> object:
    return _read(store, ReleasedReportUnit.report_of_case, "C-0001")


def _by_position(store: ReleasedReports) -> object:
    return _read(store, ReleasedReportUnit.reports, "patrol-officer-2026")


def _tamper(store: ReleasedReports, change: str) -> None:
    """Change a row as somebody would who owns the database and takes the triggers away first."""
    with store.database.writing() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER reports_unchanged"))
        else:
            connection.execute(text("ALTER TABLE reports DISABLE TRIGGER ALL"))
        connection.exec_driver_sql(f"UPDATE reports SET {change}".replace("%", "%%"))  # noqa: S608

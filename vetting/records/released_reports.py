"""The released reports: all that a decision maker may read, filed as it was released."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from vetting.errors import bad_input, not_found, refused
from vetting.records import released_report_tables as t
from vetting.records.database import WAIT_SECONDS, Database
from vetting.records.failures import altered, intact
from vetting.records.outbox import PostingUnit
from vetting.records.report_document import report_bytes, report_from
from vetting.release import REPORT_SCHEMA, ReleasedReport


class ReleasedReports:
    """The store of the decision maker's side. Holds no key: everything in it passed the gate."""

    def __init__(self, url: str, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self.database = Database(
            url,
            store="released reports",
            tree="released_reports",
            metadata=t.METADATA,
            revision=t.REVISION,
            wait_seconds=wait_seconds,
        )

    def migrate(self) -> None:
        """Makes the store or brings it up to date."""
        self.database.migrate()

    @contextmanager
    def transaction(self) -> Iterator[ReleasedReportUnit]:
        """The only writer: what is filed and posted in it is committed together at its end, or not at all."""
        with self.database.writing() as connection:
            yield ReleasedReportUnit(connection)

    @contextmanager
    def reading(self) -> Iterator[ReleasedReportUnit]:
        """The same unit over one unmoving state; waits for no writer, and refuses to write."""
        with self.database.reading() as connection:
            yield ReleasedReportUnit(connection)

    def close(self) -> None:
        """Lets go of all connections."""
        self.database.close()


class ReleasedReportUnit(PostingUnit):
    """One transaction on the released reports."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, t.outbox)

    def add(self, released: ReleasedReport) -> None:
        """Files a report for good. The same report again is no error.

        Refuses other bytes under a number that is taken, a PDF that does not have
        the digest given with it, and text that is not Unicode.
        """
        values = _values(released)
        known = self._rows(t.reports.c.number == released.report.number)
        if not known:
            self._connection.execute(t.reports.insert().values(**values))
        elif any(getattr(known[0], name) != value for name, value in values.items()):
            raise refused(
                "report_differs",
                "Another report is filed under this number.",
                "A released report is never replaced: release a correction under a number of its own.",
            )

    def report(self, number: str) -> ReleasedReport:
        """Refuses an unknown number, and a report that is not what was filed."""
        rows = self._rows(t.reports.c.number == number)
        if not rows:
            raise not_found("unknown_report", "No such report has been released.", "Check the number.")
        return _released(rows[-1])

    def report_of_case(self, case_number: str) -> ReleasedReport | None:
        """The latest of the case: a correction is a report of its own. None where none was released."""
        rows = self._rows(t.reports.c.case_number == case_number)
        return _released(rows[-1]) if rows else None

    def reports(self, position: str) -> tuple[ReleasedReport, ...]:
        """Those of the position, in the order of their numbers, which tells nothing of when or whom."""
        released = (_released(row) for row in self._rows(t.reports.c.position == position))
        return tuple(sorted(released, key=lambda r: r.report.number))

    @intact("released report")
    def _rows(self, condition: ColumnElement[bool]) -> list[Row[Any]]:
        return list(self._connection.execute(select(t.reports).where(condition).order_by(t.reports.c.sequence)))


def _values(released: ReleasedReport) -> dict[str, object]:
    if hashlib.sha256(released.pdf).hexdigest() != released.pdf_sha256:
        raise bad_input("report_digest", "A report does not have the digest it was given with.", "Render it again.")
    try:
        document = report_bytes(released.report)
    except ValueError:
        raise bad_input("report_text", "A report holds text that is not Unicode.", "Compose it again.") from None
    return {
        "number": released.report.number,
        "case_number": released.report.case_number,
        "position": released.report.position,
        "released_at": released.released_at,
        "schema": REPORT_SCHEMA,
        "document": document.decode(),
        "document_sha256": hashlib.sha256(document).hexdigest(),
        "pdf": released.pdf,
        "pdf_sha256": released.pdf_sha256,
    }


@intact("released report")
def _released(row: Row[Any]) -> ReleasedReport:
    document = row.document.encode()
    for content, digest in ((document, row.document_sha256), (row.pdf, row.pdf_sha256)):
        if hashlib.sha256(content).hexdigest() != digest:
            raise altered("released report")
    return ReleasedReport(
        report=report_from(document), pdf=row.pdf, pdf_sha256=row.pdf_sha256, released_at=row.released_at
    )

"""The decision maker's verbs: read released reports, and nothing else. Determinations arrive with the desk.

Opens the released store and the log; holds no vault key and can name no fact of the investigator's side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from vetting.errors import storage
from vetting.log.errors import LogError
from vetting.log.event import Event, EventType
from vetting.log.keys import LogKey
from vetting.log.store import LogStore
from vetting.log.writer import LogWriter
from vetting.records.released_reports import ReleasedReports
from vetting.release import ReleasedReport
from vetting.roles import Permission, Person, authorize
from vetting.settings import Settings


def list_reports(settings: Settings, person: Person, position: str) -> tuple[str, ...]:
    """Numbers of the reports released for a position. Refuses anybody who is no decision maker."""
    authorize(person, Permission.READ_REPORTS)
    with ReleasedReports(settings.store_url("released_reports")).reading() as unit:
        return tuple(filed.report.number for filed in unit.reports(position))


def open_report(
    settings: Settings, person: Person, number: str, clock: Callable[[], datetime], new_id: Callable[[], str]
) -> ReleasedReport:
    """The report, after the log has noted that it was opened: no log, no reading."""
    authorize(person, Permission.READ_REPORTS)
    with ReleasedReports(settings.store_url("released_reports")).reading() as unit:
        filed = unit.report(number)
    with _errors():
        store = LogStore(settings.store_url("transparency_log"))
        try:
            LogWriter(store, LogKey.load(settings.log_key), clock=clock).append(
                Event(
                    type=EventType.REPORT_OPENED,
                    id=f"{EventType.REPORT_OPENED.value}:{new_id()}",
                    at=clock(),
                    actor=person.id,
                    position=filed.report.position,
                    case=filed.report.case_number,
                    body={"report": number},
                )
            )
        finally:
            store.close()
    return filed


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except LogError as error:
        raise storage(error.code.lower().replace("-", "_"), str(error), error.remedy) from None

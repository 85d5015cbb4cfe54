"""The decision maker's verbs: read released reports, and nothing else. Determinations arrive with the desk.

Opens the released store and the log; holds no vault key and can name no fact of the investigator's side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from vetting.deviation import DeviationReason
from vetting.errors import VettingError, not_found, not_ready, refused
from vetting.journal import RELEASES, Actor, Journal, log_errors, open_journal
from vetting.log.event import EventType
from vetting.log.reader import LogReader
from vetting.records.released_reports import ReleasedReports
from vetting.release import ReleasedReport
from vetting.roles import Permission, Person, authorize
from vetting.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingDesk:
    """What a decision maker reads with. Time and identifiers come from outside."""

    settings: Settings
    person: Person
    clock: Callable[[], datetime]
    new_id: Callable[[], str]

    def list_reports(self, position: str) -> tuple[str, ...]:
        """Numbers of the reports released for a position.

        Refuses anybody who does not decide on it, and while reports are released together and one is missing.
        """
        with self._open() as (journal, reports):
            self._permit(journal, position)
            self._wait_for_all(journal, position)
            with reports.reading() as unit:
                return tuple(filed.report.number for filed in unit.reports(position))

    def open_report(self, number: str) -> ReleasedReport:
        """The report, after the log has noted that it was opened: no log, no reading.

        Refuses anybody who does not decide on its position; for somebody who decides on none, an unknown number is
        refused like a known one. Refuses also while the log is older than the store (`log_cut_back`), and while a
        position whose reports are released together has a candidate without one.
        """
        with self._open() as (journal, reports):
            self._require(journal, None, lambda: authorize(self.person, Permission.READ_REPORTS))
            with reports.reading() as unit:
                filed = unit.report(number)
            self._permit(journal, filed.report.position)
            self._wait_for_all(journal, filed.report.position)
            opened, position = {"report": number}, filed.report.position
            case = filed.report.case_number
            journal.note(self._actor, EventType.REPORT_OPENED, opened, position=position, case=case)
        return filed

    def _permit(self, journal: Journal, position: str) -> None:
        def check() -> None:
            authorize(self.person, Permission.READ_REPORTS)
            if self.person.id not in _deciders(journal.reader, position):
                raise refused(
                    "decides_not_here",
                    f"{self.person.id} does not decide on this position.",
                    "Ask the investigator who opened it: its decision makers were named then.",
                )

        self._require(journal, position, check)

    def _wait_for_all(self, journal: Journal, position: str) -> None:
        """Not the number of candidates who are waited for: it would tell who is next."""

        def check() -> None:
            if _waiting(journal.reader, position):
                raise not_ready(
                    "reports_not_together",
                    "The reports of this position are shown together, and not every candidate has one yet.",
                    "Wait until the investigator has released the last one.",
                )

        self._require(journal, position, check)

    def _require(self, journal: Journal, position: str | None, check: Callable[[], None]) -> None:
        """Makes the check, and logs a refusal."""
        try:
            check()
        except VettingError as error:
            known = position if error.code in {"decides_not_here", "reports_not_together"} else None
            journal.refusal(self._actor, error, Permission.READ_REPORTS.value, known)
            raise

    @property
    def _actor(self) -> Actor:
        return Actor(id=self.person.id, clock=self.clock, new_id=self.new_id)

    @contextmanager
    def _open(self) -> Iterator[tuple[Journal, ReleasedReports]]:
        """The log and the store, once the log holds whatever the store says was released."""
        reports = ReleasedReports(self.settings.store_url("released_reports"))
        journal = open_journal(self.settings, self.clock)
        try:
            journal.compare((reports, RELEASES))
            journal.settle((reports,))
            with log_errors():
                yield journal, reports
        finally:
            reports.close()


def _deciders(reader: LogReader, position: str) -> frozenset[str]:
    """Who decides on the position, as the log says since it was opened. NOT_FOUND for an unknown position."""
    for entry in reader.entries():
        if entry.event.type is EventType.POSITION_OPENED and entry.event.position == position:
            named = entry.event.body["deciders"]
            return frozenset(str(person) for person in named) if isinstance(named, list) else frozenset()
    raise not_found("position_unknown", "There is no position of that name.", "Check the name.")


def _waiting(reader: LogReader, position: str) -> frozenset[str]:
    """The candidates of whom a decision maker must wait for a report: those who are enrolled, did not withdraw and have
    none, where the position's protocol releases reports together. Read from the log, which nobody can backdate.
    """
    together, enrolled, settled = False, set(), set()
    for entry in reader.entries():
        event = entry.event
        if event.position != position:
            continue
        if event.type is EventType.PROTOCOL_FROZEN:
            document = event.body["document"]
            together = isinstance(document, Mapping) and document.get("release_together") is True
            if not together:
                break
        elif event.type is EventType.CANDIDATE_ENROLLED:
            enrolled.add(str(event.case))
        elif event.type is EventType.REPORT_RELEASED or (
            event.type is EventType.DEVIATION_APPROVED
            and event.body["reason"] == DeviationReason.CANDIDATE_WITHDREW.value
        ):
            settled.add(str(event.case))
    return frozenset(enrolled - settled)

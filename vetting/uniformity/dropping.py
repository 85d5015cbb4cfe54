"""Findings that were recorded and came to nothing without a word (check 21)."""

from __future__ import annotations

from collections.abc import Iterator

from vetting.log.event import EventType
from vetting.search import step_of
from vetting.uniformity.comparison import Difference
from vetting.uniformity.events import Row
from vetting.uniformity.position_log import LoggedFinding, PositionLog
from vetting.uniformity.result import Finding, failing, unsaid
from vetting.validation import SETTLED, State


def dropped(log: PositionLog) -> Iterator[Finding]:
    """When a case has a report, each of its findings is in it or was settled otherwise, by a step that says how.

    Not so the findings of a step that was left out for everybody before the report.
    """
    left_out = _left_out(log)
    for finding in log.findings:
        report = log.reports.get(finding.case)
        if report is None or not 0 <= finding.sequence < report.sequence:
            continue
        if left_out.get(step_of(finding.key), report.sequence) < report.sequence:
            continue
        yield from _dropped(log, finding, report)


def _dropped(log: PositionLog, finding: LoggedFinding, report: Row) -> Iterator[Finding]:
    state, of = _state(finding, report.sequence), f"{finding.id} of {finding.case}"
    entries = [finding.sequence, report.sequence]
    if state not in SETTLED:
        word = state.value.replace("_", " ")
        yield failing(entries, f"{of} was {word} and no more when the case's report was released.")
    elif state is State.FILTERED and finding.released is None:
        if log.events["sequence"].iloc[-1] == report.sequence:  # a release marks its findings right after
            yield unsaid(f"Whether {of} is in the report is not in the log yet.")
        else:
            yield failing(entries, f"{of} passed the filter and is not in the case's report.")


def _state(finding: LoggedFinding, before: int) -> State:
    """The last state before an entry; a word that is none leaves a finding where it was."""
    known = {state.value: state for state in State}
    steps = [row for row in finding.of(EventType.VALIDATION_RECORDED) if row.sequence < before]
    said = [known[str(row.body.get("state"))] for row in steps if str(row.body.get("state")) in known]
    return said[-1] if said else State.CAPTURED


def _left_out(log: PositionLog) -> dict[str, int]:
    departures = log.comparison.departures
    return {d.key: d.sequence for d in departures if d.difference is Difference.STEP_LEFT_OUT}

"""Who decides on a position, and whether what was decided of a deviation is what was asked for (checks 3, 6, 15)."""

from __future__ import annotations

from collections.abc import Iterator

from vetting.log.event import EventType
from vetting.uniformity.events import Row
from vetting.uniformity.position_log import PositionLog
from vetting.uniformity.result import Finding, failing

_DECIDED = (EventType.DEVIATION_APPROVED, EventType.DEVIATION_REFUSED)


def decided_otherwise(log: PositionLog) -> Iterator[Finding]:
    """Two people agree on one thing only where the decision repeats the request's reason, step and case."""
    asked = {str(row.body.get("deviation")): row for row in log.of(EventType.DEVIATION_REQUESTED)}
    for row in log.of(*_DECIDED):
        request = asked.get(str(row.body.get("deviation")))
        if request is not None and _about(request) != _about(row):
            told = f"{row.body.get('deviation')} was asked for and decided about two different things."
            yield failing([request.sequence, row.sequence], told)


def _about(row: Row) -> tuple[object, object, str]:
    return row.body.get("reason"), row.body.get("step"), row.case


def deciders_stated(log: PositionLog) -> Iterator[Finding]:
    """Whose duties belong apart is stated once, by whoever opens the position, and of at least one person."""
    opened = log.of(EventType.POSITION_OPENED)
    if not opened:
        yield failing([log.frozen.sequence], "The position was never opened: who decides on it is not in the log.")
    elif not log.deciders:
        yield failing([opened[0].sequence], "The position was opened with nobody who decides on it.")
    if len(opened) > 1:
        yield failing([row.sequence for row in opened], "The position was opened more than once.")


def opened_first(log: PositionLog) -> Iterator[Finding]:
    """A position is opened with its protocol and its decision makers before anybody is enrolled or searched for."""
    begun = [row.sequence for row in log.enrolled.values()]
    begun += [int(frame["sequence"].min()) for frame in (log.searches, log.planned) if len(frame)]
    first = min(begun, default=None)
    for row in log.of(EventType.POSITION_OPENED)[:1]:
        if first is not None and first < row.sequence:
            yield failing([first, row.sequence], "The position was opened after its first candidate was worked on.")

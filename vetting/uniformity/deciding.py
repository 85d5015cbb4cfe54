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

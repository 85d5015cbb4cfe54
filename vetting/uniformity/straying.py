"""Entries of a position that say that they are of none, or of another (check 1)."""

from __future__ import annotations

from collections.abc import Iterator

from vetting.uniformity.belonging import EVERYBODYS
from vetting.uniformity.events import each
from vetting.uniformity.position_log import PositionLog
from vetting.uniformity.result import Finding, failing


def strays(log: PositionLog) -> Iterator[Finding]:
    """What belongs to a position is logged under it: an audit that reads by position would not see it otherwise."""
    events = log.events
    other = events[~events["position"].isin([log.position]) & ~events["type"].isin(EVERYBODYS)]
    for row in each(other):
        of = f"{row.case}: " if row.case else ""
        where = f"is logged under {row.position}" if row.position else "states no position"
        yield failing([row.sequence], f"{of}Entry {row.sequence} ({row.type}) {where}.")

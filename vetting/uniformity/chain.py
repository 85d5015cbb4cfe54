"""Check 16: that the log verifies and that its times can be true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pandas as pd

from vetting.log.event import EventType
from vetting.uniformity.events import each
from vetting.uniformity.matching import outgrown
from vetting.uniformity.position_log import PositionLog
from vetting.uniformity.result import Finding, exception, failing

CLOCK: Final = pd.Timedelta(minutes=5)
"""By how much two clocks of one house may differ; `clock.skew` is noted from the same bound on."""
WAITING: Final = pd.Timedelta(minutes=10)
"""How long an act may wait for the writer's lock, so that another that began later is logged before it."""
SETTLED: Final = pd.Timedelta(days=1)
"""An act is logged when the next desk is opened after a crash: later than this is looked at."""
FORGOTTEN: Final = pd.Timedelta(days=7)
"""Later than this nobody opened a desk for a week, or the act is dated back."""

_AT_ONCE: Final = frozenset(
    {
        EventType.ACCESS_REFUSED.value,
        EventType.AUDIT_PERFORMED.value,
        EventType.LOG_EXPORTED.value,
        EventType.REPORT_OPENED.value,
    }
)
"""Noted in the log at once, without a record of their own that a crash could delay."""
_ELSEWHERE: Final = frozenset(
    {EventType.PERSON_ADDED.value, EventType.PERSON_CLEARED.value, EventType.REPORT_RELEASED.value}
)
"""Posted by other stores than the case files."""


def whole_and_timely(log: PositionLog, *, verified: bool, outside: Finding | None = None) -> Iterator[Finding]:
    """Check 16. `outside` is what is to be said of who outside has seen the log."""
    if outside:
        yield outside
    if not verified:
        yield failing((), "The log does not verify: nothing that this audit says can be relied upon.")
    events = log.events
    if events["sequence"].duplicated().any():
        twice = events["sequence"][events["sequence"].duplicated()]
        yield failing(twice, "A place in the log is taken twice.")
    yield from _logged(events)
    yield from _dated(events)
    yield from _turned_back(events)
    for row in log.of(EventType.REPORT_RELEASED):
        size = row.body.get("log_size")
        if not isinstance(size, int) or size > row.sequence:
            yield failing([row.sequence], f"The report of {row.case} states a larger log than there was.")
    yield from outgrown(log)
    for row in log.of(EventType.KEY_ROTATED):
        yield exception([row.sequence], f"{row.actor} had a new key sign from entry {row.sequence} on.")
    for row in log.of(EventType.CLOCK_SKEW):
        seconds = row.body.get("seconds")
        yield exception([row.sequence], f"{row.case}: other servers' clocks were {seconds} seconds from ours.")


def _logged(events: pd.DataFrame) -> Iterator[Finding]:
    """The log's own clock: a step back within the bound happens when a clock is set right."""
    back = events["logged"].cummax() - events["logged"]
    for row in each(events.assign(back=back)[back > pd.Timedelta(0)]):
        weigh = failing if row.back > CLOCK else exception
        yield weigh([row.sequence], f"Entry {row.sequence} was logged at an earlier time than the one before it.")


def _dated(events: pd.DataFrame) -> Iterator[Finding]:
    """The time of each act against the time at which it was logged."""
    waited = events["logged"] - events["at"]
    for row in each(events[waited < -CLOCK]):
        yield failing([row.sequence], f"The act of entry {row.sequence} is dated after it was logged.")
    late = waited > SETTLED
    at_once = events["type"].isin(_AT_ONCE) & (waited > WAITING)
    for row in each(events.assign(waited=waited)[late | at_once]):
        weigh = failing if row.waited > FORGOTTEN or row.type in _AT_ONCE else exception
        hours = row.waited // pd.Timedelta(hours=1)
        yield weigh([row.sequence], f"The act of entry {row.sequence} is dated {hours} hours before it was logged.")


def _turned_back(events: pd.DataFrame) -> Iterator[Finding]:
    """Acts of one store are logged in the order in which they were recorded, after a crash too."""
    files = events[~events["type"].isin(_AT_ONCE | _ELSEWHERE)]
    back = files["at"].cummax() - files["at"]
    for row in each(files[back > WAITING]):
        yield failing([row.sequence], f"The act of entry {row.sequence} is dated before acts that came before it.")

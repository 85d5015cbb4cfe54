"""How one run treats the hosts it asks: a pause between two requests, and rest for those that ask for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeAlias, runtime_checkable

from vetting.sources.interface import NotSearchedError, Reason

Pace: TypeAlias = Callable[[str, float], None]
"""Returns when a host may be asked, given the least seconds between two requests to it, however many workers ask.

Raises NotSearchedError with PACE_UNKNOWN where that cannot be found out: then nothing is sent.
"""
LEAST_SECONDS: Final = 1.0
"""Between two requests to one host, whoever sends them; a source or a robots.txt may ask for more, never for less."""
LONGEST_WAIT_SECONDS: Final = 120.0
"""A host that asks for more than this is not asked again in this run: the search can be run again later."""
PER_MINUTE: Final = 60
"""Requests to one host, as LEAST_SECONDS has it."""


def unpaced(host: str, seconds: float) -> None:
    """No rate limit is at hand: refuses, so that nobody searches the live internet without one."""
    del host, seconds
    raise NotSearchedError(Reason.PACE_UNKNOWN)


@runtime_checkable
class Rests(Protocol):
    """Which hosts asked to be left alone, until when and by which answer. A pace that keeps them is asked for them."""

    def resting(self, host: str) -> tuple[datetime, Reason] | None:
        """Until when the host rests; None where it does not, or nothing is known."""

    def rest(self, host: str, until: datetime, reason: Reason) -> None:
        """Notes that the host rests until then."""


class RestsInMemory:
    """Of one process, for one run."""

    def __init__(self) -> None:
        self._until: dict[str, tuple[datetime, Reason]] = {}

    def resting(self, host: str) -> tuple[datetime, Reason] | None:
        """What was noted last."""
        return self._until.get(host)

    def rest(self, host: str, until: datetime, reason: Reason) -> None:
        """Notes it."""
        self._until[host] = (until, reason)


class Courtesy:
    """One for all searches of a run. A pace that keeps rests is heeded across workers, any other in this run only."""

    def __init__(self, pace: Pace, clock: Callable[[], datetime], sleep: Callable[[float], None] = time.sleep) -> None:
        self._pace = pace
        self._clock = clock
        self._sleep = sleep
        keeper: object = pace
        self._rests: Rests = keeper if isinstance(keeper, Rests) else RestsInMemory()

    def await_turn(self, host: str, seconds: float) -> None:
        """Returns when `host` may be asked, `seconds` being the least pause that the source or the host asks for.

        Raises NotSearchedError with PACE_UNKNOWN, or with the reason of the answer by which the host asked for a longer
        rest than a run waits.
        """
        self._wait_out(host)
        self._pace(host, LEAST_SECONDS)
        if seconds > LEAST_SECONDS:
            self._pace(host, seconds)

    def leave_alone(self, host: str, seconds: float, reason: Reason) -> None:
        """Heeds a Retry-After (RFC 9110, 10.2.3): until then no search asks `host`."""
        try:
            until = self._clock() + timedelta(seconds=seconds)
        except OverflowError:
            until = datetime.max.replace(tzinfo=self._clock().tzinfo)
        known = self._rests.resting(host)
        if known is None or known[0] < until:
            self._rests.rest(host, until, reason)

    def _wait_out(self, host: str) -> None:
        noted = self._rests.resting(host)
        if noted is None:
            return
        left = (noted[0] - self._clock()).total_seconds()
        if left > LONGEST_WAIT_SECONDS:
            raise NotSearchedError(noted[1], retry_after=left)
        if left > 0:
            self._sleep(left)

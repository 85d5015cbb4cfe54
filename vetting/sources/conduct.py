"""Runs one planned search to exactly one outcome, whatever the internet does."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import httpx

from vetting.evidence import Capture, Hit
from vetting.search import Outcome, Search, SearchResult
from vetting.sources.courtesy import LONGEST_WAIT_SECONDS, PER_MINUTE, Courtesy
from vetting.sources.credential import Credential
from vetting.sources.interface import Answer, NotSearchedError, Reason, Source
from vetting.sources.internet import ENGLISH, Internet, Limits
from vetting.sources.recorded import RecordedTransport
from vetting.sources.warc_writer import FirstCapture

LEFT_OUT: Final = "left_out_for_everyone"
"""The reason of the outcome `excluded`."""

Render = Callable[[Sequence[Hit], Internet, int], None]
"""Adds pictures of the pages that hits stand on, so many at most; see `rendering.render_pages`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conducted:
    """What came of one search, with every exchange that was made for it."""

    result: SearchResult
    captures: tuple[Capture, ...]
    hits: tuple[Hit, ...]
    clock_differences: tuple[float, ...] = ()
    """Seconds by which each server's clock was ahead of ours; none of a recording."""
    credential: Credential = Credential.NONE
    """With what the requests were let in."""


def conduct(
    source: Source,
    search: Search,
    transport: httpx.BaseTransport,
    clock: Callable[[], datetime],
    new_id: Callable[[], str],
    sleep: Callable[[float], None] = time.sleep,
    *,
    configuration: str = "",
    courtesy: Courtesy | None = None,
    requests_per_minute: int = PER_MINUTE,
    render: Render | None = None,
) -> Conducted:
    """Runs `search` with up to `step.attempts` attempts; only what failed on the way is tried again.

    With a `courtesy`, which the live internet needs, every request waits for its turn at its host. Where the step asks
    for it, `render` adds pictures of the pages that were found. Never raises for what the internet does.
    """
    started = clock()
    internet = internet_of(
        source,
        transport,
        clock,
        new_id,
        search=search,
        configuration=configuration,
        courtesy=courtesy,
        requests_per_minute=requests_per_minute,
    )
    wait = _no_wait if isinstance(transport, RecordedTransport) else sleep
    attempts, answer = _attempted(source, search, internet, wait)
    if render is not None and search.step.render and answer.hits:
        render(answer.hits, internet, search.step.max_items)
    return _conducted(search, (started, clock()), attempts, answer, internet)


def _conducted(
    search: Search, ran: tuple[datetime, datetime], attempts: int, answer: Answer, internet: Internet
) -> Conducted:
    captures = internet.captures()
    result = SearchResult(
        key=search.key,
        outcome=answer.outcome,
        reason=answer.reason.value,
        started_at=ran[0],
        ended_at=ran[1],
        attempts=attempts,
        hits=len(answer.hits),
        captures=len(captures),
    )
    differences = internet.clock_differences()
    return Conducted(
        result=result,
        captures=captures,
        hits=answer.hits,
        clock_differences=differences,
        credential=internet.credential(),
    )


def internet_of(
    source: Source,
    transport: httpx.BaseTransport,
    clock: Callable[[], datetime],
    new_id: Callable[[], str],
    *,
    search: Search | None = None,
    configuration: str = "",
    first: FirstCapture | None = None,
    courtesy: Courtesy | None = None,
    requests_per_minute: int = PER_MINUTE,
) -> Internet:
    """The internet as this source may see it: one door for its searches and for asking once more before release."""
    limits = Limits(seconds_between=60 / requests_per_minute)
    if search is not None:
        limits = replace(limits, timeout_seconds=search.step.timeout_seconds)
    return Internet(
        transport,
        clock=clock,
        new_id=new_id,
        user_agent=source.user_agent,
        configuration=configuration,
        first=first,
        courtesy=courtesy,
        limits=limits,
        languages=search.languages if search is not None else ENGLISH,
    )


def left_out(search: Search, at: datetime) -> Conducted:
    """What stands for a search whose step is left out for everybody of the position: nobody was asked."""
    result = SearchResult(
        key=search.key,
        outcome=Outcome.EXCLUDED,
        reason=LEFT_OUT,
        started_at=at,
        ended_at=at,
        attempts=0,
        hits=0,
        captures=0,
    )
    return Conducted(result=result, captures=(), hits=())


def _attempted(
    source: Source, search: Search, internet: Internet, sleep: Callable[[float], None]
) -> tuple[int, Answer]:
    attempts = 0
    if not search.applicable:
        return attempts, Answer(reason=Reason.NONE_DISCLOSED)
    while True:
        attempts += 1
        answer, asked = _one_attempt(source, search, internet)
        wait = asked if asked is not None else 2.0 ** (attempts - 1)
        if not answer.reason.worth_retrying or attempts >= search.step.attempts or wait > LONGEST_WAIT_SECONDS:
            return attempts, answer
        sleep(wait)


def _one_attempt(source: Source, search: Search, internet: Internet) -> tuple[Answer, float | None]:
    """The answer of one attempt, and the seconds a server asked us to wait before the next.

    A defect of a source ends here as well: an exception raised over hostile text may quote it, and must not travel.
    """
    internet.begin_attempt()
    try:
        answer = source.search(search, internet)
    except NotSearchedError as stopped:
        return _stopped(stopped), stopped.retry_after
    except Exception:  # noqa: BLE001
        return Answer(reason=Reason.SOURCE_DEFECT), None
    return (Answer(reason=Reason.PACE_UNKNOWN) if internet.unpaced else answer), None


def _stopped(stopped: NotSearchedError) -> Answer:
    """A source that stops with a reason of success has a defect; it must not pass for a search."""
    unfinished = stopped.reason.outcome not in {Outcome.COMPLETED, Outcome.NOT_APPLICABLE}
    return Answer(reason=stopped.reason if unfinished else Reason.SOURCE_DEFECT)


def _no_wait(_seconds: float) -> None:
    """A recording answers the same at once as later."""

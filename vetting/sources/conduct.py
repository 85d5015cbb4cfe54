"""Runs one planned search to exactly one outcome, whatever the internet does."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import httpx

from vetting.evidence import Capture, Hit
from vetting.search import Outcome, Search, SearchResult
from vetting.sources.interface import Answer, NotSearchedError, Reason, Source
from vetting.sources.internet import Internet
from vetting.sources.recorded import RecordedTransport

MAX_WAIT_SECONDS: Final = 120.0
"""A server that asks for more than this is not asked again in this run: the search can be run again later."""

Render = Callable[[Sequence[Hit], Internet, int], None]
"""Adds pictures of the pages that hits stand on, so many at most; see `rendering.render_pages`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conducted:
    """What came of one search, with every exchange that was made for it."""

    result: SearchResult
    captures: tuple[Capture, ...]
    hits: tuple[Hit, ...]


def conduct(
    source: Source,
    search: Search,
    transport: httpx.BaseTransport,
    clock: Callable[[], datetime],
    new_id: Callable[[], str],
    sleep: Callable[[float], None] = time.sleep,
    render: Render | None = None,
) -> Conducted:
    """Runs `search` with up to `step.attempts` attempts; only what failed on the way is tried again.

    Where the step asks for it, `render` then adds pictures of the pages that were found.

    Never raises for what the internet does. A search whose anchor nobody disclosed touches no network.
    """
    started = clock()
    internet = Internet(transport, clock=clock, new_id=new_id, user_agent=source.user_agent)
    attempts, answer = 0, Answer(reason=Reason.NONE_DISCLOSED)
    if search.applicable:
        wait = _no_wait if isinstance(transport, RecordedTransport) else sleep
        attempts, answer = _attempted(source, search, internet, wait)
    if render is not None and search.step.render and answer.hits:
        render(answer.hits, internet, search.step.max_items)
    captures = internet.captures()
    result = SearchResult(
        key=search.key,
        outcome=answer.outcome,
        reason=answer.reason.value,
        started_at=started,
        ended_at=clock(),
        attempts=attempts,
        hits=len(answer.hits),
        captures=len(captures),
    )
    return Conducted(result=result, captures=captures, hits=answer.hits)


def _attempted(
    source: Source, search: Search, internet: Internet, sleep: Callable[[float], None]
) -> tuple[int, Answer]:
    attempts = 0
    while True:
        attempts += 1
        answer, asked = _one_attempt(source, search, internet)
        wait = asked if asked is not None else 2.0 ** (attempts - 1)
        if not answer.reason.worth_retrying or attempts >= search.step.attempts or wait > MAX_WAIT_SECONDS:
            return attempts, answer
        sleep(wait)


def _one_attempt(source: Source, search: Search, internet: Internet) -> tuple[Answer, float | None]:
    """The answer of one attempt, and the seconds a server asked us to wait before the next.

    A defect of a source ends here as well: an exception raised over hostile text may quote it, and must not travel.
    """
    try:
        answer = source.search(search, internet)
    except NotSearchedError as stopped:
        return _stopped(stopped), stopped.retry_after
    except Exception:  # noqa: BLE001
        return Answer(reason=Reason.SOURCE_DEFECT), None
    return answer, None


def _stopped(stopped: NotSearchedError) -> Answer:
    """A source that stops with a reason of success has a defect; it must not pass for a search."""
    unfinished = stopped.reason.outcome not in {Outcome.COMPLETED, Outcome.NOT_APPLICABLE}
    return Answer(reason=stopped.reason if unfinished else Reason.SOURCE_DEFECT)


def _no_wait(_seconds: float) -> None:
    """A recording answers the same at once as later."""

"""A host is asked at its pace, and left alone while it asks for that, whichever search of the run comes next."""

from datetime import datetime, timedelta
from itertools import count

import httpx
import pytest

from tests.sources.loopback import HOST, NOW, Site, planned
from vetting.search import Outcome
from vetting.sources.conduct import Conducted, conduct
from vetting.sources.courtesy import LONGEST_WAIT_SECONDS, Courtesy, unpaced
from vetting.sources.feed import build as build_feed
from vetting.sources.interface import NotSearchedError, Reason
from vetting.sources.metasearch import build as build_metasearch

FEED = "<rss version='2.0'><channel><item><title>T</title><description>D</description></item></channel></rss>"


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = NOW
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


def _search(transport: httpx.BaseTransport, courtesy: Courtesy, clock: Clock, *, per_minute: int = 60) -> Conducted:
    number = count(1)
    return conduct(
        build_feed("vetting-test", {}),
        planned(f"http://{HOST}/feed"),
        transport,
        clock,
        lambda: f"C-{next(number)}",
        clock.sleep,
        courtesy=courtesy,
        requests_per_minute=per_minute,
    )


def test_every_request_waits_for_its_turn_at_its_host_by_the_slower_of_two_rates(
    site: Site, transport: httpx.BaseTransport
) -> None:
    site.answer("/feed", FEED, kind="application/rss+xml")
    clock, turns = Clock(), list[tuple[str, float]]()
    courtesy = Courtesy(lambda host, seconds: turns.append((host, seconds)), clock, clock.sleep)
    _search(transport, courtesy, clock)
    assert turns == [(HOST, 1.0), (HOST, 1.0)], "its robots.txt and the feed"
    turns.clear()
    _search(transport, courtesy, clock, per_minute=24)
    assert turns == [(HOST, 1.0), (HOST, 2.5)] * 2


def test_where_the_pace_cannot_be_asked_for_nothing_is_sent_and_nothing_is_called_found(
    site: Site, transport: httpx.BaseTransport
) -> None:
    done = _search(transport, Courtesy(unpaced, Clock()), Clock())
    assert (done.result.outcome, done.result.reason) == (Outcome.UNAVAILABLE, Reason.PACE_UNKNOWN.value)
    assert (site.asked, done.captures) == ([], ())


def test_a_source_that_goes_on_without_its_turn_has_not_searched(site: Site, transport: httpx.BaseTransport) -> None:
    """The pace is lost between the search service and the pages its results lead to."""
    results = (
        '{"results": [{"url": "http://other.example/", "title": "T", "content": "S"}], "unresponsive_engines": []}'
    )
    site.answer("/search", results, kind="application/json")
    source = build_metasearch("vetting-test", {"endpoint": f"http://{HOST}/search"})

    def only_here(host: str, seconds: float) -> None:
        if host != HOST:
            unpaced(host, seconds)

    number, clock = count(1), Clock()
    courtesy = Courtesy(only_here, clock, clock.sleep)
    new_id = lambda: f"C-{next(number)}"  # noqa: E731
    done = conduct(source, planned("Jane", pages=1), transport, clock, new_id, clock.sleep, courtesy=courtesy)
    assert (done.result.reason, done.hits) == (Reason.PACE_UNKNOWN.value, ())


@pytest.mark.parametrize(("status", "reason"), [(429, "http_429"), (503, "http_5xx")])
def test_a_host_that_asked_for_a_pause_gets_it_from_the_next_search_too(
    site: Site, transport: httpx.BaseTransport, status: int, reason: str
) -> None:
    clock = Clock()
    courtesy = Courtesy(lambda *_: None, clock, clock.sleep)
    site.answer("/feed", "", status=status, headers={"Retry-After": "30"})
    assert _search(transport, courtesy, clock).result.reason == reason
    assert clock.slept == []
    site.answer("/feed", FEED, kind="application/rss+xml")
    assert _search(transport, courtesy, clock).result.reason == "found"
    assert clock.slept == [30.0]


def test_a_host_that_asked_for_a_long_rest_is_not_asked_again_in_this_run(
    site: Site, transport: httpx.BaseTransport
) -> None:
    clock = Clock()
    courtesy = Courtesy(lambda *_: None, clock, clock.sleep)
    site.answer("/feed", "", status=503, headers={"Retry-After": str(int(LONGEST_WAIT_SECONDS) + 1)})
    first = _search(transport, courtesy, clock)
    asked = len(site.asked)
    again = _search(transport, courtesy, clock)
    assert (again.result.reason, again.captures) == (first.result.reason, ())
    assert again.result.outcome is Outcome.UNAVAILABLE
    assert len(site.asked) == asked
    clock.now += timedelta(seconds=LONGEST_WAIT_SECONDS + 1)
    site.answer("/feed", FEED, kind="application/rss+xml")
    assert _search(transport, courtesy, clock).result.reason == "found"


def test_a_rest_without_end_and_a_shorter_one_after_it_are_heeded() -> None:
    clock = Clock()
    courtesy = Courtesy(lambda *_: None, clock, clock.sleep)
    courtesy.leave_alone(HOST, 1e30, Reason.HTTP_429)
    courtesy.leave_alone(HOST, 1.0, Reason.HTTP_429)
    with pytest.raises(NotSearchedError) as stopped:
        courtesy.await_turn(HOST, 1.0)
    assert stopped.value.reason is Reason.HTTP_429
    courtesy.await_turn("other.example", 1.0)
    assert clock.slept == []

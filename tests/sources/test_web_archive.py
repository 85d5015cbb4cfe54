"""Archived pages of a disclosed website: one text for each different page, dated by the page or by the archive."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sources.loopback import AGENT, Runner, Site
from vetting.evidence import Engagement
from vetting.search import Outcome
from vetting.sources.web_archive import WebArchive, build


def _source() -> WebArchive:
    table = {"cdx": "http://archive.example/web/cdx", "memento": "http://archive.example/web/{timestamp}id_/{url}"}
    return build(AGENT, table)


def _row(url: str, timestamp: str = "20210708091011", digest: str = "", **other: str) -> dict[str, str]:
    return {"url": url, "timestamp": timestamp, "status": "200", "mime": "text/html", "digest": digest or url, **other}


def _page(site: Site, path: str, body: str, *, kept: str = "Thu, 08 Jul 2021 09:10:11 GMT", status: int = 200) -> None:
    site.answer(path, body, status=status, headers={"Memento-Datetime": kept})


def _index(site: Site, *rows: dict[str, str]) -> None:
    site.answer("/web/cdx", "".join(json.dumps(row) + "\n" for row in rows), kind="text/x-ndjson")


def test_each_different_page_is_read_once(site: Site, run: Runner) -> None:
    _index(
        site,
        _row("http://jane.example/", digest="one"),
        _row("http://jane.example/", "20220101000000", digest="one"),
        _row("http://jane.example/logo.png", mime="image/png"),
        _row("http://jane.example/gone", status="404"),
        _row("http://jane.example/about?x=1"),
    )
    _page(site, "/web/20210708091011id_/http://jane.example/", "<html><p>Home of Jane")
    _page(site, "/web/20210708091011id_/http://jane.example/about", "<html><p>About Jane")
    done = run(_source(), "https://jane.example/")
    assert done.result.reason == "found"
    assert [hit.text.reveal() for hit in done.hits] == ["Home of Jane", "About Jane"]
    assert {hit.platform for hit in done.hits} == {"archived_page"}
    assert {hit.engagement for hit in done.hits} == {Engagement.AUTHORED}
    assert done.hits[0].posted_at is not None
    assert done.hits[0].posted_at.isoformat() == "2021-07-08T09:10:11+00:00"
    assert done.hits[1].locator.reveal() == "http://jane.example/about?x=1"


def test_the_index_is_asked_for_the_disclosed_address_and_below(site: Site, run: Runner) -> None:
    _index(site)
    done = run(_source(), "http://jane.example/blog", items=3)
    assert (done.result.outcome, done.result.reason) == (Outcome.NO_RESULTS, "nothing_found")
    asked = parse_qs(urlsplit(site.paths()[0]).query)
    assert asked == {"url": ["jane.example/blog"], "matchType": ["prefix"], "output": ["json"], "limit": ["30"]}


def test_a_listed_page_that_cannot_be_read_makes_the_search_partly_read(site: Site, run: Runner) -> None:
    _index(site, _row("http://jane.example/a"), _row("http://jane.example/b"))
    _page(site, "/web/20210708091011id_/http://jane.example/a", "<html><p>A")
    assert run(_source(), "jane.example").result.reason == "partly_read"


def test_an_archive_that_lists_pages_and_gives_none_is_unavailable(site: Site, run: Runner) -> None:
    _index(site, _row("http://jane.example/a"))
    done = run(_source(), "jane.example")
    assert (done.result.outcome, done.result.reason) == (Outcome.UNAVAILABLE, "api_error")


def test_an_index_that_is_not_there_is_not_an_empty_index(site: Site, run: Runner) -> None:
    assert run(_source(), "jane.example").result.outcome is Outcome.UNAVAILABLE
    assert len(site.asked) == 1


@pytest.mark.parametrize("body", ["<html>", "[1]\n", '{"url": 1}\n{', "[" * 100_000])
def test_an_index_of_another_shape_is_unreadable(site: Site, run: Runner, body: str) -> None:
    site.answer("/web/cdx", body, kind="text/x-ndjson")
    assert run(_source(), "jane.example").result.reason == "unreadable_answer"


def test_rows_without_a_real_time_are_left_out(site: Site, run: Runner) -> None:
    _index(site, _row("http://jane.example/", "20211399000000"), _row("http://jane.example/", "../../etc"))
    assert run(_source(), "jane.example").result.outcome is Outcome.NO_RESULTS
    assert len(site.asked) == 1


@pytest.mark.parametrize("address", ["", "jane", "http://u:p@jane.example/", "file:///etc/passwd", "http://[bad"])
def test_an_address_that_is_no_website_touches_no_network(site: Site, run: Runner, address: str) -> None:
    assert run(_source(), address).result.reason == "anchor_unusable"
    assert site.asked == []


def test_the_recording_gives_the_same_again(site: Site, run: Runner) -> None:
    _index(site, _row("http://jane.example/a"), _row("http://jane.example/b"))
    _page(site, "/web/20210708091011id_/http://jane.example/a", "<html><p>A")
    first = run(_source(), "jane.example")
    again = run.again(first, _source(), "jane.example")
    assert [hit.text for hit in again.hits] == [hit.text for hit in first.hits]
    assert again.result.reason == first.result.reason

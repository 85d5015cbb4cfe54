"""Web search: hits and their pages, and an engine that was out is never "nothing found"."""

import json

import pytest

from tests.sources.loopback import AGENT, Runner, Site
from vetting.evidence import Engagement
from vetting.search import Outcome
from vetting.sources.metasearch import Metasearch, MetasearchSettings, build

PAGE = (
    "<html><head><title>News</title><meta property='article:published_time' content='2023-04-05T06:07:08Z'>"
    "<meta name=author content='A. Reporter'></head><body><p>Jane Roe threatened a neighbour.</p></body></html>"
)


def _source(*required: str) -> Metasearch:
    settings = MetasearchSettings(endpoint="http://search.example/search", required_engines=required)
    return Metasearch(user_agent=AGENT, settings=settings)


def _results(site: Site, *urls: str, out: list[list[str]] | None = None, published: str | None = None) -> None:
    found = [
        {"url": url, "title": "A <b>title</b>", "content": "A snippet.", "publishedDate": published} for url in urls
    ]
    document = {"query": "q", "results": found, "unresponsive_engines": out or []}
    site.answer("/search", json.dumps(document), kind="application/json")


def test_a_result_is_read_where_it_leads(site: Site, run: Runner) -> None:
    _results(site, "http://site.example/news")
    site.answer("/news", PAGE)
    done = run(_source(), "Jane Roe", pages=1)
    (hit,) = done.hits
    assert (done.result.outcome, done.result.reason) == (Outcome.COMPLETED, "found")
    assert hit.text.reveal() == "Jane Roe threatened a neighbour."
    assert (hit.platform, hit.engagement) == ("web_page", Engagement.UNKNOWN)
    assert hit.locator.reveal() == "http://site.example/news"
    assert hit.author.reveal() == "A. Reporter"
    assert hit.posted_at is not None
    assert hit.posted_at.isoformat() == "2023-04-05T06:07:08+00:00"
    assert hit.capture_id == done.captures[-1].id


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_result_that_cannot_be_read_is_kept_as_the_engine_told_it(site: Site, run: Runner, status: int) -> None:
    _results(site, "http://site.example/gone", "http://site.example/news", published="2024-05-06T00:00:00")
    site.answer("/gone", "<p>no", status=status)
    site.answer("/news", PAGE)
    done = run(_source(), pages=1)
    assert (done.result.outcome, done.result.reason) == (Outcome.COMPLETED, "partly_read")
    snippet, page = done.hits
    assert snippet.text.reveal() == "A title\nA snippet."
    assert (snippet.platform, page.platform) == ("search_result", "web_page")
    assert snippet.posted_at is not None
    assert snippet.capture_id == done.captures[0].id
    assert len(done.captures) == 4, "the robots.txt, and the page that could not be read, are captured too"


def test_a_picture_or_document_is_not_interpreted(site: Site, run: Runner) -> None:
    _results(site, "http://site.example/file.pdf")
    site.answer("/file.pdf", b"%PDF-1.7", kind="application/pdf")
    done = run(_source(), pages=1)
    assert [hit.platform for hit in done.hits] == ["search_result"]


def test_the_query_is_sent_as_planned_and_no_more_pages_than_allowed(site: Site, run: Runner) -> None:
    def page(number: int) -> None:
        _results(site, f"http://site.example/{number}")

    page(1)
    done = run(_source(), '"Jane Roe" "Riverton"', pages=3)
    searches = [path for path in site.paths() if path.startswith("/search")]
    assert searches == [
        "/search?q=%22Jane+Roe%22+%22Riverton%22&format=json&pageno=1&language=en&safesearch=0",
        "/search?q=%22Jane+Roe%22+%22Riverton%22&format=json&pageno=2&language=en&safesearch=0",
    ], "a page that brings nothing new is the last"
    assert len(done.hits) == 1


def test_no_more_items_than_allowed_are_followed(site: Site, run: Runner) -> None:
    site.answer("", PAGE)
    _results(site, *(f"http://site.example/{number}" for number in range(9)))
    assert len(run(_source(), items=4).hits) == 4
    assert sum(not path.startswith(("/search", "/robots.txt")) for path in site.paths()) == 4


def test_no_result_with_every_engine_up_is_no_results(site: Site, run: Runner) -> None:
    _results(site)
    assert run(_source("town index")).result.outcome is Outcome.NO_RESULTS


@pytest.mark.parametrize(
    ("why", "outcome", "reason"),
    [
        ("timeout", Outcome.UNAVAILABLE, "engine_unresponsive"),
        ("HTTP error", Outcome.UNAVAILABLE, "engine_unresponsive"),
        ("CAPTCHA", Outcome.BLOCKED, "engine_blocked"),
        ("Suspended: access denied", Outcome.BLOCKED, "engine_blocked"),
        ("too many requests", Outcome.BLOCKED, "engine_blocked"),
    ],
)
def test_no_result_with_an_engine_out_is_not_nothing_found(
    site: Site, run: Runner, why: str, outcome: Outcome, reason: str
) -> None:
    _results(site, out=[["any engine", why]])
    done = run(_source())
    assert (done.result.outcome, done.result.reason, done.hits) == (outcome, reason, ())


def test_a_required_engine_that_is_out_makes_the_search_unavailable_whatever_others_found(
    site: Site, run: Runner
) -> None:
    _results(site, "http://site.example/news", out=[["town index", "timeout"]])
    site.answer("/news", PAGE)
    done = run(_source("town index"), pages=1)
    assert (done.result.outcome, done.hits) == (Outcome.UNAVAILABLE, ())
    assert run(_source("other"), pages=1).result.outcome is Outcome.COMPLETED


@pytest.mark.parametrize(
    "body",
    ["", "<html>", "[]", '{"results": 1}', '{"results": [1]}', '{"results": null}', "[" * 100_000, '{"results": []',
     "\xff", '{"results": [], "unresponsive_engines": 7}'],
)  # fmt: skip
def test_an_answer_that_is_no_result_list_is_unreadable(site: Site, run: Runner, body: str) -> None:
    site.answer("/search", body.encode("latin-1"), kind="application/json")
    done = run(_source())
    assert (done.result.outcome, done.result.reason) == (Outcome.UNAVAILABLE, "unreadable_answer")


@pytest.mark.parametrize("status", [400, 404, 410])
def test_a_search_service_that_is_not_there_is_unavailable(site: Site, run: Runner, status: int) -> None:
    site.answer("/search", "{}", status=status, kind="application/json")
    assert run(_source()).result.outcome is Outcome.UNAVAILABLE


def test_the_recording_of_a_search_gives_the_same_again(site: Site, run: Runner) -> None:
    _results(site, "http://site.example/news", "http://site.example/gone", "http://nowhere.example/")
    site.answer("/news", PAGE)
    first = run(_source(), pages=1)
    again = run.again(first, _source(), pages=1)
    assert (again.result.outcome, again.result.reason) == (first.result.outcome, first.result.reason)
    assert [hit.text for hit in again.hits] == [hit.text for hit in first.hits]


def test_the_same_plan_asks_the_same_twice(site: Site, run: Runner) -> None:
    _results(site, "http://site.example/news")
    site.answer("/news", PAGE)
    source = build(AGENT, {"endpoint": "http://search.example/search"})
    run(source)
    first = list(site.asked)
    site.asked.clear()
    run(source)
    assert site.asked == first

"""Web search by an official key: results are read where they lead, and a refusal is never "nothing found"."""

import json
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sources.loopback import AGENT, Runner, Site, planned
from vetting.evidence import Engagement
from vetting.search import Outcome
from vetting.sources.brave import Brave, build

PAGE = "<html><head><title>News</title></head><body><p>Jane Roe threatened a neighbour.</p></body></html>"


@pytest.fixture
def source(tmp_path: Path) -> Brave:
    key = tmp_path / "brave.key"
    key.write_text("invented-key\n", encoding="utf-8")
    key.chmod(0o400)
    return build(AGENT, {"endpoint": "http://search.example/search", "key_file": str(key)})


def _document(*urls: str, more: bool = False, **query: str) -> str:
    found = [
        {"url": url, "title": "A <b>title</b>", "description": "A snippet.", "page_age": "2024-05-06T00:00:00"}
        for url in urls
    ]
    asked = {"original": "q", "more_results_available": more, **query}
    web = {"web": {"type": "search", "results": found}} if urls else {}
    return json.dumps({"type": "search", "query": asked, **web})


def _answer(site: Site, body: str, status: int = 200, headers: dict[str, str] | None = None) -> None:
    site.answer("/search", body, status=status, headers=headers, kind="application/json")


def _pages(site: Site, *documents: str) -> None:
    """One document for each offset, the last for every further one."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        offset = int(parse_qs(urlsplit(handler.path).query)["offset"][0])
        body = documents[min(offset, len(documents) - 1)].encode()
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    site.routes["/search"] = reply


def test_a_result_is_read_where_it_leads_and_else_as_the_service_told_it(
    site: Site, run: Runner, source: Brave
) -> None:
    _answer(site, _document("http://site.example/news", "http://site.example/gone"))
    site.answer("/news", PAGE)
    done = run(source)
    page, snippet = done.hits
    assert (done.result.outcome, done.result.reason) == (Outcome.COMPLETED, "partly_read")
    assert page.text.reveal() == "Jane Roe threatened a neighbour."
    assert snippet.text.reveal() == "A title\nA snippet."
    assert (page.platform, snippet.platform) == ("web_page", "search_result")
    assert {hit.engagement for hit in done.hits} == {Engagement.UNKNOWN}
    assert page.posted_at is not None
    assert page.posted_at.isoformat() == "2024-05-06T00:00:00+00:00"


def test_the_query_is_sent_as_planned_and_nothing_may_correct_it(site: Site, run: Runner, source: Brave) -> None:
    _answer(site, _document())
    done = run(source, '"Jane Roe" "Riverton"', items=10)
    assert (done.result.outcome, done.result.reason) == (Outcome.NO_RESULTS, "nothing_found")
    path, headers = site.asked[0]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
    assert asked == {
        "q": '"Jane Roe" "Riverton"',
        "count": "10",
        "offset": "0",
        "country": "US",
        "search_lang": "en",
        "safesearch": "off",
        "spellcheck": "0",
        "text_decorations": "0",
        "result_filter": "web",
    }
    assert headers["x-subscription-token"] == "invented-key"


def test_the_language_asked_for_is_the_frozen_one(site: Site, run: Runner, source: Brave) -> None:
    _answer(site, _document())
    run.on(run.transport, source, replace(planned("Jane Roe"), languages=("pt", "en")))
    assert parse_qs(urlsplit(site.asked[0][0]).query)["search_lang"] == ["pt"]


def test_an_answer_to_a_corrected_query_is_no_answer(site: Site, run: Runner, source: Brave) -> None:
    _answer(site, _document(altered="Jane Row"))
    assert run(source).result.outcome is Outcome.UNAVAILABLE


def test_pages_are_turned_while_there_are_more_and_no_further_than_allowed(
    site: Site, run: Runner, source: Brave
) -> None:
    site.answer("", PAGE)
    _pages(site, *(_document(f"http://site.example/{n}", more=True) for n in range(2)), _document())
    assert len(run(source, pages=5).hits) == 2
    offsets = [path.partition("offset=")[2][:1] for path in site.paths() if path.startswith("/search")]
    assert offsets == ["0", "1", "2"]
    site.asked.clear()
    run(source, pages=2)
    assert sum(path.startswith("/search") for path in site.paths()) == 2


def test_a_service_that_always_has_more_is_asked_ten_times_at_most(site: Site, run: Runner, source: Brave) -> None:
    site.answer("", PAGE)
    _answer(site, _document("http://site.example/news", more=True))
    assert len(run(source, pages=50).hits) == 1
    assert sum(path.startswith("/search") for path in site.paths()) == 10


def test_no_more_items_than_allowed_are_followed(site: Site, run: Runner, source: Brave) -> None:
    site.answer("", PAGE)
    _answer(site, _document(*(f"http://site.example/{n}" for n in range(9)), more=True))
    assert len(run(source, items=4).hits) == 4
    assert [path for path in site.paths() if not path.startswith(("/search", "/robots.txt"))] == [
        "/0",
        "/1",
        "/2",
        "/3",
    ]


@pytest.mark.parametrize(
    ("status", "outcome", "reason"),
    [
        (400, Outcome.UNAVAILABLE, "api_error"),
        (401, Outcome.BLOCKED, "http_401"),
        (403, Outcome.BLOCKED, "http_403"),
        (404, Outcome.UNAVAILABLE, "api_error"),
        (422, Outcome.UNAVAILABLE, "http_4xx"),
        (429, Outcome.BLOCKED, "http_429"),
        (500, Outcome.UNAVAILABLE, "http_5xx"),
    ],
)
def test_a_refusal_or_failure_is_never_nothing_found(
    site: Site, run: Runner, source: Brave, status: int, outcome: Outcome, reason: str
) -> None:
    _answer(site, '{"type": "ErrorResponse", "error": {"code": "SUBSCRIPTION_TOKEN_INVALID"}}', status=status)
    done = run(source)
    assert (done.result.outcome, done.result.reason, done.hits) == (outcome, reason, ())


def test_a_pause_that_the_service_asks_for_is_kept(site: Site, run: Runner, source: Brave) -> None:
    _answer(site, "{}", status=429, headers={"Retry-After": "7"})
    assert run(source, attempts=2).result.outcome is Outcome.BLOCKED
    assert run.waited == [7.0]


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{}", '{"type": "search"}', '{"query": {}}', '{"type": "ErrorResponse", "query": {}}',
     '{"type": "search", "query": {}, "web": 1}', '{"type": "search", "query": {}, "web": {"results": [1]}}'],
)  # fmt: skip
def test_an_answer_without_the_marks_of_one_is_unreadable(site: Site, run: Runner, source: Brave, body: str) -> None:
    _answer(site, body)
    done = run(source)
    assert (done.result.outcome, done.result.reason) == (Outcome.UNAVAILABLE, "unreadable_answer")


@pytest.mark.parametrize("query", ["", " ", "x" * 401])
def test_a_query_the_service_cannot_take_touches_no_network(site: Site, run: Runner, source: Brave, query: str) -> None:
    assert run(source, query).result.reason == "anchor_unusable"
    assert site.asked == []


def test_the_recording_gives_the_same_again(site: Site, run: Runner, source: Brave) -> None:
    _answer(site, _document("http://site.example/news", "http://site.example/gone"))
    site.answer("/news", PAGE)
    first = run(source)
    again = run.again(first, source)
    assert (again.result.outcome, again.result.reason) == (first.result.outcome, first.result.reason)
    assert [hit.text for hit in again.hits] == [hit.text for hit in first.hits]

"""The Internet Archive: only the capture that its index listed is read, and an exclusion is a refusal."""

import json
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sources.loopback import AGENT, Runner, Site
from vetting.search import Outcome
from vetting.sources.web_archive import WebArchive, build

FIELDS = ["timestamp", "original", "mimetype", "statuscode", "digest"]
WHEN = "20210708091011"
KEPT = "Thu, 08 Jul 2021 09:10:11 GMT"
EXCLUDED = "<html><title>Wayback Machine</title><h2>Sorry.</h2><p>This URL has been excluded from the Wayback Machine."


@pytest.fixture
def source() -> WebArchive:
    table = {
        "dialect": "internet_archive",
        "cdx": "http://archive.example/cdx/search/cdx",
        "memento": "http://archive.example/web/{timestamp}id_/{url}",
    }
    return build(AGENT, table)


def _row(page: str, when: str = WHEN, mime: str = "text/html", status: str = "200", digest: str = "") -> list[str]:
    return [when, f"http://jane.example:80/{page}", mime, status, digest or page]


def _index(site: Site, *rows: list[str], key: str = "") -> None:
    more = [[], [key]] if key else []
    document = [FIELDS, *rows, *more] if rows else more
    site.answer("/cdx/search/cdx", json.dumps(document), kind="application/json")


def _memento(site: Site, page: str, body: str, *, when: str = WHEN, kept: str = KEPT, status: int = 200) -> None:
    path = f"/web/{when}id_/http://jane.example/{page}"
    site.answer(path, body, status=status, headers={"Memento-Datetime": kept} if kept else None)


def test_listed_pages_are_read_at_the_address_without_the_old_port(site: Site, run: Runner, source: WebArchive) -> None:
    _index(site, _row("a"), _row("b", digest="a"), _row("c"))
    _memento(site, "a", "<html><p>Page A")
    _memento(site, "c", "<html><p>Page C")
    done = run(source, "jane.example")
    assert done.result.reason == "found"
    assert [hit.text.reveal() for hit in done.hits] == ["Page A", "Page C"]
    assert [hit.locator.reveal() for hit in done.hits] == ["http://jane.example/a", "http://jane.example/c"]
    assert done.hits[0].posted_at is not None
    assert done.hits[0].posted_at.isoformat() == "2021-07-08T09:10:11+00:00"


def test_the_index_is_asked_for_successful_captures_once_each(site: Site, run: Runner, source: WebArchive) -> None:
    _index(site)
    assert run(source, "https://jane.example/blog", items=3).result.outcome is Outcome.NO_RESULTS
    asked = parse_qs(urlsplit(site.paths()[0]).query)
    assert asked == {
        "url": ["jane.example/blog"],
        "matchType": ["prefix"],
        "output": ["json"],
        "fl": [",".join(FIELDS)],
        "filter": ["!statuscode:[1345].."],
        "collapse": ["digest"],
        "limit": ["30"],
        "showResumeKey": ["true"],
    }


def _pages_of_index(site: Site) -> None:
    """A page of one row for each key, the first two with a key to go on."""
    following = {"": "com%2Cjane%29%2F+1", "com%2Cjane%29%2F+1": "com%2Cjane%29%2F+2"}

    def reply(handler: BaseHTTPRequestHandler) -> None:
        key = parse_qs(urlsplit(handler.path).query).get("resumeKey", [""])[0]
        more = [[], [following[key]]] if key in following else []
        page = {"": "a", "com%2Cjane%29%2F+1": "b", "com%2Cjane%29%2F+2": "c"}[key]
        body = json.dumps([FIELDS, _row(page), *more]).encode()
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    site.routes["/cdx/search/cdx"] = reply


@pytest.mark.parametrize(("pages", "found"), [(1, 1), (2, 2), (3, 3), (9, 3)])
def test_the_index_is_read_on_with_its_key_as_far_as_allowed(
    site: Site, run: Runner, source: WebArchive, pages: int, found: int
) -> None:
    _pages_of_index(site)
    for page in "abc":
        _memento(site, page, f"<html><p>Page {page}")
    assert len(run(source, "jane.example", pages=pages).hits) == found


def test_a_key_that_comes_again_ends_the_reading(site: Site, run: Runner, source: WebArchive) -> None:
    _index(site, _row("a"), key="again")
    _memento(site, "a", "<html><p>A")
    assert run(source, "jane.example", pages=9).result.reason == "found"
    assert sum(path.startswith("/cdx") for path in site.paths()) == 2


def test_a_revisit_of_a_listed_page_is_that_page_and_another_is_read_itself(
    site: Site, run: Runner, source: WebArchive
) -> None:
    revisits = [_row(page, mime="warc/revisit", status="-", digest=digest) for page, digest in (("a", "1"), ("b", "2"))]
    _index(site, *revisits, _row("c", digest="1"))
    _memento(site, "b", "<html><p>Page B")
    _memento(site, "c", "<html><p>Page C")
    assert [hit.text.reveal() for hit in run(source, "jane.example").hits] == ["Page B", "Page C"]
    assert not any("/a" in path for path in site.paths())


def test_a_nearest_capture_in_another_s_place_is_no_finding(site: Site, run: Runner, source: WebArchive) -> None:
    _index(site, _row("a"))
    nearest = "/web/20220101000000id_/http://jane.example/a"
    site.answer(f"/web/{WHEN}id_/http://jane.example/a", status=302, headers={"Location": nearest})
    _memento(site, "a", "<html><p>Another year", when="20220101000000", kept="Sat, 01 Jan 2022 00:00:00 GMT")
    done = run(source, "jane.example")
    assert (done.result.outcome, done.result.reason, done.hits) == (Outcome.UNAVAILABLE, "api_error", ())


def test_an_archived_redirect_is_no_finding_though_it_leads_to_a_page(
    site: Site, run: Runner, source: WebArchive
) -> None:
    _index(site, _row("a"), _row("b"))
    target = f"/web/{WHEN}id_/http://elsewhere.example/"
    kept = {"Location": target, "Memento-Datetime": KEPT}
    site.answer(f"/web/{WHEN}id_/http://jane.example/a", status=301, headers=kept)
    site.answer(target, "<html><p>Somebody else", headers={"Memento-Datetime": KEPT})
    _memento(site, "b", "<html><p>Page B")
    done = run(source, "jane.example")
    assert [hit.text.reveal() for hit in done.hits] == ["Page B"]
    assert done.result.reason == "partly_read"


@pytest.mark.parametrize("kept", ["", "Thu, 08 Jul 2021 09:10:12 GMT", "soon"])
def test_a_page_without_the_mark_of_the_listed_memento_is_no_finding(
    site: Site, run: Runner, source: WebArchive, kept: str
) -> None:
    _index(site, _row("a"))
    _memento(site, "a", "<html><p>The archive's own page", kept=kept)
    assert run(source, "jane.example").result.reason == "api_error"


def test_an_archived_error_is_no_finding_and_no_failure(site: Site, run: Runner, source: WebArchive) -> None:
    _index(site, _row("a", mime="warc/revisit", status="-"), _row("b"))
    _memento(site, "a", "<html><p>Not found, said the site then", status=404)
    _memento(site, "b", "<html><p>Page B")
    done = run(source, "jane.example")
    assert [hit.text.reveal() for hit in done.hits] == ["Page B"]
    assert done.result.reason == "found"


def test_what_is_listed_as_text_and_is_none_is_unreadable_and_a_revisit_is_passed_over(
    site: Site, run: Runner, source: WebArchive
) -> None:
    picture = {"Memento-Datetime": KEPT}
    site.answer(f"/web/{WHEN}id_/http://jane.example/a", b"\x89PNG", headers=picture, kind="image/png")
    _index(site, _row("a"))
    assert run(source, "jane.example").result.reason == "unreadable_answer"
    _index(site, _row("a", mime="warc/revisit", status="-"))
    assert run(source, "jane.example").result.reason == "nothing_found"


def test_an_exclusion_told_with_status_200_is_blocked(site: Site, run: Runner, source: WebArchive) -> None:
    _index(site, _row("a"))
    _memento(site, "a", EXCLUDED, kept="")
    done = run(source, "jane.example")
    assert (done.result.outcome, done.result.reason) == (Outcome.BLOCKED, "api_refused")


@pytest.mark.parametrize(
    "why", ["AdministrativeAccessControlException: Blocked Site Error", "RobotAccessControlException"]
)
def test_an_exclusion_told_in_a_header_is_blocked(site: Site, run: Runner, source: WebArchive, why: str) -> None:
    _index(site, _row("a"))
    path = f"/web/{WHEN}id_/http://jane.example/a"
    site.answer(path, "<html><p>Sorry.", headers={"X-Archive-Wayback-Runtime-Error": why}, status=404)
    assert run(source, "jane.example").result.reason == "api_refused"


@pytest.mark.parametrize("status", [403, 429, 451])
def test_an_index_that_refuses_is_blocked(site: Site, run: Runner, source: WebArchive, status: int) -> None:
    site.answer(
        "/cdx/search/cdx", "AdministrativeAccessControlException: Blocked Site Error", status, kind="text/plain"
    )
    done = run(source, "jane.example")
    assert (done.result.outcome, done.result.reason) == (Outcome.BLOCKED, f"http_{status}")
    assert len(site.asked) == 1


def test_a_pause_that_the_index_asks_for_is_kept(site: Site, run: Runner, source: WebArchive) -> None:
    site.answer("/cdx/search/cdx", "", status=429, headers={"Retry-After": "60"})
    assert run(source, "jane.example", attempts=2).result.outcome is Outcome.BLOCKED
    assert run.waited == [60.0]


@pytest.mark.parametrize(
    "body",
    ["", "{}", "[1]", '["x"]', '[["a"], ["b"]]', '[["timestamp", "original"], ["20210708091011"]]', "[[]]",
     "com,jane)/ 20210708091011 http://jane.example/ text/html 200 X 1"],
)  # fmt: skip
def test_an_index_of_another_shape_is_unreadable(site: Site, run: Runner, source: WebArchive, body: str) -> None:
    site.answer("/cdx/search/cdx", body, kind="application/json")
    done = run(source, "jane.example")
    assert (done.result.outcome, done.result.reason) == (Outcome.UNAVAILABLE, "unreadable_answer")


def test_rows_without_a_real_time_are_left_out(site: Site, run: Runner, source: WebArchive) -> None:
    _index(site, _row("a", "20211399000000"), _row("b", "../../etc"))
    assert run(source, "jane.example").result.outcome is Outcome.NO_RESULTS
    assert len(site.asked) == 1


def test_the_recording_gives_the_same_again(site: Site, run: Runner, source: WebArchive) -> None:
    _pages_of_index(site)
    _memento(site, "a", "<html><p>A")
    _memento(site, "b", EXCLUDED, kept="")
    first = run(source, "jane.example")
    again = run.again(first, source, "jane.example")
    assert first.result.reason == again.result.reason == "partly_read"
    assert [hit.text for hit in again.hits] == [hit.text for hit in first.hits]

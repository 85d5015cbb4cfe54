"""Whatever a server does, at whichever door of whichever source: the right outcome, and every exchange kept."""

import gzip
import json
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.sources.healthy import HEALTHY, ROBOTS, send, serve
from tests.sources.loopback import HOST, Reply, Runner, Site
from tests.sources.test_one_search_one_outcome import QUERIES, SOURCES
from vetting.search import Outcome
from vetting.sources import decoding, egress
from vetting.sources.conduct import Conducted
from vetting.sources.decoding import DecodingError, decoded
from vetting.sources.interface import NotSearchedError, Reason
from vetting.sources.internet import Internet, Response
from vetting.sources.page_text import json_of

CHALLENGE = "<html><title>Just a moment...</title><p>Checking your browser before you can go on."
MISSING = "<html><title>Page not found</title><p>Sorry, this page does not exist."
WORDS = gzip.compress(b"words " * 1_000)
BAD: dict[str, tuple[Reply, frozenset[str]]] = {
    "too many requests": (lambda h: send(h, "slow down", 429), frozenset({"http_429"})),
    "too many requests, with a pause": (lambda h: send(h, {}, 429, Retry_After="7"), frozenset({"http_429"})),
    "challenge": (lambda h: send(h, CHALLENGE, 403), frozenset({"challenge_page"})),
    "outage": (lambda h: send(h, {}, 503), frozenset({"http_5xx"})),
    "redirect loop": (lambda h: send(h, "", 302, Location="/again"), frozenset({"too_many_redirects"})),
    "truncated gzip": (lambda h: send(h, WORDS[:-9], Content_Encoding="gzip"), frozenset({"unreadable_answer"})),
    "unknown coding": (lambda h: send(h, WORDS, Content_Encoding="zstd"), frozenset({"unreadable_answer"})),
    "malformed JSON": (lambda h: send(h, b'{"results": [1,}'), frozenset({"unreadable_answer"})),
    "no JSON": (lambda h: send(h, b"\xff\xfe\x00"), frozenset({"unreadable_answer"})),
    "soft 404": (
        lambda h: send(h, MISSING),
        frozenset({"api_error", "handle_not_confirmed", "inconclusive", "unreadable_answer"}),
    ),
}
ANOTHER_DOOR = {"not_publicly_available", "found"}
"""What a page leads to where Mastodon's API or an actor would be: a server without one is asked at the next door."""
NO_RULES = {"malformed JSON", "no JSON", "soft 404"}
"""A robots.txt of such lines has no rules (RFC 9309, 2.2): everything may be asked for."""
OF_PAGES = {"feed", "forum", "site_profile"}
JSON_SOURCES = sorted(set(SOURCES) - {"feed", "forum", "site_profile", "web_archive"})


def _run(run: Runner, name: str, **limits: int) -> Conducted:
    source = name.partition(",")[0]
    return run(SOURCES[source], QUERIES.get(source, "Jane Roe"), **limits)


def _nothing_lost(site: Site, done: Conducted) -> None:
    """Every request that arrived is a capture, and the right one."""
    assert len(done.captures) == done.result.captures == len(site.asked)
    for path, capture in zip(site.paths(), done.captures, strict=True):
        assert f"GET {path} HTTP/1.1".encode() in capture.warc


def test_every_source_has_its_internet_here() -> None:
    assert {name.partition(",")[0] for name in HEALTHY} == set(SOURCES)


@pytest.mark.parametrize("name", sorted(HEALTHY))
def test_in_good_health_every_source_finds_something(site: Site, run: Runner, name: str) -> None:
    serve(site, name)
    done = _run(run, name)
    assert (done.result.outcome, done.result.reason) == (Outcome.COMPLETED, "found")
    _nothing_lost(site, done)


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("name", sorted(HEALTHY))
def test_one_bad_answer_at_any_door_is_its_reason_and_never_nothing_found(
    site: Site, run: Runner, name: str, bad: str
) -> None:
    reply, reasons = BAD[bad]
    serve(site, name)
    _run(run, name)
    doors = len(site.asked)
    for door in range(1, doors + 1):
        serve(site, name, reply, door)
        done = _run(run, name)
        other = {"partly_read"}
        if name.startswith("fediverse") and bad == "soft 404" and door > 1:
            other = set(ANOTHER_DOOR)
        if name == "site_profile" and bad in NO_RULES:
            other = {"inconclusive"}  # neither what it shows of somebody nor what it says of nobody
        if urlsplit(site.paths()[door - 1]).path == ROBOTS and bad in NO_RULES:
            other |= {"found"}
        assert done.result.reason in reasons | other, f"door {door} of {doors}"
        assert done.result.outcome is not Outcome.NO_RESULTS
        assert bool(done.hits) is (done.result.outcome is Outcome.COMPLETED)
        _nothing_lost(site, done)


@pytest.mark.parametrize("name", sorted(SOURCES))
@pytest.mark.parametrize(("pause", "waited"), [("", 1.0), ("7", 7.0)])
def test_a_rate_limit_is_waited_for_as_asked_by_every_source(
    site: Site, run: Runner, name: str, pause: str, waited: float
) -> None:
    site.answer("", "slow down", status=429, headers={"Retry-After": pause} if pause else {})
    done = _run(run, name, attempts=2)
    assert (done.result.outcome, done.result.reason, run.waited) == (Outcome.BLOCKED, "http_429", [waited])
    _nothing_lost(site, done)


def _drip_body(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    with suppress(OSError):
        for _ in range(1_000):
            handler.wfile.write(b"[")
            time.sleep(0.02)


def _drip_head(handler: BaseHTTPRequestHandler) -> None:
    with suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(1_000):
            handler.wfile.write(b"X-%d: y\r\n" % number)
            time.sleep(0.02)


@pytest.mark.parametrize("drip", [_drip_head, _drip_body])
@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_server_that_drips_holds_no_source_up(
    site: Site, run: Runner, monkeypatch: pytest.MonkeyPatch, name: str, drip: Reply
) -> None:
    monkeypatch.setattr(egress, "TOTAL_SECONDS", 0.1)
    site.routes[""] = drip
    done = _run(run, name)
    assert (done.result.outcome, done.result.reason) == (Outcome.UNAVAILABLE, "timeout")
    _nothing_lost(site, done)


def _ten_gigabytes() -> bytes:
    """A gzip body that unfolds to 10 GB of blanks: one packed megabyte, ten thousand times."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    megabyte = packer.compress(b" " * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + megabyte * 10_000 + b"\x03\0"


@pytest.fixture
def unpacked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the bytes that any body is unpacked to."""
    sizes: list[int] = []
    inflate = decoding._inflate

    def counted(body: bytes, window: int) -> object:
        for chunk in inflate(body, window):
            sizes.append(len(chunk))
            yield chunk

    monkeypatch.setattr(decoding, "_inflate", counted)
    return sizes


def test_ten_gigabytes_in_a_small_body_are_unpacked_to_the_limit_and_no_further(unpacked: list[int]) -> None:
    bomb = _ten_gigabytes()
    for limit in (100_000, 2_000_000, 50_000_000):
        unpacked.clear()
        with pytest.raises(DecodingError) as stopped:
            decoded(bomb, "gzip", limit)
        assert stopped.value.reason is Reason.TOO_LARGE
        assert sum(unpacked) <= limit + decoding._STEP
        assert max(unpacked) <= decoding._STEP, "nothing larger is ever in memory at once"


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_bomb_is_too_large_for_every_source(site: Site, run: Runner, unpacked: list[int], name: str) -> None:
    bomb = _ten_gigabytes()
    site.answer("", bomb, headers={"Content-Encoding": "gzip"}, kind="application/json")
    done = _run(run, name)
    assert (done.result.outcome, done.result.reason) == (Outcome.UNAVAILABLE, "too_large")
    assert sum(unpacked) <= 50 * 1024 * 1024 + decoding._STEP
    kept = any(len(capture.warc) > len(bomb) for capture in done.captures)
    assert kept == (name not in OF_PAGES), "it is kept as it was received, but for pages, which nobody could judge"


def _json_answer(body: bytes) -> Response:
    return Response(url="", status=200, headers={"content-type": "application/json"}, body=body, capture_id="C")


def test_malformed_json_of_others_is_unreadable_and_right_json_is_read(shared_folder: Path) -> None:
    cases = sorted((shared_folder / "vectors/JSONTestSuite/test_parsing").glob("*.json"))
    assert len(cases) == 318
    for case in cases:
        answer = _json_answer(case.read_bytes())
        if case.name.startswith("n_"):
            with pytest.raises(NotSearchedError, match="unreadable_answer"):
                json_of(answer)
        elif case.name.startswith("y_"):  # the others are left to the implementation
            json_of(answer)


@pytest.mark.parametrize("name", JSON_SOURCES)
def test_no_json_of_others_is_ever_nothing_found(site: Site, run: Runner, shared_folder: Path, name: str) -> None:
    cases = sorted((shared_folder / "vectors/JSONTestSuite/test_parsing").glob("[ny]_*.json"))
    for case in cases[:: 1 if name == "metasearch" else 7]:
        site.answer("", case.read_bytes(), kind="application/json")
        done = _run(run, name)
        assert done.result.outcome is Outcome.UNAVAILABLE, case.name
        assert done.result.reason != "source_defect", case.name
        assert (len(done.captures), done.hits) == (1, ()), case.name


LISTS = {
    "atproto": ("listRecords", 6 + 3),
    "brave": ("", 6 + 7),
    "courtlistener": ("", 6),
    "github": ("/repos", 6 + 4),
    "internet_archive": ("", 6 + 6),
    "mediawiki": ("", 6 + 2),
    "metasearch": ("", 6 + 7),
}
"""How the path of each list ends, and the requests of a search of six pages: those, and what else it reads."""


ARCHIVE_FIELDS = ["timestamp", "original", "statuscode", "mimetype", "digest"]
ENDLESS: dict[str, Callable[[int], object]] = {
    "atproto": lambda n: {"records": [{"uri": f"at://x/{n}", "value": {"text": "boats"}}], "cursor": f"c{n}"},
    "brave": lambda n: {
        "type": "search",
        "query": {"more_results_available": True},
        "web": {"results": [{"url": f"http://{HOST}/{n}", "title": "t"}]},
    },
    "courtlistener": lambda n: {
        "count": 9_999,
        "results": [{"caseName": f"Roe v. Boats {n}", "absolute_url": f"/{n}"}],
        "next": f"http://{HOST}/?cursor=c{n}",
    },
    "github": lambda n: [{"id": 100 * n + i, "description": f"boat {100 * n + i}"} for i in range(100)],
    "internet_archive": lambda n: [
        ARCHIVE_FIELDS,
        ["20200102030405", f"http://jane.example/{n}", "200", "text/html", f"D{n}"],
        [],
        [f"k{n}"],
    ],
    "mediawiki": lambda n: {
        "query": {"users": [{"name": "Jane Roe"}], "pages": [], "usercontribs": [{"revid": n, "comment": f"c{n}"}]},
        "continue": {"uccontinue": f"c{n}", "continue": "-||"},
    },
    "metasearch": lambda n: {"results": [{"url": f"http://{HOST}/{n}", "title": "t"}], "unresponsive_engines": []},
}
"""What each list answers to its nth request: one more item, and always a next page."""


@pytest.mark.parametrize("name", sorted(LISTS))
@pytest.mark.parametrize("fresh", [True, False], ids=["always new", "always the same"])
def test_a_cursor_that_never_ends_ends(site: Site, run: Runner, name: str, fresh: bool) -> None:
    serve(site, name)
    healthy, endless = site.routes[""], ENDLESS[name]
    lists, most = LISTS[name]

    def reply(handler: BaseHTTPRequestHandler) -> None:
        path = urlsplit(handler.path).path
        if (path == "/" if not lists else path.endswith(lists)) and "app.bsky.actor" not in handler.path:
            send(handler, endless(len(site.asked) if fresh else 1))
        else:
            healthy(handler)

    site.routes[""] = reply
    done = _run(run, name, pages=6, items=10_000)
    texts = [hit.text.reveal() + hit.locator.reveal() for hit in done.hits]
    assert done.result.outcome is Outcome.COMPLETED
    assert len(site.asked) <= most
    assert fresh or name == "brave" or len(site.asked) <= 6, "a list that repeats itself is left"
    assert len(done.hits) <= 700
    assert len(set(texts)) == len(texts), "no passage counts twice"
    _nothing_lost(site, done)


WRONG_CHARSETS = {
    "declared utf-8, sent windows-1252": ("utf-8", "caf\u00e9 knives".encode("windows-1252")),
    "declared windows-1252, sent utf-8": ("windows-1252", "caf\u00e9 knives".encode()),
    "declared utf-16, sent utf-8 with a mark": ("utf-16", b"\xef\xbb\xbf" + "caf\u00e9 knives".encode()),
    "a charset nobody knows": ("x-nonsense", "caf\u00e9 knives".encode()),
    "a codec of Python's": ("zlib_codec", "caf\u00e9 knives".encode()),
    "a codec that takes hours": ("punycode", b"knives -" + b"b" * 200_000),
    "a codec that unescapes": ("unicode_escape", b"knives \\u003cscript\\u003e"),
    "no charset, sent windows-1252": ("", "caf\u00e9 knives".encode("windows-1252")),
}


@pytest.mark.parametrize("name", ["forum", "feed"])
@pytest.mark.parametrize("charset", WRONG_CHARSETS)
@pytest.mark.parametrize("place", ["header", "declaration"])
def test_a_wrong_charset_costs_letters_and_no_words(
    site: Site, run: Runner, name: str, charset: str, place: str
) -> None:
    declared, words = WRONG_CHARSETS[charset]
    header = f"; charset={declared}" if declared and place == "header" else ""
    inner = declared if place == "declaration" else ""
    if name == "forum":
        meta = f"<meta charset='{inner}'>" if inner else ""
        body, kind = f"<html>{meta}<p>".encode() + words, f"text/html{header}"
    else:
        stated = f" encoding='{inner}'" if inner else ""
        opening = f"<?xml version='1.0'{stated}?><rss version='2.0'><channel><item><title>".encode()
        body, kind = opening + words + b"</title></item></channel></rss>", f"application/rss+xml{header}"
    if words.startswith(b"\xef\xbb\xbf"):
        body = b"\xef\xbb\xbf" + body.replace(b"\xef\xbb\xbf", b"")
    site.answer("", body, kind=kind)
    (hit,) = _run(run, name).hits
    assert "knives" in hit.text.reveal()
    assert "<script>" not in hit.text.reveal()


@pytest.mark.parametrize("name", JSON_SOURCES)
def test_json_in_another_charset_than_json_s_is_unreadable(site: Site, run: Runner, name: str) -> None:
    site.answer("", '{"caf\u00e9": 1}'.encode("latin-1"), kind="application/json; charset=iso-8859-1")
    assert _run(run, name).result.reason == "unreadable_answer"


@pytest.mark.parametrize(
    "declared",
    [
        "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 10)),
        "<!ENTITY e9 SYSTEM 'file:///etc/hostname'>",
        f"<!ENTITY e9 SYSTEM 'http://{HOST}/secret'>",
        f"<!ENTITY % e SYSTEM 'http://{HOST}/secret'> %e;",
    ],
)
def test_entities_of_a_feed_neither_unfold_nor_fetch(site: Site, run: Runner, declared: str) -> None:
    entry = "<item><title>knives &e9;</title></item>"
    feed = f"<?xml version='1.0'?><!DOCTYPE r [<!ENTITY e0 'x'>{declared}]><rss version='2.0'><channel>{entry}"
    site.answer("", f"{feed}</channel></rss>", kind="application/rss+xml")
    done = _run(run, "feed")
    assert site.paths() == [ROBOTS, "/"], "nothing else is fetched"
    assert sum(len(hit.text) for hit in done.hits) < 1_000
    assert Path("/etc/hostname").read_text(encoding="utf-8").strip() not in "".join(
        hit.text.reveal() for hit in done.hits
    )


def test_a_page_that_says_with_success_that_it_is_missing_is_no_passage(site: Site, run: Runner) -> None:
    for words in ("<title>404 Not Found</title>", "<title>Oops</title><p>This member doesn't exist.", MISSING):
        site.answer("", f"<html>{words}")
        done = _run(run, "forum")
        assert (done.result.outcome, done.result.reason, done.hits) == (Outcome.UNAVAILABLE, "inconclusive", ())
    for words in ("<title>Jane</title><p>My lost dog was not found.", "<title>404 things</title>" + "<p>boats" * 300):
        site.answer("", f"<html>{words}")
        assert _run(run, "forum").result.reason == "found"


def test_a_failed_search_hands_on_no_words_and_keeps_every_answer(site: Site, internet: Internet) -> None:
    site.answer("/a", json.dumps({"words": "kept"}), kind="application/json")
    internet.get(f"http://{HOST}/a")
    site.answer("/b", b"\x1f\x8b\x08 kept too", headers={"Content-Encoding": "gzip"})
    with pytest.raises(NotSearchedError):
        internet.get(f"http://{HOST}/b")
    assert [b"kept" in capture.warc for capture in internet.captures()] == [True, True]

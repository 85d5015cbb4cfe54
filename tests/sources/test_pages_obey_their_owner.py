"""A page for people is asked for only where its site lets programs in, and kept only where it lets itself be kept."""

import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest
from protego import Protego

from tests.sources.loopback import HOST, NOW, Runner, Site
from vetting.search import Outcome
from vetting.sources.courtesy import LONGEST_WAIT_SECONDS, Courtesy
from vetting.sources.forum import build as build_forum
from vetting.sources.interface import NotSearchedError, Reason
from vetting.sources.internet import Internet
from vetting.sources.metasearch import build as build_metasearch
from vetting.sources.robots import MAX_ROBOTS_BYTES, Rules, rules_of

PAGE = "<!doctype html><title>Jane</title><p>Words of hers."
URL = f"http://{HOST}/members/jane"


def _stopped(internet: Internet, url: str = URL) -> Reason:
    with pytest.raises(NotSearchedError) as stopped:
        internet.page(url)
    return stopped.value.reason


def _robots(site: Site, text: str | bytes, status: int = 200) -> None:
    site.answer("/robots.txt", text, status=status, kind="text/plain")
    site.answer("/members/jane", PAGE)


@pytest.mark.parametrize(
    "text",
    [
        "User-agent: *\nDisallow: /members/",
        "User-agent: vetting\nDisallow: /\n\nUser-agent: *\nAllow: /",
        "user-agent: VETTING\ndisallow: /",
        "User-agent: vetting/0.1\nDisallow: /",
        "User-agent: other\nUser-agent: vetting\nDisallow: /mem*$",
        "\ufeffUser-agent: *\nDisallow: /",
        "# words\n\nUser-agent: *\nAllow: /\nDisallow: /members",
    ],
)
def test_what_robots_txt_forbids_is_blocked_and_never_asked_for(site: Site, internet: Internet, text: str) -> None:
    _robots(site, text)
    assert _stopped(internet) is Reason.ROBOTS_DISALLOWED
    assert Reason.ROBOTS_DISALLOWED.outcome is Outcome.BLOCKED
    assert site.paths() == ["/robots.txt"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Disallow: /",
        "User-agent: *\nDisallow:",
        "User-agent: other\nDisallow: /",
        "User-agent: vet\nDisallow: /",
        "User-agent: *\nDisallow: /\nAllow: /members/jane",
        "User-agent: *\nDisallow: /\n\nUser-agent: vetting\nAllow: /",
        "<!doctype html><title>Home</title><p>" + "No rules at all. " * 100,
    ],
)
def test_what_robots_txt_allows_is_read(site: Site, internet: Internet, text: str) -> None:
    _robots(site, text)
    assert internet.page(URL).ok


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_a_robots_txt_that_is_not_there_allows_everything(site: Site, internet: Internet, status: int) -> None:
    _robots(site, "User-agent: *\nDisallow: /", status=status)
    assert internet.page(URL).ok


@pytest.mark.parametrize(("status", "reason"), [(500, Reason.HTTP_5XX), (503, Reason.HTTP_5XX), (429, Reason.HTTP_429)])
def test_while_robots_txt_cannot_be_read_no_page_is_asked_for(
    site: Site, internet: Internet, status: int, reason: Reason
) -> None:
    _robots(site, "", status=status)
    assert (_stopped(internet), _stopped(internet)) == (reason, reason)
    assert site.paths() == ["/robots.txt"], "nor is the file asked for again in the same attempt"


def test_an_outage_of_robots_txt_is_an_outage_and_the_next_attempt_asks_again(site: Site, run: Runner) -> None:
    _robots(site, "", status=500)
    forum = build_forum("vetting-test", {"profile": f"http://{HOST}/members/{{account}}"})
    done = run(forum, "jane", attempts=2)
    assert (done.result.outcome, done.result.reason) == (Outcome.UNAVAILABLE, "http_5xx")
    assert site.paths() == ["/robots.txt", "/robots.txt"]


def test_robots_txt_is_asked_for_once_for_each_site_and_kept_as_evidence(site: Site, internet: Internet) -> None:
    _robots(site, "User-agent: *\nDisallow: /private")
    for path in ("/members/jane", "/members/jane", "/private"):
        try:
            internet.page(f"http://{HOST}{path}")
        except NotSearchedError:
            assert path == "/private"
    assert site.paths() == ["/robots.txt", "/members/jane", "/members/jane"]
    assert b"Disallow: /private" in internet.captures()[0].warc


def test_each_hop_obeys_the_site_it_leads_to(site: Site, internet: Internet) -> None:
    def robots(handler: object) -> None:
        elsewhere = handler.headers["Host"] == "other.example"  # type: ignore[attr-defined]
        handler.send_response(200)  # type: ignore[attr-defined]
        handler.end_headers()  # type: ignore[attr-defined]
        handler.wfile.write(b"User-agent: *\nDisallow: /" if elsewhere else b"")  # type: ignore[attr-defined]

    site.routes["/robots.txt"] = robots
    site.answer("/members/jane", status=302, headers={"Location": "http://other.example/jane"})
    assert _stopped(internet) is Reason.ROBOTS_DISALLOWED
    assert site.paths() == ["/robots.txt", "/members/jane", "/robots.txt"]


def test_five_redirects_of_robots_txt_are_followed_and_no_sixth(
    site: Site, make_internet: Callable[..., Internet]
) -> None:
    for last, reached in ((5, True), (6, False)):
        _robots(site, "")
        for step in range(last):
            at = "/robots.txt" if not step else f"/r{step}"
            site.answer(at, status=301, headers={"Location": f"/r{step + 1}"})
        site.answer(f"/r{last}", "User-agent: *\nDisallow: /", kind="text/plain")
        reason = _stopped(make_internet())
        assert reason is (Reason.ROBOTS_DISALLOWED if reached else Reason.TOO_MANY_REDIRECTS)


def test_what_stands_beyond_five_hundred_kibibytes_is_not_read(site: Site, internet: Internet) -> None:
    line = "# words\n"
    _robots(site, line * (MAX_ROBOTS_BYTES // len(line) + 1) + "User-agent: *\nDisallow: /")
    assert internet.page(URL).ok


def test_an_official_interface_does_not_ask_for_robots_txt(site: Site, internet: Internet) -> None:
    _robots(site, "User-agent: *\nDisallow: /")
    assert internet.get(URL).ok
    assert site.paths() == ["/members/jane"]


@pytest.mark.parametrize(
    ("headers", "head"),
    [
        ({"X-Robots-Tag": "noindex"}, ""),
        ({"X-Robots-Tag": "nofollow, NoIndex"}, ""),
        ({"X-Robots-Tag": "none"}, ""),
        ({"X-Robots-Tag": "vetting: noarchive"}, ""),
        ({"X-Robots-Tag": "max-snippet: 20, noindex"}, ""),
        ({}, '<meta name="robots" content="noindex, follow">'),
        ({}, "<META NAME=Robots CONTENT=NOARCHIVE>"),
        ({}, '<meta name="vetting" content="none">'),
        ({}, '<meta name="robots" content="follow"><meta name="robots" content="noindex">'),
    ],
)
def test_a_page_that_asks_not_to_be_kept_is_blocked_and_its_words_are_gone(
    site: Site, internet: Internet, headers: dict[str, str], head: str
) -> None:
    site.answer("/members/jane", f"<!doctype html><head>{head}</head><p>Words of hers.", headers=headers)
    assert _stopped(internet) is Reason.NOINDEX
    assert Reason.NOINDEX.outcome is Outcome.BLOCKED
    kept = internet.captures()[-1].warc
    assert b"Words of hers" not in kept
    assert b"withheld: noindex" in kept
    assert b"GET /members/jane HTTP/1.1" in kept


def test_a_page_in_another_alphabet_of_bytes_is_understood_too(site: Site, internet: Internet) -> None:
    page = '<!doctype html><head><meta name="robots" content="noindex"></head><p>Words of hers.'
    site.answer("/members/jane", page.encode("utf-16"), kind="text/html; charset=utf-16")
    assert _stopped(internet) is Reason.NOINDEX


@pytest.mark.parametrize(
    ("headers", "head"),
    [
        ({"X-Robots-Tag": "nofollow, noimageindex"}, ""),
        ({"X-Robots-Tag": "otherbot: noindex, nofollow"}, ""),
        ({}, '<meta name="robots" content="index, follow"><meta name="description" content="noindex">'),
        ({}, '<meta name="googlebot" content="noindex">'),
    ],
)
def test_what_is_asked_of_other_programs_or_about_other_things_is_not_for_us(
    site: Site, internet: Internet, headers: dict[str, str], head: str
) -> None:
    site.answer("/members/jane", f"<!doctype html><head>{head}</head><p>Words of hers.", headers=headers)
    assert internet.page(URL).ok


def test_a_page_that_is_not_there_may_say_noindex_and_is_still_not_there(site: Site, internet: Internet) -> None:
    site.answer("/members/jane", PAGE, status=404, headers={"X-Robots-Tag": "noindex"})
    assert internet.page(URL).status == 404


def test_the_recording_of_a_refusal_refuses_again(site: Site, run: Runner) -> None:
    forum = build_forum("vetting-test", {"profile": f"http://{HOST}/members/{{account}}"})
    for text, headers in (("User-agent: *\nDisallow: /", {}), ("", {"X-Robots-Tag": "noindex"})):
        site.answer("/robots.txt", text, kind="text/plain")
        site.answer("/members/jane", PAGE, headers=headers)
        first = run(forum, "jane")
        again = run.again(first, forum, "jane")
        assert again.result.reason == first.result.reason
        assert first.result.outcome is Outcome.BLOCKED


def test_a_site_that_asks_for_pauses_gets_them(site: Site, make_internet: Callable[..., Internet]) -> None:
    asked: list[tuple[str, float]] = []
    _robots(site, "User-agent: *\nCrawl-delay: 5\nRequest-rate: 1/20s")
    internet = make_internet(courtesy=Courtesy(lambda host, least: asked.append((host, least)), lambda: NOW))
    internet.page(URL)
    assert asked == [(HOST, 1.0), (HOST, 1.0), (HOST, 20.0)]


def test_a_pause_longer_than_a_run_is_a_refusal(site: Site, internet: Internet) -> None:
    _robots(site, f"User-agent: *\nCrawl-delay: {LONGEST_WAIT_SECONDS + 1}")
    assert _stopped(internet) is Reason.ROBOTS_DISALLOWED


@pytest.mark.parametrize(
    "pace",
    [
        f"Request-rate: 1/{'9' * 400}",
        f"Request-rate: 1/{'9' * 5_000}",
        f"Request-rate: 1/{'9' * 400}d 1600-1645",
        f"Crawl-delay: {'9' * 400}",
        f"crawl delay {'9' * 400}",
        "Crawl-delay: 1e308",
        "Request-rate: 1/1d",
    ],
)
def test_a_pause_beyond_counting_is_a_refusal_of_that_site_alone(site: Site, run: Runner, pace: str) -> None:
    hosts = ((1, HOST), (2, "other.example"), (3, HOST))
    found = [{"url": f"http://{host}/{number}", "title": "t", "content": "c"} for number, host in hosts]
    site.answer("/search", json.dumps({"results": found}), kind="application/json")

    def robots(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(f"User-agent: *\n{pace}".encode() if handler.headers["Host"] == "other.example" else b"")

    site.routes["/robots.txt"] = robots
    for number, _ in hosts:
        site.answer(f"/{number}", PAGE)
    done = run(build_metasearch("vetting-test", {"endpoint": f"http://{HOST}/search"}))
    assert (done.result.outcome, done.result.reason) == (Outcome.COMPLETED, "partly_read")
    assert [hit.platform for hit in done.hits] == ["web_page", "search_result", "web_page"]
    assert "/2" not in site.paths()


@pytest.mark.parametrize(
    "pace",
    [
        *("Request-rate: 1/0", "Request-rate: 0/1", "Request-rate: 1/-5", "Request-rate: -1/5", "Request-rate: 1/nan"),
        *(
            "Request-rate: /",
            "Request-rate: 1/",
            "Crawl-delay: nan",
            "Crawl-delay: -7",
            "Crawl-delay: 0.00000000000001",
        ),
    ],
)
def test_a_pace_that_is_no_number_of_seconds_asks_for_nothing(pace: str) -> None:
    assert 0.0 <= rules_of(f"User-agent: *\n{pace}".encode()).pause < 0.001


class _Broken(Protego):
    def request_rate(self, user_agent: str) -> None:
        raise RuntimeError(user_agent)


def test_a_parser_that_fails_over_a_pause_leaves_the_rules_unreadable() -> None:
    with pytest.raises(NotSearchedError) as stopped:
        _ = Rules(parsed=_Broken()).pause
    assert stopped.value.reason is Reason.UNREADABLE_ANSWER


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"User-agent: a{number}" for number in range(15_000)) + "\n" + "Disallow: /x\n" * 19_000,
        "\n".join(f"User-agent: vetting{number}" for number in range(15_000)) + "\n" + "Disallow: /x\n" * 10_000,
        "User-agent: *\nDisallow: /" + "*a" * 200_000,
        "User-agent: *\n" + "Disallow: /*a*b*c$\n" * 25_000,
        "User-agent: *\nCrawl-delay: nan\nRequest-rate: 0/0\nDisallow: /%zz\x00",
        "User-agent" * 50_000,
    ],
    ids=["many agents", "many of our name", "many stars", "many rules", "no numbers", "no end"],
)
def test_no_robots_txt_takes_long(text: str) -> None:
    before = time.process_time()
    rules = rules_of(text.encode())
    assert rules.allows(f"http://{HOST}/" + "ab" * 1_000)
    assert rules.pause == 0.0
    assert time.process_time() - before < 5


def test_without_rules_everything_is_allowed_at_once() -> None:
    assert Rules().allows(URL)
    assert Rules().pause == 0.0

"""Of a page that is a challenge, asks not to be kept or cannot be judged nothing is kept but that it was asked for."""

import gzip

import pytest

from tests.sources.loopback import HOST, Runner, Site
from vetting.search import Outcome
from vetting.sources.forum import build as build_forum
from vetting.sources.interface import NotSearchedError, Reason
from vetting.sources.internet import Internet
from vetting.sources.robots import asks_not_to_be_kept
from vetting.sources.robots_meta import MAX_CHARACTERS

URL = f"http://{HOST}/members/jane"
WORDS = b"<!doctype html><title>Jane</title><p>Words of hers. " + b"lorem " * 200
NOINDEX = {"X-Robots-Tag": "noindex"}
CHALLENGE = {"cf-mitigated": "challenge"}
CUT = gzip.compress(WORDS)[:-12]


def _answer(site: Site, body: bytes = WORDS, status: int = 200, headers: dict[str, str] | None = None) -> None:
    site.answer("/robots.txt", "", kind="text/plain")
    site.answer("/members/jane", body, status=status, headers=headers)


def _reason(internet: Internet) -> Reason | None:
    try:
        internet.page(URL)
    except NotSearchedError as stopped:
        return stopped.reason
    return None


def _kept(internet: Internet) -> bytes:
    return next(c.warc for c in internet.captures() if b"GET /members/jane HTTP/1.1" in c.warc)


CODED = {
    "an unknown coding": (WORDS, {"Content-Encoding": "zstd"}),
    "three codings": (WORDS, {"Content-Encoding": "identity, identity, identity"}),
    "a gzip that was cut": (CUT, {"Content-Encoding": "gzip"}),
    "a gzip that is none": (WORDS, {"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("coded", CODED)
@pytest.mark.parametrize(
    ("headers", "status", "reason"),
    [
        ({}, 200, Reason.UNREADABLE_ANSWER),
        ({}, 404, Reason.UNREADABLE_ANSWER),
        ({}, 403, Reason.HTTP_403),
        ({}, 500, Reason.HTTP_5XX),
        (NOINDEX, 200, Reason.NOINDEX),
        (CHALLENGE, 403, Reason.CHALLENGE_PAGE),
        (CHALLENGE, 200, Reason.CHALLENGE_PAGE),
        ({"sg-captcha": "challenge"}, 202, Reason.CHALLENGE_PAGE),
        ({"x-amzn-waf-action": "captcha"}, 405, Reason.CHALLENGE_PAGE),
    ],
)
def test_what_cannot_be_decoded_is_judged_by_its_headers_and_not_kept(
    site: Site, internet: Internet, coded: str, headers: dict[str, str], status: int, reason: Reason
) -> None:
    body, coding = CODED[coded]
    _answer(site, body, status, {**headers, **coding})
    assert _reason(internet) is reason
    assert body[40:80] not in _kept(internet)
    assert b"Words of hers" not in _kept(internet)


def test_an_interface_that_cannot_be_decoded_is_kept_unless_it_is_a_challenge(site: Site, internet: Internet) -> None:
    for headers, reason in (({}, Reason.UNREADABLE_ANSWER), (CHALLENGE, Reason.CHALLENGE_PAGE)):
        _answer(site, headers={"Content-Encoding": "zstd", **headers})
        with pytest.raises(NotSearchedError) as stopped:
            internet.get(URL)
        assert stopped.value.reason is reason
        assert (b"Words of hers" in internet.captures()[-1].warc) == (not headers)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(403, Reason.HTTP_403), (404, None), (410, None), (429, Reason.HTTP_429), (500, Reason.HTTP_5XX)],
)
@pytest.mark.parametrize("where", ["header", "meta"])
def test_an_answer_that_is_no_success_and_asks_not_to_be_kept_leaves_its_status_alone(
    site: Site, internet: Internet, status: int, reason: Reason | None, where: str
) -> None:
    meta = b"<!doctype html><meta name=robots content=noindex>"
    body, headers = (WORDS, NOINDEX) if where == "header" else (meta + WORDS, {})
    _answer(site, body, status, {**headers, "X-Note": "words of hers"})
    assert _reason(internet) is reason
    assert b"words of hers" not in _kept(internet).lower()
    assert f"HTTP/1.1 {status}".encode() in _kept(internet)
    assert b"content-withheld: noindex\r\n" in _kept(internet)


def test_a_redirect_that_asks_not_to_be_kept_is_followed_and_its_words_are_not_kept(
    site: Site, internet: Internet
) -> None:
    _answer(site, status=302, headers={**NOINDEX, "Location": "/elsewhere"})
    site.answer("/elsewhere", "<p>A page for all.")
    assert internet.page(URL).ok
    assert b"Words of hers" not in _kept(internet)
    assert b"Location: /elsewhere\r\n" in _kept(internet)
    assert b"A page for all" in internet.captures()[-1].warc


@pytest.mark.parametrize("status", [302, 403, 404, 500])
@pytest.mark.parametrize("headers", [NOINDEX, {"Content-Encoding": "zstd"}, CHALLENGE])
def test_the_recording_of_what_was_not_kept_ends_as_the_search_did(
    site: Site, run: Runner, status: int, headers: dict[str, str]
) -> None:
    _answer(site, status=status, headers={**headers, **({"Location": "/elsewhere"} if status == 302 else {})})
    site.answer("/elsewhere", "<title>jane</title><p>Words for all. " + "lorem " * 200)
    forum = build_forum("vetting-test", {"profile": f"http://{HOST}/members/{{account}}"})
    first = run(forum, "jane")
    assert all(b"Words of hers" not in capture.warc for capture in first.captures)
    again = run.again(first, forum, "jane")
    assert (again.result.reason, len(again.hits)) == (first.result.reason, len(first.hits))
    assert first.result.outcome is not Outcome.NO_RESULTS or status == 404


ASKING = {
    "a letter by its number": '<meta name="&#114;obots" content="n&#111;index">',
    "a letter by its number in hexadecimal": '<meta name="robot&#x73" content="&#X6E;oindex">',
    "as if it were a header": '<meta http-equiv="X-Robots-Tag" content="noindex">',
    "blanks around it": '<meta name=" robots " content=" noindex ">',
    "no comma": '<meta name="robots" content="noindex nofollow">',
    "a name beside another": '<meta property="og:type" name="robots" content="noindex">',
    "after 256 kB": "<p>" + "lorem " * 60_000 + "<meta name=robots content=noindex>",
    "after 3 MB": "<p>" + "lorem " * 600_000 + "<meta name=robots content=noindex>",
    "after 3 MB, by its number": "<p>" + "lorem " * 600_000 + "<meta name='&#x72;obots' content='none'>",
    "on the border": "x" * (MAX_CHARACTERS - 30) + "<meta name=robots content=noindex>",
    "below a thousand elements": "<div>" * 2_000 + "<meta name=robots content=noindex>",
    "after a tag with a bracket": '<meta name="a" content="x > y"><meta content="noindex" name="robots">',
}


@pytest.mark.parametrize("how", ASKING)
def test_a_page_that_asks_not_to_be_kept_is_understood_however_it_says_so(
    site: Site, internet: Internet, how: str
) -> None:
    _answer(site, f"<!doctype html><html>{ASKING[how]}".encode() + WORDS)
    assert _reason(internet) is Reason.NOINDEX
    assert b"Words of hers" not in _kept(internet)


def test_an_answer_that_does_not_say_what_it_is_may_be_a_page_and_ask(site: Site, internet: Internet) -> None:
    site.answer("/robots.txt", "", kind="text/plain")
    site.answer("/members/jane", b"<!-- x --><meta name=robots content=noindex>" + WORDS, kind="")
    assert _reason(internet) is Reason.NOINDEX


@pytest.mark.parametrize(
    "header",
    [
        *("noindex;", "nofollow; noindex", "noindex nofollow", "otherbot: nofollow, vetting: noindex", "*: none"),
        *("otherbot: noindex, *: noarchive", "unavailable_after: Fri, 25 Jun 2010 15:00:00 PST, noindex", "noindex: 1"),
    ],
)
def test_a_header_that_asks_not_to_be_kept_is_understood_however_it_says_so(header: str) -> None:
    assert asks_not_to_be_kept([header], b"", "text/plain")


@pytest.mark.parametrize(
    "markup",
    [
        "<!-- <meta name=robots content=noindex> --><p>x",
        "<script>'<meta name=robots content=noindex>'</script><p>x",
        "<meta name=robots content='max-image-preview:none'>",
        "<meta name=robots content='max-image-preview: none, index'>",
        "<meta name=description content='robots say noindex'>",
        "<p>robots &#110;oindex" + "lorem " * 600_000,
        "<p>" + "lorem " * 600_000 + "<meta name=robots content=index><p>noindex",
    ],
)
def test_a_page_that_speaks_of_it_without_asking_is_read(markup: str) -> None:
    assert not asks_not_to_be_kept([], markup.encode(), "text/html")

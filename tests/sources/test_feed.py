"""A disclosed feed: its entries in order, read from memory only."""

from pathlib import Path

import pytest

from tests.sources.loopback import AGENT, Runner, Site
from vetting.search import Outcome
from vetting.sources.feed import Feed, build

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Jane</title><author><name>Jane Roe</name></author>
<id>urn:x</id><updated>2024-01-01T00:00:00Z</updated>
<entry><title>Caf&#233; &amp; boats</title><link href="http://jane.example/1"/><id>urn:1</id>
<published>2024-03-04T05:06:07+02:00</published>
<content type="html">&lt;p&gt;Long &lt;b&gt;text&lt;/b&gt;.&lt;/p&gt;</content></entry>
<entry><title>Second</title><id>urn:2</id><summary>Short.</summary></entry></feed>"""
RSS = """<rss version="2.0"><channel><title>Jane</title><item><title>One</title><link>http://jane.example/1</link>
<pubDate>Mon, 04 Mar 2024 05:06:07 GMT</pubDate><description>Words.</description></item></channel></rss>"""


def _source() -> Feed:
    return build(AGENT, {})


def test_an_atom_feed_gives_its_entries(site: Site, run: Runner) -> None:
    site.answer("/atom.xml", ATOM, kind="application/atom+xml")
    first, second = run(_source(), "http://site.example/atom.xml").hits
    assert first.text.reveal() == "Caf\u00e9 & boats\nLong text."
    assert first.locator.reveal() == "http://jane.example/1"
    assert first.author.reveal() == second.author.reveal() == "Jane Roe"
    assert first.posted_at is not None
    assert first.posted_at.isoformat() == "2024-03-04T03:06:07+00:00"
    assert (second.text.reveal(), second.posted_at, second.platform) == ("Second\nShort.", None, "feed_entry")


def test_an_rss_feed_gives_its_entries_up_to_the_limit(site: Site, run: Runner) -> None:
    site.answer("/feed", RSS, kind="application/rss+xml")
    (hit,) = run(_source(), "http://site.example/feed").hits
    assert hit.text.reveal() == "One\nWords."
    assert hit.posted_at is not None
    site.answer("/feed", ATOM, kind="application/atom+xml")
    assert len(run(_source(), "http://site.example/feed", items=1).hits) == 1


def test_a_feed_without_entries_and_a_feed_that_is_gone_are_no_results(site: Site, run: Runner) -> None:
    site.answer("/feed", '<rss version="2.0"><channel><title>x</title></channel></rss>', kind="text/xml")
    assert run(_source(), "http://site.example/feed").result.reason == "nothing_found"
    assert run(_source(), "http://site.example/gone").result.reason == "account_not_found"


@pytest.mark.parametrize("body", ["", "no feed", "<html><p>A page", "{}", "<rss", "\0\0\0"])
def test_what_is_no_feed_is_unreadable_and_not_empty(site: Site, run: Runner, body: str) -> None:
    site.answer("/feed", body, kind="application/rss+xml")
    done = run(_source(), "http://site.example/feed")
    assert done.result.outcome is Outcome.UNAVAILABLE


def test_nothing_a_feed_points_to_is_opened_or_fetched(site: Site, run: Runner, tmp_path: Path) -> None:
    hostile = """<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY h SYSTEM "http://site.example/ent">]>
    <rss version="2.0"><channel><item><title>T &f; &h;</title><description>D</description></item></channel></rss>"""
    site.answer("/feed", hostile, kind="application/rss+xml")
    done = run(_source(), "http://site.example/feed")
    assert site.paths() == ["/robots.txt", "/feed"]
    assert all("root:" not in hit.text.reveal() for hit in done.hits)
    inside = tmp_path / "inside.xml"
    inside.write_text(RSS)
    for body in (str(inside), inside.as_uri()):
        site.answer("/feed", body, kind="application/rss+xml")
        assert run(_source(), "http://site.example/feed").result.outcome is Outcome.UNAVAILABLE


@pytest.mark.parametrize("markup", ["<!--" * 10_000, "<script>" * 10_000, "<a " * 10_000, "<div>" * 10_000 + "more"])
def test_an_entry_of_any_shape_keeps_its_words(site: Site, run: Runner, markup: str) -> None:
    body = RSS.replace("Words.", f"<![CDATA[<p onclick='x'>The words.</p><style>p</style>{markup}]]>")
    site.answer("/feed", body, kind="application/rss+xml")
    (hit,) = run(_source(), "http://site.example/feed").hits
    assert hit.text.reveal().split()[:3] == ["One", "The", "words."]
    assert hit.text.reveal().endswith("more" if "more" in markup else "words.")
    assert hit.locator.reveal() == "http://jane.example/1"


def test_a_billion_laughs_stay_quiet(site: Site, run: Runner) -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    body = f'<!DOCTYPE rss [<!ENTITY l0 "ha">{entities}]><rss version="2.0"><channel><item><title>&l9;</title></item>'
    site.answer("/feed", body + "</channel></rss>", kind="application/rss+xml")
    done = run(_source(), "http://site.example/feed")
    assert sum(len(hit.text) for hit in done.hits) < 10_000


@pytest.mark.parametrize("address", ["", "jane.example/feed", "file:///etc/passwd", "http://u:p@site.example/feed"])
def test_an_address_that_is_none_touches_no_network(site: Site, run: Runner, address: str) -> None:
    done = run(_source(), address)
    assert done.result.outcome in {Outcome.BLOCKED, Outcome.UNAVAILABLE}
    assert site.asked == []


def test_the_recording_gives_the_same_again(site: Site, run: Runner) -> None:
    site.answer("/feed", ATOM, kind="application/atom+xml")
    first = run(_source(), "http://site.example/feed")
    again = run.again(first, _source(), "http://site.example/feed")
    assert [hit.text for hit in again.hits] == [hit.text for hit in first.hits]


@pytest.mark.parametrize("inside", ["<!--", "<a>" * 50, "<![CDATA[", "<?x ", "<!x "])
def test_a_feed_that_breaks_off_before_its_first_entry_is_unreadable(site: Site, run: Runner, inside: str) -> None:
    site.answer("/feed", f"<rss version='2.0'><channel>{inside}<item><title>x", kind="application/rss+xml")
    done = run(_source(), "http://site.example/feed")
    assert done.result.outcome is Outcome.UNAVAILABLE or done.hits, "an entry is read, or the feed is not"


@pytest.mark.parametrize(
    "entry",
    [
        "<item/>" * 100_001,
        "<a>" * 100_001,
        "<a " + " ".join(f"b{n}='1'" for n in range(201)) + "/>",
        "<a b='>' " + " ".join(f"b{n}='1'" for n in range(201)) + "/>",
    ],
)
def test_a_feed_of_more_tags_than_anybody_writes_is_too_large(site: Site, run: Runner, entry: str) -> None:
    site.answer("/feed", f"<rss version='2.0'><channel><item>{entry}</item></channel></rss>", kind="text/xml")
    assert run(_source(), "http://site.example/feed").result.reason == "too_large"

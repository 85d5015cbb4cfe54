"""When and by whom: a page is taken at its word where it says so in a vocabulary for it, and nothing is guessed."""

import json
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetting.sources.page_text import page_facts, readable

DAY = "2020-05-06T23:30:00-05:00"
PUBLISHED = datetime(2020, 5, 7, 4, 30, tzinfo=UTC)
WORDS = "<p>I like fishing and always did, in every river of the county.</p>"


def linked(*documents: object) -> str:
    return "".join(f"<script type='application/ld+json'>{json.dumps(one)}</script>" for one in documents)


def article(**more: object) -> dict[str, object]:
    return {"@context": "https://schema.org", "@type": "NewsArticle", "datePublished": DAY, **more}


DATED = {
    "open graph": f"<meta property='article:published_time' content='{DAY}'>",
    "microdata": f"<meta itemprop=datePublished content='{DAY}'>",
    "dublin core": f"<meta name='DC.date.issued' content='{DAY}'>",
    "json-ld": linked(article()),
    "json-ld of several types": linked(article(**{"@type": ["Thing", "BlogPosting"]})),
    "json-ld in a list": linked([{"@type": "Organization"}, article()]),
    "json-ld in a graph": linked({"@graph": [{"@type": "WebSite", "datePublished": "2001-01-01"}, article()]}),
    "json-ld twice alike": linked(article(), article()),
    "json-ld beside one that is none": "<script type='application/ld+json'>{words</script>" + linked(article()),
    "json-ld with its comments": linked(
        article(comment=[{"@type": "Comment", "datePublished": "2021-01-01", "author": {"name": "A Visitor"}}])
    ),
    "time by microdata": f"<time itemprop=datePublished datetime='{DAY}'>May 6</time>",
    "time by microformats": f"<time class='u dt-published' datetime='{DAY}'>May 6</time>",
    "time by hatom": f"<time class='entry-date published' datetime='{DAY}'>May 6</time><time datetime='2021-01-01'>",
    "time by html5's draft": f"<time pubdate datetime='{DAY}'>May 6</time>",
}


@pytest.mark.parametrize("how", DATED)
def test_a_stated_date_is_taken(how: str) -> None:
    assert page_facts(f"<html>{DATED[how]}{WORDS}".encode(), "text/html").published == PUBLISHED


UNDATED = {
    "nothing": "",
    "a year in the text": "<p>In March 2014 I moved here.</p>",
    "a date in the text": "<p>On 12 March 2014 the bridge was closed.</p>",
    "a copyright": "<footer>&copy; 2009-2019 Riverton Post</footer>",
    "a date in a link": "<a href='/2011/05/04/story'>Other story</a>",
    "a date in its address": "<link rel=canonical href='https://a.example/2013/02/03/post'>",
    "a change": "<meta property='article:modified_time' content='2020-05-06T10:00:00Z'>",
    "a change in json-ld": linked({"@type": "Article", "dateModified": DAY}),
    "a change by microformats": "<time class=dt-updated datetime='2020-05-06T10:00:00Z'>",
    "a lone time": f"<p>The concert is on <time datetime='{DAY}'>May 6</time>.</p>",
    "a comment": "<div class=comment><p class=date>March 3, 2018</p><p>A visitor says no.</p></div>",
    "a comment in json-ld": linked({"@type": "Comment", "datePublished": DAY}),
    "an event in json-ld": linked({"@type": "Event", "startDate": DAY, "datePublished": DAY}),
    "a site in json-ld": linked({"@type": "WebSite", "datePublished": DAY}),
    "two articles": linked(article(), article(datePublished="2019-01-01")),
    "two posts": f"<time class=dt-published datetime='{DAY}'></time><time class=dt-published datetime='2019-01-01'>",
    "no moment": linked(article(datePublished="last Tuesday"), article(datePublished=7), article(datePublished=[DAY])),
    "a year alone": linked(article(datePublished="2020")),
    "json-ld that is not declared": f"<script>{json.dumps(article())}</script>",
}


@pytest.mark.parametrize("how", UNDATED)
def test_a_date_that_is_not_stated_is_none(how: str) -> None:
    assert page_facts(f"<html>{UNDATED[how]}{WORDS}".encode(), "text/html").published is None


def test_a_marked_time_counts_on_a_page_that_was_read_whole() -> None:
    post = f"<time class=dt-published datetime='{DAY}'>May 6</time><a rel=author>J. Roe</a>"
    later = "<time class=dt-published datetime='2019-01-01'>Then</time><a rel=author>M. Doe</a>"
    facts = page_facts(f"<html>{post}{WORDS * 5_000}{later}".encode(), "text/html")
    assert (facts.published, facts.author) == (None, "")
    facts = page_facts(f"<html>{linked(article())}{WORDS * 5_000}".encode(), "text/html")
    assert facts.published == PUBLISHED


AUTHORS = {
    "meta": ("<meta name=author content='J. Roe'>", "J. Roe"),
    "open graph": ("<meta property='article:author' content='J. Roe'>", "J. Roe"),
    "an address is no byline": ("<meta property='article:author' content='https://a.example/jroe'>", ""),
    "json-ld": (linked(article(author={"@type": "Person", "name": "J.  Roe"})), "J. Roe"),
    "json-ld as a string": (linked(article(author="J. Roe")), "J. Roe"),
    "json-ld of two": (linked(article(author=[{"name": "J. Roe"}, "M. Doe"])), "J. Roe, M. Doe"),
    "two articles": (linked(article(author="J. Roe"), article(author="M. Doe")), ""),
    "rel": ("<p>By <a rel='nofollow author' href=/jroe><b>J.</b> Roe</a></p>", "J. Roe"),
    "rel of two": ("<a rel=author>J. Roe</a> <a rel=author>M. Doe</a>", ""),
    "a visitor's byline": ("<div class=comment><span class=author>by Jane Roe</span></div>", ""),
    "by in the text": ("<p>A book by John Doe was given to me.</p>", ""),
    "a photographer": ("<figure><img alt='by J. Roe'><figcaption>Photo: J. Roe</figcaption></figure>", ""),
    "a publisher": (linked(article(publisher={"@type": "Organization", "name": "Riverton Post"})), ""),
}


@pytest.mark.parametrize("how", AUTHORS)
def test_an_author_is_who_the_page_names_as_one(how: str) -> None:
    page, author = AUTHORS[how]
    assert page_facts(f"<html>{page}{WORDS}".encode(), "text/html").author == author


MEDIA = (
    "<p>My own words.</p><figure><img src=/i.jpg alt='words of a picture' title='words of a title'>"
    "<figcaption>Words of a caption.</figcaption></figure><p>My last words.</p><svg><title>words of a drawing</title>"
    "</svg><input type=image alt='words of a button'><area alt='words of a map'><iframe title='words of a frame'>"
    "</iframe><p aria-label='words of a label' data-text='words of data'></p>"
)


def test_what_is_said_of_a_picture_is_no_word_of_the_page_and_a_caption_stands_apart() -> None:
    text = readable(MEDIA.encode(), "text/html")
    assert text.split("\n\n")[:3] == ["My own words.", "Words of a caption.", "My last words."]
    assert "words of" not in text


HOSTILE = {
    "many scripts": "<script type='application/ld+json'>{}</script>" * 40_000,
    "one long script": "<script type='application/ld+json'>" + "[" * 2_000_000,
    "a script of objects": "<script type='application/ld+json'>[" + '{"@type":"Article"},' * 100_000,
    "many times": "".join(f"<time pubdate datetime={n}>" for n in range(60_000)),
    "many authors": "<a rel=author>x</a>" * 100_000,
    "an author without end": "<a rel=author>" + "words <b>and</b> " * 120_000,
    "many rels": f"<a rel='{'x ' * 900_000}author'>x</a>",
}


@pytest.mark.parametrize("shape", HOSTILE)
def test_no_shape_of_statements_takes_long(shape: str) -> None:
    began = time.process_time()
    page = HOSTILE[shape].encode()
    assert readable(page, "text/html") is not None
    assert page_facts(page, "text/html").published is None
    assert time.process_time() - began < 10


@given(
    st.recursive(
        st.none() | st.text(max_size=30) | st.integers(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["@type", "@graph", "author", "name", "datePublished", "x"]), inner)
        ),
    )
)
def test_whatever_stands_in_linked_data_the_page_is_read(document: object) -> None:
    facts = page_facts(f"<html>{linked(document)}{WORDS}".encode(), "text/html")
    assert "fishing" in facts.words

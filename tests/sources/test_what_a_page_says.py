"""Text is read as a person reads it, whatever a page claims to be, and its dates become UTC."""

import codecs
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetting.sources.interface import NotSearchedError, Reason
from vetting.sources.internet import Response
from vetting.sources.page_links import own_links
from vetting.sources.page_text import (
    MAX_TEXT_BYTES,
    decoded_text,
    html_text,
    json_of,
    moment,
    page_facts,
    raw_text,
    readable,
)

WORD = "Caf\u00e9"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (WORD.encode(), "text/plain"),
        (WORD.encode(), "text/plain; charset=utf-8"),
        (WORD.encode("latin-1"), "text/plain; charset=ISO-8859-1"),
        (WORD.encode("latin-1"), "text/plain"),
        (WORD.encode("cp1252"), 'text/html; charset="windows-1252"'),
        (codecs.BOM_UTF16_LE + WORD.encode("utf-16-le"), "text/plain"),
        (codecs.BOM_UTF8 + WORD.encode(), "text/plain"),
        (b"<meta charset='iso-8859-1'>".join([b"", WORD.encode("latin-1")]), "text/html"),
        (b'<meta http-equiv=x content="text/html; charset=latin1">' + WORD.encode("latin-1"), "text/html"),
        (WORD.encode(), "text/plain; charset=no-such-charset"),
        (WORD.encode(), "text/plain; charset=unicode_escape"),
        (WORD.encode(), "text/plain; charset=zlib_codec"),
    ],
)
def test_the_charset_is_found_and_no_other_codec_is_reached(body: bytes, content_type: str) -> None:
    assert WORD in decoded_text(body, content_type)


def test_html_is_read_without_scripts_and_styles() -> None:
    page = b"<html><style>b{}</style><script>x</script><h1>A</h1><ul><li>one<li>two</ul><!-- c --><p>B &amp; C"
    assert readable(page, "text/html").split() == ["A", "*", "one", "*", "two", "B", "&", "C"]


def test_plain_text_is_left_as_it_is() -> None:
    assert readable(b" a <b> c ", "text/plain") == "a <b> c"


def test_a_page_of_any_length_is_read_to_the_limit() -> None:
    assert len(readable(b"word " * MAX_TEXT_BYTES, "text/plain")) <= MAX_TEXT_BYTES


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>one<p>two", "one\n\ntwo"),
        ("<h1>head</h1>text<div>block</div>rest", "head\n\ntext\nblock\nrest"),
        ("  a \n b<br>c<br><br>d&nbsp;&nbsp; e", "a b\nc\n\nd e"),
        ("one<b>word</b>, <i>two</i>words", "oneword, twowords"),
        ("<ul><li>a<ul><li>b</ul><li></li><li><p>c</ul>d", "* a\n+ b\n\n* c\n\nd"),
        ("<ol><li>a<li value=7>b<li>c<li value=\u00b2>d</ol>", "1. a\n7. b\n8. c\n9. d"),
        ("<table><tr><th>name<th>age<tr><td>A B</td> <td>7</table>x", "name  age\nA B  7\nx"),
        ("<table><tr><td><p>left<p>more<td><p>right</table>", "left\n\nmore\n\nright"),
        ("<dl><dt>term<dd>what it is</dl>", "term\nwhat it is"),
        ("<pre>a\n  b\n\nc</pre>d", "a\n  b\n\nc\nd"),
        ("<span style='white-space: pre-wrap'>a\nb</span>", "a\nb"),
        ("he said <q>no</q> to <span>that</span><span>one</span>", 'he said "no" to that one'),
        ("a<span style='color:red; DISPLAY : none'>hidden <b>too</b></span>b", "ab"),
        ("a<b style='display:none;display:block'>shown</b>c", "a\nshown\nc"),
        ("<head><title>T</title></head>a<script>b</script><!-- c -->&lt;d&gt; &amp;amp;", "a<d> &amp;"),
        ("\ufeff<?xml version='1.0' encoding='utf-16'?><html><meta charset=latin1>\u00e9", "\u00e9"),
    ],
)
def test_a_page_is_read_in_the_order_and_lines_of_a_person(markup: str, text: str) -> None:
    assert html_text(markup) == text


_LARGE = 200_000


def _many(piece: str) -> str:
    return piece * (_LARGE // len(piece))


HOSTILE = {
    "blocks in blocks": _many("<div>"),
    "quotations in quotations": _many("<blockquote>x"),
    "lists in lists": _many("<ul><li>x"),
    "tables in tables": _many("<table><tr><td>x"),
    "fonts never closed": _many("<font>x"),
    "elements with names of their own": "".join(f"<t{n}>x" for n in range(_LARGE // 8)),
    "ends of nothing, deep inside": "<div>" * 900 + _many("</x>"),
    "ends of nothing, deeper than is read": "<div>" * 20_000 + _many("</x>"),
    "tags that come of taking others out": "<<b>div>" * 20_000,
    "attributes that look like tags": "<p title='<div>'>" * 10_000,
    "one wide cell above many": "<table><tr><td>" + "w" * _LARGE + "<tr><td>x" * 20_000 + "</table>",
    "one tall cell beside many": "<table><tr><td>" + "x<br>" * 20_000 + "<td>x" * 20_000 + "</table>",
    "one row of many cells": "<table><tr>" + _many("<td>x") + "</table>",
    "cells over all columns": "<table>" + _many("<tr><td colspan=99999 rowspan=99999>x") + "</table>",
    "rows in sixty tables": "<table><tr><td>" * 60 + _many("<p>x") + "</table>" * 60,
    "margins of a hundred thousand lines": _many("<p style='margin-top:100000em'>x"),
    "indented by a hundred thousand": _many("<p style='padding-left:100000em'>x"),
    "lines in two hundred lists": "<ul>" * 200 + _many("<br>x") + "</ul>" * 200,
    "line ends in two hundred lists": "<ul>" * 200 + "<pre>" + _many("\nx") + "</pre>" + "</ul>" * 200,
    "a length without end": "<p style='margin-top:" + "9" * 400 + "em'>x",
    "styles in styles": "<p style='" + _many("style:") + "'>x",
    "a number without end": "<ol><li value='" + _many("9") + "'>x</ol>",
    "many attributes": "<a " + " ".join(f"a{n}=b" for n in range(_LARGE // 10)) + ">x</a>",
    "many pieces in a line": _many("x<b></b>"),
    "many comments in a line": _many("x<!---->"),
    "many entities": _many("&amp;&#120;&nosuch;"),
    "one long line": _many("x y "),
    "unknown mark-up": _many("<?x><!x></>"),
    "ends of paragraphs": _many("</p>"),
    "bodies in bodies": "<div>" * 900 + _many("<body>"),
}


@pytest.mark.parametrize("shape", HOSTILE)
def test_no_shape_of_a_page_hides_its_words_or_makes_more_of_them(shape: str) -> None:
    markup = f"<html><title>T</title><p>before {HOSTILE[shape]}<p>the words after"
    text = html_text(markup)
    assert text.removeprefix("T").lstrip().startswith("before")  # a page nested beyond reason shows its title too
    assert text.endswith("the words after")
    assert len(text) < 2 * len(markup)
    facts = page_facts(markup.encode(), "text/html")
    assert (facts.title, facts.words[:6], facts.password_fields) == ("T", "before", 0)


def test_what_a_page_calls_its_owner_s_before_it_nests_beyond_reason_stays() -> None:
    link = "<a rel=me href=/{n}>a</a>"
    page = f"<html><head><link rel=me href=/head>{link}{'<div>' * 2_000}{link.replace('{n}', 'later')}"
    assert own_links(page.replace("{n}", "body").encode(), "text/html", "https://x.example/u") == (
        "https://x.example/head",
        "https://x.example/body",
    )
    assert own_links(b"", "text/html", "https://x.example/u") == ()


SHOWING_NOTHING = {
    "no characters": "",
    "null characters": "\0\0<p>\0",
    "a declaration": "<?xml",
    "a comment": "<!-- words",
    "many comments": _many("<!--"),
    "many scripts": _many("<script>"),
    "many beginnings of tags": _many("<a"),
    "one attribute many times": "<a " + _many("b=c "),
}


@pytest.mark.parametrize("shape", SHOWING_NOTHING)
def test_a_page_that_shows_nothing_gives_nothing(shape: str) -> None:
    markup = SHOWING_NOTHING[shape]
    assert html_text(markup) == ""
    assert page_facts(markup.encode(), "text/html").password_fields == 0


def test_a_page_nested_beyond_reason_is_read_with_its_words_whole() -> None:
    text = html_text("<div>" * 2_000 + "<h1>A</h1><p>one<b>word</b> &amp; two &lt;words&gt; 1 < 2<br>line")
    assert text.split("\n")[-3:] == ["A", "oneword & two <words> 1 < 2", "line"]


@given(st.text())
def test_any_text_can_be_read_and_sealed(text: str) -> None:
    html_text(text)
    raw_text(text).reveal().encode("utf-8")


@given(
    st.binary(max_size=300), st.sampled_from(["", "text/html", "text/html; charset=utf-16", "text/plain; charset=gbk"])
)
def test_any_bytes_can_be_read(body: bytes, content_type: str) -> None:
    assert isinstance(readable(body, content_type), str)
    page_facts(body, content_type)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"[" + b"[]," * 3_000_000 + b"[]]", Reason.TOO_LARGE),
        (b"[" * 100_000, Reason.UNREADABLE_ANSWER),
        (b'{"a": "some words', Reason.UNREADABLE_ANSWER),
    ],
    ids=["long", "nested", "cut"],
)
def test_an_answer_that_cannot_be_taken_apart_is_none(body: bytes, reason: Reason) -> None:
    answer = Response(url="http://a.example/", status=200, headers={}, body=body, capture_id="C-1")
    with pytest.raises(NotSearchedError) as stopped:
        json_of(answer)
    assert stopped.value.reason is reason


@pytest.mark.parametrize(
    ("stated", "utc"),
    [
        ("2024-05-06T07:08:09Z", datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)),
        ("2024-05-06T07:08:09+02:00", datetime(2024, 5, 6, 5, 8, 9, tzinfo=UTC)),
        ("2024-05-06T07:08:09", datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)),
        ("2024-05-06", datetime(2024, 5, 6, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
        (20240506, None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("2024-13-06T07:08:09Z", None),
    ],
)
def test_a_stated_time_becomes_utc_or_nothing(stated: str | int, utc: datetime | None) -> None:
    assert moment(stated) == utc

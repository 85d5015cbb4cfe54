"""Text is read as a person reads it, whatever a page claims to be, and its dates become UTC."""

import codecs
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetting.sources.interface import NotSearchedError
from vetting.sources.page_text import MAX_TEXT_BYTES, decoded_text, html_text, moment, page_facts, raw_text, readable

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
    "markup",
    ["<div>" * 50_000 + "x", "<table><tr><td>" * 3_000, "<a " + "b=c " * 50_000, "\0\0<p>\0", "<?xml", "", "<!--"],
)
def test_hostile_markup_gives_text_or_a_reason(markup: str) -> None:
    reason = ""
    try:
        html_text(markup)
    except NotSearchedError as stopped:
        reason = stopped.reason
    assert reason in {"", "unreadable_answer"}
    assert page_facts(markup.encode(), "text/html").password_fields == 0


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

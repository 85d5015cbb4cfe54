"""An investigator's import keeps the bytes of an archive, and finds the text in it."""

import gzip
import hashlib
import json
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sources.archives import (
    PAGE,
    archive,
    imported,
    manifest,
    read_archive,
    wacz_of,
    written,
    zipped,
)
from vetting.errors import ExitCode, VettingError
from vetting.evidence import Engagement
from vetting.sources import archive_file
from vetting.sources.page_text import MAX_TEXT_BYTES


def test_every_record_is_kept_byte_for_byte(tmp_path: Path) -> None:
    data = archive([("http://a.example/", "text/html", PAGE)])
    captures, _ = imported(written(tmp_path, data))
    assert b"".join(capture.warc for capture in captures) == data
    assert all(capture.sha256 == hashlib.sha256(capture.warc).hexdigest() for capture in captures)
    assert captures[1].captured_at == datetime(2025, 6, 7, 8, 9, 10, tzinfo=UTC)


def test_an_answer_and_its_request_are_one_capture(tmp_path: Path) -> None:
    data = archive([(f"http://a.example/{n}", "text/plain", b"some words") for n in (1, 2)])
    captures, hits = imported(written(tmp_path, data))
    assert [capture.warc.count(b"WARC/1.1\r\n") for capture in captures] == [1, 2, 2]
    assert [hit.capture_id for hit in hits] == [captures[1].id, captures[2].id]


@pytest.mark.parametrize("form", ["warc", "warc.gz", "wacz"])
def test_a_page_gives_its_text_author_and_date(tmp_path: Path, form: str) -> None:
    data = archive([("http://a.example/p", "text/html; charset=utf-8", PAGE)], packed=form != "warc")
    if form == "wacz":
        data = wacz_of([("archive/data.warc.gz", data), ("pages/pages.jsonl", b"{}"), ("fuzzy.json", b"{}")])
    captures, (hit,) = imported(written(tmp_path, data, f"a.{form}"))
    assert hit.text.reveal() == "First line.\n\nSecond line."
    assert hit.locator.reveal() == "http://a.example/p"
    assert hit.author.reveal() == "jroe"
    assert hit.posted_at == datetime(2024, 1, 2, 2, 4, 5, tzinfo=UTC)
    assert (hit.engagement, hit.platform) == (Engagement.UNKNOWN, "imported")
    assert hit.capture_id in {capture.id for capture in captures}


def test_a_wacz_of_each_archiver_is_read(tmp_path: Path) -> None:
    """ArchiveWeb.page and browsertrix list every file by SHA-256, and add the digest of the list; others do not."""
    plain, packed = (archive([("http://a.example/", "text/plain", b"some words")], packed=p) for p in (False, True))
    pages, index = (
        ("pages/pages.jsonl", b'{"id": "pages"}'),
        ("indexes/index.cdx.gz", gzip.compress(b"com,example)/ {}")),
    )
    crawl = [
        ("archive/rec-1.warc.gz", packed),
        ("archive/rec-2.warc.gz", packed),
        index,
        pages,
        ("logs/crawl.log", b""),
    ]
    for wacz, texts in (
        (wacz_of([pages, ("archive/data.warc.gz", packed), index], digest=True), 1),
        (wacz_of(crawl, digest=True, method=zipfile.ZIP_DEFLATED), 2),
        (wacz_of([("archive/data.warc", plain), pages]), 1),
        (zipped([*crawl, ("note.txt", b"not listed"), ("datapackage.json", manifest(crawl))]), 2),
    ):
        _, hits = imported(written(tmp_path, wacz, "a.wacz"))
        assert [hit.text.reveal() for hit in hits] == ["some words"] * texts


def test_json_gives_its_sentences_and_pictures_give_nothing(tmp_path: Path) -> None:
    document = {"id": "abc123", "posts": [{"text": "I went fishing.", "n": 1}, {"text": "Then home again."}]}
    bodies = [
        ("http://a.example/api", "application/json", json.dumps(document).encode()),
        ("http://a.example/i.png", "image/png", b"\x89PNG words in a picture"),
        ("http://a.example/s.js", "text/javascript", b"var words = 'in a script'"),
        ("http://a.example/t", "text/plain", b"plain words"),
    ]
    _, hits = imported(written(tmp_path, archive(bodies)))
    assert [hit.text.reveal() for hit in hits] == ["I went fishing.\nThen home again.", "plain words"]


@pytest.mark.parametrize("coding", ["gzip", "br", "none of these"])
def test_a_coded_body_is_read_and_a_wrongly_labelled_one_too(tmp_path: Path, coding: str) -> None:
    body = gzip.compress(b"coded words") if coding == "gzip" else b"coded words"
    data = archive([("http://a.example/", "text/plain", body)], Content_Encoding=coding)
    _, (hit,) = imported(written(tmp_path, data))
    assert hit.text.reveal() == "coded words"


def test_error_pages_give_no_text(tmp_path: Path) -> None:
    data = archive([("http://a.example/", "text/plain", b"not here")]).replace(b"HTTP/1.1 200 OK", b"HTTP/1.1 404 OK")
    data = b"\r\n".join(line for line in data.split(b"\r\n") if not line.startswith(b"WARC-Block-Digest"))
    captures, hits = imported(written(tmp_path, data))
    assert (len(captures), hits) == (2, ())


def test_a_page_that_asks_to_sign_in_gives_no_text(tmp_path: Path) -> None:
    page = b"<title>Log in</title><p>Please log in to see this post.</p><form><input type=password></form>"
    captures, hits = imported(written(tmp_path, archive([("https://a.example/post", "text/html", page)])))
    assert captures
    assert hits == ()


@pytest.mark.parametrize("header", ["Authorization", "authorization"])
def test_what_was_asked_for_with_a_password_or_a_token_is_refused(tmp_path: Path, header: str) -> None:
    data = archive([("https://a.example/", "text/html", PAGE)], asked_with=[(header, "Bearer a-token")])
    with pytest.raises(VettingError) as refusal:
        list(read_archive(written(tmp_path, data)))
    assert (refusal.value.code, refusal.value.exit_code) == ("archive_signed_in", ExitCode.REFUSED)
    assert "a-token" not in str(refusal.value)


def test_cookies_and_words_about_authorization_are_no_reason_to_refuse(tmp_path: Path) -> None:
    page = b"<p>HTTP headers:\r\nAuthorization: Basic\r\n</p>"
    data = archive([("https://a.example/", "text/html", page)], asked_with=[("Cookie", "consent=1")])
    assert len(imported(written(tmp_path, data))[1]) == 1


def test_a_chunked_body_is_put_together(tmp_path: Path) -> None:
    data = archive(
        [("http://a.example/", "text/plain", b"3\r\nput\r\n9\r\n together\r\n0\r\n\r\n")], Transfer_Encoding="chunked"
    )
    _, (hit,) = imported(written(tmp_path, data))
    assert hit.text.reveal() == "put together"


def test_a_lone_surrogate_can_be_stored(tmp_path: Path) -> None:
    data = archive([("http://a.example/", "application/json", b'{"t": "half a \\ud800 pair"}')])
    _, (hit,) = imported(written(tmp_path, data))
    assert hit.text.reveal().encode("utf-8").decode() == "half a \ufffd pair"


def test_an_exchange_too_large_for_one_capture_is_kept_in_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = archive([("http://a.example/", "text/plain", b"some words")])
    monkeypatch.setattr(archive_file, "_MAX_EXCHANGE_BYTES", 200)
    captures, hits = imported(written(tmp_path, data))
    assert (len(captures), len(hits)) == (3, 1)
    assert b"".join(capture.warc for capture in captures) == data


def test_a_page_that_unfolds_is_read_to_where_a_page_is_read(tmp_path: Path) -> None:
    body = gzip.compress(b"<p>first words</p>" + b" " * 60_000_000 + b"<p>last words</p>")
    _, (hit,) = imported(
        written(tmp_path, archive([("http://a.example/", "text/html", body)], Content_Encoding="gzip"))
    )
    assert hit.text.reveal() == "first words"


def test_a_body_behind_more_headers_than_a_browser_takes_gives_no_text(tmp_path: Path) -> None:
    data = archive([("http://a.example/", "text/plain", b"some words")], Link="y" * 400_000)
    captures, hits = imported(written(tmp_path, data))
    assert (len(captures), hits) == (2, ())


JSON = {
    "lists never closed": (b"[" * 100_000, ""),
    "objects never closed": (b'{"a":' * 100_000, ""),
    "lists in lists": (b"[" * 100_000 + b"]" * 100_000, ""),
    "words in lists in lists": (b"[" * 100_000 + b'"some words"', "some words"),
    "names and escapes": (b'{"a b": "c d", "e" : ["f", "g\\u0020h", "i \\"j\\""]}', 'c d\ng h\ni "j"'),
    "a guard before it": (b")]}'\n" + b'{"a": "some words"}', "some words"),
    "cut off": (b'{"a": "some words', "some words"),
    "an unknown escape": (b'["some \\x words", "line\nends here"]', "some \\x words\nline\nends here"),
    "many quotation marks": (b'["' + b'\\"' * 100_000 + b' words"]', '"' * 100_000 + " words"),
    "many lists": (b"[" + b"[]," * 300_000 + b'"some words"]', "some words"),
}


@pytest.mark.parametrize("shape", JSON)
def test_json_of_any_shape_gives_its_sentences(tmp_path: Path, shape: str) -> None:
    document, text = JSON[shape]
    captures, hits = imported(written(tmp_path, archive([("http://a.example/", "application/json", document)])))
    assert len(captures) == 2
    assert [hit.text.reveal() for hit in hits] == ([text] if text else [])


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=400),
    kind=st.sampled_from(["text/html", "text/plain; charset=utf-16", "application/json", ""]),
)
def test_whatever_a_page_holds_it_gives_text_or_none(tmp_path: Path, body: bytes, kind: str) -> None:
    captures, hits = imported(written(tmp_path, archive([("http://a.example/", kind, body)])))
    assert len(captures) == 2
    for hit in hits:
        hit.text.reveal().encode("utf-8")


def test_a_hostile_deflate_stream_of_another_archiver_stays_small(tmp_path: Path) -> None:
    bomb = zlib.compress(b"\0" * 60_000_000)
    data = archive([("http://a.example/", "text/plain", bomb)], Content_Encoding="deflate")
    captures, hits = imported(written(tmp_path, data))
    assert len(captures) == 2
    assert all(len(hit.text) <= MAX_TEXT_BYTES for hit in hits)

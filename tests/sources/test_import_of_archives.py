"""An investigator's import takes an archive whole or not at all, keeps its bytes, and finds the text in it."""

import gzip
import hashlib
import io
import itertools
import json
import re
import zipfile
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from vetting.errors import ExitCode, VettingError
from vetting.evidence import Capture, Engagement, Hit
from vetting.sources import archive_members, warc_reader
from vetting.sources.archive_file import captures_of, hits_from, read_archive

NOW = datetime(2026, 5, 4, tzinfo=UTC)
PAGE = (
    b"<html><head><title>T</title><meta name='author' content='jroe'>"
    b"<meta property='article:published_time' content='2024-01-02T03:04:05+01:00'>"
    b"</head><body><p>First line.</p><script>var hidden = 1</script><p>Second line."
)


def _archive(bodies: Iterable[tuple[str, str, bytes]], *, packed: bool = False, **headers: str) -> bytes:
    """Responses (URL, media type, body) as another program writes them, with the request of the first."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed, warc_version="WARC/1.1")
    writer.write_record(writer.create_warcinfo_record("x.warc", {"software": "a browser archiver"}))
    for url, kind, body in bodies:
        lines = [("Content-Type", kind), *((name.replace("_", "-"), value) for name, value in headers.items())]
        http = StatusAndHeaders("200 OK", lines, protocol="HTTP/1.1")
        when = {"WARC-Date": "2025-06-07T08:09:10Z"}
        response = writer.create_warc_record(
            url, "response", payload=io.BytesIO(body), length=len(body), http_headers=http, warc_headers_dict=when
        )
        asked = StatusAndHeaders("GET / HTTP/1.1", [("Host", "x")], is_http_request=True)
        request = writer.create_warc_record(url, "request", http_headers=asked)
        writer.write_request_response_pair(request, response)
    return out.getvalue()


def _imported(path: Path) -> tuple[tuple[Capture, ...], tuple[Hit, ...]]:
    numbers = itertools.count(1)
    captures = captures_of(read_archive(path), clock=lambda: NOW, new_id=lambda: f"I-{next(numbers)}")
    return captures, hits_from(captures)


def _refusal(path: Path) -> VettingError:
    with pytest.raises(VettingError) as refused:
        list(read_archive(path))
    assert refused.value.exit_code is ExitCode.BAD_INPUT
    assert refused.value.remedy
    return refused.value


def _written(folder: Path, data: bytes, name: str = "a.warc") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def _wacz(members: Iterable[tuple[str, bytes]], *, method: int = zipfile.ZIP_STORED, manifest: bool = True) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        resources = []
        for name, data in members:
            archive.writestr(name, data)
            resources.append({"path": name, "hash": "sha256:" + hashlib.sha256(data).hexdigest(), "bytes": len(data)})
        if manifest:
            archive.writestr("datapackage.json", json.dumps({"wacz_version": "1.1.1", "resources": resources}))
    return out.getvalue()


def test_every_record_is_kept_byte_for_byte(tmp_path: Path) -> None:
    data = _archive([("http://a.example/", "text/html", PAGE)])
    captures, _ = _imported(_written(tmp_path, data))
    assert b"".join(capture.warc for capture in captures) == data
    assert all(capture.sha256 == hashlib.sha256(capture.warc).hexdigest() for capture in captures)
    assert captures[1].captured_at == datetime(2025, 6, 7, 8, 9, 10, tzinfo=UTC)


def test_an_answer_and_its_request_are_one_capture(tmp_path: Path) -> None:
    data = _archive([(f"http://a.example/{n}", "text/plain", b"some words") for n in (1, 2)])
    captures, hits = _imported(_written(tmp_path, data))
    assert [capture.warc.count(b"WARC/1.1\r\n") for capture in captures] == [1, 2, 2]
    assert [hit.capture_id for hit in hits] == [captures[1].id, captures[2].id]


@pytest.mark.parametrize("form", ["warc", "warc.gz", "wacz"])
def test_a_page_gives_its_text_author_and_date(tmp_path: Path, form: str) -> None:
    data = _archive([("http://a.example/p", "text/html; charset=utf-8", PAGE)], packed=form != "warc")
    if form == "wacz":
        data = _wacz([("archive/data.warc.gz", data), ("pages/pages.jsonl", b"{}"), ("fuzzy.json", b"{}")])
    captures, (hit,) = _imported(_written(tmp_path, data, f"a.{form}"))
    assert hit.text.reveal() == "First line.\n\nSecond line."
    assert hit.locator.reveal() == "http://a.example/p"
    assert hit.author.reveal() == "jroe"
    assert hit.posted_at == datetime(2024, 1, 2, 2, 4, 5, tzinfo=UTC)
    assert (hit.engagement, hit.platform) == (Engagement.UNKNOWN, "imported")
    assert hit.capture_id in {capture.id for capture in captures}


def test_json_gives_its_sentences_and_pictures_give_nothing(tmp_path: Path) -> None:
    document = {"id": "abc123", "posts": [{"text": "I went fishing.", "n": 1}, {"text": "Then home again."}]}
    bodies = [
        ("http://a.example/api", "application/json", json.dumps(document).encode()),
        ("http://a.example/i.png", "image/png", b"\x89PNG words in a picture"),
        ("http://a.example/s.js", "text/javascript", b"var words = 'in a script'"),
        ("http://a.example/t", "text/plain", b"plain words"),
    ]
    _, hits = _imported(_written(tmp_path, _archive(bodies)))
    assert [hit.text.reveal() for hit in hits] == ["I went fishing.\nThen home again.", "plain words"]


@pytest.mark.parametrize("coding", ["gzip", "br", "none of these"])
def test_a_coded_body_is_read_and_a_wrongly_labelled_one_too(tmp_path: Path, coding: str) -> None:
    body = gzip.compress(b"coded words") if coding == "gzip" else b"coded words"
    data = _archive([("http://a.example/", "text/plain", body)], Content_Encoding=coding)
    _, (hit,) = _imported(_written(tmp_path, data))
    assert hit.text.reveal() == "coded words"


def test_error_pages_give_no_text(tmp_path: Path) -> None:
    data = _archive([("http://a.example/", "text/plain", b"not here")]).replace(b"HTTP/1.1 200 OK", b"HTTP/1.1 404 OK")
    data = b"\r\n".join(line for line in data.split(b"\r\n") if not line.startswith(b"WARC-Block-Digest"))
    captures, hits = _imported(_written(tmp_path, data))
    assert (len(captures), hits) == (2, ())


def test_a_chunked_body_is_put_together(tmp_path: Path) -> None:
    data = _archive(
        [("http://a.example/", "text/plain", b"3\r\nput\r\n9\r\n together\r\n0\r\n\r\n")], Transfer_Encoding="chunked"
    )
    _, (hit,) = _imported(_written(tmp_path, data))
    assert hit.text.reveal() == "put together"


def test_a_lone_surrogate_can_be_stored(tmp_path: Path) -> None:
    data = _archive([("http://a.example/", "application/json", b'{"t": "half a \\ud800 pair"}')])
    _, (hit,) = _imported(_written(tmp_path, data))
    assert hit.text.reveal().encode("utf-8").decode() == "half a \ufffd pair"


GOOD = _archive([("http://a.example/", "text/html", PAGE)])
DAMAGED = {
    "empty file": b"",
    "another file": b"%PDF-1.7 words",
    "cut off": GOOD[:-10],
    "length too long": GOOD.replace(b"Content-Length: ", b"Content-Length: 9", 1),
    "length too short": re.sub(rb"Content-Length: \d", b"Content-Length: ", GOOD, count=1),
    "last length too short": b"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Date: 2025-01-01T00:00:00Z\r\n"
    b"Content-Length: 10\r\n\r\nsome words..\r\n\r\n",
    "length negative": GOOD.replace(b"Content-Length: ", b"Content-Length: -", 1),
    "length enormous": GOOD.replace(b"Content-Length: ", b"Content-Length: 99999999999", 1),
    "length not a number": GOOD.replace(b"Content-Length: ", b"Content-Length: \xd9\xa1", 1),
    "one byte altered": GOOD.replace(b"First line", b"Other line"),
    "no date": GOOD.replace(b"WARC-Date", b"WARC-Data"),
    "another version": GOOD.replace(b"WARC/1.1", b"WARC/9.9"),
    "endless head": b"WARC/1.1\r\n" + b"X: y\r\n" * 20_000,
    "gzip of another file": gzip.compress(b"secret words"),
    "gzip cut off": gzip.compress(GOOD)[:-20],
    "gzip damaged": gzip.compress(GOOD)[:40] + b"\xff" * 40 + gzip.compress(GOOD)[80:],
    "zip without archive": _wacz([("readme.txt", b"secret words")]),
    "zip without manifest": _wacz([("archive/a.warc", GOOD)], manifest=False),
    "zip cut off": _wacz([("archive/a.warc", GOOD)])[:-200],
    "zip with a name outside": _wacz([("archive/../../etc/a.warc", GOOD)]),
    "zip with an absolute name": _wacz([("/archive/a.warc", GOOD)]),
    "zip with a drive": _wacz([("C:archive/a.warc", GOOD)]),
    "zip altered": _wacz([("archive/a.warc", GOOD)]).replace(b"First line", b"Other line"),
    "zip with a damaged archive": _wacz([("archive/a.warc", GOOD[:-9])]),
    "zip bomb": _wacz([("archive/a.warc", b"\0" * 5_000_000)], method=zipfile.ZIP_DEFLATED),
    "zip of bzip2": _wacz([("archive/a.warc", GOOD)], method=zipfile.ZIP_BZIP2),
    "zip in a zip": _wacz([("archive/a.wacz", _wacz([("archive/a.warc", GOOD)]))]),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_or_hostile_archive_is_refused_in_one_sentence(tmp_path: Path, what: str) -> None:
    refusal = _refusal(_written(tmp_path, DAMAGED[what]))
    assert str(refusal).count("nothing was imported") == 1
    for captured in ("First", "Other", "secret", "a.example", "etc"):
        assert captured not in str(refusal)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert _refusal(tmp_path / "missing.warc").code == "archive_corrupt"


def test_a_gzip_bomb_is_refused_before_it_unfolds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc_reader, "_RATIO_APPLIES_ABOVE", 1_000_000)
    head = b"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Date: 2025-01-01T00:00:00Z\r\nContent-Length: 40000000\r\n\r\n"
    assert "compression ratio" in str(_refusal(_written(tmp_path, gzip.compress(head + b"\0" * 40_000_000))))


def test_too_many_records_and_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc_reader, "MAX_RECORDS", 5)
    assert "too many records" in str(_refusal(_written(tmp_path, GOOD * 3)))
    monkeypatch.setattr(archive_members, "MAX_FILES", 3)
    many = _wacz([("archive/a.warc", GOOD), *((f"pages/{n}", b"") for n in range(3))])
    assert "too many files" in str(_refusal(_written(tmp_path, many)))


def test_more_than_half_a_gigabyte_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc_reader, "MAX_TOTAL_BYTES", 1_000)
    assert "too large" in str(_refusal(_written(tmp_path, GOOD)))


@pytest.mark.parametrize("nested", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 100_000 + b"]" * 100_000])
def test_json_nested_beyond_reason_gives_no_text_and_no_error(tmp_path: Path, nested: bytes) -> None:
    captures, hits = _imported(_written(tmp_path, _archive([("http://a.example/", "application/json", nested)])))
    assert (len(captures), hits) == (2, ())


_WHOLE = {
    "a.warc": GOOD,
    "a.warc.gz": _archive([("http://a.example/", "text/html", PAGE)], packed=True),
    "a.wacz": _wacz([("archive/a.warc", GOOD), ("pages/pages.jsonl", b"{}")]),
}


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), name=st.sampled_from(sorted(_WHOLE)))
def test_whatever_is_done_to_an_archive_it_is_read_or_refused(tmp_path: Path, data: st.DataObject, name: str) -> None:
    damaged = bytearray(_WHOLE[name])
    for _ in range(data.draw(st.integers(0, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    path = _written(tmp_path, bytes(damaged[: data.draw(st.integers(0, len(damaged)))]), name)
    refused: VettingError | None = None
    captures: tuple[Capture, ...] = ()
    try:
        captures, _ = _imported(path)
    except VettingError as error:
        refused = error
    assert captures if refused is None else refused.exit_code is ExitCode.BAD_INPUT


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=400),
    kind=st.sampled_from(["text/html", "text/plain; charset=utf-16", "application/json", ""]),
)
def test_whatever_a_page_holds_it_gives_text_or_none(tmp_path: Path, body: bytes, kind: str) -> None:
    captures, hits = _imported(_written(tmp_path, _archive([("http://a.example/", kind, body)])))
    assert len(captures) == 2
    for hit in hits:
        hit.text.reveal().encode("utf-8")


def test_a_hostile_deflate_stream_of_another_archiver_stays_small(tmp_path: Path) -> None:
    bomb = zlib.compress(b"\0" * 60_000_000)
    data = _archive([("http://a.example/", "text/plain", bomb)], Content_Encoding="deflate")
    captures, hits = _imported(_written(tmp_path, data))
    assert len(captures) == 2
    assert all(len(hit.text) <= len(bomb) for hit in hits)

"""Captures leave as one WACZ file that our own reader and programs of others find whole, and that shows a change."""

import gzip
import hashlib
import io
import json
import os
import zipfile
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from tests.sources.archives import archive, read_archive
from tests.sources.loopback import HOST, NOW, Nobody, Site, planned
from vetting.errors import ExitCode, VettingError
from vetting.sources import wacz as wacz_file
from vetting.sources import warc_reader
from vetting.sources.asking_again import ask_again, stands_on
from vetting.sources.capture_note import software
from vetting.sources.interface import NotSearchedError
from vetting.sources.internet import Internet
from vetting.sources.surt import surt
from vetting.sources.wacz import MAX_CHECKED_BYTES, Wacz, build_wacz, check_wacz
from vetting.sources.warc_reader import CorruptArchiveError


@pytest.fixture
def captured(site: Site, internet: Internet, transport: httpx.BaseTransport) -> list[bytes]:
    """Return captures of a page, a redirect, an interface, a failure, and the page once more."""
    site.answer("/old", status=302, headers={"Location": "/api"})
    site.answer("/api", '{"a": "b"}', kind="application/json; charset=utf-8")
    site.answer("/page", "<title>Private words</title><p>hello")
    for path in ("/page", "/old"):
        internet.get(f"http://{HOST}{path}")
    with pytest.raises(NotSearchedError):
        internet.get("http://unknown.example/")
    first = internet.captures()[0].warc
    numbers = iter(range(100))
    again = ask_again(
        Nobody(), planned("x"), stands_on(first), transport, lambda: NOW, lambda: f"again-{next(numbers)}"
    )
    assert again.same_payload
    return [capture.warc for capture in (*internet.captures(), *again.captures)]


@pytest.fixture
def wacz(captured: list[bytes]) -> Wacz:
    """Return them as a file."""
    return build_wacz(captured, title="C-0001", made_at=NOW)


@pytest.fixture
def file(wacz: Wacz, tmp_path: Path) -> Path:
    """Return the file on the disk."""
    path = tmp_path / "case.wacz"
    path.write_bytes(wacz.content)
    return path


def test_every_record_stands_in_it_byte_for_byte(captured: list[bytes], wacz: Wacz, file: Path) -> None:
    assert wacz.captures == len(captured)
    info, *records = read_archive(file)
    assert info.kind == "warcinfo"
    assert software().encode() in info.warc
    assert b"".join(record.warc for record in records) == b"".join(captured)
    assert check_wacz(file) == (len(records) + 1, wacz.digest_document)


def test_warcio_finds_every_digest_right(file: Path, tmp_path: Path) -> None:
    inner = tmp_path / "data.warc.gz"
    inner.write_bytes(zipfile.ZipFile(file).read("archive/data.warc.gz"))
    with redirect_stdout(io.StringIO()) as said:
        checker = Checker(SimpleNamespace(verbose=True, inputs=[str(inner)]))
        checker.process_all()
    assert checker.exit_value == 0
    revisits = 1  # warcio reads them and leaves their digests alone
    assert said.getvalue().count("digest pass") == sum(1 for _ in read_archive(file)) - revisits


def _lines(file: Path) -> list[tuple[str, str, dict[str, str]]]:
    index = gzip.decompress(zipfile.ZipFile(file).read("indexes/index.cdx.gz")).decode()
    assert index.splitlines() == sorted(index.splitlines())
    return [(key, at, json.loads(rest)) for key, at, rest in (line.split(" ", 2) for line in index.splitlines())]


def test_the_index_leads_to_each_answer_and_to_nothing_else(file: Path) -> None:
    lines = _lines(file)
    assert [(key, entry["mime"], entry["status"]) for key, _, entry in lines] == [
        ("example,site)/api", "application/json", "200"),
        ("example,site)/old", "text/html", "302"),
        ("example,site)/page", "text/html", "200"),
        ("example,site)/page", "warc/revisit", "200"),
    ]
    data = zipfile.ZipFile(file).read("archive/data.warc.gz")
    for _, at, entry in lines:
        start, length = int(entry["offset"]), int(entry["length"])
        (record,) = ArchiveIterator(io.BytesIO(data[start : start + length]))
        assert record.rec_headers.get_header("WARC-Target-URI") == entry["url"]
        assert record.rec_headers.get_header("WARC-Payload-Digest") == entry["digest"]
        assert at == "20260504030201"


def test_the_blocks_of_the_index_are_where_the_idx_file_says(file: Path) -> None:
    parts = zipfile.ZipFile(file)
    head, *blocks = parts.read("indexes/index.idx").decode().splitlines()
    assert head == '!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}'
    (where,) = [json.loads(line.split(" ", 2)[2]) for line in blocks]
    block = parts.read("indexes/index.cdx.gz")[where["offset"] : where["offset"] + where["length"]]
    assert where["digest"] == f"sha256:{hashlib.sha256(block).hexdigest()}"


def test_many_answers_make_several_blocks_in_order(site: Site, internet: Internet, tmp_path: Path) -> None:
    site.answer("", "x", kind="text/plain")
    internet.get(f"http://{HOST}/a")
    one = internet.captures()[0].warc
    file = tmp_path / "many.wacz"
    file.write_bytes(build_wacz([one] * 2500, title="C-0001", made_at=NOW).content)
    parts = zipfile.ZipFile(file)
    wheres = [json.loads(line.split(" ", 2)[2]) for line in parts.read("indexes/index.idx").decode().splitlines()[1:]]
    assert len(wheres) == 3
    index = parts.read("indexes/index.cdx.gz")
    assert sum(where["length"] for where in wheres) == len(index)
    assert gzip.decompress(index[wheres[2]["offset"] :]).count(b"\n") == 2500 - 2 * 1024


def test_pages_are_the_ones_that_a_person_can_open_and_no_captured_title_is_in_the_list(file: Path) -> None:
    head, *pages = map(json.loads, zipfile.ZipFile(file).read("pages/pages.jsonl").decode().splitlines())
    assert head["format"] == "json-pages-1.0"
    assert [(page["url"], page["ts"]) for page in pages] == [(f"http://{HOST}/page", "2026-05-04T03:02:01Z")]
    assert "Private" not in json.dumps(pages)


def test_the_manifest_lists_every_part_with_its_digest(file: Path, wacz: Wacz) -> None:
    parts = zipfile.ZipFile(file)
    manifest = json.loads(parts.read("datapackage.json"))
    assert (manifest["profile"], manifest["wacz_version"], manifest["title"]) == ("data-package", "1.1.1", "C-0001")
    for entry in manifest["resources"]:
        content = parts.read(entry["path"])
        assert (entry["bytes"], entry["hash"]) == (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
    listed = {entry["path"] for entry in manifest["resources"]}
    assert listed | {"datapackage.json", "datapackage-digest.json"} == set(parts.namelist())
    assert (
        json.loads(wacz.digest_document)["hash"]
        == f"sha256:{hashlib.sha256(parts.read('datapackage.json')).hexdigest()}"
    )


def test_the_same_captures_at_the_same_time_make_the_same_file(captured: list[bytes], wacz: Wacz) -> None:
    assert build_wacz(captured, title="C-0001", made_at=NOW).sha256 == wacz.sha256


def test_a_capture_that_is_no_record_is_refused() -> None:
    with pytest.raises(CorruptArchiveError):
        build_wacz([b"no record"], title="C-0001", made_at=NOW)


def _rewritten(file: Path, path: str, change: bytes) -> None:
    parts = zipfile.ZipFile(file)
    contents = {name: parts.read(name) for name in parts.namelist()} | {path: change}
    with zipfile.ZipFile(file, "w") as out:
        for name, content in contents.items():
            out.writestr(name, content)


@pytest.mark.parametrize(
    "path",
    [
        "archive/data.warc.gz",
        "indexes/index.cdx.gz",
        "indexes/index.idx",
        "pages/pages.jsonl",
        "datapackage.json",
        "datapackage-digest.json",
        "pages/added.jsonl",
    ],
)
def test_a_part_that_was_changed_or_added_is_noticed(file: Path, path: str) -> None:
    _rewritten(file, path, b'{"hash": "sha256:00", "path": "datapackage.json"}')
    with pytest.raises(VettingError) as refusal:
        check_wacz(file)
    assert refusal.value.code == "export_altered"


def _page(body: bytes) -> bytes:
    """A capture of a page, as an archive brings it."""
    return archive([("http://a.example/", "text/html", body)])


def _checked(tmp_path: Path, captures: list[bytes]) -> int:
    path = tmp_path / "case.wacz"
    path.write_bytes(build_wacz(captures, title="C-0001", made_at=NOW).content)
    return check_wacz(path)[0]


def test_what_is_made_here_is_checked_here_though_an_import_may_hold_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of blanks is packed to a thousandth, and a case holds what several imports and searches brought."""
    monkeypatch.setattr(warc_reader, "_RATIO_APPLIES_ABOVE", 1_000_000)
    assert _checked(tmp_path, [_page(b" " * 4_000_000)]) == 1 + 3
    monkeypatch.setattr(warc_reader, "MAX_RECORDS", 5)
    monkeypatch.setattr(warc_reader, "MAX_TOTAL_BYTES", 10_000)
    assert _checked(tmp_path, [_page(b"words " * 1_000)] * 3) == 1 + 3 * 3


@pytest.mark.parametrize(("limit", "value"), [("MAX_EXPORT_RECORDS", 8), ("MAX_EXPORT_BYTES", 10_000)])
def test_more_than_one_export_holds_is_refused_before_it_is_written(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    captures = [_page(b"words " * 1_000)] * 3
    monkeypatch.setattr(wacz_file, limit, value)
    with pytest.raises(VettingError) as refusal:
        build_wacz(captures, title="C-0001", made_at=NOW)
    assert (refusal.value.code, refusal.value.exit_code) == ("export_too_large", ExitCode.REFUSED)


def test_an_export_of_exactly_the_limits_is_made_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wacz_file, "MAX_EXPORT_RECORDS", 9)
    assert _checked(tmp_path, [_page(b"words")] * 3) == 1 + 9


@pytest.mark.timeout(20)
def test_what_is_no_file_or_no_export_in_size_says_so(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "large").open("wb") as file:
        file.truncate(MAX_CHECKED_BYTES + 1)
    for name, code, said in (
        ("missing", "file_missing", "does not exist"),
        ("", "not_a_file", "a folder"),
        ("pipe", "not_a_file", "a pipe"),
        ("large", "export_too_large", "2048 MiB"),
    ):
        with pytest.raises(VettingError) as refusal:
            check_wacz(tmp_path / name)
        assert (refusal.value.code, refusal.value.exit_code) == (code, ExitCode.BAD_INPUT)
        assert said in refusal.value.sentence


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no zip at all", b"WARC/1.1\r\n"])
def test_what_is_no_such_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.wacz").write_bytes(content)
    with pytest.raises(VettingError):
        check_wacz(tmp_path / "x.wacz")
    with pytest.raises(VettingError):
        check_wacz(tmp_path / "missing.wacz")


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://www.example.com/", "com,example)/"),
        ("https://Example.com:443/A/b/?b=2&a=1&a", "com,example)/a/b?a&a=1&b=2"),
        ("http://example.com:8080/x/", "com,example:8080)/x"),
        ("http://www2.town.example/a//b/./c/../d/", "example,town)/a/b/d"),
        ("http://127.0.0.1:80/x", "1,0,0,127)/x"),
        ("http://user:pw@x.example/y?", "example,x)/y"),
        ("https://x.example/a%20b%2520c?q=%7EUser#part", "example,x)/a%20b%20c?q=~user"),
        ("http://b\u00fccher.example/\u00fc", "example,xn--bcher-kva)/%c3%bc"),
        ("urn:x:y", "urn:x:y"),
        ("http://[broken/", "http://[broken/"),
        ("http://x.example/%zz?%", "example,x)/%25zz?%25"),
    ],
)
def test_an_address_is_looked_up_as_others_do(url: str, key: str) -> None:
    assert surt(url) == key


def test_times_are_in_universal_time(captured: list[bytes]) -> None:
    made = build_wacz(captured, title="C-0001", made_at=datetime(2026, 1, 1, tzinfo=UTC))
    manifest = json.loads(zipfile.ZipFile(io.BytesIO(made.content)).read("datapackage.json"))
    assert manifest["created"] == "2026-01-01T00:00:00Z"

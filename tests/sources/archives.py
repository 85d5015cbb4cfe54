"""Archives as other programs write them, and what importing them gives."""

import hashlib
import io
import itertools
import json
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from vetting.errors import ExitCode, VettingError
from vetting.evidence import Capture, Hit
from vetting.files import open_file
from vetting.sources.archive_file import ImportedRecord, captures_of, hits_from, records_in

NOW = datetime(2026, 5, 4, tzinfo=UTC)
PAGE = (
    b"<html><head><title>T</title><meta name='author' content='jroe'>"
    b"<meta property='article:published_time' content='2024-01-02T03:04:05+01:00'>"
    b"</head><body><p>First line.</p><script>var hidden = 1</script><p>Second line."
)


def read_archive(path: Path) -> Iterator[ImportedRecord]:
    """The records of a file, as an import reads them once it is open."""
    with open_file(path) as file:
        yield from records_in(file)


def archive(
    bodies: Iterable[tuple[str, str, bytes]],
    *,
    packed: bool = False,
    asked_with: Iterable[tuple[str, str]] = (),
    **headers: str,
) -> bytes:
    """Responses (URL, media type, body) as another program writes them, with their requests."""
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
        asked = StatusAndHeaders("GET / HTTP/1.1", [("Host", "x"), *asked_with], is_http_request=True)
        request = writer.create_warc_record(url, "request", http_headers=asked)
        writer.write_request_response_pair(request, response)
    return out.getvalue()


def imported(path: Path) -> tuple[tuple[Capture, ...], tuple[Hit, ...]]:
    numbers = itertools.count(1)
    captures = captures_of(read_archive(path), clock=lambda: NOW, new_id=lambda: f"I-{next(numbers)}")
    return captures, tuple(hits_from(captures))


def refusal_of(path: Path) -> VettingError:
    with pytest.raises(VettingError) as refused:
        list(read_archive(path))
    assert refused.value.exit_code is ExitCode.BAD_INPUT
    assert refused.value.remedy
    return refused.value


def written(folder: Path, data: bytes, name: str = "a.warc") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def manifest(members: Iterable[tuple[str, bytes]], algorithm: str = "sha256") -> bytes:
    resources = [
        {"path": name, "hash": f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}", "bytes": len(data)}
        for name, data in members
    ]
    return json.dumps({"profile": "data-package", "wacz_version": "1.1.1", "resources": resources}).encode()


def zipped(members: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, data in members:
            file.writestr(name, data)
    return out.getvalue()


def wacz_of(members: list[tuple[str, bytes]], *, method: int = zipfile.ZIP_STORED, digest: bool = False) -> bytes:
    """As browser archivers write it: every file is listed, but for the two that list."""
    listing = [("datapackage.json", manifest(members))]
    if digest:
        listing.append(("datapackage-digest.json", manifest_digest(listing[0][1])))
    return zipped([*members, *listing], method)


def manifest_digest(manifest: bytes) -> bytes:
    return json.dumps({"path": "datapackage.json", "hash": "sha256:" + hashlib.sha256(manifest).hexdigest()}).encode()

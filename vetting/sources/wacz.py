"""Captures as one WACZ 1.1.1 file, which programs of others open: records, index, pages, and a digest of each part."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import math
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from typing import IO, Final, Self
from uuid import NAMESPACE_OID, uuid5

from vetting.errors import VettingError, bad_input, refused
from vetting.files import MEBIBYTE, open_file
from vetting.sources.archive_members import read_opened_archive
from vetting.sources.capture_note import note, software, utc_second
from vetting.sources.http_block import parse_answer
from vetting.sources.page_text import is_html, media_type
from vetting.sources.surt import surt
from vetting.sources.warc_reader import Allowance, CorruptArchiveError, WarcRecord, read_warc
from vetting.sources.warc_writer import FIELDS, sha256_digest

WACZ_VERSION: Final = "1.1.1"
DIGEST_DOCUMENT: Final = "datapackage-digest.json"
_MANIFEST: Final = "datapackage.json"
_DATA: Final = "data.warc.gz"
_INDEX: Final = "index.cdx.gz"
MAX_EXPORT_BYTES: Final = 1024 * MEBIBYTE
"""Of the records and what lists them, unpacked: five of the largest imports. The file is made in memory."""
MAX_EXPORT_RECORDS: Final = 200_000
MAX_CHECKED_BYTES: Final = 2 * MAX_EXPORT_BYTES
"""Of an exported file, packed and unpacked: with what gzip and zip add."""
_LINES_A_BLOCK: Final = 1024
_ANSWERS: Final = frozenset({"response", "revisit"})
_INDEXED: Final = _ANSWERS | {"resource", "conversion"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wacz:
    """A file of evidence in clear, not written yet."""

    content: bytes = field(repr=False)
    captures: int
    digest_document: bytes = field(repr=False)
    """What stands for the whole file: the digest of the manifest, which has the digest of every other part."""

    @property
    def sha256(self) -> bytes:
        """Of the file."""
        return hashlib.sha256(self.content).digest()


@dataclass(slots=True, kw_only=True)
class _Draft:
    """What is known of the records written so far, and what may still be."""

    allowance: Allowance = field(default_factory=lambda: Allowance(MAX_EXPORT_BYTES, MAX_EXPORT_RECORDS))

    index: list[str] = field(default_factory=list)
    pages: list[dict[str, str]] = field(default_factory=list)
    captures: int = 0
    offset: int = 0


def build_wacz(captures: Iterable[bytes], *, title: str, made_at: datetime) -> Wacz:
    """The captures, given as WARC bytes, as one file in memory; `title` must say nothing that is confidential.

    Every record stands in it byte for byte. Raises CorruptArchiveError for a capture that holds no WARC records, and
    refuses more than MAX_EXPORT_BYTES or MAX_EXPORT_RECORDS: what is made here can be checked here.
    """
    draft, resources = _Draft(), []
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        parts = _Parts(file, made_at)
        with parts.opened(f"archive/{_DATA}", compressed=False) as data:
            for piece in _records(captures, draft, made_at):
                data.write(piece)
        resources.append(data.described())
        blocks, idx = _zipnum(sorted(draft.index))
        for path, content, compressed in (
            (f"indexes/{_INDEX}", blocks, False),
            ("indexes/index.idx", idx, True),
            ("pages/pages.jsonl", _pages(draft.pages), True),
        ):
            resources.append(parts.write(path, content, compressed=compressed))
        manifest = _json(
            {
                "profile": "data-package",
                "title": title,
                "wacz_version": WACZ_VERSION,
                "software": software(),
                "created": utc_second(made_at),
                "resources": resources,
            }
        )
        parts.write(_MANIFEST, manifest)
        stated = _json({"path": _MANIFEST, "hash": f"sha256:{hashlib.sha256(manifest).hexdigest()}"})
        parts.write(DIGEST_DOCUMENT, stated)
    return Wacz(content=out.getvalue(), captures=draft.captures, digest_document=stated)


def check_wacz(path: Path) -> tuple[int, bytes]:
    """The number of records, and what a time stamp stands over, after every length and digest was checked.

    Refuses a file that is damaged or altered anywhere, one that holds a part without a digest, one that is larger than
    any export, and what is missing or no file.
    """
    with open_file(path) as file:
        if file.seek(0, io.SEEK_END) > MAX_CHECKED_BYTES:
            raise bad_input(
                "export_too_large",
                f"{path} is larger than any export that can be checked ({MAX_CHECKED_BYTES // MEBIBYTE} MiB).",
                "Check that it is the file you mean.",
            )
        return _checked(file)


def _checked(file: BufferedReader) -> tuple[int, bytes]:
    allowance = Allowance(MAX_CHECKED_BYTES, MAX_EXPORT_RECORDS + 1, math.inf)  # a page may be packed to any ratio
    try:
        records = sum(1 for _ in read_opened_archive(file, allowance))
        with zipfile.ZipFile(file) as parts:
            listed = {entry["path"] for entry in json.loads(parts.read(_MANIFEST))["resources"]}
            unlisted = set(parts.namelist()) != listed | {_MANIFEST, DIGEST_DOCUMENT}
            stated = parts.read(DIGEST_DOCUMENT)
    except CorruptArchiveError as error:
        raise _altered(str(error)) from None
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        raise _altered("not a WACZ file") from None
    if unlisted:
        raise _altered("file without digest")
    return records, stated


def _altered(what: str) -> VettingError:
    return bad_input(
        "export_altered",
        f"The file is not what it was when it was exported ({what}).",
        "Use another copy of it, or export the case again.",
    )


# ------------------------------------------------------------------------------------------------ records and index


def _records(captures: Iterable[bytes], draft: _Draft, made_at: datetime) -> Iterator[bytes]:
    """Each record as a gzip member (ISO 28500:2017, annex D), after a warcinfo record; notes where each one stands."""
    yield _member(_warcinfo(made_at), draft)
    for warc in captures:
        draft.captures += 1
        for record in read_warc(io.BytesIO(warc), compressed=False):
            _take(draft, octets=len(record.raw), records=1)
            start = draft.offset
            piece = _member(record.raw, draft)
            if record.kind in _INDEXED:
                _note(record, start, len(piece), draft)
            yield piece


def _take(draft: _Draft, *, octets: int = 0, records: int = 0) -> None:
    try:
        draft.allowance.take(octets)
        if records:
            draft.allowance.take_record()
    except CorruptArchiveError:
        raise refused(
            "export_too_large",
            f"The captures are more than one export holds ({MAX_EXPORT_BYTES // MEBIBYTE} MiB, "
            f"{MAX_EXPORT_RECORDS:,} records); nothing was written.",
            "They stay sealed in the case. Ask whoever maintains this installation to raise both limits.",
        ) from None


def _member(record: bytes, draft: _Draft) -> bytes:
    piece = gzip.compress(record, mtime=0)
    draft.offset += len(piece)
    return piece


def _warcinfo(made_at: datetime) -> bytes:
    block = note({"software": software(), "format": "WARC File Format 1.1"})
    headers = {
        "WARC-Type": "warcinfo",
        "WARC-Record-ID": f"<urn:uuid:{uuid5(NAMESPACE_OID, f'warcinfo/{made_at.isoformat()}')}>",
        "WARC-Date": utc_second(made_at),
        "WARC-Filename": _DATA,
        "WARC-Block-Digest": sha256_digest(block),
        "Content-Type": FIELDS,
        "Content-Length": str(len(block)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return b"WARC/1.1\r\n" + head.encode("ascii") + b"\r\n" + block + b"\r\n\r\n"


def _note(record: WarcRecord, offset: int, length: int, draft: _Draft) -> None:
    status, kind, body = "-", record.content_type, record.block
    if record.kind in _ANSWERS:
        try:
            answer = parse_answer(record.block)
        except CorruptArchiveError:  # imported as it was; there is nothing to replay
            return
        status, kind, body = str(answer.status), answer.header(b"content-type"), answer.body
    digest = record.headers.get("warc-payload-digest") or sha256_digest(body)
    shown = "warc/revisit" if record.kind == "revisit" else media_type(kind) or "unk"
    at = record.recorded_at.astimezone(UTC)
    entry = {
        "url": record.url,
        "mime": shown,
        "status": status,
        "digest": digest,
        "length": str(length),
        "offset": str(offset),
        "filename": _DATA,
    }
    line = f"{surt(record.url)} {at:%Y%m%d%H%M%S} {json.dumps(entry)}\n"
    _take(draft, octets=2 * len(line))  # as much again in the list of pages
    draft.index.append(line)
    if status == "200" and record.kind == "response" and is_html(kind, body):
        page = {"id": f"{uuid5(NAMESPACE_OID, f'{record.url} {offset}')}", "url": record.url, "ts": utc_second(at)}
        draft.pages.append(page)


def _zipnum(lines: list[str]) -> tuple[bytes, bytes]:
    """The sorted index in gzip members, and where each one begins: what large archives are looked up by (WACZ, 5.2)."""
    blocks = io.BytesIO()
    idx = [f"!meta 0 {json.dumps({'format': 'cdxj-gzip-1.0', 'filename': _INDEX})}\n"]
    for start in range(0, len(lines), _LINES_A_BLOCK):
        block = gzip.compress("".join(lines[start : start + _LINES_A_BLOCK]).encode(), mtime=0)
        where = {
            "offset": blocks.tell(),
            "length": len(block),
            "digest": f"sha256:{hashlib.sha256(block).hexdigest()}",
            "filename": _INDEX,
        }
        idx.append(f"{lines[start].partition(' {')[0]} {json.dumps(where)}\n")
        blocks.write(block)
    if not lines:
        blocks.write(gzip.compress(b"", mtime=0))
    return blocks.getvalue(), "".join(idx).encode()


def _pages(pages: list[dict[str, str]]) -> bytes:
    """Without titles: those are captured text, which stands in the records."""
    head = {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}
    return "".join(f"{json.dumps(line)}\n" for line in [head, *pages]).encode()


# ---------------------------------------------------------------------------------------------------- parts of a zip


class _Parts:
    """The files of the zip, each with its digest."""

    def __init__(self, file: zipfile.ZipFile, made_at: datetime) -> None:
        self._file = file
        self._at = made_at.astimezone(UTC)

    def opened(self, path: str, *, compressed: bool) -> _Part:
        """A part to be written piece by piece."""
        at = self._at
        member = zipfile.ZipInfo(path, (max(at.year, 1980), at.month, at.day, at.hour, at.minute, at.second))
        member.compress_type = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
        member.external_attr = 0o600 << 16
        return _Part(self._file.open(member, "w", force_zip64=True), path)

    def write(self, path: str, content: bytes, *, compressed: bool = True) -> dict[str, str | int]:
        """A whole part; how the manifest describes it."""
        with self.opened(path, compressed=compressed) as part:
            part.write(content)
        return part.described()


class _Part:
    def __init__(self, out: IO[bytes], path: str) -> None:
        self._out = out
        self._path = path
        self._hash = hashlib.sha256()
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._out.close()

    def write(self, content: bytes) -> None:
        self._hash.update(content)
        self._size += len(content)
        self._out.write(content)

    def described(self) -> dict[str, str | int]:
        return {
            "name": self._path.rpartition("/")[2],
            "path": self._path,
            "hash": f"sha256:{self._hash.hexdigest()}",
            "bytes": self._size,
        }


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2).encode() + b"\n"

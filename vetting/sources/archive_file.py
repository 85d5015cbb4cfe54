"""An investigator's import: the records of a browser archiver's WARC or WACZ file as captures, and the text in them."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from vetting.errors import VettingError, bad_input
from vetting.evidence import Capture, Engagement, Hit
from vetting.sources.archive_members import read_archive_file
from vetting.sources.decoding import DecodingError, decoded
from vetting.sources.http_block import parse_answer
from vetting.sources.interface import NotSearchedError
from vetting.sources.page_text import JsonValue, is_text, media_type, page_facts, raw_text, readable
from vetting.sources.warc_reader import MAX_RECORD_BYTES, CorruptArchiveError, WarcRecord, read_warc
from vetting.sources.warc_writer import MEDIA_TYPE

MAX_IMPORT_BYTES: Final = 500 * 1024 * 1024
_NOTHING_TO_READ: Final = ("warcinfo", "request", "metadata")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRecord:
    """One record of the archive, byte for byte."""

    kind: str
    """The WARC record type, e.g. `response`."""
    url: str = field(repr=False)
    recorded_at: datetime
    """As the archive states it."""
    warc: bytes = field(repr=False)


def read_archive(path: Path) -> Iterator[ImportedRecord]:
    """The records of a WARC or WACZ file, read and checked to the end before the first is given.

    Refuses, as a whole, what is damaged, altered, encrypted, too large or no archive (ISO 28500, WACZ 1.1.1).
    """
    try:
        records = _whole(path)
    except CorruptArchiveError as error:
        raise _refused(f"The archive cannot be imported ({error})") from None
    except OSError:
        raise _refused("The archive cannot be opened") from None
    if not records:
        raise _refused("The archive holds no record")
    return iter(records)


def captures_of(
    records: Iterable[ImportedRecord], *, clock: Callable[[], datetime], new_id: Callable[[], str]
) -> tuple[Capture, ...]:
    """A capture for each exchange: neighbouring records of one address (response, request, metadata) stay together.

    `captured_at` is the archive's own date, or now where that lies in the future.
    """
    now = clock()
    captures: list[Capture] = []
    for exchange in _exchanges(records):
        warc = b"".join(record.warc for record in exchange)
        captures.append(
            Capture(
                id=new_id(),
                captured_at=min(exchange[0].recorded_at, now),
                sha256=hashlib.sha256(warc).hexdigest(),
                media_type=MEDIA_TYPE,
                warc=warc,
            )
        )
    return tuple(captures)


def _exchanges(records: Iterable[ImportedRecord]) -> Iterator[list[ImportedRecord]]:
    group: list[ImportedRecord] = []
    for record in records:
        if group and (record.url != group[0].url or record.kind in {other.kind for other in group}):
            yield group
            group = []
        group.append(record)
    if group:
        yield group


def hits_from(captures: Sequence[Capture]) -> tuple[Hit, ...]:
    """The text in imported captures: pages, plain text and JSON. Pictures, scripts and error pages give none."""
    return tuple(
        hit
        for capture in captures
        for record in read_warc(io.BytesIO(capture.warc), compressed=False)
        if (hit := _hit(capture.id, record)) is not None
    )


def _hit(capture_id: str, record: WarcRecord) -> Hit | None:
    body, content_type = _body(record)
    if not body:
        return None
    try:
        text = _json_text(body) if media_type(content_type).endswith("json") else ""
        text = text or (readable(body, content_type) if is_text(content_type, body) else "")
    except NotSearchedError:
        return None
    if not text:
        return None
    facts = page_facts(body, content_type)
    return Hit(
        capture_id=capture_id,
        text=raw_text(text),
        locator=raw_text(record.url),
        author=raw_text(facts.author),
        posted_at=facts.published,
        engagement=Engagement.UNKNOWN,  # whose words they are is for the investigator to say
        platform="imported",
    )


def _body(record: WarcRecord) -> tuple[bytes, str]:
    """The decoded body and its media type; empty for a record or a status that holds nothing to read."""
    if record.kind in _NOTHING_TO_READ or not record.block:
        return b"", ""
    if record.kind != "response":
        return (record.block, record.content_type) if record.kind in {"resource", "conversion"} else (b"", "")
    if not record.content_type.startswith("application/http"):
        return b"", ""
    try:
        answer = parse_answer(record.block)
    except CorruptArchiveError:  # kept as a capture; there is no text in it
        return b"", ""
    if not 200 <= answer.status < 300:
        return b"", ""
    try:
        plain = decoded(answer.body, answer.header(b"content-encoding"), MAX_RECORD_BYTES)
    except DecodingError:  # many archivers undo the coding and keep the header
        plain = answer.body
    return plain, answer.header(b"content-type")


def _json_text(body: bytes) -> str:
    """The sentences of a JSON document: its strings that hold a blank, one a line, in their order."""
    try:
        document: JsonValue = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return "\n".join(text.strip() for text in _strings(document) if " " in text.strip())


def _strings(document: JsonValue) -> Iterator[str]:
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, dict):
            waiting.extend(reversed(value.values()))


def _whole(path: Path) -> list[ImportedRecord]:
    if path.stat().st_size > MAX_IMPORT_BYTES:
        raise CorruptArchiveError("too large")
    return [
        ImportedRecord(kind=record.kind, url=record.url, recorded_at=record.recorded_at, warc=record.raw)
        for record in read_archive_file(path)
    ]


def _refused(sentence: str) -> VettingError:
    return bad_input(
        "archive_corrupt",
        f"{sentence}; nothing was imported.",
        "Save the page again as WARC or WACZ and import that file.",
    )

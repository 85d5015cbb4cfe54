"""An investigator's import: the records of a browser archiver's WARC or WACZ file as captures, and the text in them."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from io import BufferedReader
from typing import Final

from vetting.errors import VettingError, bad_input, refused
from vetting.evidence import Capture, Engagement, Hit
from vetting.sources.archive_members import read_opened_archive
from vetting.sources.decoding import DecodingError, beginning
from vetting.sources.http_block import parse_answer
from vetting.sources.interface import NotSearchedError
from vetting.sources.page_text import (
    MAX_JSON_BYTES,
    MAX_TEXT_BYTES,
    PageFacts,
    is_text,
    json_sentences,
    media_type,
    page_facts,
    raw_text,
    readable,
)
from vetting.sources.refusals import page_refusal
from vetting.sources.warc_reader import (
    MAX_RECORD_BYTES,
    MAX_TOTAL_BYTES,
    CorruptArchiveError,
    WarcRecord,
    read_warc,
)
from vetting.sources.warc_writer import MEDIA_TYPE

MAX_IMPORT_BYTES: Final = MAX_TOTAL_BYTES
"""Of the file itself."""
MAX_READ_BYTES: Final = 100 * 1024 * 1024
"""Of the bodies that are read, decoded, in all: a thousand pages of 100 kB. Compressed, ten thousand pages of 2 MB fit
into one file.
"""
MAX_READ_CHARACTERS: Final = 20_000_000
"""Of the text in them: some three million words, for which every criterion is tried."""
_CREDENTIALS: Final = re.compile(rb"^authorization[ \t]*:", re.IGNORECASE | re.MULTILINE)
"""RFC 9110 section 11.6.2."""
_MAX_EXCHANGE_BYTES: Final = MAX_RECORD_BYTES + 1024 * 1024
"""The largest response, and the request and metadata that belong to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRecord:
    """One record of the archive, byte for byte."""

    kind: str
    """The WARC record type, e.g. `response`."""
    url: str = field(repr=False)
    recorded_at: datetime
    """As the archive states it."""
    warc: bytes = field(repr=False)


def records_in(file: BufferedReader) -> Iterator[ImportedRecord]:
    """The records of an open WARC or WACZ file, one after the other, so that only one need be in memory.

    Refuses, as a whole, what is damaged, altered, encrypted, too large or no archive (ISO 28500, WACZ 1.1.1): where
    this raises, nothing that it gave before may be kept.
    """
    found = False
    try:
        for record in _records(file):
            found = True
            yield record
    except CorruptArchiveError as error:
        raise _refused(f"The archive cannot be imported ({error})") from None
    except OSError:
        raise _refused("The archive cannot be read") from None
    if not found:
        raise _refused("The archive holds no record")


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
        at = min(exchange[0].recorded_at, now)
        exchange.clear()
        captures.append(
            Capture(
                id=new_id(),
                captured_at=at,
                sha256=hashlib.sha256(warc).hexdigest(),
                media_type=MEDIA_TYPE,
                warc=warc,
            )
        )
    return tuple(captures)


def _exchanges(records: Iterable[ImportedRecord]) -> Iterator[list[ImportedRecord]]:
    group: list[ImportedRecord] = []
    kinds: set[str] = set()
    size = 0
    for record in records:
        size += len(record.warc)
        if group and (record.url != group[0].url or record.kind in kinds or size > _MAX_EXCHANGE_BYTES):
            yield group
            group, kinds, size = [], set(), len(record.warc)
        group.append(record)
        kinds.add(record.kind)
    if group:
        yield group


def hits_from(captures: Iterable[Capture]) -> Iterator[Hit]:
    """The text in imported captures: pages, plain text and JSON. Pictures, scripts, errors and sign-in pages give none.

    One text at a time, for all of them may be larger than what they were made from. Refuses more than MAX_READ_BYTES
    and MAX_READ_CHARACTERS.
    """
    octets, characters = MAX_READ_BYTES, MAX_READ_CHARACTERS
    for capture in captures:
        for record in read_warc(io.BytesIO(capture.warc), compressed=False):
            body, content_type = body_of(record)
            hit = _hit(capture.id, record.url, body, content_type) if body else None
            octets -= len(body)
            characters -= len(hit.text) if hit else 0
            if octets < 0 or characters < 0:
                raise _refused("The archive holds more text than can be read at once")
            if hit:
                yield hit


def _hit(capture_id: str, url: str, body: bytes, content_type: str) -> Hit | None:
    try:
        text = json_sentences(body, content_type) if _is_json(content_type) else ""
        text = text or (readable(body, content_type) if is_text(content_type, body) else "")
    except NotSearchedError:
        return None
    if not text:
        return None
    facts = page_facts(body, content_type) if is_text(content_type, body) else PageFacts()
    if page_refusal(facts, url) is not None:
        return None
    return Hit(
        capture_id=capture_id,
        text=raw_text(text),
        locator=raw_text(url),
        author=raw_text(facts.author),
        posted_at=facts.published,
        engagement=Engagement.UNKNOWN,  # whose words they are is for the investigator to say
        platform="imported",
    )


def body_of(record: WarcRecord) -> tuple[bytes, str]:
    """What is read of the decoded body, and its media type; empty for a record or a status with nothing to read."""
    if record.kind in {"resource", "conversion"}:
        return _read_part(record.block, record.content_type, "")
    if record.kind != "response" or not record.content_type.startswith("application/http"):
        return b"", ""
    try:
        answer = parse_answer(record.block)
    except CorruptArchiveError:  # kept as a capture; there is no text in it
        return b"", ""
    if not 200 <= answer.status < 300:
        return b"", ""
    return _read_part(answer.body, answer.header(b"content-type"), answer.header(b"content-encoding"))


def _read_part(body: bytes, content_type: str, encodings: str) -> tuple[bytes, str]:
    """As much as is ever read of a text, and nothing of what is none."""
    size = MAX_JSON_BYTES if _is_json(content_type) else MAX_TEXT_BYTES
    try:
        part = beginning(body, encodings, size)
    except DecodingError:  # many archivers undo the coding and keep the header
        part = body[:size]
    return (part, content_type) if _is_json(content_type) or is_text(content_type, part) else (b"", "")


def _is_json(content_type: str) -> bool:
    return media_type(content_type).endswith("json")


def _records(file: BufferedReader) -> Iterator[ImportedRecord]:
    if file.seek(0, io.SEEK_END) > MAX_IMPORT_BYTES:
        raise CorruptArchiveError("too large")
    for record in read_opened_archive(file):
        _refuse_credentials(record)
        yield ImportedRecord(kind=record.kind, url=record.url, recorded_at=record.recorded_at, warc=record.raw)


def _refuse_credentials(record: WarcRecord) -> None:
    """Refuses what was asked for with a password or a token (REQ-LAW-2). Nothing is concluded of cookies, which most
    sites set for everybody.
    """
    if record.kind == "request" and _CREDENTIALS.search(record.block.partition(b"\r\n\r\n")[0]):
        raise refused(
            "archive_signed_in",
            "The archive holds a page that was asked for with a password or a token; nothing was imported.",
            "Only what anybody can read may be imported: save it again from a browser that is signed in nowhere.",
        )


def _refused(sentence: str) -> VettingError:
    return bad_input(
        "archive_corrupt",
        f"{sentence}; nothing was imported.",
        "Save the page again as WARC or WACZ, in parts where it is too large, and import that.",
    )

"""One captured exchange read back: what was asked, by which door, and what was answered."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Final

from vetting.sources.decoding import decoded
from vetting.sources.feed import ACCEPT as FEED
from vetting.sources.http_block import HttpAnswer, parse_answer
from vetting.sources.internet import ANY, HTML, MAX_BODY_BYTES
from vetting.sources.warc_reader import CorruptArchiveError, WarcRecord, read_warc

_REDACTED: Final = b"[redacted]"
_FOR_PEOPLE: Final = frozenset({HTML, FEED})
"""What is asked for as pages and feeds are: the door that obeys robots.txt and `noindex`."""


class NotAnsweredError(Exception):
    """The capture holds no answer: it failed, or what it held is withheld."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedAnswer:
    """An answer as it was captured."""

    record: WarcRecord = field(repr=False)
    answer: HttpAnswer
    accept: str = field(repr=False)
    with_key: bool
    """Whether it was asked for with the department's key."""

    @property
    def for_people(self) -> bool:
        """Whether it was asked for as a page made for people, and not as an answer of an interface."""
        return self.accept in _FOR_PEOPLE

    @property
    def content_type(self) -> str:
        """Its Content-Type header, or an empty string."""
        return self.answer.header(b"content-type")

    def body(self) -> bytes:
        """The body without its Content-Encoding. Raises DecodingError."""
        return decoded(self.answer.body, self.answer.header(b"content-encoding"), MAX_BODY_BYTES)


def captured_answer(warc: bytes) -> CapturedAnswer:
    """What a capture of ours holds. Raises NotAnsweredError."""
    try:
        records = {record.kind: record for record in read_warc(io.BytesIO(warc), compressed=False)}
        answer = parse_answer(records["response"].block)
    except (CorruptArchiveError, KeyError):
        raise NotAnsweredError("answer") from None
    asked = _headers(records.get("request"))
    return CapturedAnswer(
        record=records["response"],
        answer=answer,
        accept=asked.get(b"accept", ANY.encode()).decode("latin-1"),
        with_key=_REDACTED in asked.values(),
    )


def _headers(request: WarcRecord | None) -> dict[bytes, bytes]:
    lines = request.block.split(b"\r\n")[1:] if request is not None else []
    return {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}

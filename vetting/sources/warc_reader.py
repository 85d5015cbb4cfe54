"""Reads WARC records strictly: every length, digest and line is checked, and nothing is guessed."""

from __future__ import annotations

import hashlib
import zlib
from base64 import b32decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Protocol

from vetting.sources.decoding import MAX_RATIO

MAX_RECORD_BYTES: Final = 50 * 1024 * 1024
MAX_TOTAL_BYTES: Final = 200 * 1024 * 1024
"""Of what is read from one archive, unpacked. It is in memory until it is sealed, so an ordinary desk computer sets the
limit: one person's pages and posts with their pictures fit, hours of video do not.
"""
MAX_RECORDS: Final = 20_000
_MAX_HEAD_BYTES: Final = 64 * 1024
_MAX_HEADERS: Final = 200
_RATIO_APPLIES_ABOVE: Final = 16 * 1024 * 1024
_STEP: Final = 64 * 1024
_VERSIONS: Final = frozenset({b"WARC/1.0", b"WARC/1.1"})
_ENDING: Final = b"\r\n\r\n"


class CorruptArchiveError(Exception):
    """An archive that is not what it says. Carries a fixed word that says what is wrong, never what was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcRecord:
    """One record: `raw` is every byte of it, so that evidence stays what it was."""

    kind: str
    url: str = field(repr=False)
    recorded_at: datetime
    headers: dict[str, str] = field(repr=False)
    """By lower-case name."""
    raw: bytes = field(repr=False)
    head_bytes: int
    """How much of `raw` comes before the block."""

    @property
    def block(self) -> bytes:
        """What the record is about: a copy, so that a record kept does not hold everything twice."""
        return self.raw[self.head_bytes : -len(_ENDING)]

    @property
    def content_type(self) -> str:
        """Of the block, e.g. `application/http; msgtype=response`."""
        return self.headers.get("content-type", "").lower()


class Readable(Protocol):
    """Bytes from the beginning to the end."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, and none only at the end."""


class Allowance:
    """What may still be read from one archive, however many WARC files are in it; an import's limits, unless given."""

    def __init__(self, octets: int | None = None, records: int | None = None, ratio: float = MAX_RATIO) -> None:
        self.octets = self._bytes = MAX_TOTAL_BYTES if octets is None else octets
        self.max_records = self._records = MAX_RECORDS if records is None else records
        self.ratio = ratio

    def take(self, size: int) -> None:
        """Refuses more bytes than are allowed."""
        self._bytes -= size
        if self._bytes < 0:
            raise CorruptArchiveError("too large")

    def take_record(self) -> None:
        """Refuses more records than are allowed."""
        self._records -= 1
        if self._records < 0:
            raise CorruptArchiveError("too many records")


def read_warc(file: Readable, *, compressed: bool, allowance: Allowance | None = None) -> Iterator[WarcRecord]:
    """The records of one WARC file in order. Raises CorruptArchiveError for what is damaged, cut off or too large.

    What came before the damage has been given by then: whoever keeps records waits for the end.
    """
    allowance = allowance or Allowance()
    source = _Source(_gunzipped(file, allowance) if compressed else _plain(file), allowance)
    found = False
    while (record := _next_record(source)) is not None:
        allowance.take_record()
        found = True
        yield record
    if not found:
        raise CorruptArchiveError("no record")


class _Source:
    """Bytes by line or by number, from chunks, within what is allowed."""

    def __init__(self, chunks: Iterator[bytes], allowance: Allowance) -> None:
        self._chunks = chunks
        self._held = bytearray()
        self._allowance = allowance

    def _more(self) -> bool:
        chunk = next(self._chunks, None)
        if chunk is None:
            return False
        self._allowance.take(len(chunk))
        self._held += chunk
        return True

    def exactly(self, size: int) -> bytes:
        while len(self._held) < size and self._more():
            pass
        if len(self._held) < size:
            raise CorruptArchiveError("cut off")
        with memoryview(self._held) as held:
            taken = bytes(held[:size])
        del self._held[:size]
        return taken

    def head(self) -> bytes | None:
        """Bytes up to and with the empty line that ends a record's head, not taken yet; None at the end of the file."""
        seen = 0
        while (end := self._held.find(_ENDING, seen)) < 0 and len(self._held) <= _MAX_HEAD_BYTES:
            seen = max(0, len(self._held) - len(_ENDING))
            if not self._more():
                break
        if 0 <= end <= _MAX_HEAD_BYTES:
            return bytes(self._held[: end + len(_ENDING)])
        if self._held.strip() or self._more():
            raise CorruptArchiveError("record head")
        return None


def _next_record(source: _Source) -> WarcRecord | None:
    head = source.head()
    if head is None:
        return None
    version, *lines = head[: -len(_ENDING)].split(b"\r\n")
    if version not in _VERSIONS:
        raise CorruptArchiveError("version line")
    headers = _headers(lines)
    raw = source.exactly(len(head) + _length(headers) + len(_ENDING))
    if not raw.endswith(_ENDING):
        raise CorruptArchiveError("record length")
    with memoryview(raw) as whole:
        _check_digest(headers.get("warc-block-digest", ""), whole[len(head) : -len(_ENDING)])
    return WarcRecord(
        kind=headers.get("warc-type", ""),
        url=headers.get("warc-target-uri", "").strip("<>"),  # WARC/1.0 wrote angle brackets by mistake of its grammar
        recorded_at=_date(headers.get("warc-date", "")),
        headers=headers,
        raw=raw,
        head_bytes=len(head),
    )


def _headers(lines: list[bytes]) -> dict[str, str]:
    """Refuses more lines than any writer makes: each continuation of a header copies what it continues."""
    if len(lines) > _MAX_HEADERS:
        raise CorruptArchiveError("record head")
    headers: dict[str, str] = {}
    last = ""
    for line in lines:
        text = line.decode("utf-8", "replace")
        if text[:1] in {" ", "\t"} and last:
            headers[last] += " " + text.strip()
            continue
        name, colon, value = text.partition(":")
        last = name.strip().lower()
        if not colon or not last:
            raise CorruptArchiveError("record head")
        headers[last] = value.strip()
    return headers


def _length(headers: dict[str, str]) -> int:
    stated = headers.get("content-length", "")
    if not (stated.isascii() and stated.isdigit()) or len(stated) > 12:
        raise CorruptArchiveError("record length")
    if int(stated) > MAX_RECORD_BYTES:
        raise CorruptArchiveError("record too large")
    return int(stated)


def _date(stated: str) -> datetime:
    try:
        return datetime.fromisoformat(stated).astimezone(UTC)
    except (ValueError, OverflowError):
        raise CorruptArchiveError("record date") from None


def _check_digest(labelled: str, block: memoryview) -> None:
    """Compares the block with its digest, where there is one by an algorithm known here, in base 32 or hexadecimal."""
    algorithm, _, value = labelled.partition(":")
    algorithm = algorithm.lower().replace("-", "")
    if algorithm not in {"sha1", "sha256", "sha512", "md5"} or not value:
        return
    digest = hashlib.new(algorithm, block, usedforsecurity=False).digest()
    if value.lower() != digest.hex() and _base32(value) != digest:
        raise CorruptArchiveError("record digest")


def _base32(value: str) -> bytes | None:
    try:
        return b32decode(value.upper() + "=" * (-len(value) % 8))
    except ValueError:
        return None


def _plain(file: Readable) -> Iterator[bytes]:
    while chunk := file.read(_STEP):
        yield chunk


def _gunzipped(file: Readable, allowance: Allowance) -> Iterator[bytes]:
    """The members of a .warc.gz one after the other, refusing a file that grows beyond the ratio that is allowed.

    A member is a record or the whole file (ISO 28500:2017, annex D), so that more members than records are refused:
    an empty one is 20 bytes long and costs a decoder.
    """
    taken = given = members = 0
    decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
    fresh = True
    while chunk := file.read(_STEP):
        taken += len(chunk)
        while chunk:
            piece, chunk = _inflated(decoder, chunk)
            fresh = False
            given += len(piece)
            if given > _RATIO_APPLIES_ABOVE and given > allowance.ratio * taken:
                raise CorruptArchiveError("compression ratio")
            if piece:
                yield piece
            if decoder.eof:
                members += 1
                if members > allowance.max_records:
                    raise CorruptArchiveError("too many records")
                chunk = decoder.unused_data
                decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
                fresh = True
    if not fresh:
        raise CorruptArchiveError("cut off")


def _inflated(decoder: zlib._Decompress, chunk: bytes) -> tuple[bytes, bytes]:
    try:
        piece = decoder.decompress(chunk, _STEP)
    except zlib.error:
        raise CorruptArchiveError("compression") from None
    return piece, decoder.unconsumed_tail

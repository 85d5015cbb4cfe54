"""Reads WARC records strictly: every length, digest and line is checked, and nothing is guessed."""

from __future__ import annotations

import hashlib
import zlib
from base64 import b32decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import BinaryIO, Final

from vetting.sources.decoding import MAX_RATIO

MAX_RECORD_BYTES: Final = 50 * 1024 * 1024
MAX_TOTAL_BYTES: Final = 500 * 1024 * 1024
MAX_RECORDS: Final = 20_000
_MAX_HEAD_BYTES: Final = 64 * 1024
_RATIO_APPLIES_ABOVE: Final = 16 * 1024 * 1024
_STEP: Final = 64 * 1024
_VERSIONS: Final = frozenset({b"WARC/1.0", b"WARC/1.1"})


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
    block: bytes = field(repr=False)
    raw: bytes = field(repr=False)

    @property
    def content_type(self) -> str:
        """Of the block, e.g. `application/http; msgtype=response`."""
        return self.headers.get("content-type", "").lower()


def read_warc(file: BinaryIO, *, compressed: bool) -> Iterator[WarcRecord]:
    """The records of one WARC file in order. Raises CorruptArchiveError for what is damaged, cut off or too large."""
    source = _Source(_gunzipped(file) if compressed else _plain(file))
    count = 0
    while (record := _next_record(source)) is not None:
        count += 1
        if count > MAX_RECORDS:
            raise CorruptArchiveError("too many records")
        yield record
    if count == 0:
        raise CorruptArchiveError("no record")


class _Source:
    """Bytes by line or by number, from chunks, within the total allowed."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._held = bytearray()
        self._total = 0

    def _more(self) -> bool:
        chunk = next(self._chunks, None)
        if chunk is None:
            return False
        self._total += len(chunk)
        if self._total > MAX_TOTAL_BYTES:
            raise CorruptArchiveError("too large")
        self._held += chunk
        return True

    def exactly(self, size: int) -> bytes:
        while len(self._held) < size and self._more():
            pass
        if len(self._held) < size:
            raise CorruptArchiveError("cut off")
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    def head(self) -> bytes | None:
        """Bytes up to and with the empty line that ends a record's head; None at the end of the file."""
        while (end := self._held.find(b"\r\n\r\n")) < 0 and len(self._held) <= _MAX_HEAD_BYTES:
            if not self._more():
                break
        if end < 0 or end > _MAX_HEAD_BYTES:
            if not self._held.strip():
                return None
            raise CorruptArchiveError("record head")
        return self.exactly(end + 4)


def _next_record(source: _Source) -> WarcRecord | None:
    head = source.head()
    if head is None:
        return None
    version, *lines = head[:-4].split(b"\r\n")
    if version not in _VERSIONS:
        raise CorruptArchiveError("version line")
    headers = _headers(lines)
    block = source.exactly(_length(headers))
    ending = source.exactly(4)
    if ending != b"\r\n\r\n":
        raise CorruptArchiveError("record length")
    _check_digest(headers.get("warc-block-digest", ""), block)
    return WarcRecord(
        kind=headers.get("warc-type", ""),
        url=headers.get("warc-target-uri", "").strip("<>"),  # WARC/1.0 wrote angle brackets by mistake of its grammar
        recorded_at=_date(headers.get("warc-date", "")),
        headers=headers,
        block=block,
        raw=head + block + ending,
    )


def _headers(lines: list[bytes]) -> dict[str, str]:
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


def _check_digest(labelled: str, block: bytes) -> None:
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


def _plain(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_STEP):
        yield chunk


def _gunzipped(file: BinaryIO) -> Iterator[bytes]:
    """The members of a .warc.gz one after the other, refusing one that grows beyond a hundredfold."""
    taken = given = 0
    decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
    fresh = True
    while chunk := file.read(_STEP):
        taken += len(chunk)
        while chunk:
            piece, chunk = _inflated(decoder, chunk)
            fresh = False
            given += len(piece)
            if given > _RATIO_APPLIES_ABOVE and given > MAX_RATIO * taken:
                raise CorruptArchiveError("compression ratio")
            if piece:
                yield piece
            if decoder.eof:
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

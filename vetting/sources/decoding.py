"""Content-Encoding undone within limits: a small answer may not grow into a large one."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Final

import brotli  # type: ignore[import-untyped]

from vetting.sources.interface import Reason

MAX_RATIO: Final = 100
RATIO_APPLIES_ABOVE_BYTES: Final = 1024 * 1024
"""Below this size a body may be as repetitive as it likes: a page of blanks is no attack."""

MAX_MEMBERS: Final = 1_000
"""Of one gzip body. A million empty ones fit into 20 MB, and each costs a decoder."""
_STEP: Final = 64 * 1024


class DecodingError(Exception):
    """A body that does not decode, or decodes to too much. Carries a reason code only."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def decoded(body: bytes, encodings: str, max_bytes: int) -> bytes:
    """`body` with the codings of a Content-Encoding header undone, the last one first (RFC 9110 section 8.4).

    Raises DecodingError: `unreadable_answer` for an unknown coding, damaged or truncated data, `too_large` above
    `max_bytes` or above 100 times the size received.
    """
    allowed = min(max_bytes, max(RATIO_APPLIES_ABOVE_BYTES, MAX_RATIO * len(body)))
    for name in reversed(_codings(encodings)):
        body = _bounded(_decoder(name, body), allowed)
    return body


def beginning(body: bytes, encodings: str, max_bytes: int) -> bytes:
    """The first `max_bytes` of what `decoded` gives, so that a small body cannot grow into a large one.

    Raises DecodingError for what does not decode up to there.
    """
    names = _codings(encodings)
    if not names:
        return body[:max_bytes]
    return _cut(_decoder(names[0], decoded(body, ",".join(names[1:]), max_bytes)), max_bytes)


def _codings(encodings: str) -> list[str]:
    names = [name.strip().lower() for name in encodings.split(",") if name.strip()]
    if len(names) > 2:
        raise DecodingError(Reason.UNREADABLE_ANSWER)
    return [name for name in names if name != "identity"]


def _decoder(name: str, body: bytes) -> Iterator[bytes]:
    if not body:
        return iter(())  # servers send the header with an empty body
    if name in {"gzip", "x-gzip"}:
        return _inflate(body, 16 + zlib.MAX_WBITS)
    if name == "deflate":  # RFC 9110 means zlib; servers that send raw deflate are as old as the name
        return _inflate(body, zlib.MAX_WBITS if body[0] & 0x0F == 8 else -zlib.MAX_WBITS)
    if name == "br":
        return _unbrotli(body)
    raise DecodingError(Reason.UNREADABLE_ANSWER)


def _bounded(chunks: Iterator[bytes], allowed: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    for chunk in _coded(lambda: next(chunks, None)):
        size += len(chunk)
        if size > allowed:
            raise DecodingError(Reason.TOO_LARGE)
        parts.append(chunk)
    return b"".join(parts)


def _cut(chunks: Iterator[bytes], size: int) -> bytes:
    parts: list[bytes] = []
    wanted = size
    for chunk in _coded(lambda: next(chunks, None)):
        parts.append(chunk)
        wanted -= len(chunk)
        if wanted <= 0:
            break
    return b"".join(parts)[:size]


def _coded(following: Callable[[], bytes | None]) -> Iterator[bytes]:
    while True:
        chunk: bytes | None = None
        failed = False
        try:
            chunk = following()
        except (zlib.error, brotli.error):
            failed = True
        if failed:
            raise DecodingError(Reason.UNREADABLE_ANSWER)
        if chunk is None:
            return
        yield chunk


def _inflate(body: bytes, window: int) -> Iterator[bytes]:
    """Every member of a gzip body (RFC 1952 allows several), a step at a time.

    zlib gets a piece at a time, for it hands back a copy of all that it has not used yet.
    """
    decoder = zlib.decompressobj(window)
    members = 1
    for start in range(0, len(body), _STEP):
        piece = body[start : start + _STEP]
        while piece:
            if decoder.eof:
                piece = piece.lstrip(b"\0") if window > zlib.MAX_WBITS else b""
                if not piece:
                    break
                members += 1
                if members > MAX_MEMBERS:
                    raise DecodingError(Reason.UNREADABLE_ANSWER)
                decoder = zlib.decompressobj(window)
            yield decoder.decompress(piece, _STEP)
            piece = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
    while not decoder.eof:
        chunk = decoder.decompress(b"", _STEP)
        if not chunk:
            raise DecodingError(Reason.UNREADABLE_ANSWER)
        yield chunk


def _unbrotli(body: bytes) -> Iterator[bytes]:
    decoder = brotli.Decompressor()
    yield decoder.process(body, output_buffer_limit=_STEP)
    while not decoder.is_finished():
        chunk = decoder.process(b"", output_buffer_limit=_STEP)
        if not chunk:
            raise DecodingError(Reason.UNREADABLE_ANSWER)
        yield chunk

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
    names = [name.strip().lower() for name in encodings.split(",") if name.strip()]
    if len(names) > 2:
        raise DecodingError(Reason.UNREADABLE_ANSWER)
    allowed = min(max_bytes, max(RATIO_APPLIES_ABOVE_BYTES, MAX_RATIO * len(body)))
    for name in reversed(names):
        if name != "identity":
            body = _bounded(_decoder(name, body), allowed)
    return body


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
    """Every member of a gzip body (RFC 1952 allows several), a step at a time."""
    while body:
        decoder = zlib.decompressobj(window)
        while not decoder.eof:
            chunk = decoder.decompress(body, _STEP)
            body = decoder.unconsumed_tail
            if not chunk and not body and not decoder.eof:
                raise DecodingError(Reason.UNREADABLE_ANSWER)
            yield chunk
        body = decoder.unused_data.lstrip(b"\0") if window > zlib.MAX_WBITS else b""


def _unbrotli(body: bytes) -> Iterator[bytes]:
    decoder = brotli.Decompressor()
    yield decoder.process(body, output_buffer_limit=_STEP)
    while not decoder.is_finished():
        chunk = decoder.process(b"", output_buffer_limit=_STEP)
        if not chunk:
            raise DecodingError(Reason.UNREADABLE_ANSWER)
        yield chunk

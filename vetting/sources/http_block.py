"""The HTTP response inside a WARC record: status, headers as received, and the body without its transfer coding."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from vetting.sources.warc_reader import CorruptArchiveError

MAX_HEAD_BYTES: Final = 384 * 1024
"""Chromium takes a head of 256 kB and Firefox one of 384: the body behind a longer one was never on a screen."""
_CHUNK: Final = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r\n")
_NAME: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """A recorded response."""

    status: int
    phrase: bytes = field(repr=False)
    headers: tuple[tuple[bytes, bytes], ...] = field(repr=False)
    body: bytes = field(repr=False)
    """Still under its Content-Encoding."""

    def header(self, name: bytes) -> str:
        """The last header of that name, or an empty string."""
        values = [value for key, value in self.headers if key.lower() == name]
        return values[-1].decode("latin-1") if values else ""


def parse_answer(block: bytes) -> HttpAnswer:
    """Reads the block of a `response` record. Raises CorruptArchiveError where it is no HTTP response."""
    end = block.find(b"\r\n\r\n", 0, MAX_HEAD_BYTES)
    start, *lines = block[: max(0, end)].split(b"\r\n")
    version, _, rest = start.partition(b" ")
    code, _, phrase = rest.partition(b" ")
    if end < 0 or not version.startswith(b"HTTP/") or len(code) != 3 or not code.isdigit() or code < b"100":
        raise CorruptArchiveError("http response")
    body = block[end + 4 :]
    headers = tuple(pair for line in lines if (pair := _header(line)) is not None)
    answer = HttpAnswer(status=int(code), phrase=phrase, headers=headers, body=body)
    if answer.header(b"transfer-encoding").lower() != "chunked":
        return answer
    kept = tuple(pair for pair in headers if pair[0].lower() != b"transfer-encoding")
    return HttpAnswer(status=int(code), phrase=phrase, headers=kept, body=_unchunked(body))


def _header(line: bytes) -> tuple[bytes, bytes] | None:
    """None for a line that is no header: servers send them, and the rest of the answer still counts."""
    name, colon, value = line.partition(b":")
    usable = bool(colon) and _NAME.fullmatch(name) is not None and b"\0" not in value and b"\n" not in value
    return (name, value.strip()) if usable else None


def _unchunked(body: bytes) -> bytes:
    """The body without chunked coding; as it is where a recorder undid the coding and kept the header (many do)."""
    whole = bytearray()
    at = 0
    while True:
        line = _CHUNK.match(body, at)
        if line is None:
            return body
        size = int(line[1], 16)
        if size == 0:
            return bytes(whole)
        at = line.end() + size + 2
        if body[at - 2 : at] != b"\r\n":
            return body
        whole += body[line.end() : at - 2]

"""The HTTP response inside a WARC record: status, headers as received, and the body without its transfer coding."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from vetting.sources.warc_reader import CorruptArchiveError

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
    head, separator, body = block.partition(b"\r\n\r\n")
    start, *lines = head.split(b"\r\n")
    version, _, rest = start.partition(b" ")
    code, _, phrase = rest.partition(b" ")
    if not separator or not version.startswith(b"HTTP/") or len(code) != 3 or not code.isdigit() or code < b"100":
        raise CorruptArchiveError("http response")
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
    parts: list[bytes] = []
    at = 0
    while True:
        line_end = body.find(b"\r\n", at, at + 1024)
        size_text = body[at:line_end].partition(b";")[0].strip() if line_end >= 0 else b""
        if not size_text or len(size_text) > 8 or any(byte not in b"0123456789abcdefABCDEF" for byte in size_text):
            return body
        size = int(size_text, 16)
        if size == 0:
            return b"".join(parts)
        start = line_end + 2
        if body[start + size : start + size + 2] != b"\r\n":
            return body
        parts.append(body[start : start + size])
        at = start + size + 2

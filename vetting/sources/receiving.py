"""What came over the wire for one request: the answer, its bytes within a limit, and the address it came from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import httpx

from vetting.sources.interface import Reason
from vetting.sources.transport_failures import TooLargeError, failure_reason

_KEPT: Final = frozenset({"date", "age", "location", "retry-after", "x-robots-tag", "x-ratelimit-remaining"})


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Received:
    """An answer whose body has arrived whole, still under its Content-Encoding."""

    response: httpx.Response
    body: bytes
    server: str
    """Empty where no server sent it: a recording did."""

    def headers(self) -> dict[str, str]:
        """By lower-case name; the last one wins where a name is repeated."""
        return {name.lower(): value for name, value in self.response.headers.multi_items()}

    def robots_tags(self) -> tuple[str, ...]:
        """Each X-Robots-Tag header as it stands."""
        return tuple(self.response.headers.get_list("x-robots-tag"))

    def without_content(self) -> Received:
        """Status and the headers that say what to do next or why nothing is kept: no body, and no word of a page."""
        kept = [pair for pair in self.response.headers.raw if pair[0].decode("latin-1").lower() in _KEPT]
        return Received(response=httpx.Response(self.response.status_code, headers=kept), body=b"", server=self.server)


def receive(transport: httpx.BaseTransport, request: httpx.Request, max_bytes: int) -> Received | Reason:
    """What came, or the code of why nothing did: a code, because the error itself holds the URL."""
    try:
        return _receive(transport, request, max_bytes)
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError) as error:
        return failure_reason(error)


def _receive(transport: httpx.BaseTransport, request: httpx.Request, max_bytes: int) -> Received:
    response = transport.handle_request(request)
    try:
        stream = response.extensions.get("network_stream")
        address = stream.get_extra_info("server_addr") if stream is not None else None
        chunks: list[bytes] = []
        size = 0
        for chunk in _raw(response):
            size += len(chunk)
            if size > max_bytes:
                raise TooLargeError("size")
            chunks.append(chunk)
    finally:
        response.close()
    return Received(response=response, body=b"".join(chunks), server=str(address[0]) if address else "")


def _raw(response: httpx.Response) -> Iterator[bytes]:
    stream = response.stream
    if not isinstance(stream, httpx.SyncByteStream):
        raise httpx.StreamError("stream")
    yield from stream

"""The one way out: GET without cookies or credentials, every exchange kept as a capture, failures as reason codes."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import httpx

from vetting.evidence import Capture
from vetting.sources.decoding import DecodingError, decoded
from vetting.sources.interface import NotSearchedError, Reason
from vetting.sources.refusals import refusal, retry_after
from vetting.sources.warc_writer import (
    Exchange,
    answered_warc,
    capture_from,
    failed_warc,
    note_warc,
    resource_warc,
    withheld_warc,
)

MAX_REDIRECTS: Final = 5
MAX_BODY_BYTES: Final = 50 * 1024 * 1024
TIMEOUT_SECONDS: Final = 20.0
ANY: Final = "*/*"
JSON: Final = "application/json"
HTML: Final = "text/html,application/xhtml+xml,text/plain;q=0.8"

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SILENCED = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy", "httpcore.socks")
_FAILURES: Final[tuple[tuple[tuple[type[BaseException], ...], Reason], ...]] = (
    ((httpx.TimeoutException, TimeoutError), Reason.TIMEOUT),
    ((ssl.SSLError,), Reason.TLS),
    ((socket.gaierror, UnicodeError), Reason.DNS),
    ((ConnectionRefusedError,), Reason.CONNECT_REFUSED),
    ((httpx.ProtocolError, httpx.UnsupportedProtocol), Reason.PROTOCOL_ERROR),
    ((httpx.NetworkError, OSError), Reason.CONNECTION_BROKEN),
)
"""First match in the chain of causes decides; the order matters because the special errors of a socket are OSErrors."""


def _silent(_record: logging.LogRecord) -> bool:
    return False


class _TooLargeError(httpx.TransportError):
    reason = Reason.TOO_LARGE


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """The department's own key to an official interface, sent as one header to the host it belongs to and no other."""

    header: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a server answered, decoded and in memory only."""

    url: str
    status: int
    headers: Mapping[str, str]
    """By lower-case name; the last one wins where a name is repeated."""
    body: bytes
    """After Content-Encoding; the capture holds it as received."""
    capture_id: str

    def __repr__(self) -> str:
        return f"Response({self.status}, {len(self.body)} bytes)"

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    @property
    def content_type(self) -> str:
        """The Content-Type header, or an empty string."""
        return self.headers.get("content-type", "")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class _Received:
    response: httpx.Response
    body: bytes
    server: str


class Internet:
    """The internet as one search may see it: through `transport` (live or recorded), and remembered.

    GET only. No cookie jar exists, no Authorization header, no proxy, no environment setting is read: requests are
    handed to the transport directly. robots.txt rules (RFC 9309) belong in `_exchange`, before the request is sent.
    """

    def __init__(
        self,
        transport: httpx.BaseTransport,
        *,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
        user_agent: str,
        max_body_bytes: int = MAX_BODY_BYTES,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._new_id = new_id
        self._user_agent = user_agent
        self._max_body_bytes = max_body_bytes
        self._timeout_seconds = timeout_seconds
        self._captures: dict[str, tuple[Exchange, Capture]] = {}
        for name in _SILENCED:  # these loggers write URLs, and a URL holds the candidate's name
            logging.getLogger(name).addFilter(_silent)  # adding the same filter twice is no change

    def captures(self) -> tuple[Capture, ...]:
        """Every exchange so far, in the order of the requests, failed ones included."""
        return tuple(capture for _, capture in self._captures.values())

    def withhold(self, capture_ids: Sequence[str]) -> None:
        """Forgets what was answered, and keeps that it was asked: the record stays, its content is gone."""
        for capture_id in capture_ids:
            exchange, _ = self._captures[capture_id]
            warc = withheld_warc(exchange, Reason.WITHHELD_AT_USERS_REQUEST.value)
            self._captures[capture_id] = (exchange, capture_from(exchange, warc))

    def add(self, url: str, media_type: str, block: bytes, note: Mapping[str, str]) -> None:
        """Keeps what was made of an answer (a picture of a page) as a capture beside the exchanges."""
        exchange = Exchange(capture_id=self._new_id(), url=url, at=self._clock(), request_headers=())
        self._keep(exchange, resource_warc(exchange, media_type, block, note))

    def note(self, url: str, note: Mapping[str, str]) -> None:
        """Keeps what is known of an address, in codes, where nothing could be made of it."""
        exchange = Exchange(capture_id=self._new_id(), url=url, at=self._clock(), request_headers=())
        self._keep(exchange, note_warc(exchange, note))

    def get(
        self, url: str, *, params: Mapping[str, str] | None = None, accept: str = ANY, key: ApiKey | None = None
    ) -> Response:
        """The answer of an interface at `url`, redirects followed, each hop captured.

        Returns 2xx, 400, 404 and 410; raises NotSearchedError for everything that is a refusal or a failure. A `key`
        is not handed on to another host, and the capture holds its header without its value.
        """
        target = _target(url, params)
        owner = target.netloc
        for _ in range(MAX_REDIRECTS + 1):
            response = self._exchange(target, accept, key if target.netloc == owner else None)
            location = response.headers.get("location", "")
            if response.status not in _REDIRECTS or not location:
                return self._judged(response)
            target = _target(location, None, base=target)
        raise NotSearchedError(Reason.TOO_MANY_REDIRECTS)

    def page(self, url: str, *, accept: str = HTML) -> Response:
        """A page made for people, as a visitor sees it who is not logged in. Raises as `get` does."""
        return self.get(url, accept=accept)

    def _judged(self, response: Response) -> Response:
        reason = refusal(response.status, response.headers, response.body, response.url)
        if reason is not None:
            raise NotSearchedError(reason, retry_after=retry_after(response.headers, self._clock()))
        return response

    def _exchange(self, url: httpx.URL, accept: str, key: ApiKey | None = None) -> Response:
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), self._timeout_seconds)
        request = httpx.Request("GET", url, headers=self._headers(accept), extensions={"timeout": timeouts})
        exchange = Exchange(
            capture_id=self._new_id(), url=str(url), at=self._clock(), request_headers=_shown(request, key)
        )
        if key is not None:
            request.headers[key.header] = key.value
        received = self._received(request)
        if isinstance(received, Reason):
            self._keep(exchange, failed_warc(exchange, received.value))
            raise NotSearchedError(received)
        self._keep(exchange, answered_warc(exchange, received.response, received.body, received.server))
        return self._readable(exchange, received)

    def _received(self, request: httpx.Request) -> _Received | Reason:
        """What came, or the code of why nothing did: a code, because the error itself holds the URL."""
        try:
            return self._receive(request)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError) as error:
            return failure_reason(error)

    def _readable(self, exchange: Exchange, received: _Received) -> Response:
        headers = {name.lower(): value for name, value in received.response.headers.multi_items()}
        try:
            plain = decoded(received.body, headers.get("content-encoding", ""), self._max_body_bytes)
        except DecodingError as error:
            raise NotSearchedError(error.reason) from None
        return Response(
            url=exchange.url,
            status=received.response.status_code,
            headers=headers,
            body=plain,
            capture_id=exchange.capture_id,
        )

    def _receive(self, request: httpx.Request) -> _Received:
        response = self._transport.handle_request(request)
        try:
            stream = response.extensions.get("network_stream")
            address = stream.get_extra_info("server_addr") if stream is not None else None
            chunks: list[bytes] = []
            size = 0
            for chunk in _raw(response):
                size += len(chunk)
                if size > self._max_body_bytes:
                    raise _TooLargeError("size")
                chunks.append(chunk)
        finally:
            response.close()
        return _Received(response=response, body=b"".join(chunks), server=str(address[0]) if address else "")

    def _headers(self, accept: str) -> dict[str, str]:
        return {
            "User-Agent": self._user_agent,
            "Accept": accept,
            "Accept-Language": "en",  # the same environment for every candidate (U3)
            "Accept-Encoding": "gzip, deflate",
            "Connection": "close",
        }

    def _keep(self, exchange: Exchange, warc: bytes) -> None:
        self._captures[exchange.capture_id] = (exchange, capture_from(exchange, warc))


def _shown(request: httpx.Request, key: ApiKey | None) -> tuple[tuple[bytes, bytes], ...]:
    """The request's headers as the capture keeps them: that a key was sent, and not which."""
    shown = tuple(request.headers.raw)
    return shown if key is None else (*shown, (key.header.encode("ascii"), b"[redacted]"))


def failure_reason(error: BaseException) -> Reason:
    """The code of whatever the transport raised, from the whole chain of its causes."""
    chain = tuple(_chain(error))
    for link in chain:
        reason = getattr(link, "reason", None)  # an SSLError has one too, of another type
        if isinstance(reason, Reason):
            return reason
    for kinds, reason in _FAILURES:
        if any(isinstance(link, kinds) for link in chain):
            return reason
    return Reason.PROTOCOL_ERROR


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _raw(response: httpx.Response) -> Iterator[bytes]:
    stream = response.stream
    if not isinstance(stream, httpx.SyncByteStream):
        raise httpx.StreamError("stream")
    yield from stream


def _target(url: str, params: Mapping[str, str] | None, base: httpx.URL | None = None) -> httpx.URL:
    """The address to ask. Raises NotSearchedError for what is no http(s) URL, or holds a user name or password."""
    target: httpx.URL | None = None
    try:
        target = (base.join(url) if base is not None else httpx.URL(url)).copy_with(fragment=None)
        if params:
            target = target.copy_merge_params(dict(params))
    except (httpx.InvalidURL, ValueError, TypeError):
        target = None  # the error's text quotes the address
    if target is None or target.scheme not in {"http", "https"} or not target.host or target.userinfo:
        raise NotSearchedError(Reason.ADDRESS_REFUSED)
    return target

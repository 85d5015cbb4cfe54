"""Where a connection may go: resolved once, every address checked, connected to the address that was checked."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

import httpcore
import httpx

from vetting.sources.interface import Reason

ALLOWED_PORTS: Final = frozenset({80, 443})
TOTAL_SECONDS: Final = 120.0
"""For one exchange from connecting to the last byte: a server that sends a byte now and then does not hold a run up."""

_NOT_PUBLIC: Final = tuple(
    ip_network(block)
    for block in (
        "100.64.0.0/10",  # carrier-grade NAT, RFC 6598
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays, RFC 7526
        "198.18.0.0/15",
        "64:ff9b::/96",  # NAT64, RFC 6052: reaches IPv4 by another spelling
        "64:ff9b:1::/48",
        "2001::/23",  # IETF protocol assignments, Teredo among them
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation, RFC 9637
        "fec0::/10",
        "::/96",  # IPv4-compatible, deprecated
    )
)


class AddressRefusedError(httpcore.ConnectError):
    """The name leads to an address that is not public, or to a port that is no web port."""

    reason = Reason.ADDRESS_REFUSED


def public(address: str) -> bool:
    """Whether an IP address is one of the public internet."""
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    if any(parsed.version == block.version and parsed in block for block in _NOT_PUBLIC):
        return False
    return parsed.is_global and not (parsed.is_multicast or parsed.is_reserved or parsed.is_unspecified)


class DeadlineStream(httpcore.NetworkStream):
    """A connection that must have said everything by a moment, however slowly it speaks."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float, now: Callable[[], float]) -> None:
        self._stream = stream
        self._deadline = deadline
        self._now = now

    def _left(self, timeout: float | None) -> float:
        left = self._deadline - self._now()
        if left <= 0:
            raise httpcore.ReadTimeout("deadline")
        return left if timeout is None else min(left, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The next bytes, or ReadTimeout once the time is used up."""
        return self._stream.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Sends bytes, within the same time."""
        self._stream.write(buffer, self._left(timeout))

    def close(self) -> None:
        """Closes the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same connection under TLS and under the same deadline."""
        secured = self._stream.start_tls(ssl_context, server_hostname, self._left(timeout))
        return DeadlineStream(secured, self._deadline, self._now)

    def get_extra_info(self, info: str) -> object:
        """What the connection knows of itself, e.g. `server_addr`."""
        return self._stream.get_extra_info(info)


class PublicOnly(httpcore.NetworkBackend):
    """Connects to public addresses on web ports only. `exceptions` are (host, port) pairs that tests give in code."""

    def __init__(self, exceptions: Iterable[tuple[str, int]] = (), now: Callable[[], float] = time.monotonic) -> None:
        self._exceptions = frozenset(exceptions)
        self._now = now
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolves once and connects to what was checked, so that a name cannot change its mind in between.

        Refuses with AddressRefusedError when any of the addresses is not public; raises gaierror for an unknown name.
        """
        addresses = [host] if (host, port) in self._exceptions else self._checked(host, port)
        deadline = self._now() + TOTAL_SECONDS
        for address in addresses[:-1]:
            try:
                stream = self._sockets.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
            return DeadlineStream(stream, deadline, self._now)
        stream = self._sockets.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)
        return DeadlineStream(stream, deadline, self._now)

    def _checked(self, host: str, port: int) -> list[str]:
        if port not in ALLOWED_PORTS:
            raise AddressRefusedError("port")
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not addresses or not all(public(address) for address in addresses):
            raise AddressRefusedError("address")
        return addresses[:4]


@cache
def _tls() -> ssl.SSLContext:
    """Certificates are checked against the certifi list; loading it takes longer than most requests."""
    return httpx.create_ssl_context(trust_env=False)


class GuardedTransport(httpx.HTTPTransport):
    """HTTP/1.1 over a network backend of ours; one connection for each request, no proxy, no environment settings."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        context = _tls()
        super().__init__(verify=context, trust_env=False)
        self._pool.close()
        self._pool = httpcore.ConnectionPool(  # httpx has no public way to give a backend
            ssl_context=context, network_backend=backend, max_connections=4, max_keepalive_connections=0
        )


class MappedTransport(httpx.BaseTransport):
    """Answers invented names from real servers on this machine: for recording the practice internet and for tests.

    The request keeps its URL and Host header, so that the capture shows the invented name; the bytes come from the
    server. https names are asked in plain HTTP, for the connection never leaves the machine.
    """

    def __init__(self, hosts: Mapping[str, tuple[str, int]]) -> None:
        for address, _ in hosts.values():
            if not ip_address(address).is_loopback:
                raise ValueError("a mapped name leads to this machine only")
        self._hosts = dict(hosts)
        self._inner = GuardedTransport(PublicOnly(exceptions=hosts.values()))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer of the mapped server. An unmapped name does not resolve."""
        place = self._hosts.get(request.url.netloc.decode()) or self._hosts.get(request.url.host)
        if place is None:
            raise httpx.ConnectError("host") from socket.gaierror()
        url = request.url.copy_with(scheme="http", host=place[0], port=place[1])
        sent = httpx.Request(
            request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions
        )
        return self._inner.handle_request(sent)

    def close(self) -> None:
        """Closes what is open."""
        self._inner.close()


def mapped_transport(hosts: Mapping[str, tuple[str, int]]) -> httpx.BaseTransport:
    """A transport for `{"search.example": ("127.0.0.1", 28888), ...}`; keys may carry a port. Loopback only."""
    return MappedTransport(hosts)

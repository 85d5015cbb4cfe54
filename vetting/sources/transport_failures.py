"""What a transport's error means, as a reason code: the error itself holds the URL and never travels."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Final

import httpx

from vetting.sources.interface import Reason

_FAILURES: Final[tuple[tuple[tuple[type[BaseException], ...], Reason], ...]] = (
    ((httpx.TimeoutException, TimeoutError), Reason.TIMEOUT),
    ((ssl.SSLError,), Reason.TLS),
    ((socket.gaierror, UnicodeError), Reason.DNS),
    ((ConnectionRefusedError,), Reason.CONNECT_REFUSED),
    ((httpx.ProtocolError, httpx.UnsupportedProtocol), Reason.PROTOCOL_ERROR),
    ((httpx.NetworkError, OSError), Reason.CONNECTION_BROKEN),
)
"""First match in the chain of causes decides; the order matters because the special errors of a socket are OSErrors."""


class TooLargeError(httpx.TransportError):
    """An answer that is longer than a request may take."""

    reason = Reason.TOO_LARGE


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

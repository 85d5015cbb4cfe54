"""Asks a time-stamping authority when something existed at the latest (RFC 3161), and verifies what it says.

This is no source and no search: the one request of this program that is not GET. What is sent is a SHA-256 digest and a
random number, over the same guarded connection as everything else; nothing of a candidate is in either.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import httpx

from vetting.errors import VettingError, bad_input, not_ready
from vetting.sources.capture_note import software
from vetting.sources.egress import GuardedTransport, PublicOnly

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

MAX_TOKEN_BYTES: Final = 256 * 1024
"""A token with its chain of certificates has a few thousand bytes."""
_SECONDS: Final = 20.0
_REPLY: Final = "application/timestamp-reply"


def live_authority() -> httpx.BaseTransport:
    """The way to an authority on the internet: public addresses and web ports only."""
    return GuardedTransport(PublicOnly())


def ask_for_token(url: str, data: bytes, trusted: bytes, transport: httpx.BaseTransport) -> bytes:
    """The authority's answer about `data`, verified against the `trusted` certificates (PEM) and our random number.

    Refuses (`timestamp_unavailable`) an authority that does not answer, and (`timestamp_wrong`) an answer that does not
    hold.
    """
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    certificates = _certificates(trusted)
    query = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
    token = _posted(url, query.as_bytes(), transport)
    _verified(token, data, certificates, query.nonce)
    return token


def time_of_token(token: bytes, data: bytes, trusted: bytes) -> datetime:
    """When `data` existed at the latest. Refuses a token about something else, and one that nobody trusted signed."""
    return _verified(token, data, _certificates(trusted), None)


def _posted(url: str, query: bytes, transport: httpx.BaseTransport) -> bytes:
    headers = {
        "Content-Type": "application/timestamp-query",
        "Accept": _REPLY,
        "User-Agent": software(),
        "Connection": "close",
    }
    try:
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), _SECONDS)
        request = httpx.Request("POST", url, content=query, headers=headers, extensions={"timeout": timeouts})
        if request.url.scheme not in {"http", "https"} or request.url.userinfo:
            raise _unavailable("its address is none of http or https")
        response = transport.handle_request(request)
        try:
            body = _bounded(response)
        finally:
            response.close()
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError):
        raise _unavailable("no answer") from None
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if response.status_code != 200 or kind != _REPLY:
        raise _unavailable(f"status {response.status_code}, and no time stamp")
    return body


def _bounded(response: httpx.Response) -> bytes:
    body = b""
    stream = response.stream
    if not isinstance(stream, httpx.SyncByteStream):
        raise httpx.StreamError("stream")
    for chunk in stream:
        body += chunk
        if len(body) > MAX_TOKEN_BYTES:
            raise _unavailable("an answer that is too long")
    return body


def _certificates(trusted: bytes) -> list[Certificate]:
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return load_pem_x509_certificates(trusted)
    except ValueError:
        raise bad_input(
            "timestamp_certificates",
            "The file of the authority's certificates holds none (PEM).",
            "Put the authority's root certificate there, and those between it and the signer.",
        ) from None


def _verified(token: bytes, data: bytes, certificates: Iterable[Certificate], nonce: int | None) -> datetime:
    """A certificate that names itself as issuer is a root that the department trusts; the others lead to one."""
    from rfc3161_client import VerifierBuilder, decode_timestamp_response

    given = list(certificates)
    roots = [one for one in given if one.issuer == one.subject]
    between = [one for one in given if one.issuer != one.subject]
    said: datetime | None = None
    try:
        response = decode_timestamp_response(token)
        verifier = VerifierBuilder(roots=roots, intermediates=between, nonce=nonce).build()
        if verifier.verify_message(response, data):
            said = response.tst_info.gen_time
    except Exception:  # noqa: BLE001  # a parser by others on bytes from outside: whatever it raises, it does not hold
        said = None
    if said is None:
        raise bad_input(
            "timestamp_wrong",
            "The time stamp does not hold: it is about something else, or no certificate that you trust signed it.",
            "Check the certificates in config/department.toml, or ask for another one: vetting export.",
        )
    return said.astimezone(UTC)


def _unavailable(why: str) -> VettingError:
    return not_ready(
        "timestamp_unavailable",
        f"The time-stamping authority gave no time stamp ({why}).",
        "Check its address in config/department.toml, or export again later.",
    )

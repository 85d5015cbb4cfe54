"""One exchange as WARC/1.1 records (ISO 28500:2017): request and response as they were, or a coded failure, and a
`metadata` record of when, by whose clock and with what it was made.
"""

from __future__ import annotations

import hashlib
import uuid
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Final

import httpx
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

from vetting.evidence import Capture
from vetting.sources.capture_note import UNKNOWN, date_difference, note, software

MEDIA_TYPE: Final = "application/warc"
FIELDS: Final = "application/warc-fields"
FAILURE_FIELD: Final = "error"
WITHHELD_FIELD: Final = "withheld"
IDENTICAL_PAYLOAD: Final = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_HTTP_ANSWER: Final = "application/http; msgtype=response"


class _Sha256Writer(WARCWriter):  # type: ignore[misc]  # warcio ships no types
    @staticmethod
    def _create_digester() -> object:
        return Digester("sha256")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request: enough to write its records, whatever came of it."""

    capture_id: str
    url: str
    at: datetime
    request_headers: tuple[tuple[bytes, bytes], ...]
    took_ms: int | None = None
    """From the request to the last byte; None until that is known."""
    configuration: str = ""
    """Digests of what the connector was configured with (`configuration_of`); empty where nobody gave them."""

    def __repr__(self) -> str:
        return f"Exchange({self.capture_id})"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstCapture:
    """A response captured before, to which the record of an identical payload may refer instead of repeating it."""

    record_id: str
    url: str
    at: datetime
    payload_sha256: str

    def __repr__(self) -> str:
        return f"FirstCapture({self.at.isoformat()})"


def capture_from(exchange: Exchange, warc: bytes) -> Capture:
    """The capture of an exchange."""
    return Capture(
        id=exchange.capture_id,
        captured_at=exchange.at,
        sha256=hashlib.sha256(warc).hexdigest(),
        media_type=MEDIA_TYPE,
        warc=warc,
    )


def answered_warc(
    exchange: Exchange, response: httpx.Response, body: bytes, server: str, first: FirstCapture | None = None
) -> bytes:
    """Response, request and metadata. `body` is as received but for the transfer coding, which the connection undid.

    Transfer-Encoding is therefore left out and Content-Length says the size of the body, so that any reader of WARC
    files takes the record for what it holds. A body that is the one of the `first` capture is not written again: a
    `revisit` record says so, with the headers of this time.
    """
    payload = hashlib.sha256(body).hexdigest()
    again = first if first is not None and body and first.payload_sha256 == payload else None
    block = _head(response, len(body)) + (b"" if again else body)
    extra = {"WARC-Payload-Digest": sha256_digest(body)}
    if server:
        extra["WARC-IP-Address"] = server
    if again:
        extra |= {
            "WARC-Profile": IDENTICAL_PAYLOAD,
            "WARC-Refers-To": again.record_id,
            "WARC-Refers-To-Target-URI": again.url,
            "WARC-Refers-To-Date": _date(again.at),
        }
    kind = "revisit" if again else "response"
    answer_id = _record_id(exchange, kind)
    out = BytesIO()
    writer = _Sha256Writer(out, gzip=False, warc_version="WARC/1.1")
    _write(writer, exchange, kind, answer_id, _HTTP_ANSWER, block, extra)
    _write_request(writer, exchange, answer_id)
    # Of a recording the server is not known, and its Date says nothing of our clock.
    ahead = date_difference(response.headers.raw, exchange.at, exchange.took_ms or 0) if server else None
    difference = UNKNOWN if ahead is None else str(ahead)
    facts = _facts(exchange) | {"serverDateDifference": difference, "sha256": payload}
    _write_note(writer, exchange, facts, answer_id)
    return out.getvalue()


def _head(response: httpx.Response, length: int) -> bytes:
    dropped = {b"transfer-encoding", b"content-length"}
    headers = [(name, value) for name, value in response.headers.raw if name.lower() not in dropped]
    headers.append((b"Content-Length", str(length).encode()))
    version = response.extensions.get("http_version", b"HTTP/1.1")
    phrase = response.extensions.get("reason_phrase", b"") or response.reason_phrase.encode("ascii", "replace")
    start = b"%b %d %b" % (
        version if version in {b"HTTP/1.0", b"HTTP/1.1"} else b"HTTP/1.1",
        response.status_code,
        phrase,
    )
    return _block(start, headers)


def failed_warc(exchange: Exchange, code: str) -> bytes:
    """The request that was made and the code of its failure."""
    return _noted_warc(exchange, FAILURE_FIELD, code)


def withheld_warc(exchange: Exchange, code: str) -> bytes:
    """The request that was made and why its answer is not kept."""
    return _noted_warc(exchange, WITHHELD_FIELD, code)


def resource_warc(exchange: Exchange, media_type: str, block: bytes, facts: Mapping[str, str]) -> bytes:
    """A `resource` record that holds `block` as it is, and a `metadata` record with what is known of it."""
    out = BytesIO()
    writer = _Sha256Writer(out, gzip=False, warc_version="WARC/1.1")
    record_id = _record_id(exchange, "resource")
    extra = {"WARC-Payload-Digest": sha256_digest(block)}
    _write(writer, exchange, "resource", record_id, media_type, block, extra)
    _write_note(writer, exchange, facts, record_id)
    return out.getvalue()


def note_warc(exchange: Exchange, facts: Mapping[str, str]) -> bytes:
    """A `metadata` record alone: what is known of an address, where nothing of it could be kept."""
    out = BytesIO()
    _write_note(_Sha256Writer(out, gzip=False, warc_version="WARC/1.1"), exchange, facts)
    return out.getvalue()


def sha256_digest(data: bytes) -> str:
    """A labelled digest as WARC headers write it: base 32."""
    return "sha256:" + b32encode(hashlib.sha256(data).digest()).decode()


def _noted_warc(exchange: Exchange, field: str, code: str) -> bytes:
    out = BytesIO()
    writer = _Sha256Writer(out, gzip=False, warc_version="WARC/1.1")
    note_id = _write_note(writer, exchange, {field: code} | _facts(exchange))
    _write_request(writer, exchange, note_id)
    return out.getvalue()


def _facts(exchange: Exchange) -> dict[str, str]:
    """What is known of every exchange, whatever came of it."""
    return {
        "fetchTimeMs": UNKNOWN if exchange.took_ms is None else str(exchange.took_ms),
        "software": software(),
        "configuration": exchange.configuration,
    }


def _write_note(writer: WARCWriter, exchange: Exchange, facts: Mapping[str, str], concurrent_to: str = "") -> str:
    note_id = _record_id(exchange, "metadata")
    extra = {"WARC-Concurrent-To": concurrent_to} if concurrent_to else {}
    _write(writer, exchange, "metadata", note_id, FIELDS, note(facts), extra)
    return note_id


def _write_request(writer: WARCWriter, exchange: Exchange, concurrent_to: str) -> None:
    target = httpx.URL(exchange.url).raw_path
    block = _block(b"GET %b HTTP/1.1" % target, list(exchange.request_headers))
    extra = {"WARC-Concurrent-To": concurrent_to, "WARC-Payload-Digest": sha256_digest(b"")}
    kind = "application/http; msgtype=request"
    _write(writer, exchange, "request", _record_id(exchange, "request"), kind, block, extra)


def _block(start: bytes, headers: list[tuple[bytes, bytes]]) -> bytes:
    return b"\r\n".join([start, *(b"%b: %b" % pair for pair in headers), b"", b""])


def _record_id(exchange: Exchange, kind: str) -> str:
    """A URI made from the capture's identifier: the same capture is the same record wherever it is written."""
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, f'{exchange.capture_id}/{kind}')}>"


def _write(
    writer: WARCWriter,
    exchange: Exchange,
    kind: str,
    record_id: str,
    media_type: str,
    block: bytes,
    extra: dict[str, str],
) -> None:
    """Writes the block byte for byte: warcio's own header builder would re-encode what is not ASCII.

    warcio is told of every record that it is a warcinfo record: it leaves the block of a revisit record out, and gives
    a metadata record the digest of its block twice.
    """
    named = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", record_id),
        ("WARC-Date", _date(exchange.at)),
        ("WARC-Target-URI", exchange.url),
        *extra.items(),
    ]
    headers = StatusAndHeaders("", named, protocol="WARC/1.1")
    writer.write_record(ArcWarcRecord("warc", "warcinfo", headers, BytesIO(block), None, media_type, len(block)))


def _date(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

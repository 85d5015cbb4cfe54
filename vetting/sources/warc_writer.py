"""One exchange as WARC/1.1 records (ISO 28500:2017): request and response as they were, or a coded failure."""

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

MEDIA_TYPE: Final = "application/warc"
FIELDS: Final = "application/warc-fields"
FAILURE_FIELD: Final = "error"
WITHHELD_FIELD: Final = "withheld"


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

    def __repr__(self) -> str:
        return f"Exchange({self.capture_id})"


def capture_from(exchange: Exchange, warc: bytes) -> Capture:
    """The capture of an exchange."""
    return Capture(
        id=exchange.capture_id,
        captured_at=exchange.at,
        sha256=hashlib.sha256(warc).hexdigest(),
        media_type=MEDIA_TYPE,
        warc=warc,
    )


def answered_warc(exchange: Exchange, response: httpx.Response, body: bytes, server: str) -> bytes:
    """Response and request records. `body` is as received but for the transfer coding, which the connection undid.

    Transfer-Encoding is therefore left out and Content-Length says the size of the body, so that any reader of WARC
    files takes the record for what it holds.
    """
    dropped = {b"transfer-encoding", b"content-length"}
    headers = [(name, value) for name, value in response.headers.raw if name.lower() not in dropped]
    headers.append((b"Content-Length", str(len(body)).encode()))
    version = response.extensions.get("http_version", b"HTTP/1.1")
    phrase = response.extensions.get("reason_phrase", b"") or response.reason_phrase.encode("ascii", "replace")
    start = b"%b %d %b" % (
        version if version in {b"HTTP/1.0", b"HTTP/1.1"} else b"HTTP/1.1",
        response.status_code,
        phrase,
    )
    block = _block(start, headers) + body
    extra = {"WARC-Payload-Digest": sha256_digest(body)}
    if server:
        extra["WARC-IP-Address"] = server
    answer_id = _record_id(exchange, "response")
    out = BytesIO()
    writer = _Sha256Writer(out, gzip=False, warc_version="WARC/1.1")
    _write(writer, exchange, "response", answer_id, "application/http; msgtype=response", block, extra)
    _write_request(writer, exchange, answer_id)
    return out.getvalue()


def failed_warc(exchange: Exchange, code: str) -> bytes:
    """The request that was made and the code of its failure."""
    return _noted_warc(exchange, FAILURE_FIELD, code)


def withheld_warc(exchange: Exchange, code: str) -> bytes:
    """The request that was made and why its answer is not kept."""
    return _noted_warc(exchange, WITHHELD_FIELD, code)


def resource_warc(exchange: Exchange, media_type: str, block: bytes, note: Mapping[str, str]) -> bytes:
    """A `resource` record that holds `block` as it is, and a `metadata` record with what is known of it."""
    out = BytesIO()
    writer = _Sha256Writer(out, gzip=False, warc_version="WARC/1.1")
    record_id = _record_id(exchange, "resource")
    extra = {"WARC-Payload-Digest": sha256_digest(block)}
    _write(writer, exchange, "resource", record_id, media_type, block, extra)
    _write_note(writer, exchange, note, record_id)
    return out.getvalue()


def note_warc(exchange: Exchange, note: Mapping[str, str]) -> bytes:
    """A `metadata` record alone: what is known of an address, where nothing of it could be kept."""
    out = BytesIO()
    _write_note(_Sha256Writer(out, gzip=False, warc_version="WARC/1.1"), exchange, note)
    return out.getvalue()


def _write_note(writer: WARCWriter, exchange: Exchange, note: Mapping[str, str], about: str = "") -> None:
    fields = "".join(f"{name}: {value}\r\n" for name, value in note.items()).encode()
    extra = {"WARC-Payload-Digest": sha256_digest(fields)}
    if about:
        extra["WARC-Concurrent-To"] = about
    _write(writer, exchange, "metadata", _record_id(exchange, "metadata"), FIELDS, fields, extra)


def sha256_digest(data: bytes) -> str:
    """A labelled digest as WARC headers write it: base 32."""
    return "sha256:" + b32encode(hashlib.sha256(data).digest()).decode()


def _noted_warc(exchange: Exchange, field: str, code: str) -> bytes:
    out = BytesIO()
    writer = _Sha256Writer(out, gzip=False, warc_version="WARC/1.1")
    note_id = _record_id(exchange, "metadata")
    note = f"{field}: {code}\r\n".encode()
    _write(writer, exchange, "metadata", note_id, FIELDS, note, {"WARC-Payload-Digest": sha256_digest(note)})
    _write_request(writer, exchange, note_id)
    return out.getvalue()


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
    """Writes the block byte for byte: warcio's own header builder would re-encode what is not ASCII."""
    named = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", record_id),
        ("WARC-Date", exchange.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")),
        ("WARC-Target-URI", exchange.url),
        *extra.items(),
    ]
    headers = StatusAndHeaders("", named, protocol="WARC/1.1")
    writer.write_record(ArcWarcRecord("warc", kind, headers, BytesIO(block), None, media_type, len(block)))

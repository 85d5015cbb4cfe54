"""A bare file that a person hands over (saved page, PDF, screenshot, export), as a capture of its own.

The bytes go into one WARC `resource` record as received (ISO 28500:2017, 6.7), so that every capture is a WARC. What a
bare file does not state, where it was seen and when, is stated by whoever imports it and is sealed with it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from io import BufferedReader
from pathlib import Path
from typing import Final
from urllib.parse import quote

import httpx

from vetting.errors import VettingError, bad_input
from vetting.evidence import Capture, RawText
from vetting.files import beginning_of, open_file, read_opened
from vetting.protocol import Technique
from vetting.sources.warc_reader import MAX_RECORD_BYTES
from vetting.sources.warc_writer import Exchange, capture_from, resource_warc

MAX_ADDRESS: Final = 2_000
"""Characters: the longest address that every browser of the last twenty years takes."""
_SNIFFED: Final = 64 * 1024
_MIME_HEADER: Final = re.compile(rb"\A(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*){0,50}?content-type:", re.IGNORECASE)
_MARKUP: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<(?:!doctype html|!--|html|head|body|\?xml)", re.IGNORECASE)
_WIDE_MARKUP: Final = (b"\xff\xfe<\0", b"\xfe\xff\0<")
"""HTML in UTF-16, as Windows programs save it."""


class FileKind(StrEnum):
    """What a file is, by what it starts with and not by its name."""

    ARCHIVE = "archive"
    PAGE = "page"
    MHTML = "mhtml"
    PDF = "pdf"
    SCREENSHOT = "screenshot"
    EXPORT = "export"

    @property
    def states_its_origin(self) -> bool:
        """Whether the file says itself where and when: an archive does, and an export is no page that was seen."""
        return self in {FileKind.ARCHIVE, FileKind.EXPORT}


class Giver(StrEnum):
    """Who handed the file over."""

    INVESTIGATOR = "investigator"
    CANDIDATE = "candidate"

    @property
    def technique(self) -> Technique:
        """The lawful technique by which the file came (REQ-LAW-1)."""
        return Technique.CANDIDATE_EXPORT if self is Giver.CANDIDATE else Technique.INVESTIGATOR_IMPORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Where and when something was seen, as whoever imports it states."""

    address: RawText
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    """A file in memory, once."""

    kind: FileKind
    media_type: str
    content: bytes = field(repr=False)


def kind_of(path: Path, giver: Giver) -> FileKind:
    """What the file is. A zip is an export where the candidate gave it, and else a WACZ archive.

    Refuses a file that is none of these, and what `read_file` refuses.
    """
    with open_file(path) as file:
        return kind_of_opened(file, path, giver)


def kind_of_opened(file: BufferedReader, path: Path, giver: Giver) -> FileKind:
    """As `kind_of`, of a file that is open as `path`."""
    return _sniffed(beginning_of(file, path, _SNIFFED), giver)[0]


def read_received(file: BufferedReader, path: Path, giver: Giver) -> ReceivedFile:
    """The whole file, open as `path`. Refuses one of more than MAX_RECORD_BYTES: an archive's record holds no more."""
    content = read_opened(file, path, MAX_RECORD_BYTES)
    kind, media_type = _sniffed(content[:_SNIFFED], giver)
    return ReceivedFile(kind=kind, media_type=media_type, content=content)


def checked_address(address: str) -> str:
    """The address as a request would spell it. Refuses what no logged-out visitor types: a name, a password, no host.

    The refusal does not repeat it: an address names an account.
    """
    target: httpx.URL | None = None
    try:
        target = httpx.URL(address.strip()) if 0 < len(address.strip()) <= MAX_ADDRESS else None
    except (httpx.InvalidURL, ValueError, TypeError):
        target = None
    if target is None or target.scheme not in {"http", "https"} or not target.host or target.userinfo:
        raise bad_input(
            "address_unusable",
            "The address where the file was seen is no web address; nothing was imported.",
            "Give it as the browser showed it, from https:// on, without a name or a password in it.",
        )
    return str(target)


def capture_of(
    file: ReceivedFile, name: str, seen: Seen | None, giver: Giver, *, clock: Callable[[], datetime], new_id: str
) -> Capture:
    """The file as one `resource` record, with a `metadata` record that says who gave it and what it was called.

    A file that was seen nowhere (an export) has its digest for an address, and now for a time.
    """
    now = clock()
    exchange = Exchange(
        capture_id=new_id,
        url=seen.address.reveal() if seen else f"urn:sha256:{hashlib.sha256(file.content).hexdigest()}",
        at=seen.at if seen else now,
        request_headers=(),
    )
    note = {
        "kind": file.kind.value,
        "from": giver.value,
        "technique": giver.technique.value,
        "imported": now.isoformat(),
        "name": quote(name, safe=" ()"),
    }
    return capture_from(exchange, resource_warc(exchange, file.media_type, file.content, note))


def _sniffed(start: bytes, giver: Giver) -> tuple[FileKind, str]:
    by_mark: tuple[tuple[bytes, FileKind, str], ...] = (
        (b"\x1f\x8b", FileKind.ARCHIVE, ""),
        (b"WARC", FileKind.ARCHIVE, ""),
        (b"%PDF-", FileKind.PDF, "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", FileKind.SCREENSHOT, "image/png"),
        (b"\xff\xd8\xff", FileKind.SCREENSHOT, "image/jpeg"),
    )
    if start.startswith(b"PK"):
        return (FileKind.EXPORT, "application/zip") if giver is Giver.CANDIDATE else (FileKind.ARCHIVE, "")
    for mark, kind, media_type in by_mark:
        if start.startswith(mark):
            return kind, media_type
    if _MARKUP.match(start) or start.startswith(_WIDE_MARKUP):
        return FileKind.PAGE, "text/html"
    if _MIME_HEADER.match(start.replace(b"\r\n", b"\n")) and b"multipart/related" in start.lower():
        return FileKind.MHTML, "multipart/related"
    raise _unknown()


def _unknown() -> VettingError:
    return bad_input(
        "file_kind_unknown",
        "The file is none of the kinds that can be imported; nothing was imported.",
        "Import WARC, WACZ, HTML, MHTML, PDF, PNG or JPEG, or with --from candidate the .zip of an account's export.",
    )

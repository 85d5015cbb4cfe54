"""Reads the text of a file somebody handed over, in a process of its own: the parsers are others', the file hostile.

`vetting.sources.file_text` runs it with the bytes on standard input and the kind as an argument. It answers one JSON
document: the texts, or the code of a refusal, never a word of an exception.
"""

from __future__ import annotations

import ctypes
import io
import json
import logging
import re
import resource
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.message import Message
from email.parser import BytesParser
from types import MappingProxyType
from typing import Final

from vetting.sources.archive_members import SmallReads, checked_members
from vetting.sources.interface import NotSearchedError
from vetting.sources.page_text import MAX_JSON_BYTES, MAX_TEXT_BYTES, json_sentences, page_facts, readable
from vetting.sources.refusals import page_refusal
from vetting.sources.warc_reader import CorruptArchiveError

SECONDS: Final = 60
"""Of processor time."""
MEMORY: Final = 2 * 1024**3
"""Bytes of address space."""
MAX_PAGES: Final = 2_000
"""Of a PDF."""
MAX_PARTS: Final = 1_000
"""Of an MHTML file."""
MAX_CHARACTERS: Final = 20_000_000
"""Of all texts of a file, as of an archive."""
_PR_SET_DUMPABLE: Final = 4
_INLINE: Final = re.compile(rb"data:[a-z0-9.+/;=-]{0,100};base64,[a-z0-9+/=%\s]*", re.IGNORECASE)
_READ: Final = (".json", ".html", ".htm", ".txt")
_PACKED: Final = (".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".warc", ".wacz")
_ZIP_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "encrypted": "encrypted",
        "too many files": "too_many",
        "too large": "too_large",
        "compression ratio": "too_large",
    }
)
_PACKED_MARKS: Final = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!")


class UnreadableError(Exception):
    """A file that is refused. Carries a code of `vetting.sources.file_text`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileText:
    """One text of a file, and what it says of itself."""

    text: str = field(repr=False)
    author: str = field(default="", repr=False)
    published: datetime | None = None
    place: str = field(default="", repr=False)
    """Where in the file; empty for the file itself."""
    partly: bool = False
    """Whether some of it could not be read, or is longer than what is read of one text."""


def page_texts(content: bytes, address: str, content_type: str = "text/html", place: str = "") -> Iterator[FileText]:
    """The text of a saved page, unless it is a challenge or a form to sign in.

    Pictures that are written into it are left out first, so that they do not use up the length that is read.
    """
    body = _INLINE.sub(b"data:", content)
    try:
        text = readable(body, content_type)
    except NotSearchedError:
        raise UnreadableError("damaged") from None
    facts = page_facts(body, content_type)
    if text and page_refusal(facts, address) is None:
        partly = len(body) > MAX_TEXT_BYTES
        yield FileText(text=text, author=facts.author, published=facts.published, place=place, partly=partly)


def mhtml_texts(content: bytes, address: str) -> Iterator[FileText]:
    """The pages in an MHTML file (RFC 2557): the page itself and its frames, each under the address it states."""
    message = BytesParser(policy=policy.compat32).parsebytes(content)
    if not message.is_multipart():
        raise UnreadableError("damaged")
    first = True
    for number, part in enumerate(message.walk()):
        if number > MAX_PARTS:
            raise UnreadableError("too_many")
        if part.get_content_type() in {"text/html", "application/xhtml+xml"}:
            place = "" if first else _location(part)
            yield from page_texts(_payload(part), place or address, _page_type(part), place)
            first = False
    if first:
        raise UnreadableError("damaged")


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _page_type(part: Message) -> str:
    charset = part.get_content_charset("")
    return f"text/html; charset={charset}" if charset else "text/html"


def _location(part: Message) -> str:
    return " ".join(str(part.get("Content-Location", "frame")).split())[:2_000]


def pdf_texts(content: bytes, _address: str) -> Iterator[FileText]:
    """The text of a PDF, page after page. Refuses an encrypted one: nobody is to guess its password.

    The dates and names in a PDF are of its making, not of what it shows, so it gives neither.
    """
    from pypdf import PdfReader

    document = PdfReader(io.BytesIO(content), strict=False)
    if document.is_encrypted:
        raise UnreadableError("encrypted")
    if len(document.pages) > MAX_PAGES:
        raise UnreadableError("too_many")
    size, pages, complaints = 0, [], _Complaints()
    for page in document.pages:
        pages.append(page.extract_text().strip())
        size += len(pages[-1])
        if size > MAX_CHARACTERS:
            raise UnreadableError("too_large")
    text = "\n\n".join(words for words in pages if words)
    if text or complaints.heard:
        yield FileText(text=text, partly=complaints.heard)


class _Complaints(logging.Handler):
    """Hears that pypdf left something out, which it says in its log only. What it says quotes the file."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard = False
        log = logging.getLogger("pypdf")
        log.addHandler(self)
        log.propagate = False

    def emit(self, _record: logging.LogRecord) -> None:
        """Keeps nothing of it."""
        self.heard = True


def export_texts(content: bytes, _address: str) -> Iterator[FileText]:
    """The JSON, HTML and plain text files of an export. Refuses what a WACZ file is refused for, and archives in it."""
    with zipfile.ZipFile(SmallReads(io.BytesIO(content))) as archive:
        members = checked_members(archive)
        for name, member in members.items():
            with archive.open(member) as file:
                start = file.read(8)
                if name.lower().endswith(_PACKED) or start.startswith(_PACKED_MARKS):
                    raise UnreadableError("nested")
                read = name.lower().endswith(_READ)
                body = bytearray(start) if read else b""
                while piece := file.read(64 * 1024):  # to the end, so that its checksum is checked
                    body += piece if read else b""
            if body:
                yield from _member_texts(name, bytes(body))


def _member_texts(name: str, body: bytes) -> Iterator[FileText]:
    if name.lower().endswith((".html", ".htm")):
        yield from page_texts(body, "", place=name)
        return
    is_json = name.lower().endswith(".json")
    partly = len(body) > (MAX_JSON_BYTES if is_json else MAX_TEXT_BYTES)
    text = json_sentences(body, "application/json") if is_json else readable(body, "text/plain")
    if text:
        yield FileText(text=text, place=name, partly=partly)


READERS: Final[Mapping[str, Callable[[bytes, str], Iterator[FileText]]]] = MappingProxyType(
    {"page": page_texts, "mhtml": mhtml_texts, "pdf": pdf_texts, "export": export_texts}
)


def answer(kind: str, content: bytes, address: str) -> dict[str, object]:
    """The document that goes out. What a parser raises may quote the file, so it becomes a code."""
    try:
        texts, partly, left = [], False, MAX_CHARACTERS
        for found in READERS[kind](content, address):
            left -= len(found.text)
            partly |= found.partly
            if left < 0:
                return {"refused": "too_large"}
            texts += [_document(found)] if found.text else []
    except UnreadableError as refusal:
        return {"refused": str(refusal)}
    except CorruptArchiveError as refusal:  # carries fixed words only
        return {"refused": _ZIP_CODES.get(str(refusal), "damaged")}
    except MemoryError:
        return {"refused": "too_large"}
    except Exception:  # noqa: BLE001  # parsers by others on hostile input; their messages quote it
        return {"refused": "damaged"}
    return {"texts": texts, "partly": partly}


def _document(found: FileText) -> dict[str, str]:
    published = found.published.isoformat() if found.published else ""
    return {"text": found.text, "author": found.author, "published": published, "place": found.place}


def confine() -> None:
    """Takes from this process, for good, the network, other programs, files to write, and more memory and time."""
    limits = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CPU: SECONDS,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    refused = re.compile(r"socket\..*|subprocess\..*|os\.(system|exec|fork|forkpty|posix_spawn|startfile)|urllib\..*")

    def refuse(event: str, _arguments: tuple[object, ...]) -> None:
        if refused.fullmatch(event):
            raise PermissionError(event)

    sys.addaudithook(refuse)


def main() -> None:
    """Reads address and file on standard input, one after the other, and answers on standard output."""
    kind = sys.argv[2]
    if kind == "pdf":
        import pypdf  # noqa: F401  # before the confinement, which lets no bytecode be written
    confine()
    address = sys.stdin.buffer.readline().decode("utf-8", "replace").strip()
    said = json.dumps(answer(kind, sys.stdin.buffer.read(), address), ensure_ascii=True)
    sys.stdout.buffer.write(said.encode())

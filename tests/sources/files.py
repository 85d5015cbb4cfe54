"""Files as people save them: a PDF, an MHTML file, a picture, an export, and what importing them gives."""

import zlib
from datetime import UTC, datetime
from pathlib import Path

from vetting.evidence import Capture, Hit, RawText
from vetting.sources.file_text import FileReading, reading_of
from vetting.sources.received_file import Giver, Seen, capture_of, read_received

NOW = datetime(2026, 5, 4, tzinfo=UTC)
SEEN = Seen(address=RawText("https://a.example/post/1"), at=datetime(2026, 5, 3, 12, tzinfo=UTC))
PNG = b"\x89PNG\r\n\x1a\n" + b"words in a picture"
JPEG = b"\xff\xd8\xff\xe0" + b"words in a picture"


def pdf(*pages: str, trailer: bytes = b"", packed: bool = True) -> bytes:
    """A PDF with one line of text on each page."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for number, words in enumerate(pages):
        content = f"BT /F1 12 Tf 72 700 Td ({words}) Tj ET".encode()
        content, kind = (zlib.compress(content), b"/Filter/FlateDecode") if packed else (content, b"")
        place = 5 + 2 * number
        objects += [
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>"
            % place,
            b"<<%b/Length %d>>stream\n%b\nendstream" % (kind, len(content), content),
        ]
    return written_pdf(objects, trailer)


def written_pdf(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """The objects, numbered from 1, as a file."""
    data, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return data + b"xref\n0 %d\n0000000000 65535 f \n%btrailer<</Size %d/Root 1 0 R%b>>\nstartxref\n%d\n%%%%EOF" % (
        size,
        table,
        size,
        trailer,
        len(data),
    )


def mhtml(*parts: tuple[str, str, bytes]) -> bytes:
    """Parts (media type, address, body) as Chromium saves a page."""
    edge = "----MultipartBoundary--x----"
    head = (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://a.example/\r\nSubject: T\r\n"
        f"Date: Sun, 3 May 2026 12:00:00 -0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\t"
        f'type="text/html";\r\n\tboundary="{edge}"\r\n\r\n\r\n'
    )
    body = b""
    for kind, place, data in parts:
        about = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: binary\r\nContent-Location: {place}"
        body += f"--{edge}\r\n{about}\r\n\r\n".encode() + data + b"\r\n"
    return head.encode() + body + f"--{edge}--\r\n".encode()


def received(
    folder: Path, data: bytes, *, giver: Giver = Giver.INVESTIGATOR, name: str = "file"
) -> tuple[Capture, tuple[Hit, ...]]:
    """What importing the file gives, where it was read whole."""
    capture, reading = read(folder, data, giver=giver, name=name)
    assert not reading.partly
    return capture, reading.hits


def read(
    folder: Path, data: bytes, *, giver: Giver = Giver.INVESTIGATOR, name: str = "file"
) -> tuple[Capture, FileReading]:
    """What importing the file gives."""
    path = folder / name
    path.write_bytes(data)
    seen = SEEN if giver is Giver.INVESTIGATOR else None
    with path.open("rb") as opened:
        file = read_received(opened, path, giver)
    capture = capture_of(file, name, seen, giver, clock=lambda: NOW, new_id="I-1")
    return capture, reading_of(file, capture, seen)

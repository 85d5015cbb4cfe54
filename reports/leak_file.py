"""Reads a finished report object by object and names what no report of ours holds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pikepdf

from reports import compose, reading, wording
from reports.leak_allowed import BACK, BROKEN, CHARACTER_MAP, ENTRIES, FONTS, NAMES, OPERATORS, STREAMS, STRINGS
from reports.leak_rules import Leak, Rule

_FOLDER: Final = Path(__file__).resolve().parent / "static" / "fonts"
_ARTIFACT: Final = "/Artifact"


def structure(pdf: pikepdf.Pdf, page: compose.Page) -> Iterator[Leak]:
    """Every leak in the objects of an open file."""
    reached: set[tuple[int, int]] = set()
    yield from _walk(pdf.trailer, reached)
    for item in pdf.objects:
        if item.objgen not in reached:
            yield Leak(rule=Rule.UNREACHABLE, where=f"object {item.objgen[0]}")
    yield from _metadata(pdf, page)
    yield from _outline(pdf, page)
    yield from _fonts(pdf)
    for number, sheet in enumerate(pdf.pages, start=1):
        yield from _drawing(sheet, f"page {number}")


def _walk(trailer: pikepdf.Object, reached: set[tuple[int, int]]) -> Iterator[Leak]:
    """Follows every entry but those that lead back. `key` is the entry through which an object is reached."""
    waiting: list[tuple[pikepdf.Object, str, str]] = [(trailer, "trailer", "trailer")]
    while waiting:
        item, key, where = waiting.pop()
        if getattr(item, "is_indirect", False):
            if item.objgen in reached:
                continue
            reached.add(item.objgen)
            where = f"object {item.objgen[0]}"
        if isinstance(item, pikepdf.Array):
            waiting.extend((member, key, where) for member in item)
        elif isinstance(item, pikepdf.Stream | pikepdf.Dictionary):
            yield from _entries(item, key, where)
            waiting.extend((member, name, where) for name, member in item.items() if name not in BACK)
        else:
            yield from _value(item, key, where)


def _entries(item: pikepdf.Object, key: str, where: str) -> Iterator[Leak]:
    """The entries of a dictionary or stream that it should not have."""
    allowed = (STREAMS if isinstance(item, pikepdf.Stream) else ENTRIES).get(key)
    if allowed is None:
        yield Leak(rule=BROKEN.get(key, Rule.ENTRY), where=where)
        return
    for name in item:
        if name not in allowed:
            yield Leak(rule=BROKEN.get(key if not allowed else str(name), Rule.ENTRY), where=where)


def _value(item: object, key: str, where: str) -> Iterator[Leak]:
    """A name or string that is not the one expected there. Numbers, booleans and null say nothing."""
    if isinstance(item, pikepdf.Name):
        if str(item) not in NAMES.get(key, frozenset()):
            yield Leak(rule=BROKEN.get(key, Rule.ENTRY), where=where)
    elif isinstance(item, pikepdf.String) and key not in {"/Title", "/CreationDate", "/ModDate"}:
        form = STRINGS.get(key)
        if form is None or not form.fullmatch(str(item)):
            yield Leak(rule=BROKEN.get(key, Rule.ENTRY), where=where)


# ---------------------------------------------------------------------------------------------------- metadata


def _metadata(pdf: pikepdf.Pdf, page: compose.Page) -> Iterator[Leak]:
    """Title and dates are those of the report, in the information dictionary and in the XMP packet alike."""
    title = f"{wording.TITLE} {page.number}"
    day = f"D:{page.released_on.replace('-', '')}000000Z"
    expected = {"/Title": title, "/CreationDate": day, "/ModDate": day}
    information = pdf.trailer.get("/Info", pikepdf.Dictionary())
    if any(str(information.get(key)) != value for key, value in expected.items()):
        yield Leak(rule=Rule.METADATA, where="information dictionary")
    identifier = pdf.trailer.get("/ID", ())
    if not identifier or str(identifier[0]) != compose.file_identifier(page.number):
        yield Leak(rule=Rule.METADATA, where="file identifier")
    packet = pdf.Root.get("/Metadata")
    if not isinstance(packet, pikepdf.Stream) or not _packet(title, page.released_on).fullmatch(packet.read_bytes()):
        yield Leak(rule=Rule.METADATA, where="XMP packet")
    if str(pdf.Root.get("/Lang")) != wording.LANGUAGE:
        yield Leak(rule=Rule.LANGUAGE, where="file")


def _packet(title: str, day: str) -> re.Pattern[bytes]:
    """The one XMP packet this report may have."""
    at = re.escape(f"{day}T00:00:00Z")
    described = '<rdf:Description rdf:about=""'
    namespaces = r'(?: xmlns:[a-z]+="http://[a-z0-9./-]+#?")+'
    parts = (
        r"<\?xpacket begin=\"\" id=\"W5M0MpCehiHzreSzNTczkc9d\"\?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n",
        rf"<rdf:RDF{namespaces}>{described} pdfuaid:part=\"1\" />{described} pdf:Producer=\"WeasyPrint [0-9.]+\" />",
        rf"{described}><dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{re.escape(title)}</rdf:li></rdf:Alt>",
        rf"</dc:title></rdf:Description>{described}><xmp:CreateDate>{at}</xmp:CreateDate></rdf:Description>",
        rf"{described}><xmp:ModifyDate>{at}</xmp:ModifyDate></rdf:Description></rdf:RDF>\n</x:xmpmeta>\n",
        r"<\?xpacket end=\"r\"\?>",
    )
    return re.compile("".join(parts).encode())


def _outline(pdf: pikepdf.Pdf, page: compose.Page) -> Iterator[Leak]:
    """The bookmarks are the headings, in their order."""
    titles: list[str] = []
    waiting = [pdf.Root.Outlines.First] if "/Outlines" in pdf.Root and "/First" in pdf.Root.Outlines else []
    while waiting and len(titles) < len(pdf.objects):
        item = waiting.pop()
        titles.append(str(item.get("/Title", "")))
        waiting.extend(item[name] for name in ("/Next", "/First") if name in item)
    if tuple(titles) != reading.headings(page):
        yield Leak(rule=Rule.OUTLINE, where="outline")


# ------------------------------------------------------------------------------------------ fonts and drawing


def _fonts(pdf: pikepdf.Pdf) -> Iterator[Leak]:
    """Each font program is the packaged file and each character map the packaged fonts' own."""
    found: set[str] = set()
    for item in pdf.objects:
        if not isinstance(item, pikepdf.Dictionary) or "/BaseFont" not in item:
            continue
        name = str(item.BaseFont)
        found.add(name)
        where = f"object {item.objgen[0]}"
        if "/ToUnicode" in item and _digest(item.ToUnicode.read_bytes()) != CHARACTER_MAP:
            yield Leak(rule=Rule.FONT, where=where)
        if "/FontDescriptor" in item and not _packaged(item.FontDescriptor, name):
            yield Leak(rule=Rule.FONT, where=where)
    if found != set(FONTS):
        yield Leak(rule=Rule.FONT, where="file")


def _packaged(descriptor: pikepdf.Object, name: str) -> bool:
    if name not in FONTS or "/FontFile2" not in descriptor or str(descriptor.get("/FontName")) != name:
        return False
    return bool(descriptor.FontFile2.read_bytes() == (_FOLDER / FONTS[name]).read_bytes())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _drawing(sheet: pikepdf.Page, where: str) -> Iterator[Leak]:
    """Only the operators of a plain page, and marked content that says its number and nothing else."""
    for instruction in pikepdf.parse_content_stream(sheet):
        name, operands = str(instruction.operator), instruction.operands
        if name not in OPERATORS:
            yield Leak(rule=Rule.OPERATOR, where=where)
        elif name == "BMC" and str(operands[0]) != _ARTIFACT:
            yield Leak(rule=Rule.LAYER, where=where)
        elif name == "BDC" and not _number_only(operands[1]):
            yield Leak(rule=Rule.ALTERNATE_TEXT, where=where)


def _number_only(properties: object) -> bool:
    return isinstance(properties, pikepdf.Dictionary) and set(properties) == {"/MCID"}

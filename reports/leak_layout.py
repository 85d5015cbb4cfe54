"""Reads a finished report byte by byte: a header, objects one after the other, blanks, one table, one end.

A reader shows the objects of the last table only. What stands between them, after them or in an earlier revision is
seen by nobody on screen and by everybody who opens the file in an editor.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Final

from reports.compose import FILE_STEP
from reports.leak_rules import Leak, Rule

_HEADER: Final = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
_OBJECT: Final = re.compile(rb"(\d+) 0 obj\n(.*)\nendobj\n", re.DOTALL)
_STREAM: Final = re.compile(rb"(<<.*?>>)\nstream\n(.*)\nendstream", re.DOTALL)
_LENGTH: Final = re.compile(rb"/Length (\d+)")
_QUOTED: Final = re.compile(rb"\((?:\\.|[^\\()])*\)", re.DOTALL)
_BLANK: Final = re.compile(rb"% *\n")
_ROW: Final = re.compile(rb"(\d{10}) \d{5} ([nf]) \n")
_END: Final = re.compile(
    rb"xref\n0 \d+\n((?:\d{10} \d{5} [nf] \n)+)"
    rb"trailer\n<<\n/Size \d+\n/Root \d+ 0 R\n/Info \d+ 0 R\n/ID \[[^\]]*\]\n>>\n"
    rb"startxref\n(\d{10})\n%%EOF\n"
)


def layout(pdf: bytes) -> Iterator[Leak]:
    """Every place in the file that holds bytes no reader shows."""
    if len(pdf) % FILE_STEP:
        yield Leak(rule=Rule.LAYOUT, where="file size")
    at = pdf.rfind(b"\nxref\n") + 1
    end = _END.fullmatch(pdf, at)
    if not pdf.startswith(_HEADER) or not end or int(end[2]) != at:
        yield Leak(rule=Rule.LAYOUT, where="file")
        return
    starts = sorted(int(row[1]) for row in _ROW.finditer(end[1]) if row[2] == b"n")
    blank = pdf.rfind(b"\nendobj\n", 0, at) + len(b"\nendobj\n")
    if not starts or starts[0] != len(_HEADER) or not _BLANK.fullmatch(pdf, blank, at):
        yield Leak(rule=Rule.LAYOUT, where="file")
        return
    for start, stop in zip(starts, [*starts[1:], blank], strict=True):
        found = _OBJECT.fullmatch(pdf, start, stop)
        if not found or not _plain(found[2]):
            yield Leak(rule=Rule.LAYOUT, where=f"byte {start}")


def _plain(body: bytes) -> bool:
    """An object without comments, and a stream of its stated length that its filter reads to the last byte."""
    stream = _STREAM.fullmatch(body)
    if stream:
        length = _LENGTH.search(stream[1])
        decoder = zlib.decompressobj()
        try:
            decoder.decompress(stream[2])
        except zlib.error:
            return False
        if not length or int(length[1]) != len(stream[2]) or decoder.unused_data or not decoder.eof:
            return False
    head = stream[1] if stream else body
    outside = _QUOTED.sub(b"", head)
    return b"%" not in outside and b"endobj" not in outside

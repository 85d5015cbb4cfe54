"""Reads the words of a finished report with two engines and compares them with the page model, in order and complete.

Hidden words (white on white, under a bar, clipped, off the page, in a switched-off layer) are words that the model does
not hold at that place, so that one comparison finds every kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Final

import pypdf
import pypdfium2

from reports import compose, reading, wording
from reports.leak_rules import Leak, Rule

_HYPHENS: Final = str.maketrans({"\u0002": "-", "\ufffe": "-"})
"""pdfium's marks for a hyphen at the end of a line."""


def read(pdf: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The text of each page by pypdf and by pdfium. Raises what the engines raise on a file they cannot read."""
    by_pypdf = tuple(sheet.extract_text() for sheet in pypdf.PdfReader(BytesIO(pdf)).pages)
    document = pypdfium2.PdfDocument(pdf)
    try:
        by_pdfium = tuple(sheet.get_textpage().get_text_range().translate(_HYPHENS) for sheet in document)
    finally:
        document.close()
    return by_pypdf, by_pdfium


def words(sheets: tuple[tuple[str, ...], tuple[str, ...]], page: compose.Page) -> Iterator[Leak]:
    """Every page on which the engines differ, or hold other words than the model."""
    by_pypdf, by_pdfium = (tuple(squeezed(sheet) for sheet in engine) for engine in sheets)
    if len(by_pypdf) != len(by_pdfium):
        yield Leak(rule=Rule.ENGINES_DIFFER, where="file")
        return
    for number, (one, other) in enumerate(zip(by_pypdf, by_pdfium, strict=True), start=1):
        if one != other:
            yield Leak(rule=Rule.ENGINES_DIFFER, where=f"page {number}")
    for engine in (by_pypdf, by_pdfium):
        yield from _compared(engine, page)


def squeezed(text: str) -> str:
    """Text without white space: engines place it by distance, not by meaning."""
    return "".join(text.split())


def _compared(sheets: tuple[str, ...], page: compose.Page) -> Iterator[Leak]:
    expected = squeezed("".join(reading.reading_order(page)))
    head = squeezed("".join(wording.SEARCH_HEADS))
    at = 0
    for number, sheet in enumerate(sheets, start=1):
        body = sheet.removesuffix(squeezed(reading.header(page) + reading.footer(page, number, len(sheets))))
        if body == sheet:
            yield Leak(rule=Rule.NOT_THE_MODEL, where=f"page {number}")
        if body.startswith(head) and not expected.startswith(head, at):
            body = body.removeprefix(head)  # the head of the table of searches, repeated on its next page
        if not expected.startswith(body, at):
            yield Leak(rule=Rule.NOT_THE_MODEL, where=f"page {number}")
        at += len(body)
    if at != len(expected):
        yield Leak(rule=Rule.NOT_THE_MODEL, where="file")

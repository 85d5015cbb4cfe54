"""What is done to the PDF around its writing: running headers become artifacts, and the size becomes a multiple.

Nothing here imports WeasyPrint: the first works on the objects of its writer (pydyf), the second on the bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from reports.compose import FILE_STEP

_ENDING: Final = b"startxref\n%010d\n%%%%EOF\n"
"""Ten digits, as in the table itself, so that the length is known before the number is."""


def untag_margins(pdf: Any) -> None:  # noqa: ANN401  # pydyf ships no types
    """Marks running headers and footers as artifacts (PDF/UA-1: ISO 14289-1, 7.8), so that no reader speaks them.

    WeasyPrint gives them structure elements that hang on no tree; those are freed.
    """
    items = {item.reference: item for item in pdf.objects}
    elements = {reference: item for reference, item in items.items() if _type(item) == "/StructElem"}
    root = items[pdf.catalog["StructTreeRoot"]]
    linked = set(_below(root, elements))
    owners = items[root["ParentTree"]]["Nums"][1::2]
    for sheet, owned in zip(pdf.page_references, owners, strict=False):
        parts = items[items[sheet]["Contents"]].stream
        for number, reference in enumerate(owned):
            if reference not in linked:
                at = next(i for i, part in enumerate(parts) if isinstance(part, dict) and part["MCID"] == number)
                parts[at - 1 : at + 2] = ["/Artifact", b"BMC"]  # instead of: tag, properties, BDC
                owned[number] = "null"
    for reference in elements.keys() - linked:
        items[reference].free = "f"
        items[reference].generation = 65535  # ISO 32000-1, 7.5.4: free, and never used again


def _type(item: Any) -> object:  # noqa: ANN401
    return item.get("Type") if isinstance(item, dict) else None


def _below(root: Any, elements: dict[bytes, Any]) -> Iterator[bytes]:  # noqa: ANN401
    """The references of the structure elements in the tree."""
    waiting = [root]
    while waiting:
        for kid in waiting.pop()["K"]:
            if kid in elements:
                yield kid
                waiting.append(elements[kid])


def padded(pdf: bytes) -> bytes:
    """The same document with one blank comment before its cross-reference table, up to the next multiple of 64 kB.

    Raises ValueError for a file without a plain cross-reference table.
    """
    at = pdf.rindex(b"\nxref\n") + 1
    table = pdf[at : pdf.rindex(b"startxref")]
    rest = len(table) + len(_ENDING % 0)
    size = -(-(at + len(b"%\n") + rest) // FILE_STEP) * FILE_STEP
    blank = b"%" + b" " * (size - rest - at - 2) + b"\n"
    return pdf[:at] + blank + table + _ENDING % (size - rest)

"""What PDF/UA-1 asks and a test can see: structure, headings, table headers, language, contrast. No validator."""

import re
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pikepdf
import pytest

from reports import compose, reading
from reports.leak_text import read
from vetting.release import Report

STATIC = Path(compose.__file__).parent / "static"


def _tree(opened: pikepdf.Pdf) -> list[tuple[str, pikepdf.Object]]:
    found: list[tuple[str, pikepdf.Object]] = []
    waiting = [opened.Root.StructTreeRoot.K[0]]
    while waiting:
        item = waiting.pop(0)
        if isinstance(item, pikepdf.Dictionary) and "/S" in item:
            found.append((str(item.S), item))
            waiting[:0] = list(item.get("/K", []))
    return found


def test_the_file_declares_pdf_ua_1_a_title_and_its_language(typical_pdf: bytes) -> None:
    with pikepdf.open(BytesIO(typical_pdf)) as opened:
        assert b'pdfuaid:part="1"' in opened.Root.Metadata.read_bytes()
        assert str(opened.Root.Lang) == "en-US"
        assert bool(opened.Root.MarkInfo.Marked)
        assert bool(opened.Root.ViewerPreferences.DisplayDocTitle)
        assert str(opened.trailer.Info.Title) == "Internet background check R-7K2M4QXD-1"
        assert {str(sheet.Tabs) for sheet in opened.pages} == {"/S"}


def test_headings_step_down_one_level_at_a_time(typical: Report, typical_pdf: bytes) -> None:
    with pikepdf.open(BytesIO(typical_pdf)) as opened:
        levels = [int(tag[2]) for tag, _ in _tree(opened) if re.fullmatch(r"/H[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert len(levels) == len(reading.headings(compose.page(typical)))


def test_every_cell_of_a_table_names_its_header(typical_pdf: bytes) -> None:
    with pikepdf.open(BytesIO(typical_pdf)) as opened:
        tree = _tree(opened)
        named = {str(item.ID) for tag, item in tree if tag == "/TH"}
        cells = [item for tag, item in tree if tag == "/TD"]
        assert len(cells) > 20
        for cell in cells:
            assert {str(header) for header in cell.A.Headers} <= named
            assert len(cell.A.Headers) >= 1


def test_everything_drawn_is_in_the_structure_or_an_artifact(long_pdf: bytes) -> None:
    with pikepdf.open(BytesIO(long_pdf)) as opened:
        owned = opened.Root.StructTreeRoot.ParentTree.Nums
        in_tree = {item.objgen for _, item in _tree(opened)}
        for number, sheet in enumerate(opened.pages):
            depth, marked = 0, set()
            for step in pikepdf.parse_content_stream(sheet):
                name = str(step.operator)
                if name in {"BDC", "BMC"}:
                    depth += 1
                    if name == "BDC":
                        marked.add(int(step.operands[1].MCID))
                elif name == "EMC":
                    depth -= 1
                assert name not in {"TJ", "S", "f", "f*"} or depth > 0
            owners = list(owned[2 * number + 1])
            assert marked == {i for i, owner in enumerate(owners) if isinstance(owner, pikepdf.Dictionary)}
            assert all(owners[i].objgen in in_tree for i in marked)


def test_running_headers_are_not_read_aloud(typical: Report, typical_pdf: bytes) -> None:
    with pikepdf.open(BytesIO(typical_pdf)) as opened:
        kids = sum(not isinstance(kid, pikepdf.Object) for _, item in _tree(opened) for kid in item.get("/K", []))
        drawn = sum(
            str(step.operator) == "TJ" for sheet in opened.pages for step in pikepdf.parse_content_stream(sheet)
        )
    assert drawn - kids == 5 * len(read(typical_pdf)[0])
    assert compose.page(typical).department in read(typical_pdf)[0][0]


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        *(("ink", paper) for paper in ("paper", "paper-note", "paper-quote")),
        *((ink, "paper") for ink in ("ink-quiet", "blue-dark", "blue", "verified-strong", "doubt-strong")),
        *(("blue-dark", "paper-note"), ("verified-ink", "verified-paper"), ("doubt-ink", "doubt-paper")),
        ("withheld-ink", "withheld-paper"),
    ],
)
def test_words_stand_out_from_their_paper(ink: str, paper: str) -> None:
    """WCAG 2.2 AA, 1.4.3: a contrast of at least 4.5 to 1."""
    tokens = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", (STATIC / "tokens.css").read_text()))
    light, dark = sorted((_luminance(tokens[ink]), _luminance(tokens[paper])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5

"""What a finished report is made of: the entries, names, strings and drawing operators that a file of ours has.

Anything that is not listed is a leak: an allow-list cannot forget a hiding place that the next version of a library
invents. The lists were read from files that `reports.pdf` made; a new WeasyPrint may need a new line: a test says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from reports import wording
from reports.leak_rules import Rule

FONTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "/LMITTB+Public-Sans": "PublicSans-Regular.ttf",
        "/HPESBA+Public-Sans-Semi-Bold": "PublicSans-SemiBold.ttf",
        "/NIUVUU+Public-Sans-Bold": "PublicSans-Bold.ttf",
    }
)
"""The fonts of every report, whole and always all three: which letters occur is not written into the file twice."""

CHARACTER_MAP: Final = "4de4edd2d78138f232976c8c5b3dc4b1fdb6520151b266dc9f3b84e2ec163151"
"""SHA-256 of the map from drawn letters to text. It is the same for the three fonts and for every report, so what a
program reads is what the eye sees. A test computes it from the packaged fonts."""

_OUTLINE: Final = frozenset({"/Title", "/Dest", "/Parent", "/First", "/Last", "/Next", "/Prev", "/Count"})
_ELEMENT: Final = frozenset({"/Type", "/S", "/K", "/Pg", "/P", "/A", "/ID"})
ENTRIES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "trailer": frozenset({"/Root", "/Info", "/Size", "/ID"}),
        "/Root": frozenset({"/Type", "/Pages", "/Lang", "/Metadata", "/MarkInfo", "/Outlines", "/StructTreeRoot"})
        | {"/ViewerPreferences"},
        "/Info": frozenset({"/Producer", "/Title", "/CreationDate", "/ModDate"}),
        "/MarkInfo": frozenset({"/Marked"}),
        "/ViewerPreferences": frozenset({"/DisplayDocTitle"}),
        "/Pages": frozenset({"/Type", "/Kids", "/Count"}),
        "/Kids": frozenset({"/Type", "/Parent", "/MediaBox", "/TrimBox", "/BleedBox", "/Contents", "/Resources"})
        | {"/Tabs", "/StructParents"},
        "/Resources": frozenset({"/ExtGState", "/XObject", "/Pattern", "/Shading", "/ColorSpace", "/Font"}),
        "/ExtGState": frozenset({"/A1.0", "/a1.0"}),
        "/A1.0": frozenset({"/CA"}),
        "/a1.0": frozenset({"/ca"}),
        "/XObject": frozenset(),
        "/Pattern": frozenset(),
        "/Shading": frozenset(),
        "/ColorSpace": frozenset({"/lab-d50", "/lab-d65"}),
        "/lab-d50": frozenset({"/WhitePoint", "/Range"}),
        "/lab-d65": frozenset({"/WhitePoint", "/Range"}),
        "/Font": frozenset(f"/{name[1:7]}" for name in FONTS),
        **{
            f"/{name[1:7]}": frozenset(
                {"/Type", "/Subtype", "/BaseFont", "/ToUnicode", "/Encoding", "/DescendantFonts"}
            )
            for name in FONTS
        },
        "/DescendantFonts": frozenset({"/Type", "/Subtype", "/BaseFont", "/CIDSystemInfo", "/CIDToGIDMap", "/W"})
        | {"/FontDescriptor"},
        "/CIDSystemInfo": frozenset({"/Registry", "/Ordering", "/Supplement"}),
        "/FontDescriptor": frozenset({"/Type", "/FontName", "/FontFamily", "/Flags", "/FontBBox", "/ItalicAngle"})
        | {"/Ascent", "/Descent", "/CapHeight", "/StemV", "/StemH", "/FontFile2"},
        "/Outlines": frozenset({"/First", "/Last", "/Count"}),
        "/First": _OUTLINE,
        "/Next": _OUTLINE,
        "/StructTreeRoot": frozenset({"/Type", "/K", "/ParentTree"}),
        "/ParentTree": frozenset({"/Nums"}),
        "/K": _ELEMENT,
        "/A": frozenset({"/O", "/Headers"}),
    }
)
"""Entries of a dictionary, by the entry through which it is reached."""

STREAMS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "/Contents": frozenset({"/Filter", "/Length"}),
        "/ToUnicode": frozenset({"/Filter", "/Length"}),
        "/FontFile2": frozenset({"/Filter", "/Length", "/Length1"}),
        "/Metadata": frozenset({"/Filter", "/Length", "/Type", "/Subtype"}),
    }
)

BACK: Final = frozenset({"/Parent", "/P", "/Pg", "/Prev", "/Last", "/Nums"})
"""Entries that lead back to what was reached already; what only they reach counts as unreachable."""

_TAGS: Final = frozenset(
    {"/Document", "/Sect", "/Art", "/Div", "/P", "/Span", "/H1", "/H2", "/H3", "/BlockQuote", "/NonStruct"}
    | {"/Table", "/THead", "/TBody", "/TR", "/TH", "/TD", "/L", "/LI", "/Lbl", "/LBody"}
)
NAMES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "/Type": frozenset(
            {"/Catalog", "/Pages", "/Page", "/Font", "/FontDescriptor", "/StructTreeRoot", "/StructElem"}
        )
        | {"/Metadata"},
        "/S": _TAGS,
        "/O": frozenset({"/Table"}),
        "/Tabs": frozenset({"/S"}),
        "/Dest": frozenset({"/XYZ"}),
        "/Subtype": frozenset({"/Type0", "/CIDFontType2", "/XML"}),
        "/Encoding": frozenset({"/Identity-H"}),
        "/CIDToGIDMap": frozenset({"/Identity"}),
        "/Filter": frozenset({"/FlateDecode"}),
        "/BaseFont": frozenset(FONTS),
        "/FontName": frozenset(FONTS),
        "/lab-d50": frozenset({"/Lab"}),
        "/lab-d65": frozenset({"/Lab"}),
    }
)

STRINGS: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "/Lang": re.compile(wording.LANGUAGE),
        "/FontFamily": re.compile("Public Sans"),
        "/Registry": re.compile("Adobe"),
        "/Ordering": re.compile("Identity"),
        "/ID": re.compile(r"\d{1,6}-\d{1,4}-\d{1,4}|[0-9a-f]{32}"),
        "/Headers": re.compile(r"\d{1,6}-\d{1,4}-\d{1,4}"),
        "/Producer": re.compile(r"WeasyPrint \d{1,3}\.\d{1,3}"),
    }
)

OPERATORS: Final = frozenset(
    {"q", "Q", "cm", "w", "m", "l", "S", "re", "f", "f*", "n", "W", "W*", "rg", "RG", "gs"}
    | {"BT", "ET", "Tf", "Tm", "TJ", "BMC", "BDC", "EMC"}
)
"""No curve, shading, inline image, external object, invisible text mode or optional content."""

BROKEN: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("/OpenAction", "/AA", "/JS", "/JavaScript", "/URI", "/Launch", "/Names", "/Dests"), Rule.ACTION
        ),
        **dict.fromkeys(("/Annots", "/Annot", "/Contents", "/Popup"), Rule.ANNOTATION),
        **dict.fromkeys(("/EmbeddedFiles", "/EF", "/AF", "/Filespec", "/Collection"), Rule.ATTACHMENT),
        **dict.fromkeys(("/AcroForm", "/Fields", "/V", "/XFA"), Rule.FORM),
        **dict.fromkeys(("/XObject", "/Image", "/Thumb", "/SMask"), Rule.IMAGE),
        **dict.fromkeys(("/OCProperties", "/OC", "/OCGs", "/Properties"), Rule.LAYER),
        **dict.fromkeys(("/Alt", "/ActualText", "/E", "/T"), Rule.ALTERNATE_TEXT),
        **dict.fromkeys(
            ("/Author", "/Subject", "/Keywords", "/Creator", "/PieceInfo", "/Metadata", "/Trapped"), Rule.METADATA
        ),
        **dict.fromkeys(("/Font", "/BaseFont", "/FontName", "/FontFile", "/FontFile3", "/CharProcs"), Rule.FONT),
        **dict.fromkeys(("/Lang",), Rule.LANGUAGE),
        **dict.fromkeys(("/Producer", "/Title", "/CreationDate", "/ModDate"), Rule.METADATA),
    }
)
"""Which rule an unexpected entry breaks; any other breaks `Rule.ENTRY`."""

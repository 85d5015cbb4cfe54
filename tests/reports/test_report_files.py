"""The finished PDF: the same facts, the same bytes; whole, tagged, in our own fonts, made without a network."""

import json
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from fontTools.ttLib import TTFont
from jinja2 import TemplateError
from markupsafe import Markup

from reports import compose, pdf, reading, wording
from reports.finishing import padded
from reports.leak_allowed import CHARACTER_MAP, FONTS
from reports.leak_check import check
from reports.leak_text import read, squeezed
from tests.needed import program
from vetting.errors import ExitCode, VettingError
from vetting.release import PRINTABLE, FilterRecord, Report, ReportedSearch, SanitizedFinding, SanitizedText

ROOT = Path(pdf.__file__).parent.parent
STATIC = ROOT / "reports" / "static"


def _in_renderer(program: str) -> subprocess.CompletedProcess[bytes]:
    """Runs a program in a process like the renderer's."""
    return subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            f"import sys; sys.path.insert(0, {str(ROOT)!r}); from reports import pdf; {program}",
        ],
        capture_output=True,
        cwd=STATIC / "fonts",
        env={"FONTCONFIG_FILE": str(STATIC / "fonts" / "fonts.conf")},
        check=False,
    )


# --------------------------------------------------------------------------------------------------- same bytes


def test_the_same_facts_give_the_same_bytes_in_another_process_with_another_hash_seed(
    typical: Report, typical_pdf: bytes
) -> None:
    program = (
        "import pickle, sys; sys.path.insert(0, sys.argv[1]); from reports import pdf; "
        "sys.stdout.buffer.write(pdf.render(pickle.loads(sys.stdin.buffer.read())))"
    )
    for seed in ("1", "4242"):
        done = subprocess.run(
            [sys.executable, "-c", program, str(ROOT)],
            input=pickle.dumps(typical),
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo", "SOURCE_DATE_EPOCH": seed, "LANG": "C"},
            check=True,
        )
        assert done.stdout == typical_pdf


def test_twins_differ_in_their_numbers_and_nowhere_else(typical: Report, typical_pdf: bytes) -> None:
    twin = replace(typical, number="R-0ZZZZZZ9-1", case_number="C-0ZZZZZZ9")
    other = pdf.render(twin)
    assert len(other) == len(typical_pdf)
    for one, two in zip(read(typical_pdf), read(other), strict=True):
        assert [sheet.replace("7K2M4QXD", "0ZZZZZZ9") for sheet in one] == list(two)
    with pikepdf.open(BytesIO(typical_pdf)) as first, pikepdf.open(BytesIO(other)) as second:
        assert len(first.objects) == len(second.objects)
        for item, twin_item in zip(first.objects, second.objects, strict=True):
            mine, others = _unparsed(item), _unparsed(twin_item)
            assert mine.replace(b"7K2M4QXD", b"0ZZZZZZ9") == others
        assert str(first.trailer.ID[0]) == compose.file_identifier(typical.number)
        assert str(second.trailer.ID[0]) == compose.file_identifier(twin.number)


def _unparsed(item: pikepdf.Object) -> bytes:
    """An object as bytes; of a drawing only its operators, since letters of other widths stand elsewhere."""
    if not isinstance(item, pikepdf.Stream):
        return item.unparse()
    if "/Type" in item or "/Length1" in item or b"begincmap" in item.read_bytes():
        return item.read_bytes()
    drawn = sorted(str(step.operator) for step in pikepdf.parse_content_stream(item))
    return " ".join(drawn).encode()


def test_a_file_has_no_time_of_day_and_no_clock_of_the_machine(typical_pdf: bytes) -> None:
    with pikepdf.open(BytesIO(typical_pdf)) as opened:
        assert str(opened.trailer.Info.CreationDate) == str(opened.trailer.Info.ModDate) == "D:20261122000000Z"


# --------------------------------------------------------------------------------------------------- whole file


def test_the_size_of_every_file_is_a_multiple_of_64_kilobytes(
    typical_pdf: bytes, nil_pdf: bytes, long_pdf: bytes
) -> None:
    assert {len(file) % 65_536 for file in (typical_pdf, nil_pdf, long_pdf)} == {0}
    assert len(nil_pdf) == len(typical_pdf)


@pytest.mark.parametrize("short", range(0, 70_000, 6_999))
def test_padding_keeps_a_file_whole_at_every_length(short: int) -> None:
    with pikepdf.new() as made:
        made.add_blank_page()
        made.Root.Filler = made.make_stream(b"\0" * short, compress=False)
        target = BytesIO()
        made.save(target, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False)
    longer = padded(target.getvalue())
    assert len(longer) % 65_536 == 0
    with pikepdf.open(BytesIO(longer), attempt_recovery=False) as opened:
        assert not opened.check_pdf_syntax()
        assert len(opened.Root.Filler.read_bytes()) == short


@pytest.mark.parametrize("name", ["typical_pdf", "nil_pdf", "long_pdf"])
def test_the_library_that_reads_it_back_finds_nothing_wrong_with_the_file(
    name: str, request: pytest.FixtureRequest
) -> None:
    with pikepdf.open(BytesIO(request.getfixturevalue(name)), attempt_recovery=False) as opened:
        assert not opened.check_pdf_syntax()
        assert not opened.get_warnings()


@pytest.mark.parametrize("name", ["typical_pdf", "nil_pdf", "long_pdf"])
@pytest.mark.parametrize(("judge", "package"), [(["qpdf", "--check"], "qpdf"), (["pdfinfo"], "poppler-utils")])
def test_other_programs_find_nothing_wrong_with_the_file(
    name: str, judge: list[str], package: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    (tmp_path / "report.pdf").write_bytes(request.getfixturevalue(name))
    command = [program(judge[0], package), *judge[1:], str(tmp_path / "report.pdf")]
    assert not subprocess.run(command, capture_output=True, check=True).stderr


def test_a_typical_report_has_four_pages_and_a_nil_report_two(typical_pdf: bytes, nil_pdf: bytes) -> None:
    assert len(read(typical_pdf)[0]) <= 4
    assert len(read(nil_pdf)[0]) == 2


def test_a_finding_is_never_split_over_two_pages(long: Report, long_pdf: bytes) -> None:
    page = compose.page(long)
    sheets = [squeezed(sheet) for sheet in read(long_pdf)[0]]
    for number, block in enumerate(page.findings, start=1):
        whole = [heading for heading in reading.headings(page) if heading.startswith(f"{number}. ")]
        assert whole == [block.heading]
        words = (block.heading, block.status, block.statement, *(piece.words for piece in block.quotation))
        rows = (word for row in (*block.facts, *block.checks) for word in (row.label, row.words))
        assert sum(squeezed("".join((*words, *rows))) in sheet for sheet in sheets) == 1


def test_the_first_finding_begins_on_the_first_page_where_it_fits(
    make_report: Callable[..., Report], make_finding: Callable[..., SanitizedFinding]
) -> None:
    report = make_report(make_finding())
    block = compose.page(report).findings[0]
    first = squeezed(read(pdf.render(report))[0][0])
    assert squeezed(f"{block.heading} {block.status}") in first
    assert squeezed(block.checks[-1].words) in first


@pytest.mark.parametrize("name", ["typical", "nil", "practice", "long"])
def test_the_table_of_searches_is_on_one_page_with_its_heading(name: str, request: pytest.FixtureRequest) -> None:
    report, file = request.getfixturevalue(name), request.getfixturevalue(f"{name}_pdf")
    lines = compose.page(report).searches
    table = [word for line in lines for word in (str(line.step), line.title, line.outcome)]
    whole = squeezed("".join((wording.SEARCHES, wording.SEARCHES_WORDS, *wording.SEARCH_HEADS, *table)))
    assert sum(whole in squeezed(sheet) for sheet in read(file)[0]) == 1


def test_more_searches_than_a_page_holds_are_all_printed(make_report: Callable[..., Report]) -> None:
    searches = tuple(ReportedSearch(step=n, title=f"Feed {n}", outcome="Completed") for n in range(1, 91))
    report = make_report(searches=searches)
    assert check(pdf.render(report), report, (), lambda _text: ()) == ()


@pytest.mark.parametrize("name", ["typical", "nil", "practice", "long"])
def test_the_certificate_is_never_alone_on_the_last_page(name: str, request: pytest.FixtureRequest) -> None:
    last = squeezed(read(request.getfixturevalue(f"{name}_pdf"))[0][-1])
    assert squeezed(wording.CERTIFICATE) in last
    assert not last.startswith(squeezed(wording.CERTIFICATE))


def test_no_heading_stands_alone_at_the_end_of_a_page(
    typical: Report, typical_pdf: bytes, long: Report, long_pdf: bytes
) -> None:
    for report, file in ((typical, typical_pdf), (long, long_pdf)):
        page = compose.page(report)
        sheets = read(file)[0]
        for number, sheet in enumerate(sheets, start=1):
            body = squeezed(sheet).removesuffix(
                squeezed(reading.header(page) + reading.footer(page, number, len(sheets)))
            )
            assert not any(body.endswith(squeezed(heading)) for heading in reading.headings(page))


# -------------------------------------------------------------------------------------------------------- fonts


def test_only_the_packaged_fonts_are_in_a_file(typical_pdf: bytes, nil_pdf: bytes) -> None:
    for file in (typical_pdf, nil_pdf):
        with pikepdf.open(BytesIO(file)) as opened:
            programs = {
                item.FontFile2.read_bytes()
                for item in opened.objects
                if isinstance(item, pikepdf.Dictionary) and "/FontFile2" in item
            }
        assert programs == {(STATIC / "fonts" / name).read_bytes() for name in FONTS.values()}


def test_what_a_program_reads_is_what_the_fonts_draw(typical_pdf: bytes) -> None:
    """The map from letters to text is computed from each packaged font and compared with the one in the file."""
    with pikepdf.open(BytesIO(typical_pdf)) as opened:
        for name, file in FONTS.items():
            font = TTFont(STATIC / "fonts" / file)
            drawn: dict[int, str] = {}
            for letter, glyph in font.getBestCmap().items():
                drawn.setdefault(font.getGlyphID(glyph), chr(letter))
            stored = opened.pages[0].Resources.Font[f"/{name[1:7]}"].ToUnicode.read_bytes().decode()
            mapped = dict(re.findall(r"<([0-9a-f]{4})> <([0-9a-f]{4})>", stored.partition("beginbfchar")[2]))
            assert {int(glyph, 16): chr(int(text, 16)) for glyph, text in mapped.items()} == drawn
            assert set(map(chr, font.getBestCmap())) >= PRINTABLE
    assert len(CHARACTER_MAP) == 64


def test_no_font_of_the_machine_is_ever_seen() -> None:
    listed = subprocess.run(
        [program("fc-list", "fontconfig"), "--format", "%{file}\\n"],
        capture_output=True,
        text=True,
        cwd=STATIC / "fonts",
        env={"FONTCONFIG_FILE": str(STATIC / "fonts" / "fonts.conf")},
        check=True,
    )
    assert {Path(line).name for line in listed.stdout.split()} == set(FONTS.values())


# ----------------------------------------------------------------------------------------------------- confined


FORBIDDEN = {
    "a socket": "import socket; socket.socket()",
    "a name look-up": "import socket; socket.getaddrinfo('localhost', 80)",
    "another program": "import subprocess; subprocess.run(['true'])",
    "a shell": "import os; os.system('true')",
    "a child": "import os; os.fork()",
    "a file to write": "import tempfile; tempfile.TemporaryFile(buffering=0).write(b'x')",
    "three gigabytes": "bytearray(3 * 1024**3)",
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_the_renderer_gives_up(name: str) -> None:
    """Each is there before the renderer confines itself, so that the test can tell the difference, and gone after."""
    assert b"had it" in _in_renderer(f"{FORBIDDEN[name]}; print('had it')").stdout
    confined = _in_renderer(f"pdf._confine(); {FORBIDDEN[name]}; print('had it')")
    assert b"had it" not in confined.stdout
    assert confined.returncode != 0


@pytest.mark.parametrize(
    "element",
    [
        '<img src="http://127.0.0.1:9/a.png" alt="">',
        '<img src="file:///etc/hostname" alt="">',
        '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="">',
        '<link rel="attachment" href="file:///etc/hostname">',
        '<link rel="stylesheet" href="packaged:../../pyproject.toml">',
        '<link rel="stylesheet" href="https://example.org/a.css">',
        "<style>@import url(packaged:fonts/fonts.conf);</style>",
        "<style>@font-face { font-family: x; src: url(file:///usr/share/fonts/x.ttf) } p { font-family: x }</style>",
        "<p style='background: url(/etc/hostname)'>x</p>",
    ],
)
def test_the_fetcher_ends_the_rendering_at_anything_but_the_two_stylesheets(
    element: str, typical: Report, print_pages: Callable[[list[str], str], list[bytes | str]]
) -> None:
    page = _html(typical)
    plain, hostile = print_pages([page, page.replace("</body>", f"{element}</body>")], typical.number)
    assert isinstance(plain, bytes)
    assert hostile == "FatalURLFetchingError"


def _html(report: Report) -> str:
    return pdf._html(json.loads(json.dumps(asdict(compose.page(report)))))


def test_markup_in_a_quotation_is_printed_as_it_stands(
    make_finding: Callable[..., SanitizedFinding], make_report: Callable[..., Report]
) -> None:
    words = "<script>alert(1)</script> <b>bold</b> {{ page.number }} &amp; {% raw %} <!-- x -->"
    report = make_report(make_finding(quotation=SanitizedText(words, FilterRecord("FR-1"))))
    html = _html(report)
    assert "<script" not in html
    assert "<b>" not in html
    text = "".join(read(pdf.render(report))[0])
    assert squeezed(words) in squeezed(text)


@pytest.mark.parametrize("value", [Markup("<b>x</b>"), None, 1.5, True, b"x", ["x"], object()])
def test_the_template_prints_plain_text_and_whole_numbers_only(value: object) -> None:
    with pytest.raises(TypeError):
        pdf.only_words(value)
    assert pdf.only_words("x") == "x"
    assert pdf.only_words(3) == 3


def test_a_page_model_with_a_field_missing_is_not_printed(typical: Report) -> None:
    model = json.loads(json.dumps(asdict(compose.page(typical))))
    del model["findings"][0]["statement"]
    with pytest.raises((TemplateError, TypeError)):
        pdf._html(model)


# -------------------------------------------------------------------------------------------------- refusals


def test_a_renderer_that_fails_gives_a_code_and_nothing_of_the_report(
    typical: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "_START", "import sys; sys.stderr.write(sys.stdin.read()); sys.exit(1)")
    with pytest.raises(VettingError) as caught:
        pdf.render(typical)
    assert caught.value.code == "report_not_rendered"
    assert caught.value.code in caught.value.remedy
    assert caught.value.exit_code is ExitCode.UNEXPECTED
    assert not any(finding.statement in str(caught.value) for finding in typical.findings)
    assert caught.value.__cause__ is None


def test_half_a_file_is_no_report(typical: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_START", "print('not a report')")
    with pytest.raises(VettingError, match="no file was made"):
        pdf.render(typical)


def test_a_renderer_that_hangs_is_ended(typical: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "SECONDS", 1)
    monkeypatch.setattr(pdf, "_START", "import time; time.sleep(60)")
    with pytest.raises(VettingError) as caught:
        pdf.render(typical)
    assert caught.value.code == "report_too_slow"
    assert caught.value.__suppress_context__


def test_missing_libraries_of_the_system_are_named_with_the_line_that_installs_them(
    typical: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "_START", "import sys; sys.exit(3)")
    with pytest.raises(VettingError) as caught:
        pdf.render(typical)
    assert caught.value.code == "pdf_libraries_missing"
    assert "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" in caught.value.remedy

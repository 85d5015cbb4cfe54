"""The leak check finds what was hidden in a finished report, one hiding place at a time, and names the rule."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from io import BytesIO

import pikepdf
import pytest

from reports import compose, pdf
from reports.leak_check import Leak, Rule, check, refuse
from reports.leak_text import read
from vetting.errors import ExitCode, VettingError
from vetting.release import FilterRecord, Report, SanitizedFinding, SanitizedText

CANARY = "Zanzibar"


def _nothing(_text: str) -> tuple[str, ...]:
    return ()


def _rules(file: bytes, report: Report, names: tuple[str, ...] = ()) -> set[Rule]:
    return {leak.rule for leak in check(file, report, names, _nothing)}


@pytest.mark.parametrize("name", ["typical", "nil", "long", "practice"])
def test_a_report_as_it_is_made_has_no_leak(name: str, request: pytest.FixtureRequest) -> None:
    names = ("Mara Quellington", "Mara", "Quellington", "mquell84", "https://forum.example/u/mquell84", "Riverton")
    assert check(request.getfixturevalue(f"{name}_pdf"), request.getfixturevalue(name), names, _nothing) == ()


def test_a_report_is_refused_for_the_facts_of_another(typical_pdf: bytes, nil: Report) -> None:
    assert {Rule.NOT_THE_MODEL, Rule.OUTLINE} <= _rules(typical_pdf, nil)


def test_a_practice_report_that_is_not_marked_is_refused_and_so_is_a_real_report_that_is(
    typical: Report, typical_pdf: bytes, practice: Report, practice_pdf: bytes
) -> None:
    assert Rule.NOT_THE_MODEL in _rules(typical_pdf, practice)
    assert Rule.NOT_THE_MODEL in _rules(practice_pdf, typical)


# --------------------------------------------------------------------------------- hidden by the page (HTML, CSS)

HIDDEN = {
    "full transparency": f"<p style='opacity: 0'>{CANARY}</p>",
    "a transparent colour": f"<p style='color: transparent'>{CANARY}</p>",
    "white on white": f"<p style='color: #fff'>{CANARY}</p>",
    "a black bar": f"<p style='color: #000; background: #000'>{CANARY}</p>",
    "a clipped box": f"<p style='overflow: hidden; height: 0'>{CANARY}</p>",
    "an ellipsis": f"<p style='overflow: hidden; width: 9mm; text-overflow: ellipsis'>{CANARY}</p>",
    "a place off the page": f"<p style='position: absolute; left: -400mm'>{CANARY}</p>",
    "a place under another": f"<p style='position: absolute; top: 0; z-index: -1'>{CANARY}</p>",
    "letters too small to see": f"<p style='font-size: 0.1pt'>{CANARY}</p>",
    "a page of its own": f"<p style='break-before: page'>{CANARY}</p>",
    "generated content": f"<style>h1::after {{ content: '{CANARY}' }}</style>",
    "a margin box": f"<style>@page {{ @left-middle {{ content: '{CANARY}' }} }}</style>",
    "a footnote": f"<p>x<span style='float: footnote'>{CANARY}</span></p>",
    "the title": f"<title>{CANARY}</title>",
    "an author": f"<meta name='author' content='{CANARY}'>",
    "keywords": f"<meta name='keywords' content='{CANARY}'>",
    "a description": f"<meta name='description' content='{CANARY}'>",
    "a generator": f"<meta name='generator' content='{CANARY}'>",
    "a date": "<meta name='dcterms.created' content='2026-11-21'>",
    "a bookmark": f"<style>h1 {{ bookmark-label: '{CANARY}' }}</style>",
    "a heading": f"<h2 style='opacity: 0'>{CANARY}</h2>",
    "a link": f"<a href='https://{CANARY}.example/'>&#8203;</a>",
    "a link around a heading": f"<style>h2 {{ link: '#{CANARY}' }}</style><a id='{CANARY}' href='#{CANARY}'>x</a>",
    "a form value": f"<form><input style='appearance: auto' value='{CANARY}'></form>",
    "another language": "<p lang='sw'>x</p>",
    "a picture drawn with curves": "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><circle r='4'/></svg>",
    "round corners": "<p style='border: 1pt solid; border-radius: 4pt'></p>",
    "a gradient": "<p style='background: linear-gradient(red, blue); height: 9pt'></p>",
    "a colour of another space": "<p style='color: device-cmyk(0 0 0 0); background: #eee'>x</p>",
    "an emoji": "<p>&#128512;</p>",
    "another script": "<p>&#1605;&#1585;&#1581;&#1576;&#1575;</p>",
    "a font of the machine": f"<p style='font-family: DejaVu Sans'>{CANARY}</p>",
}
"""Each is added to a good page; the file that comes out must be refused, or not come out at all."""

NOT_WRITTEN = {
    "no display": f"<p style='display: none'>{CANARY}</p>",
    "a comment": f"<!-- {CANARY} -->",
    "a custom entry": f"<meta name='custom' content='{CANARY}'>",
    "a title attribute": f"<div title='{CANARY}' class='{CANARY}' data-x='{CANARY}'></div>",
    "an alternate text without a picture": f"<img alt='{CANARY}' style='display: none'>",
    "hidden visibility": f"<p style='visibility: hidden; position: absolute; top: 0'>{CANARY}</p>",
}
"""Each is dropped by the renderer: the file must hold no trace of it, whatever the leak check says."""


@pytest.fixture(scope="module")
def printed(typical: Report, print_pages: Callable[[list[str], str], list[bytes | str]]) -> dict[str, bytes | str]:
    page = pdf._html(json.loads(json.dumps(asdict(compose.page(typical)))))
    hiding = {**HIDDEN, **NOT_WRITTEN, "nothing": ""}
    pages = [
        page.replace("<head>", f"<head>{words}") if words.startswith(("<title", "<meta")) else f"{page}{words}"
        for words in hiding.values()
    ]
    return dict(zip(hiding, print_pages(pages, typical.number), strict=True))


def test_the_page_to_which_nothing_was_added_is_the_report_itself(
    printed: dict[str, bytes | str], typical_pdf: bytes
) -> None:
    assert printed["nothing"] == typical_pdf


@pytest.mark.parametrize("place", HIDDEN)
def test_words_hidden_in_a_page_are_found(place: str, printed: dict[str, bytes | str], typical: Report) -> None:
    file = printed[place]
    assert isinstance(file, bytes), file
    assert check(file, typical, (), _nothing) != ()


@pytest.mark.parametrize("place", NOT_WRITTEN)
def test_words_the_renderer_drops_leave_no_trace(place: str, printed: dict[str, bytes | str]) -> None:
    file = printed[place]
    assert isinstance(file, bytes), file
    assert not any(CANARY in sheet for engine in read(file) for sheet in engine)
    with pikepdf.open(BytesIO(file)) as opened:
        for item in opened.objects:
            content = item.read_bytes() if isinstance(item, pikepdf.Stream) else item.unparse()
            assert CANARY.encode() not in content
            assert CANARY.encode("utf-16-be") not in content


# ------------------------------------------------------------------------------------- hidden in the file's objects


def _action(opened: pikepdf.Pdf) -> None:
    opened.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def _link(opened: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://example.org/"))
    note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
    opened.pages[0].obj.Annots = pikepdf.Array([opened.make_indirect(note)])


def _attachment(opened: pikepdf.Pdf) -> None:
    opened.attachments["a.txt"] = CANARY.encode()


def _associated(opened: pikepdf.Pdf) -> None:
    opened.Root.AF = pikepdf.Array([opened.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Filespec))])


def _form(opened: pikepdf.Pdf) -> None:
    field = pikepdf.Dictionary(FT=pikepdf.Name.Tx, T=pikepdf.String("t"), V=pikepdf.String(CANARY))
    opened.Root.AcroForm = pikepdf.Dictionary(Fields=[opened.make_indirect(field)])


def _image(opened: pikepdf.Pdf) -> None:
    picture = opened.make_stream(b"\0\0\0", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=1, Height=1)
    opened.pages[0].Resources.XObject.Im0 = picture


def _layer(opened: pikepdf.Pdf) -> None:
    opened.Root.OCProperties = pikepdf.Dictionary(OCGs=[], D=pikepdf.Dictionary())


def _marked_layer(opened: pikepdf.Pdf) -> None:
    opened.pages[0].contents_add(b"/OC BMC EMC")


def _alternate(opened: pikepdf.Pdf) -> None:
    opened.Root.StructTreeRoot.K[0].K[0].Alt = pikepdf.String(CANARY)


def _actual(opened: pikepdf.Pdf) -> None:
    opened.pages[0].contents_add(f"/Span <</ActualText ({CANARY})>> BDC EMC".encode())


def _language(opened: pikepdf.Pdf) -> None:
    opened.Root.Lang = pikepdf.String("sw-KE")


def _element_language(opened: pikepdf.Pdf) -> None:
    opened.Root.StructTreeRoot.K[0].K[0].Lang = pikepdf.String("sw")


def _author(opened: pikepdf.Pdf) -> None:
    opened.trailer.Info.Author = pikepdf.String(CANARY)


def _packet(opened: pikepdf.Pdf) -> None:
    packet = opened.Root.Metadata.read_bytes()
    opened.Root.Metadata.write(packet.replace(b"</rdf:RDF>", f"<rdf:x>{CANARY}</rdf:x></rdf:RDF>".encode()))


def _identifier(opened: pikepdf.Pdf) -> None:
    opened.trailer.ID[0] = pikepdf.String("0" * 32)


def _producer(opened: pikepdf.Pdf) -> None:
    opened.trailer.Info.Producer = pikepdf.String(f"WeasyPrint 70.0 {CANARY}")


def _outline(opened: pikepdf.Pdf) -> None:
    opened.Root.Outlines.First.First.Title = pikepdf.String(CANARY)


def _font_name(opened: pikepdf.Pdf) -> None:
    for item in opened.objects:
        if isinstance(item, pikepdf.Dictionary) and "/BaseFont" in item:
            item.BaseFont = pikepdf.Name("/AAAAAA+Noto-Naskh-Arabic")


def _font_program(opened: pikepdf.Pdf) -> None:
    program = next(
        item.FontFile2 for item in opened.objects if isinstance(item, pikepdf.Dictionary) and "/FontFile2" in item
    )
    program.write(program.read_bytes() + CANARY.encode())


def _character_map(opened: pikepdf.Pdf) -> None:
    for item in opened.objects:
        if isinstance(item, pikepdf.Dictionary) and "/ToUnicode" in item:
            stored = item.ToUnicode.read_bytes()
            item.ToUnicode.write(re.sub(rb"> <0065>", b"> <0061>", stored))


def _curve(opened: pikepdf.Pdf) -> None:
    opened.pages[0].contents_add(b"0 0 m 1 1 2 2 3 3 c S")


def _inline_image(opened: pikepdf.Pdf) -> None:
    opened.pages[0].contents_add(b"BI /W 1 /H 1 /CS /G /BPC 8 ID x EI")


def _invisible(opened: pikepdf.Pdf) -> None:
    opened.pages[0].contents_add(b"BT 3 Tr ET")


def _unknown_entry(opened: pikepdf.Pdf) -> None:
    opened.Root.Secret = pikepdf.String(CANARY)


def _unknown_name(opened: pikepdf.Pdf) -> None:
    opened.Root.StructTreeRoot.K[0].K[0].S = pikepdf.Name(f"/{CANARY}")


def _only_led_back_to(opened: pikepdf.Pdf) -> None:
    hidden = opened.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.StructElem, S=pikepdf.Name.P))
    opened.Root.StructTreeRoot.K[0].K[0].P = hidden


def _more_text(opened: pikepdf.Pdf) -> None:
    opened.pages[0].contents_add(b"/Artifact BMC BT /LMITTB 9 Tf 1 0 0 1 -900 -900 Tm [<0041>] TJ ET EMC")


def _text_one_engine_reads(opened: pikepdf.Pdf) -> None:
    """A letter drawn twice at one place, as for a poor man's bold: pdfium reads it once, pypdf twice."""
    letter = b"/Artifact BMC BT /LMITTB 9 Tf 1 0 0 1 99 99 Tm [<0041>] TJ ET EMC "
    opened.pages[0].contents_add(letter + letter)


PLANTED: dict[str, tuple[Callable[[pikepdf.Pdf], None], Rule]] = {
    "JavaScript on opening": (_action, Rule.ACTION),
    "a link": (_link, Rule.ANNOTATION),
    "an attachment": (_attachment, Rule.ACTION),
    "an associated file": (_associated, Rule.ATTACHMENT),
    "a form field": (_form, Rule.FORM),
    "an image": (_image, Rule.IMAGE),
    "optional content": (_layer, Rule.LAYER),
    "content marked as a layer": (_marked_layer, Rule.LAYER),
    "an alternate text": (_alternate, Rule.ALTERNATE_TEXT),
    "an actual text": (_actual, Rule.ALTERNATE_TEXT),
    "another language": (_language, Rule.LANGUAGE),
    "another language of one line": (_element_language, Rule.LANGUAGE),
    "an author": (_author, Rule.METADATA),
    "an XMP entry": (_packet, Rule.METADATA),
    "a file identifier": (_identifier, Rule.METADATA),
    "a producer": (_producer, Rule.METADATA),
    "a bookmark": (_outline, Rule.OUTLINE),
    "another font": (_font_name, Rule.FONT),
    "bytes after a font program": (_font_program, Rule.FONT),
    "a false character map": (_character_map, Rule.FONT),
    "a curve": (_curve, Rule.OPERATOR),
    "an inline image": (_inline_image, Rule.OPERATOR),
    "an invisible text mode": (_invisible, Rule.OPERATOR),
    "an unknown entry": (_unknown_entry, Rule.ENTRY),
    "an unknown name": (_unknown_name, Rule.ENTRY),
    "an object that hangs on no page": (_only_led_back_to, Rule.UNREACHABLE),
    "text off the page": (_more_text, Rule.NOT_THE_MODEL),
    "text that one engine reads": (_text_one_engine_reads, Rule.ENGINES_DIFFER),
}


def _saved(opened: pikepdf.Pdf) -> bytes:
    target = BytesIO()
    opened.save(target, object_stream_mode=pikepdf.ObjectStreamMode.disable, fix_metadata_version=False)
    return target.getvalue()


@pytest.fixture(scope="module")
def resaved(typical: Report, typical_pdf: bytes) -> set[Leak]:
    """What is found after another program saved the file unchanged: another layout and another second identifier."""
    with pikepdf.open(BytesIO(typical_pdf)) as opened:
        found = set(check(_saved(opened), typical, (), _nothing))
    assert {(leak.rule, leak.where) for leak in found} == {
        *((Rule.LAYOUT, "file size"), (Rule.LAYOUT, "file"), (Rule.ENTRY, "trailer"))
    }
    return found


@pytest.mark.parametrize("place", PLANTED)
def test_what_is_planted_among_the_objects_is_found(
    place: str, typical: Report, typical_pdf: bytes, resaved: set[Leak]
) -> None:
    plant, rule = PLANTED[place]
    with pikepdf.open(BytesIO(typical_pdf)) as opened:
        plant(opened)
        found = set(check(_saved(opened), typical, (), _nothing))
    assert rule in {leak.rule for leak in found - resaved}


# ------------------------------------------------------------------------------------------ hidden between the bytes


def _bytes_planted(file: bytes) -> Iterator[tuple[str, bytes]]:
    at = file.rindex(b"%  ")
    yield "in the blanks", file[: at + 9] + CANARY.encode() + file[at + 9 + len(CANARY) :]
    yield "after the end", file + CANARY.encode()
    yield "after the end, to size", file + b"%" + b" " * 65_534 + b"\n"
    yield "in a second revision", file + b"1 0 obj\n<<>>\nendobj\n" + file[file.rindex(b"xref\n") :]
    yield "in the header", file.replace(b"%\xf0\x9f\x96\xa4", b"%abcd", 1)
    first = file.index(b"\nendobj\n") + len(b"\nendobj\n")
    room = file[: at + 1] + file[at + 1 + 40 :]
    shifted = room[:first] + b"% " + b"x" * 37 + b"\n" + room[first:]
    yield "between two objects", shifted
    yield "in the number of a free object", file.replace(b"0000000000 65535 f", b"0000000007 65535 f", 1)[:-1]


@pytest.mark.parametrize("index", range(7))
def test_bytes_that_no_reader_shows_are_found(index: int, typical: Report, typical_pdf: bytes) -> None:
    _place, planted = list(_bytes_planted(typical_pdf))[index]
    assert planted != typical_pdf
    assert Rule.LAYOUT in _rules(planted, typical)


def test_bytes_after_the_end_of_a_compressed_stream_are_found(nil: Report, nil_pdf: bytes) -> None:
    found = re.search(rb"/Length (\d+)>>\nstream\n", nil_pdf)
    assert found
    end = found.end() + int(found[1])
    longer = f"/Length {int(found[1]) + 4}>>\nstream\n".encode()
    planted = nil_pdf[: found.start()] + longer + nil_pdf[found.end() : end] + b"abcd" + nil_pdf[end:]
    at = planted.rindex(b"%  ")
    planted = planted[: at + 1] + planted[at + 1 + len(planted) - len(nil_pdf) :]
    assert len(planted) == len(nil_pdf)
    assert Rule.LAYOUT in _rules(planted, nil)


@pytest.mark.parametrize("spoil", ["empty", "text", "half", "encrypted", "without its table"])
def test_a_file_that_cannot_be_read_is_a_leak_and_not_a_crash(spoil: str, nil: Report, nil_pdf: bytes) -> None:
    target = BytesIO()
    with pikepdf.open(BytesIO(nil_pdf)) as opened:
        opened.save(target, encryption=pikepdf.Encryption(owner="o", user=""))
    spoiled = {
        "empty": b"",
        "text": CANARY.encode() * 9,
        "half": nil_pdf[: len(nil_pdf) // 2],
        "encrypted": target.getvalue(),
        "without its table": nil_pdf.replace(b"\nxref\n", b"\nxxxx\n"),
    }[spoil]
    assert Rule.UNREADABLE in _rules(spoiled, nil)


# ------------------------------------------------------------------------------------------------------- refused


def _quoting(words: str, make_report: Callable[..., Report], make_finding: Callable[..., SanitizedFinding]) -> Report:
    return make_report(make_finding(quotation=SanitizedText(words, FilterRecord("FR-1"))))


def test_a_refusal_names_rules_and_places_and_no_word_of_the_report(
    make_report: Callable[..., Report], make_finding: Callable[..., SanitizedFinding]
) -> None:
    report = _quoting("ask Quellington at jdoe@mail.example on May 3", make_report, make_finding)
    leaks = check(pdf.render(report), report, ("Quellington",), lambda text: ("x",) if "ask" in text else ())
    assert {leak.rule for leak in leaks} == {Rule.ADDRESS, Rule.EXACT_TIME, Rule.HUNTED, Rule.PROTECTED}
    with pytest.raises(VettingError) as caught:
        refuse(leaks)
    assert caught.value.exit_code is ExitCode.LEAK
    assert "address (finding 1)" in str(caught.value)
    for word in ("Quellington", "jdoe", "mail", "May"):
        assert word not in str(caught.value) + repr(leaks)


def test_a_report_without_a_leak_is_not_refused() -> None:
    refuse(())


def test_every_rule_is_shown_to_fire() -> None:
    elsewhere = {Rule.LAYOUT, Rule.UNREADABLE, Rule.ADDRESS, Rule.EXACT_TIME, Rule.HUNTED, Rule.PROTECTED}
    assert {rule for _, rule in PLANTED.values()} | elsewhere == set(Rule)

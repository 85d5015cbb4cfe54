"""A page, a PDF, a picture or an export that somebody hands over is kept as received, and read within limits."""

import gzip
import io
import json
import subprocess
import sys
import tarfile
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sources.archives import PAGE, zipped
from tests.sources.files import JPEG, NOW, PNG, SEEN, mhtml, pdf, read, received, written_pdf
from vetting.errors import ExitCode, VettingError
from vetting.evidence import Engagement
from vetting.protocol import Technique
from vetting.sources import file_reader, file_text, received_file
from vetting.sources.file_reader import answer
from vetting.sources.page_text import MAX_TEXT_BYTES
from vetting.sources.received_file import FileKind, Giver, checked_address, kind_of
from vetting.sources.warc_reader import read_warc

LOGIN = b"<!doctype html><title>Log in</title><p>Please log in to see this.</p><form><input type=password></form>"
CHALLENGE = b"<!doctype html><title>Just a moment...</title><p>Checking your browser before you go on.</p>"
EXPORT = [
    ("posts/posts_1.json", json.dumps({"posts": [{"text": "I went fishing.", "id": "a1"}]}).encode()),
    ("about.html", b"<html><p>What I wrote of myself."),
    ("media/cat.jpg", JPEG),
    ("notes.txt", b"some words"),
]


def refusal(folder: Path, data: bytes, giver: Giver = Giver.INVESTIGATOR) -> VettingError:
    with pytest.raises(VettingError) as caught:
        received(folder, data, giver=giver)
    assert caught.value.exit_code is ExitCode.BAD_INPUT
    assert "nothing was imported" in caught.value.sentence
    assert "secret" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("data", "giver", "kind"),
    [
        (PAGE, Giver.INVESTIGATOR, FileKind.PAGE),
        (b"\xef\xbb\xbf\n<!-- saved from url=(0022)https://a.example/ -->\n<html>", Giver.INVESTIGATOR, FileKind.PAGE),
        ("<html><p>words".encode("utf-16"), Giver.INVESTIGATOR, FileKind.PAGE),
        (mhtml(("text/html", "https://a.example/", PAGE)), Giver.INVESTIGATOR, FileKind.MHTML),
        (pdf("some words"), Giver.INVESTIGATOR, FileKind.PDF),
        (PNG, Giver.INVESTIGATOR, FileKind.SCREENSHOT),
        (JPEG, Giver.CANDIDATE, FileKind.SCREENSHOT),
        (zipped(EXPORT), Giver.CANDIDATE, FileKind.EXPORT),
        (zipped(EXPORT), Giver.INVESTIGATOR, FileKind.ARCHIVE),
        (b"WARC/1.1\r\n", Giver.INVESTIGATOR, FileKind.ARCHIVE),
    ],
)
def test_a_file_is_told_by_what_it_starts_with(tmp_path: Path, data: bytes, giver: Giver, kind: FileKind) -> None:
    path = tmp_path / "any.name"
    path.write_bytes(data)
    assert kind_of(path, giver) is kind


@pytest.mark.parametrize("data", [b"", b"words", b"GIF89a", b"\x7fELF", b"{}", b"MIME-Version: 1.0\r\n\r\nwords"])
def test_what_is_none_of_these_is_refused(tmp_path: Path, data: bytes) -> None:
    assert refusal(tmp_path, data).code == "file_kind_unknown"


@pytest.mark.parametrize("data", [PAGE, pdf("some words"), PNG, mhtml(("text/html", "x", PAGE))])
def test_the_file_is_one_record_as_received_under_where_and_when_it_was_seen(tmp_path: Path, data: bytes) -> None:
    name = "my file\r\n.bin"
    capture, _ = received(tmp_path, data, name=name)
    resource, about = read_warc(io.BytesIO(capture.warc), compressed=False)
    assert (resource.kind, resource.block) == ("resource", data)
    assert (resource.url, resource.recorded_at) == (SEEN.address.reveal(), SEEN.at)
    assert capture.captured_at == SEEN.at
    assert about.block.decode().splitlines() == [
        f"kind: {kind_of(tmp_path / name, Giver.INVESTIGATOR).value}",
        "from: investigator",
        f"technique: {Technique.INVESTIGATOR_IMPORT.value}",
        f"imported: {NOW.isoformat()}",
        "name: my file%0D%0A.bin",
    ]


def test_a_saved_page_gives_its_text_author_and_date(tmp_path: Path) -> None:
    _, (hit,) = received(tmp_path, PAGE)
    assert hit.text.reveal() == "First line.\n\nSecond line."
    assert (hit.author.reveal(), hit.locator.reveal()) == ("jroe", "https://a.example/post/1")
    assert hit.posted_at == datetime(2024, 1, 2, 2, 4, 5, tzinfo=UTC)
    assert (hit.engagement, hit.platform) == (Engagement.UNKNOWN, "imported")


def test_pictures_written_into_a_page_do_not_use_up_what_is_read(tmp_path: Path) -> None:
    inline = b"<img src='data:image/png;base64," + b"QUJD" * 1_000_000 + b"' alt='words of a picture'>"
    _, (hit,) = received(tmp_path, b"<html><p>first words</p>" + inline + b"<p>last words</p>")
    assert hit.text.reveal() == "first words\n\nlast words"


@pytest.mark.parametrize("page", [LOGIN, CHALLENGE])
def test_a_page_to_sign_in_or_to_prove_oneself_is_kept_and_not_read(tmp_path: Path, page: bytes) -> None:
    for data in (page, mhtml(("text/html", "https://a.example/", page))):
        capture, hits = received(tmp_path, data)
        assert page in capture.warc
        assert hits == ()


def test_the_frames_of_a_page_are_read_under_their_own_addresses(tmp_path: Path) -> None:
    data = mhtml(
        ("text/html", "https://a.example/", b"<p>the page itself</p>"),
        ("image/png", "https://a.example/i.png", PNG),
        ("text/css", "cid:css@mhtml.blink", b"p { content: 'words of a style' }"),
        ("text/html", "https://ads.example/frame", b"<p>words of another site</p>"),
    )
    _, hits = received(tmp_path, data)
    assert [(hit.text.reveal(), hit.locator.reveal()) for hit in hits] == [
        ("the page itself", "https://a.example/post/1"),
        ("words of another site", "https://ads.example/frame"),
    ]


@pytest.mark.parametrize("packed", [True, False])
def test_a_pdf_gives_the_text_of_every_page_and_no_date(tmp_path: Path, packed: bool) -> None:
    info = b"/Info<</Author(secret)/CreationDate(D:20240102030405Z)>>"
    _, (hit,) = received(tmp_path, pdf("First line.", "Second line.", trailer=info, packed=packed))
    assert hit.text.reveal() == "First line.\n\nSecond line."
    assert (hit.posted_at, hit.author.reveal()) == (None, "")


@pytest.mark.parametrize("picture", [PNG, JPEG])
def test_a_picture_is_kept_and_nothing_is_read(tmp_path: Path, picture: bytes) -> None:
    capture, hits = received(tmp_path, picture)
    assert picture in capture.warc
    assert hits == ()


def test_an_export_gives_the_text_of_its_files_and_keeps_them_all(tmp_path: Path) -> None:
    data = zipped(EXPORT, zipfile.ZIP_DEFLATED)
    capture, hits = received(tmp_path, data, giver=Giver.CANDIDATE)
    assert data in capture.warc
    assert b"technique: candidate_export" in capture.warc
    assert {hit.locator.reveal(): hit.text.reveal() for hit in hits} == {
        "posts/posts_1.json": "I went fishing.",
        "about.html": "What I wrote of myself.",
        "notes.txt": "some words",
    }


def tar(name: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as file:
        file.addfile(tarfile.TarInfo(name))
    return out.getvalue()


HOSTILE = {
    "encrypted pdf": (pdf("secret", trailer=b"/Encrypt<</Filter/Standard/V 1/R 2/O(x)/U(x)/P -1>>"), "file_encrypted"),
    "pdf of nothing": (b"%PDF-1.7 secret", "file_damaged"),
    "pdf cut off": (pdf("secret words")[:200], "file_damaged"),
    "pdf whose pages hold themselves": (
        written_pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 1>>"]),
        "file_damaged",
    ),
    "mhtml without a page": (mhtml(("image/png", "x", PNG)), "file_damaged"),
    "mhtml of too many parts": (mhtml(*[("text/plain", "x", b"")] * 1_001), "file_too_many"),
    "mhtml without an end": (mhtml(("text/html", "x", b""))[:260], "file_damaged"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_cannot_be_read_whole_is_refused_whole(tmp_path: Path, what: str) -> None:
    data, code = HOSTILE[what]
    assert refusal(tmp_path, data).code == code


ZIPS = {
    "a zip in it": ([("posts.json", b"[]"), ("inner.zip", zipped(EXPORT))], "file_nested"),
    "a zip under another name": ([("posts.json", zipped(EXPORT))], "file_nested"),
    "a tar in it": ([("inner.tgz", tar("secret"))], "file_nested"),
    "a gzip under another name": ([("posts.txt", gzip.compress(b"secret"))], "file_nested"),
    "a name outside": ([("../../secret.json", b"[]")], "file_damaged"),
    "an absolute name": ([("/secret.json", b"[]")], "file_damaged"),
    "a drive": ([("C:secret.json", b"[]")], "file_damaged"),
    "too many files": ([(f"{n}.json", b"[]") for n in range(1_001)], "file_too_many"),
    "more text than is read": ([(f"{n}.txt", b"word " * 400_000) for n in range(11)], "file_too_large"),
}


@pytest.mark.parametrize("what", ZIPS)
def test_an_export_with_a_trick_in_it_is_refused(tmp_path: Path, what: str) -> None:
    members, code = ZIPS[what]
    assert refusal(tmp_path, zipped(members), Giver.CANDIDATE).code == code


def test_an_export_that_unfolds_is_refused(tmp_path: Path) -> None:
    bomb = zipped([("a.json", b" " * 60_000_000)], zipfile.ZIP_DEFLATED)
    assert refusal(tmp_path, bomb, Giver.CANDIDATE).code == "file_too_large"


@pytest.mark.parametrize("cut", [slice(0, -30), slice(20, None)])
def test_a_damaged_export_is_refused(tmp_path: Path, cut: slice) -> None:
    assert refusal(tmp_path, b"PK\x03\x04" + zipped(EXPORT)[4:][cut], Giver.CANDIDATE).code == "file_damaged"


def test_a_file_altered_within_an_export_is_refused(tmp_path: Path) -> None:
    altered = zipped(EXPORT).replace(b"some words", b"same words")
    assert refusal(tmp_path, altered, Giver.CANDIDATE).code == "file_damaged"


def bomb(content: bytes, *filters: bytes) -> bytes:
    """A PDF whose page is drawn by this stream."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[4 0 R]/Count 1>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</Font<</F1 3 0 R>>>>/Contents 5 0 R>>",
        b"<</Filter[%b]/Length %d>>stream\n%b\nendstream" % (b"".join(filters), len(content), content),
    ]
    return written_pdf(objects)


def test_a_pdf_stream_that_unfolds_is_refused(tmp_path: Path) -> None:
    packed = zlib.compress(zlib.compress(b" " * 300_000_000, 1), 9)
    assert refusal(tmp_path, bomb(packed, b"/FlateDecode", b"/FlateDecode")).code == "file_damaged"


def test_a_pdf_that_takes_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_text, "SECONDS", 3)
    packed = zlib.compress(b"BT /F1 1 Tf " + b"(a) Tj " * 5_000_000, 9)
    assert refusal(tmp_path, bomb(packed, b"/FlateDecode")).code == "file_too_slow"


def test_a_pdf_that_is_read_in_part_says_so(tmp_path: Path) -> None:
    """Its library leaves out a form that it cannot decode, and says so in its log only."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[4 0 R]/Count 1>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 3 0 R>>/XObject<</X 6 0 R>>>>/Contents 5 0 R>>",
        b"<</Length 44>>stream\nBT /F1 12 Tf 1 1 Td (some words) Tj ET /X Do   \nendstream",
        b"<</Subtype/Form/Resources<</Font<</F1 3 0 R>>>>/Filter/Unheard/Length 6>>stream\nsecret\nendstream",
    ]
    _, reading = read(tmp_path, written_pdf(objects))
    assert reading.partly
    assert [hit.text.reveal() for hit in reading.hits] == ["some words"]


def test_a_text_that_is_longer_than_what_is_read_says_so(tmp_path: Path) -> None:
    page = b"<html><p>first words</p>" + b" " * MAX_TEXT_BYTES + b"<p>last words</p>"
    _, reading = read(tmp_path, page)
    assert reading.partly
    assert [hit.text.reveal() for hit in reading.hits] == ["first words"]


def test_a_larger_file_than_a_record_holds_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(received_file, "MAX_RECORD_BYTES", 1_000)
    with pytest.raises(VettingError) as caught:
        received(tmp_path, PNG + bytes(1_000))
    assert caught.value.code == "file_too_large"


def test_the_reader_can_reach_nothing_and_leaves_no_dump() -> None:
    """The network, programs and files are taken from it before it sees a byte."""
    script = (
        "import ctypes, resource, socket, subprocess\n"
        "from vetting.sources.file_reader import confine\n"
        "confine()\n"
        "for act in (lambda: socket.create_connection(('127.0.0.1', 9)), lambda: subprocess.run(['true'])):\n"
        "    try: act(); print('done')\n"
        "    except PermissionError: print('refused')\n"
        "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), *resource.getrlimit(resource.RLIMIT_CORE))\n"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["refused", "refused", "0", "0", "0"]


def test_what_a_parser_raises_leaves_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    def raising(_content: bytes, _address: str) -> None:
        raise ValueError("secret")

    monkeypatch.setattr(file_reader, "READERS", {"pdf": raising})
    assert answer("pdf", b"", "") == {"refused": "damaged"}


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a.example",
        "ftp://a.example/",
        "https://",
        "https://me:secret@a.example/",
        "javascript:secret",
        "https://a.example/" + "a" * 2_000,
        "https://a b/\r\nX: y",
    ],
)
def test_an_address_nobody_can_visit_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(VettingError) as caught:
        checked_address(address)
    assert caught.value.code == "address_unusable"
    assert "secret" not in str(caught.value)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["page", "mhtml", "pdf", "export"]),
    body=st.binary(max_size=300),
    cut=st.integers(0, 400),
)
def test_whatever_a_file_holds_the_reader_answers(kind: str, body: bytes, cut: int) -> None:
    whole = {
        "page": PAGE,
        "mhtml": mhtml(("text/html", "x", PAGE)),
        "pdf": pdf("words"),
        "export": zipped(EXPORT, zipfile.ZIP_DEFLATED),
    }[kind]
    said = answer(kind, whole[:cut] + body + whole[cut + 7 :], "https://a.example/")
    assert ("texts" in said) is not ("refused" in said)


def test_a_part_of_an_impossible_address_is_read_all_the_same(tmp_path: Path) -> None:
    page = mhtml(("text/html", "http://[::1/x", PAGE), ("text/html", "http://\u2100/", PAGE))
    _, hits = received(tmp_path, page)
    assert [hit.text.reveal().split() for hit in hits] == [["First", "line.", "Second", "line."]] * 2

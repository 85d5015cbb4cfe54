"""Promise: raw words never reach a decision maker, nor any log, database or terminal on the way."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader
from warcio.archiveiterator import ArchiveIterator

from tests.demonstration import Demo

ROOT = Path(__file__).resolve().parents[2]
_SENTENCE = re.compile(r"[A-Za-z][A-Za-z ,']{38,}")
SAMPLE = 400
"""How many captured phrases are hunted: every n-th of what the recording holds."""


def _captured_phrases() -> list[str]:
    """Phrases of 39 and more letters that the demo's internet says: none of them may be found on the other side."""
    phrases: set[str] = set()
    for path in sorted((ROOT / "demo" / "internet").glob("*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                if record.rec_type == "response":
                    text = record.content_stream().read().decode("utf-8", "replace")
                    phrases.update(match.group() for match in _SENTENCE.finditer(text))
    ordered = sorted(phrases)
    return ordered[:: max(1, len(ordered) // SAMPLE)]


@pytest.fixture(scope="module")
def phrases() -> list[str]:
    found = _captured_phrases()
    assert len(found) > 50
    return found


def _disguises(word: str) -> Iterator[bytes]:
    plain = word.encode()
    yield plain
    yield word.encode("utf-16-le")
    yield plain.hex().encode()
    yield from (base64.b64encode(b"x" * shift + plain)[4:-4] for shift in range(3) if len(plain) > 9)


def _found(data: bytes, words: list[str]) -> list[str]:
    return [word for word in words if any(disguise in data for disguise in _disguises(word) if disguise)]


def _pages(pdf: Path) -> str:
    reader = PdfReader(pdf)
    return " ".join(page.extract_text() for page in reader.pages) + " " + str(reader.metadata)


def test_no_report_holds_a_name_a_handle_an_address_or_a_protected_fact(demo: Demo, hunted: list[str]) -> None:
    for pdf in demo.reports:
        text = " ".join(_pages(pdf).replace("\xad", "").split())
        found = [w for w in hunted if re.search(rf"(?<!\w){re.escape(w)}(?!\w)", text, re.IGNORECASE)]
        assert not found, f"{pdf.name} holds {len(found)} hunted words"


def test_the_stores_on_disk_hold_no_captured_phrase_but_what_was_released(demo: Demo, phrases: list[str]) -> None:
    """A sanitized quotation may stand where two reviewers found the wording decisive: that is in clear."""
    released = " ".join(" ".join(_pages(pdf).split()) for pdf in demo.reports)
    files = [path for path in demo.home.rglob("*") if path.is_file()]
    assert any("case_files" in path.parts for path in files)
    for path in files:
        found = _found(path.read_bytes(), phrases)
        if "released_reports" in path.parts:
            found = [phrase for phrase in found if " ".join(phrase.split()) not in released]
        assert not found, f"{path.relative_to(demo.home)} holds captured words in clear"


def test_the_stores_on_disk_hold_no_candidate_by_name(demo: Demo) -> None:
    names = re.findall(r'^full_name = "(.+)"$', _candidate_files(), re.MULTILINE)
    assert len(names) >= 4
    for path in (path for path in demo.home.rglob("*") if path.is_file()):
        assert not _found(path.read_bytes(), names), f"{path.relative_to(demo.home)} names a candidate"


def _candidate_files() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "demo" / "candidates").glob("*.toml"))


def test_nothing_captured_is_printed_on_the_way(demo: Demo, phrases: list[str], hunted: list[str]) -> None:
    printed = demo.printed.encode()
    assert not _found(printed, phrases)
    assert not _found(printed, [word for word in hunted if " " in word])


def test_prefect_knows_opaque_numbers_and_codes_only(demo: Demo, phrases: list[str], hunted: list[str]) -> None:
    files = [path for path in (demo.home / "prefect").rglob("*") if path.is_file()]
    assert any(path.name == "prefect.db" for path in files)
    long_words = [word for word in hunted if len(word) > 6]
    for path in files:
        assert not _found(path.read_bytes(), [*phrases, *long_words]), path.name


def test_files_are_for_their_owner_only(demo: Demo) -> None:
    public = {"vault.pub", "log.vkey"}  # public keys, in folders that are their owner's
    open_to_others = [path for path in demo.home.rglob("*") if path.stat().st_mode & 0o077 and path.name not in public]
    assert not open_to_others

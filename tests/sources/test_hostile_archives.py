"""An archive is taken whole or not at all, whatever was done to it, and takes no more memory than it may hold."""

import gzip
import os
import re
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sources.archives import (
    PAGE,
    archive,
    imported,
    manifest,
    manifest_digest,
    read_archive,
    refusal_of,
    wacz_of,
    written,
    zipped,
)
from vetting.errors import ExitCode, VettingError
from vetting.evidence import Capture
from vetting.sources import archive_file, archive_members, warc_reader
from vetting.sources.recorded import recorded_transport

GOOD = archive([("http://a.example/", "text/html", PAGE)])
DAMAGED = {
    "empty file": b"",
    "another file": b"%PDF-1.7 words",
    "cut off": GOOD[:-10],
    "length too long": GOOD.replace(b"Content-Length: ", b"Content-Length: 9", 1),
    "length too short": re.sub(rb"Content-Length: \d", b"Content-Length: ", GOOD, count=1),
    "last length too short": b"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Date: 2025-01-01T00:00:00Z\r\n"
    b"Content-Length: 10\r\n\r\nsome words..\r\n\r\n",
    "length negative": GOOD.replace(b"Content-Length: ", b"Content-Length: -", 1),
    "length enormous": GOOD.replace(b"Content-Length: ", b"Content-Length: 99999999999", 1),
    "length with a sign": GOOD.replace(b"Content-Length: ", b"Content-Length: +", 1),
    "length in hexadecimal": GOOD.replace(b"Content-Length: ", b"Content-Length: 0x", 1),
    "length with an underscore": re.sub(rb"(Content-Length: \d)", rb"\1_", GOOD, count=1),
    "length in two parts": re.sub(rb"(Content-Length: \d)", rb"\1 ", GOOD, count=1),
    "length with a fraction": re.sub(rb"(Content-Length: \d+)", rb"\1.0", GOOD, count=1),
    "length given twice": re.sub(rb"(Content-Length: \d+\r\n)", rb"\1Content-Length: 0\r\n", GOOD, count=1),
    "length of nothing": re.sub(rb"Content-Length: \d+", b"Content-Length: 0", GOOD, count=1),
    "length missing": re.sub(rb"Content-Length: \d+\r\n", b"", GOOD, count=1),
    "length empty": re.sub(rb"Content-Length: \d+", b"Content-Length:", GOOD, count=1),
    "length of thousands of digits": GOOD.replace(b"Content-Length: ", b"Content-Length: " + b"9" * 6_000, 1),
    "length one too long": re.sub(rb"Content-Length: (\d+)", lambda m: b"Content-Length: %d" % (int(m[1]) + 1), GOOD),
    "length one too short": re.sub(rb"Content-Length: (\d+)", lambda m: b"Content-Length: %d" % (int(m[1]) - 1), GOOD),
    "length of two records": GOOD.replace(b"Content-Length: ", b"Content-Length: 1", 1) + b"x" * 2_000,
    "length not a number": GOOD.replace(b"Content-Length: ", b"Content-Length: \xd9\xa1", 1),
    "one byte altered": GOOD.replace(b"First line", b"Other line"),
    "no date": GOOD.replace(b"WARC-Date", b"WARC-Data"),
    "another version": GOOD.replace(b"WARC/1.1", b"WARC/9.9"),
    "a header on a thousand lines": GOOD.replace(b"\r\n\r\n", b"\r\nX: y" + b"\r\n z" * 1_000 + b"\r\n\r\n", 1),
    "records behind blanks": GOOD + b" " * 200_000 + GOOD,
    "endless head": b"WARC/1.1\r\n" + b"X: y\r\n" * 20_000,
    "gzip of another file": gzip.compress(b"secret words"),
    "gzip in empty pieces": gzip.compress(b"") * 20_001 + gzip.compress(GOOD),
    "gzip cut off": gzip.compress(GOOD)[:-20],
    "gzip damaged": gzip.compress(GOOD)[:40] + b"\xff" * 40 + gzip.compress(GOOD)[80:],
    "zip without archive": wacz_of([("readme.txt", b"secret words")]),
    "zip without manifest": zipped([("archive/a.warc", GOOD)]),
    "zip with an archive that is not listed": zipped(
        [
            ("archive/a.warc", GOOD),
            ("archive/b.warc", GOOD),
            ("datapackage.json", manifest([("archive/a.warc", GOOD)])),
        ]
    ),
    "zip with an archive that is listed in other letters": zipped(
        [("ARCHIVE/a.WARC", GOOD), ("datapackage.json", manifest([]))]
    ),
    "zip with an archive listed by MD5": zipped(
        [("archive/a.warc", GOOD), ("datapackage.json", manifest([("archive/a.warc", GOOD)], "md5"))]
    ),
    "zip with an archive listed twice": zipped(
        [
            ("archive/a.warc", GOOD),
            ("datapackage.json", manifest([("archive/a.warc", b"secret"), ("archive/a.warc", GOOD)])),
        ]
    ),
    "zip with an archive listed by another digest": zipped(
        [("archive/a.warc", GOOD), ("datapackage.json", manifest([("archive/a.warc", b"secret")]))]
    ),
    "zip with pages listed by another digest": zipped(
        [
            ("archive/a.warc", GOOD),
            ("pages/pages.jsonl", b"Other"),
            ("datapackage.json", manifest([("archive/a.warc", GOOD), ("pages/pages.jsonl", b"secret")])),
        ]
    ),
    "zip that lists what is not there": zipped(
        [
            ("archive/a.warc", GOOD),
            ("datapackage.json", manifest([("archive/a.warc", GOOD), ("archive/b.warc", GOOD)])),
        ]
    ),
    "zip with the digest of another manifest": zipped(
        [
            ("archive/a.warc", GOOD),
            ("datapackage.json", manifest([("archive/a.warc", GOOD)])),
            ("datapackage-digest.json", manifest_digest(manifest([]))),
        ]
    ),
    "zip with a manifest digest that is none": zipped(
        [
            ("archive/a.warc", GOOD),
            ("datapackage.json", manifest([("archive/a.warc", GOOD)])),
            ("datapackage-digest.json", b"[" * 100_000),
        ]
    ),
    "zip with a manifest of two megabytes": zipped(
        [("archive/a.warc", GOOD), ("datapackage.json", manifest([("archive/a.warc", GOOD)]) + b" " * 2_000_000)]
    ),
    "zip with a directory of two megabytes": wacz_of(
        [("archive/a.warc", GOOD), *((f"{n}{'n' * 60_000}", b"") for n in range(35))]
    ),
    "zip cut off": wacz_of([("archive/a.warc", GOOD)])[:-200],
    "zip with a name outside": wacz_of([("archive/../../etc/a.warc", GOOD)]),
    "zip with an absolute name": wacz_of([("/archive/a.warc", GOOD)]),
    "zip with a drive": wacz_of([("C:archive/a.warc", GOOD)]),
    "zip altered": wacz_of([("archive/a.warc", GOOD)]).replace(b"First line", b"Other line"),
    "zip with a damaged archive": wacz_of([("archive/a.warc", GOOD[:-9])]),
    "zip bomb": wacz_of([("archive/a.warc", b"\0" * 5_000_000)], method=zipfile.ZIP_DEFLATED),
    "zip of bzip2": wacz_of([("archive/a.warc", GOOD)], method=zipfile.ZIP_BZIP2),
    "zip in a zip": wacz_of([("archive/a.wacz", wacz_of([("archive/a.warc", GOOD)]))]),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_or_hostile_archive_is_refused_in_one_sentence(tmp_path: Path, what: str) -> None:
    refusal = refusal_of(written(tmp_path, DAMAGED[what]))
    assert str(refusal).count("nothing was imported") == 1
    for captured in ("First", "Other", "secret", "a.example", "etc"):
        assert captured not in str(refusal)


@pytest.mark.parametrize("what", [what for what in DAMAGED if "length" in what])
def test_a_recorded_internet_with_wrong_lengths_answers_nothing(tmp_path: Path, what: str) -> None:
    written(tmp_path, GOOD, "good.warc")
    written(tmp_path, DAMAGED[what], "wrong.warc")
    with pytest.raises(VettingError) as refused:
        recorded_transport(tmp_path, practice=True)
    assert refused.value.exit_code is ExitCode.BAD_INPUT
    assert "First" not in str(refused.value)


@pytest.mark.parametrize("claimed", [b"0", b"3", b"99999", b"-1", b"x"])
def test_a_length_that_only_the_recorded_server_claimed_hides_no_words(tmp_path: Path, claimed: bytes) -> None:
    page = archive([("http://a.example/", "text/html", PAGE)], Content_Length=claimed.decode())
    _, (hit,) = imported(written(tmp_path, page))
    assert hit.text.reveal().split() == ["First", "line.", "Second", "line."]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refusal_of(tmp_path / "missing.warc").code == "file_missing"


@pytest.mark.timeout(20)
def test_a_pipe_or_a_folder_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        assert refusal_of(path).code == "not_a_file"


@pytest.mark.parametrize("address", ["http://[::1/x", "http://\u2100/", "//[", "http://a.example:x/"])
def test_a_page_of_an_impossible_address_is_read_all_the_same(tmp_path: Path, address: str) -> None:
    """Nobody can ask for such an address, but an archive may state it, and its words are no less evidence."""
    record = (
        f"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Date: 2025-01-01T00:00:00Z\r\nWARC-Target-URI: {address}\r\n"
        f"Content-Type: text/html\r\nContent-Length: {len(PAGE)}\r\n\r\n"
    ).encode() + (PAGE + b"\r\n\r\n")
    _, (hit,) = imported(written(tmp_path, record))
    assert hit.text.reveal().split() == ["First", "line.", "Second", "line."]
    assert hit.locator.reveal() == address


def test_a_gzip_bomb_is_refused_before_it_unfolds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc_reader, "_RATIO_APPLIES_ABOVE", 1_000_000)
    head = b"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Date: 2025-01-01T00:00:00Z\r\nContent-Length: 40000000\r\n\r\n"
    assert "compression ratio" in str(refusal_of(written(tmp_path, gzip.compress(head + b"\0" * 40_000_000))))


def test_too_many_records_and_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc_reader, "MAX_RECORDS", 5)
    assert "too many records" in str(refusal_of(written(tmp_path, GOOD * 3)))
    monkeypatch.setattr(archive_members, "MAX_FILES", 3)
    many = wacz_of([("archive/a.warc", GOOD), *((f"pages/{n}", b"") for n in range(3))])
    assert "too many files" in str(refusal_of(written(tmp_path, many)))


def test_more_than_an_import_may_hold_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc_reader, "MAX_TOTAL_BYTES", 1_000)
    assert "too large" in str(refusal_of(written(tmp_path, GOOD)))


def test_the_limits_are_those_of_the_whole_file_and_not_of_each_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = gzip.compress(GOOD)
    wacz = written(tmp_path, wacz_of([("archive/a.warc.gz", packed), ("archive/b.warc.gz", packed)]), "a.wacz")
    assert len(list(read_archive(wacz))) == 6
    monkeypatch.setattr(warc_reader, "MAX_RECORDS", 5)
    assert "too many records" in str(refusal_of(wacz))
    monkeypatch.undo()
    monkeypatch.setattr(warc_reader, "MAX_TOTAL_BYTES", 2 * len(GOOD) - 1)
    assert "too large" in str(refusal_of(wacz))


@pytest.mark.parametrize("form", ["warc", "wacz"])
def test_an_archive_is_in_memory_once(tmp_path: Path, form: str) -> None:
    data = b"".join(archive([(f"http://a.example/{n}", "video/mp4", bytes([n]) * 2_000_000)]) for n in range(15))
    path = written(tmp_path, wacz_of([("archive/a.warc", data)]) if form == "wacz" else data)
    size = len(data)
    del data
    tracemalloc.start()
    captures, hits = imported(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (sum(len(capture.warc) for capture in captures), hits) == (size, ())
    assert peak < 1.5 * size


def test_more_text_than_can_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, archive([(f"http://a.example/{n}", "text/plain", b"some words") for n in range(3)]))
    for limit, value in (("MAX_READ_BYTES", 29), ("MAX_READ_CHARACTERS", 29)):
        with monkeypatch.context() as lowered:
            lowered.setattr(archive_file, limit, value)
            with pytest.raises(VettingError, match="nothing was imported") as refused:
                imported(path)
            assert refused.value.exit_code is ExitCode.BAD_INPUT
    assert len(imported(path)[1]) == 3


_WHOLE = {
    "a.warc": GOOD,
    "a.warc.gz": archive([("http://a.example/", "text/html", PAGE)], packed=True),
    "a.wacz": wacz_of([("archive/a.warc", GOOD), ("pages/pages.jsonl", b"{}")]),
}


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), name=st.sampled_from(sorted(_WHOLE)))
def test_whatever_is_done_to_an_archive_it_is_read_or_refused(tmp_path: Path, data: st.DataObject, name: str) -> None:
    damaged = bytearray(_WHOLE[name])
    for _ in range(data.draw(st.integers(0, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    path = written(tmp_path, bytes(damaged[: data.draw(st.integers(0, len(damaged)))]), name)
    refused: VettingError | None = None
    captures: tuple[Capture, ...] = ()
    try:
        captures, _ = imported(path)
    except VettingError as error:
        refused = error
    assert captures if refused is None else refused.exit_code is ExitCode.BAD_INPUT

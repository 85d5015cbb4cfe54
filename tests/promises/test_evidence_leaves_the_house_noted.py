"""Promise: what leaves the house in clear is in the log first, says so, shows a change, and is whole for others."""

import io
import json
import stat
import zipfile
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.demonstration import Demo

REFUSED, BAD_INPUT, USAGE = 3, 4, 2


def _number(report: Path) -> str:
    return "C-" + report.stem.removeprefix("R-").removesuffix("-1")


@pytest.fixture
def number(copy: Demo) -> str:
    """Return a case of the demo with a finding that is reported; the investigator is signed in."""
    copy.sign_in("j.alvarez")
    for report in copy.reports:
        if any(item["state"] == "released" for item in _findings(copy, _number(report))):
            return _number(report)
    raise AssertionError("no case of the demo has a reported finding")


def _findings(copy: Demo, number: str) -> list[dict[str, str]]:
    return list(json.loads(copy.vetting("review", number, "--json").stdout))


def _log_size(copy: Demo) -> int:
    return int(json.loads(copy.vetting("verify", "--json").stdout)["size"])


def test_an_export_says_that_it_is_in_clear_and_is_noted(copy: Demo, number: str, tmp_path: Path) -> None:
    file, before = tmp_path / "case.wacz", _log_size(copy)
    answer = copy.vetting("export", number, "--wacz", str(file))
    assert answer.returncode == 0, answer.stderr
    assert "NOT sealed" in answer.stderr
    assert "nobody who decides" in answer.stderr
    assert _log_size(copy) == before + 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    data = io.BytesIO(zipfile.ZipFile(file).read("archive/data.warc.gz"))
    kinds = [record.rec_type for record in ArchiveIterator(data)]
    assert kinds[0] == "warcinfo"
    assert "revisit" in kinds, "what was asked once more before the release is in it"


def test_a_program_reads_what_was_exported_and_what_was_checked(copy: Demo, number: str, tmp_path: Path) -> None:
    file = tmp_path / "case.wacz"
    exported = json.loads(copy.vetting("export", number, "--wacz", str(file), "--json").stdout)
    assert (exported["file"], exported["time_stamp"]) == (str(file), None)
    checked = json.loads(copy.vetting("export", "--check", str(file), "--json").stdout)
    assert checked["existed_at"] is None
    assert checked["records"] > exported["captures"]


def test_a_changed_byte_is_noticed(copy: Demo, number: str, tmp_path: Path) -> None:
    file = tmp_path / "case.wacz"
    copy.vetting("export", number, "--wacz", str(file))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    answer = copy.vetting("export", "--check", str(file))
    assert answer.returncode == BAD_INPUT
    assert "not what it was" in answer.stderr


def test_an_earlier_file_is_kept_and_an_unclear_command_is_explained(copy: Demo, number: str, tmp_path: Path) -> None:
    file = tmp_path / "case.wacz"
    file.write_text("another case")
    assert copy.vetting("export", number, "--wacz", str(file)).returncode == REFUSED
    assert file.read_text() == "another case"
    for words in (
        (),
        (number,),
        ("--wacz", str(file)),
        (number, "--check", str(file)),
        ("--check", str(file), "--force"),
    ):
        assert copy.vetting("export", *words).returncode == USAGE, words


@pytest.mark.parametrize("person", ["m.tran", "chief.osei", "t.okafor", "s.kim"])
def test_nobody_but_the_investigator_takes_evidence_out(copy: Demo, number: str, tmp_path: Path, person: str) -> None:
    copy.sign_in(person)
    answer = copy.vetting("export", number, "--wacz", str(tmp_path / "case.wacz"))
    assert answer.returncode == REFUSED, answer.stderr
    assert list(tmp_path.glob("*.wacz*")) == []


def test_a_reviewer_reads_what_became_of_a_finding_s_source(copy: Demo, number: str) -> None:
    copy.sign_in("m.tran")
    finding = next(item["finding"] for item in _findings(copy, number) if item["state"] == "released")
    shown = copy.vetting("review", number, "--finding", finding).stdout
    assert "Source asked once more: unchanged" in shown
    said = json.loads(copy.vetting("review", number, "--finding", finding, "--json").stdout)["asked_again"]
    assert (said["state"], said["reason"]) == ("unchanged", "")

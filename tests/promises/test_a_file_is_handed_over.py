"""Promise: what somebody hands over is imported with where and when it was seen, or refused in one sentence."""

import json
from pathlib import Path

import pytest

from tests.demonstration import Demo
from tests.sources.archives import PAGE, zipped
from tests.sources.files import PNG, mhtml, pdf
from vetting.errors import ExitCode

ADDRESS = "https://a.example/canary/1"
SEEN = ("--address", ADDRESS, "--seen-at", "2026-01-02T03:04Z")
THREAT = "I will burn down the house of whoever wrote me that ticket."


@pytest.fixture(scope="module")
def case(copy: Demo) -> str:
    return copy.open_case(position="handed-over-2027")


def file_of(folder: Path, data: bytes, name: str) -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


def test_each_kind_of_file_is_imported_and_says_what_was_read(copy: Demo, case: str, tmp_path: Path) -> None:
    page = mhtml(("text/html", ADDRESS, f"<p>{THREAT}</p>".encode()))
    for data, kind, texts, given in (
        (PAGE, "page", 1, SEEN),
        (page, "mhtml", 1, SEEN),
        (pdf("Some words."), "pdf", 1, SEEN),
        (PNG, "screenshot", 0, SEEN),
        (zipped([("a.json", b'["Some words."]'), ("b.jpg", b"\xff\xd8\xff")]), "export", 1, ("--from", "candidate")),
    ):
        answer = copy.vetting("import", case, file_of(tmp_path, data, kind), *given, "--json")
        assert answer.returncode == 0, answer.stderr
        said = json.loads(answer.stdout)
        assert (said["kind"], said["captures"], said["texts"], said["partly_read"]) == (kind, 1, texts, False)
    assert len(json.loads(copy.vetting("review", case, "--json").stdout)) == 1


def test_where_and_when_is_asked_for_where_it_is_not_given(copy: Demo, case: str, tmp_path: Path) -> None:
    """So that an address, which names an account, need stand in no shell's history."""
    path = file_of(tmp_path, PNG + b"another", "a.png")
    answer = copy.vetting("import", case, path, typed=f"{ADDRESS}\n2026-01-02T03:04\n")
    assert answer.returncode == 0, answer.stderr
    assert "Nothing was read from it" in answer.stderr
    assert "1 capture sealed, 0 findings" in answer.stdout


def test_an_address_is_read_from_standard_input(copy: Demo, case: str, tmp_path: Path) -> None:
    """So that a program need not put it on its command line, which everybody on the machine can read."""
    path = file_of(tmp_path, PNG + b"a third", "a.png")
    answer = copy.vetting("import", case, path, "--address", "-", "--seen-at", SEEN[3], typed=f"{ADDRESS}\n")
    assert answer.returncode == 0, answer.stderr
    assert "At which address" not in answer.stderr
    again = copy.vetting("import", case, path, "--address", "-", "--seen-at", SEEN[3])
    assert again.returncode == ExitCode.USAGE, "nothing was given on standard input"


def test_a_name_that_commands_a_terminal_is_spelt_out(copy: Demo, tmp_path: Path) -> None:
    answer = copy.vetting("export", "--check", str(tmp_path / "x\x1b[31m\u202ez"))
    assert answer.returncode == ExitCode.BAD_INPUT
    assert "\x1b" not in answer.stderr
    assert "\u202e" not in answer.stderr
    assert "x\\x1b[31m\\u202ez does not exist" in answer.stderr


@pytest.mark.parametrize(
    ("data", "given", "code"),
    [
        (PNG + b"1", (), ExitCode.USAGE),
        (PNG + b"1", ("--address", "canary", "--seen-at", "2026-01-02"), ExitCode.BAD_INPUT),
        (PNG + b"1", ("--address", ADDRESS, "--seen-at", "9998-01-02"), ExitCode.BAD_INPUT),
        (b"WARC/1.1\r\n", SEEN, ExitCode.USAGE),
        (pdf("canary", trailer=b"/Encrypt<</Filter/Standard/V 1/R 2/O(x)/U(x)/P -1>>"), SEEN, ExitCode.BAD_INPUT),
        (zipped([("canary.zip", zipped([]))]), ("--from", "candidate"), ExitCode.BAD_INPUT),
        (b"canary", SEEN, ExitCode.BAD_INPUT),
    ],
)
def test_what_cannot_be_imported_is_one_sentence_and_a_remedy(
    copy: Demo, case: str, tmp_path: Path, data: bytes, given: tuple[str, ...], code: ExitCode
) -> None:
    answer = copy.vetting("import", case, file_of(tmp_path, data, "a.file"), *given)
    assert answer.returncode == code, answer.stderr
    assert answer.stdout == ""
    assert "canary" not in answer.stderr
    assert "Traceback" not in answer.stderr
    assert len([line for line in answer.stderr.splitlines() if line]) == 2  # a question stands before the sentence


def test_the_auditor_counts_what_was_handed_over(copy: Demo, case: str) -> None:
    copy.sign_in("t.okafor")
    said = copy.vetting("uniformity", "handed-over-2027").stdout
    copy.sign_in("j.alvarez")
    assert f"{case}: 7 files imported by hand" in said

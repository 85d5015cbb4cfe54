"""The verifier's sentences name what is at fault: the word that is missing, the path, the file that was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.log.bundles import NOON, SIZE, export, filled_log, policy, request, witnesses
from vetting.log.verifier import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def received(tmp_path: Path) -> Path:
    """Return a bundle that one witness cosigned; a policy lies beside it."""
    log = filled_log(tmp_path)
    outside = witnesses(log, tmp_path, "clerk")
    log.writer.add_cosignatures(SIZE, [outside["clerk"].cosign(request(log), NOON)])
    (tmp_path / "policy").write_text(policy(log, outside))
    bundle = export(log, tmp_path / "bundle")
    log.store.close()
    return bundle


def said(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run the verifier in this process: the exit code, and both outputs."""
    capfd.readouterr()
    code = main(arguments)
    return code, *capfd.readouterr()


def test_a_word_that_is_missing_is_named(received: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capfd, str(received))
    assert (code, out, err.splitlines()[0]) == (2, "", "The command line lacks: --policy.")
    code, _, err = said(capfd, "x", "--\x1b[31m", "--policy", "x")
    assert (code, err.splitlines()[0]) == (2, "The command line is wrong.")


def test_a_mistyped_path_is_a_sentence_and_its_remedy_is_the_path(
    received: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code, _, err = said(capfd, str(received), "--policy", str(received.with_name("polcy")))
    assert (code, err) == (4, "The policy is missing.\nCheck the path.\n")
    code, _, err = said(capfd, str(received.with_name("bundel")), "--policy", str(received.with_name("policy")))
    assert (code, err) == (4, "The bundle does not exist.\nCheck the path.\n")


@pytest.mark.parametrize(
    ("name", "before", "after", "said_of_it"),
    [
        ("protocol.json", b'"steps"', b'"steqs"', "BAD: protocol.json is not the protocol"),
        ("protocol.json", b"{", b"{ ", "BAD: protocol.json is not canonical JSON: it is"),
        ("SHA256SUMS", b"0", b"1", "one of the two was changed after the export"),
        ("cosignatures.txt", b"15 ", b"xv ", "BAD: cosignatures.txt is not a list"),
        ("leaves.txt", b"0", b"1", "one of the two was changed"),
    ],
)
def test_what_is_bad_names_the_file_that_is(
    received: Path, capfd: pytest.CaptureFixture[str], name: str, before: bytes, after: bytes, said_of_it: str
) -> None:
    file = received / name
    file.write_bytes(file.read_bytes().replace(before, after, 1))
    code, out, _ = said(capfd, str(file.parent), "--policy", str(received.with_name("policy")))
    assert code == 9
    assert said_of_it in out.splitlines()[0]

"""A bundle made to hang the verifier, to fill its memory, or to speak with its voice does none of the three."""

from __future__ import annotations

import os
import time
import tracemalloc
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from tests.log.bundles import SIZE, export, filled_log, resummed
from vetting.log import verifier
from vetting.log.answers import Answer, examine, judged
from vetting.log.bundle import Bundle
from vetting.log.policy import Policy
from vetting.log.verify import MOST_COSIGNATURES, verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.log.conftest import OpenLog

TERABYTE = 1 << 40
MEBIBYTE = 1 << 20
PATIENCE = 10.0
"""Seconds; a walk of so small a log takes a hundredth of that."""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenLog]:
    made = filled_log(tmp_path_factory.mktemp("log"))
    yield made
    made.store.close()


@pytest.fixture
def bundle(log: OpenLog, tmp_path: Path) -> Path:
    return export(log, tmp_path / "bundle", stamps={SIZE: b"garbage, and no token"})


def told(log: OpenLog, bundle: Path) -> Answer:
    asked = Policy.of(log.key.verifier)
    return judged(examine(bundle, asked), asked)


@pytest.mark.parametrize("name", ["README.txt", "schema/event-1.json", "SHA256SUMS", "cosignatures.txt"])
def test_a_file_without_end_is_refused_before_it_is_read_to_its_end(log: OpenLog, bundle: Path, name: str) -> None:
    try:
        os.truncate(bundle / name, TERABYTE)
    except OSError:
        pytest.skip("this file system has no sparse files of that size")
    began = time.monotonic()
    answer = told(log, bundle)
    assert time.monotonic() - began < PATIENCE
    assert answer.code == 9
    assert name.rpartition("/")[2] in answer.lines[0]


def peak_of(bundle: Path, asked: Policy) -> tuple[int, str]:
    """The most bytes that a verification held at once, and what it said."""
    tracemalloc.start()
    try:
        found = examine(bundle, asked)
        return tracemalloc.get_traced_memory()[1], judged(found, asked).lines[0]
    finally:
        tracemalloc.stop()


def test_a_list_of_sums_ends_at_the_first_name_that_is_not_there(log: OpenLog, bundle: Path) -> None:
    with (bundle / "SHA256SUMS").open("ab") as sums:
        sums.writelines(b"0" * 64 + b"  %0120d\n" % number for number in range(100_000))
    peak, said = peak_of(bundle, Policy.of(log.key.verifier))
    assert "names other files" in said
    assert peak < 4 * MEBIBYTE


def test_signatures_of_strangers_take_no_memory(log: OpenLog, bundle: Path) -> None:
    line = b"%d \xe2\x80\x94 x %b\n" % (SIZE, b64encode(bytes(40_000)))
    (bundle / "cosignatures.txt").write_bytes(line * 600)
    resummed(bundle, "cosignatures.txt")
    peak, said = peak_of(bundle, Policy.of(log.key.verifier))
    assert said.startswith("OK ")
    assert peak < 4 * MEBIBYTE


def test_one_checkpoint_has_only_so_many_cosignatures(log: OpenLog, bundle: Path) -> None:
    line = b"%d \xe2\x80\x94 x AAAAAAAA\n" % SIZE
    (bundle / "cosignatures.txt").write_bytes(line * MOST_COSIGNATURES)
    assert verify(Bundle(bundle), log.key.verifier).ok
    (bundle / "cosignatures.txt").write_bytes(line * (MOST_COSIGNATURES + 1))
    verdict = verify(Bundle(bundle), log.key.verifier)
    assert (verdict.ok, verdict.first_bad) == (False, SIZE)
    assert verdict.reason == f"more than {MOST_COSIGNATURES} cosignatures are shown at {SIZE} entries"


def test_checkpoints_beyond_the_entries_take_no_memory(log: OpenLog, bundle: Path) -> None:
    filler = b64encode(bytes(40_000))
    with (bundle / "checkpoints.txt").open("ab") as notes:
        for size in range(SIZE + 1, SIZE + 401):
            notes.write(b"\no\n%d\nx\n\n\xe2\x80\x94 x %b\n" % (size, filler))
    peak, said = peak_of(bundle, Policy.of(log.key.verifier))
    assert said == f"BAD at entry {SIZE}: entry {SIZE} is missing: a signed checkpoint counts {SIZE + 1} entries."
    assert peak < 4 * MEBIBYTE


def test_the_signed_text_of_a_checkpoint_is_short(log: OpenLog, bundle: Path) -> None:
    with (bundle / "checkpoints.txt").open("ab") as notes:
        notes.write(b"\no\n%d\nx\n%b\n\n\xe2\x80\x94 x AAAAAAAA\n" % (SIZE + 1, b"y" * 1024))
    assert told(log, bundle).lines[0].endswith("a checkpoint in checkpoints.txt is too long.")


# ------------------------------------------------------------------------------------------ with the verifier's voice


@pytest.mark.parametrize("name", ["README.txt", "schema/event-1.json"])
def test_words_that_no_signature_covers_are_named_even_where_the_sums_were_put_right(
    log: OpenLog, bundle: Path, name: str
) -> None:
    assert "NOT VERIFIED" not in str(told(log, bundle))
    with (bundle / name).open("ab") as file:
        file.write(b"\x1b[2JVerify with the program in this folder.\n")
    resummed(bundle, name)
    answer = told(log, bundle)
    assert f"{name} is NOT VERIFIED: it is not this release's text. Do nothing on its word." in answer.lines
    assert "\x1b" not in str(answer)


def test_a_token_is_not_said_to_be_a_time_stamp_before_anybody_checked_it(log: OpenLog, bundle: Path) -> None:
    [line] = [line for line in told(log, bundle).lines if "ime-stamp" in line]
    assert line.startswith(f"Time-stamp tokens, not checked here, lie beside the checkpoints at {SIZE}:")


def test_nothing_that_is_said_commands_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    hostile = "a\x1b[2Jb\x9b31mc\u202ed\x07 \u2014 e"
    monkeypatch.setattr(verifier, "_answered", lambda _: Answer(lines=(hostile,)))
    assert verifier.main([]) == 0
    assert capfd.readouterr().out == "a\\x1b[2Jb\\x9b31mc\\u202ed\\x07 \u2014 e\n"

"""A bundle says what the log says, to the byte; whatever else lies in its place is a sentence, and never OK."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.log.bundles import DOCUMENT, POSITION, SIZE, export, filled_log, protocol_digest, resummed
from vetting.log.bundle import FILES, Bundle
from vetting.log.errors import FileError, LogError
from vetting.log.event import EventType
from vetting.log.note import Verifier
from vetting.log.policy import Policy
from vetting.log.profile import JsonInput
from vetting.log.verify import Verdict, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.log.conftest import OpenLog

FLIPS = 2000


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenLog]:
    made = filled_log(tmp_path_factory.mktemp("log"))
    yield made
    made.store.close()


@pytest.fixture
def bundle(log: OpenLog, tmp_path: Path) -> Path:
    return export(log, tmp_path / "bundle", stamps={3: b"a token", SIZE: b"another"})


def judged(folder: Path, verifier: Verifier) -> Verdict:
    """What an auditor does: the walk, then what lies beside the log."""
    received = Bundle(folder)
    verdict = verify(received, verifier)
    if verdict.ok:
        received.check([verifier])
        with received.snapshot() as snapshot:
            assert all(snapshot.cosignatures())
    return verdict


def why_not(folder: Path, verifier: Verifier) -> str:
    """Why the bundle is not accepted."""
    try:
        verdict = judged(folder, verifier)
    except LogError as refused:
        return str(refused)
    assert not verdict.ok
    return str(verdict)


# ----------------------------------------------------------------------------------------------- what it holds


def test_a_bundle_holds_every_entry_checkpoint_and_root_of_the_log(log: OpenLog, bundle: Path) -> None:
    verdict = judged(bundle, log.key.verifier)
    assert (verdict.ok, verdict.size) == (True, SIZE)
    with log.reader.snapshot() as there, Bundle(bundle).snapshot() as here:
        assert list(here.rows()) == list(there.rows())
        assert list(here.rows(5)) == list(there.rows(5))
        assert list(here.checkpoints()) == list(there.checkpoints())
        assert here.frontier() == there.frontier()
    received = Bundle(bundle)
    assert (received.position, received.verifier) == (POSITION, log.key.verifier)
    assert received.time_stamps() == (3, SIZE)
    assert received.time_stamp(3)[1] == b"a token"


def test_the_system_s_own_program_confirms_the_sums(bundle: Path) -> None:
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=bundle, capture_output=True, check=True
    )
    stamps = 4
    assert done.stdout.count(b": OK\n") == len(FILES) - 1 + stamps


def test_the_protocol_file_has_the_digest_that_reports_print(bundle: Path) -> None:
    content = (bundle / "protocol.json").read_bytes()
    assert hashlib.sha256(content).hexdigest() == protocol_digest()
    assert json.loads(content) == DOCUMENT


def test_every_line_of_the_entries_is_json_that_keeps_the_schema_s_fields(bundle: Path) -> None:
    schema = json.loads((bundle / "schema" / "event-1.json").read_text())
    for line in (bundle / "entries.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        assert set(schema["required"]) <= entry.keys() <= schema["properties"].keys()
        assert entry["type"] in schema["properties"]["type"]["enum"]


def test_the_readme_is_short_and_says_what_to_type(bundle: Path) -> None:
    text = (bundle / "README.txt").read_text("ascii")
    assert "python vetting-verify.pyz FOLDER --policy POLICY" in text
    assert len(text.splitlines()) < 22
    assert all(len(line) <= 120 for line in text.splitlines())


# ------------------------------------------------------------------------------------------- one bit, one byte


def test_every_flipped_bit_anywhere_in_a_bundle_is_found(log: OpenLog, bundle: Path) -> None:
    dice = random.Random(5)  # noqa: S311
    files = sorted(path for path in bundle.rglob("*") if path.is_file())
    sizes = [path.stat().st_size for path in files]
    for _ in range(FLIPS):
        [path] = dice.choices(files, weights=[size + 200 for size in sizes])
        right = path.read_bytes()
        if not right:
            continue
        wrong = bytearray(right)
        bit = dice.randrange(len(wrong) * 8)
        wrong[bit // 8] ^= 1 << bit % 8
        path.write_bytes(wrong)
        said = why_not(bundle, log.key.verifier)
        if path.name == "entries.jsonl":
            assert said.startswith(f"BAD at entry {right[: bit // 8].count(10)}:"), (said, bit)
        path.write_bytes(right)
    assert judged(bundle, log.key.verifier).ok


@pytest.mark.parametrize("sequence", [0, 7, SIZE - 1])
def test_an_edited_entry_is_named_even_where_the_sums_were_put_right(log: OpenLog, bundle: Path, sequence: int) -> None:
    lines = (bundle / "entries.jsonl").read_bytes().splitlines(keepends=True)
    lines[sequence] = lines[sequence].replace(b"j.alvarez", b"t.okafor-")
    (bundle / "entries.jsonl").write_bytes(b"".join(lines))
    resummed(bundle, "entries.jsonl")
    assert why_not(bundle, log.key.verifier).startswith(f"BAD at entry {sequence}:")


# --------------------------------------------------------------------------------------- files that were changed


def _crlf(text: bytes) -> bytes:
    return text.replace(b"\n", b"\r\n")


def _bom(text: bytes) -> bytes:
    return b"\xef\xbb\xbf" + text


def _cut(text: bytes) -> bytes:
    return text[: -max(1, len(text) // 3)]


def _without_last_end(text: bytes) -> bytes:
    return text[:-1]


def _doubled(text: bytes) -> bytes:
    return text + text


def _emptied(_text: bytes) -> bytes:
    return b""


def _endless_line(text: bytes) -> bytes:
    return text + b"x" * 300_000


def _not_text(text: bytes) -> bytes:
    return text + b"\xff\xfe\n"


def _blank_line(text: bytes) -> bytes:
    return text + b"\n"


CHANGES = (_crlf, _bom, _cut, _without_last_end, _doubled, _emptied, _endless_line, _not_text, _blank_line)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", sorted((FILES | {"time-stamps/3.tsr", "time-stamps/3.checkpoint"}) - {"SHA256SUMS"}))
def test_a_file_that_was_rewritten_on_the_way_is_noticed_even_where_the_sums_were_put_right(
    log: OpenLog, bundle: Path, name: str, change: Callable[[bytes], bytes]
) -> None:
    before = (bundle / name).read_bytes()
    (bundle / name).write_bytes(change(before))
    if (bundle / name).read_bytes() == before:
        return  # an empty file cannot be cut
    resummed(bundle, name)
    unbound = {"README.txt", "schema/event-1.json", "time-stamps/3.tsr"}
    if name in unbound:  # what no signature covers: the sums alone hold it, and the sums are put right here
        (bundle / "SHA256SUMS").write_text((bundle / "SHA256SUMS").read_text().replace("0", "1"))
    said = why_not(bundle, log.key.verifier)
    assert said
    assert "\n" not in said


@pytest.mark.parametrize("change", CHANGES)
def test_sums_that_are_no_sums_are_noticed(log: OpenLog, bundle: Path, change: Callable[[bytes], bytes]) -> None:
    (bundle / "SHA256SUMS").write_bytes(change((bundle / "SHA256SUMS").read_bytes()))
    assert why_not(bundle, log.key.verifier)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_missing_file_is_named(log: OpenLog, bundle: Path, name: str) -> None:
    (bundle / name).unlink()
    assert why_not(bundle, log.key.verifier) == f"{name} is missing from the bundle."


def _link(path: Path) -> None:
    path.rename(path.with_name("moved"))
    path.with_name("moved").rename(path.parent.parent / "elsewhere")
    path.symlink_to(path.parent.parent / "elsewhere")


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("exchange", [_link, _pipe, _folder])
@pytest.mark.parametrize("name", ["entries.jsonl", "log.vkey", "SHA256SUMS", "README.txt", "cosignatures.txt"])
def test_what_is_no_plain_file_is_refused_and_not_waited_for(
    log: OpenLog, bundle: Path, name: str, exchange: Callable[[Path], None]
) -> None:
    exchange(bundle / name)
    said = why_not(bundle, log.key.verifier)
    assert said.startswith(f"{name} is a ")


@pytest.mark.parametrize(
    "name",
    [
        "more.txt",
        "schema/event-2.json",
        "schema/notes.txt",
        "time-stamps/004.tsr",
        "time-stamps/x.tsr",
        "a\x1b[31mb",
        ".x",
    ],
)
def test_a_file_that_nobody_agreed_on_is_refused(log: OpenLog, bundle: Path, name: str) -> None:
    (bundle / name).write_text("x")
    said = why_not(bundle, log.key.verifier)
    assert said.isascii()
    assert said.isprintable()
    assert "schema of a version" in said if "schema" in name else "does not belong" in said


def test_a_folder_that_nobody_agreed_on_is_refused(log: OpenLog, bundle: Path) -> None:
    (bundle / "time-stamps" / "3").mkdir()
    assert "does not belong" in why_not(bundle, log.key.verifier)


@pytest.mark.parametrize("kind", ["tsr", "checkpoint"])
def test_half_a_time_stamp_is_refused(log: OpenLog, bundle: Path, kind: str) -> None:
    (bundle / "time-stamps" / f"3.{kind}").unlink()
    assert "time-stamps/3 lacks" in why_not(bundle, log.key.verifier)


def test_a_time_stamp_beside_another_checkpoint_is_refused(log: OpenLog, bundle: Path) -> None:
    for kind in ("tsr", "checkpoint"):
        (bundle / "time-stamps" / f"3.{kind}").rename(bundle / "time-stamps" / f"6.{kind}")
    assert "time-stamps/6.checkpoint is not the checkpoint" in why_not(bundle, log.key.verifier)


@pytest.mark.parametrize("place", ["nowhere", "log.sqlite"])
def test_what_is_no_bundle_at_all_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "log.sqlite").write_text("x")
    with pytest.raises(FileError):
        Bundle(tmp_path / place)
    with pytest.raises(FileError):
        Bundle(tmp_path / "nul\0l")


# --------------------------------------------------------------------------------------- what a forger would try


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b'{"a":1,"a":1}', "twice"),
        (b'{"a":1.5}', "not whole"),
        (b'{"a": 1}', "canonical"),
        (b"[1]", "canonical"),
        (b"[" * 60_000, "JSON"),
        (b'{"a":' * 9000 + b"1" + b"}" * 9000, "JSON"),
        (b'{"a":' + b"9" * 5000 + b"}", "JSON"),
        (b'{"title":"Another protocol"}', "not the protocol that the log froze"),
    ],
)
def test_another_protocol_is_refused(log: OpenLog, bundle: Path, text: bytes, why: str) -> None:
    (bundle / "protocol.json").write_bytes(text)
    resummed(bundle, "protocol.json")
    assert why in why_not(bundle, log.key.verifier)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"sergeant-2027\n", "no frozen protocol"),
        (b"two words\n", "not hold the name"),
        (b"\x1b[2J\n", "not hold the name"),
        (b"patrol-officer-2026", "not hold the name"),
        (b"\n", "not hold the name"),
        (b"x" * 5000, "longer than"),
    ],
)
def test_another_position_is_refused(log: OpenLog, bundle: Path, text: bytes, why: str) -> None:
    (bundle / "position.txt").write_bytes(text)
    resummed(bundle, "position.txt")
    assert why in why_not(bundle, log.key.verifier)


def test_the_bundle_of_another_log_is_refused(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = filled_log(tmp_path / "other")
    assert "not signed by" in why_not(bundle, other.key.verifier)
    with pytest.raises(LogError), Bundle(bundle).snapshot() as snapshot:
        Policy.of(other.key.verifier).open(next(snapshot.checkpoints())[1].decode())
    other.store.close()


def test_checkpoints_in_another_order_and_of_another_log_are_refused(log: OpenLog, bundle: Path) -> None:
    path = bundle / "checkpoints.txt"
    notes = path.read_text("utf-8").split("\n\n")
    swapped = [*notes[2:4], *notes[0:2], *notes[4:]]
    path.write_text("\n\n".join(swapped), "utf-8")
    assert "order" in why_not(bundle, log.key.verifier)
    path.write_text("\n\n".join(notes).replace("log-1", "log-2"), "utf-8")
    assert "not signed" in why_not(bundle, log.key.verifier)


@pytest.mark.parametrize("lines", [0, 1, SIZE - 1])
def test_a_log_cut_short_in_every_file_is_found_by_its_checkpoints(log: OpenLog, bundle: Path, lines: int) -> None:
    for name in ("entries.jsonl", "leaves.txt"):
        kept = (bundle / name).read_bytes().splitlines(keepends=True)[:lines]
        (bundle / name).write_bytes(b"".join(kept))
        said = why_not(bundle, log.key.verifier)
        assert said.startswith(f"BAD at entry {lines}:"), said


def test_more_leaves_than_entries_and_more_entries_than_leaves_are_refused(log: OpenLog, bundle: Path) -> None:
    leaves = bundle / "leaves.txt"
    right = leaves.read_bytes()
    leaves.write_bytes(right + b"0" * 64 + b"\n")
    assert why_not(bundle, log.key.verifier).startswith(f"BAD at entry {SIZE}:")
    leaves.write_bytes(right[: -2 * 65])
    assert why_not(bundle, log.key.verifier).startswith(f"BAD at entry {SIZE - 2}:")


def test_a_log_that_froze_two_protocols_of_the_position_has_none_that_counts(tmp_path: Path) -> None:
    log = filled_log(tmp_path)
    [first] = [entry.event for entry in log.reader.entries() if entry.event.type is EventType.PROTOCOL_FROZEN]
    document: dict[str, JsonInput] = {**DOCUMENT, "version": 4}
    other: dict[str, JsonInput] = {"digest": protocol_digest(), "document": document}
    log.writer.append(replace(first, id=f"{first.id}.2", body=other))
    assert "froze two different protocols" in why_not(export(log, tmp_path / "bundle"), log.key.verifier)
    log.store.close()

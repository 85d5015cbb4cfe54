"""One entry in a file: malformed files by others, round trips, and everything that must not verify."""

import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.log.small_log import SmallLog, entry
from vetting.log.checkpoint import sign_checkpoint
from vetting.log.cosignature import Cosigner
from vetting.log.errors import LogError, NoteError, ProofError
from vetting.log.inclusion_file import FIRST_LINE, InclusionFile, InclusionProof, read, spell
from vetting.log.merkle import leaf_hash
from vetting.log.note import Signature, Signer
from vetting.log.policy import Policy

LOG = SmallLog()
POLICY = Policy.of(LOG.signer.verifier)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def proof(number: int, size: int, note: str | None = None) -> InclusionProof:
    return InclusionProof(
        sequence=number,
        leaf=leaf_hash(entry(number)),
        path=LOG.inclusion(number, size),
        note=LOG.note(size) if note is None else note,
    )


def test_every_malformed_file_by_others_is_refused_and_is_sound_once_its_one_fault_is_mended(
    shared_folder: Path,
) -> None:
    vectors = json.loads((shared_folder / "vectors/transparency-dev-formats/vectors.json").read_text())
    assert len(vectors["tlog_proof_bad"]) == 6
    mended = {"wrong-header": FIRST_LINE, "!!notbase64!!\nindex": "AAAA\nindex", "notanumber": "0", "-5": "0"}
    for why, text in vectors["tlog_proof_bad"]:
        with pytest.raises(ProofError):
            read(text)
        signed = text.replace("checkpoint\n", LOG.note(7))
        with pytest.raises(ProofError):
            read(signed)
        for fault, sound in mended.items():
            signed = signed.replace(fault, sound)
        if why not in {"missing index", "hash base64"}:
            assert read(signed).index == 0, why


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 80), st.data())
def test_every_entry_of_every_log_can_be_carried_away_and_is_believed(size: int, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, size - 1))
    text = spell(proof(number, size), extra=entry(number))
    file = read(text)
    assert spell(proof(number, size), extra=file.extra) == text
    shown = file.verify(POLICY)
    assert (shown.sequence, shown.entry, shown.checkpoint) == (number, entry(number), LOG.checkpoint(size))
    assert not shown.seen.satisfied
    with pytest.raises(ProofError):
        file.verify(POLICY, entry=entry(number + 1))
    if number + 1 < size:
        moved = InclusionFile(index=number + 1, path=file.path, note=file.note, extra=file.extra)
        with pytest.raises(ProofError):
            moved.verify(POLICY)


def test_a_file_without_the_entry_needs_the_entry_handed_in() -> None:
    text = spell(proof(3, 7))
    assert "extra" not in text
    assert read(text).verify(POLICY, entry=entry(3)).sequence == 3
    with pytest.raises(ProofError, match="does not hold"):
        read(text).verify(POLICY)


def test_the_entry_handed_in_counts_and_not_the_one_in_the_file() -> None:
    file = read(spell(proof(3, 7), extra=b"something else"))
    assert file.verify(POLICY, entry=entry(3)).entry == entry(3)
    with pytest.raises(ProofError):
        file.verify(POLICY)


def test_an_empty_entry_is_an_entry() -> None:
    file = read(spell(proof(3, 7), extra=b""))
    assert file.extra == b""
    with pytest.raises(ProofError, match="another root"):
        file.verify(POLICY)


def test_who_saw_the_log_is_read_from_the_file() -> None:
    witness = Cosigner.generate("clerk.example/witness")
    vkeys = f"log {LOG.signer.verifier.vkey}\nwitness clerk {witness.key.vkey}\nquorum clerk\n"
    policy, line = Policy.parse(vkeys), witness.cosign(LOG.checkpoint(7), NOON)
    shown = read(spell(proof(3, 7, LOG.note(7) + str(line)), extra=entry(3))).verify(policy, now=NOON)
    assert (shown.seen.satisfied, shown.seen.witnesses, shown.seen.time) == (True, ("clerk",), NOON)
    alone = read(spell(proof(3, 7), extra=entry(3))).verify(policy)
    assert not alone.seen.satisfied
    false = Signature(name=line.name, key_id=line.key_id, raw=bytes(len(line.raw)))
    with pytest.raises(NoteError):
        read(spell(proof(3, 7, LOG.note(7) + str(false)), extra=entry(3))).verify(policy)


def test_a_file_of_another_log_or_another_history_is_refused() -> None:
    with pytest.raises(NoteError):
        read(spell(proof(3, 7, SmallLog(Signer.generate(LOG.signer.verifier.name)).note(7)), extra=entry(3))).verify(
            POLICY
        )
    with pytest.raises(ProofError):
        read(spell(proof(3, 7, LOG.forged(2).note(7)), extra=entry(3))).verify(POLICY)
    with pytest.raises(ProofError):
        read(spell(proof(3, 7, LOG.note(8)), extra=entry(3))).verify(POLICY)


def test_a_file_with_one_bit_changed_shows_nothing() -> None:
    raw = spell(proof(3, 7), extra=entry(3)).encode()
    for bit in random.Random(11).sample(range(len(raw) * 8), 1500):  # noqa: S311
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(LogError):
            read(changed.decode("utf-8", "replace")).verify(POLICY)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("index 3", "index 03"),
        ("index 3", "index +3"),
        ("index 3", "index  3"),
        ("index 3", "index ٣"),
        ("index 3", "index 3 "),
        ("index 3", "Index 3"),
        ("index 3", f"index {2**64}"),
        ("index 3", f"index {'9' * 5000}"),
        ("index 3", "index 3\nindex 3"),
        ("extra ", "extra  "),
        ("extra ", "extra"),
        ("extra ", "extra AAAA\nextra "),
        (FIRST_LINE, FIRST_LINE + "\r"),
        (FIRST_LINE, "\ufeff" + FIRST_LINE),
        (FIRST_LINE, FIRST_LINE + "\n"),
        (FIRST_LINE, "c2sp.org/tlog-proof@v2"),
        ("=\n\nvetting", "=\n\n\nvetting"),
        ("=\n\nvetting", "=\nvetting"),
        ("=\n\nvetting", "=\n" + "A" * 40 + "\n\nvetting"),
        ("=\n\nvetting", "=\n" + ("A" * 43 + "=\n") * 62 + "\nvetting"),
        ("=\n\nvetting", "=\n \n\nvetting"),
    ],
)
def test_a_file_in_any_other_spelling_is_refused(right: str, wrong: str) -> None:
    text = spell(proof(3, 7), extra=entry(3))
    assert right in text
    with pytest.raises(ProofError):
        read(text.replace(right, wrong, 1))


def test_a_file_without_end_is_refused() -> None:
    with pytest.raises(ProofError, match="too long"):
        read(FIRST_LINE + "\n" * 2_000_000)


@given(st.text(max_size=200), st.integers(0, 500))
def test_no_text_whatever_breaks_the_reader_of_files(text: str, at: int) -> None:
    whole = spell(proof(3, 7), extra=entry(3))
    for spoiled in (text, whole[:at] + text + whole[at + 1 :]):
        if spoiled != whole:
            with pytest.raises(LogError):
                read(spoiled).verify(POLICY)


def test_a_checkpoint_that_counts_more_than_any_log_is_refused() -> None:
    huge = sign_checkpoint(LOG.checkpoint(7), LOG.signer).replace("\n7\n", f"\n{2**64}\n")
    with pytest.raises(ProofError, match="more entries"):
        read(spell(proof(3, 7, huge), extra=entry(3)))

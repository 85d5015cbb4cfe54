"""Signed notes, checkpoints and keys against the specification's example, a real log, and Wycheproof."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetting.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from vetting.log.errors import KeyFileError, NoteError
from vetting.log.merkle import Frontier, leaf_hash
from vetting.log.note import Note, Signature, Signer, Verifier

TESSERA_KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer.generate("vetting.example/log-1")


@pytest.fixture
def note(signer: Signer) -> str:
    return sign_checkpoint(Checkpoint(origin=signer.verifier.name, size=7, root=bytes(range(32))), signer)


def test_the_example_of_the_specification_verifies(shared_folder: Path) -> None:
    example = json.loads((shared_folder / "vectors/c2sp/spec_examples.json").read_text())["signed_note_example"]
    note, verifier = Note.parse(example["note"]), Verifier.parse(example["vkey"])
    assert note.verify([verifier]) == (verifier,)
    assert note.text == "This is an example message.\n"
    assert str(note) == example["note"]
    assert verifier.vkey == example["vkey"]


def test_sixteen_checkpoints_of_a_real_log_verify_and_their_roots_are_those_of_its_entries(
    shared_folder: Path,
) -> None:
    folder, verifier = (
        shared_folder / "vectors/transparency-dev-tessera/testdata/log",
        Verifier.parse(TESSERA_KEY),
    )
    bundle, entries = (folder / "tile/entries/000.p/15").read_bytes(), []
    while bundle:
        length = int.from_bytes(bundle[:2], "big")
        entries.append(bundle[2 : 2 + length])
        bundle = bundle[2 + length :]
    for size in range(16):
        checkpoint = open_checkpoint((folder / f"checkpoint.{size}").read_text(), verifier)
        assert checkpoint.size == size
        assert checkpoint.root == Frontier.of(map(leaf_hash, entries[:size])).root()


def test_every_ed25519_case_of_wycheproof_is_judged_as_its_author_says(shared_folder: Path) -> None:
    vectors = json.loads((shared_folder / "vectors/wycheproof/testvectors_v1/ed25519_test.json").read_text())
    judged = 0
    for group in vectors["testGroups"]:
        verifier = Verifier(name="wycheproof", public=bytes.fromhex(group["publicKey"]["pk"]))
        for case in group["tests"]:
            try:
                verifier.check(bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
                good = True
            except NoteError:
                good = False
            assert good == (case["result"] == "valid"), case["tcId"]
            judged += 1
    assert judged == vectors["numberOfTests"] == 151


def test_malformed_keys_of_others_are_refused(shared_folder: Path) -> None:
    vectors = json.loads((shared_folder / "vectors/transparency-dev-formats/vectors.json").read_text())
    bad = [case["vkey"] for case in vectors["cosig_vkeys"] if case["want_err"]]
    assert len(bad) == 3
    for vkey in bad:
        with pytest.raises(NoteError):
            Verifier.parse(vkey)


def test_a_verification_key_with_any_character_changed_is_refused() -> None:
    for at, right in enumerate(TESSERA_KEY):
        for wrong in "A+/z0 =\n-é":
            if wrong != right:
                with pytest.raises(NoteError):
                    Verifier.parse(TESSERA_KEY[:at] + wrong + TESSERA_KEY[at + 1 :])


def test_a_note_with_any_bit_changed_no_longer_counts(note: str, signer: Signer) -> None:
    raw = note.encode()
    for bit in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(NoteError):
            open_checkpoint(flipped.decode("utf-8", "replace"), signer.verifier)


@given(st.text(max_size=300))
def test_no_text_whatever_breaks_the_reader_of_notes(text: str) -> None:
    with pytest.raises(NoteError):
        open_checkpoint(text, Verifier.parse(TESSERA_KEY))


def test_signatures_of_strangers_are_ignored_but_do_not_help(note: str, signer: Signer) -> None:
    stranger = Signer.generate("stranger.example")
    parsed = Note.parse(note)
    cosigned = Note(text=parsed.text, signatures=(stranger.sign(parsed.text), *parsed.signatures))
    assert open_checkpoint(str(cosigned), signer.verifier).size == 7
    only_stranger = Note(text=parsed.text, signatures=(stranger.sign(parsed.text),))
    with pytest.raises(NoteError):
        open_checkpoint(str(only_stranger), signer.verifier)


def test_one_false_signature_of_a_known_key_spoils_the_note(note: str, signer: Signer) -> None:
    parsed = Note.parse(note)
    false = Signature(name=signer.verifier.name, key_id=signer.verifier.key_id, raw=bytes(64))
    with pytest.raises(NoteError):
        Note(text=parsed.text, signatures=(*parsed.signatures, false)).verify([signer.verifier])


def test_a_checkpoint_of_another_log_is_refused_though_the_same_key_signed_it(signer: Signer) -> None:
    other = sign_checkpoint(Checkpoint(origin="vetting.example/log-2", size=7, root=bytes(32)), signer)
    with pytest.raises(NoteError, match="another log"):
        open_checkpoint(other, signer.verifier)
    assert open_checkpoint(other, signer.verifier, origin="vetting.example/log-2").size == 7


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log\n",
        "log\n7\n",
        "log\n7\nAAAA\n",
        "\n7\n" + "A" * 43 + "=\n",
        "log\n07\n" + "A" * 43 + "=\n",
        "log\n-7\n" + "A" * 43 + "=\n",
        "log\n٧\n" + "A" * 43 + "=\n",
        "log\n7\n" + "A" * 42 + "B=\n",
        "log\n7\n" + "A" * 43 + "=",
        "log\n7\n" + "A" * 43 + "=\n\n",
        "log\n" + "9" * 5000 + "\n" + "A" * 43 + "=\n",
    ],
)
def test_a_checkpoint_in_any_other_spelling_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        Checkpoint.parse(text)


def test_extension_lines_of_others_are_read_over() -> None:
    assert Checkpoint.parse("log\n7\n" + "A" * 43 + "=\nextension\n").size == 7


def test_a_signer_read_back_from_its_secret_signs_the_same(signer: Signer) -> None:
    again = Signer.parse(signer.secret())
    assert again.verifier == signer.verifier
    assert again.sign("text\n") == signer.sign("text\n")


def test_a_damaged_secret_is_refused_and_never_shown(signer: Signer) -> None:
    secret, dice = signer.secret(), random.Random(7)  # noqa: S311
    for at in range(len(secret)):
        wrong = secret[:at] + dice.choice([c for c in "abcdef0123456789+" if c != secret[at]]) + secret[at + 1 :]
        with pytest.raises(KeyFileError) as refused:
            Signer.parse(wrong)
        assert secret[-20:] not in str(refused.value)


@pytest.mark.parametrize("name", ["", "two words", "plus+sign", "line\nbreak", "nul\x00"])
def test_a_log_cannot_have_a_name_that_breaks_the_format(name: str) -> None:
    with pytest.raises(NoteError):
        Signer.generate(name)


@pytest.mark.parametrize("text", ["tab\there\n", "return\r\n", "nul\x00\n", "surrogate\ud800\n"])
def test_a_note_with_control_characters_is_refused_though_rightly_signed(text: str, signer: Signer) -> None:
    signature = signer.sign(text.encode("utf-8", "replace").decode())
    with pytest.raises(NoteError, match="control"):
        Note.parse(str(Note(text=text, signatures=(signature,))))


def test_a_note_with_too_much_in_it_is_refused(note: str) -> None:
    line = note.splitlines(keepends=True)[-1]
    with pytest.raises(NoteError, match="too many"):
        Note.parse(note + line * 100)
    with pytest.raises(NoteError, match="too long"):
        Note.parse("a" * 1_000_001)

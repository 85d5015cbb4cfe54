"""Cosignatures against those of real witnesses, Wycheproof, and the specification's words."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.log.small_log import SmallLog
from vetting.log.checkpoint import Checkpoint
from vetting.log.cosignature import CosignatureKind, Cosigner, CosignerKey
from vetting.log.errors import KeyFileError, NoteError
from vetting.log.note import ED25519, Note, Signature, Verifier, check_ed25519, key_parts
from vetting.log.policy import Policy

BOTH = list(CosignatureKind)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ORDER = 2**252 + 27742317777372353535851937790883648493
"""Of the group in which Ed25519 signatures live (RFC 8032 section 5.1)."""
PRIME = 2**255 - 19


@pytest.fixture(scope="module", params=BOTH, ids=[kind.name for kind in BOTH])
def cosigner(request: pytest.FixtureRequest) -> Cosigner:
    return Cosigner.generate("clerk.example/witness", request.param)


@pytest.fixture(scope="module")
def checkpoint() -> Checkpoint:
    return SmallLog().checkpoint(7)


@pytest.fixture(scope="module")
def by_others() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(__file__).with_name("cosigned_by_others.json").read_text("utf-8"))
    return found


# ------------------------------------------------------------------------------------------------ made by others


def test_four_public_witnesses_have_seen_a_real_log_and_a_policy_says_so(by_others: dict[str, Any]) -> None:
    case = by_others["arche"]
    witnesses = "".join(f"witness {name} {vkey}\n" for name, vkey in case["witnesses"].items())
    policy = Policy.parse(f"log {case['log']}\n{witnesses}group most 3 {' '.join(case['witnesses'])}\nquorum most\n")
    checkpoint = policy.open(case["note"])
    seen = policy.seen(checkpoint, Note.parse(case["note"]).signatures)
    assert checkpoint.size == 1_432_088_532
    assert seen.witnesses == tuple(case["witnesses"])
    assert seen.satisfied
    assert seen.time == datetime(2026, 5, 23, 21, 50, 24, tzinfo=UTC)


def test_a_public_witness_has_cosigned_a_real_log_with_both_kinds(by_others: dict[str, Any]) -> None:
    note = Note.parse(by_others["coachandhorses"]["note"])
    checkpoint = Checkpoint.parse(note.text)
    for vkey, kind in zip(by_others["coachandhorses"]["witnesses"].values(), BOTH, strict=True):
        key = CosignerKey.parse(vkey)
        assert (key.kind, key.vkey) == (kind, vkey)
        lines = [signature for signature in note.signatures if signature.key_id == key.key_id]
        assert [key.check(checkpoint, line) for line in lines] == [datetime(2026, 8, 2, 21, 4, 51, tzinfo=UTC)]
        with pytest.raises(NoteError):
            key.check(Checkpoint(origin=checkpoint.origin, size=42, root=checkpoint.root), lines[0])


def test_every_ml_dsa_44_case_of_wycheproof_is_judged_as_its_author_says(shared_folder: Path) -> None:
    vectors = json.loads((shared_folder / "vectors/wycheproof/testvectors_v1/mldsa_44_verify_test.json").read_text())
    judged = 0
    for group in vectors["testGroups"]:
        public = bytes.fromhex(group["publicKey"])
        for case in group["tests"]:
            message, raw, context = (bytes.fromhex(case.get(name, "")) for name in ("msg", "sig", "ctx"))
            assert _library_verifies(public, message, raw, context) == (case["result"] == "valid"), case["tcId"]
            if not context:
                key = CosignerKey(name="wycheproof", kind=CosignatureKind.ML_DSA_44, public=public)
                assert key.verifies(message, raw) == (case["result"] == "valid"), case["tcId"]
            judged += 1
    assert judged == vectors["numberOfTests"] == 180


def _library_verifies(public: bytes, message: bytes, raw: bytes, context: bytes) -> bool:
    try:
        MLDSA44PublicKey.from_public_bytes(public).verify(raw, message, context)
    except (InvalidSignature, ValueError):
        return False
    return True


def test_every_ed25519_case_of_wycheproof_is_judged_as_its_author_says(shared_folder: Path) -> None:
    vectors = json.loads((shared_folder / "vectors/wycheproof/testvectors_v1/ed25519_test.json").read_text())
    judged = 0
    for group in vectors["testGroups"]:
        public = bytes.fromhex(group["publicKey"]["pk"])
        check_ed25519(public)
        key = CosignerKey(name="wycheproof", kind=CosignatureKind.ED25519, public=public)
        for case in group["tests"]:
            message, raw = bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])
            assert key.verifies(message, raw) == (case["result"] == "valid"), case["tcId"]
            judged += 1
    assert judged == vectors["numberOfTests"] == 151


def test_cosigners_keys_by_others_are_judged_as_their_author_says_but_for_one_with_a_wrong_id(
    shared_folder: Path,
) -> None:
    """The ML-DSA-44 key of that test has an id which the specification does not give it; its author does not look."""
    vectors = json.loads((shared_folder / "vectors/transparency-dev-formats/vectors.json").read_text())
    refused = {case["name"]: _refuses(case["vkey"]) for case in vectors["cosig_vkeys"]}
    wrong_id = "works: native algMLDSA44 verifier"
    assert refused == {case["name"]: case["want_err"] or case["name"] == wrong_id for case in vectors["cosig_vkeys"]}
    vkey = next(case["vkey"] for case in vectors["cosig_vkeys"] if case["name"] == wrong_id)
    _, kind, public, name = key_parts(vkey)
    corrected = CosignerKey(name=name, kind=CosignatureKind(kind), public=public).vkey
    assert CosignerKey.parse(corrected).public == public


def _refuses(vkey: str) -> bool:
    try:
        CosignerKey.parse(vkey)
    except NoteError:
        return True
    return False


# ------------------------------------------------------------------------------------------- as the specification says


def test_ed25519_signs_the_text_of_the_checkpoint_under_a_heading_with_the_time(checkpoint: Checkpoint) -> None:
    cosigner = Cosigner.generate("w.example", CosignatureKind.ED25519)
    raw = cosigner.cosign(checkpoint, NOON).raw
    seconds = int(NOON.timestamp())
    message = f"cosignature/v1\ntime {seconds}\n{checkpoint.text}".encode()
    assert raw[:8] == seconds.to_bytes(8, "big")
    Ed25519PublicKey.from_public_bytes(cosigner.key.public).verify(raw[8:], message)


def test_ml_dsa_44_signs_the_names_the_time_the_size_and_the_root(checkpoint: Checkpoint) -> None:
    cosigner = Cosigner.generate("w.example")
    raw = cosigner.cosign(checkpoint, NOON).raw
    time, size = int(NOON.timestamp()).to_bytes(8, "big"), checkpoint.size.to_bytes(8, "big")
    origin = checkpoint.origin.encode()
    message = b"subtree/v1\n\x00" + b"\x09w.example" + time + bytes([len(origin)]) + origin + bytes(8) + size
    MLDSA44PublicKey.from_public_bytes(cosigner.key.public).verify(raw[8:], message + checkpoint.root)
    assert len(raw) == 8 + 2420


@settings(max_examples=50, deadline=None)
@given(
    st.integers(0, 2**64 - 1),
    st.binary(min_size=32, max_size=32),
    st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(BOTH),
)
def test_what_was_cosigned_is_read_back_with_its_time(
    size: int, root: bytes, at: datetime, kind: CosignatureKind
) -> None:
    cosigner = Cosigner("w.example", kind, bytes(range(32)))
    checkpoint = Checkpoint(origin="log.example", size=size, root=root)
    line = str(cosigner.cosign(checkpoint, at))
    key = CosignerKey.parse(cosigner.key.vkey)
    assert key.check(checkpoint, Signature.parse(line.removesuffix("\n"))) == at.replace(microsecond=0)
    other = Checkpoint(origin="log.example", size=size ^ 1, root=root)
    with pytest.raises(NoteError):
        key.check(other, Signature.parse(line.removesuffix("\n")))


def test_extension_lines_are_signed_with_ed25519_and_say_nothing_with_ml_dsa_44(
    cosigner: Cosigner, checkpoint: Checkpoint
) -> None:
    extended = Checkpoint.parse(checkpoint.text + "an extension\n")
    signature = cosigner.cosign(extended, NOON)
    assert cosigner.key.check(extended, signature) == NOON
    if cosigner.key.kind is CosignatureKind.ED25519:
        with pytest.raises(NoteError):
            cosigner.key.check(checkpoint, signature)
    else:
        assert cosigner.key.check(checkpoint, signature) == NOON


def test_an_ml_dsa_44_key_under_another_name_has_not_cosigned(checkpoint: Checkpoint) -> None:
    one = Cosigner("one.example", CosignatureKind.ML_DSA_44, bytes(32))
    two = Cosigner("two.example", CosignatureKind.ML_DSA_44, bytes(32))
    signature = one.cosign(checkpoint, NOON)
    renamed = Signature(name=two.key.name, key_id=two.key.key_id, raw=signature.raw)
    with pytest.raises(NoteError):
        two.key.check(checkpoint, signature)
    with pytest.raises(NoteError):
        two.key.check(checkpoint, renamed)


# -------------------------------------------------------------------------------------------------- what is refused


def _flipped(raw: bytes, bits: Iterator[int]) -> Iterator[bytes]:
    for bit in bits:
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)


def test_a_cosignature_with_one_bit_changed_is_none(cosigner: Cosigner, checkpoint: Checkpoint) -> None:
    raw = cosigner.cosign(checkpoint, NOON).raw
    bits = range(len(raw) * 8)
    chosen = bits if len(bits) < 1000 else [*range(80), *random.Random(5).sample(bits, 500)]  # noqa: S311
    for changed in _flipped(raw, iter(chosen)):
        with pytest.raises(NoteError):
            cosigner.key.check(checkpoint, Signature(name=cosigner.key.name, key_id=cosigner.key.key_id, raw=changed))


def test_a_cosignature_line_with_one_bit_changed_is_none_or_a_strangers(
    cosigner: Cosigner, checkpoint: Checkpoint
) -> None:
    line = str(cosigner.cosign(checkpoint, NOON)).removesuffix("\n").encode()
    chosen = random.Random(6).sample(range(len(line) * 8), 400)  # noqa: S311
    for changed in _flipped(line, iter(chosen)):
        with pytest.raises(NoteError):
            cosigner.key.check(checkpoint, Signature.parse(changed.decode("utf-8", "replace")))


def test_a_second_spelling_of_an_ed25519_signature_is_refused(checkpoint: Checkpoint) -> None:
    """S + L stands for the same number as S: a verifier that takes both takes signatures that nobody made."""
    cosigner = Cosigner.generate("w.example", CosignatureKind.ED25519)
    raw = cosigner.cosign(checkpoint, NOON).raw
    twin = raw[:40] + (int.from_bytes(raw[40:], "little") + ORDER).to_bytes(32, "little")
    with pytest.raises(NoteError):
        cosigner.key.check(checkpoint, Signature(name=cosigner.key.name, key_id=cosigner.key.key_id, raw=twin))


def _sum(one: tuple[int, int], two: tuple[int, int]) -> tuple[int, int]:
    """Add two points of the curve (RFC 8032 section 5.1), slowly."""
    d = -121665 * pow(121666, -1, PRIME) % PRIME
    (x1, y1), (x2, y2) = one, two
    product = d * x1 * x2 * y1 * y2 % PRIME
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, PRIME) % PRIME
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, PRIME) % PRIME
    return x, y


def _points_of_small_order() -> set[bytes]:
    """The eight multiples of one point of order eight: its y is a root of d*y^4 + 2*y^2 - 1."""
    y = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
    d = -121665 * pow(121666, -1, PRIME) % PRIME
    square = (y * y - 1) * pow(d * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    x = x if x * x % PRIME == square else x * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    point, found = (x, y), set[tuple[int, int]]()
    for _ in range(8):
        found.add(point)
        point = _sum(point, (x, y))
    return {(y | (x & 1) << 255).to_bytes(32, "little") for x, y in found}


def test_keys_with_which_anybody_can_sign_are_refused_wherever_a_key_is_read() -> None:
    nobody = Checkpoint(origin="log.example", size=1, root=bytes(32))
    identity = CosignerKey(name="w.example", kind=CosignatureKind.ED25519, public=(1).to_bytes(32, "little"))
    forged = Signature(name="w.example", key_id=identity.key_id, raw=bytes(7) + b"\x01" + identity.public + bytes(32))
    assert identity.check(nobody, forged) == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), "the reason for this rule"
    weak = _points_of_small_order()
    assert len(weak) == 8
    for public in weak:
        with pytest.raises(NoteError):
            CosignerKey.parse(CosignerKey(name="w.example", kind=CosignatureKind.ED25519, public=public).vkey)
        with pytest.raises(NoteError):
            Verifier.parse(Verifier(name="w.example", public=public).vkey)


def test_a_second_spelling_of_an_ed25519_key_is_refused() -> None:
    for number in range(PRIME, 2**255):
        with pytest.raises(NoteError):
            check_ed25519(number.to_bytes(32, "little"))


def test_a_plain_ed25519_key_is_taken_for_the_cosigner_with_the_same_bytes() -> None:
    cosigner = Cosigner.generate("w.example", CosignatureKind.ED25519)
    plain = Verifier(name="w.example", public=cosigner.key.public)
    assert CosignerKey.parse(plain.vkey) == cosigner.key
    assert plain.key_id != cosigner.key.key_id
    assert cosigner.key.kind != ED25519


def test_a_vkey_with_any_character_changed_is_refused(cosigner: Cosigner) -> None:
    vkey, dice = cosigner.key.vkey, random.Random(8)  # noqa: S311
    for at in range(len(vkey)) if len(vkey) < 200 else dice.sample(range(len(vkey)), 200):
        wrong = dice.choice([c for c in "Aa+/z0 =\n-é" if c != vkey[at]])
        with pytest.raises(NoteError):
            CosignerKey.parse(vkey[:at] + wrong + vkey[at + 1 :])


@pytest.mark.parametrize("kind", [0, 1, 2, 3, 5, 7, 0xFF])
def test_keys_of_other_kinds_are_refused(kind: int) -> None:
    public = bytes(range(32 if kind == ED25519 else 33))[:31]
    key = CosignerKey(name="w.example", kind=kind, public=public)  # type: ignore[arg-type]
    with pytest.raises(NoteError):
        CosignerKey.parse(key.vkey)


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("length", [0, 31, 33, 1311, 1313])
def test_keys_of_another_length_are_refused(kind: CosignatureKind, length: int) -> None:
    with pytest.raises(NoteError, match=r"length|bytes"):
        CosignerKey.parse(CosignerKey(name="w.example", kind=kind, public=bytes(length)).vkey)


# ------------------------------------------------------------------------------------------------------------- times


def _stamped(cosigner: Cosigner, checkpoint: Checkpoint, seconds: int) -> Signature:
    """What a cosigner would make that keeps other rules about time than ours."""
    from vetting.log import cosignature

    message = cosignature._message(cosigner.key, checkpoint, seconds)
    raw = seconds.to_bytes(8, "big") + cosigner._private.sign(message)
    return Signature(name=cosigner.key.name, key_id=cosigner.key.key_id, raw=raw)


def test_a_true_cosignature_without_a_time_is_told_from_a_false_one(cosigner: Cosigner, checkpoint: Checkpoint) -> None:
    assert cosigner.key.check(checkpoint, _stamped(cosigner, checkpoint, 0)) is None


@pytest.mark.parametrize("seconds", [253_402_300_800, 2**63 - 1, 2**63, 2**64 - 1])
def test_a_time_that_no_calendar_has_is_refused(cosigner: Cosigner, checkpoint: Checkpoint, seconds: int) -> None:
    with pytest.raises(NoteError, match="calendar"):
        cosigner.key.check(checkpoint, _stamped(cosigner, checkpoint, seconds))


@pytest.mark.parametrize(
    "at", [NOON.replace(tzinfo=None), datetime(1970, 1, 1, tzinfo=UTC), NOON - timedelta(days=30_000)]
)
def test_nobody_cosigns_without_a_proper_time(cosigner: Cosigner, checkpoint: Checkpoint, at: datetime) -> None:
    with pytest.raises(ValueError, match="UTC"):
        cosigner.cosign(checkpoint, at)


# ------------------------------------------------------------------------------------------------------------ secrets


def test_a_cosigner_read_back_from_its_secret_is_the_same(cosigner: Cosigner, checkpoint: Checkpoint) -> None:
    again = Cosigner.parse(cosigner.secret())
    assert again.key == cosigner.key
    assert cosigner.key.check(checkpoint, again.cosign(checkpoint, NOON)) == NOON


def test_a_damaged_secret_is_refused_and_never_shown(cosigner: Cosigner) -> None:
    secret, dice = cosigner.secret(), random.Random(9)  # noqa: S311
    for at in range(len(secret)):
        wrong = secret[:at] + dice.choice([c for c in "abcdef0123456789+" if c != secret[at]]) + secret[at + 1 :]
        with pytest.raises(KeyFileError) as refused:
            Cosigner.parse(wrong)
        assert secret[-20:] not in str(refused.value)
    for shown in (repr(cosigner), str(cosigner), repr(cosigner.key), cosigner.key.vkey):
        assert secret.split("+", 4)[4] not in shown


@pytest.mark.parametrize("name", ["", "two words", "plus+sign", "line\nbreak", "nul\x00", "a\ud800", "n" * 256])
def test_a_cosigner_cannot_have_a_name_that_breaks_the_format(name: str) -> None:
    with pytest.raises(NoteError):
        Cosigner.generate(name)


def test_a_log_with_too_long_a_name_is_not_cosigned_with_ml_dsa_44() -> None:
    with pytest.raises(NoteError, match="255"):
        Cosigner.generate("w.example").cosign(Checkpoint(origin="l" * 256, size=1, root=bytes(32)), NOON)

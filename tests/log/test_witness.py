"""The witness's folder: what is cosigned, what is refused, and what is kept of a log with two histories."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.log.small_log import ORIGIN, SmallLog, seen_at
from vetting.log.checkpoint import Checkpoint, sign_checkpoint
from vetting.log.cosignature import CosignatureKind
from vetting.log.errors import WitnessError, WitnessForkError
from vetting.log.merkle import Frontier, consistency_proof, leaf_hash
from vetting.log.note import Note, Signer, spell_base64
from vetting.log.policy import Policy
from vetting.log.request import CosignatureRequest
from vetting.log.witness import Witness

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def log() -> SmallLog:
    return SmallLog()


@pytest.fixture(params=list(CosignatureKind), ids=[kind.name for kind in CosignatureKind])
def witness(request: pytest.FixtureRequest, tmp_path: Path, log: SmallLog) -> Witness:
    made = Witness.create(tmp_path / "desk", "clerk.example/witness", request.param)
    made.trust(log.signer.verifier.vkey)
    return made


# -------------------------------------------------------------------------------------------------- what is cosigned


def test_a_log_that_grows_is_cosigned_from_month_to_month(witness: Witness, log: SmallLog, tmp_path: Path) -> None:
    old = 0
    for month, size in enumerate((0, 1, 2, 2, 7, 64, 65)):
        at = NOON + timedelta(days=30 * month)
        answer = Witness.open(tmp_path / "desk").cosign(log.request(old, size), at)
        assert seen_at(witness, log.checkpoint(size), answer) == at
        old = size
    (held,) = witness.logs()
    assert (held.origin, held.size, held.checkpoint) == (ORIGIN, 65, log.checkpoint(65))
    assert held.note == log.note(65)
    assert witness.evidence() == []


def test_a_real_log_is_cosigned_through_all_sixteen_checkpoints_that_it_signed(
    witness: Witness, shared_folder: Path
) -> None:
    folder = shared_folder / "vectors/transparency-dev-tessera/testdata/log"
    bundle, leaves = (folder / "tile/entries/000.p/15").read_bytes(), list[bytes]()
    while bundle:
        length = int.from_bytes(bundle[:2], "big")
        leaves.append(leaf_hash(bundle[2 : 2 + length]))
        bundle = bundle[2 + length :]
    verifier = witness.trust("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx")
    policy = Policy.parse(f"log {verifier.vkey}\nwitness clerk {witness.vkey}\nquorum clerk\n")
    for size in range(16):
        old = max(size - 1, 0)
        proof = consistency_proof(old, size, lambda a, b: Frontier.of(leaves[a:b]).root()) if old else []
        note = (folder / f"checkpoint.{size}").read_text("utf-8")
        cosigned = note + witness.cosign(str(CosignatureRequest(old=old, proof=tuple(proof), note=note)), NOON)
        seen = policy.seen(policy.open(cosigned), Note.parse(cosigned).signatures)
        assert (seen.witnesses, seen.satisfied) == (("clerk",), size > 0)
    assert [log.size for log in witness.logs()] == [15, 0]
    assert witness.evidence() == []


def test_what_a_witness_says_satisfies_a_policy_that_asks_for_it(witness: Witness, log: SmallLog) -> None:
    policy = Policy.parse(f"log {log.signer.verifier.vkey}\nwitness clerk {witness.vkey}\nquorum clerk\n")
    cosigned = log.note(9) + witness.cosign(log.request(0, 9), NOON)
    seen = policy.seen(policy.open(cosigned), Note.parse(cosigned).signatures)
    assert (seen.satisfied, seen.time) == (True, NOON)


def test_an_answer_that_was_lost_is_given_again_for_the_same_request(witness: Witness, log: SmallLog) -> None:
    witness.cosign(log.request(0, 5), NOON)
    for request in (log.request(0, 5), log.request(5, 5), log.request(3, 5)):
        later = NOON + timedelta(days=1)
        assert seen_at(witness, log.checkpoint(5), witness.cosign(request, later)) == later


def test_signatures_of_others_on_the_note_make_no_difference(witness: Witness, log: SmallLog) -> None:
    first = witness.cosign(log.request(0, 5), NOON)
    stranger = Signer.generate("stranger.example").sign(log.checkpoint(5).text)
    request = log.request(5, 5) + first + str(stranger)
    assert seen_at(witness, log.checkpoint(5), witness.cosign(request, NOON)) == NOON


def test_two_logs_are_kept_apart(witness: Witness, log: SmallLog) -> None:
    other = SmallLog(Signer.generate("vetting.example/log-2"))
    witness.trust(other.signer.verifier.vkey)
    witness.cosign(log.request(0, 5), NOON)
    witness.cosign(other.request(0, 3), NOON)
    assert [(held.origin, held.size) for held in witness.logs()] == [(ORIGIN, 5), ("vetting.example/log-2", 3)]


def test_a_new_key_of_a_trusted_log_goes_on_where_the_old_one_stood(witness: Witness, log: SmallLog) -> None:
    witness.cosign(log.request(0, 5), NOON)
    renewed = SmallLog(Signer.generate(ORIGIN))
    with pytest.raises(WitnessError, match="not signed"):
        witness.cosign(renewed.request(5, 9), NOON)
    witness.trust(renewed.signer.verifier.vkey)
    witness.trust(renewed.signer.verifier.vkey)
    (held,) = witness.logs()
    assert (held.keys, held.size) == ((log.signer.verifier, renewed.signer.verifier), 5)
    assert seen_at(witness, renewed.checkpoint(9), witness.cosign(renewed.request(5, 9), NOON)) == NOON
    with pytest.raises(WitnessForkError):
        witness.cosign(renewed.forged(7).request(9, 12), NOON)


# --------------------------------------------------------------------------------------------------- what is refused


def test_a_log_that_nobody_trusted_is_refused(witness: Witness) -> None:
    with pytest.raises(WitnessError, match="does not know") as refused:
        witness.cosign(SmallLog(Signer.generate("other.example/log")).request(0, 5), NOON)
    assert "trust" in refused.value.remedy


def test_a_checkpoint_that_the_log_did_not_sign_is_refused_and_leaves_no_evidence(witness: Witness) -> None:
    with pytest.raises(WitnessError, match="not signed"):
        witness.cosign(SmallLog(Signer.generate(ORIGIN)).request(0, 5), NOON)
    assert witness.evidence() == []
    assert witness.logs()[0].checkpoint is None


@pytest.mark.parametrize(("old", "new"), [(0, 9), (3, 9), (9, 9), (7, 9)])
def test_a_request_from_another_size_is_refused_and_told_which_to_ask_for(
    witness: Witness, log: SmallLog, old: int, new: int
) -> None:
    witness.cosign(log.request(0, 5), NOON)
    with pytest.raises(WitnessError, match="last saw 5") as refused:
        witness.cosign(log.request(old, new), NOON)
    assert not isinstance(refused.value, WitnessForkError)
    assert "starts from 5" in refused.value.remedy


@pytest.mark.parametrize(("old", "new"), [(0, 4), (3, 4), (0, 0), (0, 1)])
def test_a_log_that_goes_back_is_refused(witness: Witness, log: SmallLog, old: int, new: int) -> None:
    witness.cosign(log.request(0, 5), NOON)
    with pytest.raises(WitnessError, match="already seen 5"):
        witness.cosign(log.request(old, new), NOON)


def test_a_proof_from_nothing_is_refused_here_too(witness: Witness, log: SmallLog) -> None:
    for size in (5, 0):
        padded = CosignatureRequest(old=0, proof=(bytes(32),), note=log.note(size))
        with pytest.raises(WitnessError, match="none is due"):
            witness.cosign(str(padded), NOON)
    wrong = sign_checkpoint(Checkpoint(origin=ORIGIN, size=0, root=bytes(32)), log.signer)
    with pytest.raises(WitnessError, match="none is due"):
        witness.cosign(str(CosignatureRequest(old=0, proof=(), note=wrong)), NOON)


def _spoiled(request: str) -> Iterator[str]:
    yield from (
        "",
        "\n",
        "\n\n",
        "old",
        "old 0",
        "old 5\n",
        request[:-1],
        request + "\n",
        "\ufeff" + request,
        " " + request,
    )
    first, rest = request.split("\n", 1)
    for number in ("05", "-5", "+5", "5.0", " 5", "5 ", "٥", "", "x", str(2**64), "9" * 5000):
        yield f"old {number}\n{rest}"
    yield f"Old 5\n{rest}"
    yield f"{first}\r\n{rest}"
    yield request.replace("\n", "\r\n")
    yield f"{first}\n{'A' * 42}B=\n{rest}"
    yield f"{first}\n{spell_base64(bytes(31))}\n{rest}"
    yield f"{first}\n{spell_base64(bytes(33))}\n{rest}"
    yield first + "\n" + (spell_base64(bytes(32)) + "\n") * 63 + rest
    yield f"{first}\nextra line\n{rest}"
    yield request + "A" * 2_000_000


def test_a_request_in_any_other_spelling_is_a_plain_sentence(witness: Witness, log: SmallLog) -> None:
    witness.cosign(log.request(0, 5), NOON)
    for spoiled in _spoiled(log.request(5, 9)):
        with pytest.raises(WitnessError) as refused:
            witness.cosign(spoiled, NOON)
        assert not isinstance(refused.value, WitnessForkError), spoiled
    assert witness.logs()[0].size == 5
    assert witness.evidence() == []


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200), st.integers(0, 300))
def test_no_text_whatever_breaks_the_reader_of_requests(text: str, at: int) -> None:
    request = SmallLog(Signer.generate(ORIGIN)).request(5, 9)
    for spoiled in (text, request[:at] + text + request[at:]):
        try:
            read = CosignatureRequest.parse(spoiled)
        except WitnessError:
            continue
        assert str(read) == spoiled


# ---------------------------------------------------------------------------------------------------- two histories


def test_two_histories_of_one_size_are_never_both_cosigned_and_both_are_kept(
    witness: Witness, log: SmallLog, tmp_path: Path
) -> None:
    witness.cosign(log.request(0, 5), NOON)
    forged = log.forged(3)
    with pytest.raises(WitnessForkError, match="another history of its first 5") as refused:
        witness.cosign(forged.request(5, 5), NOON)
    assert "auditor" in refused.value.remedy
    (kept,) = witness.evidence()
    assert kept.name in str(refused.value)
    assert kept.parent == tmp_path / "desk" / "evidence"
    ours = Checkpoint.parse(Note.parse((kept / "seen.checkpoint").read_text("utf-8")).text)
    theirs = CosignatureRequest.parse((kept / "offered.request").read_text("utf-8"))
    assert (ours, theirs.checkpoint) == (log.checkpoint(5), forged.checkpoint(5))
    for note in ((kept / "seen.checkpoint").read_text("utf-8"), theirs.note):
        assert Note.parse(note).verify([log.signer.verifier])
    assert "2026-03-02T12:00:00+00:00" in (kept / "said.txt").read_text("utf-8")
    assert witness.logs()[0].checkpoint == log.checkpoint(5)


@pytest.mark.parametrize("new", [6, 8, 9, 40])
def test_a_log_that_does_not_begin_with_what_was_seen_is_not_cosigned(
    witness: Witness, log: SmallLog, new: int
) -> None:
    witness.cosign(log.request(0, 5), NOON)
    forged = log.forged(4).request(5, new)
    with pytest.raises(WitnessForkError, match="5 entries seen before"):
        witness.cosign(forged, NOON)
    (kept,) = witness.evidence()
    assert (kept / "offered.request").read_text("utf-8") == forged
    witness.clear(kept.name, NOON)
    assert seen_at(witness, log.checkpoint(new), witness.cosign(log.request(5, new), NOON)) == NOON


def test_a_log_that_contradicted_itself_is_not_cosigned_until_the_witness_clears_it(
    witness: Witness, log: SmallLog
) -> None:
    witness.cosign(log.request(0, 5), NOON)
    with pytest.raises(WitnessForkError):
        witness.cosign(log.forged(3).request(5, 5), NOON)
    (kept,) = witness.evidence()
    for asked in (log.request(5, 5), log.request(5, 7)):
        with pytest.raises(WitnessError, match="contradicted itself") as refused:
            witness.cosign(asked, NOON)
        assert f"witness clear FOLDER {kept.name}" in refused.value.remedy
    other = SmallLog(signer=Signer.generate("other.example/log"))
    witness.trust(other.signer.verifier.vkey)
    assert witness.cosign(other.request(0, 3), NOON)
    with pytest.raises(WitnessError, match="of that name"):
        witness.clear("../logs", NOON)
    witness.clear(kept.name, NOON)
    assert (witness.contradictions(), witness.evidence()) == ([], [kept])
    assert seen_at(witness, log.checkpoint(7), witness.cosign(log.request(5, 7), NOON)) == NOON


def test_a_contradiction_that_is_offered_again_is_cleared_no_longer(witness: Witness, log: SmallLog) -> None:
    witness.cosign(log.request(0, 5), NOON)
    forged = log.forged(3).request(5, 5)
    for _ in range(2):
        with pytest.raises(WitnessForkError):
            witness.cosign(forged, NOON)
        (kept,) = witness.contradictions()
        witness.clear(kept.name, NOON)
    assert witness.cosign(log.request(5, 7), NOON)


def test_the_same_contradiction_is_kept_once_and_another_beside_it(witness: Witness, log: SmallLog) -> None:
    witness.cosign(log.request(0, 5), NOON)
    for forged in (log.forged(3), log.forged(3), log.forged(2)):
        with pytest.raises(WitnessForkError):
            witness.cosign(forged.request(5, 5), NOON)
    assert len(witness.evidence()) == 2


History = tuple[int | None, int, int, int]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([None, 2, 5]), st.integers(0, 9), st.integers(0, 9), st.integers(-1, 3)), max_size=14
    )
)
def test_whatever_is_asked_all_that_was_ever_cosigned_is_one_growing_history(asked: list[History]) -> None:
    """Each request is one of three histories, from any size to any size, at times with a step of its proof cut out."""
    log = SmallLog(Signer.generate(ORIGIN))
    with tempfile.TemporaryDirectory() as folder:
        witness = Witness.create(Path(folder) / "desk", "clerk.example", CosignatureKind.ED25519)
        witness.trust(log.signer.verifier.vkey)
        signed: list[tuple[SmallLog, int]] = []
        for forged_from, one, two, cut in asked:
            history = log if forged_from is None else log.forged(forged_from)
            request = CosignatureRequest.parse(history.request(*sorted((one, two))))
            proof = tuple(step for at, step in enumerate(request.proof) if at != cut)
            try:
                answer = witness.cosign(str(CosignatureRequest(old=request.old, proof=proof, note=request.note)), NOON)
            except WitnessError:
                continue
            assert seen_at(witness, history.checkpoint(max(one, two)), answer) == NOON
            signed.append((history, max(one, two)))
    for (before, small), (after, large) in pairwise(signed):
        assert small <= large
        assert before.subtree(0, small) == after.subtree(0, small)

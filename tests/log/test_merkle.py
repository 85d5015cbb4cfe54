"""The tree against other people's vectors and against the definition in RFC 6962, written out naively."""

import base64
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetting.log.errors import LogDamagedError, ProofError
from vetting.log.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def provider(leaves: list[bytes]) -> Callable[[int, int], bytes]:
    return lambda start, end: naive_root(leaves[start:end])


def made(count: int) -> list[bytes]:
    return [leaf_hash(number.to_bytes(4, "big")) for number in range(count)]


def refuses(check: Callable[[], None]) -> bool:
    try:
        check()
    except ProofError:
        return True
    return False


def test_every_inclusion_proof_by_others_is_judged_as_its_author_says(shared_folder: Path) -> None:
    cases = sorted((shared_folder / "vectors/transparency-dev-merkle/testdata/inclusion").rglob("*.json"))
    assert len(cases) == 98
    for path in cases:
        case = json.loads(path.read_text())
        root, leaf = (base64.b64decode(case[name] or "") for name in ("root", "leafHash"))
        proof = [base64.b64decode(step) for step in case["proof"] or []]
        wrong = refuses(lambda: verify_inclusion(case["leafIdx"], case["treeSize"], leaf, proof, root))  # noqa: B023
        assert wrong is case["wantErr"], path


def test_every_consistency_proof_by_others_is_judged_as_its_author_says(shared_folder: Path) -> None:
    cases = sorted((shared_folder / "vectors/transparency-dev-merkle/testdata/consistency").rglob("*.json"))
    assert len(cases) == 98
    for path in cases:
        case = json.loads(path.read_text())
        old, new = (base64.b64decode(case[name] or "") for name in ("root1", "root2"))
        proof = [base64.b64decode(step) for step in case["proof"] or []]
        wrong = refuses(lambda: verify_consistency(case["size1"], case["size2"], old, new, proof))  # noqa: B023
        assert wrong is case["wantErr"], path


def test_the_reference_hashes_of_certificate_transparency_come_out(shared_folder: Path) -> None:
    vectors = json.loads((shared_folder / "vectors/google-certificate-transparency/rfc6962_vectors.json").read_text())
    assert vectors["sha256_empty_hash"] == EMPTY_ROOT.hex() == Frontier().root().hex()
    for body, expected in vectors["sha256_leaves"]:
        assert leaf_hash(bytes.fromhex(body)).hex() == expected
    for left, right, expected in vectors["sha256_nodes"]:
        assert node_hash(bytes.fromhex(left), bytes.fromhex(right)).hex() == expected
    leaves = [leaf_hash(bytes.fromhex(body)) for body in vectors["test_vector_leaves_hex"]]
    roots = [Frontier.of(leaves[: size + 1]).root().hex() for size in range(len(leaves))]
    assert roots == vectors["test_vector_hashes"]
    for old, new, old_root, new_root, path in vectors["sha256_proofs"]:
        steps = [bytes.fromhex(step) for step in path]
        verify_consistency(old, new, bytes.fromhex(old_root), bytes.fromhex(new_root), steps)
        assert consistency_proof(old, new, provider(leaves)) == steps


def test_a_real_certificate_is_found_in_a_real_log_of_three_million(shared_folder: Path) -> None:
    vectors = json.loads((shared_folder / "vectors/google-certificate-transparency/rfc6962_vectors.json").read_text())
    leaf = leaf_hash(bytes.fromhex(vectors["raw_hex_leaf"]))
    path = [bytes.fromhex(step) for step in vectors["sha256_audit_path"]]
    root = bytes.fromhex(vectors["expected_root_hash"])
    assert leaf.hex() == vectors["leaf_hash"]
    verify_inclusion(vectors["leaf_index"], vectors["tree_size"], leaf, path, root)
    with pytest.raises(ProofError):
        verify_inclusion(vectors["leaf_index"] + 1, vectors["tree_size"], leaf, path, root)


@given(st.lists(st.binary(max_size=8), max_size=130))
def test_the_frontier_grows_to_the_root_that_the_definition_gives(bodies: list[bytes]) -> None:
    leaves = [leaf_hash(body) for body in bodies]
    tree = Frontier.of(leaves)
    assert tree.root() == naive_root(leaves)
    assert len(bytes(tree)) == 32 * len(leaves).bit_count()
    assert Frontier.from_bytes(tree.size, bytes(tree)).root() == tree.root()


@given(st.integers(1, 200), st.data())
def test_every_entry_can_be_shown_to_be_in_the_log_and_nowhere_else(size: int, data: st.DataObject) -> None:
    leaves, index = made(size), data.draw(st.integers(0, size - 1))
    path, root = inclusion_proof(index, size, provider(leaves)), naive_root(leaves)
    verify_inclusion(index, size, leaves[index], path, root)
    other = data.draw(st.integers(0, size - 1).filter(lambda place: place != index) if size > 1 else st.just(size))
    with pytest.raises(ProofError):
        verify_inclusion(other, size, leaves[index], path, root)
    with pytest.raises(ProofError):
        verify_inclusion(index, size, leaf_hash(b"something else"), path, root)


@given(st.integers(1, 200), st.data())
def test_every_earlier_state_can_be_shown_to_be_a_beginning(new: int, data: st.DataObject) -> None:
    leaves, old = made(new), data.draw(st.integers(1, new))
    path = consistency_proof(old, new, provider(leaves))
    old_root, new_root = naive_root(leaves[:old]), naive_root(leaves)
    verify_consistency(old, new, old_root, new_root, path)
    with pytest.raises(ProofError):
        verify_consistency(old, new, naive_root([*leaves[: old - 1], bytes(32)]), new_root, path)
    with pytest.raises(ProofError):
        verify_consistency(old, new, old_root, naive_root([bytes(32), *leaves[1:], bytes(32)]), path)


@given(st.integers(2, 120), st.data())
def test_a_proof_with_one_bit_turned_proves_nothing(new: int, data: st.DataObject) -> None:
    leaves, old = made(new), data.draw(st.integers(1, new - 1))
    path = consistency_proof(old, new, provider(leaves))
    step, bit = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 255))
    path[step] = (int.from_bytes(path[step], "big") ^ (1 << bit)).to_bytes(32, "big")
    with pytest.raises(ProofError):
        verify_consistency(old, new, naive_root(leaves[:old]), naive_root(leaves), path)


def test_a_proof_that_starts_from_nothing_is_refused_by_maker_and_verifier() -> None:
    leaves = made(5)
    with pytest.raises(ProofError):
        consistency_proof(0, 5, provider(leaves))
    for new in (0, 5):
        with pytest.raises(ProofError):
            verify_consistency(0, new, EMPTY_ROOT, naive_root(leaves[:new]), [])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_an_entry_that_does_not_exist_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ProofError):
        inclusion_proof(index, size, provider(made(3)))
    with pytest.raises(ProofError):
        verify_inclusion(index, size, bytes(32), [], bytes(32))


@pytest.mark.parametrize(("size", "packed"), [(-1, b""), (1, b""), (3, bytes(32)), (1, bytes(33)), (1, bytes(31))])
def test_a_stored_frontier_that_does_not_fit_its_size_is_refused(size: int, packed: bytes) -> None:
    with pytest.raises(LogDamagedError):
        Frontier.from_bytes(size, packed)

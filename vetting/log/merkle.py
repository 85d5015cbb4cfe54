"""The RFC 6962 Merkle tree: leaf and node hashes, a frontier that grows by one leaf, and its two kinds of
proof.

Source: RFC 6962 section 2.1 (tree and proofs), RFC 9162 sections 2.1.3.2 and 2.1.4.2 (verification). SHA-256.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from vetting.log.errors import LogDamagedError, ProofError

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()

SubtreeRoot = Callable[[int, int], bytes]
"""Gives the root of the leaves from `start` up to, not including, `end`; asked only for non-empty ranges."""


def leaf_hash(body: bytes) -> bytes:
    """The hash of one leaf; the prefix keeps a leaf from ever passing as a node (RFC 6962 section 2.1)."""
    return sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The roots of the perfect subtrees that make up a tree, largest first: all that appending ever needs.

    A tree of `size` leaves keeps popcount(size) hashes, at most 64 of them.
    """

    __slots__ = ("_hashes", "_size")

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if size < 0 or len(hashes) != size.bit_count() or any(len(h) != HASH_SIZE for h in hashes):
            raise LogDamagedError("The stored frontier does not fit the size of the log.")
        self._size = size
        self._hashes = list(hashes)

    @classmethod
    def of(cls, leaves: Iterable[bytes]) -> "Frontier":
        """The frontier of a tree with these leaf hashes, in one pass."""
        frontier = cls()
        for leaf in leaves:
            frontier.append(leaf)
        return frontier

    @classmethod
    def from_bytes(cls, size: int, packed: bytes) -> "Frontier":
        """The frontier that `bytes(frontier)` packed; raises `LogDamagedError` where the two do not fit."""
        if len(packed) % HASH_SIZE:
            raise LogDamagedError("The stored frontier does not fit the size of the log.")
        return cls(size, [packed[at : at + HASH_SIZE] for at in range(0, len(packed), HASH_SIZE)])

    def __bytes__(self) -> bytes:
        return b"".join(self._hashes)

    @property
    def size(self) -> int:
        """The number of leaves."""
        return self._size

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash: every trailing one-bit of the size is a pair of equal subtrees to join."""
        size = self._size
        while size & 1:
            leaf = sha256(b"\x01" + self._hashes.pop() + leaf).digest()
            size >>= 1
        self._hashes.append(leaf)
        self._size += 1

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Add leaf hashes in order, level by level: the same as `append` for each, in half the time."""
        level, size, last = list(leaves), self._size, list[bytes]()
        self._size += len(level)
        while level:
            if size & 1:
                level.insert(0, self._hashes.pop())
            if len(level) & 1:
                last.append(level.pop())
            pairs = iter(level)
            level = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
            size >>= 1
        self._hashes += reversed(last)

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The roots of the perfect subtrees, largest first."""
        return tuple(self._hashes)

    def root(self) -> bytes:
        """The Merkle tree hash of all leaves; of no leaves, the hash of nothing."""
        if not self._hashes:
            return EMPTY_ROOT
        root = self._hashes[-1]
        for left in reversed(self._hashes[:-1]):
            root = node_hash(left, root)
        return root


def _split(size: int) -> int:
    """The largest power of two smaller than `size`: where RFC 6962 cuts a tree in two."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(index: int, size: int, subtree: SubtreeRoot) -> list[bytes]:
    """The path from leaf `index` to the root of the first `size` leaves, lowest sibling first.

    Raises `ProofError` where there is no such leaf.
    """
    if not 0 <= index < size:
        raise ProofError(f"A log of {size} entries holds no entry {index}.")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    return path[::-1]


def consistency_proof(old: int, new: int, subtree: SubtreeRoot) -> list[bytes]:
    """What shows that the first `old` leaves of a tree of `new` leaves were not touched, lowest first.

    Raises `ProofError` unless 0 < old <= new: from an empty tree nothing can be proven, and nothing needs to
    be.
    """
    if not 0 < old <= new:
        raise ProofError(f"No consistency proof leads from size {old} to size {new}.")
    path: list[bytes] = []
    start, end = 0, new
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    if start:
        path.append(subtree(start, end))
    return path[::-1]


def verify_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> None:
    """Raise `ProofError` unless `leaf` is entry `index` of the tree of `size` leaves with this root."""
    if not 0 <= index < size:
        raise ProofError(f"A log of {size} entries holds no entry {index}.")
    _hashes_only(leaf, *path)
    seed, node, last = leaf, index, size - 1
    for sibling in path:
        if last == 0:
            raise ProofError("The inclusion proof is too long.")
        if node & 1 or node == last:
            seed = node_hash(sibling, seed)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            seed = node_hash(seed, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofError("The inclusion proof is too short.")
    if seed != root:
        raise ProofError("The inclusion proof leads to another root.")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> None:
    """Raise `ProofError` unless the tree of `new` leaves begins with the tree of `old` leaves.

    Size 0 is refused: every tree extends the empty one, so such a proof proves nothing and would let a
    careless caller accept any root. Whoever starts from nothing must say so itself.
    """
    if not 0 < old <= new:
        raise ProofError(f"No consistency proof leads from size {old} to size {new}.")
    _hashes_only(*path)
    if old == new:
        if path or old_root != new_root:
            raise ProofError("Two logs of the same size have different roots, or a proof where none is due.")
        return
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not hashes:
        raise ProofError("The consistency proof is too short.")
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    _fold(hashes, node, last, old_root, new_root)


def _hashes_only(*values: bytes) -> None:
    """Nothing shorter or longer than a hash may stand in for one."""
    if any(len(value) != HASH_SIZE for value in values):
        raise ProofError("The proof holds something that is not a SHA-256 hash.")


def _fold(hashes: list[bytes], node: int, last: int, old_root: bytes, new_root: bytes) -> None:
    """Build the old and the new root side by side from one path (RFC 9162 section 2.1.4.2, steps 5 and 6)."""
    old_seed = new_seed = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise ProofError("The consistency proof is too long.")
        if node & 1 or node == last:
            old_seed, new_seed = node_hash(sibling, old_seed), node_hash(sibling, new_seed)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new_seed = node_hash(new_seed, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofError("The consistency proof is too short.")
    if old_seed != old_root or new_seed != new_root:
        raise ProofError("The consistency proof leads to another root.")

"""A log in memory, with nothing but leaves and a key: enough to sign, to prove, and to cheat."""

from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vetting.log.checkpoint import Checkpoint, sign_checkpoint
from vetting.log.cosignature import CosignerKey
from vetting.log.merkle import Frontier, consistency_proof, inclusion_proof, leaf_hash
from vetting.log.note import Signature, Signer
from vetting.log.request import CosignatureRequest
from vetting.log.witness import Witness

ORIGIN = "vetting.example/log-1"


def entry(number: int) -> bytes:
    return f"entry {number}".encode()


@dataclass
class SmallLog:
    """`forged_from` is where this log leaves the history that others of its key have; None where it is honest."""

    signer: Signer = field(
        default_factory=lambda: Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes([64] * 32)))
    )
    """Of a fixed key: names of test cases are made of it, and must be the same in every process."""
    forged_from: int | None = None

    def leaf(self, number: int) -> bytes:
        forged = self.forged_from is not None and number >= self.forged_from
        return leaf_hash(b"forged " + entry(number) if forged else entry(number))

    def subtree(self, start: int, end: int) -> bytes:
        return Frontier.of(self.leaf(number) for number in range(start, end)).root()

    def checkpoint(self, size: int) -> Checkpoint:
        return Checkpoint(origin=self.signer.verifier.name, size=size, root=self.subtree(0, size))

    def note(self, size: int) -> str:
        return sign_checkpoint(self.checkpoint(size), self.signer)

    def inclusion(self, number: int, size: int) -> tuple[bytes, ...]:
        return tuple(inclusion_proof(number, size, self.subtree))

    def request(self, old: int, new: int) -> str:
        proof = consistency_proof(old, new, self.subtree) if old else []
        return str(CosignatureRequest(old=old, proof=tuple(proof), note=self.note(new)))

    def forged(self, from_: int) -> "SmallLog":
        """Another history of the same log, signed with the same key."""
        return SmallLog(signer=self.signer, forged_from=from_)


def line(text: str) -> Signature:
    """Read a witness's answer."""
    return Signature.parse(text.removesuffix("\n"))


def seen_at(witness: Witness, checkpoint: Checkpoint, answer: str) -> datetime | None:
    """When the answer says that this state was seen; raises unless it is a true cosignature of exactly this state."""
    return CosignerKey.parse(witness.vkey).check(checkpoint, line(answer))

"""The cosignature: someone outside says that a log grew from what they saw before, and when they saw it.

Source: c2sp.org/tlog-cosignature. Two kinds: Ed25519, which signs the checkpoint as it stands, and ML-DSA-44
(FIPS 204), which also binds the cosigner's name, holds against quantum computers, and is recommended for new
cosigners.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from hashlib import sha256
from secrets import token_bytes
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vetting.log.checkpoint import Checkpoint
from vetting.log.errors import KeyFileError, NoteError
from vetting.log.note import ED25519 as PLAIN_ED25519
from vetting.log.note import PRIVATE, Signature, check_ed25519, key_name, key_parts, spell_base64

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SEED_SIZE: Final = 32
_LONGEST_NAME: Final = 255
_TOO_OLD: Final = "The `cryptography` library of this machine does not know ML-DSA-44."
_UPDATE: Final = "Install `cryptography` 48 or later, then repeat the command."


class CosignatureKind(IntEnum):
    """The signature types of the specification."""

    ED25519 = 0x04
    ML_DSA_44 = 0x06


_PUBLIC_SIZE: Final = {CosignatureKind.ED25519: 32, CosignatureKind.ML_DSA_44: 1312}
_SIGNATURE_SIZE: Final = {CosignatureKind.ED25519: 64, CosignatureKind.ML_DSA_44: 2420}


@dataclass(frozen=True, slots=True, kw_only=True)
class CosignerKey:
    """The named public key of someone who cosigns checkpoints."""

    name: str
    kind: CosignatureKind
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature line finds its key; an index, not a fingerprint."""
        return _key_id(self.name, self.kind, self.public)

    @property
    def vkey(self) -> str:
        """The key as text: `name+id+base64`. This is what goes into a policy."""
        return f"{self.name}+{self.key_id.hex()}+{spell_base64(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, vkey: str) -> "CosignerKey":
        """Read a cosigner's verification key; raises `NoteError` where it is malformed or of an unknown kind,
        or where the library of this machine is too old for its kind.

        A plain Ed25519 key (type 0x01) is taken for the cosigner's key with the same bytes, as other programs take it.
        """
        key_id, kind, public, name = key_parts(vkey)
        if kind not in (PLAIN_ED25519, *CosignatureKind):
            raise NoteError("The verification key is not that of a cosigner.")
        if _key_id(name, kind, public) != key_id:
            raise NoteError("The verification key does not match its own id.")
        cosigner = CosignatureKind.ED25519 if kind == PLAIN_ED25519 else CosignatureKind(kind)
        if len(public) != _PUBLIC_SIZE[cosigner]:
            raise NoteError("The verification key does not have the length of its kind.")
        if cosigner is CosignatureKind.ED25519:
            check_ed25519(public)
        else:
            _ml_dsa_public(public)  # a library too old to verify must not make a true cosignature look false
        return cls(name=short_name(name), kind=cosigner, public=public)

    def check(self, checkpoint: Checkpoint, signature: Signature) -> datetime | None:
        """When (UTC) this key cosigned the checkpoint; None where a true cosignature states no time.

        Raises `NoteError` where the signature is another key's, is false, or states a time that no calendar has.
        """
        if (signature.name, signature.key_id) != (self.name, self.key_id):
            raise NoteError("A cosignature was made with another key.")
        stamp, raw = signature.raw[:8], signature.raw[8:]
        if len(raw) != _SIGNATURE_SIZE[self.kind]:
            raise NoteError("A cosignature does not have the length of its kind.")
        seconds = int.from_bytes(stamp, "big")
        if not self.verifies(_message(self, checkpoint, seconds), raw):
            raise NoteError("A cosignature does not verify.")
        try:
            return _EPOCH + timedelta(seconds=seconds) if seconds else None
        except OverflowError:
            raise NoteError("A cosignature states a time that no calendar has.") from None

    def verifies(self, message: bytes, raw: bytes) -> bool:
        """Whether this key made this signature over this message. Raises `NoteError` if the library is too old."""
        try:
            if self.kind is CosignatureKind.ED25519:
                Ed25519PublicKey.from_public_bytes(self.public).verify(raw, message)
            else:
                _ml_dsa_public(self.public).verify(raw, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class Cosigner:
    """The named private key of a cosigner; its text form is a secret and its `repr` does not show it."""

    __slots__ = ("_private", "_seed", "key")

    def __init__(self, name: str, kind: CosignatureKind, seed: bytes) -> None:
        if len(seed) != _SEED_SIZE:
            raise KeyFileError("The signing key does not have 32 bytes.")
        private = Ed25519PrivateKey.from_private_bytes(seed) if kind is CosignatureKind.ED25519 else _ml_dsa(seed)
        self._seed = seed
        self._private = private
        self.key = CosignerKey(
            name=short_name(key_name(name)), kind=kind, public=private.public_key().public_bytes_raw()
        )

    @classmethod
    def generate(cls, name: str, kind: CosignatureKind = CosignatureKind.ML_DSA_44) -> "Cosigner":
        """A fresh key from the operating system's randomness. Raises `NoteError` where no key may have the name."""
        return cls(name, kind, token_bytes(_SEED_SIZE))

    @classmethod
    def parse(cls, secret: str) -> "Cosigner":
        """Read `PRIVATE+KEY+name+id+base64`; raises `KeyFileError`, which does not show it, if malformed."""
        prefix, rest = secret[: len(PRIVATE)], secret[len(PRIVATE) :]
        try:
            key_id, kind, seed, name = key_parts(rest)
            cosigner = cls(name, CosignatureKind(kind), seed)
        except (NoteError, ValueError):
            raise KeyFileError("The signing key is malformed.") from None
        if prefix != PRIVATE or cosigner.key.key_id != key_id:
            raise KeyFileError("The signing key does not match its own id.")
        return cosigner

    def secret(self) -> str:
        """The private key as text, for a file of mode 0400 and nothing else."""
        return f"{PRIVATE}{self.key.name}+{self.key.key_id.hex()}+{spell_base64(bytes([self.key.kind]) + self._seed)}"

    def cosign(self, checkpoint: Checkpoint, at: datetime) -> Signature:
        """Say that at `at` this was the largest state of its log ever seen here, grown from all seen before.

        The caller has made sure of that. Raises `ValueError` for a time without zone or before 1970.
        """
        if at.tzinfo is None or at <= _EPOCH + timedelta(seconds=1):
            raise ValueError("A cosignature needs a time after 1970, in UTC.")
        seconds = (at - _EPOCH) // timedelta(seconds=1)
        raw = seconds.to_bytes(8, "big") + self._private.sign(_message(self.key, checkpoint, seconds))
        return Signature(name=self.key.name, key_id=self.key.key_id, raw=raw)


def _message(key: CosignerKey, checkpoint: Checkpoint, seconds: int) -> bytes:
    """What is signed. `seconds` since 1970; Ed25519 signs the text, ML-DSA-44 a structure without extension lines."""
    if key.kind is CosignatureKind.ED25519:
        return f"cosignature/v1\ntime {seconds}\n{checkpoint.text}".encode()
    start_and_end = bytes(8) + checkpoint.size.to_bytes(8, "big")
    origin = short_name(checkpoint.origin).encode()
    return b"".join(
        (
            b"subtree/v1\n\0",
            _counted(key.name.encode()),
            seconds.to_bytes(8, "big"),
            _counted(origin),
            start_and_end,
            checkpoint.root,
        )
    )


def _counted(text: bytes) -> bytes:
    return bytes([len(text)]) + text


def short_name(name: str) -> str:
    """The name of a log or cosigner, if its length fits the byte that cosignatures give it; raises `NoteError`."""
    if len(name.encode("utf-8", "surrogatepass")) > _LONGEST_NAME:
        raise NoteError("The name of a log or cosigner is longer than 255 bytes.")
    return name


def _key_id(name: str, kind: int, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def _ml_dsa(seed: bytes) -> "MLDSA44PrivateKey":
    """Raises `KeyFileError` where the library is too old: an auditor's machine may have an older one."""
    try:
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

        return MLDSA44PrivateKey.from_seed_bytes(seed)
    except (ImportError, UnsupportedAlgorithm):
        raise KeyFileError(_TOO_OLD, remedy=_UPDATE) from None


def _ml_dsa_public(public: bytes) -> "MLDSA44PublicKey":
    try:
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

        return MLDSA44PublicKey.from_public_bytes(public)
    except (ImportError, UnsupportedAlgorithm):
        raise NoteError(_TOO_OLD, remedy=_UPDATE) from None

"""Sealing to the investigators' vault key (HPKE, RFC 9180): any process may seal, one side can open."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn, SupportsIndex, final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from vetting.errors import storage
from vetting.records import key_file

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_LENGTH_BYTES = 8
_SMALLEST_STEP = 256


def context(case_number: str, record: str, kind: str) -> str:
    """What an envelope is bound to, so that none can be moved to another case, record or column.

    HPKE as `cryptography` offers it has no separate associated data: everything stands in `info`. Raises
    ValueError where a part holds the separator.
    """
    parts = (case_number, record, kind)
    if any("|" in part for part in parts):
        raise ValueError("separator in a seal's context")
    return "|".join(("vetting/v1", *parts))


@final
class VaultPublicKey:
    """Seals. Every process of the investigator's side may hold it; it opens nothing."""

    __slots__ = ("_key",)

    def __init__(self, raw: bytes) -> None:
        self._key = X25519PublicKey.from_public_bytes(raw)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VaultPublicKey) and self.raw() == other.raw()

    def __hash__(self) -> int:
        return hash(self.raw())

    def __repr__(self) -> str:
        return f"VaultPublicKey({self.raw().hex()[:16]})"

    def raw(self) -> bytes:
        """The 32 bytes of RFC 7748."""
        return self._key.public_bytes(Encoding.Raw, PublicFormat.Raw)

    def seal(self, plaintext: bytes, info: str) -> bytes:
        """The envelope; its length tells the plaintext's only to about an eighth (see `_padded`)."""
        return _SUITE.encrypt(_padded(plaintext), self._key, info=info.encode())

    def save(self, path: Path) -> None:
        """Writes the key as PEM, readable by everyone. Never overwrites: refuses an existing file."""
        pem = self._key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        key_file.write_new(path, pem, 0o644)

    @staticmethod
    def load(path: Path) -> VaultPublicKey:
        """Reads what `save` wrote. Refuses a missing or damaged file."""
        try:
            key = load_pem_public_key(key_file.read(path))
        except ValueError:
            raise key_file.damaged(path) from None
        if not isinstance(key, X25519PublicKey):
            raise key_file.damaged(path)
        return VaultPublicKey(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


@final
class VaultKey:
    """Opens. Held by the processes in which investigators and reviewers work, and by no other."""

    __slots__ = ("_key",)

    def __init__(self, raw: bytes) -> None:
        self._key = X25519PrivateKey.from_private_bytes(raw)

    def __repr__(self) -> str:
        return f"VaultKey(of {self.public!r})"

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("VaultKey cannot be pickled")

    @staticmethod
    def generate() -> VaultKey:
        """A new key from the operating system's randomness."""
        return VaultKey(X25519PrivateKey.generate().private_bytes_raw())

    @property
    def public(self) -> VaultPublicKey:
        """The half that seals."""
        return VaultPublicKey(self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def open(self, sealed: bytes, info: str) -> bytes:
        """The plaintext. Refuses an envelope that was altered, moved, or sealed to another key."""
        try:
            return _unpadded(_SUITE.decrypt(sealed, self._key, info=info.encode()))
        except (InvalidTag, ValueError):
            raise storage(
                "seal_broken",
                "A sealed record does not open with this vault key.",
                "Check that the key belongs to these case files; if so, restore the record from a backup.",
            ) from None

    def save(self, path: Path, passphrase: str) -> None:
        """Writes the key wrapped by the passphrase, mode 0400. Never overwrites another key."""
        key_file.write_new(path, key_file.wrap(self._key.private_bytes_raw(), passphrase), 0o400)

    @staticmethod
    def load(path: Path, passphrase: str) -> VaultKey:
        """Reads what `save` wrote. Refuses a file open to others, a damaged one, and a wrong passphrase."""
        return VaultKey(key_file.unwrap(key_file.read_private(path), passphrase, path))


def _padded(plaintext: bytes) -> bytes:
    """Length, plaintext, and zeros up to the next step: 256 bytes, or an eighth of a power of two.

    At most 255 bytes or 12.5 % longer; eight sizes per doubling are all that an onlooker can tell apart.
    """
    length = _LENGTH_BYTES + len(plaintext)
    step = max(_SMALLEST_STEP, 1 << max(0, length.bit_length() - 4))
    return len(plaintext).to_bytes(_LENGTH_BYTES, "big") + plaintext + bytes(-length % step)


def _unpadded(padded: bytes) -> bytes:
    length = int.from_bytes(padded[:_LENGTH_BYTES], "big")
    if len(padded) < _LENGTH_BYTES + length:
        raise ValueError("length")
    return padded[_LENGTH_BYTES : _LENGTH_BYTES + length]

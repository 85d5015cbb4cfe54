"""C2SP signed notes: a text, a blank line, and signature lines that say which key signed it.

Source: c2sp.org/signed-note v1.0.0; Ed25519 signatures (type 0x01). Base64 is read strictly, so that no two
spellings of one signature exist: a flipped padding bit is as invalid as any other.
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vetting.log.errors import KeyFileError, NoteError

ED25519 = 0x01
MAX_NOTE_BYTES = 1_000_000
MAX_SIGNATURES = 100
_SIGNATURE_LINE = "— "  # em dash, space
PRIVATE = "PRIVATE+KEY+"
"""How the text of every private key begins."""

_PRIME = 2**255 - 19
_WEAK = frozenset(  # RFC 7748 section 5's field; the y of each point whose order divides 8
    {
        0,
        1,
        _PRIME - 1,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
    }
)


def strict_base64(text: str) -> bytes:
    """Decode standard, padded base64; raises `NoteError` for any other spelling of the same bytes."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise NoteError("A note holds something that is not base64.") from None
    if base64.b64encode(raw).decode("ascii") != text:
        raise NoteError("A note holds base64 in an unusual spelling.")
    return raw


def spell_base64(raw: bytes) -> str:
    """Standard, padded base64: the one spelling that `strict_base64` reads."""
    return base64.b64encode(raw).decode("ascii")


def key_name(name: str) -> str:
    """`name`, if a key may have it; raises `NoteError` where it is empty or holds a space, a plus sign or the like."""
    if not name or "+" in name or any(c.isspace() or c < " " or "\ud800" <= c <= "\udfff" for c in name):
        raise NoteError("A key name is empty or holds a space or a plus sign.")
    return name


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature line: the key's name, its four-byte id, and the signature itself."""

    name: str
    key_id: bytes
    raw: bytes

    @classmethod
    def parse(cls, line: str) -> "Signature":
        """Read one line without its newline; raises `NoteError` where it is none."""
        name, space, encoded = line.removeprefix(_SIGNATURE_LINE).partition(" ")
        if not line.startswith(_SIGNATURE_LINE) or not space:
            raise NoteError("A signature line of the note is malformed.")
        raw = strict_base64(encoded)
        if len(raw) < 5:
            raise NoteError("A signature line of the note is too short.")
        return cls(name=key_name(name), key_id=raw[:4], raw=raw[4:])

    def __str__(self) -> str:
        return f"{_SIGNATURE_LINE}{self.name} {spell_base64(self.key_id + self.raw)}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text that ends in a newline, and its signatures; parsing one says nothing yet about its truth."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, note: str) -> "Note":
        """Read a signed note; raises `NoteError` where the format is broken."""
        if len(note.encode("utf-8", "surrogatepass")) > MAX_NOTE_BYTES:
            raise NoteError("The note is too long.")
        if any((c < " " and c != "\n") or "\ud800" <= c <= "\udfff" for c in note):
            raise NoteError("The note holds a control character.")
        text, blank, lines = note.rpartition("\n\n")
        if not blank or not lines.endswith("\n"):
            raise NoteError("The note has no signature lines.")
        signatures = lines[:-1].split("\n")
        if len(signatures) > MAX_SIGNATURES:
            raise NoteError("The note has too many signatures.")
        return cls(text=text + "\n", signatures=tuple(Signature.parse(line) for line in signatures))

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"

    def verify(self, verifiers: "Iterable[Verifier]") -> "tuple[Verifier, ...]":
        """Those of the known keys that signed; raises `NoteError` if none did or one signed falsely.

        Signatures of unknown keys are ignored, as the format demands.
        """
        known = {(key.name, key.key_id): key for key in verifiers}
        signed: dict[tuple[str, bytes], Verifier] = {}
        for signature in self.signatures:
            key = known.get((signature.name, signature.key_id))
            if key is not None:
                key.check(self.text.encode(), signature.raw)
                signed[key.name, key.key_id] = key
        if not signed:
            raise NoteError("The note is not signed by the expected key.")
        return tuple(signed.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """A named public key."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature line finds its key; an index, not a fingerprint."""
        return sha256(self.name.encode() + b"\n" + bytes([ED25519]) + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        """The key as text: `name+id+base64`. This is what an auditor is given once, on paper."""
        return f"{self.name}+{self.key_id.hex()}+{spell_base64(bytes([ED25519]) + self.public)}"

    @classmethod
    def parse(cls, vkey: str) -> "Verifier":
        """Read a verification key; raises `NoteError` where it is malformed or not Ed25519."""
        key_id, kind, public, name = key_parts(vkey)
        if kind != ED25519:
            raise NoteError("The verification key is not an Ed25519 key.")
        check_ed25519(public)
        verifier = cls(name=name, public=public)
        if verifier.key_id != key_id:
            raise NoteError("The verification key does not match its own id.")
        return verifier

    def check(self, message: bytes, signature: bytes) -> None:
        """Raise `NoteError` unless this key made this signature over this message (RFC 8032)."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            raise NoteError("A signature of the note does not verify.") from None


def check_ed25519(public: bytes) -> None:
    """Raise `NoteError` unless these can be an honest Ed25519 public key (RFC 8032).

    Refused are the few points under which anybody can sign, and a second spelling of any point: one key must not
    stand in a policy as two.
    """
    if len(public) != 32:
        raise NoteError("An Ed25519 key does not have 32 bytes.")
    y = int.from_bytes(public, "little") & (1 << 255) - 1
    if y >= _PRIME or y in _WEAK:
        raise NoteError("An Ed25519 key is of the kind with which anybody can sign.")


class Signer:
    """A named private key; its text form is a secret and its `repr` does not show it."""

    __slots__ = ("_key", "verifier")

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.verifier = Verifier(name=key_name(name), public=key.public_key().public_bytes_raw())

    @classmethod
    def generate(cls, name: str) -> "Signer":
        """A fresh key from the operating system's randomness."""
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def parse(cls, secret: str) -> "Signer":
        """Read `PRIVATE+KEY+name+id+base64`; raises `KeyFileError`, which does not show it, if malformed."""
        prefix, rest = secret[: len(PRIVATE)], secret[len(PRIVATE) :]
        try:
            key_id, kind, seed, name = key_parts(rest)
            signer = cls(name, Ed25519PrivateKey.from_private_bytes(seed))
        except (NoteError, ValueError):
            raise KeyFileError("The signing key is malformed.") from None
        if prefix != PRIVATE or kind != ED25519 or signer.verifier.key_id != key_id:
            raise KeyFileError("The signing key does not match its own id.")
        return signer

    def secret(self) -> str:
        """The private key as text, for a file of mode 0400 and nothing else."""
        encoded = spell_base64(bytes([ED25519]) + self._key.private_bytes_raw())
        return f"{PRIVATE}{self.verifier.name}+{self.verifier.key_id.hex()}+{encoded}"

    def sign(self, text: str) -> Signature:
        """The signature of this key over a text."""
        raw = self._key.sign(text.encode())
        return Signature(name=self.verifier.name, key_id=self.verifier.key_id, raw=raw)


def key_parts(text: str) -> tuple[bytes, int, bytes, str]:
    """Split `name+id+base64` into id, kind, key and name; the base64 may itself hold plus signs.

    Raises `NoteError` where it has another form; whether the id fits the key is for the caller to see.
    """
    parts = text.split("+", 2)
    if len(parts) != 3 or len(parts[1]) != 8 or set(parts[1]) - set("0123456789abcdef"):
        raise NoteError("The key is not of the form name+id+base64.")
    raw = strict_base64(parts[2])
    if not raw:
        raise NoteError("The key is empty.")
    return bytes.fromhex(parts[1]), raw[0], raw[1:], key_name(parts[0])

"""The checkpoint: a signed note that says "this log has this many entries and this root".

Source: c2sp.org/tlog-checkpoint v1.0.0. We write no extension lines; those of others are signed with the rest, so
they are kept, and say nothing to us.
"""

from dataclasses import dataclass

from vetting.log.errors import NoteError
from vetting.log.merkle import HASH_SIZE
from vetting.log.note import Note, Signer, Verifier, spell_base64, strict_base64

MAX_SIZE = 2**64 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The state of one log, named by its origin, after `size` entries."""

    origin: str
    size: int
    root: bytes
    extension: tuple[str, ...] = ()

    @property
    def root_hex(self) -> str:
        """The root as 64 hexadecimal digits; its first 16 are printed on paper."""
        return self.root.hex()

    @property
    def text(self) -> str:
        """The lines that are signed, of which `parse` makes the same checkpoint again."""
        return "".join(f"{line}\n" for line in (self.origin, str(self.size), spell_base64(self.root), *self.extension))

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read the text of a note as a checkpoint; raises `NoteError` where it is none."""
        origin, *rest = text.removesuffix("\n").split("\n")
        if len(rest) < 2 or not text.endswith("\n") or not all((origin, *rest)):
            raise NoteError("The checkpoint lacks one of its three lines.")
        if not (rest[0].isascii() and rest[0].isdecimal()) or str(int(rest[0][:20])) != rest[0]:
            raise NoteError("The checkpoint's size is not a plain number.")
        if int(rest[0]) > MAX_SIZE:
            raise NoteError("The checkpoint counts more entries than a log can have.")
        root = strict_base64(rest[1])
        if len(root) != HASH_SIZE:
            raise NoteError("The checkpoint's root is not a SHA-256 hash.")
        return cls(origin=origin, size=int(rest[0]), root=root, extension=tuple(rest[2:]))


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> str:
    """The signed note of a checkpoint, ready to be stored or carried away."""
    return str(Note(text=checkpoint.text, signatures=(signer.sign(checkpoint.text),)))


def open_checkpoint(note: str, verifier: Verifier, *, origin: str | None = None) -> Checkpoint:
    """The checkpoint inside a note, once the log's key is found to have signed it.

    The origin must be the key's own name unless another is named; a checkpoint of another log is refused.
    Raises `NoteError`.
    """
    parsed = Note.parse(note)
    parsed.verify([verifier])
    checkpoint = Checkpoint.parse(parsed.text)
    if checkpoint.origin != (verifier.name if origin is None else origin):
        raise NoteError("The checkpoint belongs to another log.")
    return checkpoint

"""What a log's keeper brings to a witness: where the witness stood, the proof from there, and the new checkpoint.

Source: c2sp.org/tlog-witness, the body of `add-checkpoint`; here it is a file that travels by stick or mail.
"""

import re
from dataclasses import dataclass

from vetting.log.checkpoint import MAX_SIZE, Checkpoint
from vetting.log.errors import NoteError, WitnessError
from vetting.log.merkle import HASH_SIZE
from vetting.log.note import MAX_NOTE_BYTES, Note, spell_base64, strict_base64

MAX_PROOF = 63
"""So many hashes at most lead from one size to another."""
MAX_REQUEST_BYTES = MAX_NOTE_BYTES + 4096
_OLD = re.compile(r"old (0|[1-9][0-9]{0,19})", re.ASCII)
_REMEDY = "Ask the log's keeper for the file again; it may have been changed on its way."


@dataclass(frozen=True, slots=True, kw_only=True)
class CosignatureRequest:
    """A checkpoint (`note`, signed by its log) and the proof that it grew from the log's first `old` entries."""

    old: int
    proof: tuple[bytes, ...]
    note: str

    @classmethod
    def parse(cls, text: str) -> "CosignatureRequest":
        """Read a request file; raises `WitnessError` where it is none. Nothing is verified yet."""
        if len(text.encode("utf-8", "surrogatepass")) > MAX_REQUEST_BYTES:
            raise WitnessError("The request is too long.", remedy=_REMEDY)
        head, blank, note = text.partition("\n\n")
        first, *lines = head.split("\n")
        old = _OLD.fullmatch(first)
        if not blank or old is None or int(old[1]) > MAX_SIZE or len(lines) > MAX_PROOF:
            raise WitnessError("This is no request for a cosignature.", remedy=_REMEDY)
        try:
            proof = tuple(strict_base64(line) for line in lines)
            Checkpoint.parse(Note.parse(note).text)
        except NoteError as wrong:
            raise WitnessError(f"The request cannot be read. {wrong}", remedy=_REMEDY) from None
        if any(len(step) != HASH_SIZE for step in proof):
            raise WitnessError("The request's proof holds something that is not a SHA-256 hash.", remedy=_REMEDY)
        return cls(old=int(old[1]), proof=proof, note=note)

    def __str__(self) -> str:
        return "\n".join((f"old {self.old}", *map(spell_base64, self.proof), "", self.note))

    @property
    def checkpoint(self) -> Checkpoint:
        """What the note says; whether its log signed it is for the witness to see. Raises `NoteError`."""
        return Checkpoint.parse(Note.parse(self.note).text)

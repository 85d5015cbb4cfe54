"""One entry shown to somebody who sees no other: a text file with the entry, its path to the root, and the checkpoint.

Source: c2sp.org/tlog-proof v1; the file's name ends in `.tlog-proof`.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from vetting.log.checkpoint import MAX_SIZE, Checkpoint, open_checkpoint
from vetting.log.errors import NoteError, ProofError
from vetting.log.event import MAX_ENTRY_BYTES
from vetting.log.merkle import HASH_SIZE, leaf_hash, verify_inclusion
from vetting.log.note import MAX_NOTE_BYTES, Note, Verifier, spell_base64, strict_base64
from vetting.log.policy import Policy, Seen

FIRST_LINE = "c2sp.org/tlog-proof@v1"
MAX_PATH = 64
MAX_FILE_BYTES = MAX_NOTE_BYTES + 2 * MAX_ENTRY_BYTES
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,19})", re.ASCII)
_EXTRA = "extra "
_ASK_AGAIN = "Ask whoever gave you the file for it again; it may have been changed on its way."


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusionProof:
    """Shows that one leaf is entry `sequence` of the log as of `note`, without showing any other entry."""

    sequence: int
    leaf: bytes
    path: tuple[bytes, ...]
    note: str

    def verify(self, verifier: Verifier) -> Checkpoint:
        """The checkpoint that the proof leads to. Raises `NoteError` or `ProofError`."""
        signed = open_checkpoint(self.note, verifier)
        verify_inclusion(self.sequence, signed.size, self.leaf, self.path, signed.root)
        return signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An entry found to be in the log of a policy: its bytes, its place, the checkpoint, and who outside saw that."""

    sequence: int
    entry: bytes
    checkpoint: Checkpoint
    seen: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusionFile:
    """What such a file says; nothing of it is believed before `verify`. `extra` are the entry's own bytes, if given."""

    index: int
    path: tuple[bytes, ...]
    note: str
    extra: bytes | None

    def verify(self, policy: Policy, *, entry: bytes | None = None, now: datetime | None = None) -> Shown:
        """Find the entry (the one in the file, or the one handed in) in a log of the policy.

        Whether the quorum saw it is in the answer and is for the caller to judge. Raises `NoteError` where the
        checkpoint is no known log's or a known witness's signature is false, and `ProofError` for all else.
        """
        body = self.extra if entry is None else entry
        if body is None:
            raise ProofError("The file does not hold the entry that it is about.", remedy="Hand in the entry as well.")
        checkpoint = policy.open(self.note)
        verify_inclusion(self.index, checkpoint.size, leaf_hash(body), self.path, checkpoint.root)
        seen = policy.seen(checkpoint, Note.parse(self.note).signatures, now=now)
        return Shown(sequence=self.index, entry=body, checkpoint=checkpoint, seen=seen)


def spell(proof: InclusionProof, *, extra: bytes | None = None) -> str:
    """The file of one proof. `extra` are the entry's bytes, so that the file shows the entry by itself."""
    lines = [FIRST_LINE, *([] if extra is None else [_EXTRA + spell_base64(extra)]), f"index {proof.sequence}"]
    return "\n".join((*lines, *map(spell_base64, proof.path), "", proof.note))


def read(text: str) -> InclusionFile:
    """Read such a file; raises `ProofError` where it is none."""
    if len(text) > MAX_FILE_BYTES:
        raise ProofError("The file is too long for an inclusion proof.", remedy=_ASK_AGAIN)
    head, blank, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    if first != FIRST_LINE or not blank:
        raise ProofError("The file is no inclusion proof.", remedy=_ASK_AGAIN)
    encoded = lines.pop(0).removeprefix(_EXTRA) if lines and lines[0].startswith(_EXTRA) else None
    index = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if index is None or int(index[1]) >= MAX_SIZE or len(lines) > MAX_PATH:
        raise ProofError("The inclusion proof does not say which entry it is about, or is too long.", remedy=_ASK_AGAIN)
    try:
        extra = None if encoded is None else strict_base64(encoded)
        path = tuple(strict_base64(line) for line in lines)
        Checkpoint.parse(Note.parse(note).text)
    except NoteError as wrong:
        raise ProofError(f"The inclusion proof cannot be read. {wrong}", remedy=_ASK_AGAIN) from None
    if any(len(step) != HASH_SIZE for step in path):
        raise ProofError("The inclusion proof holds something that is not a SHA-256 hash.", remedy=_ASK_AGAIN)
    return InclusionFile(index=int(index[1]), path=path, note=note, extra=extra)

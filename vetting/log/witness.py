"""The witness's desk: a folder in which someone outside keeps what they last saw of a log and cosign what grew since.

Source of the rules: c2sp.org/tlog-witness, `add-checkpoint`, without its network service. What was seen is on the disk
before the cosignature leaves, so that no crash, and no second process, makes a witness vouch for two histories.

The folder holds `witness.key` (mode 0400), `witness.vkey`, for each trusted log `logs/<id>/` with its `vkeys` and the
last cosigned `checkpoint` and when that was, and `evidence/`, where both sides of every contradiction stay; until the
witness clears it, nothing more of that log is cosigned.
"""

import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from vetting.log.checkpoint import Checkpoint
from vetting.log.cosignature import CosignatureKind, Cosigner, short_name
from vetting.log.durable import replace, settle
from vetting.log.errors import NoteError, ProofError, WitnessError, WitnessForkError
from vetting.log.keys import read_secret, write_pair
from vetting.log.merkle import EMPTY_ROOT, verify_consistency
from vetting.log.note import MAX_NOTE_BYTES, Note, Verifier
from vetting.log.request import CosignatureRequest

try:
    import fcntl
except ImportError:  # Windows; whoever only verifies needs no locks
    fcntl = None  # type: ignore[assignment]

KEY, VKEY, LOGS, EVIDENCE = "witness.key", "witness.vkey", "logs", "evidence"
CLEARED = "cleared.txt"
"""Beside both sides of a contradiction: when the witness decided to go on."""
COSIGNED = "cosigned"
"""Beside a log's record, once something was cosigned: when last, by this witness's own clock, in seconds since 1970."""
_NOTHING_YET = "old 0\n"
_SECONDS = re.compile(r"[1-9][0-9]{0,11}\n", re.ASCII)
_FIRST_DAY = 86_400
_PATIENCE = 10.0
"""Seconds that one command waits for another."""
_PAUSE = 0.05
_NO_ROOM = "Check the folder, its rights and its free space, then repeat the command; nothing was signed."
_TRUST_FIRST = "If the log's key came to you from its keeper in person, run `witness trust` with it first."
_MODE = "Make sure that its record was not exchanged, and give the folder mode 0700."
_RESTORE = (
    "Put the file back from a copy that is not older than the last cosignature; if there is none, tell the auditor."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedLog:
    """A log that this witness cosigns: its keys, and the last state cosigned, with its note; None before the first."""

    origin: str
    keys: tuple[Verifier, ...]
    checkpoint: Checkpoint | None
    note: str | None

    @property
    def size(self) -> int:
        """How many entries the witness has vouched for."""
        return 0 if self.checkpoint is None else self.checkpoint.size


class Witness:
    """One witness's folder, opened with its key."""

    __slots__ = ("_cosigner", "_folder")

    def __init__(self, folder: Path, cosigner: Cosigner) -> None:
        self._folder = folder
        self._cosigner = cosigner

    @classmethod
    def create(cls, folder: Path, name: str, kind: CosignatureKind = CosignatureKind.ML_DSA_44) -> "Witness":
        """Make the folder and its key. Raises `NoteError` for a bad name, `KeyFileError` if there is a key already."""
        _check_system()
        cosigner = Cosigner.generate(name, kind)
        with _disk("The folder of the witness cannot be made."):
            folder.mkdir(mode=0o700, exist_ok=True)
            settle(folder.parent)
        write_pair(folder / KEY, folder / VKEY, secret=cosigner.secret(), vkey=cosigner.key.vkey)
        return cls(folder, cosigner)

    @classmethod
    def open(cls, folder: Path) -> "Witness":
        """Open a witness's folder; raises `KeyFileError` where its key is missing, malformed or open to others."""
        return cls(folder, Cosigner.parse(read_secret(folder / KEY)))

    @property
    def vkey(self) -> str:
        """The witness's public key as one line, for policies."""
        return self._cosigner.key.vkey

    def trust(self, vkey: str) -> Verifier:
        """Cosign the log of this key from now on; the key's name is the log's origin. A second key of it is added.

        Raises `NoteError` for a malformed key, and `WitnessError`.
        """
        log = Verifier.parse(vkey)
        place = self._place(short_name(log.name))
        with self._alone(), _disk("The log cannot be added to the folder."):
            if not (place / "vkeys").exists():
                _make_folder(place)
                if not (place / "checkpoint").exists():
                    replace(place / "checkpoint", _NOTHING_YET.encode(), 0o600)
                settle(place.parent)
            keys = self._keys(place) if (place / "vkeys").exists() else ()
            if log not in keys:
                replace(place / "vkeys", "".join(f"{key.vkey}\n" for key in (*keys, log)).encode(), 0o600)
        return log

    def logs(self) -> list[TrustedLog]:
        """Every trusted log and what was last cosigned of it, by origin. Raises `WitnessError`."""
        with _disk("The folder of the witness cannot be read."):
            places = [place for place in (self._folder / LOGS).glob("*") if (place / "vkeys").exists()]
        return sorted((self._trusted(place) for place in places), key=lambda log: log.origin)

    def evidence(self) -> list[Path]:
        """The folders that each hold both sides of one contradiction, cleared or not."""
        return sorted(path for path in (self._folder / EVIDENCE).glob("*") if not path.name.startswith("."))

    def contradictions(self) -> list[Path]:
        """Those of them that the witness has not cleared."""
        return [place for place in self.evidence() if not (place / CLEARED).exists()]

    def clear(self, name: str, at: datetime) -> Path:
        """Cosign the log again although a contradiction of this name is kept; both sides stay.

        For the witness to decide, once the auditor knows both sides. Raises `WitnessError` for an unknown name.
        """
        with self._alone():
            place = next((place for place in self.contradictions() if place.name == name), None)
            if place is None:
                raise WitnessError(
                    "No contradiction of that name stands in the way.", remedy="See: witness show, which names each."
                )
            with _disk("It cannot be written down that the contradiction was cleared."):
                replace(place / CLEARED, f"{at.astimezone(UTC).isoformat(timespec='seconds')}\n".encode(), 0o400)
        return place

    def cosign(self, request: str, at: datetime) -> str:
        """The signature line for the checkpoint of a request, once it is found to grow from what was seen before.

        A request whose checkpoint is the last one cosigned is cosigned again: the first answer may have been lost.
        Raises `WitnessForkError`, with both sides kept, where the log contradicts what was seen, and `WitnessError`
        where it did so before and that was not cleared, where the log is unknown, did not sign, starts from another
        size or goes back, or the disk does not keep up.
        """
        asked = CosignatureRequest.parse(request)
        checkpoint = asked.checkpoint
        place = self._place(checkpoint.origin)
        with self._alone():
            with _disk("The folder of the witness cannot be read."):
                known = (place / "vkeys").exists()
            if not known:
                raise WitnessError("This witness does not know that log.", remedy=_TRUST_FIRST)
            log = self._trusted(place)
            _check_signature(asked.note, log.keys)
            try:
                _compare(log, asked, checkpoint)
            except WitnessForkError as fork:
                raise self._with_evidence(fork, log, request, at) from None
            self._refuse_contradicted(log.origin)
            _check_clock(place, at)
            cosignature = self._cosigner.cosign(checkpoint, at)
            if checkpoint != log.checkpoint:
                with _disk("The witness cannot write down what it saw, so it signed nothing."):
                    replace(place / "checkpoint", asked.note.encode(), 0o600)
            with _disk("The witness cannot write down when it signed, so it signed nothing."):
                replace(place / COSIGNED, f"{int(at.timestamp())}\n".encode(), 0o600)
            return str(cosignature)

    def _refuse_contradicted(self, origin: str) -> None:
        """Whose log showed two histories is not vouched for as if nothing had happened."""
        for place in self.contradictions():
            if _offered_by(place) in {origin, None}:
                raise WitnessError(
                    f"This log contradicted itself before: both sides are kept in {EVIDENCE}/{place.name}.",
                    remedy="Sign nothing until the auditor has seen both. If they say it was a damaged file only: "
                    f"witness clear FOLDER {place.name}",
                )

    def _place(self, origin: str) -> Path:
        return self._folder / LOGS / sha256(origin.encode()).hexdigest()[:32]

    def _trusted(self, place: Path) -> TrustedLog:
        """What the folder of one log holds. A missing record is never taken for a log not seen yet."""
        keys = self._keys(place)
        state = _read(place / "checkpoint")
        if state == _NOTHING_YET:
            if (place / COSIGNED).exists():
                raise WitnessError("The record of what was cosigned last was put back to nothing.", remedy=_RESTORE)
            return TrustedLog(origin=keys[0].name, keys=keys, checkpoint=None, note=None)
        try:
            _check_signature(state, keys)
            checkpoint = Checkpoint.parse(Note.parse(state).text)
        except (NoteError, WitnessError):
            raise WitnessError("The record of what was cosigned last is damaged.", remedy=_RESTORE) from None
        if checkpoint.origin != keys[0].name:
            raise WitnessError("The record of what was cosigned last is another log's.", remedy=_RESTORE)
        return TrustedLog(origin=checkpoint.origin, keys=keys, checkpoint=checkpoint, note=state)

    def _keys(self, place: Path) -> tuple[Verifier, ...]:
        try:
            keys = tuple(Verifier.parse(line) for line in _read(place / "vkeys").removesuffix("\n").split("\n"))
        except NoteError:
            keys = ()
        if not keys or any(self._place(key.name) != place for key in keys):
            raise WitnessError("The list of a trusted log's keys is damaged.", remedy=_RESTORE)
        return keys

    def _with_evidence(self, fork: WitnessForkError, log: TrustedLog, request: str, at: datetime) -> WitnessForkError:
        """The error that names the folder with both sides; that they could not be kept is said too."""
        name = sha256(request.encode()).hexdigest()[:16]
        place, draft = self._folder / EVIDENCE / name, self._folder / EVIDENCE / f".{name}"
        said = f"{at.astimezone(UTC).isoformat(timespec='seconds')}\n{fork}\n"
        sides = {"seen.checkpoint": log.note or _NOTHING_YET, "offered.request": request, "said.txt": said}
        try:
            (place / CLEARED).unlink(missing_ok=True)  # offered again, it is no accident that somebody explained
            if not place.exists():
                _make_folder(draft)
                for file, text in sides.items():
                    replace(draft / file, text.encode(), 0o400)
                draft.rename(place)
                settle(place.parent)
        except OSError:
            return WitnessForkError(f"{fork} The disk did not take the evidence: keep the request file yourself.")
        return WitnessForkError(f"{fork} Both sides are kept in {EVIDENCE}/{name}.")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The block in which no other process works on the folder. The lock goes with the process that holds it."""
        _check_system()
        with _disk("The folder of the witness cannot be opened."):
            number = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            if os.fstat(number).st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                raise WitnessError("Other accounts may write to the witness's folder.", remedy=_MODE)
            _check_rooms(self._folder / LOGS)
            with _disk("The folder of the witness cannot be locked."):
                _lock(number)
            yield
        finally:
            os.close(number)


def _check_rooms(logs: Path) -> None:
    """The folders with the records are their owner's only, like the witness's own. Raises `WitnessError`."""
    with _disk("The folder of the witness cannot be read."):
        for place in (logs, *logs.glob("*")) if logs.exists() else ():
            if place.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                raise WitnessError(f"Other accounts may write to a folder in {LOGS}/.", remedy=_MODE)


def _check_clock(place: Path, at: datetime) -> None:
    """No cosignature is dated before the one before it, nor before there were any. Raises `WitnessError`."""
    seconds = int(at.timestamp())
    if seconds <= _FIRST_DAY:
        raise WitnessError("The clock of this computer stands at 1970.", remedy="Set the clock, then repeat.")
    with _disk("The folder of the witness cannot be read."):
        if not (place / COSIGNED).exists():
            return
    last = _read(place / COSIGNED)
    if _SECONDS.fullmatch(last) is None:
        raise WitnessError("The record of when was cosigned last is damaged.", remedy=_RESTORE)
    if seconds < int(last):
        raise WitnessError(
            "The clock of this computer stands before this witness's last cosignature of that log.",
            remedy="Set the clock right, then repeat. If the clock was ahead at the last one, tell the auditor.",
        )


def _check_signature(note: str, keys: tuple[Verifier, ...]) -> None:
    try:
        Note.parse(note).verify(keys)
    except NoteError:
        raise WitnessError(
            "The checkpoint is not signed with a key that this witness trusts for the log.",
            remedy="Sign nothing. Ask the log's keeper in person whether the key was changed, and tell the auditor.",
        ) from None


def _compare(log: TrustedLog, asked: CosignatureRequest, checkpoint: Checkpoint) -> None:
    """Raise `WitnessError` unless the checkpoint is the last one cosigned, or is proven to grow from it."""
    if log.size == checkpoint.size and log.checkpoint is not None:
        if checkpoint.root != log.checkpoint.root:
            raise WitnessForkError(f"The log shows another history of its first {log.size} entries than before.")
        return
    if checkpoint.size < log.size:
        raise WitnessError(
            f"The request is for {checkpoint.size} entries, and this witness has already seen {log.size}.",
            remedy="Ask the keeper for a new request. If the log has no more than that, it was cut: tell the auditor.",
        )
    if asked.old != log.size:
        raise WitnessError(
            f"The request starts from {asked.old} entries, and this witness last saw {log.size}.",
            remedy=f"Ask the keeper for a request that starts from {log.size}. "
            "If this folder was put back from an older copy, stop and tell the auditor.",
        )
    _check_growth(log.checkpoint, asked, checkpoint)


def _check_growth(seen: Checkpoint | None, asked: CosignatureRequest, checkpoint: Checkpoint) -> None:
    """From nothing there is nothing to prove, and no verifier would take such a proof: that case is settled here."""
    if seen is None or seen.size == 0:
        if asked.proof or (checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT):
            raise WitnessError("The request has a proof where none is due, or a root that an empty log cannot have.")
        return
    try:
        verify_consistency(seen.size, checkpoint.size, seen.root, checkpoint.root, asked.proof)
    except ProofError:
        raise WitnessForkError(
            f"The request does not prove that the log still begins with the {seen.size} entries seen before."
        ) from None


def _offered_by(place: Path) -> str | None:
    """Whose checkpoint the kept request holds; None where that cannot be read, which stands in every log's way."""
    try:
        return CosignatureRequest.parse((place / "offered.request").read_text("utf-8")).checkpoint.origin
    except (OSError, UnicodeDecodeError, NoteError):
        return None


def _make_folder(place: Path) -> None:
    """Make a folder two levels below the witness's own."""
    for folder in (place.parent, place):
        folder.mkdir(mode=0o700, exist_ok=True)
    settle(place.parent.parent)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MAX_NOTE_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise WitnessError("The record of what was cosigned last is missing or damaged.", remedy=_RESTORE) from None


def _check_system() -> None:
    if fcntl is None:
        raise WitnessError("A witness's folder needs a computer with Linux or macOS.", remedy="Use another computer.")


def _lock(number: int) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise WitnessError("Another command works on this folder; nothing was signed.") from None
            time.sleep(_PAUSE)
        else:
            return


@contextmanager
def _disk(sentence: str) -> Iterator[None]:
    try:
        yield
    except OSError:
        raise WitnessError(sentence, remedy=_NO_ROOM) from None

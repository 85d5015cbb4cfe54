"""What the world outside has to do with the log: who must have seen it, who has, and what is brought to whom.

The log's keeper carries a request to each witness and the answer back, by stick or mail, and asks the time-stamping
authority. Everybody else only reads here. Opens the transparency log and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from vetting.errors import ExitCode, VettingError, bad_input, not_found, not_ready, refused
from vetting.files import read_text
from vetting.journal import last_seen, log_errors, remember
from vetting.log.answers import agreed, sighted
from vetting.log.cosignature import CosignerKey
from vetting.log.errors import LogError, NoteError, TwoRootsError
from vetting.log.event import Entry, EventType
from vetting.log.inclusion_file import spell
from vetting.log.keys import LogKey, load_vkey
from vetting.log.note import Note, Signature
from vetting.log.policy import MAX_POLICY_BYTES, Policy, Seen
from vetting.log.reader import LogReader
from vetting.log.request import CosignatureRequest
from vetting.log.store import LogStore
from vetting.log.verify import Verdict, verify
from vetting.log.writer import LogWriter, utc_now
from vetting.settings import Settings
from vetting.sources.stamping import Stamp, trusted_certificates
from vetting.sources.timestamp import time_of_token

_SIGNATURE = "\u2014 "
_PROCESSES = min(4, os.cpu_count() or 1)
"""Of these at most work on the verification of a long log; a short one is walked by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the log stands, and who outside has seen how much of it; the witnesses' signatures were checked."""

    size: int
    root: str
    rule: str
    """The policy's quorum in words; `none` where nobody is asked."""
    witnessed_size: int | None
    """The first so many entries were seen by enough witnesses."""
    witnesses: tuple[str, ...]
    """Those who make that quorum."""
    time: datetime | None
    """When they had, by their own clocks."""
    sightings: Mapping[str, int]
    """Up to which size each witness of the policy has cosigned."""
    stamped: Mapping[int, datetime | None]
    """The checkpoints with a time stamp, and its time where the configured certificates confirm it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A cosignature that was kept."""

    size: int
    witnesses: tuple[str, ...]
    new: int


@contextmanager
def reading(settings: Settings) -> Iterator[LogReader]:
    """The log of a data folder, to be read and not written to. Refuses with STORAGE where that cannot be done."""
    with log_errors():
        store = LogStore(settings.store_url("transparency_log"), read_only=True)
        try:
            yield LogReader(store)
        finally:
            store.close()


@contextmanager
def writing(settings: Settings) -> Iterator[LogWriter]:
    """The log of a data folder, to add what others attest. Refuses with STORAGE where key or log cannot be used."""
    with log_errors():
        store = LogStore(settings.store_url("transparency_log"))
        try:
            yield LogWriter(store, LogKey.load(settings.log_key))
        finally:
            store.close()


def log_policy(settings: Settings) -> Policy:
    """Who must have seen this log: the policy beside it, and nobody where there is none.

    Refuses a policy that cannot be read. An auditor hands in their own copy instead: the keeper can change this one.
    """
    if not settings.log_policy.exists() and not settings.log_policy.is_symlink():
        with log_errors():
            return Policy.of(load_vkey(settings.log_verifier_key))
    text = read_text(settings.log_policy, MAX_POLICY_BYTES)
    try:
        policy = Policy.parse(text)
    except LogError as error:
        raise bad_input("policy_malformed", str(error), f"Correct {settings.log_policy}.") from None
    if not policy.logs:
        raise bad_input("policy_malformed", "The policy names no log.", f"Correct {settings.log_policy}.")
    return policy


def verify_log(settings: Settings, known: Mapping[int, str] | None = None, policy: Policy | None = None) -> Verdict:
    """Walks the whole log. Refuses with STORAGE where there is no log or no key to check it with.

    Anybody may do this: it shows that the log is whole, and nothing of what is in it. `known` maps a size to the root
    seen then (a report prints both): without it, a log cut back to an earlier signed state looks sound. What a desk
    of this data folder last saw is always held against it (LOG_BROKEN where `known` contradicts that already), and what
    is seen now is kept for the next time.
    """
    asked = policy or log_policy(settings)
    with reading(settings) as reader:
        seen = _agreed(last_seen(settings.log_seen), known or {})
        verdict = verify(reader, asked, known=seen, processes=_PROCESSES, now=utc_now())
    with suppress(OSError):
        if verdict.ok and settings.home.stat().st_uid == os.geteuid():  # nothing is left in anybody else's folder
            remember(settings.log_seen, verdict.size, verdict.root_hex)
    return verdict


def _agreed(ours: Mapping[int, str], theirs: Mapping[int, str]) -> dict[int, str]:
    try:
        return agreed(ours, theirs)
    except TwoRootsError as two:
        raise VettingError("two_roots", str(two), two.remedy, ExitCode.LOG_BROKEN) from None


def standing(settings: Settings, clock: Callable[[], datetime] = utc_now) -> Standing:
    """Where the log stands, without walking it. Refuses a kept cosignature that is false."""
    with reading(settings) as reader:
        return standing_of(reader, log_policy(settings), clock(), stamps=_confirmed(reader, settings))


def standing_of(
    reader: LogReader, policy: Policy, now: datetime, *, stamps: Mapping[int, datetime | None] | None = None
) -> Standing:
    """The same of an open log, without its time stamps unless they are handed in.

    As for whoever verifies, a cosignature dated after `now` (UTC) does not count.
    """
    with log_errors(), reader.snapshot() as snapshot:
        latest = policy.open(snapshot.latest_note())
        sightings = sighted(snapshot, policy)
        sizes = sorted({size for size, _ in snapshot.cosignatures()}, reverse=True)
        for size in sizes:
            note = Note.parse(reader.cosigned(size) or "")
            seen = policy.seen(policy.open(str(note)), note.signatures, now=now)
            if seen.satisfied:
                break
        else:
            size, seen = 0, policy.seen(latest, (), now=now)
    return Standing(
        size=latest.size,
        root=latest.root_hex,
        rule=policy.rule,
        witnessed_size=size if seen.satisfied else None,
        witnesses=seen.witnesses if seen.satisfied else (),
        time=seen.time,
        sightings=sightings,
        stamped=stamps or {},
    )


def request_cosignature(settings: Settings, witness: str = "", start: int | None = None) -> str:
    """The file for a witness: where it stood, the proof from there, and the latest checkpoint.

    `witness` is its name in the policy, which the log then knows to have cosigned up to some entry; `start` says
    otherwise (a witness that refuses names it). Refuses a witness that the policy does not know, and a start beyond the
    log.
    """
    key = _witness_key(log_policy(settings), witness) if start is None else None
    with reading(settings) as reader, reader.snapshot() as snapshot:
        size, _ = snapshot.frontier()
        old = (reader.latest_cosigned(key.name) or 0) if key else start or 0
        if not 0 <= old <= size:
            raise bad_input("start_beyond_log", f"The log has {size} entries only.", "Give the size the witness named.")
        proof = snapshot.consistency(old) if old else []
        return str(CosignatureRequest(old=old, proof=tuple(proof), note=snapshot.latest_note()))


def _witness_key(policy: Policy, witness: str) -> CosignerKey | None:
    """The witness's key; None where nobody is named, which asks for a cosignature of the whole log."""
    if not witness:
        if len(policy.witnesses) > 1:
            raise bad_input("witness_unnamed", "The policy has several witnesses.", "Name one with --witness.")
        return next(iter(policy.witnesses.values()), None)
    if witness not in policy.witnesses:
        raise not_found("witness_unknown", "The policy knows no witness of that name.", "See: vetting checkpoint show.")
    return policy.witnesses[witness]


def accept_cosignature(settings: Settings, text: str, clock: Callable[[], datetime] = utc_now) -> Accepted:
    """Keeps a witness's answer: a cosigned checkpoint, or its signature line alone for the latest checkpoint.

    Refuses an answer that is not about a checkpoint of this log, that holds no signature of a witness of the policy, a
    false one or one dated more than a day ahead, and whoever may not write to the log.
    """
    policy = log_policy(settings)
    with reading(settings) as reader:
        with reader.snapshot() as snapshot:
            latest = snapshot.latest_note()
        try:
            note = _as_note(text, latest)
            checkpoint = policy.open(str(note))
            seen = policy.seen(checkpoint, note.signatures, now=clock())
        except NoteError as wrong:
            raise bad_input(
                "answer_wrong", str(wrong), "Ask the witness for its answer to the request again."
            ) from None
        ours = reader.cosigned(checkpoint.size)
        if ours is None or policy.open(ours) != checkpoint:
            raise refused(
                "cosigned_another",
                f"The answer is about a state of {checkpoint.size} entries that this log never signed.",
                "Keep the answer and tell the auditor: two histories may have been signed with this log's key.",
            )
    _refuse_ahead(seen)
    known = {(key.name, key.key_id) for key in policy.witnesses.values()}
    lines = [str(one) for one in note.signatures if (one.name, one.key_id) in known]
    if not lines:
        raise bad_input(
            "no_witness_signed",
            "No witness of the policy signed this.",
            f"Write the witness's key into {settings.log_policy} first, or ask the witness for its answer again.",
        )
    with writing(settings) as writer:
        new = writer.add_cosignatures(checkpoint.size, lines)
    return Accepted(size=checkpoint.size, witnesses=seen.witnesses, new=new)


def _refuse_ahead(seen: Seen) -> None:
    if seen.ahead:
        raise bad_input(
            "answer_from_the_future",
            f"The cosignature of {', '.join(seen.ahead)} is dated more than a day ahead.",
            "Set this machine's clock right, or have the witness set its clock and cosign the request again.",
        )


def _as_note(text: str, latest: str) -> Note:
    """The answer as a signed note."""
    if not text.startswith(_SIGNATURE):
        return Note.parse(text)
    alone = [Signature.parse(line) for line in text.removesuffix("\n").split("\n")]
    note = Note.parse(latest)
    return Note(text=note.text, signatures=(*note.signatures, *alone))


def stamp_checkpoint(settings: Settings, stamp: Stamp | None) -> tuple[int, bool]:
    """Has the authority that `stamp` asks stamp the latest checkpoint; its size, and whether the stamp is new.

    Refuses where no authority is configured or it gives none (NOT_READY), and whoever may not write to the log.
    """
    if stamp is None:
        raise not_ready(
            "timestamp_unconfigured",
            "No time-stamping authority is configured.",
            "Name one in config/department.toml: [timestamp] url and certificates.",
        )
    with reading(settings) as reader, reader.snapshot() as snapshot:
        size, _ = snapshot.frontier()
        note = snapshot.latest_note()
        stamped = dict(snapshot.time_stamps())
    if size in stamped:
        return size, False
    token = stamp(note.encode())
    with writing(settings) as writer:
        return size, writer.add_time_stamp(size, token)


def _confirmed(reader: LogReader, settings: Settings) -> dict[int, datetime | None]:
    """Each time stamp, and its time where the department's certificates confirm it for that checkpoint."""
    with reader.snapshot() as snapshot:
        tokens = dict(snapshot.time_stamps())
        notes = {size: note for size, note in snapshot.checkpoints() if size in tokens} if tokens else {}
    if not tokens or not settings.department.timestamp.certificates:
        return dict.fromkeys(tokens)
    trusted = trusted_certificates(settings)
    return {size: time_of_token(token, notes[size], trusted) for size, token in tokens.items()}


def prove_entry(settings: Settings, sequence: int, clock: Callable[[], datetime] = utc_now) -> str:
    """A file that shows one entry to be in the log, and no other entry: for the candidate it is about, or a court.

    It leads to the checkpoint that enough witnesses saw, where one covers the entry, and to the latest otherwise.
    Refuses an entry that the log does not have.
    """
    policy = log_policy(settings)
    with reading(settings) as reader, reader.snapshot() as snapshot:
        size, _ = snapshot.frontier()
        if not 0 <= sequence < size:
            raise not_found("entry_unknown", f"The log has no entry {sequence}.", f"Its entries are 0 to {size - 1}.")
        witnessed = standing_of(reader, policy, clock()).witnessed_size
        at = witnessed if witnessed is not None and witnessed > sequence else size
        body = next(snapshot.rows(sequence)).body
        return spell(reader.inclusion(sequence, at), extra=body)


def released_as(settings: Settings, digest: str) -> str | None:
    """The number under which a PDF of this SHA-256 was released, as the log says; None where it never was."""
    entry = _release(settings, digest)
    return None if entry is None else str(entry.event.body["report"])


def released_in(settings: Settings, digest: str) -> int | None:
    """The entry that says so."""
    entry = _release(settings, digest)
    return None if entry is None else entry.sequence


def _release(settings: Settings, digest: str) -> Entry | None:
    with reading(settings) as reader:
        released = (e for e in reader.entries() if e.event.type is EventType.REPORT_RELEASED)
        return next((e for e in released if e.event.body["pdf"] == digest), None)

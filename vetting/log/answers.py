"""What the verifier and the witness say, as sentences, whoever asks: the one-file verifier or the `vetting` command."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from vetting.log.bundle import COSIGNATURES, Bundle
from vetting.log.cosignature import CosignatureKind
from vetting.log.durable import replace
from vetting.log.errors import (
    FileError,
    KeyFileError,
    LogError,
    NoteError,
    PolicyError,
    ProofError,
    TwoRootsError,
    WitnessError,
    WitnessForkError,
)
from vetting.log.folder import read_text, spelt
from vetting.log.inclusion_file import MAX_FILE_BYTES, read
from vetting.log.note import Note, Signature
from vetting.log.policy import MAX_POLICY_BYTES, NONE, Policy
from vetting.log.request import MAX_REQUEST_BYTES, CosignatureRequest
from vetting.log.verify import PAPER_DIGITS, Snapshot, Verdict, verify
from vetting.log.witness import VKEY, Witness

OK, REFUSED, BAD_INPUT, NOT_WITNESSED, STORAGE, BROKEN = 0, 3, 4, 6, 7, 9
"""Exit codes, the same as those of the `vetting` command."""
_BAD_INPUT = (FileError, PolicyError, NoteError, ProofError)
_LONGEST_KEY = 8192
UNWITNESSED = "UNWITNESSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Some lines for a person, and the exit code."""

    lines: tuple[str, ...]
    code: int = OK


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What was found in a bundle."""

    verdict: Verdict
    position: str
    beside: str
    """What lies beside the log and does not fit it; empty where everything fits."""
    enough: bool
    """Whether the policy asks for nobody, or those it asks for have seen the log."""
    sightings: Mapping[str, int]
    """Up to which size each witness of the policy has cosigned, by its name in the policy."""
    time_stamps: tuple[int, ...]
    """The checkpoints beside which a token lies; nothing was checked about it."""
    unverified: tuple[str, ...]
    """The files that no signature covers and that are not what this release writes."""


def code_of(error: LogError) -> int:
    """The exit code of what went wrong."""
    if isinstance(error, WitnessForkError | TwoRootsError):
        return BROKEN
    if isinstance(error, WitnessError):
        return REFUSED
    return BAD_INPUT if isinstance(error, _BAD_INPUT) else STORAGE


# ------------------------------------------------------------------------------------------------ the verifier


def read_policy(path: Path) -> Policy:
    """The policy in a file. Raises `FileError` or `PolicyError`, also where it names no log."""
    policy = Policy.parse(read_text(path, "the policy", MAX_POLICY_BYTES))
    if not policy.logs:
        raise PolicyError("The policy names no log.")
    return policy


def seen_before(text: str) -> tuple[int, str]:
    """Size and root as a report prints them, `647:1e98987f4a41f7cd`. Raises `FileError` for anything else."""
    size, _, root = text.replace(",", "").partition(":")
    root = "".join(root.split()).lower()
    short = not PAPER_DIGITS <= len(root) <= 64
    if not (size.isascii() and size.isdecimal()) or len(size) > 16 or short or set(root) - set("0123456789abcdef"):
        raise FileError(
            "What was seen before is not SIZE:ROOT.", remedy="It has 16 digits or more: 647:1e98987f4a41f7cd."
        )
    return int(size), root


def sightings_of(texts: Iterable[str]) -> dict[int, str]:
    """What was seen before, by size. Raises `FileError` as `seen_before` does, and `TwoRootsError`."""
    seen: dict[int, str] = {}
    for text in texts:
        size, root = seen_before(text)
        seen = agreed(seen, {size: root})
    return seen


def agreed(some: Mapping[int, str], others: Mapping[int, str]) -> dict[int, str]:
    """Both lists of sightings as one. Raises `TwoRootsError` where they name two roots for one size."""
    for size in some.keys() & others.keys():
        short, long = sorted((some[size].lower(), others[size].lower()), key=len)
        if not long.startswith(short):
            raise TwoRootsError(f"The log was seen with two different roots at {size} entries: {short} and {long}.")
    return {size: max(some.get(size, ""), others.get(size, ""), key=len) for size in some.keys() | others.keys()}


def examine(path: Path, policy: Policy, known: Mapping[int, str] | None = None) -> Examined:
    """Walk the log in a bundle, then hold what lies beside it against it. Raises `LogError` for what is no bundle."""
    bundle = Bundle(path)
    position, stamps, beside = bundle.position, bundle.time_stamps(), ""
    if bundle.verifier not in policy.logs:
        raise FileError(
            "The bundle is of another log than the policy means.",
            remedy="Check that the policy is the one you were given for this department. Change nothing in it.",
        )
    verdict = verify(bundle, policy, known=known, now=datetime.now(UTC))
    sightings: dict[str, int] = {}
    unverified: tuple[str, ...] = ()
    if verdict.ok:
        try:
            unverified = bundle.unverified()
            bundle.check(policy.logs)
            with bundle.snapshot() as snapshot:
                sightings = sighted(snapshot, policy)
        except LogError as wrong:
            beside = str(wrong)
    return Examined(
        verdict=verdict,
        position=position,
        beside=beside,
        enough=policy.quorum == NONE or verdict.witnessed,
        sightings=sightings,
        time_stamps=stamps,
        unverified=unverified,
    )


def sighted(snapshot: Snapshot, policy: Policy) -> dict[str, int]:
    """Up to which size each witness of the policy has cosigned; of a log that was walked before."""
    names = {(key.name, key.key_id): name for name, key in policy.witnesses.items()}
    found: dict[str, int] = {}
    for size, line in snapshot.cosignatures():
        signature = Signature.parse(line.decode("utf-8", "replace").removesuffix("\n"))
        name = names.get((signature.name, signature.key_id))
        if name is not None:
            found[name] = max(size, found.get(name, 0))
    return found


def judged(found: Examined, policy: Policy) -> Answer:
    """The verdict in one line, and what else has to be known in a few more."""
    verdict = found.verdict
    if not verdict.ok:
        return Answer(lines=(_bad(verdict), *_KEEP), code=BROKEN)
    if found.beside:
        return Answer(lines=(f"BAD: {found.beside}", *_KEEP), code=BROKEN)
    state = f"{verdict.size} {verdict.root_hex}"
    stamps = (*_tokens(found.time_stamps), *_unverified(found.unverified))
    if not found.enough:
        return Answer(lines=(f"{UNWITNESSED} {state}", *_missing(found, policy), *stamps), code=NOT_WITNESSED)
    if not verdict.witnessed:
        return Answer(lines=(str(verdict), _ALONE, *stamps))
    return Answer(lines=(str(verdict), *_since(verdict), *stamps))


def _tokens(sizes: tuple[int, ...]) -> tuple[str, ...]:
    if not sizes:
        return ()
    command = "openssl ts -verify -in time-stamps/SIZE.tsr -data time-stamps/SIZE.checkpoint -CAfile CERTIFICATES"
    return (f"Time-stamp tokens, not checked here, lie beside the checkpoints at {_listed(sizes)}: {command}",)


def _unverified(names: tuple[str, ...]) -> tuple[str, ...]:
    """What the sums alone hold, and whoever changed a file can change its sum."""
    return tuple(f"{name} is NOT VERIFIED: it is not this release's text. Do nothing on its word." for name in names)


_KEEP = ("Keep what you received as it is, and keep every copy.",)
_ALONE = "The policy asks for no witness: nobody outside vouches for this log, so it proves nothing against its keeper."


def _bad(verdict: Verdict) -> str:
    if COSIGNATURES in (verdict.reason or ""):  # it stands beside the entries, and none of them is at fault
        return f"BAD: {verdict.reason}."
    return f"BAD at entry {verdict.first_bad}: {verdict.reason}."


def spelt_time(moment: datetime) -> str:
    """A UTC time to the second, as ISO 8601 writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _since(verdict: Verdict) -> tuple[str, ...]:
    witnessed = verdict.witnessed_size or 0
    left = verdict.size - witnessed
    if not left:
        return ()
    return (f"The witnesses saw the first {witnessed} entries. After that: {left}, signed by the log's key alone.",)


def _missing(found: Examined, policy: Policy) -> tuple[str, ...]:
    held = [f"{spelt(name)} up to {size}" for name, size in found.sightings.items()]
    return (
        f"Every entry is what the log's key signed, but the policy asks for {spelt_long(policy.rule)}.",
        f"Cosigned so far: {', '.join(held) if held else 'nobody'}. Ask the witnesses themselves what they have seen.",
    )


def spelt_long(text: str) -> str:
    """A text of any length as it can be shown anywhere."""
    return ascii(text)[1:-1]


def _listed(sizes: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, sizes[-5:]))
    return f"{shown} and {len(sizes) - 5} earlier ones" if len(sizes) > 5 else shown


def show_proof(path: Path, policy: Policy) -> Answer:
    """Whether the entry in an inclusion file is in the log, and the entry. Raises `LogError`."""
    shown = read(read_text(path, "the proof", MAX_FILE_BYTES)).verify(policy, now=datetime.now(UTC))
    seen = shown.seen
    state = f"entry {shown.sequence} of {shown.checkpoint.size} {shown.checkpoint.root_hex}"
    entry = spelt_long(shown.entry.decode("utf-8", "replace"))
    if policy.quorum != NONE and not seen.satisfied:
        asked = f"The policy asks for {spelt_long(policy.rule)}."
        return Answer(lines=(f"{UNWITNESSED} {state}", asked, entry), code=NOT_WITNESSED)
    vouched = " ".join(map(spelt, seen.witnesses)) if seen.satisfied else UNWITNESSED
    time = f" {spelt_time(seen.time)}" if seen.time else ""
    return Answer(lines=(f"OK {state} {vouched}{time}", entry))


# ------------------------------------------------------------------------------------------------- the witness

KINDS = {"ml-dsa-44": CosignatureKind.ML_DSA_44, "ed25519": CosignatureKind.ED25519}


def witness_init(folder: Path, name: str, kind: str) -> Answer:
    """Make a witness's folder and key. Raises `LogError`."""
    Witness.create(folder, name, KINDS[kind])
    return Answer(
        lines=(
            f"The witness's folder is ready: {spelt_long(str(folder))}",
            "Keep it where the log's keeper cannot reach it, and copy it after each signature.",
            "Never put an older copy back: a witness who forgets can be made to sign a second history.",
            f"Its key, for whoever writes a policy, is in {spelt_long(str(folder / VKEY))}",
        )
    )


def witness_trust(folder: Path, log: str) -> Answer:
    """Cosign the log of this key from now on; `log` is the key itself, or a file that holds it. Raises `LogError`."""
    vkey = log if "+" in log else read_text(Path(log), "the log's key", _LONGEST_KEY).removesuffix("\n")
    trusted = Witness.open(folder).trust(vkey)
    return Answer(lines=(f"This witness cosigns the log {spelt(trusted.name)} from now on.",))


def witness_cosign(folder: Path, request: Path, answer: Path | None, at: datetime) -> Answer:
    """Cosign the checkpoint in a request. The answer, for the log's keeper, is the checkpoint with both signatures.

    Raises `WitnessForkError`, with both sides kept, and `LogError`.
    """
    text = read_text(request, "the request", MAX_REQUEST_BYTES)
    line = Witness.open(folder).cosign(text, at)
    asked = CosignatureRequest.parse(text)
    cosigned = f"{Note.parse(asked.note)}{line}"
    if answer is None:
        return Answer(lines=tuple(cosigned.splitlines()))
    try:
        replace(answer, cosigned.encode(), 0o644)
    except OSError:
        raise KeyFileError(
            "The answer cannot be written.", remedy="Name another file; the same request is cosigned again."
        ) from None
    state = f"{asked.checkpoint.size} entries, root {asked.checkpoint.root_hex[:PAPER_DIGITS]}"
    return Answer(
        lines=(
            f"Cosigned: {spelt(asked.checkpoint.origin)}, {state}.",
            f"Give {spelt_long(str(answer))} back to the log's keeper.",
        )
    )


def witness_show(folder: Path) -> Answer:
    """The witness's key, what it has seen of each log, and what contradicted itself. Raises `LogError`."""
    witness = Witness.open(folder)
    lines = [f"Witness {spelt(witness.vkey.partition('+')[0])}, key in {spelt_long(str(folder / VKEY))}"]
    for log in witness.logs():
        seen = f"{log.size} entries, root {log.checkpoint.root_hex}" if log.checkpoint else "nothing yet"
        lines.append(f"{spelt(log.origin)}: {seen}")
    kept = [f"CONTRADICTION: both sides are in {spelt_long(str(place))}" for place in witness.contradictions()]
    cleared = [
        f"Cleared contradiction: both sides are in {spelt_long(str(place))}"
        for place in witness.evidence()
        if place not in witness.contradictions()
    ]
    return Answer(lines=(*lines, *kept, *cleared), code=BROKEN if kept else OK)


def witness_clear(folder: Path, contradiction: str, at: datetime) -> Answer:
    """Cosign a log again although it contradicted itself; both sides stay. Raises `LogError`."""
    place = Witness.open(folder).clear(contradiction, at)
    return Answer(
        lines=(
            "This contradiction no longer stands in the way of a cosignature.",
            f"Both sides stay in {spelt_long(str(place))}",
        )
    )

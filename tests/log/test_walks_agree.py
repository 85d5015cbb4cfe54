"""However a log is walked (in one go, in stretches, by processes, from a trusted state), the same entry is named."""

from __future__ import annotations

import copy
import os
import random
import signal
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.log.held import Held, Streaming, plain_walk
from vetting.log import parallel
from vetting.log import verify as verification
from vetting.log.canonical import canonical
from vetting.log.checkpoint import Checkpoint, sign_checkpoint
from vetting.log.cosignature import CosignatureKind, Cosigner
from vetting.log.errors import LogUnavailableError
from vetting.log.event import Event, EventType
from vetting.log.keys import LogKey
from vetting.log.merkle import Frontier, leaf_hash
from vetting.log.policy import Policy
from vetting.log.reader import LogReader
from vetting.log.snapshot import DivisibleSnapshot, Log, Row
from vetting.log.store import LogStore
from vetting.log.stretch import CheckpointReader, Stretch, Task
from vetting.log.verify import Trusted, verify

if TYPE_CHECKING:
    from tests.log.conftest import MakeEvent, OpenLog

MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)
KEY = LogKey.generate("vetting.example/log-1")
POLICY = Policy.of(KEY.verifier)
CITY = Cosigner.generate("city.example", CosignatureKind.ED25519)
WITNESSED = Policy.parse(f"log {KEY.vkey}\nwitness city {CITY.key.vkey}\nquorum city\n")
TAMPERING = ("body", "leaf", "idem", "rehash", "remove", "double", "cut", "unsign", "resign", "frontier", "none")


def row(number: int, said: int | None = None) -> Row:
    event = Event(type=EventType.KEY_CREATED, id=f"event-{number}", at=MORNING, actor="a", body={"n": number})
    body = canonical(event, sequence=number if said is None else said, logged=MORNING)
    return number, event.id, body, leaf_hash(body)


def note_at(tree: Frontier, root: bytes | None = None) -> bytes:
    state = Checkpoint(origin=KEY.origin, size=tree.size, root=tree.root() if root is None else root)
    return sign_checkpoint(state, KEY.signer).encode()


def honest(batches: list[int]) -> Held:
    tree, rows, notes = Frontier(), list[Row](), [(0, note_at(Frontier()))]
    for batch in batches:
        for _ in range(batch):
            rows.append(row(len(rows)))
            tree.append(rows[-1][3])
        notes.append((tree.size, note_at(tree)))
    return Held(rows, notes, (tree.size, bytes(tree)))


def tampered(log: Held, how: str, dice: random.Random) -> Held:
    log = copy.deepcopy(log)
    at, mark = dice.randrange(len(log.entries)), dice.randrange(len(log.notes))
    sequence, idem, body, leaf = log.entries[at]
    changed: dict[str, Row] = {
        "body": (sequence, idem, body[:-2] + b"x}", leaf),
        "leaf": (sequence, idem, body, bytes(32)),
        "idem": (sequence, "other", body, leaf),
        "rehash": (sequence, idem, body.replace(b'"n":', b'"m":'), leaf_hash(body.replace(b'"n":', b'"m":'))),
        "double": row(sequence, said=max(0, sequence - 1)),
    }
    if how in changed:
        log.entries[at] = changed[how]
    elif how == "remove":
        del log.entries[at]
    elif how == "cut":
        del log.entries[at:]
    elif how == "unsign":
        del log.notes[mark]
    elif how == "resign":
        size, _ = log.notes[mark]
        log.notes[mark] = size, note_at(Frontier.of([r[3] for r in log.entries[:size]]), root=bytes(32))
    elif how == "frontier":
        log.packed = log.packed[0], bytes(len(log.packed[1]))
    return log


@pytest.fixture
def _short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "STRETCH", 8)
    monkeypatch.setattr(verification, "_WORTH_PROCESSES", 2)


@pytest.mark.usefixtures("_short_stretches")
@given(st.lists(st.integers(1, 9), min_size=1, max_size=12), st.sampled_from(TAMPERING), st.integers(0, 999))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_way_to_walk_names_the_same_entry(batches: list[int], how: str, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311
    good = honest(batches)
    log = tampered(good, how, dice)
    sound, size, first_bad = plain_walk(log, POLICY)
    assert sound or how != "none"
    streaming = Streaming(log.entries, log.notes, log.packed)
    for verdict in (verify(log, POLICY), verify(streaming, POLICY)):
        assert (verdict.ok, verdict.first_bad, verdict.size) == (sound, first_bad, size), verdict
    since = dice.choice([size for size, _ in good.notes])
    tree = Frontier.of([r[3] for r in good.entries[:since]])
    later = verify(log, POLICY, since=Trusted(size=since, frontier=bytes(tree)))
    if first_bad is None or first_bad >= since:
        assert (later.ok, later.first_bad) == (sound, first_bad), (since, later)
    if later.ok:
        assert later.trusted == verify(good, POLICY).trusted


@pytest.mark.usefixtures("_short_stretches")
def test_processes_name_the_same_entry_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    good, dice, started = honest([3, 1, 7, 16, 1, 1, 20, 5]), random.Random(5), list[int]()  # noqa: S311
    real = parallel.in_processes

    def counted(log: Log, here: DivisibleSnapshot, tasks: Iterator[Task], processes: int) -> Generator[Stretch]:
        started.append(processes)
        return real(log, here, tasks, processes)

    monkeypatch.setattr(verification, "in_processes", counted)
    for how in ("none", "rehash", "remove", "resign"):
        log = tampered(good, how, dice)
        assert verify(log, POLICY, processes=2) == verify(log, POLICY), how
    assert started == [2] * 4


@pytest.mark.usefixtures("_short_stretches")
def test_processes_open_the_database_for_themselves(log: OpenLog, make_event: MakeEvent) -> None:
    log.writer.append_all(make_event(number) for number in range(50))
    for read_only in (False, True):
        store = LogStore(log.url, read_only=read_only)  # with its -wal file: the writer has it open
        reader = LogReader(store)
        verdict = verify(reader, log.key.verifier, processes=2)
        assert (verdict.ok, verdict.size) == (True, 50)
        assert verdict == verify(reader, log.key.verifier)
        store.close()


@pytest.mark.usefixtures("_short_stretches")
def test_a_process_that_is_ended_leaves_no_verdict() -> None:
    with pytest.raises(LogUnavailableError):
        verify(Ending(**vars(honest([40]))), POLICY, processes=2)


class Ending(Held):
    """A log whose reading ends whichever process reads it, but the first."""

    def signed(self, after: int, upto: int) -> object:  # type: ignore[override]
        if parallel._opened:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().signed(after, upto)


@pytest.mark.usefixtures("_short_stretches")
def test_a_bad_entry_is_named_although_what_comes_after_it_cannot_be_read() -> None:
    log = Ragged(**vars(honest([40])))
    log.entries[2] = (2, "nobody", b"looks", b"here")
    verdict = verify(log, POLICY, processes=2)
    assert verdict.first_bad == 2
    assert verdict == verify(log, POLICY)


class Ragged(Held):
    """A log of which only the first stretch can be read."""

    def blocks(self, start: int, end: int) -> Iterator[list[Row]]:
        if start:
            raise LogUnavailableError("The disk does not answer.")
        return super().blocks(start, end)


def test_only_what_is_new_is_read_when_the_rest_is_trusted() -> None:
    log = honest([10] * 20)
    trusted = verify(honest([10] * 19), POLICY).trusted
    for number in range(190):
        log.entries[number] = (number, "nobody", b"looks", b"here")
    assert verify(log, POLICY, since=trusted).ok
    assert not verify(log, POLICY).ok
    assert verify(honest([10] * 18), POLICY, since=trusted).reason == (
        "the log was cut back: it was seen with 190 entries before"
    )
    with pytest.raises(ValueError, match="before the trusted state"):
        verify(log, POLICY, since=trusted, known={10: "0" * 16})


def test_without_reading_what_entries_say_a_lie_inside_one_is_not_found() -> None:
    log = honest([4])
    log.entries[2] = (2, "other", *log.entries[2][2:])
    assert verify(log, POLICY, interpret=False).ok
    assert verify(log, POLICY).first_bad == 2


# ---------------------------------------------------------------------------------------------------- witnesses


def cosigned(log: Held, size: int, cosigner: Cosigner = CITY) -> tuple[int, bytes]:
    signed = CheckpointReader(POLICY).read(dict(log.notes)[size])
    assert signed is not None
    return size, str(cosigner.cosign(signed, MORNING)).encode()


def test_the_latest_state_that_a_quorum_has_seen_is_named() -> None:
    log = honest([4, 4, 4])
    log.lines = [cosigned(log, 4), cosigned(log, 8)]
    verdict = verify(log, WITNESSED)
    assert (verdict.witnesses, verdict.witnessed_size, verdict.time) == (("city",), 8, MORNING)
    assert str(verdict).endswith("city 2026-03-02T09:00:00Z (up to 8)")
    later = verify(log, WITNESSED, since=verdict.trusted)
    assert (later.witnesses, later.witnessed_size) == (("city",), 8)
    assert str(verify(log, POLICY)).endswith("UNWITNESSED")


def test_a_known_witness_who_signed_something_else_makes_the_log_bad() -> None:
    log = honest([4, 4, 4])
    other = honest([5, 3, 4])
    other.entries[0] = row(0, said=1)
    forked = Checkpoint(origin=KEY.origin, size=8, root=bytes(32))
    log.lines = [cosigned(log, 4), (8, str(CITY.cosign(forked, MORNING)).encode())]
    verdict = verify(log, WITNESSED)
    assert (verdict.ok, verdict.first_bad, verdict.witnesses) == (False, 8, ())
    assert verify(log, POLICY).ok, "who is not in the policy is not asked"


def test_a_witnessed_checkpoint_that_was_taken_away_is_missed() -> None:
    log = honest([4, 4, 4])
    log.lines = [cosigned(log, 8)]
    del log.notes[2]
    assert verify(log, WITNESSED).first_bad == 8
    assert verify(log, POLICY).ok


def test_a_checkpoint_is_read_as_the_policy_reads_it_whatever_its_spelling() -> None:
    dice, reader = random.Random(3), CheckpointReader(POLICY)  # noqa: S311
    note = note_at(Frontier.of([bytes(32)] * 3))
    assert reader.read(note) == POLICY.open(note.decode())
    second = note + str(CITY.cosign(POLICY.open(note.decode()), MORNING)).encode()
    assert reader.read(second) == reader.read(note)
    for _ in range(2_000):
        wrong = bytearray(note)
        bit = dice.randrange(len(wrong) * 8)
        wrong[bit // 8] ^= 1 << bit % 8
        assert reader.read(bytes(wrong)) is None, bit

"""Measures the transparency log beside hashlib on this machine: verifying, alone and in two processes, and appending.

    python tests/bench/log.py [ENTRIES]

A log of 1,000,000 entries (about 400 bytes each, a signed checkpoint every thousand) is made in a temporary folder of
about 600 MB, on SQLite. Every rate stands beside what hashlib hashes of 65 bytes (an inner node of the tree) on one
core by CPU seconds, measured right before and after it, because other work on the machine slows both. By the clock two
processes can gain nothing where others keep the cores busy: look at the load that is printed first.
"""

import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import cast

from sqlalchemy import insert, update

from vetting.log.checkpoint import Checkpoint, sign_checkpoint
from vetting.log.event import Event, EventType
from vetting.log.keys import LogKey
from vetting.log.merkle import Frontier, leaf_hash
from vetting.log.migrations import migrate
from vetting.log.policy import Policy
from vetting.log.profile import Json, encode
from vetting.log.reader import LogReader
from vetting.log.store import LogStore, checkpoint, frontier
from vetting.log.store import entry as entry_table
from vetting.log.stretch import CheckpointReader
from vetting.log.verify import Trusted, Verdict, verify
from vetting.log.writer import LogWriter

ENTRIES = 1_000_000
BATCH = 1_000
NEW = 10_000
"""Entries that an incremental verification finds added."""
MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)
NODE = 65


def event(number: int) -> Event:
    """One invented search, about 400 bytes long in the log."""
    case, step = divmod(number, 400)
    key = f"step-{step}/1"
    return Event(
        type=EventType.SEARCH_EXECUTED,
        id=f"search.executed:case-{case}/{key}",
        at=MORNING,
        actor="person-07",
        position="patrol-officer-2026",
        case=f"case-{case}",
        body={"key": key, "outcome": "none", "reason": "none", "attempts": 1, "captures": 2, "protocol": "ab" * 32},
    )


def filled(url: str, key: LogKey, entries: int) -> None:
    """A log as the writer would have made it, in a tenth of the time: the same bytes, hashes and checkpoints."""
    migrate(url)
    store, tree = LogStore(url), Frontier()
    LogWriter(store, key)
    first = event(0)
    said = cast("dict[str, Json]", first.body)
    template = {"actor": first.actor, "at": "2026-03-02T09:00:00.000000Z", "logged": "2026-03-02T09:00:00.000000Z"}
    template |= {"position": "patrol-officer-2026", "schema": "vetting.event/1", "type": first.type.value}
    for start in range(0, entries, BATCH):
        rows = []
        for number in range(start, min(start + BATCH, entries)):
            case, step = divmod(number, 400)
            id_, body = f"search.executed:case-{case}/step-{step}/1", {**said, "key": f"step-{step}/1"}
            made = encode({**template, "body": body, "case": f"case-{case}", "id": id_, "sequence": number})
            rows.append({"sequence": number, "idem": id_, "body": made, "leaf": leaf_hash(made)})
        tree.extend([row["leaf"] for row in rows])  # type: ignore[misc]
        note = sign_checkpoint(Checkpoint(origin=key.origin, size=tree.size, root=tree.root()), key.signer)
        with store.write() as connection:
            connection.execute(insert(entry_table), rows)
            connection.execute(update(frontier).values(size=tree.size, hashes=bytes(tree)))
            connection.execute(insert(checkpoint), {"size": tree.size, "note": note.encode()})
    store.close()


def hashes_a_second() -> float:
    """What hashlib does on one core with the 65 bytes of an inner node, in CPU time."""
    nodes = [os.urandom(NODE) for _ in range(100_000)]
    began = time.process_time()
    for node in nodes:
        sha256(node).digest()
    return len(nodes) / (time.process_time() - began)


def cpu_seconds() -> float:
    """What this process and those it started, once they ended, have used."""
    return sum(usage.ru_utime + usage.ru_stime for usage in map(getrusage, (RUSAGE_SELF, RUSAGE_CHILDREN)))


def measured(words: str, count: int, act: Callable[[], object]) -> float:
    """Print a rate by CPU seconds and by the clock, and hashlib's right before and after; returns that by the clock."""
    before, cpu, clock = hashes_a_second(), cpu_seconds(), time.perf_counter()
    act()
    cpu, clock = count / (cpu_seconds() - cpu), count / (time.perf_counter() - clock)
    reference = (before + hashes_a_second()) / 2
    print(
        f"{words:<48} {cpu:>9,.0f}/s CPU {clock:>9,.0f}/s clock"
        f"   hashlib {reference / 1e6:.2f} M/s   ratio {cpu / reference:.3f} CPU {clock / reference:.3f} clock"
    )
    return clock


def sound(verdict: Verdict) -> Verdict:
    """Fails loudly where what is measured is not what it should be."""
    if not verdict.ok:
        raise SystemExit(str(verdict))
    return verdict


def show_verification(url: str, key: LogKey, entries: int) -> None:
    """One process, two processes and what is new only; with and without reading what entries say."""
    reader, policy = LogReader(LogStore(url, read_only=True)), Policy.of(key.verifier)
    for words, interpret in (("bytes", False), ("bytes and what they say", True)):

        def whole(processes: int, *, interpret: bool = interpret) -> Verdict:
            return sound(verify(reader, policy, processes=processes, interpret=interpret))

        one = measured(f"verify {words}, one process", entries, partial(whole, 1))
        two = measured(f"verify {words}, two processes", entries, partial(whole, 2))
        print(f"  two processes: {two / one:.2f} times one by the clock")
    with reader.snapshot() as snapshot:
        leaves = (row.leaf for row, _ in zip(snapshot.rows(), range(entries - NEW), strict=False))
        tree = Frontier.of(leaves)
    since = Trusted(size=tree.size, frontier=bytes(tree))
    measured(
        f"verify the {NEW:,} newest of {entries:,}",
        NEW,
        lambda: sound(verify(reader, policy, since=since)),
    )


def show_checkpoints(key: LogKey) -> None:
    """How many signed checkpoints are read a second: a log has one for every commit."""
    notes = [
        sign_checkpoint(Checkpoint(origin=key.origin, size=size, root=bytes(32)), key.signer).encode()
        for size in range(5_000)
    ]
    reading = CheckpointReader(Policy.of(key.verifier))
    measured("checkpoint signatures", len(notes), lambda: [reading.read(note) for note in notes])


def show_appending(folder: Path, key: LogKey) -> None:
    """Durable appends, each commit with its signed checkpoint."""
    url = f"sqlite:///{folder / 'appended.sqlite'}"
    migrate(url)
    writer, numbers = LogWriter(LogStore(url), key), iter(range(10**9))
    for batch, commits in ((1, 2_000), (10, 500), (100, 100)):

        def append(batch: int = batch, commits: int = commits) -> None:
            for _ in range(commits):
                writer.append_all([event(next(numbers)) for _ in range(batch)])

        measured(f"append, {batch} a commit", batch * commits, append)


def main() -> None:
    """Make the log, then measure."""
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    with tempfile.TemporaryDirectory() as name:
        folder, key = Path(name), LogKey.generate("vetting.example/log-1")
        began = time.perf_counter()
        filled(f"sqlite:///{folder / 'log.sqlite'}", key, entries)
        size = (folder / "log.sqlite").stat().st_size
        print(
            f"{entries:,} entries, {size / entries:.0f} bytes each on disk, made in {time.perf_counter() - began:.0f} s"
        )
        print(f"{multiprocessing.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        show_verification(f"sqlite:///{folder / 'log.sqlite'}", key, entries)
        show_checkpoints(key)
        show_appending(folder, key)


if __name__ == "__main__":
    main()

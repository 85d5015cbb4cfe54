"""Seconds and memory of the uniformity audit of 1,000 candidates by 400 steps: reading the log, and the audit itself.

The log is invented: every intention, capture and outcome of 400,000 searches, and a finding for every tenth candidate.
It is not signed, for what verification costs is measured by itself.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from tests.facts.invented_position import PROTOCOL, Story, judged_table, step
from vetting.log import migrations
from vetting.log.reader import LogReader
from vetting.log.store import LogStore
from vetting.log.store import entry as stored
from vetting.uniformity.events import read

CANDIDATES = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
STEPS = 400
BATCH = 20_000
LEAF = b"\0" * 32


def bodies() -> Iterator[bytes]:
    """The stored bytes of every entry, in order."""
    protocol = replace(PROTOCOL, steps=tuple(step(number) for number in range(1, STEPS + 1)))
    story = Story(protocol=protocol)
    story.opened()
    for number in range(CANDIDATES):
        case = f"C-{number:04}"
        story.enrolled(case)
        story.planned(case)
        for one in protocol.steps:
            story.searched(case, one, ms=500 + (number * 7919 + len(one.id) * 104729) % 900)
        found = number % 10 == 0
        if found:
            story.found(case, protocol.steps[0])
            story.validated(case, f"F-{case}")
        story.released(case, f"F-{case}" if found else None)
        yield from (json.dumps(entry, separators=(",", ":"), sort_keys=True).encode() for entry in story.written())


def write(store: LogStore, entries: Iterable[bytes]) -> int:
    """Puts the bytes where a reader finds them; how many there are."""
    count = 0
    batch: list[dict[str, object]] = []
    with store.write() as connection:
        for body in entries:
            batch.append({"sequence": count, "idem": f"e:{count}", "body": body, "leaf": LEAF})
            count += 1
            if len(batch) == BATCH:
                connection.execute(stored.insert(), batch)
                batch.clear()
        if batch:
            connection.execute(stored.insert(), batch)
    return count


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'log.db'}"
        migrations.migrate(url)
        store = LogStore(url)
        count = write(store, bodies())
        begun, spent = time.perf_counter(), time.process_time()
        with LogReader(store).snapshot() as snapshot:
            table = read((row.body for row in snapshot.rows()), "patrol")
        ready, used = time.perf_counter(), time.process_time()
        audit = judged_table(table)
        done, total = time.perf_counter(), time.process_time()
        store.close()
    mebibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"uniformity of {CANDIDATES} candidates by {STEPS} steps: {count} events, "
        f"read in {ready - begun:.2f} s ({used - spent:.2f} s of CPU), "
        f"audited in {done - ready:.2f} s ({total - used:.2f} s of CPU): {audit.overall}; {mebibytes} MiB at most"
    )


if __name__ == "__main__":
    main()

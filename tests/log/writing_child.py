"""Started by the crash test: forks writers, ends each with SIGKILL at a random moment, and reports what it was told.

Usage: writing_child.py LOG_URL KEY_FILE KILLS SEED. Prints JSON: the numbers of the events that were acknowledged,
and how many repeats found their event already written.
"""

import json
import os
import random
import select
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from vetting.log.event import Event, EventType
from vetting.log.keys import LogKey
from vetting.log.store import LogStore
from vetting.log.writer import LogWriter

LONGEST_LIFE = 0.1  # seconds; a commit takes less than a hundredth of it on a machine that rests
FIRST_COMMIT = 20.0  # seconds a busy machine may take to open a log


def make_event(number: int) -> Event:
    return Event(
        type=EventType.CAPTURE_SEALED,
        id=f"event-{number}",
        at=datetime(2026, 3, 2, 9, tzinfo=UTC),
        actor="person-07",
        case="case-1",
        body={"step": number, "commitment": "ab" * 32},
    )


def write_forever(url: str, key: LogKey, start: int, acknowledge: int) -> None:
    """Append from `start` on, now one event and now three, and tell of each commit only after it returned."""
    writer, number = LogWriter(LogStore(url), key), start
    while True:
        batch = [make_event(n) for n in range(number, number + (3 if number % 5 == 0 else 1))]
        receipts = writer.append_all(batch)
        told = [[number + at, receipt.already] for at, receipt in enumerate(receipts)]
        os.write(acknowledge, json.dumps(told).encode() + b"\n")
        number += len(batch)


def live_and_die(url: str, key: LogKey, start: int, life: float) -> list[tuple[int, bool]]:
    """Run one writer until `life` seconds after its first commit and return what it told.

    The shortest lives do not wait for a commit, so that some writers die before they even opened.
    """
    told, acknowledge = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told)
        write_forever(url, key, start, acknowledge)
    os.close(acknowledge)
    if life > LONGEST_LIFE / 5:
        select.select([told], [], [], FIRST_COMMIT)
    time.sleep(life)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    heard = b""
    while more := os.read(told, 65_536):
        heard += more
    os.close(told)
    complete = heard[: heard.rfind(b"\n") + 1].splitlines()
    return [(number, already) for line in complete for number, already in json.loads(line)]


def main() -> None:
    url, key, kills = sys.argv[1], LogKey.load(Path(sys.argv[2])), int(sys.argv[3])
    dice, acknowledged, repeated = random.Random(int(sys.argv[4])), set[int](), 0  # noqa: S311
    for _ in range(kills):
        start = len(acknowledged)
        for number, already in live_and_die(url, key, start, dice.uniform(0, LONGEST_LIFE)):
            acknowledged.add(number)
            repeated += already
    sys.stdout.write(json.dumps({"acknowledged": sorted(acknowledged), "repeated": repeated}))


if __name__ == "__main__":
    main()

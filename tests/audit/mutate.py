"""`make audit-mutations`: every kind of violation on several positions, each tampering, and a thousand clean ones."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from multiprocessing import get_context
from typing import Final

from tests.audit.clean import clean
from tests.audit.judging import alarms, caught, noticed, stories
from tests.audit.kinds import TAMPERINGS, VIOLATIONS

SEEDS: Final = 3
CLEAN: Final = 1000
_LINE: Final = "{:58} {:>8} {:>10}"


def tried(number: int) -> tuple[int, int]:
    """How many of how many stories of one kind of violation were caught."""
    kind = VIOLATIONS[number]
    results = [caught(kind, story) for story in stories(kind, SEEDS)]
    return sum(results), len(results)


def raised(seed: int) -> tuple[int, list[str]]:
    """How many clean positions the story of a seed holds, and what was raised in them."""
    return len(clean(seed).positions), list(alarms(seed))


def main() -> int:
    """Prints a line a kind; 1 where something was missed or raised without a reason."""
    with get_context("spawn").Pool(max(1, len(os.sched_getaffinity(0)))) as pool:
        good = all([*_violations(pool.imap(tried, range(len(VIOLATIONS)))), *_tampered()])
        return 0 if _clean(pool.imap(raised, _seeds())) and good else 1


def _violations(results: Iterator[tuple[int, int]]) -> Iterator[bool]:
    _tell(_LINE.format("violation", "check", "caught"))
    for kind, (hits, of) in zip(VIOLATIONS, results, strict=True):
        _tell(_LINE.format(kind.name + (" (to be looked at)" if kind.soft else ""), kind.check, f"{hits} of {of}"))
        yield hits == of == SEEDS


def _tampered() -> Iterator[bool]:
    _tell("")
    _tell(_LINE.format("tampering", "verify", "caught"))
    for tamper in TAMPERINGS:
        hits = sum(noticed(tamper, seed) for seed in range(SEEDS))
        _tell(_LINE.format(tamper.name, "known" if tamper.forged else "alone", f"{hits} of {SEEDS}"))
        yield hits == SEEDS


def _seeds() -> Iterator[int]:
    return iter(range(CLEAN))  # a story holds one position at least


def _clean(results: Iterator[tuple[int, list[str]]]) -> bool:
    positions, told = 0, list[str]()
    for count, found in results:
        positions += count
        told += found
        if positions >= CLEAN:
            break
    _tell("")
    for line in told:
        _tell(line)
    _tell(f"clean positions: {positions}, alarms: {len(told)}")
    return not told


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

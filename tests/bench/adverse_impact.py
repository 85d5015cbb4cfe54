"""Measures how often fair and unfair pools are called unequal: by four fifths alone, by Fisher's test, and by us.

The pools of proof-and-wall section 6: two groups, selected at random with a true rate each, 4,000 times.
"""

import random
import time
from collections import Counter

from vetting.adverse_impact import Case, Reading, SelfIdentification, Stage, assess
from vetting.adverse_impact.exact import Count, fisher

POOLS = (
    (20, 10, 0.5, 0.5),
    (50, 20, 0.5, 0.5),
    (50, 20, 0.1, 0.1),
    (100, 40, 0.5, 0.5),
    (400, 150, 0.5, 0.5),
    (50, 20, 0.5, 0.35),
    (100, 40, 0.5, 0.35),
    (400, 150, 0.5, 0.35),
    (1000, 400, 0.95, 0.90),
)
REPEATS, SEED = 4000, 20261127
HEADINGS = ("pool", "rates", "4/5 alone", "Fisher", "ours: differ", "by one", "cannot say", "within 4/5", "alike")
READINGS = (
    Reading.DIFFERENCE,
    Reading.DIFFERENCE_OF_ONE,
    Reading.CANNOT_BE_DETERMINED,
    Reading.NO_LARGE_DIFFERENCE,
    Reading.ALL_ALIKE,
)


def ours(first: Count, second: Count) -> Reading:
    """What the auditor reads of two groups at one stage."""
    released = frozenset({Stage.RELEASED})
    cases, said = [], {}
    for group, count in (("first", first), ("second", second)):
        for n in range(count.of):
            number = f"{group}-{n}"
            reached = released if n < count.selected else frozenset()
            cases.append(Case(number=number, position="patrol", reached=reached))
            said[number] = (group,)
    tables = assess(cases, SelfIdentification(categories=("group",), groups=said)).tables
    found = [row.reading for table in tables for row in table.rows if row.reading is not Reading.BEST]
    return found[0] if found else Reading.ALL_ALIKE  # nobody was selected: there is no table


def drawn(chance: random.Random, of: int, rate: float) -> Count:
    """A group of which each is selected with the same chance."""
    return Count(selected=sum(chance.random() < rate for _ in range(of)), of=of)


def below_four_fifths(first: Count, second: Count) -> bool:
    """The rule alone, in whole numbers: four fifths exactly is not below."""
    one, other = first.selected * second.of, second.selected * first.of
    return 5 * min(one, other) < 4 * max(one, other)


def main() -> None:
    """Prints a line a pool; the same two counts are assessed once."""
    chance, begin = random.Random(SEED), time.perf_counter()  # noqa: S311 - a simulation that can be repeated
    print(f"{REPEATS} pools each, seed {SEED}")
    print("{:>9} {:>9} {:>9} {:>7} {:>12} {:>7} {:>10} {:>10} {:>6}".format(*HEADINGS))
    for n1, n2, p1, p2 in POOLS:
        known: dict[tuple[Count, Count], Reading] = {}
        rule = tested = 0
        found: Counter[Reading] = Counter()
        for _ in range(REPEATS):
            pair = drawn(chance, n1, p1), drawn(chance, n2, p2)
            rule += below_four_fifths(*pair)
            tested += fisher(*pair) < 0.05
            if pair not in known:
                known[pair] = ours(*pair)
            found[known[pair]] += 1
        shares = [f"{n / REPEATS:.1%}" for n in (rule, tested, *(found[reading] for reading in READINGS))]
        print("{:>9} {:>9} {:>9} {:>7} {:>12} {:>7} {:>10} {:>10} {:>6}".format(f"{n1},{n2}", f"{p1}/{p2}", *shares))
    print(f"{time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()

"""Tests and intervals for counts of two groups, in one position or over several (strata).

Exact where an exact method is usual: Clopper-Pearson for a rate, Fisher for two rates and its stratified form for
several positions. The interval of a ratio of rates is Koopman's score interval: an exact unconditional one is much
wider and slower for no better coverage, the usual logarithmic one fails at the small counts of a small department
(Koopman, Biometrics 40, 1984; recommended by Fagerland, Lydersen and Laake, Statistical Methods in Medical Research 24,
2015). scipy is imported when it is first needed: it takes a second.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

LEVEL: Final = 0.95
"""Of every interval, two-sided."""
_Z: Final = 1.959963984540054
_TIES: Final = 1 + 1e-7
"""Tables as probable as the one seen count too, although their probabilities differ in the last digits."""
_SMALLEST, _HALVINGS = 1e-9, 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many of a group."""

    selected: int
    of: int

    @property
    def rate(self) -> float:
        """The share; 0 of nobody."""
        return self.selected / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Lower and upper bound; the upper one of a ratio may be infinite."""

    low: float
    high: float


Pair = tuple[Count, Count]
"""A group and the group it is compared with, in one position."""


def rate_interval(count: Count) -> Interval:
    """Clopper and Pearson's exact interval (Biometrika 26, 1934)."""
    from scipy.stats import beta

    x, n, tail = count.selected, count.of, (1 - LEVEL) / 2
    low = float(beta.ppf(tail, x, n - x + 1)) if x else 0.0
    high = float(beta.ppf(1 - tail, x + 1, n - x)) if x < n else 1.0
    return Interval(low=low, high=high)


@lru_cache(maxsize=20_000)
def fisher(group: Count, other: Count) -> float:
    """Fisher's exact test, two-sided: tables no more probable than the one seen."""
    from scipy.stats import fisher_exact

    table = [[c.selected, c.of - c.selected] for c in (group, other)]
    return min(1.0, float(fisher_exact(table).pvalue))


def stratified(pairs: Sequence[Pair]) -> float:
    """Fisher's test over several positions: the exact conditional form of the Mantel-Haenszel test, two-sided.

    The number selected of the group, given the margins of every position, is a sum of hypergeometric numbers; its
    distribution is computed whole. For one position it is `fisher`.
    """
    if len(pairs) == 1:
        return fisher(*pairs[0])
    import numpy as np
    from scipy.stats import hypergeom

    chance, lowest = np.ones(1), 0
    for group, other in pairs:
        total, drawn = group.of + other.of, group.selected + other.selected
        first, last = max(0, drawn - other.of), min(drawn, group.of)
        chance = np.convolve(chance, hypergeom.pmf(np.arange(first, last + 1), total, group.of, drawn))
        lowest += first
    seen = chance[sum(group.selected for group, _ in pairs) - lowest]
    return min(1.0, float(chance[chance <= seen * _TIES].sum()))


def ratio(pairs: Sequence[Pair]) -> float:
    """The ratio of the two rates; over several positions the one of Mantel and Haenszel. Infinite over a rate of 0."""
    weights = [group.of + other.of or 1 for group, other in pairs]
    above = sum(g.selected * o.of / n for (g, o), n in zip(pairs, weights, strict=True))
    below = sum(o.selected * g.of / n for (g, o), n in zip(pairs, weights, strict=True))
    if below:
        return above / below
    return math.inf if above else math.nan


def ratio_interval(pairs: Sequence[Pair]) -> Interval:
    """Koopman's score interval; over several positions Greenland and Robins' (Biometrics 41, 1985)."""
    return _score(*pairs[0]) if len(pairs) == 1 else _greenland_robins(pairs)


def _score(group: Count, other: Count) -> Interval:
    if not (group.selected or other.selected):
        return Interval(low=0.0, high=math.inf)
    seen, low, high = ratio([(group, other)]), 0.0, math.inf
    if group.selected:
        low = _crossing(lambda theta: _statistic(group, other, theta), _SMALLEST, min(seen, 1 / _SMALLEST))
    if other.selected:  # from the other side: where the inverse of the ratio is as small as it can be
        inverse = 1 / max(seen, _SMALLEST)
        high = 1 / _crossing(lambda theta: _statistic(group, other, 1 / theta), _SMALLEST, inverse)
    return Interval(low=low, high=high)


def _statistic(group: Count, other: Count, theta: float) -> float:
    """Koopman's chi-square for a true ratio `theta`, with the rates that are likeliest under it."""
    x, m, y, n = group.selected, group.of, other.selected, other.of
    a, b, c = theta * (m + n), -(theta * (m + y) + x + n), x + y
    rate = (-b - math.sqrt(max(0.0, b * b - 4 * a * c))) / (2 * a)
    mine = min(1.0, theta * rate)
    variance = mine * (1 - mine) / m + theta * theta * rate * (1 - rate) / n
    distance = (group.rate - theta * other.rate) ** 2
    return distance / variance if variance > 0 else (math.inf if distance else 0.0)


def _crossing(statistic: Callable[[float], float], low: float, high: float) -> float:
    """Where the statistic, which falls from `low` to `high`, is as large as an interval allows; by halving."""
    for _ in range(_HALVINGS):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if statistic(middle) > _Z * _Z else (low, middle)
    return high


def _greenland_robins(pairs: Sequence[Pair]) -> Interval:
    above = below = spread = 0.0
    for group, other in pairs:
        n = group.of + other.of
        if not n:
            continue
        both = group.selected + other.selected
        above += group.selected * other.of / n
        below += other.selected * group.of / n
        spread += (group.of * other.of * both - group.selected * other.selected * n) / (n * n)
    if not (above and below):
        return Interval(low=0.0, high=math.inf)
    width = _Z * math.sqrt(spread / (above * below))
    return Interval(low=above / below * math.exp(-width), high=above / below * math.exp(width))


def holm(chances: Sequence[float]) -> tuple[float, ...]:
    """Holm's adjusted p-values (Scandinavian Journal of Statistics 6, 1979), in the order given."""
    order = sorted(range(len(chances)), key=chances.__getitem__)
    adjusted, highest = [0.0] * len(chances), 0.0
    for place, at in enumerate(order):
        highest = max(highest, min(1.0, chances[at] * (len(chances) - place)))
        adjusted[at] = highest
    return tuple(adjusted)

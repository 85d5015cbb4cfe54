"""From counts to words: each group of a category against the one that fared best, stage by stage.

Never one number: the ratio with its interval, Fisher's test adjusted for all that were made, and whether one candidate
alone would turn the result. What may not be shown is computed with and left out of the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations
from typing import Final

from vetting.adverse_impact.exact import Count, Interval, Pair, holm, rate_interval, ratio, ratio_interval, stratified
from vetting.adverse_impact.self_identification import SelfIdentification
from vetting.adverse_impact.stages import Case, Stage
from vetting.adverse_impact.suppression import SMALLEST_CELL, blurred, hidden

FOUR_FIFTHS: Final = 0.8
"""29 CFR 1607.4(D): a rule of thumb of the agencies, no test."""
_ROUNDING: Final = 1e-9
"""Four fifths exactly is not below it, whatever the last digits of a quotient say."""
SIGNIFICANT: Final = 0.05
POOLED: Final = ""
"""The scope of a table over all positions together."""


class Reading(StrEnum):
    """What the numbers of one group say, in a word."""

    DIFFERENCE = "difference"
    DIFFERENCE_OF_ONE = "difference_of_one"
    """One candidate's outcome would undo it."""
    NO_LARGE_DIFFERENCE = "no_large_difference"
    """The interval of the ratio lies above four fifths."""
    ALL_ALIKE = "all_alike"
    """Everybody of every group, or nobody."""
    CANNOT_BE_DETERMINED = "cannot_be_determined"
    BEST = "best"
    """The group that the others are compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One group at one stage. None where a number may not be shown, or where there is nothing to compare."""

    group: str
    of: int | None = None
    reached: int | None = None
    rate: float | None = None
    """Of those selected: who reached the stage, or who was left alone by it where it is adverse."""
    rate_interval: Interval | None = None
    ratio: float | None = None
    ratio_interval: Interval | None = None
    below_four_fifths: bool | None = None
    p: float | None = None
    adjusted: float | None = None
    """Holm's, over every pair of groups at every stage of the position."""
    with_one_more: float | None = None
    """The adjusted p if one candidate had fared otherwise, whichever makes it largest."""
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The groups of one category at one stage."""

    position: str
    """Empty where it is of all positions together."""
    category: str
    stage: Stage
    everybody: bool | None
    """Whether everybody of every group reached the stage; None where some did and some did not."""
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Every table of every position, then those of all together where there is more than one."""

    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measured:
    """The groups of one category at one stage, as counted in each position of a scope."""

    scope: str
    category: str
    stage: Stage
    groups: Mapping[str, tuple[Count, ...]]

    @property
    def comparable(self) -> tuple[str, ...]:
        """Groups of 10 or more, best rate first; whoever did not say is counted and not compared."""
        large = [g for g, c in self.groups.items() if g != SelfIdentification.NOT_STATED and _of(c) >= SMALLEST_CELL]
        return tuple(sorted(large, key=lambda g: (-_total(self.groups[g]).rate, g)))

    @property
    def alike(self) -> bool:
        """Whether the stage was reached by everybody or by nobody."""
        counts = [_total(c) for c in self.groups.values()]
        return all(c.selected == c.of for c in counts) or not any(c.selected for c in counts)

    def pairs(self, group: str, other: str) -> tuple[Pair, ...]:
        """The two, position by position, where there is somebody of both."""
        both = zip(self.groups[group], self.groups[other], strict=True)
        return tuple(pair for pair in both if pair[0].of and pair[1].of)


def assess(cases: Sequence[Case], said: SelfIdentification) -> Assessment:
    """Every table. Stages that nobody reached yet are not in it."""
    positions = tuple(dict.fromkeys(case.position for case in cases))
    scopes = [(position, (position,)) for position in positions]
    tables = [table for scope, within in scopes for table in _tables(scope, within, cases, said)]
    if len(positions) > 1:
        tables += _tables(POOLED, positions, cases, said, tables)
    return Assessment(tables=tuple(tables))


def overall(tables: Iterable[Table]) -> Reading:
    """The gravest reading of some tables: what a one-word result says."""
    found = {row.reading for table in tables for row in table.rows}
    order = (
        Reading.DIFFERENCE,
        Reading.DIFFERENCE_OF_ONE,
        Reading.CANNOT_BE_DETERMINED,
        Reading.NO_LARGE_DIFFERENCE,
        Reading.ALL_ALIKE,
    )
    return next((reading for reading in order if reading in found), Reading.CANNOT_BE_DETERMINED)


def _tables(
    scope: str, positions: Sequence[str], cases: Sequence[Case], said: SelfIdentification, single: Sequence[Table] = ()
) -> list[Table]:
    """Of one position; or of several together, after the tables of each."""
    within = [case for case in cases if case.position in positions]
    stages = [stage for stage in Stage if any(stage in case.reached for case in within)]
    measured = [
        _Measured(scope=scope, category=c, stage=s, groups=_counts(within, positions, s, said.of(c)))
        for c in said.categories
        for s in stages
    ]
    tested = [
        (at, pair)
        for at, one in enumerate(measured)
        if not one.alike
        for pair in combinations(one.comparable, 2)
        if one.pairs(*pair)
    ]
    chances = [stratified(measured[at].pairs(*pair)) for at, pair in tested]
    adjusted = dict(zip(tested, zip(chances, holm(chances), strict=True), strict=True))
    return [
        _table(one, {pair: ps for (n, pair), ps in adjusted.items() if n == at}, _Told(one, positions, single))
        for at, one in enumerate(measured)
    ]


def _counts(
    cases: Iterable[Case], positions: Sequence[str], stage: Stage, group_of: Mapping[str, str]
) -> dict[str, tuple[Count, ...]]:
    """How many were selected, by group and position."""
    found: dict[str, list[list[int]]] = {}
    for case in cases:
        row = found.setdefault(group_of[case.number], [[0, 0] for _ in positions])[positions.index(case.position)]
        row[0] += (stage in case.reached) != stage.adverse
        row[1] += 1
    return {g: tuple(Count(selected=s, of=n) for s, n in rows) for g, rows in sorted(found.items())}


class _Told:
    """What a table over several positions would tell of one: it less the tables of the others is what one hides."""

    def __init__(self, one: _Measured, positions: Sequence[str], single: Sequence[Table]) -> None:
        self._of, self._reached = (
            {group for group in one.groups if not self._safe(one, group, positions, single, number)}
            for number in ("of", "reached")
        )

    def sizes(self) -> set[str]:
        """Groups whose size may not be shown for all positions together."""
        return self._of

    def cells(self) -> set[str]:
        """Groups whose number at this stage may not be shown for all positions together."""
        return self._reached

    @staticmethod
    def _safe(one: _Measured, group: str, positions: Sequence[str], single: Sequence[Table], number: str) -> bool:
        withheld = {
            table.position
            for table in single
            if (table.category, table.stage) == (one.category, one.stage)
            for row in table.rows
            if row.group == group and getattr(row, number) is None
        }
        counts = [c for p, c in zip(positions, one.groups[group], strict=True) if p in withheld]
        return not counts or blurred([(c.of,) if number == "of" else (c.selected, c.of - c.selected) for c in counts])


def _table(one: _Measured, chances: Mapping[tuple[str, str], tuple[float, float]], told: _Told) -> Table:
    best = next(iter(one.comparable), "")
    totals = {group: _total(counts) for group, counts in one.groups.items()}
    sizes = hidden({group: (c.of,) for group, c in totals.items()}, told.sizes())
    cells = (
        sizes if one.alike else hidden({g: (c.selected, c.of - c.selected) for g, c in totals.items()}, told.cells())
    )
    rows = []
    for group in one.groups:
        row = _row(one, group, best, chances.get((best, group)))
        if group in cells or best in cells:
            row = _without_comparison(row)
        if group in cells or group in sizes:
            row = _without_numbers(row)
        rows.append(replace(row, of=None) if group in sizes else row)
    reached = all(c.selected == c.of for c in totals.values()) is not one.stage.adverse if one.alike else None
    return Table(position=one.scope, category=one.category, stage=one.stage, everybody=reached, rows=tuple(rows))


def _row(one: _Measured, group: str, best: str, chances: tuple[float, float] | None) -> Row:
    count = _total(one.groups[group])
    row = Row(
        group=group,
        of=count.of,
        reached=count.of - count.selected if one.stage.adverse else count.selected,
        rate=count.rate,
        rate_interval=rate_interval(count),
        reading=Reading.BEST if group == best and len(one.comparable) > 1 else Reading.CANNOT_BE_DETERMINED,
    )
    if one.alike:
        return replace(row, reading=Reading.ALL_ALIKE)
    return row if chances is None else _compared(row, one.pairs(group, best), *chances)


def _compared(row: Row, pairs: Sequence[Pair], chance: float, adjusted: float) -> Row:
    turned = min(1.0, max(map(stratified, _with_one_more(pairs)), default=1.0) * (adjusted / chance))
    bounds = ratio_interval(pairs)
    return replace(
        row,
        ratio=ratio(pairs),
        ratio_interval=bounds,
        below_four_fifths=ratio(pairs) < FOUR_FIFTHS - _ROUNDING,
        p=chance,
        adjusted=adjusted,
        with_one_more=turned,
        reading=_read(adjusted, turned, bounds),
    )


def _read(adjusted: float, turned: float, bounds: Interval) -> Reading:
    if adjusted < SIGNIFICANT:
        return Reading.DIFFERENCE if turned < SIGNIFICANT else Reading.DIFFERENCE_OF_ONE
    return Reading.NO_LARGE_DIFFERENCE if bounds.low >= FOUR_FIFTHS else Reading.CANNOT_BE_DETERMINED


def _with_one_more(pairs: Sequence[Pair]) -> Iterable[tuple[Pair, ...]]:
    """What the counts had been, had one more of the group been selected, or one fewer of the best."""
    for at, (group, other) in enumerate(pairs):
        if group.selected < group.of:
            more = (replace(group, selected=group.selected + 1), other)
            yield (*pairs[:at], more, *pairs[at + 1 :])
        if other.selected:
            fewer = (group, replace(other, selected=other.selected - 1))
            yield (*pairs[:at], fewer, *pairs[at + 1 :])


def _without_comparison(row: Row) -> Row:
    nothing = {"ratio": None, "ratio_interval": None, "p": None, "adjusted": None, "with_one_more": None}
    return replace(row, below_four_fifths=None, **nothing)  # type: ignore[arg-type]


def _without_numbers(row: Row) -> Row:
    return replace(_without_comparison(row), reached=None, rate=None, rate_interval=None)


def _total(counts: Sequence[Count]) -> Count:
    return Count(selected=sum(c.selected for c in counts), of=_of(counts))


def _of(counts: Sequence[Count]) -> int:
    return sum(c.of for c in counts)

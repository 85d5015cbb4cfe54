"""Which numbers are not shown: those of fewer than 10 people, and those from which these could be computed.

How many candidates a position has, and how many of them reached a stage, stands in the log. One hidden group among
shown ones could be subtracted; so what is hidden together always comes to 10 or more, unless everything is hidden.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

SMALLEST_CELL: Final = 10


def hidden(cells: Mapping[str, Sequence[int]], told: Collection[str] = ()) -> frozenset[str]:
    """The names whose cells may not be shown. Each has one or more cells; it is hidden if any is under 10, or if it is
    in `told`.

    Then, smallest first, others with it, until every kind of cell of the hidden ones adds up to 10 or more, and there
    are two of them.
    """
    found = {name for name, row in cells.items() if min(row) < SMALLEST_CELL or name in told}
    rest = sorted(cells.keys() - found, key=lambda name: (min(cells[name]), name))
    while found and rest and not blurred([cells[name] for name in found]):
        found.add(rest.pop(0))
    return frozenset(found)


def blurred(rows: Sequence[Sequence[int]]) -> bool:
    """Whether the sums over these hidden rows, which anybody can compute, say little of one of them."""
    return len(rows) > 1 and all(sum(column) >= SMALLEST_CELL for column in zip(*rows, strict=True))

"""Which entries of a log belong to one position, whatever position they state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from vetting.log.event import EventType

EVERYBODYS: Final = frozenset(
    {
        EventType.ACCESS_REFUSED.value,
        EventType.PERSON_ADDED.value,
        EventType.PERSON_CLEARED.value,
        EventType.AUDIT_PERFORMED.value,
        EventType.LOG_EXPORTED.value,
        EventType.KEY_ROTATED.value,
    }
)
"""Types of entries that may be of no position and yet say something about each."""
_OF_NONE: Final = frozenset({EventType.PERSON_SIGN_IN_RESET.value, EventType.KEY_CREATED.value})
"""Types of entries that may be of no position and say nothing about any."""
_NAMES: Final = ("finding", "report", "deviation")
"""Fields of a body with a number that is of one position only."""
_NAMING: Final = frozenset(
    {
        EventType.FINDING_RECORDED.value,
        EventType.REPORT_RELEASED.value,
        EventType.DEVIATION_REQUESTED.value,
        EventType.DEVIATION_APPROVED.value,
    }
)
"""Types of entries that give such a number."""


class Belonging:
    """Sorts entries one by one, in the order of the log, and remembers little of those that are another position's."""

    def __init__(self, position: str) -> None:
        self._position = position
        self._ours: set[str] = set()
        self._elsewhere: dict[str, Mapping[str, Any]] = {}

    def take(self, entry: Mapping[str, Any]) -> bool:
        """Whether the entry belongs to the position: it says so; it is about everybody; it states no position and needs
        one; or its case, finding, report or deviation was the position's before.
        """
        where, kind = entry.get("position"), entry["type"]
        if where == self._position:
            self._ours.add(entry.get("case", ""))
            if kind in _NAMING:
                self._ours.update(_named(entry))
            return True
        if where is None:
            return kind in EVERYBODYS or kind not in _OF_NONE
        return self._strayed(entry)

    def _strayed(self, entry: Mapping[str, Any]) -> bool:
        named = _named(entry)
        if not self._ours.isdisjoint(named):
            return True
        for name in named:
            self._elsewhere.setdefault(name, entry)
        return False

    def found_late(self) -> Iterator[Mapping[str, Any]]:
        """Of another position's entries the first with each case, finding, report or deviation that became the
        position's only afterwards. To be asked when all entries were taken.
        """
        late = {id(e): e for name, e in self._elsewhere.items() if name in self._ours}
        yield from late.values()


def _named(entry: Mapping[str, Any]) -> list[str]:
    """The case and what the body names."""
    body = entry["body"]
    found = [entry.get("case"), *(body.get(name) for name in _NAMES)]
    return [name for name in found if name and isinstance(name, str)]

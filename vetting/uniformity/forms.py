"""Which entry of a verified log holds a value of another form than its field has: a whole log need not be a true one.

Verification shows that nobody changed an entry since it was signed, and the log keeps the profile of
`vetting.log.profile`; what each type of entry says is the desks' affair, and whoever wrote it may have gone round them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

_NUMBERS: Final = frozenset(
    {
        "attempts", "captures", "hosts", "log_size", "mark", "marks", "milliseconds", "restored", "seconds",
        "severity", "size", "spans", "texts", "withdraws", "withheld_more",
    }
)  # fmt: skip
_ANSWERS: Final = frozenset({"in_lookback", "no_conflict", "partly", "practice", "quote"})
_LISTS: Final = frozenset({"deciders", "links", "positions", "roles"})
_MAPS: Final = frozenset({"disclosed", "document"})


def ill_formed(bodies: Iterable[bytes], position: str) -> int | None:
    """The first entry of the position, or of none, with such a value, or else of another position: it may have been
    taken in for what it names. None where every field has its form.
    """
    elsewhere: int | None = None
    for raw in bodies:
        entry: Mapping[str, Any] = json.loads(raw)
        if not all(_fits(name, value) for name, value in entry["body"].items()):
            if entry.get("position", position) == position:
                return int(entry["sequence"])
            elsewhere = int(entry["sequence"]) if elsewhere is None else elsewhere
    return elsewhere


def _fits(name: str, value: object) -> bool:
    if name in _NUMBERS:
        return type(value) is int and value >= (-(2**53) if name == "seconds" else 0)
    if name in _ANSWERS:
        return isinstance(value, bool)
    if name in _LISTS:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return isinstance(value, dict if name in _MAPS else str)

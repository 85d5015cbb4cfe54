"""What every match of a pattern holds: words that can be looked for much faster than the pattern itself.

Read from the pattern as Python's own compiler understands it, and only ever too weak: where nothing certain can be
said of a part, it is taken to match anything. Letters are compared in lower case and all digits as one. Holds for ASCII
text: elsewhere a pattern that ignores case knows more variants of a letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from re import _constants as kinds  # type: ignore[attr-defined]  # no public name
from re import _parser as compiler  # type: ignore[attr-defined]
from typing import Any

_MOST = 64
"""Alternatives that are told apart; what has more is taken to match anything."""
_END = 3
_ASCII = 128
_DIGITS = str.maketrans(dict.fromkeys("123456789", "0"))
_REPEATS = (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT)
_NO_WIDTH = (kinds.AT, kinds.ASSERT, kinds.ASSERT_NOT)

Strings = frozenset[str]
_NOTHING: Strings = frozenset({""})
_Part = tuple[Any, Any]


@dataclass(frozen=True, slots=True)
class Needed:
    """Strings of which every match of a pattern holds at least one; none where there are none to name."""

    words: tuple[str, ...]
    ends: Strings
    """The last letters of each; none where one of them is shorter."""

    @classmethod
    def of(cls, expression: str) -> Needed:
        """What a pattern needs."""
        words = needed(expression)
        long = all(len(word) >= _END for word in words)
        return cls(tuple(sorted(words)), frozenset(word[-_END:] for word in words) if long else frozenset())


class Plainly:
    """ASCII text as it is compared with what is needed."""

    __slots__ = ("_ends", "_text")

    def __init__(self, text: str) -> None:
        self._text = plainly(text)
        self._ends = {self._text[at : at + _END] for at in range(len(self._text))}

    def holds(self, needed: Needed) -> bool:
        """Whether a match is possible."""
        if needed.ends and needed.ends.isdisjoint(self._ends):
            return False
        for word in needed.words:
            if word in self._text:
                return True
        return not needed.words


def plainly(text: str) -> str:
    """ASCII text as it is compared with what `needed` names: in lower case, all digits as one."""
    return text.lower().translate(_DIGITS)


@cache
def needed(expression: str) -> Strings:
    """Strings of which every match holds at least one, as `plainly` writes them; empty where there are none to name."""
    return _needed(list(compiler.parse(expression, re.IGNORECASE))) or frozenset()


def _needed(parts: Sequence[_Part]) -> Strings | None:
    """The best of what the parts of a sequence ask for: the longest strings, and then the fewest."""
    asked: list[Strings] = []
    run = _NOTHING
    for part in parts:
        exact = _exact(part)
        if exact is not None and len(run) * len(exact) <= _MOST:
            run = _joined(run, exact)
            continue
        asked.append(run)
        if exact is None and (inner := _inside(part)) is not None:
            asked.append(inner)
        run = exact if exact is not None else _NOTHING
    usable = [_shortest(strings) for strings in (*asked, run) if strings and "" not in strings]
    return max(usable, key=lambda strings: (min(map(len, strings)), -len(strings)), default=None)


def _inside(part: _Part) -> Strings | None:
    """What a part asks for that matches more strings than can be told apart."""
    kind, value = part
    if kind is kinds.SUBPATTERN:
        return _needed(list(value[-1]))
    if kind is kinds.BRANCH:
        each = [_needed(list(branch)) for branch in value[1]]
        return _union(strings for strings in each if strings is not None) if None not in each else None
    return _needed(list(value[2])) if kind in _REPEATS and value[0] else None


def _exact(part: _Part) -> Strings | None:
    """Every string that a part matches, as it is compared; None where they are too many."""
    kind, value = part
    if kind is kinds.LITERAL:
        found: Strings | None = frozenset({plainly(chr(value))})
    elif kind in _NO_WIDTH:
        found = _NOTHING
    elif kind is kinds.IN:
        found = _characters(value)
    elif kind is kinds.SUBPATTERN:
        found = _sequence(list(value[-1]))
    elif kind is kinds.BRANCH:
        each = [_sequence(list(branch)) for branch in value[1]]
        found = _union(strings for strings in each if strings is not None) if None not in each else None
    elif kind in _REPEATS:
        found = _repeated(value)
    else:
        found = None
    return found if found is not None and len(found) <= _MOST else None


def _sequence(parts: Sequence[_Part]) -> Strings | None:
    run = _NOTHING
    for part in parts:
        exact = _exact(part)
        if exact is None or len(run) * len(exact) > _MOST:
            return None
        run = _joined(run, exact)
    return run


def _repeated(value: tuple[Any, Any, Any]) -> Strings | None:
    fewest, most, parts = value
    once = _sequence(list(parts))
    if once is None or most is kinds.MAXREPEAT or len(once) ** most > _MOST:
        return None
    counted = [_NOTHING]
    for _ in range(most):
        counted.append(_joined(counted[-1], once))
    return _union(counted[fewest:])


def _characters(members: Iterable[_Part]) -> Strings | None:
    found: set[str] = set()
    for kind, value in members:
        if kind is kinds.LITERAL:
            found.add(plainly(chr(value)))
        elif kind is kinds.RANGE and value[1] < _ASCII:
            found.update(plainly(chr(code)) for code in range(value[0], value[1] + 1))
        elif kind is kinds.CATEGORY and value is kinds.CATEGORY_DIGIT:
            found.add("0")
        else:
            return None
    return frozenset(found)


def _joined(left: Strings, right: Strings) -> Strings:
    return frozenset(a + b for a in left for b in right)


def _union(strings: Iterable[Strings]) -> Strings:
    return frozenset().union(*strings)


def _shortest(strings: Strings) -> Strings:
    """Without what holds another of them: whoever looks finds that one."""
    return frozenset(s for s in strings if not any(other != s and other in s for other in strings))

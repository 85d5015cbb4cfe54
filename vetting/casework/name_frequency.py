"""How many people bear a candidate's name: from a table of the US Census, by family name only.

Given names are left out on purpose: rare ones are several times oftener borne by some groups than by others, so that
they would make stronger evidence against exactly these (docs/decisions/0011-attribution-signals.md has the figures).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from vetting.candidate import Candidate
from vetting.casework.disclosed import plain_words
from vetting.signals import NameFrequency

FAMILY_NAMES: Final = Path(__file__).with_name("family_names.txt")
_FIRST_NAME: Final = "first_name"
_SUFFIXES: Final = frozenset({"jr", "sr", "ii", "iii", "iv"})
_FROM_MOST: Final = (NameFrequency.COMMON, NameFrequency.UNKNOWN, NameFrequency.UNCOMMON, NameFrequency.RARE)


def frequency_of(candidate: Candidate) -> NameFrequency:
    """Of the candidate's names the one that most people bear: an account may stand under any of them."""
    return _most([_of_name(name) for name in (candidate.full_name, *candidate.other_names)])


def _of_name(name: str) -> NameFrequency:
    """Of the last word, which is the family name, and of the first where that may be it (Nguyen Thi Hoa)."""
    table = _table()
    words = [word for word in plain_words(name) if word not in _SUFFIXES]
    if not words:
        return NameFrequency.UNKNOWN
    last = table.get(words[-1], NameFrequency.UNKNOWN)
    first = table.get(words[0], last)
    return last if words[0] in _first_names() else _most([first, last])


def _most(frequencies: list[NameFrequency]) -> NameFrequency:
    return min(frequencies, key=_FROM_MOST.index)


@cache
def _sections() -> Mapping[str, list[str]]:
    sections: dict[str, list[str]] = {}
    names: list[str] = []
    for line in FAMILY_NAMES.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            names = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            names.append(line)
    return sections


@cache
def _table() -> Mapping[str, NameFrequency]:
    sections = _sections()
    return {name: NameFrequency(of) for of in sections if of != _FIRST_NAME for name in sections[of]}


@cache
def _first_names() -> frozenset[str]:
    return frozenset(_sections()[_FIRST_NAME])

"""One slip of the pen away: a letter missing, doubled, swapped or replaced, as a writer's error or as a disguise."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from functools import lru_cache

from filters.lexicon import is_english, word_list

SHORTEST = 6
"""Shorter words have too many neighbours."""
LONGEST = 40
"""What is longer is no word, and has as many neighbours as fifty times its letters."""


def slips(word: str) -> Iterator[str]:
    """Every spelling one slip away that keeps the first letter, about fifty for each letter of the word."""
    for at in range(1, len(word)):
        head, tail = word[:at], word[at:]
        yield head + tail[1:]
        if at + 1 < len(word):
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in string.ascii_lowercase:
            yield head + letter + tail[1:]
            yield head + letter + tail
    for letter in string.ascii_lowercase:
        yield word + letter


@lru_cache(maxsize=20_000)
def misspells_english(word: str) -> bool:
    """Whether a lower-case word of six letters or more is no English word but one slip away from a common one."""
    common = word_list("common_words")
    return SHORTEST <= len(word) <= LONGEST and not is_english(word) and any(near in common for near in slips(word))


@lru_cache(maxsize=50_000)
def meant(word: str, known: Callable[[str], bool], telling: Callable[[str], bool]) -> str | None:
    """The telling word that an unknown lower-case word is one slip away from; None where common English is as near."""
    if (
        not SHORTEST <= len(word) <= LONGEST
        or not word.islower()
        or known(word)
        or is_english(word)
        or misspells_english(word)
    ):
        return None
    return next((near for near in slips(word) if telling(near)), None)

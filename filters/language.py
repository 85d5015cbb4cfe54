"""Is it English, and can it be read at all? What cannot be vouched for is withheld whole (fail closed)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import accumulate

from filters.lexicon import class_words, is_english, word_list, word_map
from filters.spelling import misspells_english
from filters.withholding import WithheldReason

LONGEST = 20_000
"""Characters in one passage; longer ones go back for a shorter extract."""
MOST = 6_000
"""Words and signs in one passage: prose of the longest has four to five thousand, and each is parsed several times."""
_PIECE = re.compile(r"\w+|[^\w\s]|\n")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_PROSE = re.compile(r"(?<![^\s\"'(])(?<![=<>+*^|] )[^\W\d_]{2,}(?:'[^\W\d_]+)?(?![^\s.,;:!?)\"'])(?! [=<>+*^|])")
"""A word among words: no variable of a formula, no part of a path or a name in code."""
_FEWEST = 3
_FOREIGN_SHARE = 0.25
_OTHER_SHARE = 0.5
_CONTROL_SHARE = 0.02
_SHORT = 3
_TITLES, _FEWEST_TITLES = 0.8, 5
_FEWEST_UNKNOWN, _FEWEST_ALONE = 3, 2
_UNKNOWN_SHARE = 0.5
_WINDOW, _WINDOW_UNKNOWN = 6, 4
_SURROGATE = re.compile("[\ud800-\udfff]")


def unreadable(words: str) -> WithheldReason | None:
    """Why the captured words cannot be read, before anything is undone; None where they can."""
    if len(words) > LONGEST or (len(words) > MOST and sum(1 for _ in _PIECE.finditer(words)) > MOST):
        return WithheldReason.TOO_LONG
    broken = words.count("\ufffd") + sum(1 for c in words if c < " " and c not in "\n\r\t")
    if "\x00" in words or _SURROGATE.search(words) or broken > max(1, _CONTROL_SHARE * len(words)):
        return WithheldReason.UNDECODABLE
    return WithheldReason.NOT_ENGLISH if not words.isascii() and _other_script(words) else None


def _other_script(words: str) -> bool:
    """Whether most letters stand in words without a Latin one: whole words of look-alikes are no disguise."""
    found = _WORD.findall(unicodedata.normalize("NFKC", words))
    other = [word for word in found if not any(map(_latin, word))]
    return sum(map(len, other)) > _OTHER_SHARE * sum(map(len, found))


def _latin(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN")


def not_english(text: str) -> WithheldReason | None:
    """Why normalized text is not plain English; None where it is. Short text needs a sign of another language."""
    words = [word.lower() for word in _WORD.findall(text)]
    if not words:
        return WithheldReason.NO_WORDS
    letters = sum(c.isalpha() for c in text)
    foreign = sum(c.isalpha() and not c.isascii() for c in text)
    if foreign > _FOREIGN_SHARE * letters:
        return WithheldReason.NOT_ENGLISH
    english = sum(word in _function_words()["en"] for word in words)
    others = Counter(code for word in words for code in _languages_of().get(word, ()))
    best = max(others.values(), default=0)
    if (best >= _FEWEST and best > english) or _mostly_unknown(marks(text)):
        return WithheldReason.NOT_ENGLISH
    return None


def marks(text: str) -> tuple[int, ...]:
    """For each word that says anything of the text's language: 1 for a word that English has, 0 for one it has not.

    Capitalized words say nothing, as they may be names; where nearly all of five or more words are capitalized, only
    those that are names say nothing. Nor do first names and class words in lower case, and English words misspelt.
    """
    words: list[str] = _PROSE.findall(text)
    capitals = [word[0].isupper() for word in words]
    titles = len(words) >= _FEWEST_TITLES and sum(capitals) > _TITLES * len(words)
    told = (
        _told(word.lower())
        for word, capital in zip(words, capitals, strict=True)
        if not capital or (titles and not _family(word.lower()))
    )
    return tuple(mark for mark in told if mark is not None)


def _mostly_unknown(told: Sequence[int]) -> bool:
    """Whether English lacks half of the words, or most words of some stretch: a text may change its language."""
    unknown = len(told) - sum(told)
    if unknown >= (_FEWEST_UNKNOWN if sum(told) else _FEWEST_ALONE) and unknown > _UNKNOWN_SHARE * len(told):
        return True
    sums = (0, *accumulate(told))
    return any(
        sums[at + _WINDOW] - sums[at] <= _WINDOW - _WINDOW_UNKNOWN for at in range(max(0, len(told) - _WINDOW + 1))
    )


def _family(lower: str) -> bool:
    return lower in word_list("last_names") or lower in word_list("rare_names")


@lru_cache(maxsize=50_000)
def _told(word: str) -> int | None:
    """Of a word in lower case: 1 where English has it, 0 where not, None where it says nothing of the language."""
    lower = word.partition("'")[0]
    if lower in _function_words()["en"] or lower in word_list("chat_words"):
        return 1
    foreign = lower in _languages_of()
    if is_english(lower) or lower in word_list("person_nouns"):
        return None if foreign and len(lower) <= _SHORT else 1
    if foreign or len(lower) <= _SHORT:
        return 0
    silent = lower in class_words().alone or lower in word_list("first_names") or misspells_english(lower)
    return None if silent else 0


@cache
def _languages_of() -> Mapping[str, tuple[str, ...]]:
    """The other languages in which a word is a function word, by word."""
    pairs = ((word, code) for code, own in _function_words().items() if code != "en" for word in own)
    found: dict[str, tuple[str, ...]] = {}
    for word, code in pairs:
        found[word] = (*found.get(word, ()), code)
    return found


@cache
def _function_words() -> Mapping[str, frozenset[str]]:
    """Function words by language code, those of other languages without what English shares."""
    return {code: frozenset(words.split()) for code, words in word_map("function_words").items()}

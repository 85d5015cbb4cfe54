"""Is it English, and can it be read at all? What cannot be vouched for is withheld whole (fail closed)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from filters.lexicon import word_map
from filters.withholding import WithheldReason

LONGEST = 20_000
"""Characters in one passage; longer ones go back for a shorter extract."""
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_FEWEST = 3
_FOREIGN_SHARE = 0.25
_OTHER_SHARE = 0.5
_CONTROL_SHARE = 0.02
_SURROGATE = re.compile("[\ud800-\udfff]")


def unreadable(words: str) -> WithheldReason | None:
    """Why the captured words cannot be read, before anything is undone; None where they can."""
    if len(words) > LONGEST:
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
    english = sum(map(_function_words()["en"].__contains__, words))
    best = max(
        (sum(map(own.__contains__, words)) for code, own in _function_words().items() if code != "en"), default=0
    )
    if best >= _FEWEST and best > english:
        return WithheldReason.NOT_ENGLISH
    return None


@cache
def _function_words() -> Mapping[str, frozenset[str]]:
    """Function words by language code, those of other languages without what English shares."""
    return {code: frozenset(words.split()) for code, words in word_map("function_words").items()}

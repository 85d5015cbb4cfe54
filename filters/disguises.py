"""Disguised words: leet digits, masked letters, spaced-out letters and stretched vowels, undone to known words."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from filters.encodings import plain_letters
from filters.hashtags import segment
from filters.spelling import meant

if TYPE_CHECKING:
    from filters.normalize import Normalized

_LEET = {
    "0": "o",
    "1": "il",
    "3": "e",
    "4": "a",
    "5": "s",
    "7": "t",
    "8": "b",
    "9": "g",
    "@": "a",
    "$": "s",
    "!": "i",
    "|": "il",
    "+": "t",
    "(": "c",
}
_MEASURE = r"\d+(?:st|nd|rd|th|s|k|x|[ap]m|[cmk]m|lbs?|oz|ft|in|[km]?g|gb|hrs?|mins?|yrs?|mph)(?![\w@$!|+(])"
"""Figures with a unit or an ordinal's ending: 10th is not loth, and 5am nobody called Sam."""
_MIXED = re.compile(
    rf"(?<![\w@#$/.-])(?!\()(?!{_MEASURE})(?=[\w@$!|+(]{{0,400}}[A-Za-z])(?=[\w@$!|+(]{{0,400}}[0-9@$!|+(])"
    r"[A-Za-z0-9@$!|+(]{3,24}(?![\w@/])"
)
_SPACED = re.compile(r"(?<![\w'])[A-Za-z](?:[ .\-_*/][A-Za-z]){2,15}(?![\w'])")
_SET_APART = re.compile(r"(?<![\w'])[A-Za-z](?:[\n|,+][A-Za-z]){2,15}(?![\w'])")
_NUMBERED = re.compile(r"(?<![\w@#$./-])(?:[0-9]{1,4}[A-Za-z]{3,24}|[A-Za-z]{3,24}[0-9]{1,4})(?![\w@/.-])")
_INNER = re.compile(r"(?<!\w)[A-Za-z]+(?:[.*_\-~][A-Za-z]+){1,6}(?!\w)")
_STARRED = re.compile(r"(?<![\w*])(?=[A-Za-z*]{4,24}(?![\w*]))[A-Za-z]+(?:\*{1,2}[A-Za-z]+)+(?![\w*])")
_MOST_STARS = 2
_DOUBLED = re.compile(r"\b[A-Za-z]*([A-Za-z])\1[A-Za-z]*\b")
_CAMEL = re.compile(r"\b[A-Za-z]*[a-z](?:[A-Z][a-z]+){1,6}(?![A-Za-z])")
_HUMP = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LONG = re.compile(r"\b[a-z]{6,30}\b")
_GLUED = re.compile(r"\b[a-z]{8,30}\b")
_RUN = re.compile(r"(.)\1*")
_CONTRACTED = re.compile(
    r"\b([Ss]?[Hh]e)(?:(s)|(d)(?= (?:be|have|been|never|always|like|better)\b)|(ll)(?= (?:be|have|never)\b))\b"
)
_MOST = 64

Known = Callable[[str], bool]


def undisguise(
    normal: Normalized, known: Known, telling: Known, plain: Known, names_somebody: Known = lambda _: False
) -> Normalized:
    """A copy in which a disguised known word is spelt plainly; what comes to no known word is left as it was.

    `telling` says which known words tell a class, `plain` which are no names, `names_somebody` which stand for persons
    of a class by themselves: only these are told from a misspelling.
    """
    normal = plain_letters(normal, telling)
    normal = normal.replaced(_CONTRACTED, lambda m: f"{m[1]}'{m[2] or m[3] or m[4]}")
    normal = normal.replaced(_MIXED, lambda m: _leet(m.group(), known))
    normal = normal.replaced(_NUMBERED, lambda m: _unnumbered(m.group(), names_somebody, telling, plain))
    normal = normal.replaced(_SPACED, lambda m: _spaced(m.group(), known, telling))
    normal = normal.replaced(_SET_APART, lambda m: _joined(m.group(), telling))
    normal = normal.replaced(_STARRED, lambda m: _unmasked(m.group(), telling))
    normal = normal.replaced(_INNER, lambda m: _joined(m.group(), telling))
    normal = normal.replaced(_CAMEL, lambda m: _humps(m.group(), known, telling))
    normal = normal.replaced(_DOUBLED, lambda m: _single(m.group(), known, telling))
    normal = normal.replaced(_LONG, lambda m: meant(m.group(), known, names_somebody))
    return normal.replaced(_GLUED, lambda m: _apart(m.group(), known, telling, plain))


def _leet(word: str, known: Known) -> str | None:
    """The first known reading of the digits and signs as letters; a trailing `!` or `1` is also tried as no letter."""
    bare = word.rstrip("!1+(|$")
    for candidate in (word, bare) if bare != word else (word,):
        if candidate.isalpha():
            continue
        choices = [_LEET.get(c, c.lower()) for c in candidate]
        for letters in itertools.islice(itertools.product(*choices), _MOST):
            plain = "".join(letters)
            if plain.isalpha() and known(plain):
                return plain + word[len(candidate) :]
    return None


def _unnumbered(word: str, names_somebody: Known, telling: Known, plain: Known) -> str | None:
    """A word for persons, or two words of which one tells, without the number that makes an account's name of it."""
    letters = word.strip("0123456789")
    if names_somebody(letters.lower()):
        return letters
    return _apart(letters.lower(), plain, telling, plain)


def _unmasked(starred: str, telling: Known) -> str | None:
    """The first word that tells with a letter for each star, vowels before others."""
    pieces = starred.split("*")
    if len(pieces) - 1 > _MOST_STARS:
        return None
    for letters in itertools.product("aeiou" + "bcdfghjklmnpqrstvwxyz", repeat=len(pieces) - 1):
        word = "".join(itertools.chain(*itertools.zip_longest(pieces, letters, fillvalue="")))
        if telling(word.lower()):
            return word
    return None


def _joined(spaced: str, telling: Known) -> str | None:
    plain = re.sub(r"[^A-Za-z]", "", spaced)
    return plain if len(plain) > 2 and telling(plain.lower()) else None


def _spaced(spaced: str, known: Known, telling: Known) -> str | None:
    """Letters set apart: a class word, or a known word of four letters and more, also behind a single `I`."""
    plain = _joined(spaced, telling)
    if plain is None and spaced[:2] in {"I ", "i "}:
        rest = _spaced(spaced[2:], known, telling)
        return f"{spaced[:2]}{rest}" if rest else None
    letters = re.sub(r"[^A-Za-z]", "", spaced)
    return plain or (letters if len(letters) > 3 and known(letters.lower()) else None)


def _apart(word: str, known: Known, telling: Known, plain: Known) -> str | None:
    """Two known words written as one that is none, where one of them tells: `transpeople`, but not `overfitting`."""
    if known(word):
        return None
    parts = segment(word, plain)
    if not parts or len(parts) != 2 or min(map(len, parts)) <= 2 or not any(map(telling, parts)):
        return None
    return " ".join(parts)


def _humps(word: str, known: Known, telling: Known) -> str | None:
    """The words of one in camel case where one of them tells: `superLatinaPower`, but not `JavaScript` or `DeShawn`."""
    if known(word.lower()):
        return None
    humps = _HUMP.findall(word)
    if not any(len(hump) > 2 and telling(hump.lower()) for hump in humps):
        return None
    return " ".join(hump if hump.isupper() else hump.lower() for hump in humps)


def _single(word: str, known: Known, telling: Known) -> str | None:
    """One letter for two where only that is a known word: `gaay`, but not `good`, and `sooo`, but not `Jenna`.

    Every choice of doubled letters is tried, as one of them may belong there: `lightskinnedd`.
    """
    lower = word.lower()
    if known(lower):
        return None
    runs = [m.group() for m in _RUN.finditer(lower)]
    choices = [(run[0],) if len(run) == 1 else (run[0], run[0] * 2) for run in runs]
    for letters in itertools.islice(itertools.product(*choices), _MOST):
        shorter = "".join(letters)
        if shorter != lower and (telling(shorter) or (word == lower and known(shorter))):
            return shorter
    return None

"""Counting words of the final visible text: shares with their Wilson intervals, and what "left" and "kept" mean."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from filters.forms import CANONICAL

Visible = Callable[[str], str | None]
"""A filter: the text that would be seen, or None where all of it is withheld."""

_WORD = re.compile(r"[^\W_]+")
_PUT = re.compile(rf"<[A-Z_]+>|{CANONICAL.pattern}")
"""What a filter puts in the place of words: our canonical forms and stock Presidio's typed placeholders."""
_AGREEING = {
    **dict.fromkeys(("is", "are", "am", "was", "were"), "be"),
    "has": "have",
    "does": "do",
    "an": "a",
}
_FUNCTION = frozenset(
    {
        *("a", "the", "of", "with", "in", "on", "to", "and", "or", "who", "be", "person", "people", "have", "s", "t"),
        *("for", "at", "as", "by", "from", "that", "this", "it"),
    }
)
"""Says nothing about a class by itself: a gap that leaves these hides its word."""
_Z95 = 1.959964


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many."""

    name: str
    part: int
    whole: int

    @property
    def value(self) -> float:
        """The share, 0 where there is nothing to count."""
        return self.part / self.whole if self.whole else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The Wilson interval, 95 %; (0, 1) where there is nothing to count."""
        if not self.whole:
            return 0.0, 1.0
        n, p, zz = self.whole, self.value, _Z95**2
        middle = (p + zz / (2 * n)) / (1 + zz / n)
        half = _Z95 / (1 + zz / n) * math.sqrt(p * (1 - p) / n + zz / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        return f"{self.name:<48} {self.value:6.3f}  ({self.part} of {self.whole})"


@dataclass(slots=True)
class Tally:
    """Shares while they are counted."""

    part: Counter[str] = field(default_factory=Counter)
    whole: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, part: int, whole: int = 1) -> None:
        """So many more of so many more."""
        self.part[name] += part
        self.whole[name] += whole

    def share(self, names: Iterable[str], name: str) -> None:
        """One more share: several together."""
        several = tuple(names)
        self.add(name, sum(self.part[n] for n in several), sum(self.whole[n] for n in several))

    def shares(self, prefix: str = "") -> tuple[Share, ...]:
        """Every share, in the order in which it was first counted."""
        return tuple(Share(name=f"{prefix}{n}", part=self.part[n], whole=whole) for n, whole in self.whole.items())


def folded(word: str) -> str:
    """A word without case, plural and agreement: the rewriting may change these, and a plural tells as much."""
    word = word.lower()
    if word in _AGREEING:
        return _AGREEING[word]
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 4 and word.endswith(("shes", "ches", "xes", "sses", "zes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def words(text: str) -> Counter[str]:
    """The folded words of a text."""
    return Counter(folded(word) for word in _WORD.findall(text))


def own_words(seen: str | None) -> str:
    """A text without the forms that filters put: what is left of the original. Nothing where it is withheld whole.

    An original may say `a place` by itself: where words of both are compared, both go through this.
    """
    return "" if seen is None else _PUT.sub(" ", seen)


def outside(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """A text with these spans blanked."""
    for start, end in spans:
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


@dataclass(frozen=True, slots=True)
class Reading:
    """One text, its visible form, and which words may stand in it because they stand outside every labelled span."""

    text: str
    seen: str | None
    allowed: Mapping[str, int]
    left: Counter[str]

    @classmethod
    def of(cls, text: str, seen: str | None, spans: Sequence[tuple[int, int]]) -> Reading:
        """The reading of a text whose labelled spans are these."""
        return cls(text, seen, words(outside(text, spans)), words(own_words(seen)))

    def leaks(self, start: int, end: int) -> bool:
        """Whether any telling word of a span is still there: half a descriptor left is a leak (word-full)."""
        telling = words(self.text[start:end]).keys() - _FUNCTION
        return any(self.left[word] > self.allowed.get(word, 0) for word in telling)

    def kept(self, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
        """How many of the words of these spans are still there, and how many there were."""
        there = words(" ".join(self.text[start:end] for start, end in spans))
        return (there & self.left).total(), there.total()

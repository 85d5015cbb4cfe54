"""What two reviewers add to the filter: words it must withhold too, and words it may leave standing.

A mark speaks of words, so it holds wherever they stand in the passage. What is withheld more is taken out before the
filter reads, so rewriting, verification and swap test see the constant token only. What is restored is struck from the
hits of every reading, in the captured words, in their other worlds and in the result.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from filters.analyzer import MENTION, known_word
from filters.forms import WITHHELD
from filters.normalize import decode
from filters.protected_classes import ProtectedClass

if TYPE_CHECKING:
    from filters.analyzer import Analysis, Hit
    from filters.withholding import Withholding

_CERTAIN = 1.0
_OF_THINGS = frozenset({ProtectedClass.PLACE, ProtectedClass.DATE, ProtectedClass.MEDIA})
"""Proxies that may be a plain thing, also where a list or a pattern has them. A holiday, a school and a club of the
lexicons tell a class; names, handles, links, pronouns, emoji and dialect always speak of somebody.
"""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Spans of the passage as captured, by character offsets."""

    withhold: tuple[Span, ...] = ()
    restore: tuple[Span, ...] = ()


def restorable(found: Withholding | Hit) -> bool:
    """Whether a person may say that the filter was wrong there.

    Where it is certain of a class (a word of a class lexicon, a pattern, the candidate's own name, unreadable text)
    nobody may: IV.B.6 knows no exception, and what is certain is right for every candidate alike. What it only supposes
    (the language model's entities, ambiguous words, the fail-closed rule) and proxies that may be a plain thing are a
    judgment, which two people may correct. So is who is named, but for the candidate.
    """
    supposed = found.score < _CERTAIN or found.recognizer == MENTION
    return supposed or found.protected_class in _OF_THINGS


def widened(words: str, span: Span) -> Span:
    """The span with the rest of the words that it cuts: half a word would tell as much as the whole."""
    start, end = span
    while start and words[start - 1].isalnum() and words[start].isalnum():
        start -= 1
    while end < len(words) and words[end - 1].isalnum() and words[end].isalnum():
        end += 1
    return start, end


def without(words: str, spans: Sequence[Span]) -> str:
    """The passage with the constant token for the words of these spans, wherever they stand, and however disguised:
    what `decode` undoes would be shown plainly.
    """
    phrases = {words[start:end] for start, end in (widened(words, span) for span in spans)}
    for phrase in sorted(phrases, key=lambda p: (-len(p), p)):
        words = _wherever(phrase).sub(WITHHELD, words)
        seen = decode(words, known_word)
        places = [seen.original(*match.span()) for match in _wherever(phrase).finditer(seen.text)]
        for start, end in sorted(set(places), reverse=True):
            words = words[:start] + WITHHELD + words[end:]
    return words


class Spare:
    """Strikes the restored words from what the recognizers found; what cannot be restored stays found."""

    def __init__(self, phrases: Sequence[str] = ()) -> None:
        self._patterns = tuple(_wherever(phrase) for phrase in phrases if phrase.strip())

    @classmethod
    def of(cls, words: str, spans: Sequence[Span]) -> Spare:
        """For the words of these spans of the captured passage."""
        return cls(tuple(words[start:end] for start, end in spans))

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def __call__(self, analysis: Analysis) -> Analysis:
        """The analysis without the hits that lie within restored words and may be restored."""
        text = analysis.readable.text
        places = [match.span() for pattern in self._patterns for match in pattern.finditer(text)]
        if not places:
            return analysis
        hits = [hit for hit in analysis.hits if not _spared(hit, analysis.normal.original(hit.start, hit.end), places)]
        return replace(analysis, hits=tuple(hits))

    def __repr__(self) -> str:
        return f"Spare({len(self._patterns)} phrases)"


NOTHING_SPARED = Spare()


def _spared(hit: Hit, at: Span, places: Sequence[Span]) -> bool:
    return restorable(hit) and any(start <= at[0] and at[1] <= end for start, end in places)


def _wherever(phrase: str) -> re.Pattern[str]:
    """The phrase as whole words, in any case and with any blanks between them."""
    words = r"\s+".join(re.escape(word) for word in phrase.split()) or r"(?!)"
    before, after = (
        (r"(?<!\w)" if phrase.strip()[:1].isalnum() else ""),
        (r"(?!\w)" if phrase.strip()[-1:].isalnum() else ""),
    )
    return re.compile(f"{before}{words}{after}", re.IGNORECASE)

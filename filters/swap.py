"""The swap test's other worlds: the same passage about another class, which must come out the same (auditor check 5)."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from filters.analyzer import Analysis, Hit
from filters.lexicon import Kind

_OTHERS = MappingProxyType(
    {
        (Kind.PERSON, False): ("woman", "immigrant"),
        (Kind.PERSON, True): ("women", "immigrants"),
        (Kind.IDENTITY, False): ("Muslim", "Mexican"),
        (Kind.IDENTITY, True): ("Muslims", "Mexicans"),
        (Kind.KIN, False): ("mother", "cousin"),
        (Kind.KIN, True): ("mothers", "cousins"),
    }
)
_PRONOUNS = (
    {"he": "she", "him": "her", "his": "her", "himself": "herself"},
    {"she": "he", "herself": "himself", "hers": "his"},
)
_WORLDS = 2


def swapped(analysis: Analysis) -> Iterator[str]:
    """The normalized passage with every swappable class word exchanged, once for each other world that differs."""
    for world in range(_WORLDS):
        text, at, parts = analysis.normal.text, 0, []
        for hit in _disjoint(analysis.hits):
            other = _other(hit, text[hit.start : hit.end], world)
            if other is None:
                continue
            parts += [text[at : hit.start], other]
            at = hit.end
        if parts and (variant := "".join(parts) + text[at:]) != text:
            yield variant


def _disjoint(hits: tuple[Hit, ...]) -> Iterator[Hit]:
    """The longest hit at each place, left to right."""
    end = 0
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
        if hit.start >= end:
            yield hit
            end = hit.end


def _other(hit: Hit, word: str, world: int) -> str | None:
    """What stands in the other world; None where the hit has no counterpart that fits its place in the sentence."""
    if hit.kind is Kind.PRONOUN:
        other = _PRONOUNS[world].get(word.lower())
    else:
        choices = _OTHERS.get((hit.kind, hit.plural))
        other = choices[world] if choices else None
    if other is None:
        return None
    return other.capitalize() if word[:1].isupper() else other

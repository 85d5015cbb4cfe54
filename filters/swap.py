"""The swap test's other worlds: the same passage about another class, which must come out the same."""

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


def swapped(words: str, analysis: Analysis) -> Iterator[str]:
    """The captured passage with every swappable class word exchanged, once for each other world that differs."""
    for world in range(_WORLDS):
        at, parts = 0, list[str]()
        for start, end, hit in _disjoint(analysis):
            other = _other(hit, words[start:end], world)
            if other is None:
                continue
            parts += [words[at:start], other]
            at = end
        if parts and (variant := "".join(parts) + words[at:]) != words:
            yield variant


def _disjoint(analysis: Analysis) -> Iterator[tuple[int, int, Hit]]:
    """The longest hit at each place of the captured text, left to right."""
    last = 0
    spans = ((*analysis.captured(hit.start, hit.end), hit) for hit in analysis.hits)
    for start, end, hit in sorted(spans, key=lambda s: (s[0], -s[1], s[2].recognizer)):
        if start >= last:
            yield start, end, hit
            last = end


def _other(hit: Hit, word: str, world: int) -> str | None:
    """What stands in the other world; None where the hit has no counterpart that fits its place in the sentence."""
    if hit.kind is Kind.PRONOUN:
        other = _PRONOUNS[world].get(word.lower())
    else:
        choices = _OTHERS.get((hit.kind, hit.plural))
        other = choices[world] if choices else None
    if other is None:
        return None
    if word.startswith("#"):
        return f"#{other.capitalize()}"
    return other.capitalize() if word[:1].isupper() else other

"""Ancestry and descent."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "descent": r"\bof \w+(?:[ -]\w+)? (?:descent|ancestry|heritage|extraction|origin|background)\b",
    "part": r"(?-i:\b(?:[Hh]alf|[Pp]art|[Qq]uarter)[- ][A-Z]\w+\b)",
    "generation": r"\b(?:first|second|third|fourth|1st|2nd|3rd|4th)[- ]generation(?: \w+)?",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.ANCESTRY),
        ClassPatterns(ProtectedClass.ANCESTRY, Kind.MODIFIER, _PATTERNS),
    )

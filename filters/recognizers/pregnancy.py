"""Pregnancy, lactation and reproductive health."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "weeks": r"\b(?:\d{1,2}|\w+) (?:weeks?|months?)(?: (?:pregnant|along))\b",
    "expecting": r"\bexpecting (?:our|my|a|twins|her|their)\b(?: \w+){0,2}",
    "trying": r"\btrying to conceive\b",
    "due": r"(?:\b(?:my|her|our|your|their)|'s) (?P<hit>due date)\b(?! (?:of|for|on) )",
    "period": r"\b(?:my|her) (?P<hit>periods?)\b(?! (?:of|at|as|key)\b)",
    "obstetrician": r"\b(?:my|her|our|the) (?P<hit>(?-i:OB)(?:[-/ ]?gyn)?|gyn|nicu)\b",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.PREGNANCY),
        ClassPatterns(ProtectedClass.PREGNANCY, Kind.MODIFIER, _PATTERNS),
    )

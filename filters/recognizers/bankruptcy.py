"""Bankruptcy and debts (11 U.S.C. 525(a))."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "debt": r"\b(?:in|my|credit card|medical|student|thousands? (?:of dollars )?in|\$[\d,.]+k? (?:in|of)) debts?\b",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.BANKRUPTCY),
        ClassPatterns(ProtectedClass.BANKRUPTCY, Kind.THING, _PATTERNS),
    )

"""Marital status and intimate partners."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "years": r"\bmarried (?:for )?(?:\d{1,2}|\w+) years\b",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.MARITAL_STATUS),
        ClassPatterns(ProtectedClass.MARITAL_STATUS, Kind.THING, _PATTERNS),
    )

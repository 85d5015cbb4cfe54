"""Sex: nouns, adjectives and gendered occupations."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "suffix": r"\b[a-z]{3,}(?:wom[ae]n)\b",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.SEX),
        ClassPatterns(ProtectedClass.SEX, Kind.PERSON, _PATTERNS),
    )

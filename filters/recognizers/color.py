"""Skin color where it is named apart from race."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "skinned": r"\b\w+[- ]skinned\b",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.COLOR),
        ClassPatterns(ProtectedClass.COLOR, Kind.MODIFIER, _PATTERNS),
    )

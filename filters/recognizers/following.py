"""What an account follows, likes and belongs to."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "via": r"\b(?:RT|via|h/t|cc) @\w+:?",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.FOLLOWING),
        ClassPatterns(ProtectedClass.FOLLOWING, Kind.DROPPED, _PATTERNS),
    )

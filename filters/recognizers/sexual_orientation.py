"""Sexual orientation."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "letters": r"\bLGB[A-Z]{0,6}\+?",
    "any_suffix": r"\b(?!psycho|uni|homosexual|heterosexual)[a-z]{3,14}sexuals?\b",
    "suffix": r"\b(?:homo|hetero|bi|pan|a|demi|poly|omni)[- ]?(?:sexual|romantic)(?:s|ity)?\b",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.SEXUAL_ORIENTATION),
        ClassPatterns(ProtectedClass.SEXUAL_ORIENTATION, Kind.IDENTITY, _PATTERNS),
    )

"""Pronouns that say a sex, honorifics, and declarations of pronouns."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "declared": (
        r"\(?\b(?:she|he|they|xe|ze|fae|ey|it)(?: ?/ ?(?:her|him|them|they|she|he|hers|his|theirs|xem|"
        r"zir|hir|fae|em|its)){1,3}\b\)?"
    ),
    "named": r"\b(?:my |preferred )?pronouns?(?: are|:)? \w+(?:/\w+)*",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this proxy."""
    return (
        ClassWords(ProtectedClass.PRONOUN),
        ClassPatterns(ProtectedClass.PRONOUN, Kind.DROPPED, _PATTERNS),
    )

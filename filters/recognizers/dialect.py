"""Dialect: spellings and constructions that betray a group; the rewriting puts plain words for them."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "habitual_be": r"\b(?:they|he|she|we|i|people|folks) be (?P<hit>\w+in(?:g|')?)\b",
    "perfective_done": r"\b(?:i|he|she|they|we) done (?P<hit>\w+ed)\b",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this proxy."""
    return (
        ClassWords(ProtectedClass.DIALECT),
        ClassPatterns(ProtectedClass.DIALECT, Kind.THING, _PATTERNS),
    )

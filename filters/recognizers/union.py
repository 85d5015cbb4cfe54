"""Union membership and concerted activity."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "steward": r"\b(?:my|our|their) (?P<hit>(?:union |shop )?stewards?)\b",
    "local": r"\b(?:[A-Z]{2,6}|union|teamsters|ironworkers|carpenters|steelworkers)? ?local \d{1,5}\b",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.UNION),
        ClassPatterns(ProtectedClass.UNION, Kind.ORGANIZATION, _PATTERNS),
    )

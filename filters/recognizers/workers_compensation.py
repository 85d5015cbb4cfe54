"""Workers' compensation claims."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "claim": (
        r"\bwork(?:er|man|men)'?s?'? comp(?:ensation)?(?: (?:claims?|cases?|checks?|hearings?|lawyers?"
        r"|settlements?|insurance))?\b"
    ),
    "injury": r"\b(?:hurt|injured|injury) (?:at|on|from) (?:the |my )?(?:work|job)\b",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.WORKERS_COMPENSATION),
        ClassPatterns(ProtectedClass.WORKERS_COMPENSATION, Kind.THING, _PATTERNS),
    )

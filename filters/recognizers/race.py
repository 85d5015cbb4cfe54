"""Race: groups, descriptors and slurs; ambiguous colors count only where they speak of a person."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "race": r"\b(?:my|his|her|their|your|our|by|of|about|based on|because of|regardless of|the human) (?P<hit>race)\b"
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (ClassWords(ProtectedClass.RACE), ClassPatterns(ProtectedClass.RACE, Kind.THING, _PATTERNS))

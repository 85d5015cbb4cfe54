"""Family, parental and caregiver status."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "of": r"\b(?:mother|father|mom|dad|parent) of (?:\d|one|two|three|four|five|six|\w+)\b",
    "benefits": r"(?-i:\b(?:WIC|TANF)\b)(?: (?:benefits|checks?|office|card))?",
    "kids": (
        r"\b(?:my|our) (?:\d |two |three |four |five )?(?:kids|children|little ones?|boys|girls|baby|"
        r"babies|family|folks)\b"
    ),
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.FAMILY_STATUS),
        ClassPatterns(ProtectedClass.FAMILY_STATUS, Kind.THING, _PATTERNS),
    )

"""Disability."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "impaired": (
        r"\b(?:visually|hearing|speech|vision|mobility|physically|mentally|intellectually|"
        r"developmentally|learning|cognitively|"
        r"severely|profoundly)[- ](?:impaired|disabled|challenged|handicapped)\b|\b\w+-(?:impaired|disabled)\b"
    ),
    "on_wheels": r"\b(?:uses?|using|in|rely(?:ing)? on) an? (?:wheelchair|cane|walker|prosthe\w+)\b",
    "missing": r"\b(?:missing|lost|without) (?:a|an|his|her|my|their|one) (?:leg|arm|hand|foot|eye|limb)\b",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.DISABILITY),
        ClassPatterns(ProtectedClass.DISABILITY, Kind.MODIFIER, _PATTERNS),
    )

"""Genetic information and family medical history (29 CFR 1635.3)."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "carrier": r"\b(?:carrier of|carry(?:ing)? the|carries the) [\w' -]{0,30}gene\b",
    "kin_illness": (
        r"\b(?:my|his|her|their) (?:mother|father|mom|dad|parents?|brother|sister|grandmother|"
        r"grandfather|grandma|grandpa|aunt|uncle)(?:'s)? (?:had|has|have|died of|died from) (?!to\b|a "
        r"(?:car|dog|house|job|gun)\b)[\w' -]{3,30}?(?=[.,;!?]|$)"
    ),
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.GENETIC_INFORMATION),
        ClassPatterns(ProtectedClass.GENETIC_INFORMATION, Kind.THING, _PATTERNS),
    )

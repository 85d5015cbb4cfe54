"""Veteran, military and National Guard status."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "served": (
        r"\bserved (?:\w+ )?(?:\w+ )?in (?:the )?(?:army|navy|marines?|air force|coast guard|guard|"
        r"military|reserves?|iraq|afghanistan|vietnam)\b"
    ),
    "infantry": r"\b(?:\d+(?:st|nd|rd|th)) (?:infantry|airborne|cavalry|division|battalion|regiment|marines)\b",
    "va": r"\b(?:the|my|at) VA\b(?!\w)",
    "branch": (
        r"\b(?:in|joined|left|join|leaving|quit) the (?:army|navy|marines?|air force|coast guard|"
        r"guard|military|reserves?|service)\b"
    ),
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.MILITARY),
        ClassPatterns(ProtectedClass.MILITARY, Kind.THING, _PATTERNS),
    )

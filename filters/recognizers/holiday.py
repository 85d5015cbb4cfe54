"""Holidays and observances of faiths and peoples."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "greeting": (
        r"\b(?:merry|happy|blessed|joyous) (?:[a-z]*mas|holidays|easter|eid|diwali|hanukkah|new year|"
        r"ramadan|passover|kwanzaa|lunar new year)\b"
    ),
    "pride": (
        r"(?-i:(?<=\w )Pride\b(?! (?:in|and Prejudice)\b))|\b(?:at|during|for|because of|to|after|before) (?P<hit>"
        r"(?-i:Pride))\b"
    ),
    "fasting": r"\bfasting (?:for|during|until)\b",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.HOLIDAY),
        ClassPatterns(ProtectedClass.HOLIDAY, Kind.THING, _PATTERNS),
    )

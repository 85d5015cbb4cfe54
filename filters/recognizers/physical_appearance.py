"""Height, weight and physical appearance."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "height": r"\b[4-7](?:'|ft\.?| feet| foot) ?(?:\d{1,2}(?:\x22|''| ?in(?:ches)?)?)?(?: tall)?",
    "weight": (
        r"\b(?:i|he|she|they|you|who|that (?:guy|girl|man|woman))(?:'m|'s|'re)? (?:\w+ ){0,4}"
        r"(?P<hit>\d{2,3} ?(?:lbs?|pounds|kilos?|kg))\b(?! of)"
    ),
    "weighty": r"\b\d{2,3}[ -]?(?:lbs?|pounds?)[ -](?:man|woman|guy|girl|person|person|body|heavyweight)\b",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.PHYSICAL_APPEARANCE),
        ClassPatterns(ProtectedClass.PHYSICAL_APPEARANCE, Kind.THING, _PATTERNS),
    )

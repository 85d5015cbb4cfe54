"""Height, weight and physical appearance."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_ONES = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven)"
_MANY = (
    rf"(?:\d{{1,3}}|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[- ]{_ONES})?|(?:a|one|two|three)"
    rf" hundred"
    rf"|{_ONES}|fifteen)"
)
_PATTERNS = {
    "height_in_words": (
        rf"\b(?:four|five|six|seven|[4-7])[- ](?:foot|feet|ft)[- ](?:{_ONES}|\d{{1,2}})(?: inch(?:es)?)?(?: tall)?\b"
    ),
    "gained": (
        rf"\b(?:los[et]|losing|gain(?:ed|ing)?|dropped|shed|put on) (?:\w+ ){{0,2}}?(?P<hit>{_MANY} (?:pounds|lbs"
        rf"|kilos?|kg|stone))\b"
        r"(?! of)"
    ),
    "feature": (
        r"\b(?:my|his|her|their|your) (?P<hit>(?:(?!left|right|own|other|bare|whole)[a-z]+ ){1,2}(?:nose|ears|lips"
        r"|eyes|teeth|belly"
        r"|butt|chin|forehead|thighs|skin|complexion))\b"
    ),
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

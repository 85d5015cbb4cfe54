"""Gender identity and expression."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "transition": (
        r"\b(?:i|he|she|they|who)(?:'ve|'d|'s| have| had| has)? (?P<hit>(?:de)?transitioned)\b"
        r"(?! (?:to|into|from) (?:an?|the|new|civilian|management|remote))"
    ),
    "prefix": r"\b(?:trans|cis|gender)[- ]?(?:gender|sexual|fluid|queer|man|woman|men|women|girl|boy|masc|femme)\w*",
    "hormones": r"\b(?:days?|weeks?|months?|years?) (?P<hit>on (?:(?-i:T|E)|hormones|estrogen|testosterone))\b",
    "transitioned": (
        r"\b(?:i|he|she|they|who) (?:\w+ )?(?P<hit>transition(?:ed|ing|s))\b"
        r"(?! (?:in)?to (?!(?:fe)?male|being)| from (?!(?:fe)?male)| out| off| away)"
    ),
    "assigned": r"\bassigned (?:fe)?male at birth\b",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.GENDER_IDENTITY),
        ClassPatterns(ProtectedClass.GENDER_IDENTITY, Kind.THING, _PATTERNS),
    )

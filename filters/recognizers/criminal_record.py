"""Arrests, charges and convictions (G.L. c.151B s.4(9))."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "time": r"\b(?:did|doing|served|serving) (?:\w+ ){0,2}(?:time|months?|years?) (?:in|behind|for)\b(?: \w+)?",
    "charged": (
        r"\b(?:charged with|booked for|arrested for|convicted of|pleaded guilty to|pled guilty to|"
        r"sentenced to|on probation for) [\w' -]{3,40}?(?=[.,;!?]| and| but|$)"
    ),
    "arrested": (
        r"\barrested\b(?! (?:an?|the|him|her|them|us|it|this|that|these|those|my|our|their|his|every\w*|any\w*|some\w*"
        r"|all|people|two|three|four|five|\d+)\b)"
    ),
    "arrest": (
        r"\b(?:my|his|her|their|your|prior|previous|past|first|second|last|under|an|no) (?P<hit>arrests?)\b"
        r"|\barrests? (?:in|for|on) (?:19|20)\d\d\b"
    ),
    "record": r"\b(?:has|have|had|with|got|his|her|my|a) (?:a )?(?:prior|priors|record)\b(?= for|[.,;!?]|$)",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.CRIMINAL_RECORD),
        ClassPatterns(ProtectedClass.CRIMINAL_RECORD, Kind.THING, _PATTERNS),
    )

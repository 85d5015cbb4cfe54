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
    "record": r"\b(?:has|have|had|with|got|his|her|my|a) (?:a )?(?:prior|priors|record)\b(?= for|[.,;!?]|$)",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.CRIMINAL_RECORD),
        ClassPatterns(ProtectedClass.CRIMINAL_RECORD, Kind.THING, _PATTERNS),
    )

"""Status as a victim of domestic violence, assault or stalking (G.L. c.149 s.52E)."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "partner": (
        r"\b(?:husband|wife|boyfriend|girlfriend|partner|spouse|ex|fianc[eé]e?)"
        r"(?: (?:always|still|used to|sometimes))? "
        r"(?P<hit>(?:beats?|hits?|chokes?|choked|abuse[sd]?|stalk(?:s|ed)|raped?|rapes|strangled)"
        r" (?:me|him|her|them|us))\b"
    ),
    "suffered": (
        r"\b(?:i|she|he|they) (?:was|were|am|got) (?:raped|molested|sexually assaulted|abused|"
        r"battered|stalked)(?: by [\w' ]{2,30}?(?=[.,;!?]|$))?"
    ),
    "abuser": r"\bmy (?:abuser|rapist|stalker)\b",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.DOMESTIC_VIOLENCE),
        ClassPatterns(ProtectedClass.DOMESTIC_VIOLENCE, Kind.THING, _PATTERNS),
    )

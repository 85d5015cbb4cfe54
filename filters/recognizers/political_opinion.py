"""Political affiliation and opinion."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "voted": (
        r"\b(?:vot(?:e|ed|ing)|campaign(?:ed|ing)?|canvass(?:ed|ing)?|donat(?:e|ed|ing)|phone[- "
        r"]?bank(?:ed|ing)?) (?:for|against|to) (?:[A-Z]\w+(?: [A-Z]\w+)*)?"
    ),
    "wing": r"\b(?:left|right)[- ]?wing(?:er)?s?\b",
    "anti": r"\b(?:pro|anti)-(?:life|choice|gun|war|immigration|abortion|police|union|trump|biden|government)\b",
    "acronym": r"\b(?:MAGA|GOP|DNC|RNC|BLM|DSA|NRA|ACLU)\b",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.POLITICAL_OPINION),
        ClassPatterns(ProtectedClass.POLITICAL_OPINION, Kind.THING, _PATTERNS),
    )

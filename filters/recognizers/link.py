"""Links, e-mail addresses, telephone and account numbers: anything that leads back to the page or the person."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, DocRecognizer

# Own patterns: Presidio's e-mail recognizer fetches the public suffix list from the internet.
_PATTERNS = {
    "address": r"\b(?:https?|ftp|at|mailto|tel)://?[^\s<>\"]{2,2000}",
    "www": r"\bwww\.[^\s<>\"]{3,2000}",
    "bare": (
        r"\b(?:[a-z0-9-]{1,63}\.){1,6}(?:com|org|net|edu|gov|mil|io|co|us|uk|ca|de|me|tv|ly|gg|app|dev|"
        r"social|info|blog|"
        r"example|news|xyz|link|page|site)\b(?:/[^\s<>\"]*)?"
    ),
    "email": (
        r"\b[\w.+-]{1,64}(?:@| ?\[at\] ?| ?\(at\) ?)[\w-]{1,63}(?:(?:\.| ?\[dot\] ?| ?\(dot\) "
        r"?)[\w-]{1,63}){1,6}\b"
    ),
    "phone": r"(?<![\d.])(?:\+?1[ .-]?)?(?:\(\d{3}\)|\d{3})[ .-]?\d{3}[ .-]\d{4}(?!\d)",
    "number": r"(?<![\w.,$])\d{3}-\d{2}-\d{4}\b|(?<![\w.,$])\d{7,19}(?![\w.,%])",
    "did": r"\bdid:[a-z]+:[\w.:-]{4,200}",
    "host": r"\b(?:\d{1,3}\.){3}\d{1,3}\b",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this proxy."""
    return (ClassPatterns(ProtectedClass.LINK, Kind.DROPPED, _PATTERNS),)

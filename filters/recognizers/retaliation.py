"""Earlier complaints of discrimination, wages, safety or fraud."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "complaint": (
        r"\b(?:filed|file|filing|lodged|made|brought) (?:an? |my )?(?:\w+ ){0,3}(?:complaint|"
        r"grievance|charge|lawsuit|claim)s?\b(?: (?:against|with|over|about) [\w' ]{2,40}?(?=[.,;!?]|"
        r"$))?"
    ),
    "reported": (
        r"\b(?:i|we) (?:\w+ )?(?P<hit>(?:reported|complained|went|wrote|called) (?:\w+ ){0,3}?(?:to )?(?:the )?"
        r"(?-i:HR|OSHA|EEOC|NLRB|MCAD|DOL|IA)\b(?: hotline)?(?: (?:for|about|over) [\w' ]{2,40}?(?=[.,;!?]|$))?)"
    ),
    "blew": r"\bbl(?:ew|ow|owing) the whistle\b(?: on)?",
    "testified": r"\btestified (?:against|for|on behalf of|in)\b",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.RETALIATION),
        ClassPatterns(ProtectedClass.RETALIATION, Kind.THING, _PATTERNS),
    )

"""Whom somebody belongs to, supports or votes for: whatever it is called, it is an affiliation."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, DocRecognizer

_BELONGING = (
    r"(?i:member(?:s|ship)?|supporters?|followers?|sympathi[sz]ers?|activists?|delegates?|chairman|chairwoman|chairperson"
    r"|president|leaders?|founders?|treasurer|candidates?) (?i:of|for|in)"
    r"|(?i:join(?:s|ed|ing)?|support(?:s|ed|ing)?|vot(?:e|es|ed|ing) for|belong(?:s|ed|ing)? to|affiliated (?:with|to)"
    r"|volunteer(?:s|ed|ing)? (?:for|with)|campaign(?:s|ed|ing)? for|donat(?:e|es|ed|ing) to|organi[sz](?:e|es|ed|ing) for|(?:in favou?r|on behalf|in support) of)"
)
_CALLED = r"[A-Z][\w.&'-]*(?: (?:of|for|and|the|to) (?=[A-Z])| ?[A-Z][\w.&'-]*){0,6}"
_PATTERNS = {
    "belongs": rf"(?-i:\b(?:{_BELONGING}) (?:(?:the|my|our|an?) )?(?P<hit>{_CALLED}))",
    "party": (
        r"(?-i:\b(?:[A-Z][\w.'-]+ (?:of |for |and )?){1,4}(?:Party|Front|Movement|Congress|Bloc|Coalition|Alliance|Tendency)\b)"
        r"(?!\s+(?:City|Supplies|Time|Room))"
    ),
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizer of memberships and of whatever calls itself a party."""
    return (ClassPatterns(ProtectedClass.AFFILIATION, Kind.ORGANIZATION, _PATTERNS, name="affiliation_memberships"),)

"""Schools that betray a class, and named schools of any kind."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "graduate": (
        r"\b(?:graduated from|alum(?:nus|na|ni|nae)? of|degree from|went to college at|studied at|enrolled (?:at|in)"
        r"|dropped out of) (?P<hit>(?!(?:the|my|our|his|her|an?|high|college|school|police|law|med|grad)\b)"
        r"[a-z][\w&'-]{2,}(?: (?-i:[A-Z][\w&'-]*)){0,4})"
    ),
    "named": (
        r"(?-i:\b(?:[A-Z][\w.&'-]+ ){1,4}(?:University|College|Academy|Seminary|Institute|High School|"
        r"High|Prep|Preparatory School|Middle School|Elementary School|School)\b)"
    ),
    "university_of": r"(?-i:\b(?:University|College|School) of (?:the )?[A-Z][\w.'-]+(?: [A-Z][\w.'-]+){0,3})",
    "umass": r"\bUMass(?: \w+)?\b",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.SCHOOL),
        ClassPatterns(ProtectedClass.SCHOOL, Kind.ORGANIZATION, _PATTERNS),
    )

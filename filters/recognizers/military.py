"""Veteran, military and National Guard status."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "served": (
        r"\bserved (?:\w+ )?(?:\w+ )?in (?:the )?(?:army|navy|marines?|air force|coast guard|guard|"
        r"military|reserves?|iraq|afghanistan|vietnam)\b"
    ),
    "grade": r"\b(?:made|an|as|was|hit|rank of|retired) (?P<hit>(?-i:[EO]-\d\b|W-[1-5]\b))",
    "acronym": r"\b(?:my|his|her|our|their) (?P<hit>(?-i:MOS|AIT|AFSC|NCO|ASVAB|PCS|ETS))\b",
    "rating": (
        r"\b(?:\d{1,3} ?(?:%|percent)|hundred percent) (?P<more>(?:service[- ]connected|disabled|disability|p&t"
        r"|va)\b ?)+(?:rating)?"
    ),
    "infantry": (
        r"\b(?:\d+(?:st|nd|rd|th)) (?:(?:mountain|armored|infantry|marine) division|infantry|airborne|cavalry|division"
        r"|battalion|regiment|marines)\b"
    ),
    "va": (
        r"\b(?:(?:the|my|at) )?VA (?:appointments?|hospitals?|clinics?|loans?|benefits|doctors?|claims?|check)\b"
        r"|\b(?:the|my|at) VA\b(?!\w)"
    ),
    "branch": (
        r"\b(?:in|joined|left|join|leaving|quit) the (?:army|navy|marines?|air force|coast guard|"
        r"guard|military|reserves?|service)\b"
    ),
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.MILITARY),
        ClassPatterns(ProtectedClass.MILITARY, Kind.THING, _PATTERNS),
    )

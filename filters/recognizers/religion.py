"""Religion and creed, including none: believers, worship, scripture, observance."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "mass_capital": (
        r"(?-i:\bMass\b(?! (?:Ave|Pike|transit|market|media|production|shooting|casualt|arrest|hysteria|murder"
        r"|number|of )|\. ))"
    ),
    "mass": r"\b(?:after|before|at|during|to|attend(?:ed)?) (?P<hit>mass)\b(?! ?\w*(?:transit|market|media))",
    "verse": (
        r"\b(?:[1-3] )?(?:Genesis|Exodus|Psalms?|Proverbs|Isaiah|Matthew|Mark|Luke|John|Romans|"
        r"Corinthians|Galatians|Ephesians|Philippians|Hebrews|James|Peter|Revelation|"
        r"Surah)\s+\d{1,3}:\d{1,3}(?:-\d{1,3})?"
    ),
    "thanks": (
        r"\b(?:thank|praise|praying to|pray to|glory to|by the grace of) (?:the )?(?:god|lord|jesus|"
        r"allah|heaven)\b"
    ),
    "choir": r"\b(?:s[aiu]ng|singing|sings) in (?:the|a|our|my|his|her) (?P<hit>(?:\w+ )?choir)\b",
    "ashes": r"\b(?:got|get|getting|wear|wearing|wore|received) (?:my|his|her|their|our) (?P<hit>ashes)\b",
    "forbidden_food": (
        r"\b(?:do(?:es)? not|don't|doesn't|never|can't|cannot|won't) eat (?P<hit>pork|beef|ham|bacon|shellfish|meat)\b"
    ),
    "praying": r"\bpray(?:s|ed|ing)?\b",
}
_HOUSES = {
    "house": (
        r"\b(?:St\.?|Saint|Our Lady of|Temple|First|Holy|Sacred|Grace|Trinity) (?:[A-Z][\w']+ "
        r"){0,3}(?:Church|Parish|Cathedral|Chapel|Temple|Mosque|Synagogue|Ministries)\b"
    ),
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.RELIGION),
        ClassPatterns(ProtectedClass.RELIGION, Kind.THING, _PATTERNS),
        ClassPatterns(ProtectedClass.RELIGION, Kind.ORGANIZATION, _HOUSES, name="religion_houses"),
    )

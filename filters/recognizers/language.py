"""First language and accent."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "speaks": (
        r"\b(?:speaks?|spoke|speaking|fluent in|learned|learning|taught) (?:only |no |some |a little |"
        r"fluent |broken )?(?P<hit>[A-Z][a-z]+(?: and [A-Z][a-z]+)?)(?= at home| as a| natively| "
        r"fluently|[.,;!?]|$)"
    ),
    "accent": r"\b\w+ accents?\b(?! (?:colou?r|mark|wall|light|piece|table|chair))",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.LANGUAGE),
        ClassPatterns(ProtectedClass.LANGUAGE, Kind.THING, _PATTERNS),
    )

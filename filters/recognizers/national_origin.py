"""National origin: demonyms, countries, languages, and where somebody says they come from."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "origin": (
        r"\b(?:born|raised|grew up|grown up|immigrated|emigrated|moved here) (?:in|from) "
        r"(?P<hit>(?-i:(?:the )?[A-Z][\w.'-]{0,40}(?: [A-Z][\w.'-]{0,40}){0,5}))"
    ),
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.NATIONAL_ORIGIN),
        ClassPatterns(ProtectedClass.NATIONAL_ORIGIN, Kind.THING, _PATTERNS),
    )

"""Hair texture, color and protective hairstyles (CROWN Act laws)."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "hair": (
        r"\b(?:natural|curly|kinky|nappy|coily|afro-textured|straightened|blond[e]?|red|black|brown|"
        r"gr[ae]y|braided|dreaded|locked|long|frizzy) hair(?:ed)?\b"
    ),
    "hairstyle": r"\b(?:haircut|hairstyle|hairdo)s?\b",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.HAIRSTYLE),
        ClassPatterns(ProtectedClass.HAIRSTYLE, Kind.THING, _PATTERNS),
    )

"""Food, dress, music and customs that betray a class."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_WORN = (
    r"(?:dress(?:es)?|gown|skirts?|blouse|heels|pumps|tights|stockings|purse|earrings?|necklace|bracelets?"
    r"|make-?up|perfume"
    r"|manicure|lashes|wig|weave|bun|ponytail|pigtails|beard|stubble|whiskers|sideburns|necktie|tuxedo|boxers|jockstrap"
    r"|leggings|tiara|cologne|veil|robe|head ?scarf|head ?wrap|headdress|tunic)"
)
_PATTERNS = {
    "own": (
        rf"\b(?:my|your|his|her|their|our) (?:[a-z]+ ){{0,2}}?(?P<hit>{_WORN})\b(?! (?:code|shirt|uniform"
        rf"|rehearsal|blues))"
    ),
    "worn": (
        rf"\b(?:wear(?:s|ing)?|wore|worn) (?:an? |the )?(?:[a-z]+ ){{0,2}}?(?P<hit>{_WORN})\b(?! (?:code|shirt"
        rf"|uniform|blues))"
    ),
    "grown": (
        r"\b(?:grow(?:s|n|ing)?|grew|shav(?:e|es|ed|ing)|trim(?:med|ming)?) (?:out )?(?:an? |the )?(?P<hit>beards?)\b"
    ),
}
"""What mostly one sex or one faith wears tells on whoever has it on; in a shop window it tells nothing."""


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (ClassWords(ProtectedClass.CUSTOM), ClassPatterns(ProtectedClass.CUSTOM, Kind.THING, _PATTERNS))

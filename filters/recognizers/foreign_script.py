"""Words in another script or left undecoded: the filter cannot read them, so nobody else does (fail closed)."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, DocRecognizer

_PATTERNS = {"script": r"(?<!\S)(?!\W*[\u0370-\u03ff][a-zA-Z]?\W*(?:\s|$))\S*(?![\x00-\x7f])[^\W\d_]\S*"}
"""A Greek letter by itself is a quantity of science; a word of them is not. From where a run of characters begins only:
looked for at each of them, one run of 20,000 would take seconds.
"""


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizer of text that normalization could not bring to plain Latin letters."""
    return (ClassPatterns(ProtectedClass.UNREADABLE, Kind.THING, _PATTERNS),)

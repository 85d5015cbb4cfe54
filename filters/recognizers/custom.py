"""Food, dress, music and customs that betray a class."""

from __future__ import annotations

from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassWords, DocRecognizer


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (ClassWords(ProtectedClass.CUSTOM),)

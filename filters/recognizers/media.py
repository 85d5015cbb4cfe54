"""Photographs, video, voice and their descriptions."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, ClassWords, DocRecognizer

_PATTERNS = {
    "marker": (
        r"\[(?:image|photo|video|gif|media|pic|alt)[^\]]{0,200}\]|\(?(?:image|alt|photo)(?: "
        r"description| text)?:[^)\n]{0,200}\)?|\bpic\.twitter\.com/\w+"
    ),
    "file": r"\b[\w-]{1,60}\.(?:jpe?g|png|gif|webp|heic|mp4|mov|mp3|wav)\b",
}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this class."""
    return (
        ClassWords(ProtectedClass.MEDIA),
        ClassPatterns(ProtectedClass.MEDIA, Kind.DROPPED, _PATTERNS),
    )

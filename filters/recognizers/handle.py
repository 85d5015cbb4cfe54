"""Account handles and the hashtags that no known words came out of."""

from __future__ import annotations

from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import ClassPatterns, DocRecognizer

_HANDLES = {
    "at": r"(?<![\w@])@[\w][\w.-]{0,60}\w|(?<![\w@])@\w",
    "reddit": r"(?<![\w/])/?[ur]/[\w-]{2,40}",
    "year_coded": (
        r"(?<![\w.@#/-])(?=[\w.]*[A-Za-z])[A-Za-z][\w.]*?_?(?:19[4-9]\d|20[0-2]\d|"
        r"[4-9]\d)(?:_\w*)?(?![\w.@/-]*\w)(?<![A-Z]\d\d)"
    ),
}
_HASHTAGS = {"hashtag": r"(?<![\w&])#\w{1,200}"}


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this proxy."""
    return (
        ClassPatterns(ProtectedClass.HANDLE, Kind.NAME, _HANDLES),
        ClassPatterns(ProtectedClass.HANDLE, Kind.DROPPED, _HASHTAGS, name="handle_hashtags"),
    )

"""Hashtags as words: camel case and known words come apart, so that #BlackMom reads as it is meant."""

from __future__ import annotations

import re
from collections.abc import Callable

_HUMP = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+|_")
_SHORTEST = 2


def split_hashtag(tag: str, known: Callable[[str], bool]) -> str | None:
    """The words of a hashtag without `#`, or None where it does not come apart: it stays and is withheld."""
    humps = [hump for hump in _HUMP.findall(tag) if hump != "_"]
    if len(humps) > 1:
        return " ".join(" ".join(segment(hump.lower(), known) or (hump,)) if len(hump) > 1 else hump for hump in humps)
    parts = segment(tag.lower(), known)
    return " ".join(parts) if parts else None


def segment(word: str, known: Callable[[str], bool]) -> tuple[str, ...] | None:
    """`word` as the fewest known words, or None. Cubic in its length, which the caller caps."""
    best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - 20), end):
            before, piece = best[start], word[start:end]
            if before is None or len(piece) < _SHORTEST or not known(piece):
                continue
            found = best[end]
            if found is None or len(before) + 1 < len(found):
                best[end] = (*before, piece)
    return best[len(word)]

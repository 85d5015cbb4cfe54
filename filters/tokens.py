"""From characters to tokens, in logarithmic time: spaCy's own `char_span` joins the whole text for each call."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

_STARTS = "vetting_token_starts"
_TEXT = "vetting_text"


def covering(doc: Doc, start: int, end: int) -> Span | None:
    """The tokens that hold any of the characters from `start` up to `end`; None where there are none."""
    starts: list[int] | None = doc.user_data.get(_STARTS)
    if starts is None:
        starts = doc.user_data[_STARTS] = [token.idx for token in doc]
    if start >= end or not starts:
        return None
    first = max(0, bisect_right(starts, start) - 1)
    if doc[first].idx + len(doc[first]) <= start:
        first += 1
    last = bisect_left(starts, end)
    return doc[first:last] if first < last else None


def text_of(doc: Doc) -> str:
    """The parsed text; spaCy's own `text` joins all tokens each time it is asked for."""
    text: str | None = doc.user_data.get(_TEXT)
    if text is None:
        text = doc.user_data[_TEXT] = doc.text
    return text

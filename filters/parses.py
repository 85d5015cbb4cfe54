"""Parses of one batch: each text is parsed once, in the company of others, and handed out as often as it is asked for.

After stand-ins a passage and its other worlds have the same plain text, so that most swap tests need no second parse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from filters.analyzer import FOUND, Analyzer

if TYPE_CHECKING:
    from spacy.tokens import Doc

CHARACTERS = 20_000
"""Of plain text parsed at a time, or one longer text: the model's matrices take about 3 kB for each character."""
TEXTS = 128


class Parses:
    """The parses of one batch of passages, by plain text. As confidential as the passages: it lives no longer."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._docs: dict[str, Doc | None] = {}

    def __contains__(self, text: str) -> bool:
        return text in self._docs

    def add(self, texts: Iterable[str]) -> None:
        """Parse whatever is not there yet. Never raises: a text that cannot be parsed has no parse."""
        for chunk in _chunks(text for text in dict.fromkeys(texts) if text not in self._docs):
            for text, doc in zip(chunk, self._analyzer.parse(chunk), strict=True):
                if doc is not None:
                    doc.user_data[FOUND] = {}
                self._docs[text] = doc

    def take(self, text: str) -> Doc | None:
        """The parse as the model made it, the taker's own; None where the model failed on it."""
        doc = self._docs[text]
        return doc.copy() if doc is not None else None  # each analysis leaves its own findings on its own copy


def _chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    size = 0
    for text in texts:
        if chunk and (len(chunk) == TEXTS or size + len(text) > CHARACTERS):
            yield chunk
            chunk, size = [], 0
        chunk.append(text)
        size += len(text)
    if chunk:
        yield chunk

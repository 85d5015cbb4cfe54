"""What the language model calls a person, place, group or organization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from presidio_analyzer import RecognizerResult

from filters.grammar import NAME_TOKENS
from filters.lexicon import Kind, is_common, word_list
from filters.mentions import is_eponym
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import LIKELY, DocRecognizer, result
from filters.tokens import text_of

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token


def _telling(token: Token) -> bool:
    """A capitalized word that is no ordinary word of the language."""
    word = token.lower_
    if is_eponym(text_of(token.doc), token.idx, token.idx + len(token)):
        return False
    ordinary = word in word_list("ordinary_capitals") or is_common(word)
    return token.is_title and token.is_alpha and len(word) > 1 and not ordinary


class NamedEntities(DocRecognizer):
    """Entities of some labels, without those the model is known to make of ordinary words."""

    def __init__(self, protected_class: ProtectedClass, labels: Mapping[str, Kind]) -> None:
        super().__init__(protected_class, f"{protected_class.value}_entities")
        self._labels = labels

    def find(self, doc: Doc) -> list[RecognizerResult]:
        """Entities of the wanted labels that hold at least one capitalized word no list calls ordinary."""
        found = []
        for entity in doc.ents:
            kind = self._labels.get(entity.label_)
            if kind is None or not any(_telling(t) for t in entity):
                continue
            if kind is Kind.PLACE and any(t.i in doc.user_data.get(NAME_TOKENS, ()) for t in entity):
                continue  # a name was told before the parse
            start, end = entity.start_char, entity.end_char
            if entity[0].lower_ in {"the", "a", "an"}:
                start = entity[0].idx + len(entity[0].text_with_ws)
            if start < end:
                found.append(result(self.protected_class, kind, (start, end), LIKELY, f"{self.name}:{entity.label_}"))
        return found

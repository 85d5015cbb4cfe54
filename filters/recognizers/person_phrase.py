"""The fail-closed rule: whatever modifies or complements a person goes, unless it is job-relevant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from presidio_analyzer import RecognizerResult

from filters.grammar import NAME_TOKENS, allowed, complements, described_names, is_person_noun, modifiers, traits
from filters.lexicon import Kind
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import LIKELY, DocRecognizer, result

if TYPE_CHECKING:
    from spacy.tokens import Doc


class PersonPhrases(DocRecognizer):
    """Modifiers of person nouns, `with`/`from`/`of` phrases on them, and complements of `I am`, `she is`."""

    def __init__(self) -> None:
        super().__init__(ProtectedClass.ANY_GROUP, "person_phrase")

    def find(self, doc: Doc) -> list[RecognizerResult]:
        """Every such word or phrase that is not allowed."""
        found = []
        for token in doc:
            if is_person_noun(token):
                found += [(span, Kind.MODIFIER) for span in (*modifiers(token), *traits(token))]
            if token.i in doc.user_data.get(NAME_TOKENS, ()):
                found += [(span, Kind.MODIFIER) for span in described_names(token)]
            found += [(span, Kind.MODIFIER) for span in complements(token)]
        return [
            result(self.protected_class, kind, (span.start_char, span.end_char), LIKELY, self.name)
            for span, kind in found
            if not allowed(span)
        ]


def recognizers() -> tuple[DocRecognizer, ...]:
    """The fail-closed recognizer, which stands for every class."""
    return (PersonPhrases(),)

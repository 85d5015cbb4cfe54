"""Names: the candidate's own, what the model calls a person, and what an honorific or a greeting introduces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from presidio_analyzer import RecognizerResult

from filters.lexicon import Kind, word_list
from filters.protected_classes import ProtectedClass
from filters.recognizers.entities import NamedEntities
from filters.recognizers.lexical import LIKELY, ClassPatterns, DocRecognizer, result

if TYPE_CHECKING:
    from spacy.tokens import Doc

_PATTERNS = {
    "introduced": r"(?-i:\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Officer|Sgt|Sergeant|Lt|Lieutenant|Capt|Captain|Chief|Detective|Trooper|"
    r"Deputy|Judge|Coach|Professor|Prof|Sheriff|Mayor|Senator)\.? (?P<hit>[A-Z][\w'-]+(?: [A-Z][\w'-]+){0,2}))",
    "called": r"(?-i:\b(?:[Mm]y name is|[Nn]amed|[Cc]alled|[Ii]t's|[Tt]his is|I'm|I am) (?P<hit>[A-Z][a-z'-]+(?: [A-Z][a-z'-]+){1,2}))",
    "initials": r"(?-i:\b[A-Z]\. ?(?:[A-Z]\. ?)?[A-Z][a-z'-]+\b)",
}


class FirstNames(DocRecognizer):
    """First names of many languages: capitalized, or in lower case where the word is nothing else."""

    def __init__(self) -> None:
        super().__init__(ProtectedClass.NAME, "name_first")

    def find(self, doc: Doc) -> list[RecognizerResult]:
        """Tokens on the list of first names, with the capitalized words that follow."""
        first, ambiguous = word_list("first_names"), word_list("ambiguous_names")
        found = []
        for token in doc:
            word = token.lower_
            if word not in first or not token.text[0].isalpha():
                continue
            if word in ambiguous and (not token.is_title or token.is_sent_start or token.pos_ != "PROPN"):
                continue
            last = token
            while (
                last.i + 1 < len(doc)
                and doc[last.i + 1].is_title
                and doc[last.i + 1].pos_ == "PROPN"
                and token.is_title
            ):
                last = doc[last.i + 1]
            found.append(result(self.protected_class, Kind.NAME, (token.idx, last.idx + len(last)), LIKELY, self.name))
        return found


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this proxy; the candidate's own names are added for each text by the analyzer."""
    return (
        ClassPatterns(ProtectedClass.NAME, Kind.NAME, _PATTERNS),
        NamedEntities(ProtectedClass.NAME, {"PERSON": Kind.NAME}),
        FirstNames(),
    )

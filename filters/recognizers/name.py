"""Names: the candidate's own, what the model calls a person, and what an honorific or a greeting introduces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from presidio_analyzer import RecognizerResult

from filters.lexicon import Kind, word_list
from filters.protected_classes import ProtectedClass
from filters.recognizers.entities import NamedEntities
from filters.recognizers.lexical import LIKELY, ClassPatterns, DocRecognizer, result

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_SHORTEST = 2
_PATTERNS = {
    "introduced": r"(?-i:\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Officer|Sgt|Sergeant|Lt|Lieutenant|Capt|Captain|Chief|Detective|Trooper|"
    r"Deputy|Judge|Coach|Professor|Prof|Sheriff|Mayor|Senator)\.? (?P<hit>[A-Z][\w'-]+(?: [A-Z][\w'-]+){0,2}))",
    "called": r"(?-i:\b(?:[Mm]y name is|[Nn]amed|[Cc]alled|[Ii]t's|[Tt]his is|I'm|I am) (?P<hit>[A-Z][a-z'-]+(?: [A-Z][a-z'-]+){1,2}))",
    "initials": r"(?-i:\b[A-Z]\. ?[A-Z]\. ?[A-Z][a-z'-]+\b)",
}


class ListedNames(DocRecognizer):
    """First and family names of many languages, also in lower case where the word is nothing else."""

    def __init__(self) -> None:
        super().__init__(ProtectedClass.NAME, "name_listed")

    def find(self, doc: Doc) -> list[RecognizerResult]:
        """Tokens on the lists of names."""
        return [
            result(self.protected_class, Kind.NAME, (token.idx, token.idx + len(token)), LIKELY, self.name)
            for token in doc
            if token.is_alpha and _is_name(token)
        ]


def _is_name(token: Token) -> bool:
    """Whether a word on the lists is a name here: one that is also a common word needs a capital within a sentence."""
    word = token.lower_
    if word in word_list("ambiguous_names") or word in word_list("ambiguous_last_names"):
        return token.ent_type_ == "PERSON" or _capital_within(token)
    return word in word_list("first_names") or word in word_list("last_names")


def _capital_within(token: Token) -> bool:
    """A capitalized proper noun that neither opens a sentence nor belongs to a title or a numbered thing."""
    if not token.is_title or token.is_sent_start or token.tag_ != "NNP" or len(token) < _SHORTEST:
        return False
    following = token.nbor() if token.i + 1 < len(token.doc) else None
    if following is not None and (
        following.like_num or (following.is_title and following.lower_ in word_list("common_words"))
    ):
        return False
    before = token.nbor(-1)
    return not (before.is_title and before.lower_ in word_list("common_words")) and token.text.lower() not in word_list(
        "ordinary_capitals"
    )


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this proxy; the candidate's own names are added for each text by the analyzer."""
    return (
        ClassPatterns(ProtectedClass.NAME, Kind.NAME, _PATTERNS),
        NamedEntities(ProtectedClass.NAME, {"PERSON": Kind.NAME}),
        ListedNames(),
    )

"""Names: the candidate's own, what the model calls a person, and what an honorific or a greeting introduces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from presidio_analyzer import RecognizerResult

from filters.lexicon import Kind, Match, is_common, word_list
from filters.protected_classes import ProtectedClass
from filters.recognizers.entities import NamedEntities
from filters.recognizers.lexical import LIKELY, TERMS, ClassPatterns, DocRecognizer, result

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_SHORTEST = 2
_ARABIC = {"particle": r"\b(?:al|el|abu|abd|ibn|bin|bint|ben|ould)-[a-z]{2,20}\b"}
_PATTERNS = {
    "introduced": (
        r"(?-i:\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Officer|Sgt|Sergeant|Lt|Lieutenant|Capt|Captain|Chief|Detective|"
        r"Trooper|"
        r"Deputy|Judge|Coach|Professor|Prof|Sheriff|Mayor|Senator)\.? (?P<hit>[A-Z][\w'-]+(?: [A-Z][\w'-]+){0,2}))"
    ),
    "called": (
        r"(?-i:\b(?:[Mm]y name is|[Nn]amed|[Cc]alled|[Ii]t's|[Tt]his is|I'm|I am) "
        r"(?P<hit>[A-Z][a-z'-]+(?: [A-Z][a-z'-]+){1,2}))"
    ),
    "initials": r"(?-i:\b[A-Z]\. ?[A-Z]\. ?[A-Z][a-z'-]+\b)",
}


class ListedNames(DocRecognizer):
    """First and family names of many languages, also in lower case where the word is nothing else, and whatever
    capitalized word no list knows (fail closed); capitalized neighbours belong to the name.
    """

    def __init__(self) -> None:
        super().__init__(ProtectedClass.NAME, "name_listed")

    def find(self, doc: Doc) -> list[RecognizerResult]:
        """Names and their capitalized neighbours."""
        found, at = [], 0
        while at < len(doc):
            end = at + 1
            if _is_name(doc[at]):
                while end < len(doc) and _continues(doc[end]):
                    end += 1
                span = (doc[at].idx, doc[end - 1].idx + len(doc[end - 1]))
                found.append(result(self.protected_class, Kind.NAME, span, LIKELY, self.name))
            at = end
        return found


def _is_name(token: Token) -> bool:
    """Whether a word is a name here: one that is also a common word needs a capital within a sentence."""
    word = token.lower_
    if not token.is_alpha or word in word_list("ordinary_capitals") or _class_word(token):
        return False
    if token.is_lower and (is_common(word) or word in word_list("person_nouns")):
        return False
    if word in word_list("ambiguous_names") or word in word_list("ambiguous_last_names"):
        return token.ent_type_ == "PERSON" or _capital_within(token)
    if word in word_list("first_names") or word in word_list("last_names"):
        return True
    return token.is_title and token.tag_ in {"NNP", "NNPS"} and len(word) > _SHORTEST and not _in_dictionary(word)


def _in_dictionary(word: str) -> bool:
    """A capital alone does not make a word of the dictionary a name, however rare it is."""
    rare = word_list("dictionary")
    return is_common(word) or word in rare or (word.endswith("s") and word[:-1] in rare)


def _class_word(token: Token) -> bool:
    """Whether the trie knows the word: then its own class has it."""
    terms: list[Match] = token.doc.user_data.get(TERMS, [])
    return any(match.start <= token.idx < match.end and not match.term.ambiguous for match in terms)


def _continues(token: Token) -> bool:
    return (
        token.is_title
        and token.is_alpha
        and not token.is_sent_start
        and token.tag_ in {"NNP", "NNPS"}
        and (token.lower_ not in word_list("ordinary_capitals") and not _class_word(token))
    )


def _capital_within(token: Token) -> bool:
    """A capitalized proper noun that neither opens a sentence nor belongs to a title or a numbered thing."""
    if not token.is_title or token.is_sent_start or token.tag_ != "NNP" or len(token) < _SHORTEST:
        return False
    following = token.nbor() if token.i + 1 < len(token.doc) else None
    if following is not None and (following.like_num or (following.is_title and is_common(following.lower_))):
        return False
    before = token.nbor(-1)
    return not (before.is_title and is_common(before.lower_) and not before.is_sent_start)


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizers of this proxy; the candidate's own names are added for each text by the analyzer."""
    return (
        ClassPatterns(ProtectedClass.NAME, Kind.NAME, _PATTERNS),
        ClassPatterns(ProtectedClass.NAME, Kind.NAME, _ARABIC, name="name_particles"),
        NamedEntities(ProtectedClass.NAME, {"PERSON": Kind.NAME}),
        ListedNames(),
    )

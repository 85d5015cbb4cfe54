"""Names: the candidate's own, what the model calls a person, and what an honorific or a greeting introduces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from presidio_analyzer import RecognizerResult

from filters.grammar import NUMERAL
from filters.lexicon import Kind, Match, is_common, is_english, word_list
from filters.mentions import is_eponym
from filters.protected_classes import ProtectedClass
from filters.recognizers.entities import NamedEntities
from filters.recognizers.lexical import LIKELY, TERMS, ClassPatterns, DocRecognizer, result
from filters.tokens import text_of

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_SHORTEST = 2
_KNOWN = "vetting_known_characters"
_ARABIC = {"particle": r"\b(?:al|el|abu|abd|ibn|bin|bint|ben|ould)-[a-z]{2,20}\b"}
_PATTERNS = {
    "introduced": (
        r"(?-i:\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Officer|Sgt|Sergeant|Lt|Lieutenant|Capt|Captain|Chief|Detective|"
        r"Trooper|Deputy|Judge|Coach|Professor|Prof|Sheriff|Mayor|Senator|General|Gen|Colonel|Col|Major|Maj|Admiral|President|"
        r"Governor|Gov|Secretary|Justice|Representative|Congressman|Congresswoman|Baron|Count|King|Queen|Prince|Princess|"
        r"Pope|Father|Brother|Sister|Reverend|Rev|Rabbi|Imam|Pastor|Bishop|Minister|Inspector|Corporal|Private)\.? "
        r"(?P<hit>[A-Z][\w'-]+(?: [A-Z][\w'-]+){0,2}))"
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
    if token.is_lower:
        return False  # names without a capital are told before the parse (filters/mentions.py)
    word = token.lower_
    explained = word in word_list("ordinary_capitals") or _class_word(token)
    if explained or not token.is_alpha or NUMERAL.fullmatch(token.text):
        return False
    if token.is_upper or _camel(token.text) or is_eponym(text_of(token.doc), token.idx, token.idx + len(token)):
        return False
    if word in word_list("ambiguous_names") or word in word_list("ambiguous_last_names"):
        return token.ent_type_ == "PERSON" or _capital_within(token)
    if word in word_list("first_names") or word in word_list("last_names") or word in word_list("rare_names"):
        return True
    return token.is_title and token.tag_ in {"NNP", "NNPS"} and len(word) > _SHORTEST and not is_english(word)


def _camel(word: str) -> bool:
    """Mixed capitals, as code and products have them: SoK, myList; not McNeil or DeShawn."""
    return not (word.istitle() or word.islower()) and not re.fullmatch(r"[A-Z][a-z]{0,2}'?[A-Z][a-z]{2,}", word)


def _class_word(token: Token) -> bool:
    """Whether the trie knows the word: then its own class has it."""
    known: frozenset[int] | None = token.doc.user_data.get(_KNOWN)
    if known is None:
        terms: list[Match] = token.doc.user_data.get(TERMS, [])
        known = frozenset(at for m in terms if not m.term.ambiguous for at in range(m.start, m.end))
        token.doc.user_data[_KNOWN] = known
    return token.idx in known


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

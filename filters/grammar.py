"""Who a sentence speaks of: person nouns, what modifies them, and what somebody is said to be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from filters.lexicon import is_english, word_list
from filters.tokens import covering

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

PERSON_TOKENS = "vetting_person_tokens"
"""Where the analyzer leaves the indices of tokens that class words or names make persons."""

NAME_TOKENS = "vetting_name_tokens"
"""Where the analyzer leaves the indices of tokens that name somebody."""

FORM_TOKENS = "vetting_form_tokens"
"""Where the analyzer leaves the indices of tokens that stand for a neutral form of the rewriting's own."""

_COPULAS = frozenset(
    [
        "be",
        "am",
        "is",
        "are",
        "was",
        "were",
        "been",
        "being",
        "'m",
        "'re",
        "'s",
        "m",
        "become",
        "becomes",
        "became",
        "identify",
        "identifies",
    ]
)
_PERSONAL = frozenset(["i", "we", "you", "he", "she", "they", "who", "y'all", "u", "im"])
NUMERAL = re.compile(r"[IVXivx]+(?:\s*(?:,|and|or)?\s*[IVXivx]+)*")
"""Roman numerals, as they count statements."""
_LEFT = frozenset({"amod", "compound", "nmod", "npadvmod", "advmod"})
_TRAIT_PREPOSITIONS = frozenset({"with", "from", "of", "without", "on"})
_OWN = frozenset({"their", "his", "her", "my", "our", "your"})
_FREE_POS = frozenset({"DET", "PRON", "NUM", "PUNCT", "ADP", "CCONJ", "PART", "AUX", "SCONJ", "SPACE", "SYM"})


def is_person_noun(token: Token) -> bool:
    """Whether the token denotes a person or people, by the list, by a class word or by being a name."""
    if token.i in token.doc.user_data.get(PERSON_TOKENS, ()):
        return True
    return token.pos_ in {"NOUN", "PROPN", "PRON"} and token.lower_ in word_list("person_nouns")


def may_be_person(token: Token) -> bool:
    """Whether the token is a noun that mostly means a person: the nurse, two bank tellers."""
    if token.pos_ not in {"NOUN", "PROPN"}:
        return False
    word = token.lower_
    listed = word_list("persons")
    return is_person_noun(token) or word in listed or (word.endswith("s") and word[:-1] in listed)


def is_person(token: Token) -> bool:
    """Whether the token stands for somebody: a personal pronoun, a person noun, or a name."""
    named = token.ent_type_ == "PERSON" or token.i in token.doc.user_data.get(NAME_TOKENS, ())
    return token.lower_ in _PERSONAL or named or may_be_person(token)


def _open(subject: Token) -> bool:
    """A person whose class is not known yet: what a group already withheld is called is judgement, not description."""
    return is_person(subject) and subject.i not in subject.doc.user_data.get(PERSON_TOKENS, ())


def described_names(name: Token) -> Iterator[Span]:
    """The adjectives before a name: young Sam, little black Dana."""
    for child in name.children:
        if child.i < name.i and child.dep_ == "amod" and child.pos_ == "ADJ":
            yield name.doc[child.left_edge.i : child.i + 1]


def modifiers(noun: Token) -> Iterator[Span]:
    """The words before a noun that describe it, one span each; before a neutral form they were looked at before."""
    if noun.i in noun.doc.user_data.get(FORM_TOKENS, ()):
        return
    for child in noun.children:
        if child.i < noun.i and child.dep_ in _LEFT:
            yield noun.doc[child.left_edge.i : child.i + 1]


def traits(noun: Token) -> Iterator[Span]:
    """What follows `with`, `from` or `of` on a noun that says no more than that somebody is a person."""
    if noun.lower_ not in word_list("generic_people"):
        return
    for child in noun.children:
        for thing in child.children if child.dep_ == "prep" else ():
            own = child.lower_ == "in" and any(t.lower_ in _OWN for t in thing.lefts)  # in their thirties
            if thing.dep_ == "pobj" and (own or child.lower_ in _TRAIT_PREPOSITIONS):
                yield noun.doc[thing.left_edge.i : thing.i + 1]
    close = noun.doc[noun.i + 1] if noun.i + 1 < len(noun.doc) else None
    if close is not None and close.lower_ == "with" and close.head.i != noun.i:  # read as if something was done with it
        for thing in close.children:
            if thing.dep_ == "pobj":
                yield noun.doc[thing.left_edge.i : thing.i + 1]


def complements(verb: Token) -> Iterator[Span]:
    """What a person is said to be, where `verb` is a copula: the adjective, or the noun that is no person noun."""
    if verb.lower_ not in _COPULAS:
        return
    clause = verb.head if verb.dep_ in {"aux", "auxpass"} else verb
    subjects = [t for t in clause.children if t.dep_ in {"nsubj", "nsubjpass"}]
    if not any(_open(subject) for subject in subjects):
        return
    if verb.dep_ == "auxpass" and not is_english(clause.lower_):
        yield verb.doc[clause.i : clause.i + 1]  # a participle plain English does not know describes
    for child in clause.children:
        for said in (child, *child.conjuncts) if child.dep_ in {"acomp", "attr", "oprd"} else ():
            if said.i <= verb.i or said.pos_ not in {"ADJ", "NOUN", "PROPN"} or is_person_noun(said):
                continue
            if not any("\n" in t.text for t in verb.doc[verb.i : said.i]):
                yield verb.doc[said.left_edge.i : said.i + 1]


def allowed(span: Span) -> bool:
    """Whether every content word of the span is on the list of job-relevant words."""
    if span.text.lower() in word_list("job_relevant") or NUMERAL.fullmatch(span.text):
        return True
    return all(_job_relevant(t) for t in span if t.pos_ not in _FREE_POS)


def _job_relevant(token: Token) -> bool:
    word = token.lower_
    if token.pos_ == "ADV" and (word.endswith("ly") or token.is_stop):
        return True
    return word in word_list("job_relevant") or word in word_list("evaluations")


def speaks_of_a_person(doc: Doc, start: int, end: int) -> bool:
    """Whether an ambiguous class word at these characters describes or denotes a person."""
    span = covering(doc, start, end)
    if span is None:
        return True
    token = span.root
    return any(_describes(t) or _denotes(t) for t in (token, *token.conjuncts))


def is_metaphor(doc: Doc, start: int, end: int) -> bool:
    """Whether a thing is what a group already withheld is called: "they are a cancer"."""
    span = covering(doc, start, end)
    if span is None or span.root.dep_ not in {"attr", "acomp"}:
        return False
    subjects = [t for t in span.root.head.children if t.dep_ in {"nsubj", "nsubjpass"}]
    return any(t.i in doc.user_data.get(PERSON_TOKENS, ()) and t.tag_ == "NNS" for t in subjects)


def _describes(token: Token) -> bool:
    """Modifier of a person noun, or complement of a person: black people, she is old."""
    if token.dep_ in _LEFT and (is_person_noun(token.head) or token.head.lower_ in word_list("people_things")):
        return True
    if token.dep_ in {"acomp", "attr", "oprd"}:
        subjects = _subjects(token.head)
        return any(is_person(t) for t in subjects) or (token.head.lower_ in {"be", "being"} and not subjects)
    return token.head.dep_ == "prep" and token.head.lower_ == "as" and token.pos_ == "ADJ"


def _subjects(verb: Token) -> list[Token]:
    """Who is something: the verb's own subjects, or those of the verb that it completes (proud to be ...)."""
    while True:
        own = [t for t in verb.children if t.dep_ in {"nsubj", "nsubjpass", "csubj"}]
        if own or verb.dep_ not in {"xcomp", "acomp", "advcl"} or verb.head.i == verb.i:
            return own
        verb = verb.head


def _denotes(token: Token) -> bool:
    """Used as a noun for persons: the blacks, two Blacks, a White, the old."""
    if token.tag_ in {"NNS", "NNPS"}:
        return True  # also where the parse takes it for part of a compound: blacks parking in front
    if token.dep_ in _LEFT and token.head.i > token.i:
        return False
    if token.is_title and not token.is_sent_start and token.dep_ not in _LEFT:
        return True
    if token.pos_ == "NOUN" and any(child.lower_ in {"a", "an", "another", "every"} for child in token.lefts):
        return True
    if token.i == 0 or token.nbor(-1).lower_ != "the":
        return False
    after = token.nbor() if token.i + 1 < len(token.doc) else token
    return token.pos_ == "ADJ" or (token.tag_ == "NN" and (after.tag_ == "VBP" or after.lower_ == "were"))

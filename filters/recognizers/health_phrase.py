"""Whole phrases about health: what kind, how bad and which part of the body tell as much as the illness itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from presidio_analyzer import RecognizerResult

from filters.grammar import is_person_noun
from filters.lexicon import Kind, is_common, word_list
from filters.protected_classes import ProtectedClass
from filters.recognizers.lexical import LIKELY, DocRecognizer, counted, result
from filters.tokens import covering

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_CLASSES = frozenset(
    {ProtectedClass.HEALTH, ProtectedClass.DISABILITY, ProtectedClass.PREGNANCY, ProtectedClass.GENETIC_INFORMATION}
)
_TROUBLES = frozenset(
    [
        *("problem", "problems", "pain", "pains", "injury", "injuries", "surgery", "surgeries", "fracture"),
        *("fractures", "loss", "damage", "operation", "operations", "disorder", "disorders", "condition", "conditions"),
        *("disease", "infection", "infections", "replacement", "transplant", "transplantation", "swelling", "trouble"),
        *("troubles", "weakness", "ache", "aches", "tumor", "degeneration", "impairment", "paralysis", "numbness"),
        *("cramps", "calcification", "inflammation", "lesion", "lesions", "defect", "defects", "failure", "issues"),
    ]
)
_LEFT_OUT = frozenset({"DET", "PRON", "PUNCT", "CCONJ", "ADP", "SPACE", "AUX", "PART"})
_INTO = frozenset({"in", "of", "to", "on", "at", "with"})
_FUNCTIONS = frozenset(
    {
        "sleep",
        "sleeping",
        "memory",
        "hearing",
        "speech",
        "breathing",
        "mobility",
        "fertility",
        "sight",
        "balance",
        "vision",
    }
)
_MEDICAL = re.compile(r"[a-z]{4,}(?:itis|osis|emia|aemia|oma|opathy|algia|ectomy|otomy|plasty)")
_LONGEST = 8


class HealthPhrases(DocRecognizer):
    """The noun phrase around a word of health, and what is wrong with a part of the body."""

    def __init__(self) -> None:
        super().__init__(ProtectedClass.HEALTH, "health_phrases")

    def find(self, doc: Doc) -> list[RecognizerResult]:
        """Each phrase from its first word that says something to the end of what it is about."""
        heads = {head.i: head for head in (*_ill(doc), *_named(doc), *_troubled(doc))}
        spans = (_phrase(head) for head in heads.values())
        return [
            result(self.protected_class, Kind.THING, (span.start_char, span.end_char), LIKELY, self.name)
            for span in spans
        ]


def _ill(doc: Doc) -> Iterator[Token]:
    """The nouns that a word of health is or describes: `disability` and `pension` in `disability pension`."""
    for match in counted(doc):
        if match.term.protected_class not in _CLASSES or match.term.kind is not Kind.THING:
            continue
        span = covering(doc, match.start, match.end)
        if span is None:
            continue
        head = span.root
        while head.dep_ in {"compound", "amod", "nmod"} and head.head.i > head.i and head.head.pos_ == "NOUN":
            head = head.head
        if not is_person_noun(head) and head.pos_ in {"NOUN", "PROPN"}:
            yield head


def _named(doc: Doc) -> Iterator[Token]:
    """What is called as only illnesses and operations are."""
    for token in doc:
        ending = _MEDICAL.fullmatch(token.lower_)
        if ending is not None and not is_common(token.lower_) and token.lower_ not in word_list("not_medical"):
            yield token


def _troubled(doc: Doc) -> Iterator[Token]:
    """Eye problems, a fracture of the left kneecap."""
    for token in doc:
        if token.lower_ not in _TROUBLES or token.pos_ != "NOUN":
            continue
        if any(_is_body_part(t) for t in _about(token)) or _where(doc, token.i + 1) > token.i + 1:
            yield token


def _about(head: Token) -> Iterator[Token]:
    """What a noun is about: the words before it, and the nouns of the phrases behind it."""
    for child in head.children:
        if child.i < head.i and child.dep_ in {"compound", "amod", "nmod"}:
            yield child
        elif child.dep_ == "prep" and child.i > head.i:
            yield from _objects(child)


def _objects(preposition: Token) -> Iterator[Token]:
    for thing in preposition.children:
        if thing.dep_ == "pobj":
            yield thing
            for child in thing.children:
                if child.dep_ == "prep" and child.i > thing.i:
                    yield from _objects(child)


def _is_body_part(token: Token) -> bool:
    parts, word = word_list("body_parts"), token.lower_
    return word in parts or word in _FUNCTIONS or (word.endswith("s") and word[:-1] in parts) or token.lemma_ in parts


def _phrase(head: Token) -> Span:
    start = next((t.i for t in head.doc[max(head.left_edge.i, head.i - _LONGEST) : head.i] if _says(t)), head.i)
    while start > 1 and head.doc[start - 1].lower_ in {"of", "%"} and _measures(head.doc[start - 2]):
        start -= 2
    while start and _measures(head.doc[start]) and _measures(head.doc[start - 1]):
        start -= 1  # 37 % of ...
    end = head.i + 1
    for child in head.rights:
        objects = list(_objects(child)) if child.dep_ == "prep" and child.i == end else []
        if not objects or not (child.lower_ == "of" or any(map(_is_body_part, objects))):
            break
        end = min(max(thing.i for thing in objects) + 1, end + _LONGEST)
    return head.doc[start : _where(head.doc, end)]


def _where(doc: Doc, end: int) -> int:
    """One past the part of the body that follows: ... in his left eye."""
    while end < len(doc) and doc[end].lower_ in _INTO:
        at = end + 1
        while at < min(len(doc), end + _LONGEST) and doc[at].pos_ in {"DET", "PRON", "ADJ", "NUM"}:
            at += 1
        if at >= len(doc) or not _is_body_part(doc[at]):
            break
        end = at + 1
    return end


def _measures(token: Token) -> bool:
    return token.like_num or token.lower_ in {"%", "percent"}


def _says(token: Token) -> bool:
    return token.pos_ not in _LEFT_OUT


def recognizers() -> tuple[DocRecognizer, ...]:
    """The recognizer of phrases; words and patterns are in health.py."""
    return (HealthPhrases(),)

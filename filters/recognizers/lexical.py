"""The two kinds of recognizer every class file uses: class words found by the trie, and patterns."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from filters.grammar import is_metaphor, is_person, speaks_of_a_person
from filters.lexicon import Kind, Match, word_list
from filters.literals import Needed, Plainly
from filters.protected_classes import ProtectedClass
from filters.standins import StoodIn
from filters.tokens import covering

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

TERMS = "vetting_terms"
"""Where the analyzer leaves the trie's matches on the parsed text, so that thirty recognizers search it once."""
STOOD_IN = "vetting_stood_in"
"""Where the analyzer leaves the text before stand-ins: patterns read the words as they were."""
_PLAINLY = "vetting_plainly"
_BY_CLASS = "vetting_terms_by_class"
KIND = "kind"
PLURAL = "plural"
CERTAIN, LIKELY = 1.0, 0.5
_CAPITAL = frozenset({ProtectedClass.NATIONAL_ORIGIN, ProtectedClass.LANGUAGE, ProtectedClass.ETHNICITY})
_CONTRASTED = frozenset({Kind.PERSON, Kind.IDENTITY, Kind.MODIFIER})


def result(
    cls: ProtectedClass, kind: Kind, span: tuple[int, int], score: float, source: str, *, plural: bool = False
) -> RecognizerResult:
    """A hit as Presidio hands it on, with the kind that the rewriting needs. `source` names recognizer and pattern."""
    return RecognizerResult(
        entity_type=cls.value,
        start=span[0],
        end=span[1],
        score=score,
        analysis_explanation=AnalysisExplanation(recognizer=source, original_score=score),
        recognition_metadata={
            RecognizerResult.RECOGNIZER_NAME_KEY: source,
            RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: source,
            KIND: kind.value,
            PLURAL: plural,
        },
    )


class DocRecognizer(EntityRecognizer, ABC):
    """A recognizer that reads the parsed text. A subclass names its class and implements `find`."""

    name: str

    def __init__(self, protected_class: ProtectedClass, name: str) -> None:
        self.protected_class = protected_class
        super().__init__(supported_entities=[protected_class.value], name=name, supported_language="en")

    def load(self) -> None:
        """Nothing to load: the model is the analyzer's."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        """What `find` finds in the parsed text."""
        del text, entities
        return self.find(nlp_artifacts.tokens)

    @abstractmethod
    def find(self, doc: Doc) -> list[RecognizerResult]:
        """The hits in one parsed text."""


class ClassWords(DocRecognizer):
    """The words of lexicons/<class>.txt; ambiguous ones only where the sentence speaks of a person."""

    def __init__(self, protected_class: ProtectedClass) -> None:
        super().__init__(protected_class, f"{protected_class.value}_words")

    def find(self, doc: Doc) -> list[RecognizerResult]:
        """Matches of this class among those the analyzer left on `doc`."""
        terms = _by_class(doc).get(self.protected_class)
        if terms is None:
            return []
        told = [m for m in terms if _counts(doc, m)]
        counting = {id(m) for m in told}
        contrasted = {sent.start_char for m in told if m.term.kind in _CONTRASTED for sent in _sentence(doc, m)}
        return [
            result(
                self.protected_class,
                match.term.kind,
                (match.start, match.end),
                LIKELY if match.term.ambiguous else CERTAIN,
                self.name,
                plural=match.term.plural,
            )
            for match in terms
            if id(match) in counting or (match.term.kind in _CONTRASTED and _beside(doc, match, contrasted))
        ]


def _by_class(doc: Doc) -> Mapping[ProtectedClass, Sequence[Match]]:
    found: dict[ProtectedClass, list[Match]] | None = doc.user_data.get(_BY_CLASS)
    if found is None:
        found = doc.user_data[_BY_CLASS] = {}
        for match in doc.user_data.get(TERMS, ()):
            found.setdefault(match.term.protected_class, []).append(match)
    return found


def _capital(doc: Doc, match: Match) -> bool:
    """Polish within a sentence is no polish."""
    token = covering(doc, match.start, match.end)
    return token is not None and token[0].is_title and not token[0].is_sent_start


def counted(doc: Doc) -> Iterator[Match]:
    """The class words of every class that count in the parsed text."""
    return (match for match in doc.user_data.get(TERMS, []) if _counts(doc, match))


def _sentence(doc: Doc, match: Match) -> Iterator[Span]:
    span = covering(doc, match.start, match.end)
    if span is not None:
        yield span.sent


def _beside(doc: Doc, match: Match, contrasted: Collection[int]) -> bool:
    """An ambiguous word counts where the sentence speaks of its class anyway: one gay and one straight."""
    return any(sent.start_char in contrasted for sent in _sentence(doc, match))


def _counts(doc: Doc, match: Match) -> bool:
    """An ambiguous word counts where it speaks of a person; an ambiguous place where it has a capital in a sentence.

    "Those people are a cancer" is judgement and says nothing of anybody's health.
    """
    if match.term.kind is Kind.HONORIFIC:
        return _addresses(doc, match)
    if not match.term.ambiguous:
        return not (match.term.kind is Kind.THING and is_metaphor(doc, match.start, match.end))
    if match.term.kind is Kind.IDENTITY and match.term.protected_class in _CAPITAL and _capital(doc, match):
        return True
    if match.term.kind is Kind.PLACE:
        token = covering(doc, match.start, match.end)
        return token is None or (token[0].is_title and token[0].pos_ == "PROPN" and not token[0].is_sent_start)
    acts = match.term.kind is Kind.SLUR and _acts(doc, match)
    suffers = match.term.kind is Kind.MODIFIER and _done_to_a_person(doc, match)
    return acts or suffers or speaks_of_a_person(doc, match.start, match.end)


def _done_to_a_person(doc: Doc, match: Match) -> bool:
    """Whether a participle says what was done to somebody: she was adopted; not "the rules were adopted"."""
    span = covering(doc, match.start, match.end)
    if span is None or span.root.tag_ not in {"VBN", "VBD"}:
        return False
    verbs = (span.root, span.root.head) if span.root.dep_ == "conj" else (span.root,)
    return any(c.dep_ == "nsubjpass" and is_person(c) for verb in verbs for c in verb.children)


def _addresses(doc: Doc, match: Match) -> bool:
    """Ms and Mr do; MS and MR, with no name behind them, are something else."""
    token = covering(doc, match.start, match.end)
    if token is None or not token[0].is_upper or len(token[0]) < 2:
        return True
    return token.end < len(doc) and doc[token.end].text[:1].isupper()


def _acts(doc: Doc, match: Match) -> bool:
    """Whether a word that may be a slur does something to something, as a broad range or a fossil seldom does."""
    span = covering(doc, match.start, match.end)
    if span is None or span.root.dep_ != "nsubj":
        return False
    return any(child.dep_ in {"dobj", "dative"} for child in span.root.head.children)


class ClassPatterns(DocRecognizer):
    """Regular expressions of one class, all of one kind, over the normalized text before stand-ins, in any case.

    `unless` names a word list whose words do not count (`diploma` is no tumor). Not Presidio's PatternRecognizer:
    that skips a pattern that runs out of time, which would let a text through.
    """

    def __init__(
        self,
        protected_class: ProtectedClass,
        kind: Kind,
        patterns: Mapping[str, str],
        name: str = "",
        *,
        unless: str = "",
    ) -> None:
        super().__init__(protected_class, name or f"{protected_class.value}_patterns")
        self._kind = kind
        self._unless = unless
        self._patterns = tuple(
            (f"{self.name}:{key}", re.compile(expression, re.IGNORECASE), Needed.of(expression))
            for key, expression in patterns.items()
        )

    def find(self, doc: Doc) -> list[RecognizerResult]:
        """Every match; where a pattern has a group named `hit`, that group only."""
        stood: StoodIn = doc.user_data[STOOD_IN]
        plain = _plainly(doc, stood.source)
        return [
            result(self.protected_class, self._kind, stood.moved(*_span(match)), CERTAIN, name)
            for name, pattern, words in self._patterns
            if plain is None or plain.holds(words)
            for match in pattern.finditer(stood.source)
            if not (self._unless and match.group().lower() in word_list(self._unless))
        ]


def _plainly(doc: Doc, source: str) -> Plainly | None:
    """The text in which the words of patterns are looked for; None where only the patterns themselves can tell."""
    if _PLAINLY not in doc.user_data:
        doc.user_data[_PLAINLY] = Plainly(source) if source.isascii() else None
    plain: Plainly | None = doc.user_data[_PLAINLY]
    return plain


def _span(match: re.Match[str]) -> tuple[int, int]:
    """The group named `hit`; the whole match where the pattern has none, or matched another way."""
    named = "hit" in match.re.groupindex and match.group("hit") is not None
    return match.span("hit") if named else match.span()

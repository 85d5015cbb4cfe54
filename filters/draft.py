"""The words of one passage while they are replaced: what stands for each token, and what marks it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from filters.analyzer import CANDIDATE, Analysis, Hit
from filters.forms import CANONICAL
from filters.lexicon import PERSONAL, Kind
from filters.tokens import covering, text_of

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

_RANK = (
    *(Kind.SLUR, Kind.KIN, Kind.PERSON, Kind.GROUP, Kind.IDENTITY, Kind.ROLE, Kind.PRONOUN, Kind.HONORIFIC, Kind.PLACE),
    *(Kind.ORGANIZATION, Kind.TIME, Kind.THING, Kind.NAME, Kind.MODIFIER, Kind.DROPPED, Kind.PLAIN),
)
"""Which kind counts where recognizers disagree about the same words."""


def _order(marked: tuple[int, int, Hit]) -> tuple[int, int, bool, float, int]:
    start, end, hit = marked
    return start - end, start, hit.kind not in PERSONAL, -hit.score, _RANK.index(hit.kind)


def _within(hit: Hit, forms: Sequence[tuple[int, int]]) -> bool:
    return any(start <= hit.start and hit.end <= end for start, end in forms)


def _widened(hit: Hit, forms: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The hit with every form that it touches: half a form is none."""
    touched = [span for span in forms if hit.start < span[1] and span[0] < hit.end]
    return min([hit.start, *(start for start, _ in touched)]), max([hit.end, *(end for _, end in touched)])


class Draft:
    """The words of one passage while they are replaced: what stands for each token, and what marks it."""

    def __init__(self, analysis: Analysis) -> None:
        doc = self.doc = analysis.doc
        self.words: list[str] = [t.text for t in doc]
        self.marks: list[Hit | None] = [None] * len(doc)
        self.done: list[bool] = [False] * len(doc)
        self.gaps: list[str] = [t.whitespace_ for t in doc]
        self.own: set[int] = set()
        """Tokens of the candidate's own names."""
        self.persons: list[frozenset[str]] = []
        """The words of Person A, Person B and so on."""
        self.grouped: set[int] = set()
        """Heads that became people of a group."""
        self.generic: set[int] = set()
        """Persons whose noun goes, whichever it is."""
        self._mark(analysis)
        for token in doc[1:-1] if len(doc) > 2 else ():
            if token.text in {"-", "/"} and not token.whitespace_ and not doc[token.i - 1].whitespace_:
                self._join(token.i)
        for first, last, written in _written(analysis):
            if not any(self.marks[first:last]):
                self.words[first:last] = [written] + [""] * (last - first - 1)
                self.gaps[first : last - 1] = [""] * (last - first - 1)

    def _mark(self, analysis: Analysis) -> None:
        """The longest hit has each token; forms of the rewriting's own are left alone, and one that a hit reaches
        beyond goes with it as a whole: a place of worship is no place.
        """
        forms = [match.span() for match in CANONICAL.finditer(text_of(self.doc))]
        telling = [hit for hit in analysis.hits if hit.kind is not Kind.PLAIN]
        spans = [(*_widened(hit, forms), hit) for hit in telling if not _within(hit, forms)]
        for start, end, hit in sorted(spans, key=_order):
            for token in covering(self.doc, start, end) or ():
                self.marks[token.i] = self.marks[token.i] or hit
                if hit.recognizer == CANDIDATE:
                    self.own.add(token.i)

    def _join(self, hyphen: int) -> None:
        """Half of a hyphenated word tells as much as the whole."""
        mark = self.marks[hyphen - 1] or self.marks[hyphen + 1]
        if mark is not None and not {self.doc[hyphen - 1].text, self.doc[hyphen + 1].text} & {"[", "]"}:
            for i in (hyphen - 1, hyphen, hyphen + 1):
                self.marks[i] = self.marks[i] or mark

    def kind(self, token: Token) -> Kind | None:
        """The kind of what was found there, or None."""
        mark = self.marks[token.i]
        return mark.kind if mark else None

    def put(self, start: int, end: int, text: str) -> None:
        """Let `text` stand for the tokens from `start` up to `end`."""
        for i in range(start, end):
            self.words[i], self.done[i], self.gaps[i] = "", True, ""
        self.words[start], self.gaps[start] = text, self.doc[end - 1].whitespace_

    def text(self) -> str:
        """The words with their spaces."""
        return "".join(word + gap for word, gap in zip(self.words, self.gaps, strict=True))


def _written(analysis: Analysis) -> list[tuple[int, int, str]]:
    """Tokens whose words are shown as they were written: the first, one past the last, and the words."""
    runs: list[tuple[int, int, list[tuple[int, int, str]]]] = []
    for edit in analysis.spelt:
        span = covering(analysis.doc, edit[0], edit[1])
        if span is None:
            continue
        if runs and span.start < runs[-1][1]:
            first, last, edits = runs.pop()
            runs.append((first, max(last, span.end), [*edits, edit]))
        else:
            runs.append((span.start, span.end, [edit]))
    return [(first, last, _spliced(analysis.doc[first:last], edits)) for first, last, edits in runs]


def _spliced(span: Span, edits: Sequence[tuple[int, int, str]]) -> str:
    whole, text, at = text_of(span.doc), "", span.start_char
    for start, end, written in edits:
        text += whole[at:start] + written
        at = end
    return text + whole[at : span.end_char]

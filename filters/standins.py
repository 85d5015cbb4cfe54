"""Stand-ins: before the parse, every phrase for a person of some class becomes the same plain word.

"Trans people", "women", "old Black men" and "Muslims" are all read as "immigrants": the parser then sees one sentence for all of
them, so that what it makes of the sentence cannot depend on the class. The map back to the captured words is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from filters.lexicon import PERSONAL, Kind, Match, Term, Trie, word_list, word_map
from filters.normalize import Normalized

_TOKEN = re.compile(r"[A-Za-z0-9]+(?:'[A-Za-z]+)?")
_BETWEEN = re.compile(r"[ -]|, ?|,? (?:and|or|&) ")
_ARTICLES = frozenset({"a", "an", "that", "this", "every", "another", "one", "no", "each", "any", "some", "which"})
_STAND_INS = {
    (Kind.PERSON, False): "immigrant",
    (Kind.PERSON, True): "immigrants",
    (Kind.KIN, False): "cousin",
    (Kind.KIN, True): "cousins",
    (Kind.IDENTITY, False): "Mexican",
    (Kind.MODIFIER, False): "Mexican",
}
_SUBJECTS = {
    "she": "he",
    "xe": "he",
    "ze": "he",
    "herself": "himself",
    "mrs": "Mr",
    "ms": "Mr",
    "miss": "Mr",
    "mx": "Mr",
}
_MANY = frozenset(
    [
        "people",
        "persons",
        "peoples",
        "folk",
        "folks",
        "humans",
        "communities",
        "minorities",
        "populations",
        "groups",
        "individuals",
    ]
)
_ORDER = (Kind.SLUR, Kind.KIN, Kind.GROUP, Kind.PERSON, Kind.ROLE, Kind.IDENTITY, Kind.MODIFIER)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A class word or a general word for persons, with its place among the words."""

    start: int
    end: int
    kind: Kind | None
    """None for a general word such as `people`."""
    terms: tuple[Term, ...]

    @property
    def describes(self) -> bool:
        """May stand before a noun for a person."""
        return self.kind in {Kind.IDENTITY, Kind.MODIFIER}

    @property
    def denotes(self) -> bool:
        """Is a noun for a person."""
        return self.kind is None or self.kind in PERSONAL | {Kind.ROLE}

    @property
    def ambiguous(self) -> bool:
        return bool(self.terms) and all(term.ambiguous for term in self.terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """One phrase of class words, and what stands in for it; `new` is None where its words stay."""

    start: int
    end: int
    new: str | None
    kind: Kind
    plural: bool
    terms: tuple[Term, ...]


def stand_in(normal: Normalized, trie: Trie) -> tuple[Normalized, tuple[Match, ...]]:
    """The text with stand-ins, and every class word found, at its place in that text."""
    text = normal.text
    found = [_found(text, phrase) for phrase in _phrases(list(_pieces(text, trie)), text)]
    edits = [(f.start, f.end, f.new) for f in found if f.new is not None]
    edits += [edit for f in found if f.new is not None and (edit := _article(text, f.start, f.new))]
    taken = {at for f in found for at in range(f.start, f.end)}
    for token in _TOKEN.finditer(text):
        other = _SUBJECTS.get(token.group().lower())
        if other is not None and token.start() not in taken:
            edits.append((*token.span(), other.capitalize() if token.group()[0].isupper() else other))
    return normal.spliced(edits), tuple(_moved(found, sorted(edits)))


def _found(text: str, phrase: Sequence[_Piece]) -> _Found:
    head = phrase[-1]
    plural = any(t.plural or t.kind is Kind.GROUP for t in head.terms) or _last(text, head) in _MANY
    kind, new = _plain(text, phrase, plural=plural)
    return _Found(
        start=phrase[0].start,
        end=head.end,
        new=new,
        kind=kind,
        plural=plural,
        terms=tuple(dict.fromkeys(term for piece in phrase for term in piece.terms)),
    )


def _moved(found: Sequence[_Found], edits: Sequence[tuple[int, int, str]]) -> Iterator[Match]:
    """The class words at their places in the text with stand-ins, each with the kind its phrase has there."""
    for f in found:
        shift = sum(len(new) - (end - start) for start, end, new in edits if end <= f.start)
        start = f.start + shift
        length = len(f.new) if f.new is not None else f.end - f.start
        for term in f.terms:
            if f.new is not None:
                term = replace(term, kind=f.kind, ambiguous=False, plural=f.plural)  # noqa: PLW2901
            yield Match(start=start, end=start + length, term=term)


def _pieces(text: str, trie: Trie) -> Iterator[_Piece]:
    """Class words and general person nouns, left to right."""
    generic = word_list("generic_people")
    spans: dict[tuple[int, int], list[Term]] = {}
    for match in trie.matches(text):
        spans.setdefault((match.start, match.end), []).append(match.term)
    taken = {at for start, end in spans for at in range(start, end)}
    for token in _TOKEN.finditer(text):
        if token.group().lower() in generic and token.start() not in taken:
            spans[token.span()] = []
    for (start, end), terms in sorted(spans.items()):
        kinds = {term.kind for term in terms}
        kind = next((k for k in _ORDER if k in kinds), next(iter(kinds), None))
        yield _Piece(start=start, end=end, kind=kind, terms=tuple(terms))


def _phrases(pieces: Sequence[_Piece], text: str) -> Iterator[Sequence[_Piece]]:
    """Runs of describing words that end in a noun for persons, and every other class word by itself."""
    at = 0
    while at < len(pieces):
        end = at
        while (
            end + 1 < len(pieces)
            and (pieces[end].describes or pieces[end].kind is Kind.PERSON)
            and (pieces[end + 1].describes or pieces[end + 1].denotes)
            and _BETWEEN.fullmatch(text[pieces[end].end : pieces[end + 1].start])
        ):
            end += 1
        while end > at and not pieces[end].denotes:
            end -= 1
        run = pieces[at : end + 1]
        if any(piece.terms for piece in run):
            yield run
        at = end + 1


def _plain(text: str, phrase: Sequence[_Piece], *, plural: bool) -> tuple[Kind, str | None]:
    """The kind of the phrase and what stands in for it; None where its words stay as they are."""
    head = phrase[-1]
    kind = head.kind
    capital = text[phrase[0].start].isupper() and _opens(text, phrase[0].start)
    if len(phrase) == 1 and head.ambiguous:
        return (kind or Kind.THING), None
    if kind is Kind.ROLE and (neutral := word_map("roles").get(_last(text, head))):
        new, kind = neutral, Kind.ROLE
    elif kind in {Kind.KIN, Kind.SLUR}:
        new = _STAND_INS[Kind.KIN if kind is Kind.KIN else Kind.PERSON, plural]
    elif (
        kind is None
        or kind in {Kind.PERSON, Kind.GROUP, Kind.ROLE}
        or (kind is Kind.IDENTITY and _noun(text, head, plural=plural))
    ):
        kind = Kind.PERSON
        new = _STAND_INS[kind, plural]
    elif kind in {Kind.IDENTITY, Kind.MODIFIER}:
        new = _STAND_INS[kind, False]
    else:
        return kind, None
    return kind, new.capitalize() if capital else new


def _noun(text: str, piece: _Piece, *, plural: bool) -> bool:
    """Whether an identity word is a noun here: plural, or after an article with nothing left to describe."""
    if plural:
        return True
    before = _TOKEN.findall(text[max(0, piece.start - 20) : piece.start])
    after = re.match(r"\s*([A-Za-z']*)", text[piece.end :])
    follower = after.group(1).lower() if after else ""
    ends = not follower or follower in word_map("function_words")["en"].split() or follower.endswith("'s")
    return bool(before) and before[-1].lower() in _ARTICLES and ends


def _article(text: str, start: int, new: str) -> tuple[int, int, str] | None:
    """The indefinite article before a stand-in, where another one fits it."""
    match = re.search(r"\b([Aa]n?)(?= $)", text[max(0, start - 4) : start])
    if match is None:
        return None
    left = max(0, start - 4) + match.start()
    fit = match[1][0] + ("n" if new[0] in "aeioAEIO" else "")
    return (left, left + len(match[1]), fit) if fit != match[1] else None


def _last(text: str, piece: _Piece) -> str:
    return text[piece.start : piece.end].lower().rpartition(" ")[2]


def _opens(text: str, start: int) -> bool:
    """Whether a sentence opens there."""
    before = text[:start].rstrip(" \"'(")
    return not before or before[-1] in ".!?\n"

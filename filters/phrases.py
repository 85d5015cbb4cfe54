"""The words of a text that speak of persons, and the phrases they make, told without a parse."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from filters.forms import persons
from filters.lexicon import PERSONAL, Kind, Match, Term, Trie, is_common, word_list, word_map
from filters.mentions import is_name_word, is_titled, reads_as_place
from filters.protected_classes import ProtectedClass

TOKEN = re.compile(r"[A-Za-z0-9]+(?:'[A-Za-z]+)?")
_BETWEEN = re.compile(r"[ -]|, ?|,? (?:and|or|&) ")
_PARTICLE = re.compile(r"\b(?:[Aa]l|[Ee]l|[Aa]bu|[Bb]in|[Bb]en|[Ii]bn|[Aa]bd|[Uu]l|[Uu]r)-$")
_WHEN = frozenset({"tomorrow", "today", "yesterday", "tonight", "again", "here", "there", "twice", "s", "lol", "tbh"})
_YEARS_OLD = re.compile(
    r"\b(?:\d{1,3}|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[- ]\w+)?|\w+teen|eleven|twelve)"
    r"[- ](?:year|yr)[- ]old(?P<many>s)?\b",
    re.IGNORECASE,
)
COLLECTIVES = frozenset(
    {
        *("people", "persons", "peoples", "folk", "folks", "humans", "individuals", "nationals", "citizens", "natives"),
        *("communities", "minorities", "populations", "groups", "community", "minority", "population", "group"),
    }
)
"""General words for more persons than one."""
_NATIONALS = frozenset(
    {
        "speaker",
        "speakers",
        "national",
        "nationals",
        "citizen",
        "citizens",
        "native",
        "natives",
        "origin",
        "descent",
        "heritage",
    }
)
"""What, behind the name of a people, only repeats it."""
_ORDER = (Kind.SLUR, Kind.KIN, Kind.GROUP, Kind.PERSON, Kind.ROLE, Kind.IDENTITY, Kind.MODIFIER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
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
        """Counts only where the parse says that it speaks of a person."""
        return bool(self.terms) and all(term.ambiguous for term in self.terms)


def pieces(text: str, trie: Trie) -> Iterator[Piece]:
    """Class words and general person nouns, left to right."""
    generic = word_list("generic_people")
    spans: dict[tuple[int, int], list[Term]] = {}
    for form in persons(text):
        term = Term(protected_class=ProtectedClass.ANY_GROUP, kind=form.kind, ambiguous=False, plural=form.plural)
        spans[form.start, form.end] = [term]
    for age in _YEARS_OLD.finditer(text):
        many = bool(age.group("many"))
        spans[age.span()] = [Term(protected_class=ProtectedClass.AGE, kind=Kind.IDENTITY, ambiguous=False, plural=many)]
    formed = {at for start, end in spans for at in range(start, end)}
    for match in trie.matches(text):
        if not formed.intersection(range(match.start, match.end)) and not _names_a_person(text, match):
            spans.setdefault((match.start, match.end), []).append(match.term)
    taken = {at for start, end in spans for at in range(start, end)}
    ends = {end for (_, end), terms in spans.items() if any(term.kind is Kind.IDENTITY for term in terms)}
    for token in TOKEN.finditer(text):
        word = token.group().lower()
        if token.start() not in taken and (word in generic or (word in _NATIONALS and token.start() - 1 in ends)):
            spans[token.span()] = []
    for (start, end), terms in sorted(spans.items()):
        unsure = _part_of_a_name(text, start, end)
        kinds = {term.kind for term in terms}
        kind = next((k for k in _ORDER if k in kinds), next(iter(kinds), None))
        marked = tuple(replace(term, ambiguous=term.ambiguous or unsure) for term in terms)
        yield Piece(start=start, end=end, kind=kind, terms=marked)


def _names_a_person(text: str, match: Match) -> bool:
    """Mary, Florence, Mendoza: a place that is a name first, unless the words around it speak of a place; Al-Farsi."""
    word = text[match.start : match.end]
    if not word.istitle():
        return False
    if _PARTICLE.search(text, max(0, match.start - 6), match.start):
        return True
    if match.term.kind is not Kind.PLACE or not is_name_word(word):
        return False
    return is_titled(text, match.start) or not reads_as_place(text, match.start, match.end)


def _part_of_a_name(text: str, start: int, end: int) -> bool:
    """Christian Bale, Paris Hilton: a class word that is also a first name, with another capitalized word after it."""
    word = text[start:end]
    if not word.istitle() or word.lower() not in word_list("first_names"):
        return False
    after = re.match(r" ([A-Z][a-z'-]+)", text[end : end + 60])
    return after is not None and not is_common(after.group(1).lower())


def phrases(found: Sequence[Piece], text: str) -> Iterator[Sequence[Piece]]:
    """Runs of describing words that end in a noun for persons, and every other class word by itself."""
    at = 0
    while at < len(found):
        end = at
        while (
            end + 1 < len(found)
            and (found[end].describes or found[end].kind is Kind.PERSON)
            and (found[end + 1].describes or found[end + 1].denotes)
            and _BETWEEN.fullmatch(text[found[end].end : found[end + 1].start])
        ):
            end += 1
        while end > at and not found[end].denotes:
            end -= 1
        run = found[at : end + 1]
        if any(piece.terms for piece in run):
            yield run
        at = end + 1


def word_before(text: str, piece: Piece) -> str:
    """The word that stands before a piece, in lower case; empty where there is none near."""
    words = TOKEN.findall(text[max(0, piece.start - 20) : piece.start])
    return words[-1].lower() if words else ""


def is_last(text: str, piece: Piece) -> bool:
    """Whether nothing follows that the word could describe."""
    after = re.match(r"\s*([A-Za-z']*)", text[piece.end : piece.end + 60])
    follower = after.group(1).lower() if after else ""
    return not follower or follower in _followers()


@cache
def _followers() -> frozenset[str]:
    return frozenset(word_map("function_words")["en"].split()) | _WHEN


def last_word(text: str, piece: Piece) -> str:
    """The last word of a piece, in lower case."""
    return text[piece.start : piece.end].lower().rpartition(" ")[2]

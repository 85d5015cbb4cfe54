"""Stand-ins: before the parse, every phrase for a person of some class becomes the same plain word.

"Trans people", "women", "old Black men" and "Muslims" are all read as "immigrants": the parser then sees one sentence
for all of them, so that what it makes of the sentence cannot depend on the class. The map back to the captured words is
kept.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from filters.forms import persons
from filters.lexicon import PERSONAL, Kind, Match, Term, Trie, word_map
from filters.mentions import STAND_INS, mentions, opens_sentence
from filters.normalize import Normalized
from filters.phrases import COLLECTIVES, TOKEN, Piece, is_last, last_word, phrases, pieces, word_before

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
_NEGATED = {"i": "am not", **dict.fromkeys(("he", "she", "it", "that", "this", "there", "what", "who"), "is not")}
_PREFIX = re.compile(r"(?<![\w-])(?:\w{1,15}-){1,4}$")
"""What a hyphen ties to a class word belongs to it: non-, ex-, half-."""
_OWNERS = frozenset({"my", "your", "his", "her", "their", "our", "its", "whose", "the", "both", "ur"})
_SPOKEN = frozenset(
    ["in", "speak", "speaks", "speaking", "spoke", "spoken", "learn", "learning", "learned", "studied", "study", "into"]
)
_CHILDREN = frozenset(
    {"kid", "kids", "child", "children", "baby", "babies", "toddler", "toddlers", "newborn", "teen", "teenager"}
)
_OF_MINE = re.compile(r" of (?:mine|his|hers|ours|yours|theirs|\w+'s)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """One phrase of class words, and what stands in for it; `new` is None where its words stay."""

    start: int
    end: int
    new: str | None
    kind: Kind
    plural: bool
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoodIn:
    """Normalized text, the plain text the parser reads, and what was found on the way."""

    source: str
    """The normalized text, class words and all."""
    plain: Normalized
    terms: tuple[Match, ...]
    """The class words, at their places in the plain text."""
    edits: tuple[tuple[int, int, str], ...]
    forms: tuple[tuple[int, int], ...] = ()
    """Where neutral forms stood in `source`."""
    lasts: tuple[int, ...] = ()
    shifts: tuple[int, ...] = (0,)
    """Where the edits end, and by how much what follows so many of them is moved."""

    mentioned: tuple[tuple[int, int], ...] = ()
    """Where somebody is named, in `source`."""

    @property
    def named(self) -> tuple[tuple[int, int], ...]:
        """Where somebody is named, in the plain text."""
        return tuple(self.moved(start, end) for start, end in self.mentioned)

    def moved(self, start: int, end: int) -> tuple[int, int]:
        """Where `source[start:end]` stands in the plain text; a stand-in is taken whole. Logarithmic in the edits."""
        before, within = bisect_right(self.lasts, start), bisect_right(self.lasts, end)
        left, right = start + self.shifts[before], end + self.shifts[within]
        if before < len(self.edits) and self.edits[before][0] < start:
            left = self.edits[before][0] + self.shifts[before]
        if within < len(self.edits) and self.edits[within][0] < end:
            right = self.edits[within][0] + self.shifts[within] + len(self.edits[within][2])
        return left, right


def stand_in(normal: Normalized, trie: Trie, shielded: Sequence[tuple[int, int]] = ()) -> StoodIn:
    """The text with stand-ins. `shielded` are ranges to leave alone: the candidate's own names."""
    text = normal.text
    forms = list(persons(text))
    letters = [(f.start, f.end, STAND_INS[f.number]) for f in forms if f.kind is Kind.NAME]
    blocked = [*shielded, *((start, end) for start, end, _ in letters)]
    closed = {at for start, end in blocked for at in range(start, end)}
    found_pieces = [p for p in pieces(text, trie) if closed.isdisjoint(range(p.start, p.end))]
    found = [_found(text, phrase) for phrase in phrases(found_pieces, text)]
    edits = [(f.start, f.end, f.new) for f in found if f.new is not None]
    edits += [edit for f in found if f.new is not None and (edit := _article(text, f.start, f.new))]
    taken = [*blocked, *((f.start, f.end) for f in found)]
    names = [*letters, *mentions(text, taken)]
    ordered = tuple(sorted([*edits, *names, *_subjects(text, [*taken, *((n[0], n[1]) for n in names)])]))
    stood = StoodIn(
        source=text,
        plain=normal.spliced(ordered),
        terms=(),
        edits=ordered,
        lasts=tuple(end for _, end, _ in ordered),
        shifts=(0, *accumulate(len(new) - (end - start) for start, end, new in ordered)),
        forms=tuple((form.start, form.end) for form in forms),
    )
    return replace(
        stood,
        terms=tuple(_moved(found, stood)),
        mentioned=tuple((start, end) for start, end, _ in names),
    )


def _subjects(text: str, taken: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, str]]:
    """One pronoun and one honorific for all: `she` is read as `he`."""
    busy = {at for start, end in taken for at in range(start, end)}
    for token in TOKEN.finditer(text):
        other = _SUBJECTS.get(token.group().lower())
        if other is not None and token.start() not in busy and not _abbreviation(text, token):
            yield *token.span(), other.capitalize() if token.group()[0].isupper() else other


def _abbreviation(text: str, token: re.Match[str]) -> bool:
    """MS and MR by themselves are no honorifics."""
    return (
        token.group().isupper()
        and len(token.group()) > 1
        and not re.match(r"\.? [A-Z]", text[token.end() : token.end() + 3])
    )


def name_groups(normal: Normalized, trie: Trie) -> Normalized:
    """The text with `<group>` for every phrase that names a group or its member, and `<slur>` for every slur."""
    edits = []
    for phrase in phrases(list(pieces(normal.text, trie)), normal.text):
        found = _found(normal.text, phrase)
        if found.kind is Kind.SLUR:
            edits.append((found.start, found.end, "<slur>"))
        elif found.new is not None and found.kind in PERSONAL - {Kind.KIN}:
            edits.append((found.start, found.end, "<group>"))
    return normal.spliced(edits)


def _found(text: str, phrase: Sequence[Piece]) -> _Found:
    head = phrase[-1]
    plural = any(t.plural or t.kind is Kind.GROUP for t in head.terms) or last_word(text, head) in COLLECTIVES
    kind, new = _plain(text, phrase, plural=plural)
    prefix = _PREFIX.search(text, max(0, phrase[0].start - 64), phrase[0].start) if new is not None else None
    return _Found(
        start=prefix.start() if prefix else phrase[0].start,
        end=head.end,
        new=new,
        kind=kind,
        plural=plural,
        terms=tuple(dict.fromkeys(term for piece in phrase for term in piece.terms)),
    )


def _moved(found: Sequence[_Found], stood: StoodIn) -> Iterator[Match]:
    """The class words at their places in the text with stand-ins, each with the kind its phrase has there."""
    for f in found:
        start, end = stood.moved(f.start, f.end)
        for term in f.terms:
            if f.new is not None:
                term = replace(term, kind=f.kind, ambiguous=False, plural=f.plural)  # noqa: PLW2901
            yield Match(start=start, end=end, term=term)


def _plain(text: str, phrase: Sequence[Piece], *, plural: bool) -> tuple[Kind, str | None]:
    """The kind of the phrase and what stands in for it; None where its words stay as they are."""
    head = phrase[-1]
    kind = head.kind
    capital = text[phrase[0].start].isupper() and opens_sentence(text, phrase[0].start)
    if len(phrase) == 1 and head.ambiguous:
        return (kind or Kind.THING), None
    if len(phrase) == 1 and kind is Kind.IDENTITY and word_before(text, head) in _SPOKEN and is_last(text, head):
        return Kind.THING, "French"  # in Spanish, speaks Creole
    if kind is Kind.ROLE and (neutral := word_map("roles").get(last_word(text, head))):
        new, kind = neutral, Kind.ROLE
    elif (
        kind is Kind.SLUR
        or _own_child(text, phrase)
        or (kind is Kind.KIN and _of_somebody(text, phrase, plural=plural))
    ):
        kind = kind if kind is Kind.SLUR else Kind.KIN
        new = _STAND_INS[Kind.KIN if kind is Kind.KIN else Kind.PERSON, plural]
    elif (
        kind is None
        or kind in {Kind.PERSON, Kind.GROUP, Kind.ROLE, Kind.KIN}
        or (kind is Kind.IDENTITY and _noun(text, head, plural=plural))
    ):
        kind = Kind.PERSON
        new = _STAND_INS[kind, plural]
    elif kind is Kind.MODIFIER and _collective(text, head):
        kind, new = Kind.GROUP, _STAND_INS[Kind.PERSON, True]
    elif kind in {Kind.IDENTITY, Kind.MODIFIER}:
        new = _STAND_INS[kind, False]
    elif kind is Kind.PLAIN:
        new = _respelt(text, head)
    else:
        return kind, None
    return kind, new.capitalize() if capital else new


def _own_child(text: str, phrase: Sequence[Piece]) -> bool:
    """My kid, their babies: young persons who are somebody's."""
    return last_word(text, phrase[-1]) in _CHILDREN and word_before(text, phrase[0]) in _OWNERS - {"the", "both"}


def _of_somebody(text: str, phrase: Sequence[Piece], *, plural: bool) -> bool:
    """Whether a word of kin speaks of somebody's relative: my mother, the parents; not mothers, or a single father."""
    before = word_before(text, phrase[0])
    if _OF_MINE.match(text, phrase[-1].end) or before in _OWNERS or before.endswith(("'s", "s'")):
        return True
    return not plural and before not in _ARTICLES


def _noun(text: str, piece: Piece, *, plural: bool) -> bool:
    """Whether an identity word is a noun here: plural, or after an article with nothing left to describe."""
    if plural:
        return True
    return word_before(text, piece) in _ARTICLES and is_last(text, piece)


def _respelt(text: str, piece: Piece) -> str:
    """The plain words for a dialect spelling; `ain't` by its subject."""
    word = text[piece.start : piece.end].lower()
    return word_map("dialect").get(word) or _NEGATED.get(word_before(text, piece), "are not")


def _collective(text: str, piece: Piece) -> bool:
    """The elderly, the disabled: an adjective for all of them."""
    return word_before(text, piece) == "the" and is_last(text, piece)


def _article(text: str, start: int, new: str) -> tuple[int, int, str] | None:
    """The indefinite article before a stand-in, where another one fits it."""
    match = re.search(r"\b([Aa]n?)(?= $)", text[max(0, start - 4) : start])
    if match is None:
        return None
    left = max(0, start - 4) + match.start()
    fit = match[1][0] + ("n" if new[0] in "aeioAEIO" else "")
    return (left, left + len(match[1]), fit) if fit != match[1] else None

"""Stand-ins: before the parse, every phrase for a person of some class becomes the same plain word.

"Trans people", "women", "old Black men" and "Muslims" are all read as "immigrants": the parser then sees one sentence
for all of
them, so that what it makes of the sentence cannot depend on the class. The map back to the captured words is kept.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate

from filters.forms import persons
from filters.lexicon import PERSONAL, Kind, Match, Term, Trie, is_common, word_list, word_map
from filters.mentions import STAND_INS, is_name_word, mentions, reads_as_place
from filters.normalize import Normalized
from filters.protected_classes import ProtectedClass

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
_WHEN = frozenset({"tomorrow", "today", "yesterday", "tonight", "again", "here", "there", "twice", "s", "lol", "tbh"})
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
_YEARS_OLD = re.compile(
    r"\b(?:\d{1,3}|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[- ]\w+)?|\w+teen|eleven|twelve)"
    r"[- ](?:year|yr)[- ]old(?P<many>s)?\b",
    re.IGNORECASE,
)
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
        "nationals",
        "citizens",
        "natives",
        "community",
        "minority",
        "population",
        "group",
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
    named: tuple[tuple[int, int], ...] = ()
    """Where somebody is named, in the plain text."""
    lasts: tuple[int, ...] = ()
    shifts: tuple[int, ...] = (0,)
    """Where the edits end, and by how much what follows so many of them is moved."""

    mentioned: tuple[tuple[int, int], ...] = ()
    """Where somebody is named, in `source`."""

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
    pieces = [p for p in _pieces(text, trie) if not any(p.start < end and start < p.end for start, end in blocked)]
    found = [_found(text, phrase) for phrase in _phrases(pieces, text)]
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
        named=tuple(stood.moved(start, end) for start, end, _ in names),
        mentioned=tuple((start, end) for start, end, _ in names),
    )


def _subjects(text: str, taken: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, str]]:
    """One pronoun and one honorific for all: `she` is read as `he`."""
    busy = {at for start, end in taken for at in range(start, end)}
    for token in _TOKEN.finditer(text):
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
    for phrase in _phrases(list(_pieces(normal.text, trie)), normal.text):
        found = _found(normal.text, phrase)
        if found.kind is Kind.SLUR:
            edits.append((found.start, found.end, "<slur>"))
        elif found.new is not None and found.kind in PERSONAL - {Kind.KIN}:
            edits.append((found.start, found.end, "<group>"))
    return normal.spliced(edits)


def _found(text: str, phrase: Sequence[_Piece]) -> _Found:
    head = phrase[-1]
    plural = any(t.plural or t.kind is Kind.GROUP for t in head.terms) or _last(text, head) in _MANY
    kind, new = _plain(text, phrase, plural=plural)
    prefix = _PREFIX.search(text[: phrase[0].start]) if new is not None else None
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


def _pieces(text: str, trie: Trie) -> Iterator[_Piece]:
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
    for token in _TOKEN.finditer(text):
        word = token.group().lower()
        if token.start() not in taken and (word in generic or (word in _NATIONALS and token.start() - 1 in ends)):
            spans[token.span()] = []
    for (start, end), terms in sorted(spans.items()):
        unsure = _part_of_a_name(text, start, end)
        kinds = {term.kind for term in terms}
        kind = next((k for k in _ORDER if k in kinds), next(iter(kinds), None))
        marked = tuple(replace(term, ambiguous=term.ambiguous or unsure) for term in terms)
        yield _Piece(start=start, end=end, kind=kind, terms=marked)


def _names_a_person(text: str, match: Match) -> bool:
    """Mary, Jenna, Florence: a place that is a first name first, unless the words around it speak of a place."""
    word = text[match.start : match.end]
    if match.term.kind is not Kind.PLACE or not word.istitle() or not is_name_word(word):
        return False
    return not reads_as_place(text, match.start, match.end)


def _part_of_a_name(text: str, start: int, end: int) -> bool:
    """Christian Bale, Paris Hilton: a class word that is also a first name, with another capitalized word after it."""
    word = text[start:end]
    if not word.istitle() or word.lower() not in word_list("first_names"):
        return False
    after = re.match(r" ([A-Z][a-z'-]+)", text[end:])
    return after is not None and not is_common(after.group(1).lower())


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
    if len(phrase) == 1 and kind is Kind.IDENTITY and _before(text, head) in _SPOKEN and _ends(text, head):
        return Kind.THING, "French"  # in Spanish, speaks Creole
    if kind is Kind.ROLE and (neutral := word_map("roles").get(_last(text, head))):
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


def _own_child(text: str, phrase: Sequence[_Piece]) -> bool:
    """My kid, their babies: young persons who are somebody's."""
    return _last(text, phrase[-1]) in _CHILDREN and _before(text, phrase[0]) in _OWNERS - {"the", "both"}


def _of_somebody(text: str, phrase: Sequence[_Piece], *, plural: bool) -> bool:
    """Whether a word of kin speaks of somebody's relative: my mother, the parents; not of mothers, or a single father."""
    before = _before(text, phrase[0])
    if _OF_MINE.match(text, phrase[-1].end) or before in _OWNERS or before.endswith(("'s", "s'")):
        return True
    return not plural and before not in _ARTICLES


def _noun(text: str, piece: _Piece, *, plural: bool) -> bool:
    """Whether an identity word is a noun here: plural, or after an article with nothing left to describe."""
    if plural:
        return True
    return _before(text, piece) in _ARTICLES and _ends(text, piece)


def _respelt(text: str, piece: _Piece) -> str:
    """The plain words for a dialect spelling; `ain't` by its subject."""
    word = text[piece.start : piece.end].lower()
    return word_map("dialect").get(word) or _NEGATED.get(_before(text, piece), "are not")


def _collective(text: str, piece: _Piece) -> bool:
    """The elderly, the disabled: an adjective for all of them."""
    return _before(text, piece) == "the" and _ends(text, piece)


def _before(text: str, piece: _Piece) -> str:
    words = _TOKEN.findall(text[max(0, piece.start - 20) : piece.start])
    return words[-1].lower() if words else ""


def _ends(text: str, piece: _Piece) -> bool:
    """Whether nothing follows that the word could describe."""
    after = re.match(r"\s*([A-Za-z']*)", text[piece.end :])
    follower = after.group(1).lower() if after else ""
    return not follower or follower in _followers()


@cache
def _followers() -> frozenset[str]:
    return frozenset(word_map("function_words")["en"].split()) | _WHEN


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

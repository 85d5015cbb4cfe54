"""The token trie: class words kept as data under lexicons/, found by whole words, never by substring.

A file holds sections `[kind]` or `[kind?]` (ambiguous: counts only where the parse says that it speaks of a person),
one term a line. Plurals of nouns are derived; an irregular one stands after a slash (`woman/women`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from filters.protected_classes import ProtectedClass

FOLDER = Path(__file__).parent / "lexicons"
DERIVED = FOLDER / "derived"
"""Class files that tools/ builds from others' lexicons, beside the hand-written ones."""
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_CONTRACTED = re.compile(r"'(?:s|d|ll|ve|re|m)$")
_SIBILANT = re.compile(r"(?:s|x|z|ch|sh)$")
_ENDINGS = (
    ("s", ""), ("es", ""), ("ed", ""), ("ed", "e"), ("d", ""), ("ing", ""), ("ing", "e"), ("er", ""), ("er", "e"),
    ("ers", ""),
    ("est", ""), ("ly", ""), ("ies", "y"), ("ied", "y"), ("ier", "y"), ("ness", ""), ("'s", ""), ("able", ""),
)  # fmt: skip
_SHORTEST = 2
_PREFIXES = (
    *("anti", "auto", "counter", "cyber", "de", "dis", "extra", "hyper", "inter", "intra", "macro", "mega", "micro"),
    *("mid", "mini", "mis", "mono", "multi", "neuro", "non", "out", "over", "photo", "poly", "post", "pre", "pseudo"),
    *("quasi", "re", "semi", "sub", "super", "tele", "ultra", "un", "under", "uni"),
)
_PREFIXED = 5
"""What a prefix stands before is a word of at least five letters: overfitting, but Overton is a name."""
_CONSONANT_Y = re.compile(r"[^aeiou]y$")


class Kind(StrEnum):
    """How a term behaves in a sentence: decides the neutral form that replaces it."""

    PERSON = "person"  # a noun for a person: woman, immigrant
    GROUP = "group"  # a collective: the clergy, people of color
    IDENTITY = "identity"  # noun and adjective: Muslim, Mexican, gay
    MODIFIER = "modifier"  # adjective: pregnant, deaf
    SLUR = "slur"
    KIN = "kin"
    ROLE = "role"  # a gendered occupation: actress, policeman
    PRONOUN = "pronoun"
    HONORIFIC = "honorific"
    NAME = "name"
    PLACE = "place"
    ORGANIZATION = "organization"
    TIME = "time"
    THING = "thing"  # anything else: Ramadan, chemotherapy, a turban
    PLAIN = "plain"  # respelt before the parse; nothing more to do
    DROPPED = "dropped"  # leaves nothing behind: hashtags and handles at the end, links


PERSONAL = frozenset({Kind.PERSON, Kind.GROUP, Kind.IDENTITY, Kind.SLUR, Kind.KIN})
_PLURALS = frozenset({Kind.PERSON, Kind.IDENTITY, Kind.SLUR, Kind.KIN, Kind.ROLE, Kind.THING, Kind.ORGANIZATION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One entry: its class, its kind, and whether it needs a person beside it to count."""

    protected_class: ProtectedClass
    kind: Kind
    ambiguous: bool
    plural: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A term found at `text[start:end]`."""

    start: int
    end: int
    term: Term


class _Node:
    """A word on the way; most are the last of their term."""

    __slots__ = ("children", "ends", "terms")

    def __init__(self) -> None:
        self.children: dict[str, _Node] | None = None
        self.terms: tuple[Term, ...] = ()
        self.ends = False
        """A term, or a fixed phrase that is none, ends here."""


class Trie:
    """Terms by their words: the longest match at each place, with every class it belongs to."""

    def __init__(self) -> None:
        self._root = _Node()
        self.words: set[str] = set()
        """Every word of every term, and every one-word plural: the normalizer's vocabulary. Of a phrase only words
        that can stand alone: `al` of a phrase must not make a disguise of `all`."""
        self.alone: set[str] = set()
        """Every word that is a term by itself."""
        self.told: set[str] = set()
        """Those of them that are more than places."""

    def add(self, phrase: str, term: Term) -> None:
        """Add one spelling. Raises ValueError on a phrase without a letter or digit."""
        words = _WORD.findall(phrase.lower())
        if not words:
            raise ValueError("phrase")
        node = self._reach(words)
        if term not in node.terms:
            node.terms += (term,)
        if len(words) == 1:
            self.alone.add(words[0])
            if term.kind is not Kind.PLACE:
                self.told.add(words[0])
            self.words.add(words[0])
        else:
            self.words.update([word for word in words if len(word) > _SHORTEST])

    def step_over(self, phrase: str) -> None:
        """Make a fixed phrase match as no term, so that no shorter term within it is found: `race condition`."""
        self._reach(_WORD.findall(phrase.lower()))

    def _reach(self, words: Sequence[str]) -> _Node:
        node = self._root
        for word in words:
            if node.children is None:
                node.children = {}
            step = node.children.get(word)
            if step is None:
                step = node.children[word] = _Node()
            node = step
        node.ends = True
        return node

    def matches(self, text: str) -> Iterator[Match]:
        """Every longest match, left to right, without overlap; hyphens and spaces between words are alike."""
        tokens = [(m.group(), m.start(), m.end()) for m in _WORD.finditer(text.lower())]
        at = 0
        while at < len(tokens):
            length, end, terms = self._longest(tokens, at, text)
            for term in terms:
                yield Match(start=tokens[at][1], end=end, term=term)
            at += max(length, 1)

    def _longest(self, tokens: list[tuple[str, int, int]], at: int, text: str) -> tuple[int, int, Sequence[Term]]:
        """How many words the longest match has, where it ends, and its terms; a possessive `'s` that is no part of the
        term is left out. `woman's` opens a longer phrase and is `woman` too: both ways are followed.
        """
        best, ends, nodes = 0, 0, [self._root]
        terms: Sequence[Term] = ()
        for offset in range(len(tokens) - at):
            word, start, end = tokens[at + offset]
            if offset and not _joins(text[tokens[at + offset - 1][2] : start]):
                break
            steps = [
                (step, left)
                for node in nodes
                if node.children
                for form, left in _forms(word)
                if (step := node.children.get(form))
            ]
            if not steps:
                break
            nodes = [node for node, _ in steps]
            reached = next(((node, left) for node, left in steps if node.ends), None)
            if reached is not None:
                best, ends, terms = offset + 1, end - reached[1], reached[0].terms
        return best, ends, terms


def _forms(word: str) -> Sequence[tuple[str, int]]:
    """A word as it is and without a possessive or a contracted verb, with how many characters are left out."""
    bare = _CONTRACTED.sub("", word) if "'" in word else word
    return ((word, 0), (bare, len(word) - len(bare))) if bare != word else ((word, 0),)


def _joins(gap: str) -> bool:
    """Whether two words with this between them may be one term."""
    return len(gap) <= 2 and not gap.strip(" -'.&/")


def plural(noun: str) -> str:
    """The regular English plural of the last word."""
    if _SIBILANT.search(noun):
        return f"{noun}es"
    if _CONSONANT_Y.search(noun):
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def read(path: Path) -> Iterator[tuple[str, Term]]:
    """Every spelling of one lexicon file with its term; the stem is the class. Raises ValueError on a stray line."""
    protected_class = ProtectedClass(path.stem)
    kind, ambiguous = None, False
    one = many = None
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = line.partition("#")[0].strip()
        if not entry:
            continue
        if entry.startswith("["):
            ambiguous = entry.endswith("?]")
            kind = Kind(entry.strip("[]?"))
            one = Term(protected_class=protected_class, kind=kind, ambiguous=ambiguous, plural=False)
            many = Term(protected_class=protected_class, kind=kind, ambiguous=ambiguous, plural=True)
            continue
        if one is None or many is None:
            raise ValueError(f"{path.name}: a term before the first section")
        singular, slash, irregular = entry.partition("/")
        yield singular, one
        if slash or kind in _PLURALS:
            yield irregular or plural(singular), many


def class_files() -> Sequence[Path]:
    """Every file of class words, the hand-written ones first."""
    return (*sorted(FOLDER.glob("*.txt")), *sorted(DERIVED.glob("*.txt")))


@cache
def class_words() -> Trie:
    """Every class word there is: the trie all recognizers share. Read once."""
    return _trie(lambda _: True)


def naming(word: str) -> bool:
    """Whether a word by itself names or describes persons of a class, and nothing else: what a misspelling may hide."""
    return word in _naming()


@cache
def _naming() -> frozenset[str]:
    kinds = PERSONAL | {Kind.MODIFIER}
    terms = (entry for path in class_files() for entry in read(path))
    told = (word for word, term in terms if term.kind in kinds and not term.ambiguous)
    return frozenset(word for word in told if word.isalpha() and word.islower())


@cache
def group_words() -> Trie:
    """Words for persons, groups and what describes them: what the criteria's cues need."""
    return _trie(lambda term: term.kind in PERSONAL or term.kind is Kind.MODIFIER)


def _trie(wanted: Callable[[Term], bool]) -> Trie:
    trie = Trie()
    for path in class_files():
        for phrase, term in read(path):
            if wanted(term):
                trie.add(phrase, term)
    for phrase in word_list("fixed_compounds"):
        trie.step_over(phrase)
    return trie


@cache
def word_list(name: str) -> frozenset[str]:
    """The plain lists `lists/<name>.txt`, hand-written and derived: one lower-case word or phrase a line."""
    paths = (folder / "lists" / f"{name}.txt" for folder in (FOLDER, DERIVED))
    lines = (line for path in paths if path.exists() for line in path.read_text(encoding="utf-8").splitlines())
    return frozenset(entry for line in lines if (entry := line.partition("#")[0].strip().lower()))


@lru_cache(maxsize=50_000)
def is_common(word: str) -> bool:
    """Whether a lower-case word, or what is left without its ending or prefix, is a word of plain English."""
    common = word_list("common_words")
    rest = next((word[len(prefix) :] for prefix in _PREFIXES if word.startswith(prefix)), "")
    if len(rest) >= _PREFIXED and is_common(rest):
        return True
    return (
        word in common
        or any(word.endswith(ending) and f"{word[: -len(ending)]}{rest}" in common for ending, rest in _ENDINGS)
        or (word[-3:-2] == word[-4:-3] and word.endswith("ed") and word[:-3] in common)
        or (word[-4:-3] == word[-5:-4] and word.endswith(("ing", "ers")) and word[:-4] in common)
    )


@lru_cache(maxsize=50_000)
def is_english(word: str) -> bool:
    """Whether a lower-case word, however rare, is one of English."""
    rare = word_list("dictionary")
    return is_common(word) or word in rare or (word.endswith("s") and word[:-1] in rare)


@cache
def word_map(name: str) -> Mapping[str, str]:
    """A table `lexicons/lists/<name>.tsv`: a word and what stands for it."""
    lines = (FOLDER / "lists" / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines if line and not line.startswith("#"))

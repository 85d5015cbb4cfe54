"""Reads WordNet 3.0's own files (Debian package wordnet-base): senses, hypernyms, derivation and tag counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HYPONYM, INSTANCE, DERIVED, PERTAINS = "~", "~i", "+", "\\"
_FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
_POS = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}
_ENDINGS = (("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Synset:
    """One meaning: its words as written, and pointers as (symbol, part of speech, offset, own word, other word)."""

    pos: str
    offset: str
    lexname: int
    words: tuple[str, ...]
    pointers: tuple[tuple[str, str, str, int, int], ...]
    gloss: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """One word in one meaning: its rank among those of the same part of speech, and how often it was tagged."""

    key: tuple[str, str]
    rank: int
    tags: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """One line of the sense index: a meaning, its lexicographer file and rank, and how often the word was tagged so."""

    key: tuple[str, str]
    lexname: int
    rank: int
    tags: int


class WordNet:
    """The database of one folder, read whole. Raises OSError where a file is missing."""

    def __init__(self, folder: Path) -> None:
        self.synsets: dict[tuple[str, str], Synset] = {}
        self.senses: dict[str, list[Sense]] = defaultdict(list)
        """By lower-case word with spaces."""
        self._irregular: dict[str, set[str]] = defaultdict(set)
        tags = _tags(folder / "cntlist.rev")
        for pos, name in _FILES.items():
            for line in _entries(folder / f"data.{name}"):
                synset = _synset(line)
                self.synsets[pos, synset.offset] = synset
            for line in _entries(folder / f"index.{name}"):
                fields = line.split()
                word = fields[0].replace("_", " ")
                offsets = fields[-int(fields[2]) :]
                for rank, offset in enumerate(offsets, 1):
                    count = tags.get((fields[0], pos, rank), 0)
                    self.senses[word].append(Sense(key=(pos, offset), rank=rank, tags=count))

        for name in _FILES.values():
            for line in (folder / f"{name}.exc").read_text(encoding="utf-8").splitlines():
                form, *bases = line.split()
                self._irregular[form].update(bases)

    def bases(self, word: str) -> set[str]:
        """The other words that this may be a form of: `ate` of `eat`, `saved` of `save`."""
        regular = {f"{word.removesuffix(end)}{rest}" for end, rest in _ENDINGS if word.endswith(end)}
        return ((regular & self.senses.keys()) | self._irregular.get(word, set())) - {word}

    def synset(self, name: str) -> Synset:
        """The meaning `word.n.2`: a word's second meaning as a noun. Raises KeyError where there is none."""
        word, pos, rank = name.rsplit(".", 2)
        for sense in self.senses[word.replace("_", " ")]:
            if sense.key[0] == pos and sense.rank == int(rank):
                return self.synsets[sense.key]
        raise KeyError(name)

    def closure(self, roots: Iterable[str], without: Iterable[str] = ()) -> set[tuple[str, str]]:
        """Everything under the roots, themselves included, but nothing under `without`."""
        barred = {(s.pos, s.offset) for s in map(self.synset, without)}
        waiting = [(s.pos, s.offset) for s in map(self.synset, roots)]
        found: set[tuple[str, str]] = set()
        while waiting:
            key = waiting.pop()
            if key in found or key in barred:
                continue
            found.add(key)
            waiting += [
                (pos, offset)
                for symbol, pos, offset, *_ in self.synsets[key].pointers
                if symbol in {HYPONYM, INSTANCE} and pos == "n"
            ]
        return found

    def adjectives(self, nouns: set[tuple[str, str]]) -> set[tuple[str, str]]:
        """Adjectives that pertain to, or are derived from, a word of these meanings: Lutheran, diabetic."""
        return {
            key
            for key, synset in self.synsets.items()
            if key[0] == "a"
            and any(
                symbol in {PERTAINS, DERIVED} and (pos, offset) in nouns for symbol, pos, offset, *_ in synset.pointers
            )
        }

    def shares(self, word: str, keys: Collection[tuple[str, str]]) -> tuple[int, int, bool]:
        """Tagged uses of `word` in these meanings, in all meanings, and whether its first meaning is one of these."""
        senses = self.senses[word]
        ours = [s for s in senses if s.key in keys]
        total = sum(s.tags for s in senses)
        return sum(s.tags for s in ours), total, any(s.rank == 1 for s in ours)


def sense_index(folder: Path) -> Mapping[str, Sequence[Indexed]]:
    """Every sense of every word, from index.sense (Debian package wordnet-sense-index): tags of that very sense.

    cntlist.rev, which WordNet reads, also counts senses of other numbering; of one word alone this is the exact count.
    """
    found: dict[str, list[Indexed]] = defaultdict(list)
    for line in (folder / "index.sense").read_text(encoding="utf-8").splitlines():
        key, offset, rank, tags = line.split()
        word, _, rest = key.partition("%")
        pos, lexname, *_ = rest.split(":")
        found[word].append(Indexed(key=(_POS[pos], offset), lexname=int(lexname), rank=int(rank), tags=int(tags)))
    return found


def irregular_forms(folder: Path) -> frozenset[str]:
    """Every irregular form of a verb, noun or adjective: hung, media, drew."""
    lines = (line for pos in ("verb", "noun", "adj") for line in (folder / f"{pos}.exc").open(encoding="utf-8"))
    return frozenset(line.split()[0] for line in lines)


def _entries(path: Path) -> Iterator[str]:
    """The lines of a file without the licence at its top, which is indented."""
    with path.open(encoding="utf-8") as lines:
        yield from (line.rstrip("\n") for line in lines if not line.startswith("  "))


def _synset(line: str) -> Synset:
    data, _, gloss = line.partition("|")
    fields = data.split()
    size = int(fields[3], 16)
    words = tuple(fields[4 + 2 * n].replace("_", " ").partition("(")[0] for n in range(size))
    at = 4 + 2 * size
    pointers = tuple(_pointer(fields[p : p + 4]) for p in range(at + 1, at + 1 + 4 * int(fields[at]), 4))
    pos = "a" if fields[2] == "s" else fields[2]
    return Synset(
        pos=pos, offset=fields[0], lexname=int(fields[1]), words=words, pointers=pointers, gloss=gloss.strip()
    )


def _pointer(fields: Sequence[str]) -> tuple[str, str, str, int, int]:
    symbol, offset, pos, ends = fields
    own, other = divmod(int(ends, 16), 256)
    return symbol, "a" if pos == "s" else pos, offset, own, other


def _tags(path: Path) -> Mapping[tuple[str, str, int], int]:
    """How often each sense was tagged in WordNet's corpus, by word, part of speech and rank."""
    counts: dict[tuple[str, str, int], int] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        key, rank, count = line.split()[:3]
        word, _, rest = key.partition("%")
        counts[word, _POS[rest[0]], int(rank)] = counts.get((word, _POS[rest[0]], int(rank)), 0) + int(count)
    return counts

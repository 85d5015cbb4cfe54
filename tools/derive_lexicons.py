"""Derives word lists of protected classes from WordNet, by hypernym closure and sense dominance.

    python -m tools.derive_lexicons WORDNET COMPUTING

WORDNET is the folder of WordNet 3.0's files (Debian package wordnet-base), COMPUTING a folder with the indexes of
FOLDOC and the Jargon File (dict-foldoc, dict-jargon). Writes filters/lexicons/derived/<class>.txt; closures.toml says
what.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from filters.lexicon import DERIVED, FOLDER, Kind, is_common, plural, read, word_list, word_map
from tools.wordnet import Synset, WordNet

_TERM = re.compile(r"[a-z][a-z'-]+(?: [a-z][a-z'-]*)*")
_INITIALS = re.compile(r"[A-Z.]{1,5}")
_SHORTEST, _PERSONS = 3, frozenset({Kind.PERSON, Kind.IDENTITY, Kind.MODIFIER})
_GENDERED = re.compile(r"(?:[a-z]{3,}|[a-z]+-)(?:man|woman|ess|trix)$")
_NOT_GENDERED = frozenset(
    {"human", "ottoman", "freshman", "cousin-german", "shaman", "roman", "german", "norman", "brahman", "success"}
)
_TAGGED = 5
_PLAIN, _LIKELY = 0.9, 0.5
_HEAD = "# Derived from WordNet 3.0 (tools/derive_lexicons.py, closures.toml); nobody edits this file.\n"


class Verdict(Enum):
    """What sense dominance says of a word."""

    PLAIN = "plain"
    AMBIGUOUS = "ambiguous"
    OUT = "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What bars or weakens a word: lists of the filter, computing terms, and terms that stand in hand-written files."""

    barred: frozenset[str]
    judgement: frozenset[str]
    computing: frozenset[str]
    by_hand: frozenset[str]
    """What a hand-written file of any class already holds, with its own kind and certainty."""
    protected: frozenset[tuple[str, str]]
    """The meanings of all classes together: a tribe's name is no less telling for being its language's too."""
    persons: frozenset[tuple[str, str]]
    """Every meaning that is a person."""


def verdict(wn: WordNet, word: str, kind: Kind, known: Known) -> Verdict:
    """Whether a word nearly always means a protected class, mostly, or too rarely to be listed."""
    if not _TERM.fullmatch(word) or len(word) < _SHORTEST or word in known.barred or _inflected(wn, word, known):
        return Verdict.OUT
    if all(part in known.barred for part in re.split(r"[ -]", word)):
        return Verdict.OUT  # a hyphen and a space are alike to the trie: has-been
    if (kind is Kind.MODIFIER and word in known.judgement) or _a_name(word, kind):
        return Verdict.OUT
    ours, total, first = wn.shares(word, known.protected)
    senses = wn.senses[word]
    meant = sum(s.key in known.protected for s in senses) / len(senses)
    everyday = word in known.computing or (is_common(word) and " " not in word)
    found = _weigh(ours, total, meant, first=first, everyday=everyday)
    if word in known.computing and " " not in word and total < _TAGGED:
        return Verdict.OUT
    elsewhere = any(s.key[0] == "n" and s.key not in known.protected | known.persons for s in senses)
    if found is Verdict.AMBIGUOUS and (kind not in _PERSONS or elsewhere):
        return Verdict.OUT  # the plural of a noun counts wherever it stands
    return found


def _a_name(word: str, kind: Kind) -> bool:
    """A name is withheld as a name; a family name that is also a noun for persons (Abbot, Friar) may be listed."""
    return word in word_list("first_names") or (kind not in _PERSONS and word in word_list("last_names"))


def _inflected(wn: WordNet, word: str, known: Known) -> bool:
    """Whether a word is also a form of another with other meanings: Ate the goddess, ate the verb."""
    bases = wn.bases(word)
    return any(sense.key not in known.protected for base in bases for sense in wn.senses.get(base, ()))


def _weigh(ours: int, total: int, meant: float, *, first: bool, everyday: bool) -> Verdict:
    """By tagged uses where there are enough; else by how many of the word's meanings are the class."""
    if meant == 1:
        return Verdict.PLAIN
    if total >= _TAGGED:
        share = ours / total
        return Verdict.PLAIN if share >= _PLAIN else Verdict.AMBIGUOUS if share >= _LIKELY else Verdict.OUT
    if not first or meant < _LIKELY or everyday:
        return Verdict.OUT
    return Verdict.PLAIN if ours == total and meant > _LIKELY else Verdict.AMBIGUOUS


def meanings(wn: WordNet, wanted: Mapping[str, object]) -> set[tuple[str, str]]:
    """The meanings that one entry of closures.toml covers."""
    roots, without, also, clusters = (_names(wanted, key) for key in ("roots", "without", "also", "clusters"))
    keys = wn.closure(roots, without)
    if wanted.get("adjectives"):
        keys |= wn.adjectives(keys | wn.closure(also, without))
    keys |= {key for name in clusters for key in _cluster(wn, name)}
    gloss = re.compile(str(wanted.get("only_gloss", "")))
    return {key for key in keys if gloss.search(wn.synsets[key].gloss)}


def terms(wn: WordNet, wanted: Mapping[str, object], known: Known) -> Iterator[tuple[str, bool]]:
    """The terms of one entry, each with whether it is ambiguous."""
    for key in sorted(meanings(wn, wanted)):
        synset = wn.synsets[key]
        if _is_instance(synset) and not wanted.get("instances"):
            continue
        for word in {w.lower() for w in synset.words if not _INITIALS.fullmatch(w)}:
            found = verdict(wn, word, Kind(str(wanted["kind"])), known)
            if found is not Verdict.OUT:
                yield word, found is Verdict.AMBIGUOUS


def _cluster(wn: WordNet, name: str) -> Iterator[tuple[str, str]]:
    head = wn.synset(name)
    yield head.pos, head.offset
    yield from (("a", offset) for symbol, _, offset, *_ in head.pointers if symbol == "&")


def _is_instance(synset: Synset) -> bool:
    return any(symbol == "@i" for symbol, *_ in synset.pointers)


def _names(wanted: Mapping[str, object], key: str) -> Sequence[str]:
    value = wanted.get(key, [])
    return [str(v) for v in value] if isinstance(value, list) else []


def gendered(wn: WordNet, known: Known) -> Iterator[str]:
    """Nouns for persons that end in -man, -woman, -ess or -trix: they say the sex of who does the work."""
    for key in sorted(wn.closure(["person.n.1"])):
        if _is_instance(wn.synsets[key]):
            continue
        for word in {w for w in wn.synsets[key].words if w.islower() and " " not in w}:
            shaped = _GENDERED.search(word) and word not in _NOT_GENDERED and word not in known.by_hand
            if (
                shaped
                and not _a_name(word, Kind.ROLE)
                and all(s.key[0] == "n" for s in wn.senses[word])
                and word not in known.computing
            ):
                if word.endswith("man"):
                    yield f"{word}/{word[:-3]}men"
                else:
                    yield word


def by_hand(folder: Path) -> frozenset[str]:
    """The hand-written terms of every class."""
    return frozenset(word for path in folder.glob("*.txt") for word, _ in read(path))


def computing_terms(folder: Path) -> frozenset[str]:
    """The headwords of the computing dictionaries in a folder, in lower case."""
    lines = (line for path in folder.rglob("*.index") for line in path.read_text(encoding="utf-8").splitlines())
    return frozenset(line.split("\t")[0].lower() for line in lines if "\t" in line)


def write(path: Path, sections: Mapping[str, Iterable[str]]) -> None:
    """Write one class file, its sections and terms in order."""
    lines = [_HEAD]
    for name in sorted(sections):
        lines += [f"[{name}]\n", *(f"{word}\n" for word in sorted(set(sections[name])))]
    path.write_text("".join(lines), encoding="utf-8")


def derive(wn: WordNet, wanted: Sequence[Mapping[str, object]], known: Known) -> Mapping[str, Mapping[str, set[str]]]:
    """Every derived term by class and section; what stands in a hand-written file stays as it is there."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for entry in wanted:
        name, kind = str(entry["class"]), str(entry["kind"])
        for word, ambiguous in terms(wn, entry, known):
            if word not in known.by_hand and not _stands(found[name], word):
                found[name][f"{kind}?" if ambiguous else kind].add(word)
    found["sex"]["role"] |= {w for w in gendered(wn, known) if not _stands(found["sex"], w.partition("/")[0])}
    return found


def _stands(sections: Mapping[str, set[str]], word: str) -> bool:
    return any(word in words for words in sections.values())


def what_is_known(wn: WordNet, config: Mapping[str, Any], computing: Path) -> Known:
    """The guards, from closures.toml and the filter's own lists."""
    function_words = frozenset(word_map("function_words")["en"].split())
    lists = ("person_nouns", "job_relevant", "generic_people", "people_things", "ordinary_capitals")
    barred = frozenset(config["barred"])
    return Known(
        barred=barred.union(function_words, map(plural, barred), *(word_list(name) for name in lists)),
        judgement=word_list("evaluations"),
        computing=computing_terms(computing),
        by_hand=by_hand(FOLDER),
        protected=frozenset().union(*(meanings(wn, entry) for entry in config["list"])),
        persons=frozenset(wn.closure(["person.n.1", "people.n.1"])),
    )


def main(wordnet: str, computing: str) -> None:
    """Read the sources and write every derived file."""
    config = tomllib.loads((Path(__file__).parent / "closures.toml").read_text(encoding="utf-8"))
    wn = WordNet(Path(wordnet))
    DERIVED.mkdir(exist_ok=True)
    for name, sections in derive(wn, config["list"], what_is_known(wn, config, Path(computing))).items():
        write(DERIVED / f"{name}.txt", sections)


if __name__ == "__main__":
    main(*sys.argv[1:])

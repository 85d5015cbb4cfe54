"""Derives the words that judge somebody rather than describe: what may stand beside a person.

    python -m tools.derive_evaluations VADER PATTERN

VADER is vader_lexicon.txt of vaderSentiment 3.3.2, PATTERN en-sentiment.xml of textblob 0.20.1, which is Pattern's
English subjectivity lexicon. Writes `evaluations` to filters/lexicons/lists. Class words are left out: run this after a
change of hand-written class words, and before tools.derive_lexicons.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from lxml import etree  # type: ignore[import-untyped]

from filters.lexicon import Kind, Term, class_files, read
from tools.plain_lists import write

RATED = 1.0
"""VADER's mean rating, -4 to 4: ten raters agree that the word judges."""
POLAR, SUBJECTIVE = 0.3, 0.6
"""Pattern's polarity, -1 to 1, and subjectivity, 0 to 1, which every meaning of the adjective must reach."""
OF_PEOPLE = frozenset(
    {"addicted", "affluent", "ashen", "barbarian", "bonny", "civilized", "crazy", "dowdy", "dumb", "entitled", "exotic"}
    | {"frigid", "hero", "heroes", "heroine", "heroines", "impotent", "insane", "mad", "privileged", "subnormal"}
    | {"unchaste"}
)
"""Judgements that also name a disability, an illness, a look, an origin, a sex or a station in life."""
MOSTLY_ELSE = frozenset({"artificial", "base", "elect", "fly", "gory", "own", "rank", "rose", "static"})
"""Words of which the rated meaning is not the usual one."""

_WORD = re.compile(r"[a-z]{3,}")
_HEAD = (
    "Words that judge rather than describe: VADER sentiment lexicon 3.3.2 (MIT), rated 1.0 or stronger, and adjectives"
    " of Pattern's English subjectivity lexicon 1.3 by way of textblob 0.20.1 (PDDL), polarity 0.3 and subjectivity 0.6"
    " or stronger; without class words, and without words that also name a disability, an illness or a station in life"
    " (dumb, insane, privileged). Made by tools/derive_evaluations.py."
)


def strong(ratings: Mapping[str, float]) -> Iterator[str]:
    """Words that VADER's raters found good or bad."""
    yield from (word for word, mean in ratings.items() if abs(mean) >= RATED)


def judging(adjectives: Mapping[str, Sequence[tuple[float, float]]]) -> Iterator[str]:
    """Adjectives that judge in every meaning, each given as polarity and subjectivity."""
    for word, meanings in adjectives.items():
        if all(abs(polarity) >= POLAR and subjectivity >= SUBJECTIVE for polarity, subjectivity in meanings):
            yield word


def tells_a_class(terms: Sequence[Term]) -> bool:
    """Whether a word tells a protected class; a town that is called Nice or Surprise does not make the word do so."""
    return any(not (term.kind is Kind.PLACE and term.ambiguous) for term in terms)


def ratings(path: Path) -> Mapping[str, float]:
    """VADER's lexicon: word and mean rating."""
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return {row[0]: float(row[1]) for row in rows}


def adjectives(path: Path) -> Mapping[str, Sequence[tuple[float, float]]]:
    """Pattern's lexicon: adjectives with polarity and subjectivity of each meaning."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for word in etree.parse(path).getroot().iter("word"):
        if word.get("pos") == "JJ":
            found[word.get("form", "")].append((float(word.get("polarity", "")), float(word.get("subjectivity", ""))))
    return found


def main(vader: str, pattern: str) -> None:
    """Read both lexicons and write the list."""
    terms: dict[str, list[Term]] = defaultdict(list)
    for path in class_files():
        for word, term in read(path):
            terms[word].append(term)
    found = {*strong(ratings(Path(vader))), *judging(adjectives(Path(pattern)))} - OF_PEOPLE - MOSTLY_ELSE
    write("evaluations", _HEAD, (word for word in found if _WORD.fullmatch(word) and not tells_a_class(terms[word])))


if __name__ == "__main__":
    main(*sys.argv[1:])

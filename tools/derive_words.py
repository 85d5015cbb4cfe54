"""Derives plain word lists that keep ordinary words from being taken for names.

    python -m tools.derive_words SPELLING COMPUTING

SPELLING is the word list of Debian's wamerican-large (SCOWL), COMPUTING a folder with the indexes of FOLDOC and the
Jargon File. Needs pygments and trove-classifiers. Writes `dictionary` and `ordinary_capitals` to
filters/lexicons/derived/lists.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from filters.lexicon import DERIVED, FOLDER, class_words, is_common, plural, word_list
from tools.derive_lexicons import computing_terms

_WORD = re.compile(r"[a-z]{3,}")
_ABBREVIATED = 4


def spelt(path: Path, computing: Path) -> Iterator[str]:
    """Words in lower case, with their forms, that are neither names nor class words: no word is a disguise of others.

    Terms of computing with their plurals belong to them; abbreviations do not: 13c is no disguise of IEC.
    """
    words = {line for line in path.read_text(encoding="utf-8").splitlines() if _WORD.fullmatch(line)}
    terms = {term for term in technical(computing) if len(term) > _ABBREVIATED}
    hand = frozenset((FOLDER / "lists" / "dictionary.txt").read_text(encoding="utf-8").split())
    listed = words | terms | set(map(plural, terms))
    yield from (word for word in sorted(listed - hand - _telling()) if not is_common(word))


def technical(computing: Path) -> Iterator[str]:
    """Names of languages, systems and terms of computing that name nobody, no place and no class."""
    from pygments.lexers import get_all_lexers
    from trove_classifiers import classifiers

    named = {name for name, *_ in get_all_lexers()} | {part for one in classifiers for part in one.split(" :: ")}
    words = {word.lower() for name in named for word in re.findall(r"[A-Za-z]+", name)} | computing_terms(computing)
    yield from (word for word in sorted(words - _telling()) if _WORD.fullmatch(word) and not is_common(word))


def _telling() -> frozenset[str]:
    return word_list("first_names") | word_list("last_names") | class_words().words


def write(name: str, source: str, words: Iterable[str]) -> None:
    """Write one list under a line that names its source."""
    lines = [f"# {source} Derived by tools/derive_words.py.", *words]
    (DERIVED / "lists" / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(spelling: str, computing: str) -> None:
    """Read the sources and write both lists."""
    (DERIVED / "lists").mkdir(parents=True, exist_ok=True)
    write(
        "dictionary",
        "SCOWL by way of wamerican-large; FOLDOC, Jargon File, Pygments, trove-classifiers.",
        spelt(Path(spelling), Path(computing)),
    )
    write("ordinary_capitals", "FOLDOC, Jargon File, Pygments, trove-classifiers.", technical(Path(computing)))


if __name__ == "__main__":
    main(*sys.argv[1:])

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

from filters.lexicon import DERIVED, FOLDER, class_words, is_common, word_list
from tools.derive_lexicons import computing_terms

_WORD = re.compile(r"[a-z]{3,}")
_ENDINGS = (
    ("s", ""), ("es", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("ies", "y"), ("er", ""), ("ers", ""),
    ("ly", ""), ("ness", ""), ("d", ""),
)  # fmt: skip


def spelt(path: Path) -> Iterator[str]:
    """Lower-case words that are neither names nor class words, nor a regular form of a word listed before."""
    words = {line for line in path.read_text(encoding="utf-8").splitlines() if _WORD.fullmatch(line)}
    hand = frozenset((FOLDER / "lists" / "dictionary.txt").read_text(encoding="utf-8").split())
    for word in sorted(words - hand - _telling()):
        bases = (f"{word.removesuffix(end)}{rest}" for end, rest in _ENDINGS if word.endswith(end))
        if not is_common(word) and not any(base in words or base in hand for base in bases):
            yield word


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
    write("dictionary", "SCOWL by way of wamerican-large.", spelt(Path(spelling)))
    write("ordinary_capitals", "FOLDOC, Jargon File, Pygments, trove-classifiers.", technical(Path(computing)))


if __name__ == "__main__":
    main(*sys.argv[1:])

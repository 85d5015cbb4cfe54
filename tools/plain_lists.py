"""Reads and writes the plain lists of filters/lexicons/lists that have a maker here: one word a line, sorted."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from filters.lexicon import FOLDER

LISTS = FOLDER / "lists"
_WIDTH = 130


def held(name: str) -> frozenset[str]:
    """What one list of this folder holds now, without the derived list of the same name."""
    lines = (LISTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def write(name: str, source: str, words: Iterable[str]) -> None:
    """Write one list under a comment that names its sources: the same words give the same bytes."""
    head = textwrap.wrap(source, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
    (LISTS / f"{name}.txt").write_text("\n".join([*head, *sorted(set(words))]) + "\n", encoding="utf-8")

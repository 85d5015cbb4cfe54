"""How the command speaks: plain sentences, tables, progress on stderr, and JSON where a program reads it."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from vetting.errors import VettingError

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
NARROW = 60
"""Columns below which boxes leave no room for words."""
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_GAP = 2
"""Blanks between two columns."""


def harmless(words: str) -> str:
    """The words with what commands a terminal spelt out, e.g. the ESC in the name of a file; lines stay lines.

    Also what turns the direction of writing, which shows a name as another.
    """
    return "".join(c.encode("unicode_escape").decode() if _commands(c) else c for c in words)


def _commands(character: str) -> bool:
    return character in _TURNING or (unicodedata.category(character) == "Cc" and character not in "\n\t")


def say(sentence: str, style: str = "") -> None:
    """One plain sentence. Markup in it is not read, so no identifier can style the terminal."""
    out.print(Text(harmless(sentence), style=style))


def wrapped(sentence: str, style: str = "", indent: int = 0) -> None:
    """As `say`, broken between words where a screen reads it; in a file a sentence stays one line."""
    text, margin = Text(harmless(sentence), style=style), " " * indent
    lines = text.wrap(out, max(20, out.width - indent)) if out.is_terminal else [text]
    for line in lines:
        line.rstrip()
        out.print(Text(margin) + line)


def note(sentence: str) -> None:
    """A remark beside the result, on stderr, so that `--json` output stays clean."""
    err.print(Text(harmless(sentence), style="dim"))


def alarm(sentence: str) -> None:
    """A remark that must not be missed, on stderr."""
    err.print(Text(harmless(sentence), style="bold red"))


def complain(error: VettingError) -> None:
    """A refusal: one sentence, and the remedy below it."""
    err.print(Text(harmless(error.sentence), style="bold red"))
    err.print(Text(harmless(error.remedy)))


def plain(code: str) -> str:
    """A code from a closed list as words."""
    return code.replace("_", " ")


def labelled(label: str, text: str) -> None:
    """A label in bold and what it labels, on one line."""
    out.print(f"{label}: ", end="", style="bold")
    say(text)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], title: str | None = None) -> None:
    """A table of words; line by line where the screen is too narrow. No word is cut: part of a number is no number."""
    cells = [[harmless(cell) for cell in row] for row in rows]
    widths = [max(map(_longest_word, column)) for column in zip(headings, *cells, strict=True)]
    if sum(widths) + _GAP * (len(widths) - 1) > out.width:
        _lines(headings, cells, title)
        return
    shown = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for heading, width in zip(headings, widths, strict=True):
        shown.add_column(heading, overflow="fold", min_width=width)
    for row in cells:
        shown.add_row(*map(Text, row))
    out.print(shown, soft_wrap=False)


def _longest_word(cell: str) -> int:
    return max(map(cell_len, cell.split()), default=0)


def _lines(headings: Sequence[str], rows: Iterable[Sequence[str]], title: str | None) -> None:
    if title:
        say(title)
    for row in rows:
        for heading, cell in zip(headings, row, strict=True):
            say(f"{heading}: {cell}")
        say("")


def as_json(value: object) -> None:
    """One JSON document on stdout."""
    narrow = not sys.stdout.encoding.lower().startswith("utf")  # JSON has a spelling for what an alphabet lacks
    sys.stdout.write(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=narrow) + "\n")


def progress_bar() -> Progress:
    """A bar for long work, on stderr; silent where stderr is no terminal, or one that cannot take words back."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return _progress(*columns)


@contextmanager
def working(what: str) -> Iterator[None]:
    """A sign of life beside work of unknown length, where `progress_bar` would show one; `what` is fixed words."""
    with _progress(SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn()) as shown:
        shown.add_task(what, total=None)
        yield


def _progress(*columns: ProgressColumn) -> Progress:
    return Progress(*columns, console=err, transient=True, disable=not err.is_interactive)

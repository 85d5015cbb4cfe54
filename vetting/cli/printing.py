"""How the command speaks: plain sentences, tables, progress on stderr, and JSON where a program reads it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from vetting.errors import VettingError

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def say(sentence: str, style: str = "") -> None:
    """One plain sentence. Markup in it is not read, so no identifier can style the terminal."""
    out.print(Text(sentence, style=style))


def note(sentence: str) -> None:
    """A remark beside the result, on stderr, so that `--json` output stays clean."""
    err.print(Text(sentence, style="dim"))


def complain(error: VettingError) -> None:
    """A refusal: one sentence, and the remedy below it."""
    err.print(Text(error.sentence, style="bold red"))
    err.print(Text(error.remedy))


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], title: str | None = None) -> None:
    """A table of words."""
    shown = Table(*headings, title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    out.print(shown, soft_wrap=False)


def as_json(value: object) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def progress_bar() -> Progress:
    """A bar for long work, on stderr; silent where stderr is no terminal."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)

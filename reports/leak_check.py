"""The last look at a finished report before it is released: read back, compared, and refused when anything is on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO

import pikepdf

from reports import compose, leak_words
from reports.leak_file import structure
from reports.leak_layout import layout
from reports.leak_rules import Leak, Rule
from reports.leak_text import read, words
from vetting.errors import ExitCode, VettingError
from vetting.release import Report

__all__ = ["Leak", "Rule", "check", "refuse"]


def check(
    pdf: bytes,
    report: Report,
    hunted: Sequence[str],
    finds: Callable[[str], Sequence[str]],
    vocabulary: Sequence[str] = (),
) -> tuple[Leak, ...]:
    """The leaks of a finished file; an empty tuple where there is none.

    `hunted` are the candidate's names as they are written, their variants and accounts; `finds` says which protected
    classes a text still shows, and is asked about statements and quotations only: the words of every report are
    exempt. `vocabulary` are the texts that were frozen with the position, before this candidate came: the words of the
    criteria and searches, and the closed wording of findings. No leak holds a word of the report, and no exception of a
    library gets through: a file that cannot be read is a leak.
    """
    page = compose.page(report)
    return tuple(dict.fromkeys(_leaks(pdf, page, hunted, finds, vocabulary)))


def _leaks(
    pdf: bytes,
    page: compose.Page,
    hunted: Sequence[str],
    finds: Callable[[str], Sequence[str]],
    vocabulary: Sequence[str],
) -> Iterator[Leak]:
    yield from layout(pdf)
    yield from leak_words.protected(page, finds)
    try:
        with pikepdf.open(BytesIO(pdf), attempt_recovery=False) as opened:
            if opened.is_encrypted:
                yield Leak(rule=Rule.UNREADABLE, where="file")
            yield from structure(opened, page)
        sheets = read(pdf)
    except Exception:  # noqa: BLE001  # three libraries, any error, and their messages quote the file
        yield Leak(rule=Rule.UNREADABLE, where="file")
        return
    yield from words(sheets, page)
    for engine in sheets:
        yield from leak_words.addresses(page, engine)
        yield from leak_words.hunted(page, engine, hunted, vocabulary)


def refuse(leaks: Sequence[Leak]) -> None:
    """Raises VettingError `report_leaks` (exit code 10) naming rules and places where there is any leak."""
    if leaks:
        named = ", ".join(f"{leak.rule.value} ({leak.where})" for leak in leaks[:5])
        raise VettingError(
            "report_leaks",
            f"The report failed its leak check and was not released: {named}{' and more' if len(leaks) > 5 else ''}.",
            "Review the finding that is named, release it by its statement only, and make the report again.",
            ExitCode.LEAK,
        )

"""`vetting impact`, for auditors: how the stages of a vetting fell on the groups that candidates say they belong to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from vetting.adverse_impact import Reading, Row, Table, overall
from vetting.audit_notes import Kind
from vetting.cli import session
from vetting.cli.printing import AsJson, as_json, note, plain, say, table, working
from vetting.errors import bad_input
from vetting.impact_audit import Impact, audit_impact

WORDS: Mapping[Reading, str] = {
    Reading.DIFFERENCE: "a difference",
    Reading.DIFFERENCE_OF_ONE: "a difference that one candidate's outcome would undo",
    Reading.NO_LARGE_DIFFERENCE: "no difference below four fifths",
    Reading.ALL_ALIKE: "all alike",
    Reading.CANNOT_BE_DETERMINED: "cannot be determined",
    Reading.BEST: "compared with",
}
ONE_CHOICE = (
    "Give no reader results of different choices of positions or years: subtracted, they show numbers of fewer than 10."
)
EARLIEST, LATEST = 2000, 9999


def impact(
    self_identification: Annotated[
        Path, typer.Option(help="The auditor's CSV file: a column `case`, then one a category; mode 0600.")
    ],
    positions: Annotated[
        list[str] | None, typer.Argument(metavar="[POSITION]...", help="Names of positions.", show_default=False)
    ] = None,
    year: Annotated[
        int, typer.Option(help="Candidates enrolled in this year, of all positions where none is named (15A(1)).")
    ] = 0,
    json: AsJson = False,
) -> None:
    """Compare how groups of candidates fared at each stage (auditor). The file is read here only and kept nowhere."""
    if not positions and not year:
        raise bad_input("positions_missing", "Name one position or more, or a year.", "Or: vetting impact --help.")
    if year and not EARLIEST <= year <= LATEST:
        raise bad_input("year_malformed", "That is no year.", "E.g. --year 2026.")
    chosen = session.settings()
    auditor = session.signed_in_auditor(chosen, positions or ())
    with working("Verifying the log and comparing"):
        found = audit_impact(chosen, auditor, self_identification, positions or (), year or None)
    code = overall(found.assessment.tables).value
    session.noted(chosen, auditor, Kind.IMPACT, found.positions, found.verdict, code)
    if json:
        as_json(_document(found))
    else:
        _show(found)


def _show(found: Impact) -> None:
    for procedure in found.procedures:
        say(
            f"{procedure.position}: {procedure.candidates} candidates"
            f"{f' enrolled in {found.year}' if found.year else ''}, selected by {procedure.title}, protocol version "
            f"{procedure.version}, sha256 {procedure.digest[:16]}..."
        )
        if procedure.without_report:
            say(f"{procedure.without_report} of them have no report yet: what is below may still change.", style="bold")
    for shown in found.assessment.tables:
        _show_table(shown)
    vouched = "" if found.verdict.witnessed else ", UNWITNESSED"
    say(f"Computed from the verified log: {found.verdict.size} entries, root {found.verdict.root_hex[:16]}{vouched}.")
    note(
        "Four fifths is a rule of thumb (29 CFR 1607.4(D)), and no difference is unlawful by itself: see "
        "docs/adverse-impact.md. A dash is a number of fewer than 10, or one that such a number could be computed from."
    )
    say(ONE_CHOICE, style="bold")


def _show_table(shown: Table) -> None:
    say("")
    where = shown.position or "all positions together"
    rate = "Share left alone" if shown.stage.adverse else "Rate"
    if shown.everybody is not None:
        who = "everybody" if shown.everybody else "nobody"
        say(f"{where}, {shown.category}, {shown.stage.value}: {who}, in every group.")
        return
    if all(row.rate is None and row.reading is Reading.CANNOT_BE_DETERMINED for row in shown.rows):
        words = WORDS[Reading.CANNOT_BE_DETERMINED]
        say(f"{where}, {shown.category}, {shown.stage.value}: {words}, and no number can be shown.", style="bold")
        return
    title = f"{where}, {shown.category}: {shown.stage.value}"
    headings = ("Group", "Of", shown.stage.value.capitalize(), f"{rate} (95 %)", "Ratio (95 %)", "p, Holm")
    table(headings, [_cells(row) for row in shown.rows], title)
    for row in shown.rows:
        say(f"{row.group}: {_said(row)}", style="bold" if row.reading in _DIFFERENT else "")


_DIFFERENT = frozenset({Reading.DIFFERENCE, Reading.DIFFERENCE_OF_ONE})


def _cells(row: Row) -> tuple[str, ...]:
    bounds = row.rate_interval
    ratio = row.ratio_interval
    return (
        row.group,
        _number(row.of),
        _number(row.reached),
        f"{_share(row.rate)} ({_share(bounds.low)}-{_share(bounds.high)})" if bounds else "-",
        f"{_share(row.ratio)} ({_share(ratio.low)}-{_share(ratio.high)})" if ratio else "-",
        f"{row.p:.4f}, {row.adjusted:.4f}" if row.p is not None and row.adjusted is not None else "-",
    )


def _said(row: Row) -> str:
    """The reading in words, with what stands for and against it."""
    if row.reading is Reading.BEST:
        return "the others are compared with this group, whose rate is highest."
    words = WORDS[row.reading]
    if row.below_four_fifths is None or row.with_one_more is None:
        return f"{words}."
    rule = "below" if row.below_four_fifths else "at or above"
    return f"{words} ({rule} four fifths; had one candidate fared otherwise, p would be {row.with_one_more:.4f})."


def _number(value: int | None) -> str:
    return "-" if value is None else str(value)


def _share(value: float | None) -> str:
    return "-" if value is None else "inf" if math.isinf(value) else f"{value:.2f}"


def _document(found: Impact) -> dict[str, object]:
    return {
        "caution": ONE_CHOICE,
        "year": found.year,
        "positions": {
            p.position: {
                "procedure": {"title": p.title, "version": p.version, "sha256": p.digest},
                "candidates": p.candidates,
                "without_report": p.without_report,
            }
            for p in found.procedures
        },
        "tables": [
            {
                "position": t.position or None,
                "category": t.category,
                "stage": t.stage.value,
                "selected": "left alone" if t.stage.adverse else "reached",
                "groups": {row.group: _row(row) for row in t.rows},
            }
            for t in found.assessment.tables
        ],
        "result": overall(found.assessment.tables).value,
        "log": {"size": found.verdict.size, "root": found.verdict.root_hex, "witnessed": found.verdict.witnessed},
    }


def _row(row: Row) -> dict[str, object]:
    return {
        "of": row.of,
        "reached": row.reached,
        "rate": _rounded(row.rate),
        "rate_interval": [_rounded(b) for b in (row.rate_interval.low, row.rate_interval.high)]
        if row.rate_interval
        else None,
        "ratio": _rounded(row.ratio),
        "ratio_interval": [_rounded(b) for b in (row.ratio_interval.low, row.ratio_interval.high)]
        if row.ratio_interval
        else None,
        "below_four_fifths": row.below_four_fifths,
        "p": _rounded(row.p),
        "p_adjusted": _rounded(row.adjusted),
        "p_if_one_fared_otherwise": _rounded(row.with_one_more),
        "reading": plain(row.reading.value),
    }


def _rounded(value: float | None) -> float | None:
    """As it is shown; null for what is infinite, which JSON cannot say."""
    return None if value is None or not math.isfinite(value) else round(value, 4)

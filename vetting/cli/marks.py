"""`vetting mark`: a reviewer withholds more than the filter, or restores what it withheld wrongly."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from filters.marks import Span
from filters.protected_classes import ProtectedClass
from vetting.casework.desk import Desk
from vetting.casework.marking import check_marking, restore, withdraw, withhold
from vetting.casework.workbench import Workbench
from vetting.cli.asking import ask
from vetting.cli.cases import Case
from vetting.cli.explanation import record
from vetting.cli.positions import desk
from vetting.cli.printing import AsJson, as_json, say, working
from vetting.cli.reviews import chosen_finding
from vetting.errors import ExitCode, VettingError, bad_input
from vetting.evidence import RawText
from vetting.finding import Finding
from vetting.marking import Mark, MarkAct, MarkReason

_SPAN = re.compile(r"(\d{1,6}):(\d{1,6})")
LOADING = "Reading the passage with the filter"


def mark(
    case: Case,
    finding: Annotated[str, typer.Option(help="Finding whose passage is marked.")],
    act: Annotated[MarkAct, typer.Option(help="Withhold more, restore, or withdraw an earlier mark.")],
    span: Annotated[
        str, typer.Option(help="START:END of the words in the passage; asked for as words without it.")
    ] = "",
    reveals: Annotated[ProtectedClass | None, typer.Option(help="To withhold: what the words could reveal.")] = None,
    reason: Annotated[MarkReason | None, typer.Option(help="Why, as a code; the sentence is asked for.")] = None,
    number: Annotated[int, typer.Option(min=0, help="To withdraw: the number of the mark.")] = 0,
    json: AsJson = False,
) -> None:
    """Withhold more of a passage than the filter does, restore what it withheld wrongly, or take such a mark back."""
    _refuse_idle(act, span=span, reveals=reveals, reason=reason, number=number)
    at = desk()
    chosen = chosen_finding(at, case, finding).finding
    check_marking(at, chosen.id)
    if act is MarkAct.WITHDRAW:
        made = withdraw(at, chosen.id, number, _why())
    elif act is MarkAct.WITHHOLD and reveals is not None and reason is not None:
        made = withhold(at, chosen.id, _place(chosen, span), reveals, reason, _why())
    else:
        made = _restore(at, chosen, _place(chosen, span), reason or MarkReason.ORDINARY_WORD)
    if json:
        as_json(record(made))
    else:
        say(f"Mark {made.ordinal} on {chosen.id} is recorded. A second reviewer sees it and agrees to it, or does not.")


def _refuse_idle(
    act: MarkAct, *, span: str, reveals: ProtectedClass | None, reason: MarkReason | None, number: int
) -> None:
    """Refuses an act without what it needs, and options that would be without effect."""
    needs = {
        MarkAct.WITHHOLD: (bool(reveals) and bool(reason) and not number, "Give --reveals and --reason with it."),
        MarkAct.RESTORE: (bool(reason) and not reveals and not number, "Give --reason with it, and no other option."),
        MarkAct.WITHDRAW: (
            bool(number) and not (span or reveals or reason),
            "Give --number with it, and nothing else.",
        ),
    }
    fits, remedy = needs[act]
    if not fits:
        raise VettingError(
            "mark_options", f"These are not the options to {act.value} something.", remedy, ExitCode.USAGE
        )


def _restore(at: Desk, finding: Finding, place: Span, reason: MarkReason) -> Mark:
    with at.case_files.reading() as unit:
        protocol = unit.position(unit.case(finding.case_number).position).protocol
    with working(LOADING):
        analyzer = Workbench(desk=at).analyzer(protocol)
    return restore(at, finding.id, place, analyzer, reason, _why())


def _place(finding: Finding, span: str) -> Span:
    """The offsets as typed, or of the words that are asked for: an argument would stay in the shell's history."""
    if span:
        match = _SPAN.fullmatch(span)
        if match is None:
            raise bad_input("span_malformed", "The place of the words is not START:END.", "E.g. --span 20:26.")
        return int(match[1]), int(match[2])
    words = ask("Which words of the passage?")
    start = finding.passage.reveal().find(words) if words.strip() else -1
    if start < 0:
        raise bad_input("words_not_found", "The passage does not hold these words.", "Type them as they stand in it.")
    return start, start + len(words)


def _why() -> RawText:
    return RawText(ask("Why, in one sentence?"))

"""`vetting review`: two people look at each finding."""

from __future__ import annotations

from typing import Annotated

import typer

from vetting.attribution import Level, Link
from vetting.casework.desk import Desk
from vetting.casework.reviewing import Reviewed, attribute, findings_of, validate
from vetting.cli.cases import AsJson, Case
from vetting.cli.positions import desk
from vetting.cli.printing import as_json, out, say, table
from vetting.errors import bad_input
from vetting.evidence import Engagement, RawText
from vetting.validation import Element, State


def review(
    case: Case,
    finding: Annotated[str, typer.Option(help="Finding to look at or to record on.")] = "",
    level: Annotated[Level | None, typer.Option(help="Is it the candidate? Attribution level.")] = None,
    link: Annotated[
        list[Link] | None, typer.Option(help="Evidence for or against; may be given several times.")
    ] = None,
    engagement: Annotated[
        Engagement | None, typer.Option(help="How the account took part, where the source could not say it.")
    ] = None,
    state: Annotated[State | None, typer.Option(help="Is it so? The next validation step.")] = None,
    element: Annotated[Element, typer.Option(help="The independent element that corroborates.")] = Element.NONE,
    severity: Annotated[int, typer.Option(min=0, max=4, help="1 to 4 for adverse conduct.")] = 0,
    quote: Annotated[bool, typer.Option(help="The wording itself is decisive.")] = False,
    json: AsJson = False,
) -> None:
    """List the findings of a case, show one, or record attribution and validation (the note is asked for)."""
    at = desk()
    findings = findings_of(at, case)
    if not finding:
        _list(findings, json=json)
        return
    chosen = next((item for item in findings if item.finding.id == finding), None)
    if chosen is None:
        raise bad_input("finding_unknown", f"Case {case} has no finding {finding}.", f"See: vetting review {case}.")
    if level is None and state is None:
        _show(chosen)
        return
    _record(at, chosen, level, link or [], engagement, state, element, severity, quote)


def _record(
    at: Desk,
    chosen: Reviewed,
    level: Level | None,
    links: list[Link],
    engagement: Engagement | None,
    state: State | None,
    element: Element,
    severity: int,
    quote: bool,
) -> None:
    checked = RawText(typer.prompt("What did you check, and how?"))
    if level is not None:
        attribute(at, chosen.finding.id, level, links, checked, engagement)
        say(f"{chosen.finding.id}: attribution {level.value} recorded.")
    if state is not None:
        validate(at, chosen.finding.id, state, checked, element=element, severity=severity, quote=quote)
        say(f"{chosen.finding.id}: {state.value.replace('_', ' ')} recorded.")


def _list(findings: tuple[Reviewed, ...], *, json: bool) -> None:
    rows = [(i.finding.id, i.finding.code, i.finding.search_key, i.level.value, i.state.value) for i in findings]
    if json:
        as_json([dict(zip(("finding", "criterion", "search", "level", "state"), row, strict=True)) for row in rows])
        return
    table(("Finding", "Criterion", "Search", "Level", "State"), rows)
    say("Show one with: vetting review CASE --finding FINDING")


def _show(chosen: Reviewed) -> None:
    """The passage, on the reviewer's terminal only, with control characters taken out."""
    finding = chosen.finding
    posted = finding.posted_at.date().isoformat() if finding.posted_at else "undated"
    say(f"{finding.id}  {finding.code}  {finding.platform.replace('_', ' ')}, {finding.engagement.value}, {posted}")
    for label, text in (("Words", finding.passage), ("Where", finding.locator), ("Account", finding.author)):
        out.print(f"{label}: ", end="", style="bold")
        say(printable(text))
    for step in chosen.history:
        say(f"{step.at:%Y-%m-%d %H:%M} UTC  {step.reviewer}  {step.state.value.replace('_', ' ')}")


def printable(text: RawText) -> str:
    """Captured words without anything that could move the cursor or reorder the line."""
    words = text.reveal()
    return "".join(
        c if c.isprintable() and not "\u202a" <= c <= "\u202e" and not "\u2066" <= c <= "\u2069" else " " for c in words
    )

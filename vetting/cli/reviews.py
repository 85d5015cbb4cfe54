"""`vetting review`: two people look at each finding."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from filters.criteria import Criteria
from filters.withholding import Withholding
from vetting.attribution import Attribution, Level, Link
from vetting.casework.collected import Evidence, evidence_of
from vetting.casework.desk import Desk
from vetting.casework.marking import withholdings_of
from vetting.casework.recapturing import standings
from vetting.casework.reviewing import (
    Reviewed,
    attribute,
    check_attribution,
    check_validation,
    findings_of,
    validate,
)
from vetting.casework.workbench import Workbench
from vetting.cli import explanation, repeated, signals
from vetting.cli.asking import ask
from vetting.cli.cases import Case
from vetting.cli.explanation import printable
from vetting.cli.positions import desk
from vetting.cli.printing import AsJson, as_json, labelled, plain, say, table
from vetting.errors import ExitCode, VettingError, bad_input, not_found
from vetting.evidence import Engagement, RawText
from vetting.finding import Criterion
from vetting.validation import Element, State, Validation


class Step(StrEnum):
    """What a reviewer may type: `vetting.validation.REVIEWERS_STATES`, by name, as Typer offers choices."""

    ATTRIBUTED = State.ATTRIBUTED.value
    CONTEXT_CHECKED = State.CONTEXT_CHECKED.value
    CORROBORATED = State.CORROBORATED.value
    SECOND_REVIEWED = State.SECOND_REVIEWED.value
    UNVERIFIABLE = State.UNVERIFIABLE.value
    REFUTED = State.REFUTED.value
    NOT_RELEVANT = State.NOT_RELEVANT.value
    EXPIRED = State.EXPIRED.value
    WITHHELD = State.WITHHELD.value
    HELD = State.HELD.value
    ROUTED = State.ROUTED.value


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
    state: Annotated[Step | None, typer.Option(help="Is it so? The next validation step.")] = None,
    element: Annotated[Element, typer.Option(help="The independent element that corroborates.")] = Element.NONE,
    severity: Annotated[int, typer.Option(min=0, max=4, help="1 to 4 for adverse conduct.")] = 0,
    quote: Annotated[bool, typer.Option(help="The wording itself is decisive.")] = False,
    json: AsJson = False,
) -> None:
    """List the findings of a case, show one, or record attribution or a validation step (the note is asked for)."""
    judged = element is not Element.NONE or severity != 0 or quote
    _refuse_idle(
        finding=finding, level=level, state=state, attributing=bool(link) or engagement is not None, judged=judged
    )
    at = desk()
    if not finding:
        _list(case, findings_of(at, case), json=json)
        return
    chosen = chosen_finding(at, case, finding)
    done = ""
    if level is not None:
        done = _attribute(at, chosen, level, link or [], engagement)
    elif state is not None:
        done = _validate(at, chosen, State(state), element, severity, quote=quote, json=json)
    if json:
        now = chosen_finding(at, case, finding)
        record = _record(now, withholdings_of(at, now.finding), evidence_of(at, now.finding))
        as_json(record | repeated.record(standings(at, [finding])))
    elif done:
        say(done)
    else:
        criterion = criteria_of(at, case).by_code.get(chosen.finding.code)
        _show(chosen, withholdings_of(at, chosen.finding), criterion, evidence_of(at, chosen.finding))
        repeated.show(standings(at, [finding]))


def _refuse_idle(*, finding: str, level: Level | None, state: Step | None, attributing: bool, judged: bool) -> None:
    """Refuses options that would be without effect: whoever gave them meant to record something."""
    problem: tuple[str, str, str] | None = None
    if not finding and (level is not None or state is not None or attributing or judged):
        problem = ("finding_missing", "These options record something on one finding.", "Give --finding with them.")
    elif level is not None and (state is not None or judged):
        problem = (
            "two_acts_at_once",
            "Attribution and a validation step are two acts and are recorded one after the other.",
            "Give --level first, then --state in a second command.",
        )
    elif attributing and level is None:
        problem = ("level_missing", "Links and engagement belong to an attribution.", "Give --level with them.")
    elif judged and state is None:
        problem = (
            "state_missing",
            "Element, severity and quote belong to a validation step.",
            "Give --state with them.",
        )
    if problem is not None:
        raise VettingError(*problem, ExitCode.USAGE)


def chosen_finding(at: Desk, case: str, finding: str) -> Reviewed:
    """The finding as it is recorded now. Refuses an unknown one."""
    for item in findings_of(at, case):
        if item.finding.id == finding:
            return item
    raise not_found("finding_unknown", f"Case {case} has no finding of that id.", f"See: vetting review {case}.")


def criteria_of(at: Desk, case: str) -> Criteria:
    """The criteria of the case's frozen protocol."""
    with at.case_files.reading() as unit:
        protocol = unit.position(unit.case(case).position).protocol
    return Workbench(desk=at).criteria(protocol)


def _attribute(at: Desk, chosen: Reviewed, level: Level, links: list[Link], engagement: Engagement | None) -> str:
    check_attribution(at, chosen.finding.id, level, links)
    attribute(at, chosen.finding.id, level, links, _checked(), engagement)
    return f"{chosen.finding.id}: attribution {level.value} recorded."


def _validate(
    at: Desk, chosen: Reviewed, state: State, element: Element, severity: int, *, quote: bool, json: bool
) -> str:
    finding = chosen.finding
    criterion = criteria_of(at, finding.case_number).by_code.get(finding.code)
    if criterion is None:
        raise bad_input(
            "criterion_unknown",
            f"The criteria no longer hold {finding.code}.",
            "Restore the criteria file that the position was opened with.",
        )
    step = Validation(
        finding_id=finding.id,
        state=state,
        element=element,
        severity=severity,
        quote=quote,
        note=RawText(""),
        reviewer=at.person.id,
        at=at.clock(),
    )
    check_validation(at, step, criterion, len(chosen.marks) if state is State.SECOND_REVIEWED else 0)
    agreed = _agreed(chosen, json=json) if state is State.SECOND_REVIEWED and chosen.marks else 0
    validate(
        at,
        finding.id,
        state,
        _checked(),
        criterion=criterion,
        element=element,
        severity=severity,
        quote=quote,
        marks_seen=agreed,
    )
    return f"{finding.id} is recorded as {plain(state)}."


def _agreed(chosen: Reviewed, *, json: bool) -> int:
    """Shows the marks that a second review agrees to; how many the person says they saw."""
    if not json:
        explanation.show_marks(chosen.finding, chosen.marks)
    said = ask("How many marks on this finding did you see, and agree to?")
    return int(said) if said.strip().isdecimal() and said.isascii() else 0


def _checked() -> RawText:
    return RawText(ask("What did you check, and how?"))


def _list(case: str, findings: tuple[Reviewed, ...], *, json: bool) -> None:
    rows = [(i.finding.id, i.finding.code, i.finding.search_key, i.level.value, i.state.value) for i in findings]
    if json:
        as_json([dict(zip(("finding", "criterion", "search", "level", "state"), row, strict=True)) for row in rows])
        return
    if rows:
        table(("Finding", "Criterion", "Search", "Level", "State"), [(*row[:-1], plain(row[-1])) for row in rows])
        say(f"Show one with: vetting review {case} --finding FINDING")
    else:
        say(f"Case {case} has no findings.")
    waiting = sum(item.waiting for item in findings)
    say(f"{waiting} of {len(rows)} wait." if waiting else f"Nothing waits. Next: vetting release {case}")


def _record(chosen: Reviewed, found: Sequence[Withholding], evidence: Evidence) -> dict[str, object]:
    """What was recorded, for a program: codes, states, reviewers and times, and no word of passage or note."""
    finding, said = chosen.finding, chosen.attribution
    return {
        "finding": finding.id,
        "criterion": finding.code,
        "search": finding.search_key,
        "platform": finding.platform,
        "engagement": chosen.engagement.value,
        "level": chosen.level.value,
        "state": chosen.state.value,
        "evidence": signals.record(evidence),
        "attribution": said
        and {
            "level": said.level.value,
            "links": [link.value for link in said.links],
            "engagement": said.engagement and said.engagement.value,
            "reviewer": said.reviewer,
            "at": said.at.isoformat(),
        },
        "steps": [
            {
                "state": step.state.value,
                "element": step.element.value,
                "severity": step.severity,
                "quote": step.quote,
                "reviewer": step.reviewer,
                "at": step.at.isoformat(),
            }
            for step in chosen.history
        ],
        "marks": [explanation.record(mark) for mark in chosen.marks],
        "withholdings": [explanation.explained(one) for one in found],
    }


def _show(chosen: Reviewed, found: Sequence[Withholding], criterion: Criterion | None, evidence: Evidence) -> None:
    """The passage, on the reviewer's terminal only, with control characters taken out."""
    finding = chosen.finding
    posted = finding.posted_at.date().isoformat() if finding.posted_at else "undated"
    took_part = plain(chosen.engagement)
    say(f"{finding.id}  {finding.code}  {plain(finding.platform)}, {took_part}, {posted}")
    if criterion is not None:
        labelled("Criterion", criterion.title)
    for label, text in (("Words", finding.passage), ("Where", finding.locator), ("Account", finding.author)):
        if text.reveal().strip():
            labelled(label, printable(text))
    if criterion is not None and criterion.token:
        say("Nothing of it is kept here: it is settled, and no reviewer needs to act.")
    else:
        signals.show(evidence)
    for one in found:
        explanation.show_withholding(finding, one)
    explanation.show_marks(finding, chosen.marks)
    if chosen.attribution is not None:
        _show_attribution(chosen.attribution)
    for step in chosen.history:
        _show_step(step)


def _show_attribution(said: Attribution) -> None:
    links = ", ".join(plain(link) for link in said.links) or "no links"
    took_part = f", {plain(said.engagement)}" if said.engagement else ""
    say(f"{said.at:%Y-%m-%d %H:%M} UTC  {said.reviewer}  attribution {said.level.value}: {links}{took_part}")
    labelled("  Note", printable(said.note))


def _show_step(step: Validation) -> None:
    element = f", {plain(step.element)}" if step.element is not Element.NONE else ""
    severity = f", severity {step.severity}" if step.severity else ""
    quote = ", wording decisive" if step.quote else ""
    say(f"{step.at:%Y-%m-%d %H:%M} UTC  {step.reviewer}  {plain(step.state)}{element}{severity}{quote}")
    if step.note.reveal():
        labelled("  Note", printable(step.note))

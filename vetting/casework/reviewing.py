"""Two people look at each finding: whether it is the candidate, and whether it is so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from vetting.attribution import Attribution, Level, Link, check_disclosure, check_level
from vetting.casework.desk import Desk
from vetting.errors import refused
from vetting.evidence import Engagement, RawText
from vetting.finding import Criterion, Finding
from vetting.log.event import EventType
from vetting.log.profile import JsonInput
from vetting.marking import Mark
from vetting.records.case_files import CaseFileUnit
from vetting.records.rows import CaseRecord
from vetting.roles import Permission
from vetting.validation import (
    SECOND_REVIEW_DONE,
    SETTLED,
    Element,
    State,
    Validation,
    check_judgment,
    check_transition,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A finding and everything recorded about it."""

    finding: Finding
    attribution: Attribution | None
    history: tuple[Validation, ...]
    marks: tuple[Mark, ...]
    """What reviewers withhold beyond the filter or restore, those taken back too."""

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.history[-1].state if self.history else State.CAPTURED

    @property
    def level(self) -> Level:
        """Its attribution level; A0 until somebody attributed it."""
        return self.attribution.level if self.attribution else Level.A0

    @property
    def engagement(self) -> Engagement:
        """How the account took part: the reviewer's word where there is one, else the source's."""
        said = self.attribution.engagement if self.attribution else None
        return said or self.finding.engagement

    @property
    def corroboration(self) -> Validation | None:
        """The last corroboration, whose element, severity and quotation count: it supersedes every earlier one."""
        return next((step for step in reversed(self.history) if step.state is State.CORROBORATED), None)

    @property
    def waiting(self) -> bool:
        """Whether a person still has to act before the report may be released."""
        return self.state not in SETTLED and self.state is not State.SECOND_REVIEWED


def reviewed(unit: CaseFileUnit, number: str) -> tuple[Reviewed, ...]:
    """All findings of a case with what was recorded about each, inside the caller's transaction."""
    return tuple(reviewed_one(unit, finding) for finding in unit.findings(number))


def reviewed_one(unit: CaseFileUnit, finding: Finding) -> Reviewed:
    """The finding with what was recorded about it, inside the caller's transaction."""
    return Reviewed(
        finding=finding,
        attribution=unit.attribution(finding.id),
        history=tuple(unit.validations(finding.id)),
        marks=unit.marks(finding.id),
    )


def findings_of(desk: Desk, number: str) -> tuple[Reviewed, ...]:
    """The findings of a case, for a reviewer. Refuses anybody else, and whoever decides on the position."""
    with desk.case_files.reading() as unit:
        position = unit.case(number).position
    desk.permit(Permission.REVIEW_FINDINGS, position=position, searcher=True)
    with desk.case_files.reading() as unit:
        return reviewed(unit, number)


def attribute(
    desk: Desk,
    finding_id: str,
    level: Level,
    links: Sequence[Link],
    note: RawText,
    engagement: Engagement | None = None,
) -> Attribution:
    """Records whether it is the candidate, and how the account took part where the source could not say it.

    Refuses a level that the evidence does not carry, a link to what was never disclosed, what the same person said
    last, and a finding that a second person has reviewed: one person alone would otherwise change who it is behind the
    second reviewer's back.
    """
    case = check_attribution(desk, finding_id, level, links)
    attribution = Attribution(
        finding_id=finding_id,
        level=level,
        links=tuple(links),
        note=note,
        reviewer=desk.person.id,
        at=desk.clock(),
        engagement=engagement,
    )
    body: dict[str, JsonInput] = {
        "finding": finding_id,
        "level": level.value,
        "links": [link.value for link in links],
    }
    if engagement is not None:
        body["engagement"] = engagement.value
    with desk.act() as unit:
        refuse_second_reviewed(unit.validations(finding_id), "its attribution stands")
        _refuse_repeated(unit.attribution(finding_id), attribution)
        unit.add_attribution(attribution)
        key = f"{finding_id}:{desk.new_id()}"
        unit.post(desk.event(EventType.ATTRIBUTION_RECORDED, key, body, position=case.position, case=case.number))
    return attribution


def check_attribution(desk: Desk, finding_id: str, level: Level, links: Sequence[Link]) -> CaseRecord:
    """Refuses what `attribute` would refuse, before somebody has written a note that would be lost; the case."""
    with desk.case_files.reading() as view:
        case = view.case(view.finding(finding_id).case_number)
        candidate, history = view.candidate(case.number), view.validations(finding_id)
    desk.permit(Permission.REVIEW_FINDINGS, position=case.position, searcher=True)
    check_level(level, tuple(links))
    check_disclosure(tuple(links), candidate)
    refuse_second_reviewed(history, "its attribution stands")
    return case


def check_validation(desk: Desk, step: Validation, criterion: Criterion, marks_seen: int = 0) -> None:
    """Refuses what `validate` would refuse, before somebody has written a note that would be lost."""
    with desk.case_files.reading() as view:
        item = reviewed_one(view, view.finding(step.finding_id))
        case = view.case(item.finding.case_number)
        desk.permit(Permission.REVIEW_FINDINGS, position=case.position, searcher=True)
        _check_criterion(item.finding, criterion)
        check_judgment(step, criterion)
        _check_step(desk, view, case, item, step)
        _check_marks_seen(item, step, marks_seen)


def validate(
    desk: Desk,
    finding_id: str,
    state: State,
    note: RawText,
    *,
    criterion: Criterion,
    element: Element = Element.NONE,
    severity: int = 0,
    quote: bool = False,
    marks_seen: int = 0,
) -> Validation:
    """Records one step of validation; `criterion` is the one that the finding was proposed under.

    `marks_seen` is how many marks the second reviewer saw: they are part of what is agreed to. Refuses another number
    than there are, what the state machine, the criterion, the look-back or the two-person rule forbids, and any step
    once a report with the finding has been filed.
    """
    with desk.case_files.reading() as view:
        finding = view.finding(finding_id)
        case = view.case(finding.case_number)
    desk.permit(Permission.REVIEW_FINDINGS, position=case.position, searcher=True)
    step = Validation(
        finding_id=finding_id,
        state=state,
        element=element,
        severity=severity,
        quote=quote,
        note=note,
        reviewer=desk.person.id,
        at=desk.clock(),
    )
    _check_criterion(finding, criterion)
    check_judgment(step, criterion)
    with desk.act() as unit:
        item = reviewed_one(unit, finding)
        _check_step(desk, unit, case, item, step)
        _check_marks_seen(item, step, marks_seen)
        add_step(desk, unit, case, step, len(item.history), marks=marks_seen)
    return step


def _check_step(desk: Desk, unit: CaseFileUnit, case: CaseRecord, item: Reviewed, step: Validation) -> None:
    """What only the record can tell: the state before, who took it there, what is filed, how old the item is."""
    check_transition(item.history, step, item.level)
    _check_second_person(item, step)
    if item.state is State.FILTERED:
        _refuse_filed(desk, case.number, item.history[-1].at)
    if step.state is State.CONTEXT_CHECKED:
        years = unit.position(case.position).protocol.lookback_years
        check_lookback(item.finding, years, desk.clock())


def add_step(
    desk: Desk, unit: CaseFileUnit, case: CaseRecord, step: Validation, number: int, *, marks: int = 0
) -> None:
    """Adds a transition and its log row inside the caller's transaction; `marks` is how many the step agrees to."""
    unit.add_validation(step)
    body: dict[str, JsonInput] = {
        "finding": step.finding_id,
        "state": step.state.value,
        "element": step.element.value,
        "severity": step.severity,
        "quote": step.quote,
    }
    if step.state is State.CONTEXT_CHECKED:
        years = unit.position(case.position).protocol.lookback_years
        body["in_lookback"] = in_lookback(unit.finding(step.finding_id), years, step.at)
    if marks:
        body["marks"] = marks
    key = f"{step.finding_id}:{number}"
    unit.post(desk.event(EventType.VALIDATION_RECORDED, key, body, position=case.position, case=case.number))


def _check_criterion(finding: Finding, criterion: Criterion) -> None:
    if criterion.code != finding.code:
        raise refused("criterion_differs", "The finding was proposed under another criterion.", "Review it under that.")


def _check_second_person(item: Reviewed, step: Validation) -> None:
    """Refuses a second review by whoever said whose account it is or marked the passage: two people judge that too."""
    attributed_by = item.attribution.reviewer if item.attribution else None
    if step.state is State.SECOND_REVIEWED and step.reviewer in {attributed_by, *(m.reviewer for m in item.marks)}:
        raise refused(
            "same_reviewer",
            "The second review must be made by another person than the attribution and the marks.",
            "Have a second reviewer sign in and record it.",
        )


def _check_marks_seen(item: Reviewed, step: Validation, seen: int) -> None:
    """Refuses a second review by whoever did not see every mark, and a count at any other step."""
    wanted = len(item.marks) if step.state is State.SECOND_REVIEWED else 0
    if seen != wanted:
        number, case = item.finding.id, item.finding.case_number
        raise refused(
            "marks_unseen",
            f"The finding carries {wanted} marks that this step would agree to, and {seen} were said to be seen.",
            f"Look at them: vetting review {case} --finding {number}; then repeat the step and say {wanted}.",
        )


def refuse_second_reviewed(history: Sequence[Validation], stands: str) -> None:
    """Refuses to change behind the second reviewer's back what they agreed to; `stands` says what."""
    if history and history[-1].state in SECOND_REVIEW_DONE:
        raise refused(
            "second_reviewed_already",
            f"A second person has reviewed this finding, so {stands}.",
            "Record it as corroborated again first, then the change, then have it reviewed a second time.",
        )


def _refuse_repeated(before: Attribution | None, attribution: Attribution) -> None:
    """Refuses the same words twice: whoever repeats a command that was killed finds it done."""
    if before is not None and replace(before, at=attribution.at) == attribution:
        raise refused(
            "attribution_recorded",
            "This attribution, with this note, is recorded already.",
            "Go on with the validation.",
        )


def _refuse_filed(desk: Desk, number: str, filtered_at: datetime) -> None:
    """A kill can part the filing of a report from the marking of its findings: what was filed counts."""
    with desk.released.reading() as view:
        filed = view.report_of_case(number)
    if filed is not None and filed.released_at >= filtered_at:
        raise refused(
            "report_filed",
            f"Report {filed.report.number} with this finding is released.",
            f"Finish its release with: vetting release {number}.",
        )


def in_lookback(finding: Finding, years: int, now: datetime) -> bool:
    """Whether the item is dated and not older than the look-back: what the log says instead of a date."""
    return finding.posted_at is not None and (now - finding.posted_at).days <= years * 365.25


def check_lookback(finding: Finding, years: int, now: datetime) -> None:
    """Refuses an undated item and one older than the look-back (REQ-FCRA-2)."""
    if finding.posted_at is None:
        raise refused("undated", "An undated item cannot be validated for release.", "Record it as unverifiable.")
    if not in_lookback(finding, years, now):
        raise refused("expired", f"The item is older than the look-back of {years} years.", "Record it as expired.")

"""Two people look at each finding: whether it is the candidate, and whether it is so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from vetting.attribution import Attribution, Level, Link, check_level
from vetting.casework.desk import Desk
from vetting.errors import refused
from vetting.evidence import Engagement, RawText
from vetting.finding import Finding
from vetting.log.event import EventType
from vetting.log.profile import JsonInput
from vetting.records.case_files import CaseFileUnit
from vetting.records.rows import CaseRecord
from vetting.roles import Permission
from vetting.validation import SETTLED, Element, State, Validation, check_transition


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A finding and everything recorded about it."""

    finding: Finding
    attribution: Attribution | None
    history: tuple[Validation, ...]

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
    def waiting(self) -> bool:
        """Whether a person still has to act before the report may be released."""
        return self.state not in SETTLED and self.state is not State.SECOND_REVIEWED


def reviewed(unit: CaseFileUnit, number: str) -> tuple[Reviewed, ...]:
    """All findings of a case with what was recorded about each, inside the caller's transaction."""
    return tuple(
        Reviewed(
            finding=finding,
            attribution=unit.attribution(finding.id),
            history=tuple(unit.validations(finding.id)),
        )
        for finding in unit.findings(number)
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

    Refuses a level that the evidence does not carry.
    """
    with desk.case_files.reading() as view:
        case = view.case(view.finding(finding_id).case_number)
    desk.permit(Permission.REVIEW_FINDINGS, position=case.position, searcher=True)
    check_level(level, tuple(links))
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
        unit.add_attribution(attribution)
        key = f"{finding_id}:{desk.new_id()}"
        unit.post(desk.event(EventType.ATTRIBUTION_RECORDED, key, body, position=case.position, case=case.number))
    return attribution


def validate(
    desk: Desk,
    finding_id: str,
    state: State,
    note: RawText,
    *,
    element: Element = Element.NONE,
    severity: int = 0,
    quote: bool = False,
) -> Validation:
    """Records one step of validation. Refuses what the state machine, the look-back or the two-person rule forbids."""
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
    with desk.act() as unit:
        attribution = unit.attribution(finding_id)
        history = unit.validations(finding_id)
        check_transition(history, step, attribution.level if attribution else Level.A0)
        if state is State.CONTEXT_CHECKED:
            years = unit.position(case.position).protocol.lookback_years
            check_lookback(finding, years, desk.clock())
        add_step(desk, unit, case, step, len(history))
    return step


def add_step(desk: Desk, unit: CaseFileUnit, case: CaseRecord, step: Validation, number: int) -> None:
    """Adds a transition and its log row inside the caller's transaction."""
    unit.add_validation(step)
    body = {"finding": step.finding_id, "state": step.state.value, "element": step.element.value}
    key = f"{step.finding_id}:{number}"
    unit.post(desk.event(EventType.VALIDATION_RECORDED, key, body, position=case.position, case=case.number))


def check_lookback(finding: Finding, years: int, now: datetime) -> None:
    """Refuses an undated item and one older than the look-back (REQ-FCRA-2)."""
    if finding.posted_at is None:
        raise refused("undated", "An undated item cannot be validated for release.", "Record it as unverifiable.")
    if (now - finding.posted_at).days > years * 365.25:
        raise refused("expired", f"The item is older than the look-back of {years} years.", "Record it as expired.")

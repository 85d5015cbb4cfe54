"""From reviewed findings to a report that may cross the wall, and into the released store.

The order survives a kill at any point: (1) gate and filter records in the case files, (2) report in the released store,
(3) findings marked released. Running it again repeats what is missing and nothing else.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from filters.gate import Gate, ReviewedFinding
from vetting.casework.candidate_file import check_authorization
from vetting.casework.desk import Body, Desk
from vetting.casework.reviewing import Reviewed, add_step, reviewed
from vetting.casework.searching import Progress, progress
from vetting.errors import VettingError, not_ready
from vetting.evidence import RawText
from vetting.finding import Criterion
from vetting.log.event import EventType
from vetting.protocol import Quotation
from vetting.records.case_files import CaseFileUnit
from vetting.records.rows import FilterRecordRow
from vetting.release import ReleasedReport, Report, ReportedSearch, SanitizedFinding
from vetting.roles import Permission
from vetting.search import Outcome
from vetting.validation import Element, State, Validation

_OUTCOMES = {
    Outcome.COMPLETED: "Completed",
    Outcome.NO_RESULTS: "No results",
    Outcome.BLOCKED: "Blocked by the source",
    Outcome.UNAVAILABLE: "Source unavailable",
    Outcome.NOT_APPLICABLE: "Not applicable",
}
_PASSED = frozenset({State.SECOND_REVIEWED, State.FILTERED, State.RELEASED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """A report that passed the gate, and the words that must not be in its PDF."""

    report: Report
    hunted: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Cleared({self.report.number})"


def clear_for_release(desk: Desk, number: str, gate: Gate, criteria: Mapping[str, Criterion]) -> Cleared:
    """Passes every reviewed finding through the gate and composes the report.

    Refuses while a planned search has no outcome, or a finding waits for attribution or validation. A nil report is a
    report like any other.
    """
    state = progress(desk, number)
    desk.permit(Permission.RELEASE_REPORT, position=state.case.position, searcher=True)
    check_authorization(state.case.authorization, desk.clock())
    _refuse_outstanding(state)
    with desk.case_files.reading() as view:
        findings = reviewed(view, number)
    _refuse_waiting(findings, number)
    groups: dict[str, list[Reviewed]] = defaultdict(list)
    for item in findings:
        if item.state in _PASSED:
            groups[item.finding.code].append(item)
    with desk.act() as unit:
        door = _Door(desk=desk, unit=unit, state=state, gate=gate)
        passed = [door.pass_group(criteria[code], group) for code, group in sorted(groups.items())]
    sanitized = tuple(finding for finding in passed if finding is not None)
    report = _compose(desk, state, gate, sanitized)
    return Cleared(report=report, hunted=_hunted(state, desk.settings.department.name))


def already_released(desk: Desk, number: str) -> ReleasedReport | None:
    """The report of this case if it was filed, after finishing what a kill may have left undone."""
    try:
        with desk.released.reading() as view:
            filed = view.report_of_case(number)
    except VettingError as error:
        if error.code == "unknown_report":
            return None
        raise
    _mark_released(desk, number)
    return filed


def file_report(desk: Desk, report: Report, pdf: bytes) -> ReleasedReport:
    """Files the checked PDF in the released store, then marks its findings as released."""
    released = ReleasedReport(
        report=report, pdf=pdf, pdf_sha256=hashlib.sha256(pdf).hexdigest(), released_at=desk.clock()
    )
    body: Body = {"report": report.number, "pdf": released.pdf_sha256, "log_size": report.log_size}
    with desk.released.transaction() as unit:
        unit.add(released)
        unit.post(
            desk.event(
                EventType.REPORT_RELEASED,
                report.number,
                body,
                position=report.position,
                case=report.case_number,
            )
        )
    desk.settle()
    _mark_released(desk, report.case_number)
    return released


def _refuse_outstanding(state: Progress) -> None:
    missing = len(state.outstanding)
    if missing:
        raise not_ready(
            "search_without_outcome",
            f"{missing} of {len(state.planned)} planned searches have no outcome yet.",
            f"Run: vetting run {state.case.number}.",
        )


def _refuse_waiting(findings: Sequence[Reviewed], number: str) -> None:
    waiting = sum(item.waiting for item in findings)
    if waiting:
        raise not_ready(
            "finding_without_validation",
            f"{waiting} of {len(findings)} findings wait for attribution or validation (IV.B.10).",
            f"Review them: vetting review {number}.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Door:
    """What the findings of one case pass through, inside one transaction."""

    desk: Desk
    unit: CaseFileUnit
    state: Progress
    gate: Gate

    def pass_group(self, criterion: Criterion, group: Sequence[Reviewed]) -> SanitizedFinding | None:
        """One criterion's findings become one reported finding with a frequency band; None where it is withheld."""
        leading = max(group, key=lambda item: (_severity(item), _quoted(item)))
        candidate = self.state.candidate
        names = (candidate.full_name, *candidate.other_names)
        reviewed = _for_the_gate(leading, criterion, len(group), self.state.protocol.quotation)
        answer = self.gate.clear(reviewed, names, _record_id(leading))
        if reviewed.quote and not isinstance(answer, SanitizedFinding):
            # Words that cannot be vouched for stay behind; the conduct, in the closed vocabulary, does not.
            answer = self.gate.clear(replace(reviewed, quote=False), names, _record_id(leading))
        passed = isinstance(answer, SanitizedFinding)
        for item in group:
            if item.state is State.SECOND_REVIEWED:
                self._record(item, leading, "passed" if passed else "withheld")
        return answer if isinstance(answer, SanitizedFinding) else None

    def _record(self, item: Reviewed, leading: Reviewed, action: str) -> None:
        desk, case, finding_id = self.desk, self.state.case, item.finding.id
        record = FilterRecordRow(
            id=_record_id(item),
            finding_id=finding_id,
            filter_version=self.gate.version,
            action=action,
            reason=_record_id(leading),
            at=desk.clock(),
            detail=RawText(""),
        )
        self.unit.add_filter_record(record)
        body = {"finding": finding_id, "filter": self.gate.version, "action": action, "record": record.reason}
        kind = EventType.FILTER_APPLIED
        self.unit.post(desk.event(kind, finding_id, body, position=case.position, case=case.number))
        state = State.FILTERED if action == "passed" else State.WITHHELD
        add_step(desk, self.unit, case, _step(desk, finding_id, state), len(item.history))


def _severity(item: Reviewed) -> int:
    return max((step.severity for step in item.history), default=0)


def _quoted(item: Reviewed) -> bool:
    return any(step.quote for step in item.history)


def _record_id(item: Reviewed) -> str:
    return f"FR-{item.finding.id[2:]}"


def _for_the_gate(item: Reviewed, criterion: Criterion, occurrences: int, quotation: Quotation) -> ReviewedFinding:
    corroborated = (step.element for step in item.history if step.state is State.CORROBORATED)
    return ReviewedFinding(
        finding=item.finding,
        criterion=criterion,
        level=item.level,
        element=next(corroborated, Element.NONE),
        severity=_severity(item),
        quote=quotation is Quotation.SANITIZED and _quoted(item),
        occurrences=occurrences,
    )


def _step(desk: Desk, finding_id: str, state: State) -> Validation:
    return Validation(
        finding_id=finding_id,
        state=state,
        element=Element.NONE,
        severity=0,
        quote=False,
        note=RawText(""),
        reviewer=desk.person.id,
        at=desk.clock(),
    )


def _mark_released(desk: Desk, number: str) -> None:
    with desk.case_files.reading() as view:
        filtered = [item for item in reviewed(view, number) if item.state is State.FILTERED]
    if not filtered:
        return
    with desk.act() as unit:
        case = unit.case(number)
        for item in filtered:
            add_step(desk, unit, case, _step(desk, item.finding.id, State.RELEASED), len(item.history))


def _compose(desk: Desk, state: Progress, gate: Gate, findings: tuple[SanitizedFinding, ...]) -> Report:
    checkpoint = desk.checkpoint()
    results = {result.key: result for result in state.results}
    return Report(
        number=f"R-{state.case.number[2:]}-1",
        case_number=state.case.number,
        position=state.case.position,
        position_title=state.protocol.title,
        department=desk.settings.department.name,
        released_on=desk.clock().date(),
        prepared_by="An HR investigator who takes no part in the hiring decision",
        protocol_title=state.protocol.title,
        protocol_version=state.protocol.version,
        protocol_digest=state.protocol.digest(),
        filter_version=gate.version,
        authorization_signed=True,
        searches=tuple(
            ReportedSearch(
                step=1 + [step.id for step in state.protocol.steps].index(search.step.id),
                title=search.step.title,
                outcome=_OUTCOMES[results[search.key].outcome],
            )
            for search in state.planned
        ),
        findings=findings,
        log_size=checkpoint.size,
        log_root=checkpoint.root_hex[:16],
        witnessed=False,
    )


def _hunted(state: Progress, department: str) -> tuple[str, ...]:
    """What must not be found in the finished PDF: every name, name part and identifier of the candidate, and the town
    unless the department itself is named for it.
    """
    candidate = state.candidate
    names = (candidate.full_name, *candidate.other_names)
    parts = [part for name in names for part in name.split() if len(part) > 1]
    values = [identifier.value for identifier in candidate.identifiers]
    town = [candidate.town] if candidate.town.casefold() not in department.casefold() else []
    return tuple(dict.fromkeys([*names, *parts, *town, *values]))

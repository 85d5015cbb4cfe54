"""From reviewed findings to a report that may cross the wall, and into the released store.

The order survives a kill at any point: (1) gate and filter records in the case files, (2) report in the released store,
(3) findings marked released. Running it again repeats what is missing and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from filters.gate import Gate, Passed, ReviewedFinding, Withheld, reported
from filters.wording import closed
from vetting.casework.candidate_file import check_authorization
from vetting.casework.desk import Body, Desk
from vetting.casework.marking import for_the_gate
from vetting.casework.parity import settle_parity
from vetting.casework.protocol_file import refuse_changed_config
from vetting.casework.reviewing import Reviewed, add_step, reviewed
from vetting.casework.searching import Progress, progress, refuse_withdrawn
from vetting.checkpoints import log_policy, standing_of
from vetting.deviation import excluded_steps
from vetting.errors import not_ready
from vetting.evidence import RawText
from vetting.finding import Criterion
from vetting.journal import log_errors
from vetting.log.event import EventType
from vetting.log.profile import JsonInput
from vetting.marking import in_force
from vetting.protocol import Quotation, SearchProtocol
from vetting.records.case_files import CaseFileUnit
from vetting.records.rows import FilterRecordRow
from vetting.release import ReleasedReport, Report, ReportedOutcome, ReportedSearch, SanitizedFinding
from vetting.roles import Permission
from vetting.search import Search, SearchResult, step_of
from vetting.validation import Element, State, Validation

PASSED = "passed"
STATEMENT_ONLY = "statement_only"
"""The gate vouched for the conduct but not for the words."""

REPORTABLE = frozenset({State.SECOND_REVIEWED, State.FILTERED, State.RELEASED})
"""Two people have spoken on it; what remains is the gate's to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """A report that passed the gate, and the words that must not be in its PDF."""

    report: Report
    stood: str
    """What the case held when the report was composed: see `_standing`."""
    hunted: tuple[str, ...]
    vocabulary: tuple[str, ...]
    """What was frozen before this candidate came, and so says nothing about them."""

    def __repr__(self) -> str:
        return f"Cleared({self.report.number})"


def ready(desk: Desk, number: str) -> tuple[Progress, tuple[Reviewed, ...]]:
    """The case and its findings. Refuses what `clear_for_release` refuses before the gate."""
    state = progress(desk, number)
    desk.permit(Permission.RELEASE_REPORT, position=state.case.position, searcher=True)
    refuse_withdrawn(state)
    check_authorization(state.case.authorization, desk.clock(), number)
    refuse_changed_config(desk.settings.config, state.protocol)
    _refuse_outstanding(state)
    state = settle_parity(desk, state)
    with desk.case_files.reading() as view:
        findings = _counted(view, number)
    _refuse_waiting(findings, number)
    return state, findings


def clear_for_release(desk: Desk, number: str, gate: Gate, criteria: Mapping[str, Criterion]) -> Cleared:
    """Passes every reviewed finding through the gate and composes the report.

    Refuses while a planned search has no outcome, a source was down and was not asked again for all whom it failed, a
    finding waits for attribution or validation, the candidate withdrew, or the criteria are not those the protocol was
    frozen with: their statements are what a report says. A nil report is a report like any other. What a step found
    that is left out for everybody is in no report.
    """
    state, findings = ready(desk, number)
    groups: dict[str, list[Passed]] = defaultdict(list)
    with desk.act() as unit:
        door = _Door(desk=desk, unit=unit, state=state, gate=gate)
        for item in findings:
            passed = door.passes(criteria[item.finding.code], item) if item.state in REPORTABLE else None
            if passed is not None:
                groups[item.finding.code].append(passed)
    sanitized = tuple(reported(group) for _, group in sorted(groups.items()))
    with desk.case_files.reading() as view:
        stood = _standing(view, number)
    report = _compose(desk, state, gate, sanitized)
    return Cleared(
        report=report,
        stood=stood,
        hunted=_hunted(state, desk.settings.department.name),
        vocabulary=_vocabulary(state.protocol, criteria.values()),
    )


def already_released(desk: Desk, number: str) -> ReleasedReport | None:
    """The report of this case if it was filed, after finishing what a kill may have left undone.

    Refuses, before it looks, whoever may not release.
    """
    with desk.case_files.reading() as files:
        position = files.case(number).position
    desk.permit(Permission.RELEASE_REPORT, position=position, searcher=True)
    with desk.released.reading() as view:
        filed = view.report_of_case(number)
    if filed is not None:
        _mark_released(desk, number)
    return filed


def withheld_reasons(desk: Desk, number: str) -> tuple[str, ...]:
    """The reason code of each finding of the case that the filter withheld as a whole, for the investigator's side."""
    with desk.case_files.reading() as view:
        return tuple(record.reason for record in view.filter_records(number) if record.action == "withheld")


def file_report(desk: Desk, cleared: Cleared, pdf: bytes) -> ReleasedReport:
    """Files the checked PDF in the released store, then marks its findings as released.

    Refuses where the case is not what it was when the report was composed: between the gate and the filing somebody may
    have refuted a finding or added evidence. The case files' only writer looks and files, so nobody can in between; and
    whoever waits for the lock meets a case that is released.
    """
    report = cleared.report
    released = ReleasedReport(
        report=report, pdf=pdf, pdf_sha256=hashlib.sha256(pdf).hexdigest(), released_at=desk.clock()
    )
    body: Body = {"report": report.number, "pdf": released.pdf_sha256, "log_size": report.log_size}
    kind, place = EventType.REPORT_RELEASED, {"position": report.position, "case": report.case_number}
    with desk.case_files.transaction() as files:
        if _standing(files, report.case_number) != cleared.stood:
            raise not_ready(
                "case_changed",
                "Something was recorded in the case while its report was made; the report was not released.",
                f"Release it again: vetting release {report.case_number}.",
            )
        with desk.released.transaction() as unit:
            unit.add(released)
            unit.post(desk.event(kind, report.number, body, **place))
    desk.settle()
    _mark_released(desk, report.case_number)
    return released


def _standing(unit: CaseFileUnit, number: str) -> str:
    """A digest of all that a report stands on: outcomes, findings, how much was recorded about each, and the steps that
    are left out.
    """
    held = [
        sorted(_excluded(unit, number)),
        [[r.key, r.outcome.value, r.ended_at.isoformat()] for r in unit.results(number)],
        [
            [
                item.finding.id,
                len(item.history),
                len(item.marks),
                item.attribution.at.isoformat() if item.attribution else "",
            ]
            for item in reviewed(unit, number)
        ],
    ]
    return hashlib.sha256(json.dumps(held).encode()).hexdigest()


def _excluded(unit: CaseFileUnit, number: str) -> frozenset[str]:
    return excluded_steps(unit.deviations(unit.case(number).position))


def _counted(unit: CaseFileUnit, number: str) -> tuple[Reviewed, ...]:
    """The findings of the case, but for those of steps that are left out for everybody."""
    excluded = _excluded(unit, number)
    return tuple(item for item in reviewed(unit, number) if step_of(item.finding.search_key) not in excluded)


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

    def passes(self, criterion: Criterion, item: Reviewed) -> Passed | None:
        """The finding as it left the gate, with a record of why; None where it is withheld."""
        candidate = self.state.candidate
        names = (candidate.full_name, *candidate.other_names)
        quoting = self.state.protocol.quotation is Quotation.SANITIZED
        asked = _for_the_gate(item, criterion, quoting=quoting)
        answer = self.gate.clear(asked, names, _record_id(item))
        reason = PASSED
        if asked.quote and isinstance(answer, Withheld):
            # Words that cannot be vouched for stay behind; the conduct, in the closed vocabulary, does not.
            answer, reason = self.gate.clear(replace(asked, quote=False), names, _record_id(item)), STATEMENT_ONLY
        if isinstance(answer, Withheld):
            self._record(item, State.WITHHELD, answer.reason.value)
            return None
        if item.state is State.SECOND_REVIEWED:
            self._record(item, State.FILTERED, reason)
        return Passed(reviewed=asked, sanitized=answer)

    def _record(self, item: Reviewed, state: State, reason: str) -> None:
        desk, case, finding_id = self.desk, self.state.case, item.finding.id
        action = "withheld" if state is State.WITHHELD else "passed"
        key = _decision(item, _decided(item) + 1)
        record = FilterRecordRow(
            id=f"FR-{key[2:]}",
            finding_id=finding_id,
            filter_version=self.gate.version,
            action=action,
            reason=reason,
            at=desk.clock(),
            detail=RawText(json.dumps({"marks": [mark.ordinal for mark in in_force(item.marks)]})),
        )
        self.unit.add_filter_record(record)
        body: dict[str, JsonInput] = {
            "finding": finding_id,
            "filter": record.filter_version,
            "action": action,
            "reason": reason,
            "record": record.id,
        }
        marks = for_the_gate(item.marks)
        if item.marks:
            body |= {"withheld_more": len(marks.withhold), "restored": len(marks.restore)}
        self.unit.post(desk.event(EventType.FILTER_APPLIED, key, body, position=case.position, case=case.number))
        add_step(desk, self.unit, case, _step(desk, finding_id, state), len(item.history))


def _record_id(item: Reviewed) -> str:
    """Of the filter's latest decision, or of the one it is about to make: running it again names the same."""
    return f"FR-{_decision(item, _decided(item) + (item.state is State.SECOND_REVIEWED))[2:]}"


def _decision(item: Reviewed, ordinal: int) -> str:
    """A finding that passed and was then reviewed anew is decided on once more, under a number of its own."""
    return item.finding.id if ordinal <= 1 else f"{item.finding.id}.{ordinal}"


def _decided(item: Reviewed) -> int:
    return sum(step.state is State.FILTERED for step in item.history)


def _for_the_gate(item: Reviewed, criterion: Criterion, *, quoting: bool) -> ReviewedFinding:
    """What two reviewers made of the finding: the latest corroboration counts, and their word on how the account
    took part before the source's.
    """
    corroborated = item.corroboration
    return ReviewedFinding(
        finding=replace(item.finding, engagement=item.engagement),
        criterion=criterion,
        level=item.level,
        element=corroborated.element if corroborated else Element.NONE,
        severity=corroborated.severity if corroborated else 0,
        quote=quoting and corroborated is not None and corroborated.quote,
        marks=for_the_gate(item.marks),
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
        filtered = [item for item in _counted(view, number) if item.state is State.FILTERED]
    if not filtered:
        return
    with desk.act() as unit:
        case = unit.case(number)
        for item in filtered:
            add_step(desk, unit, case, _step(desk, item.finding.id, State.RELEASED), len(item.history))


def _compose(desk: Desk, state: Progress, gate: Gate, findings: tuple[SanitizedFinding, ...]) -> Report:
    checkpoint = desk.checkpoint()
    seen = standing_of(desk.reader, log_policy(desk.settings), desk.clock()).witnessed_size or 0
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
        practice=state.case.practice,
        searches=tuple(
            ReportedSearch(
                step=1 + [step.id for step in state.protocol.steps].index(search.step.id),
                title=search.step.title,
                outcome=_reported_outcome(state, search, results[search.key]).value,
            )
            for search in state.planned
        ),
        findings=findings,
        log_size=checkpoint.size,
        log_root=checkpoint.root_hex[:16],
        witnessed=_covers_enrolment(desk, state.case.number, seen),
        witnessed_size=seen,
    )


def _covers_enrolment(desk: Desk, number: str, seen: int) -> bool:
    """What witnesses signed before the candidate was enrolled says nothing of this case."""
    with log_errors():
        enrolled = desk.reader.sequence_of(f"{EventType.CANDIDATE_ENROLLED.value}:{number}")
    return enrolled is not None and enrolled < seen


def _reported_outcome(state: Progress, search: Search, result: SearchResult) -> ReportedOutcome:
    """The same word for everybody of the position where the step is left out, whatever came of the search before."""
    return ReportedOutcome.EXCLUDED if state.left_out(search) else ReportedOutcome[result.outcome.name]


def _vocabulary(protocol: SearchProtocol, criteria: Iterable[Criterion]) -> tuple[str, ...]:
    """The words that a report takes from the frozen configuration and from the filter's closed lists."""
    said = (text for c in criteria for text in (c.code, c.title, c.clause, c.nexus, c.statement))
    return tuple(dict.fromkeys([*closed(), *said, *(step.title for step in protocol.steps)]))


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

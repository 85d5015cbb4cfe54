"""Planning and running the searches of one case: exactly one outcome each, also after a kill.

A search may be fetched twice when the machine dies between fetching and recording, but it is recorded once: outcome,
sealed captures, findings and log rows are one transaction under a unique key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from filters.analyzer import Analyzer
from filters.criteria import Criteria
from filters.query_linter import lint_query
from vetting.candidate import Candidate
from vetting.casework.candidate_file import check_authorization
from vetting.casework.desk import Body, Desk, commit
from vetting.casework.environment import recorded
from vetting.casework.identifying import signals_of
from vetting.casework.protocol_file import refuse_changed_config, refuse_changed_connectors
from vetting.casework.sealing import note_skew, preview, propose, store_evidence
from vetting.deviation import excluded_steps, withdrawn_cases
from vetting.errors import VettingError, refused
from vetting.log.event import EventType
from vetting.protocol import SearchProtocol, Step
from vetting.records.case_files import CaseFileUnit
from vetting.records.outbox import OutboxEvent
from vetting.records.rows import CaseRecord
from vetting.roles import Permission
from vetting.search import Outcome, Search, SearchResult, plan
from vetting.sources.conduct import Conducted, left_out
from vetting.sources.registry import read_terms
from vetting.sources.rendering import find_chromium
from vetting.sources.terms import Terms

Conduct = Callable[[Search], Conducted]
"""Runs one search on the internet the case may use: live for a real case, recorded for a practice case."""

_EVENT = {Outcome.BLOCKED: EventType.SEARCH_BLOCKED, Outcome.UNAVAILABLE: EventType.SEARCH_UNAVAILABLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The plan of a case and what has been done of it."""

    case: CaseRecord
    protocol: SearchProtocol
    candidate: Candidate
    planned: tuple[Search, ...]
    results: tuple[SearchResult, ...]
    excluded: frozenset[str]
    """Steps that are left out for everybody of the position."""
    withdrawn: bool
    """Whether the candidate withdrew: nothing more is done in the case."""

    @property
    def outstanding(self) -> tuple[Search, ...]:
        """Planned searches without an outcome, in the order of the protocol."""
        done = {result.key for result in self.results}
        return tuple(search for search in self.planned if search.key not in done)

    @property
    def unavailable(self) -> tuple[Search, ...]:
        """Searches whose source did not answer, in the order of the protocol: these may be run again (U5).

        None of a step that is left out for everybody.
        """
        failed = {result.key for result in self.results if result.outcome is Outcome.UNAVAILABLE}
        return tuple(s for s in self.planned if s.key in failed and s.step.id not in self.excluded)

    def left_out(self, search: Search) -> bool:
        """Whether nobody is asked, because the step is left out for everybody of the position."""
        return search.applicable and search.step.id in self.excluded

    def due(self, *, again: bool) -> tuple[Search, ...]:
        """What a run has to do: what is outstanding, or with `again` what was unavailable."""
        return self.unavailable if again else self.outstanding


def progress(desk: Desk, number: str) -> Progress:
    """Where a case stands. NOT_FOUND for an unknown case."""
    with desk.case_files.reading() as unit:
        case = unit.case(number)
        protocol = unit.position(case.position).protocol
        candidate = unit.candidate(number)
        results = tuple(unit.results(number))
        deviations = unit.deviations(case.position)
    return Progress(
        case=case,
        protocol=protocol,
        candidate=candidate,
        planned=plan(protocol, candidate),
        results=results,
        excluded=excluded_steps(deviations),
        withdrawn=number in withdrawn_cases(deviations),
    )


def protocol_of(desk: Desk, position: str) -> SearchProtocol:
    """The protocol that was frozen for the position. NOT_FOUND for an unknown position."""
    with desk.case_files.reading() as unit:
        return unit.position(position).protocol


def runnable(desk: Desk, position: str) -> tuple[str, ...]:
    """The cases of the position that are still worked on, in the order of enrollment: no report, not withdrawn."""
    with desk.case_files.reading() as unit:
        withdrawn = withdrawn_cases(unit.deviations(position))
        numbers = [case.number for case in unit.cases(unit.position(position).id) if case.number not in withdrawn]
    with desk.released.reading() as view:
        return tuple(number for number in numbers if view.report_of_case(number) is None)


def begin(desk: Desk, number: str) -> Progress:
    """Checks that the searches may run now, and logs the intention to run each of them (REQ-POL-10).

    Refuses a searcher who is not cleared or decides here, an authorization that is no longer in force, other connectors
    than the position was opened with, a source whose terms were not reviewed or no longer are, a machine without the
    browser that a step needs, and the case of a candidate who withdrew. A step that is left out for everybody needs
    neither terms nor browser.
    """
    state = progress(desk, number)
    desk.permit(Permission.RUN_SEARCHES, position=state.case.position, searcher=True)
    refuse_withdrawn(state)
    check_authorization(state.case.authorization, desk.clock(), number)
    refuse_changed_config(desk.settings.config, state.protocol)
    refuse_changed_connectors(state.protocol)
    asked = [step for step in state.protocol.steps if step.id not in state.excluded]
    _refuse_lapsed_terms(desk, state.case.position, asked)
    if any(step.render for step in asked):
        find_chromium(desk.settings.department.rendering.chromium)
    for search in state.planned:
        _refuse_asking(state, search)
    digest = state.protocol.digest()
    with desk.act() as unit:
        secret = unit.case_secret(number)
        _post_once(unit, recorded(desk, state.case))
        for search in state.planned:
            body = {
                "key": search.key,
                "protocol": digest,
                "query": commit(secret, f"query/{search.key}", search.query.encode()),
            }
            _post_once(unit, _event(desk, state.case, EventType.SEARCH_PLANNED, search.key, body))
    return state


def _refuse_lapsed_terms(desk: Desk, position: str, steps: Sequence[Step]) -> None:
    """As `refuse_lapsed_terms`; in an open position the step may be left out for everybody instead."""
    known, today = read_terms(desk.settings.config / "sources.toml"), desk.clock().date()
    for step in steps:
        lapsed = known.get(step.source, Terms()).lapsed(step.source, today)
        if lapsed is not None:
            leave_out = f"vetting deviate request {position} --step {step.id} --reason terms_changed"
            remedy = f"{lapsed.remedy} Or have the step left out for everybody: {leave_out}."
            raise VettingError(lapsed.code, lapsed.sentence, remedy, lapsed.exit_code)


def _post_once(unit: CaseFileUnit, row: OutboxEvent) -> None:
    if not unit.posted(row.id):
        unit.post(row)


def _refuse_asking(state: Progress, search: Search) -> None:
    """Refuses, before it is sent, a query that asks for protected facts: asking is the violation (29 CFR 1635.8(a))."""
    if search.applicable:
        lint_query(search.query, state.candidate.anchors(search.step.anchor))


def run_search(
    desk: Desk, state: Progress, search: Search, conduct: Conduct, criteria: Criteria, analyzer: Analyzer
) -> SearchResult:
    """Runs one search and records its outcome, sealed captures, proposed findings and what the filter would withhold of
    each, in one transaction.

    What the internet does never raises; a full disk, a locked store or a closed log does, and then nothing is recorded
    and the search is still outstanding. A search that has an outcome is run again only if that was `unavailable`, and
    only before the report: the new outcome stands beside the old one, in the store and in the log, and counts. Nothing
    is recorded of a search that was under way when the candidate withdrew.
    """
    again = search.key in {done.key for done in state.results}
    if again:
        refuse_released(desk, state.case.number)
    _refuse_asking(state, search)
    conducted = left_out(search, desk.clock()) if state.left_out(search) else conduct(search)
    gather = partial(signals_of, search=search, candidate=state.candidate)
    findings = propose(desk, state.case.number, search.key, conducted.hits, criteria, gather)
    result = conducted.result
    with desk.act() as unit:
        refuse_withdrawal(unit, state.case)  # it may have been approved while the source was asked
        key = search.key
        if again:
            refuse_released(desk, state.case.number)  # a report may have been filed while this waited for the lock
            key = f"{key}:{unit.add_repeat(state.case.number, result)}"
        else:
            unit.add_result(state.case.number, result)
        unit.end_lease(state.case.number, search.key)
        store_evidence(desk, unit, state.case, search.key, conducted.captures, findings, criteria)
        preview(desk, unit, state.case, findings, analyzer, state.candidate)
        kind = _EVENT.get(result.outcome, EventType.SEARCH_EXECUTED)
        unit.post(_event(desk, state.case, kind, key, _outcome_body(state, search, conducted)))
        note_skew(desk, unit, state.case, key, conducted.clock_differences)
    return result


def _outcome_body(state: Progress, search: Search, conducted: Conducted) -> Body:
    """What the auditor compares: the outcome, the limits in force, the credential used, and the effort."""
    result = conducted.result
    return {
        "key": result.key,
        "protocol": state.protocol.digest(),
        "step": search.step.digest(),
        "outcome": result.outcome.value,
        "reason": result.reason,
        "attempts": result.attempts,
        "captures": result.captures,
        "credential": conducted.credential.value,
        "milliseconds": max(0, (result.ended_at - result.started_at) // timedelta(milliseconds=1)),
    }


def refuse_withdrawn(state: Progress) -> None:
    """Refuses the case of a candidate who withdrew."""
    if state.withdrawn:
        raise _withdrew(state.case)


def refuse_withdrawal(unit: CaseFileUnit, case: CaseRecord) -> None:
    """The same, as the store has it inside the caller's transaction."""
    if case.number in withdrawn_cases(unit.deviations(case.position)):
        raise _withdrew(case)


def _withdrew(case: CaseRecord) -> VettingError:
    return refused(
        "candidate_withdrew",
        f"The candidate of {case.number} withdrew, so nothing more is done in the case.",
        f"See: vetting deviate list {case.position}.",
    )


def refuse_released(desk: Desk, number: str) -> None:
    """Refuses a case whose report is released: it stands on what was known then."""
    with desk.released.reading() as view:
        released = view.report_of_case(number) is not None
    if released:
        raise refused(
            "released_already",
            f"The report of {number} is released, so nothing can be added to the case.",
            "A corrected report arrives with a later release; keep what you have until then.",
        )


def _event(desk: Desk, case: CaseRecord, kind: EventType, key: str, body: Body) -> OutboxEvent:
    return desk.event(kind, f"{case.number}:{key}", body, position=case.position, case=case.number)

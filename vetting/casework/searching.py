"""Planning and running the searches of one case: exactly one outcome each, also after a kill.

A search may be fetched twice when the machine dies between fetching and recording, but it is recorded once: outcome,
sealed captures, findings and log rows are one transaction under a unique key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from filters.analyzer import Analyzer
from filters.criteria import Criteria, Proposal
from filters.query_linter import lint_query
from vetting.candidate import Candidate
from vetting.casework.candidate_file import check_authorization
from vetting.casework.desk import Body, Desk, commit, salt_for
from vetting.casework.environment import recorded
from vetting.casework.identifying import signals_of
from vetting.casework.protocol_file import refuse_changed_config, refuse_changed_connectors
from vetting.casework.reviewing import add_step
from vetting.deviation import excluded_steps, withdrawn_cases
from vetting.errors import refused
from vetting.evidence import Capture, Hit, RawText
from vetting.finding import Finding
from vetting.log.event import EventType
from vetting.protocol import SearchProtocol
from vetting.records.case_files import CaseFileUnit
from vetting.records.outbox import OutboxEvent
from vetting.records.rows import CaseRecord, FilterRecordRow
from vetting.roles import Permission
from vetting.search import Outcome, Search, SearchResult, plan
from vetting.signals import Signal
from vetting.sources.capture_note import skew
from vetting.sources.conduct import Conducted, left_out
from vetting.sources.registry import refuse_lapsed_terms
from vetting.sources.rendering import find_chromium
from vetting.validation import Element, State, Validation

Conduct = Callable[[Search], Conducted]
"""Runs one search on the internet the case may use: live for a real case, recorded for a practice case."""

Gather = Callable[[Hit], tuple[Signal, ...]]
COURT_RECORD = "court_record"
"""The platform of hits that a court's records gave."""
_NOTHING = RawText("")
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
    browser that a step needs, and the case of a candidate who withdrew.
    """
    state = progress(desk, number)
    desk.permit(Permission.RUN_SEARCHES, position=state.case.position, searcher=True)
    refuse_withdrawn(state)
    check_authorization(state.case.authorization, desk.clock())
    refuse_changed_config(desk.settings.config, state.protocol)
    refuse_changed_connectors(state.protocol)
    used = (step.source for step in state.protocol.steps)
    refuse_lapsed_terms(desk.settings.config / "sources.toml", used, desk.clock().date())
    if any(step.render for step in state.protocol.steps):
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
    only before the report: the new outcome stands beside the old one, in the store and in the log, and counts.
    """
    again = search.key in {done.key for done in state.results}
    if again:
        refuse_released(desk, state.case.number)
    _refuse_asking(state, search)
    conducted = left_out(search, desk.clock()) if state.left_out(search) else conduct(search)
    gather = partial(signals_of, search=search, candidate=state.candidate)
    findings = propose(desk, state.case.number, search.key, conducted.hits, criteria, gather)
    result = conducted.result
    body = {
        "key": search.key,
        "protocol": state.protocol.digest(),
        "outcome": result.outcome.value,
        "reason": result.reason,
        "attempts": result.attempts,
        "captures": result.captures,
    }
    with desk.act() as unit:
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
        unit.post(_event(desk, state.case, kind, key, body))
        note_skew(desk, unit, state.case, key, conducted.clock_differences)
    return result


def note_skew(desk: Desk, unit: CaseFileUnit, case: CaseRecord, key: str, differences: Sequence[float]) -> None:
    """Notes in the log where several servers' clocks say that ours is wrong by more than five minutes: every time that
    this program states comes from it.
    """
    seconds = skew(differences)
    if seconds is not None:
        body: Body = {"key": key, "hosts": len(differences), "seconds": seconds}
        unit.post(_event(desk, case, EventType.CLOCK_SKEW, key, body))


def refuse_withdrawn(state: Progress) -> None:
    """Refuses the case of a candidate who withdrew."""
    if state.withdrawn:
        raise refused(
            "candidate_withdrew",
            f"The candidate of {state.case.number} withdrew, so nothing more is done in the case.",
            f"See: vetting deviate list {state.case.position}.",
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


def propose(
    desk: Desk, number: str, key: str, hits: Iterable[Hit], criteria: Criteria, gather: Gather = lambda _: ()
) -> tuple[Finding, ...]:
    """The passages that meet a criterion; everything else stays in the sealed capture and is not stored again.

    `gather` says what a hit with findings holds for and against being the candidate's. Of criminal history, medical
    matter and self-harm there is one token a page, without content (`Criterion.token`).
    """
    found = []
    for hit in hits:
        tokens: set[str] = set()
        if hit.platform == COURT_RECORD:
            found += _routed(desk, number, key, hit, criteria)
            continue
        proposals = criteria.propose(hit.text)
        signals = gather(hit) if proposals else ()
        for proposal in proposals:
            passage = RawText(hit.text.reveal()[proposal.start : proposal.end])
            finding = replace(_found(desk, number, key, hit, proposal, passage), signals=signals)
            if criteria.by_code[proposal.code].token:
                if proposal.code in tokens:
                    continue
                tokens.add(proposal.code)
                finding = _without_content(finding)
            found.append(finding)
    return tuple(found)


def _routed(desk: Desk, number: str, key: str, hit: Hit, criteria: Criteria) -> list[Finding]:
    """Of a court record nothing but a token for the official channel, whatever its words are: the names in it are not
    identities, and what a court says of somebody is no conduct of theirs that we saw (REQ-EEO-6; 15 U.S.C. 1681c).
    """
    routed = [code for code, criterion in criteria.by_code.items() if criterion.token and criterion.routed]
    nothing = (Proposal(code=code, start=0, end=0, cues=()) for code in routed[:1])
    return [_without_content(_found(desk, number, key, hit, proposal, _NOTHING)) for proposal in nothing]


def _without_content(finding: Finding) -> Finding:
    """Nor evidence of whose it is: nobody reviews a token."""
    return replace(finding, passage=_NOTHING, locator=_NOTHING, author=_NOTHING, posted_at=None, cues=(), signals=())


def _found(desk: Desk, number: str, key: str, hit: Hit, proposal: Proposal, passage: RawText) -> Finding:
    return Finding(
        id=f"F-{desk.new_id()}",
        case_number=number,
        search_key=key,
        capture_id=hit.capture_id,
        code=proposal.code,
        passage=passage,
        locator=hit.locator,
        author=hit.author,
        posted_at=hit.posted_at,
        engagement=hit.engagement,
        platform=hit.platform,
        cues=proposal.cues,
        found_at=desk.clock(),
    )


def store_evidence(
    desk: Desk,
    unit: CaseFileUnit,
    case: CaseRecord,
    key: str,
    captures: Sequence[Capture],
    findings: Sequence[Finding],
    criteria: Criteria,
) -> None:
    """Seals captures and findings inside the caller's transaction, with a salted commitment to each in the log.

    A token is settled at once: routed to the official channel (REQ-EEO-6), or withheld for everybody's eyes.
    """
    seal_captures(desk, unit, case, key, captures)
    secret = unit.case_secret(case.number)
    for finding in findings:
        unit.add_finding(finding, salt_for(secret, finding.id))
        # The code stays out of the log too: PA- codes name a protected class, and the case number stands on the report.
        words = f"{finding.code}\n{finding.passage.reveal()}".encode("utf-8", "surrogatepass")
        recorded = {
            "finding": finding.id,
            "key": key,
            "capture": finding.capture_id,
            "commitment": commit(secret, finding.id, words),
        }
        unit.post(_event(desk, case, EventType.FINDING_RECORDED, finding.id, recorded))
        criterion = criteria.by_code[finding.code]
        if criterion.token:
            _settle(desk, unit, case, finding.id, State.ROUTED if criterion.routed else State.WITHHELD)


def seal_captures(desk: Desk, unit: CaseFileUnit, case: CaseRecord, key: str, captures: Sequence[Capture]) -> None:
    """Seals captures inside the caller's transaction, with a salted commitment to each in the log."""
    secret = unit.case_secret(case.number)
    for capture in captures:
        unit.add_capture(case.number, key, capture)
        sealed = {"capture": capture.id, "key": key, "commitment": commit(secret, capture.id, capture.warc)}
        unit.post(_event(desk, case, EventType.CAPTURE_SEALED, capture.id, sealed))


def _settle(desk: Desk, unit: CaseFileUnit, case: CaseRecord, finding_id: str, state: State) -> None:
    step = Validation(
        finding_id=finding_id,
        state=state,
        element=Element.NONE,
        severity=0,
        quote=False,
        note=_NOTHING,
        reviewer=desk.person.id,
        at=desk.clock(),
    )
    add_step(desk, unit, case, step, 0)


def preview(
    desk: Desk,
    unit: CaseFileUnit,
    case: CaseRecord,
    findings: Sequence[Finding],
    analyzer: Analyzer,
    candidate: Candidate,
) -> None:
    """Runs the filter over each finding and seals what it would withhold, for the reviewer's screen."""
    names = (candidate.full_name, *candidate.other_names)
    for finding in findings:
        withheld = analyzer.withholdings(finding.passage, names)
        detail = [[w.start, w.end, w.protected_class.value, w.recognizer, w.score] for w in withheld]
        row = FilterRecordRow(
            id=f"FP-{finding.id[2:]}",
            finding_id=finding.id,
            filter_version=analyzer.version,
            action="previewed",
            reason="",
            at=desk.clock(),
            detail=RawText(json.dumps(detail)),
        )
        unit.add_filter_record(row)
        body = {"finding": finding.id, "filter": analyzer.version, "action": "previewed"}
        unit.post(_event(desk, case, EventType.FILTER_APPLIED, row.id, body))


def _event(desk: Desk, case: CaseRecord, kind: EventType, key: str, body: Body) -> OutboxEvent:
    return desk.event(kind, f"{case.number}:{key}", body, position=case.position, case=case.number)

"""What a search or an import brought home: findings proposed in it, and all of it sealed, with commitments in the log.

Everything is stored inside the caller's transaction, so that it stands there with the outcome of the search or not at
all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from filters.analyzer import Analyzer
from filters.criteria import Criteria, Proposal
from vetting.candidate import Candidate
from vetting.casework.desk import Body, Desk, commit, salt_for
from vetting.casework.reviewing import add_step
from vetting.evidence import Capture, Hit, RawText
from vetting.finding import Finding
from vetting.log.event import EventType
from vetting.records.case_files import CaseFileUnit
from vetting.records.outbox import OutboxEvent
from vetting.records.rows import CaseRecord, FilterRecordRow
from vetting.signals import Signal
from vetting.sources.capture_note import skew
from vetting.validation import Element, State, Validation

Gather = Callable[[Hit], tuple[Signal, ...]]
COURT_RECORD = "court_record"
"""The platform of hits that a court's records gave."""
_NOTHING = RawText("")


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


def note_skew(desk: Desk, unit: CaseFileUnit, case: CaseRecord, key: str, differences: Sequence[float]) -> None:
    """Notes in the log where several servers' clocks say that ours is wrong by more than five minutes: every time that
    this program states comes from it.
    """
    seconds = skew(differences)
    if seconds is not None:
        body: Body = {"key": key, "hosts": len(differences), "seconds": seconds}
        unit.post(_event(desk, case, EventType.CLOCK_SKEW, key, body))


def _event(desk: Desk, case: CaseRecord, kind: EventType, key: str, body: Body) -> OutboxEvent:
    return desk.event(kind, f"{case.number}:{key}", body, position=case.position, case=case.number)

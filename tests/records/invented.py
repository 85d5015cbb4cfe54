"""Invented facts of one position and one case, for the tests of the stores. Nobody here exists."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from vetting.attribution import Attribution, Level, Link
from vetting.candidate import Authorization, Candidate, Identifier, IdentifierKind
from vetting.deviation import Decision, Deviation, DeviationReason
from vetting.evidence import Capture, Engagement, RawText, RepeatedCapture, Standing
from vetting.finding import Finding
from vetting.marking import Mark, MarkAct, MarkReason
from vetting.protocol import Quotation, SearchProtocol, Step, Technique
from vetting.records.outbox import OutboxEvent
from vetting.records.rows import CaseRecord, FilterRecordRow, PositionRecord
from vetting.release import (
    FilterRecord,
    ReleasedReport,
    Report,
    ReportedSearch,
    SanitizedFinding,
    SanitizedText,
    Status,
)
from vetting.search import Outcome, SearchResult
from vetting.validation import Element, State, Validation

NOW = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)
SECRET = bytes(range(32))
SALT = bytes(range(32, 64))

STEP = Step(
    id="name-web",
    title="Full name, web search",
    source="metasearch",
    technique=Technique.PUBLIC_API,
    anchor=IdentifierKind.FULL_NAME,
    query='"{anchor}"',
    max_pages=2,
    max_items=50,
    attempts=3,
)

PROTOCOL = SearchProtocol(
    id="patrol-officer",
    version=3,
    title="Patrol officer",
    approved_by="Chief of Police",
    approved_on=date(2026, 1, 5),
    in_force_from=date(2026, 2, 1),
    jurisdiction="massachusetts",
    lookback_years=7,
    quotation=Quotation.SANITIZED,
    criteria="police",
    class_packs=("federal", "massachusetts"),
    steps=(STEP,),
    digests={"criteria/police.toml": "a" * 64},
)

CANDIDATE = Candidate(
    full_name="Ottoline Quarrelworth",
    town="Nether Wobbling",
    identifiers=(
        Identifier(kind=IdentifierKind.ATPROTO_HANDLE, value="ottoline.example"),
        Identifier(kind=IdentifierKind.EMAIL, value="ottoline@example.org"),
    ),
    other_names=("Ottoline Fernsby",),
)


def position(id_: str = "patrol-officer-2026") -> PositionRecord:
    """A practice position decided by two people."""
    return PositionRecord(
        id=id_,
        title="Patrol officer",
        protocol=PROTOCOL,
        deciders=frozenset({"chief", "deputy"}),
        jurisdiction="massachusetts",
        practice=True,
        opened_by="inv1",
        opened_at=NOW,
    )


def case(number: str = "C-0001", of: str = "patrol-officer-2026") -> CaseRecord:
    """A practice case under an authorization of two weeks."""
    authorization = Authorization(form_sha256="b" * 64, signed_at=NOW, expires_at=NOW + timedelta(days=14))
    return CaseRecord(
        number=number, position=of, authorization=authorization, opened_by="inv1", opened_at=NOW, practice=True
    )


def outage() -> SearchResult:
    """A second search, whose source did not answer."""
    return replace(result(), key="name-web.2", outcome=Outcome.UNAVAILABLE, reason="timeout")


def result(key: str = "name-web.1", outcome: Outcome = Outcome.COMPLETED) -> SearchResult:
    """What came of one search."""
    return SearchResult(
        key=key,
        outcome=outcome,
        reason="",
        started_at=NOW,
        ended_at=NOW + timedelta(seconds=2),
        attempts=1,
        hits=3,
        captures=1,
    )


def capture(id_: str = "K-0001", warc: bytes = b"WARC/1.1\r\n\r\n<html>Quarrelworth</html>") -> Capture:
    """One captured exchange."""
    digest = hashlib.sha256(warc).hexdigest()
    return Capture(id=id_, captured_at=NOW, sha256=digest, media_type="application/warc", warc=warc)


def finding(id_: str = "F-0001", passage: str = "I will burn the depot down.") -> Finding:
    """A passage proposed against a criterion."""
    return Finding(
        id=id_,
        case_number="C-0001",
        search_key="name-web.1",
        capture_id="K-0001",
        code="JR-3",
        passage=RawText(passage),
        locator=RawText("https://social.example/@ottoline/7"),
        author=RawText("@ottoline"),
        posted_at=datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC),
        engagement=Engagement.AUTHORED,
        platform="social_post",
        cues=("threat", "arson"),
        found_at=NOW,
    )


def attribution(level: Level = Level.A3, note: str = "Same town in the profile.") -> Attribution:
    """A reviewer's answer."""
    return Attribution(
        finding_id="F-0001",
        level=level,
        links=(Link.DISCLOSED_ACCOUNT, Link.SAME_TOWN),
        note=RawText(note),
        reviewer="rev1",
        at=NOW,
    )


def mark(ordinal: int = 1, note: str = "The depot is known to everybody here.") -> Mark:
    """A reviewer withholds more than the filter."""
    return Mark(
        finding_id="F-0001",
        ordinal=ordinal,
        act=MarkAct.WITHHOLD,
        reason=MarkReason.IDENTIFIES,
        start=16,
        end=21,
        protected_class="place",
        withdraws=0,
        note=RawText(note),
        reviewer="rev1",
        at=NOW,
    )


def repeated_capture(standing: Standing = Standing.GONE) -> RepeatedCapture:
    return RepeatedCapture(finding_id="F-0001", standing=standing, reason="", capture_id="K-0001", at=NOW)


def validation(state: State = State.ATTRIBUTED, note: str = "Read in context.") -> Validation:
    """One transition."""
    return Validation(
        finding_id="F-0001",
        state=state,
        element=Element.OTHER_CAPTURE,
        severity=3,
        quote=True,
        note=RawText(note),
        reviewer="rev2",
        at=NOW,
    )


def deviation(id_: str = "D-0001") -> Deviation:
    """A step that one person asked to leave out and another approved of leaving out."""
    return Deviation(
        id=id_,
        position="patrol-officer-2026",
        reason=DeviationReason.SOURCE_OUTAGE,
        case_number="",
        step="name-web",
        requested_by="inv1",
        requested_at=NOW,
        decision=Decision.APPROVED,
        decided_by="rev2",
        decided_at=NOW + timedelta(hours=1),
    )


def filter_record(id_: str = "FR-0001", detail: str = '[[0, 4, "religion"]]') -> FilterRecordRow:
    """One decision of the filter."""
    return FilterRecordRow(
        id=id_,
        finding_id="F-0001",
        filter_version="c" * 64,
        action="passed",
        reason="rewritten",
        at=NOW,
        detail=RawText(detail),
    )


def event(id_: str = "position.opened:1", **body: object) -> OutboxEvent:
    """One act on its way into the log."""
    return OutboxEvent(
        id=id_,
        type="position.opened",
        at=NOW,
        actor="inv1",
        position="patrol-officer-2026",
        case=None,
        body=body or {"practice": True, "deciders": ["chief"], "size": 7},
    )


def sanitized_finding(quotation: str | None = "I will [withheld] the depot.") -> SanitizedFinding:
    """A finding as it crosses the wall."""
    record = FilterRecord("FR-0001")
    return SanitizedFinding(
        code="JR-3",
        statement="Threatened damage to property.",
        criterion="Threats",
        clause="VI.A.5.b",
        nexus="Patrol officers protect property.",
        engagement="Authored",
        audience="Public",
        frequency="once",
        period="2nd quarter of 2024",
        severity="3 of 4",
        source="social media post",
        attribution="A3",
        validation="Second reviewed",
        status=Status.VERIFIED,
        favorable=False,
        quotation=SanitizedText(quotation, record) if quotation is not None else None,
        filter_record=record,
    )


def released(
    number: str = "R-0001-1", case_number: str = "C-0001", pdf: bytes = b"%PDF-1.7 invented"
) -> ReleasedReport:
    """A report as filed."""
    report = Report(
        number=number,
        case_number=case_number,
        position="patrol-officer-2026",
        position_title="Patrol officer",
        department="Nether Wobbling Police",
        released_on=NOW.date(),
        prepared_by="An investigator",
        protocol_title="Patrol officer",
        protocol_version=3,
        protocol_digest=PROTOCOL.digest(),
        filter_version="c" * 64,
        authorization_signed=True,
        practice=False,
        searches=(ReportedSearch(step=1, title="Full name, web search", outcome="Completed"),),
        findings=(sanitized_finding(), sanitized_finding(None)),
        log_size=42,
        log_root="0123456789abcdef",
        witnessed=False,
    )
    return ReleasedReport(report=report, pdf=pdf, pdf_sha256=hashlib.sha256(pdf).hexdigest(), released_at=NOW)

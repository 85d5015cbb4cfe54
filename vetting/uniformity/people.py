"""Checks 5 to 8, 40 and 42: who acted, and whether they might."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import pandas as pd

from vetting.log.event import EventType
from vetting.roles import Permission
from vetting.uniformity.clearing import cleared_late, known_people, why_not
from vetting.uniformity.deciding import deciders_stated
from vetting.uniformity.events import Row, each
from vetting.uniformity.position_log import PositionLog
from vetting.uniformity.result import Finding, exception, failing, noted, unsaid

_ACTS: Final[Mapping[EventType, Permission]] = {
    EventType.POSITION_OPENED: Permission.OPEN_POSITION,
    EventType.CANDIDATE_ENROLLED: Permission.OPEN_CASE,
    EventType.AUTHORIZATION_RECORDED: Permission.OPEN_CASE,
    EventType.ATTESTATION_RECORDED: Permission.OPEN_CASE_FILES,
    EventType.ENVIRONMENT_RECORDED: Permission.RUN_SEARCHES,
    EventType.SEARCH_PLANNED: Permission.RUN_SEARCHES,
    EventType.SEARCH_EXECUTED: Permission.RUN_SEARCHES,
    EventType.SEARCH_BLOCKED: Permission.RUN_SEARCHES,
    EventType.SEARCH_UNAVAILABLE: Permission.RUN_SEARCHES,
    EventType.CAPTURE_SEALED: Permission.RUN_SEARCHES,
    EventType.FINDING_RECORDED: Permission.RUN_SEARCHES,
    EventType.CAPTURE_REPEATED: Permission.RELEASE_REPORT,
    EventType.EVIDENCE_IMPORTED: Permission.IMPORT_EVIDENCE,
    EventType.EVIDENCE_EXPORTED: Permission.EXPORT_EVIDENCE,
    EventType.ATTRIBUTION_RECORDED: Permission.REVIEW_FINDINGS,
    EventType.VALIDATION_RECORDED: Permission.REVIEW_FINDINGS,
    EventType.FILTER_MARKED: Permission.REVIEW_FINDINGS,
    EventType.FILTER_APPLIED: Permission.RELEASE_REPORT,
    EventType.REPORT_RELEASED: Permission.RELEASE_REPORT,
    EventType.REFERRAL_MADE: Permission.REFER_THREAT,
    EventType.DEVIATION_REQUESTED: Permission.REQUEST_DEVIATION,
    EventType.DEVIATION_APPROVED: Permission.DECIDE_DEVIATION,
    EventType.DEVIATION_REFUSED: Permission.DECIDE_DEVIATION,
}
"""The acts of casework, with the permission that each needs."""
_BEFORE_ATTESTING = frozenset({EventType.POSITION_OPENED, EventType.ATTESTATION_RECORDED})


def _casework(log: PositionLog) -> pd.DataFrame:
    """The acts of casework."""
    return log.events[log.events["type"].isin([kind.value for kind in _ACTS])]


def cleared_searchers(log: PositionLog) -> Iterator[Finding]:
    """Check 5. Acts of one person, type and day are judged together: a case has hundreds of searches."""
    people = known_people(log)
    if not people:
        yield unsaid("The log holds nobody's roles or clearance: it is from before they were in it.")
        return
    said = [row for row in log.of(EventType.ATTESTATION_RECORDED) if row.body.get("no_conflict") is True]
    attested = {row.actor: row.sequence for row in reversed(said)}
    acts = _casework(log)
    days = acts["at"].dt.floor("D")
    grouped = acts.groupby(["actor", "type", days.rename("day")], observed=True, sort=False)
    firsts = grouped.agg(first=("sequence", "min"), at=("at", "min")).reset_index()
    seen: dict[tuple[str, str], list[int]] = {}
    for row in each(firsts):
        kind = EventType(row.type)
        for wrong in why_not(people.get(row.actor, []), _ACTS[kind], row.at):
            seen.setdefault((row.actor, wrong), []).append(row.first)
        if kind not in _BEFORE_ATTESTING and attested.get(row.actor, row.first + 1) > row.first:
            seen.setdefault((row.actor, "had not attested to having no conflict of interest"), []).append(row.first)
    for (actor, wrong), entries in seen.items():
        yield failing(sorted(entries), f"{actor} {wrong} when acting in this position.")
    yield from _self_cleared(log, set(acts["actor"]))
    yield from cleared_late(log, people, acts, _ACTS)


def _self_cleared(log: PositionLog, acting: set[str]) -> Iterator[Finding]:
    for row in log.of(EventType.PERSON_CLEARED):
        if row.actor == row.body.get("person") and row.actor in acting:
            yield exception([row.sequence], f"{row.actor} recorded the clearance of {row.actor}.")


def duties_apart(log: PositionLog, auditor: str = "") -> Iterator[Finding]:
    """Check 6. `auditor` makes the audit that is under way and that the log does not hold yet."""
    yield from deciders_stated(log)
    first = _casework(log).groupby("actor", observed=True)["sequence"].min().to_dict()
    first = {log.frozen.actor: log.frozen.sequence} | first
    for person in sorted(log.deciders & set(first)):
        opened = [row.sequence for row in log.of(EventType.POSITION_OPENED) if person in row.body.get("deciders", ())]
        told = f"{person} decides on this position and took part in its casework."
        yield failing([*opened, first[person]], told)
    audits: dict[str, list[int]] = {auditor: []} if auditor else {}
    for row in _audits(log):
        audits.setdefault(row.actor, []).append(row.sequence)
    for person, entries in audits.items():
        if person in first:
            yield failing([first[person], *entries], f"{person} audited this position and works in it.")
        if person in log.deciders:
            yield failing(entries, f"{person} audited this position and decides on it.")
    for deviation in log.deviations:
        yield from _approver(log, deviation.requested_by, deviation.decided_by, deviation.sequence)


def _audits(log: PositionLog) -> Iterator[Row]:
    """The audits and exports that are of this position."""
    for row in log.of(EventType.AUDIT_PERFORMED, EventType.LOG_EXPORTED):
        audited = row.body.get("positions", [log.position])
        if not isinstance(audited, list) or log.position in audited:
            yield row


def _approver(log: PositionLog, asked: str, decided: str, sequence: int) -> Iterator[Finding]:
    if decided and asked == decided:
        yield failing([sequence], f"{decided} decided on a deviation that {decided} had asked for.")
    for person in {asked, decided} & log.deciders:
        yield failing([sequence], f"{person} decides on this position and had a part in a deviation.")


def reports_only(log: PositionLog) -> Iterator[Finding]:
    """Check 7."""
    yield from deciders_stated(log)
    released = {str(row.body.get("report")): row.sequence for row in reversed(log.of(EventType.REPORT_RELEASED))}
    last = _last_release(log)
    for row in log.of(EventType.REPORT_OPENED):
        number = str(row.body.get("report"))
        if row.actor not in log.deciders:
            yield failing([row.sequence], f"{row.actor} opened report {number} and does not decide on this position.")
        if released.get(number, row.sequence) >= row.sequence:
            yield failing([row.sequence], f"Report {number} was opened before it was released.")
        elif log.protocol.release_together and (last is None or last > row.sequence):
            yield failing([row.sequence], f"Report {number} was opened before the last candidate's was released.")
    for row in log.of(EventType.DETERMINATION_RECORDED):
        if row.actor not in log.deciders:
            yield failing([row.sequence], f"{row.actor} decided on {row.case} and is no decision maker here.")


def _last_release(log: PositionLog) -> int | None:
    """The entry by which everybody has a report or withdrew; None while somebody has and did neither."""
    reports, gone = log.reports, log.withdrawn
    waiting = [case for case in log.enrolled if case not in gone and case not in reports]
    settled = [*(row.sequence for row in reports.values()), *gone.values()]
    return None if waiting else max(settled, default=None)


def referrals(log: PositionLog) -> Iterator[Finding]:
    """Check 8."""
    for row in log.of(EventType.REFERRAL_MADE):
        yield exception([row.sequence], f"{row.actor} referred a threat to life from {row.case}.")
    refused: dict[tuple[str, str], list[int]] = {}
    for row in log.of(EventType.ACCESS_REFUSED):
        refused.setdefault((row.actor, str(row.body.get("act"))), []).append(row.sequence)
    for (actor, act), entries in refused.items():
        times = "once" if len(entries) == 1 else f"{len(entries)} times"
        tried = act.replace("_", " ")
        if actor in log.deciders and act != Permission.READ_REPORTS.value:
            yield exception(entries, f"{actor} decides on this position and was refused {times}: {tried}.")
        else:
            yield noted(entries, f"{actor} was refused {times}: {tried}.")


def exports(log: PositionLog) -> Iterator[Finding]:
    """Check 40."""
    rows = log.of(EventType.EVIDENCE_EXPORTED)
    if not rows:
        yield noted((), "No captures of this position were exported.")
    for row in rows:
        yield noted([row.sequence], f"{row.actor} exported {row.body.get('captures')} captures of {row.case}.")
    if rows:
        yield unsaid("The log does not say for which purpose captures were exported.")


def audits(log: PositionLog) -> Iterator[Finding]:
    """Check 42. The audit under way is noted once its result is known, so the first one says what the second says."""
    told: dict[tuple[str, str], list[int]] = {}
    for row in _audits(log):
        word = "audited the position" if row.type == EventType.AUDIT_PERFORMED else "exported the log"
        told.setdefault((row.actor, word), []).append(row.sequence)
    for (actor, word), entries in told.items():
        yield noted(entries, f"{actor} {word}{'' if len(entries) == 1 else f' {len(entries)} times'}.")
    if not told:
        yield noted((), "No audit before this one is in the log.")


def disposals(log: PositionLog) -> Iterator[Finding]:
    """Check 39."""
    rows = log.of(EventType.RETENTION_DISPOSED)
    for row in rows:
        yield noted([row.sequence], f"{row.actor} disposed of records of {row.case or 'the position'}.")
    yield unsaid("Whether it was on schedule is not in the log." if rows else "No disposal is in the log.")


def determinations(log: PositionLog) -> Iterator[Finding]:
    """Checks 33 to 36, until determinations and responses say more in the log."""
    rows = log.of(EventType.DETERMINATION_RECORDED, EventType.RESPONSE_RECORDED)
    if rows:
        yield noted([row.sequence for row in rows], "Determinations and responses are in the log.")
    yield unsaid("The log does not say on what it stands." if rows else "No determination is in the log.")

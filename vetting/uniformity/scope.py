"""Checks 1 to 4: who was searched, in which order, by which protocol."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import pandas as pd

from vetting.deviation import Decision
from vetting.log.event import EventType
from vetting.search import Outcome, step_of
from vetting.uniformity.comparison import Difference
from vetting.uniformity.deciding import opened_first
from vetting.uniformity.events import Row, each, mapped
from vetting.uniformity.matching import nothing_shared
from vetting.uniformity.position_log import PositionLog
from vetting.uniformity.result import Finding, exception, failing, noted, unsaid
from vetting.uniformity.straying import strays
from vetting.validation import State

_DAY = timedelta(days=1)
_FIRST, _LAST = pd.Timestamp(1900, 1, 1), pd.Timestamp(2200, 1, 1)
_NOT_RUN = frozenset({Outcome.NOT_APPLICABLE.value, Outcome.EXCLUDED.value})
"""Outcomes for which nobody was asked."""
_OF_CASES = (
    EventType.EVIDENCE_IMPORTED,
    EventType.FINDING_RECORDED,
    EventType.ATTRIBUTION_RECORDED,
    EventType.REPORT_RELEASED,
)


def run_list(log: PositionLog) -> Iterator[Finding]:
    """Check 1."""
    enrolled = log.enrolled
    acts = {row.case: row.sequence for kind in reversed(_OF_CASES) for row in reversed(log.of(kind))}
    acts |= log.searches.groupby("case", observed=True)["sequence"].min().to_dict()
    for case, sequence in acts.items():
        if case not in enrolled:
            yield failing([sequence], f"{case} was worked on and never enrolled in this position.")
    yield from strays(log)
    yield from _enrolled_twice(log)
    yield from _enrolled_late(log, enrolled)
    yield from _never_reported(log)
    if not enrolled:
        yield unsaid("No candidate is enrolled yet: there is nothing to compare.")
    for case, left in log.comparison.unfinished.items():
        yield unsaid(f"{case} has no report yet, and {left} of its searches are not run.")


def _enrolled_twice(log: PositionLog) -> Iterator[Finding]:
    first: dict[str, Row] = {}
    for row in log.of(EventType.CANDIDATE_ENROLLED):
        if first.setdefault(row.case, row) is not row:
            yield failing([first[row.case].sequence, row.sequence], f"{row.case} was enrolled twice.")


def _enrolled_late(log: PositionLog, enrolled: Mapping[str, Row]) -> Iterator[Finding]:
    """Whoever knows a report may choose whom to enrol next."""
    opened = next(iter(log.of(EventType.REPORT_OPENED)), None)
    if opened is None:
        return
    weigh = failing if log.protocol.release_together else exception
    for case, row in enrolled.items():
        if row.sequence > opened.sequence:
            yield weigh([opened.sequence, row.sequence], f"{case} was enrolled after a report had been opened.")


def _never_reported(log: PositionLog) -> Iterator[Finding]:
    """A report of nothing found is a report too: who has none is not treated like those whose reports are read (U9)."""
    opened = next(iter(log.of(EventType.REPORT_OPENED)), None)
    if opened is None:
        return
    for case, row in log.enrolled.items():
        if case not in log.reports and case not in log.withdrawn and case not in log.comparison.unfinished:
            told = f"{case} has no report, although all of it is searched and another's was opened."
            yield exception([row.sequence, opened.sequence], told)


def stage_order(log: PositionLog) -> Iterator[Finding]:
    """Check 2."""
    yield from _enrolled_first(log)
    yield from _authorized(log)
    yield from _planned_first(log)
    yield from _before_the_report(log)
    yield from _released_once(log)
    yield from nothing_shared(log)
    yield from _after_withdrawal(log)
    yield from _filtered_first(log)


def _enrolled_first(log: PositionLog) -> Iterator[Finding]:
    first = log.events.groupby("case", observed=True)["sequence"].min()
    for case, row in log.enrolled.items():
        if first[case] < row.sequence:
            yield failing([first[case], row.sequence], f"Something was done in {case} before it was enrolled.")


def _authorized(log: PositionLog) -> Iterator[Finding]:
    """That each search was made under an authorization that was signed before it and had not run out."""
    signed: dict[str, list[Row]] = {}
    for row in log.of(EventType.AUTHORIZATION_RECORDED):
        signed.setdefault(row.case, []).append(row)
    planned = log.planned.groupby("case", observed=True)["sequence"].min().to_dict()
    searched = log.searches.groupby("case", observed=True)
    bounds = searched.agg(start=("sequence", "min"), first=("at", "min"), last=("at", "max"))
    for case, first, begun, ended in bounds.itertuples():
        forms, start = signed.get(case, []), min(planned.get(case, first), first)
        if not forms or forms[0].sequence > start:
            yield failing([start], f"{case} was searched before an authorization was recorded.")
        elif len(forms) > 1 or begun < _begins(forms[0]) or ended >= _ends(forms[0]):
            ran_out = [int(n) for n in _unauthorized(forms, searched.get_group(case))]
            if ran_out:
                yield failing(ran_out, f"{case} was searched on days for which no authorization was in force.")


def _unauthorized(forms: list[Row], searches: pd.DataFrame) -> Iterator[int]:
    """Of the searches of one case, those that the latest form recorded before them does not cover, by the day."""
    bounds = [*(form.sequence for form in forms[1:]), None]
    left = searches
    for form, bound in zip(forms, bounds, strict=True):
        part = left if bound is None else left[left["sequence"] < bound]
        left = left[len(part) :]
        yield from part["sequence"][(part["at"] < _begins(form)) | (part["at"] >= _ends(form))]


def _begins(form: Row) -> pd.Timestamp:
    return _day(form, "signed_on", _LAST) - _DAY  # a local day may have begun before ours


def _ends(form: Row) -> pd.Timestamp:
    return _day(form, "expires_on", _FIRST) + _DAY


def _day(form: Row, name: str, otherwise: pd.Timestamp) -> pd.Timestamp:
    """A form that does not say so covers nothing."""
    try:
        return pd.Timestamp(date.fromisoformat(str(form.body.get(name))))
    except ValueError:
        return otherwise


def _planned_first(log: PositionLog) -> Iterator[Finding]:
    planned = log.planned.groupby("pair")["sequence"].min().rename("planned")
    joined = log.searches[["case", "key", "sequence", "pair"]].join(planned, on="pair")
    late = joined[joined["planned"] > joined["sequence"]]
    for row in each(late):
        yield failing([row.sequence, int(row.planned)], f"{row.case}: {row.key} was searched before it was planned.")


def _before_the_report(log: PositionLog) -> Iterator[Finding]:
    """Nothing is added to a case whose report is released, and a report is read only when it is there."""
    reports = log.reports
    released = mapped(log.searches["case"], {case: row.sequence for case, row in reports.items()}).astype(float)
    for row in each(log.searches[log.searches["sequence"] > released]):
        told = f"{row.case}: {row.key} was searched after the case's report was released."
        yield failing([reports[row.case].sequence, row.sequence], told)
    for row in log.of(EventType.EVIDENCE_IMPORTED, EventType.FINDING_RECORDED):
        if row.case in reports and row.sequence > reports[row.case].sequence:
            told = f"Something was added to {row.case} after its report was released."
            yield failing([reports[row.case].sequence, row.sequence], told)
    for row in log.of(EventType.DETERMINATION_RECORDED):
        if row.case not in reports or row.sequence < reports[row.case].sequence:
            yield failing([row.sequence], f"{row.case} was decided on before its report was released.")


def _released_once(log: PositionLog) -> Iterator[Finding]:
    for row in log.of(EventType.REPORT_RELEASED):
        first = log.reports[row.case]
        if first.sequence != row.sequence:
            yield failing([first.sequence, row.sequence], f"{row.case} has more than one report.")


def _after_withdrawal(log: PositionLog) -> Iterator[Finding]:
    gone = log.withdrawn
    for departure in log.comparison.departures:
        if departure.difference is Difference.SEARCHED_AFTER_WITHDRAWAL:
            told = f"{departure.case_number}: {departure.key} was searched after the candidate had withdrawn."
            yield failing([departure.sequence], told)
    for case, row in log.reports.items():
        if case in gone and row.sequence > gone[case]:
            yield failing([gone[case], row.sequence], f"A report of {case} was released after the withdrawal.")


def _filtered_first(log: PositionLog) -> Iterator[Finding]:
    """A finding enters a report when the report is released, neither before nor without one."""
    reports = log.reports
    for finding, row in log.released_findings:
        report = reports.get(finding.case)
        if report is None or row.sequence < report.sequence:
            yield failing([row.sequence], f"{finding.id} of {finding.case} was released before a report of the case.")
            continue
        late = [
            act.sequence
            for act in finding.of(EventType.VALIDATION_RECORDED)
            if act.sequence > report.sequence and act.body.get("state") != State.RELEASED.value
        ]
        if late:
            told = f"{finding.id} of {finding.case} was validated after the report that holds it."
            yield failing([report.sequence, *late], told)


def one_protocol(log: PositionLog) -> Iterator[Finding]:
    """Check 3."""
    protocol, frozen = log.protocol, log.frozen
    for row in log.of(EventType.PROTOCOL_FROZEN)[1:]:
        yield failing([frozen.sequence, row.sequence], "A protocol was frozen for this position more than once.")
    stated, computed = log.digests
    if stated != computed:
        yield failing([frozen.sequence], "The frozen protocol does not have the digest that is stated beside it.")
    day = frozen.at.date()
    if not protocol.approved_by or protocol.approved_on > day:
        yield failing([frozen.sequence], "The protocol was frozen before it was approved.")
    if protocol.in_force_from > day:
        yield failing([frozen.sequence], "The protocol was frozen before it was in force.")
    yield from opened_first(log)
    yield from _other_protocols(log)


def _other_protocols(log: PositionLog) -> Iterator[Finding]:
    digest = log.comparison.protocol_digest
    for row in log.of(EventType.POSITION_OPENED):
        if row.body.get("protocol") != digest:
            yield failing([row.sequence], "The position was opened with another protocol than the frozen one.")
    for departure in log.comparison.departures:
        of = " ".join(filter(None, (departure.case_number, departure.key)))
        if departure.difference is Difference.OTHER_PROTOCOL:
            yield failing([departure.sequence], f"{of} carries another protocol than the frozen one.")
        if departure.difference is Difference.SEARCHED_BEFORE_PROTOCOL:
            yield failing([departure.sequence], f"{of} was enrolled before the protocol was frozen.")
    other = log.planned[(log.planned["protocol"] != digest) & (log.planned["protocol"] != "")]
    for row in each(other):
        yield failing([row.sequence], f"{row.case}: {row.key} was planned by another protocol than the frozen one.")


def nothing_changed(log: PositionLog) -> Iterator[Finding]:
    """Check 4."""
    digests = log.protocol.digests
    if "filter" not in digests:
        yield unsaid("The protocol was frozen without a digest of the filter.")
    else:
        others: dict[str, list[int]] = {}
        for row in log.of(EventType.FILTER_APPLIED):
            if row.body.get("filter") != digests["filter"]:
                others.setdefault(row.case, []).append(row.sequence)
        for case, entries in others.items():
            yield failing(entries, f"{case} was filtered with another filter than the frozen one.")
    yield from _connectors(log, digests.get("connectors", ""))
    yield from _window(log)


def _window(log: PositionLog) -> Iterator[Finding]:
    """Who is searched a year after the others is searched on another internet (U4)."""
    days = log.protocol.window_days
    if days is None:
        yield unsaid("The protocol sets no window of days (window_days) within which everybody is searched.")
        return
    ran = log.searches[~log.searches["outcome"].isin(_NOT_RUN)].sort_values("at", kind="stable")
    if ran.empty:
        return
    first = ran.iloc[0]
    late = ran[ran["at"] - first["at"] > pd.Timedelta(days=days)]
    agreed = {d.step or d.case_number for d in log.deviations if d.decision == Decision.APPROVED.value}
    for case, part in late.groupby("case", observed=True):
        deviated = case in agreed or all(step_of(key) in agreed for key in part["key"])
        last = (part["at"].max() - first["at"]).days
        told = f"{case} was searched up to {last} days after the position's first search; the window is {days} days"
        weigh, why = (exception, ", and a deviation was approved.") if deviated else (failing, ".")
        yield weigh([first["sequence"], *part["sequence"]], told + why)


def _connectors(log: PositionLog, frozen: str) -> Iterator[Finding]:
    ran = log.of(EventType.ENVIRONMENT_RECORDED)
    if not frozen or not ran or any(not row.body.get("connectors") for row in ran):
        yield unsaid("The log does not state with which connectors every case was searched.")
    for row in ran:
        if frozen and row.body.get("connectors", frozen) != frozen:
            yield failing([row.sequence], f"Other connectors than the frozen ones searched {row.case}.")
    if ran and frozen:
        yield noted((), f"Connectors {frozen[:16]} and filter {log.protocol.digests.get('filter', '')[:16]} as frozen.")

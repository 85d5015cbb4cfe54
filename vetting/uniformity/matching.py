"""Entries that have to fit each other: of one case, of one report, of one file, of one search (several checks)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from vetting.evidence import Standing
from vetting.log.event import EventType
from vetting.protocol import Technique
from vetting.search import step_of
from vetting.uniformity.events import Row, each, mapped
from vetting.uniformity.position_log import LoggedFinding, PositionLog
from vetting.uniformity.result import Finding, exception, failing

_TECHNIQUES: Final[Mapping[object, Technique]] = {
    "candidate": Technique.CANDIDATE_EXPORT,
    "investigator": Technique.INVESTIGATOR_IMPORT,
}
_IMPORTED: Final = "imported"
RERUNS: Final = 3
"""How often one search may be made before it is looked at: once, once more before the report (U5), and once by hand."""
_BESIDE_THE_REPORT: Final = frozenset(
    {
        EventType.ACCESS_REFUSED.value,
        EventType.EVIDENCE_EXPORTED.value,
        EventType.REFERRAL_MADE.value,
        EventType.REPORT_OPENED.value,
    }
)
"""What may happen in a case while its report is being made, and changes nothing in it."""


def of_one_case(log: PositionLog) -> Iterator[Finding]:
    """Check 21: whatever is recorded of a finding is recorded in the finding's own case."""
    for finding in log.findings:
        other = [act.sequence for act in finding.acts if act.case != finding.case]
        if other:
            yield failing(other, f"{finding.id} of {finding.case} was worked on in another case.")


def said_how(log: PositionLog) -> Iterator[Finding]:
    """Check 18: nobody asks for an imported file once more, and whatever else was not asked for says why."""
    known = {standing.value for standing in Standing}
    for finding in log.findings:
        for act in finding.of(EventType.CAPTURE_REPEATED):
            of = f"{finding.id} of {finding.case}"
            if act.body.get("state") not in known:
                yield failing([act.sequence], f"What became of the source of {of} is said by a word on no list.")
            elif act.body.get("state") == Standing.NOT_ASKED:
                yield from _not_asked(finding, act, of)


def _not_asked(finding: LoggedFinding, act: Row, of: str) -> Iterator[Finding]:
    imported, reason = not step_of(finding.key), act.body.get("reason")
    if not reason or (reason == _IMPORTED and not imported):
        yield failing([act.sequence], f"The source of {of} was not asked once more, although it could be.")
    elif not imported:
        yield exception([act.sequence], f"The source of {of} was not asked once more: {reason}.")


def passed_after_all(log: PositionLog) -> Iterator[Finding]:
    """Check 28: what the filter withheld passes it only when a reviewer marked something in between."""
    for finding in log.findings:
        withheld: Row | None = None
        for act in finding.acts:
            if act.type == EventType.FILTER_MARKED:
                withheld = None
            elif act.type == EventType.FILTER_APPLIED and act.body.get("action") == "withheld":
                withheld = act
            elif act.type == EventType.FILTER_APPLIED and act.body.get("action") == "passed" and withheld:
                told = f"{finding.id} of {finding.case} was withheld and passed then, with no mark in between."
                yield exception([withheld.sequence, act.sequence], told)


def nothing_shared(log: PositionLog) -> Iterator[Finding]:
    """Check 2: no two cases have one report, one file of a report, or one authorization.

    The form is committed under a secret of its own case, so that even the same paper is never the same commitment.
    """
    for kind, name, word in (
        (EventType.REPORT_RELEASED, "report", "report number"),
        (EventType.REPORT_RELEASED, "pdf", "file of a report"),
        (EventType.AUTHORIZATION_RECORDED, "form", "authorization form"),
    ):
        first: dict[str, Row] = {}
        for row in log.of(kind):
            value = row.body.get(name)
            one = first.setdefault(value, row) if isinstance(value, str) and value else row
            if one.case != row.case:
                yield failing([one.sequence, row.sequence], f"{one.case} and {row.case} share one {word}.")


def handed_over(log: PositionLog) -> Iterator[Finding]:
    """Check 11: by whom a file was handed over and the technique by which it came are one thing said twice."""
    for row in log.of(EventType.EVIDENCE_IMPORTED):
        if _TECHNIQUES.get(str(row.body.get("from"))) != row.body.get("technique"):
            yield failing([row.sequence], f"A file of {row.case} came by another technique than its giver's.")


def stated_first(log: PositionLog) -> Iterator[Finding]:
    """Check 12: with what a case is searched is stated before its first search."""
    stated = {row.case: row.sequence for row in reversed(log.of(EventType.ENVIRONMENT_RECORDED))}
    first = log.searches.groupby("case", observed=True)["sequence"].min()
    for case, sequence in first.items():
        if stated.get(str(case), -1) > sequence:
            yield failing([sequence, stated[str(case)]], f"{case} was searched before its environment was stated.")


def asked_often(log: PositionLog) -> Iterator[Finding]:
    """Check 14: one search that was made over and over, where the same step was not for the other candidates."""
    searches = log.searches
    counts = searches["pair"].value_counts()
    for row in each(searches[searches["pair"].isin(counts.index[counts > RERUNS])].drop_duplicates("pair")):
        of_step = mapped(searches["key"], step_of) == step_of(row.key)
        others = searches["pair"][of_step & (searches["case"] != row.case)]
        runs = int(counts[row.pair])
        if runs > 2 * max(counts[others], default=1):
            yield exception([row.sequence], f"{row.case}: {row.key} was searched {runs} times, unlike the others'.")


def outgrown(log: PositionLog) -> Iterator[Finding]:
    """Check 16: the size of the log that a report states holds everything that was logged of its case before."""
    known = log.events[~log.events["type"].isin(_BESIDE_THE_REPORT)]
    until = mapped(known["case"], {case: row.sequence for case, row in log.reports.items()}).astype(float)
    last = known[known["sequence"] < until].groupby("case", observed=True)["sequence"].max()
    for case, sequence in last.items():
        report = log.reports[str(case)]
        size = report.body.get("log_size")
        if isinstance(size, int) and size <= sequence:
            yield failing([report.sequence], f"The report of {case} states a smaller log than its case stands on.")

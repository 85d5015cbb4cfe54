"""Checks 25 and 28: the filter between what was found and what is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from math import sqrt
from typing import Final

from vetting.log.event import EventType
from vetting.marking import REASONS
from vetting.uniformity.events import Row
from vetting.uniformity.logged import marks
from vetting.uniformity.matching import passed_after_all
from vetting.uniformity.position_log import LoggedFinding, PositionLog
from vetting.uniformity.result import Finding, exception, failing, noted, unsaid
from vetting.uniformity.validating import states
from vetting.validation import State

PASSED: Final = "passed"
_MARKS: Final = {act.value: frozenset(reason.value for reason in fitting) for act, fitting in REASONS.items()}
_DECIDED: Final = frozenset({PASSED, "withheld"})
_FEWEST: Final = 20
"""Findings of one reviewer below which a rate says nothing."""
_FAR: Final = 5.0
"""Standard errors between one reviewer's rate and the others'."""


def filtered(log: PositionLog) -> Iterator[Finding]:
    """Check 25."""
    reports, frozen = log.reports, log.protocol.digests.get("filter")
    for finding, row in log.released_findings:
        decided = _decided(finding, reports.get(finding.case, row).sequence)
        of = f"{finding.id} of {finding.case}"
        if not decided:
            yield failing([row.sequence], f"{of} was released and never passed the filter.")
            continue
        last = decided[-1]
        if last.body.get("action") != PASSED:
            yield failing([last.sequence, row.sequence], f"{of} was withheld by the filter and is in a report.")
        if frozen is not None and last.body.get("filter") != frozen:
            yield failing([last.sequence], f"{of} passed another filter than the frozen one.")
        reviewed = [act.sequence for act, state in states(finding) if state is State.SECOND_REVIEWED]
        if reviewed and reviewed[-1] > last.sequence:
            yield failing([last.sequence, reviewed[-1]], f"{of} passed the filter before its last review.")
    if log.protocol.jurisdiction not in log.protocol.class_packs:
        yield exception([log.frozen.sequence], "No class pack is of the protocol's jurisdiction.")


def _decided(finding: LoggedFinding, before: int) -> list[Row]:
    acts = finding.of(EventType.FILTER_APPLIED)
    return [act for act in acts if act.body.get("action") in _DECIDED and act.sequence < before]


def withheld_alike(log: PositionLog, reasons: Collection[str] | None) -> Iterator[Finding]:
    """Check 28."""
    applied = log.of(EventType.FILTER_APPLIED)
    for row in applied:
        known = reasons is None or row.body.get("action") != "withheld" or row.body.get("reason") in reasons
        if not known:
            yield failing([row.sequence], f"A finding of {row.case} was withheld for a reason that is on no list.")
    withheld = sum(row.body.get("action") == "withheld" for row in applied)
    if withheld:
        yield noted((), f"The filter withheld {withheld} findings as a whole.")
    if reasons is None:
        yield unsaid("The list of reasons is not at hand.")
    for row in log.of(EventType.FILTER_MARKED):
        if row.body.get("reason") not in _MARKS.get(str(row.body.get("act")), frozenset()):
            yield failing([row.sequence], f"A finding of {row.case} was marked for a reason that the act cannot have.")
    for person, made in marks(log.of(EventType.FILTER_MARKED)).items():
        told = f"{person} marked {made.findings} findings: withheld more {made.withheld}, restored {made.restored}."
        yield noted((), told)
    yield from passed_after_all(log)
    yield from _outliers(log)


def _outliers(log: PositionLog) -> Iterator[Finding]:
    """Who withheld, held or marked findings at another rate than everybody else together."""
    seen: dict[str, set[str]] = {}
    stopped: Counter[str] = Counter()
    restored: Counter[str] = Counter()
    for finding in log.findings:
        steps = states(finding)
        for person in {act.actor for act, _ in steps}:
            seen.setdefault(person, set()).add(finding.id)
        stopped.update({act.actor for act, state in steps if state in {State.WITHHELD, State.HELD}})
        restored.update({a.actor for a in finding.of(EventType.FILTER_MARKED) if a.body.get("act") == "restore"})
    if not any(_enough(len(ids), _others(seen, who)) for who, ids in seen.items()):
        yield unsaid(f"No reviewer and the others have {_FEWEST} findings each: no rates can be compared.")
    for word, counts in (("withheld", stopped), ("restored words in", restored)):
        for person, findings in seen.items():
            rest = counts.total() - counts[person]
            if _stands_out(counts[person], len(findings), rest, _others(seen, person)):
                yield exception((), f"{person} {word} {counts[person]} of {len(findings)} findings, unlike the others.")


def _others(seen: Mapping[str, Collection[str]], person: str) -> int:
    """How many findings everybody else worked on."""
    return sum(len(ids) for who, ids in seen.items() if who != person)


def _enough(of: int, of_others: int) -> bool:
    return min(of, of_others) >= _FEWEST


def _stands_out(hits: int, of: int, others: int, of_others: int) -> bool:
    """Two rates by the normal approximation; never for few."""
    if not _enough(of, of_others):
        return False
    pooled = (hits + others) / (of + of_others)
    error = sqrt(pooled * (1 - pooled) * (1 / of + 1 / of_others))
    return error > 0 and abs(hits / of - others / of_others) > _FAR * error

"""Checks 17 to 21, 23 and 24: what each finding stands on, and who found it so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pandas as pd

from vetting.attribution import STRONG, Level, Link
from vetting.attribution import check_level as refuse_level
from vetting.errors import VettingError
from vetting.log.event import EventType
from vetting.uniformity.comparison import Difference
from vetting.uniformity.dropping import dropped
from vetting.uniformity.events import Row, each
from vetting.uniformity.matching import of_one_case, said_how
from vetting.uniformity.position_log import LoggedFinding, PositionLog
from vetting.uniformity.result import Finding, exception, failing, unsaid
from vetting.validation import SECOND_REVIEW_DONE, TRANSITIONS, Element, State

ASKED_AGAIN: Final = pd.Timedelta(days=7)
"""How long before a report what it stands on may have been asked for once more; a release asks again after a day."""
_OUT: Final = frozenset(State) - frozenset(TRANSITIONS) - {State.RELEASED}
"""States from which nothing comes back."""
_VALIDATING: Final = frozenset(TRANSITIONS) - {State.CAPTURED} | {State.RELEASED}
_FIRST: Final = frozenset({State.ATTRIBUTED, State.CONTEXT_CHECKED, State.CORROBORATED})


def states(finding: LoggedFinding) -> list[tuple[Row, State | None]]:
    """The states that a finding went through, with the act of each; None for a word that is no state."""
    known = {state.value: state for state in State}
    steps = finding.of(EventType.VALIDATION_RECORDED)
    return [(row, known.get(str(row.body.get("state")))) for row in steps]


def captured(log: PositionLog) -> Iterator[Finding]:
    """Check 17."""
    wanted = log.captures[log.captures["capture"].isin({finding.capture for finding in log.findings})]
    sealed = {(row.case, row.capture): (row.sequence, row.key) for row in each(wanted)}
    for finding in log.findings:
        if finding.sequence < 0:
            acts = [row.sequence for row in finding.acts]
            yield failing(acts, f"{finding.id} of {finding.case} was worked on and never recorded.")
            continue
        at, key = sealed.get((finding.case, finding.capture), (finding.sequence, finding.key))
        if at >= finding.sequence:
            yield failing([finding.sequence], f"{finding.id} of {finding.case} stands on no capture sealed before it.")
        elif key != finding.key:
            yield failing(
                [at, finding.sequence], f"{finding.id} of {finding.case} and its capture are of two searches."
            )
    yield from _missing_captures(log)


def _missing_captures(log: PositionLog) -> Iterator[Finding]:
    """As many captures as the outcomes of a search state, or more: a release asks once more under the same key."""
    sealed = log.captures.groupby("pair").size().rename("sealed")
    stated = log.searches.drop_duplicates("pair", keep="last")[["case", "key", "sequence", "pair"]]
    sums = log.searches.groupby("pair")["captures"].sum()
    joined = stated.join(sums, on="pair").join(sealed, on="pair").fillna({"sealed": 0})
    for row in each(joined[joined["sealed"] < joined["captures"]]):
        told = f"{row.case}: {row.key} states {row.captures} captures, and {int(row.sealed)} were sealed."
        yield failing([row.sequence], told)


def asked_again(log: PositionLog) -> Iterator[Finding]:
    """Check 18."""
    yield from said_how(log)
    reports = log.reports
    for finding, row in log.released_findings:
        report = reports.get(finding.case, row)
        before = [act for act in finding.of(EventType.CAPTURE_REPEATED) if act.sequence < report.sequence]
        if not before:
            yield failing([row.sequence], f"{finding.id} of {finding.case} was released without asking once more.")
        elif report.at - before[-1].at > ASKED_AGAIN:
            entries = [before[-1].sequence, report.sequence]
            yield exception(entries, f"{finding.id} of {finding.case} was asked for long before its report.")


def attributed(log: PositionLog) -> Iterator[Finding]:
    """Check 19."""
    for finding, row in log.released_findings:
        said = [act for act in finding.of(EventType.ATTRIBUTION_RECORDED) if act.sequence < row.sequence]
        of = f"{finding.id} of {finding.case}"
        if not said:
            yield failing([row.sequence], f"{of} was released and nobody said whether it is the candidate.")
            continue
        level, links = _level(said[-1]), _links(said[-1])
        entries = [said[-1].sequence, row.sequence]
        if level is None or not level.releasable:
            yield failing(entries, f"{of} was released below attribution level A3.")
        elif links <= {Link.SAME_NAME}:
            yield failing(entries, f"{of} was released on the name alone.")
        elif not _carried(level, links):
            yield failing(entries, f"{of} was released at a level that its evidence does not carry.")


def _level(row: Row) -> Level | None:
    return next((level for level in Level if level.value == row.body.get("level")), None)


def _links(row: Row) -> frozenset[Link]:
    return frozenset(link for link in Link if link.value in row.body.get("links", ()))


def _carried(level: Level, links: frozenset[Link]) -> bool:
    try:
        refuse_level(level, tuple(links))
    except VettingError:
        return False
    return bool(links & STRONG)


def two_people(log: PositionLog) -> Iterator[Finding]:
    """Check 20."""
    for finding, row in log.released_findings:
        of, steps = f"{finding.id} of {finding.case}", states(finding)
        reviews = [(n, act) for n, (act, state) in enumerate(steps) if state is State.SECOND_REVIEWED]
        corroborations = [act for act, state in steps if state is State.CORROBORATED]
        if not reviews or not corroborations:
            yield failing(
                [row.sequence], f"{of} was released without {'corroboration' if reviews else 'second review'}."
            )
            continue
        last, second = reviews[-1]
        if second.actor in _first_people(finding, steps[:last]):
            yield failing([second.sequence], f"{of} was reviewed twice by {second.actor}.")
        if corroborations[-1].body.get("element") not in set(Element) - {Element.NONE}:
            yield failing([corroborations[-1].sequence], f"{of} was corroborated by nothing but the capture itself.")
        yield from _behind_the_second(finding, second, row, of)
        for person in {act.actor for act, _ in steps} & log.deciders:
            yield failing([row.sequence], f"{of} was validated by {person}, who decides on this position.")


def _behind_the_second(finding: LoggedFinding, second: Row, out: Row, of: str) -> Iterator[Finding]:
    """What the second person agreed to stands: the attribution, and every mark that was there to be seen."""
    said = finding.of(EventType.ATTRIBUTION_RECORDED)
    marks = finding.of(EventType.FILTER_MARKED)
    behind = [act.sequence for act in (*said, *marks) if second.sequence < act.sequence < out.sequence]
    if behind:
        yield failing([second.sequence, *behind], f"{of} was attributed or marked anew after its second review.")
    there = sum(act.sequence < second.sequence for act in marks)
    if second.body.get("marks", 0) != there:
        yield failing([second.sequence], f"The second review of {of} did not agree to the {there} marks on it.")


def _first_people(finding: LoggedFinding, steps: list[tuple[Row, State | None]]) -> set[str]:
    """Who took a step of the first review since it was last begun anew, said whose account it is, or marked it."""
    since = 0
    for n in range(1, len(steps)):
        if steps[n][1] is State.CORROBORATED and steps[n - 1][1] in SECOND_REVIEW_DONE:
            since = n
    said = finding.of(EventType.ATTRIBUTION_RECORDED)[-1:]
    marks = finding.of(EventType.FILTER_MARKED)
    return {act.actor for act, state in steps[since:] if state in _FIRST} | {act.actor for act in (*said, *marks)}


def legal_steps(log: PositionLog) -> Iterator[Finding]:
    """Check 21."""
    for finding in log.findings:
        current, of = State.CAPTURED, f"{finding.id} of {finding.case}"
        for act, state in states(finding):
            if state is None or state not in TRANSITIONS.get(current, frozenset()):
                word = str(act.body.get("state")).replace("_", " ")
                was = current.value.replace("_", " ")
                yield failing([act.sequence], f"{of} became {word} and was {was}, which nothing allows.")
            elif state in _VALIDATING and not _attributed(finding, act):
                yield failing([act.sequence], f"{of} was validated without an attribution of A3 or A4.")
            current = state or current
    yield from dropped(log)
    yield from of_one_case(log)


def _attributed(finding: LoggedFinding, act: Row) -> bool:
    said = [row for row in finding.of(EventType.ATTRIBUTION_RECORDED) if row.sequence < act.sequence]
    level = _level(said[-1]) if said else None
    return level is not None and level.releasable


def nothing_refuted(log: PositionLog) -> Iterator[Finding]:
    """Check 23."""
    for finding, row in log.released_findings:
        for act, state in states(finding):
            if state in _OUT:
                word = str(act.body.get("state")).replace("_", " ")
                yield failing(
                    [act.sequence, row.sequence], f"{finding.id} of {finding.case} is {word} and in a report."
                )
        refuted = [act for act in finding.of(EventType.ATTRIBUTION_RECORDED) if _level(act) is Level.AX]
        if refuted and refuted[-1] is finding.of(EventType.ATTRIBUTION_RECORDED)[-1]:
            entries = [refuted[-1].sequence, row.sequence]
            yield failing(entries, f"{finding.id} of {finding.case} is another person's and in a report.")
    for departure in log.comparison.departures:
        if departure.difference is Difference.REPORTED_ALTHOUGH_LEFT_OUT:
            told = f"{departure.case_number}: {departure.key} is left out for everybody and yet in a report."
            yield failing([departure.sequence], told)


def within_lookback(log: PositionLog) -> Iterator[Finding]:
    """Check 24."""
    for finding, row in log.released_findings:
        of = f"{finding.id} of {finding.case}"
        checked = [act for act, state in states(finding) if state is State.CONTEXT_CHECKED]
        if not checked:
            yield failing([row.sequence], f"The context of {of} was never checked.")
        elif "in_lookback" not in checked[-1].body:
            yield unsaid(f"Whether {of} is within the look-back is not in the log: it is from before it was.")
        elif checked[-1].body["in_lookback"] is not True:
            yield failing([checked[-1].sequence, row.sequence], f"{of} is undated or older than the look-back.")

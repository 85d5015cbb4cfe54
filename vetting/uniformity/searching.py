"""Checks 9 to 13 and 15: what was searched, how, and what came of a source that failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from vetting.deviation import Decision, DeviationReason
from vetting.errors import VettingError
from vetting.log.event import EventType
from vetting.protocol import FailurePolicy, Technique
from vetting.search import OWNERS_CHOICE, Outcome, step_of
from vetting.uniformity.comparison import Departure, Difference
from vetting.uniformity.deciding import decided_otherwise
from vetting.uniformity.events import each, mapped
from vetting.uniformity.logged import environments
from vetting.uniformity.matching import handed_over, stated_first
from vetting.uniformity.position_log import PositionLog
from vetting.uniformity.result import Finding, exception, failing, noted, unsaid

_OF_SEARCHES: Final[Mapping[Difference, str]] = {
    Difference.MISSING: "was never searched",
    Difference.EXTRA: "was searched and the protocol does not ask for it",
    Difference.REPEATED: "was searched again although it had an answer",
    Difference.OTHER_PLAN: "was enrolled with another plan than protocol and identifiers give",
}
_OF_FAILURES: Final[Mapping[Difference, str]] = {
    Difference.FAILURE_NOT_SHARED: "failed, and the same step answered for others",
    Difference.OWN_ANCHOR_FAILED: "failed at the candidate's own address",
}
_OF_DEVIATIONS: Final[Mapping[Difference, str]] = {
    Difference.STEP_LEFT_OUT: "is left out for everybody",
    Difference.CANDIDATE_WITHDREW: "counts no more: the candidate withdrew",
    Difference.NOT_APPROVED: "was left out or ended without the approval that it needs",
    Difference.SEARCHED_AFTER_WITHDRAWAL: "was searched after the withdrawal",
    Difference.REPORTED_ALTHOUGH_LEFT_OUT: "is left out and yet in a report",
}
_ENDED: Final[Mapping[Outcome, EventType]] = {
    Outcome.BLOCKED: EventType.SEARCH_BLOCKED,
    Outcome.UNAVAILABLE: EventType.SEARCH_UNAVAILABLE,
}
_KEYED: Final = Technique.OFFICIAL_API_WITH_KEY


def _departures(log: PositionLog, said: Mapping[Difference, str]) -> Iterator[Finding]:
    """The departures of these kinds: explained ones are exceptions, never left out in silence."""
    for departure in log.comparison.departures:
        if departure.difference in said:
            weigh = exception if departure.explained_by else failing
            if departure.difference is Difference.FAILURE_NOT_SHARED and weigh is failing and not log.reports:
                yield unsaid(f"{_of(departure)} {said[departure.difference]}: to be settled before the first report.")
                continue
            why = f" ({departure.explained_by.replace('_', ' ')})" if departure.explained_by else ""
            yield weigh([departure.sequence], f"{_of(departure)} {said[departure.difference]}{why}.")


def _of(departure: Departure) -> str:
    return ": ".join(filter(None, (departure.case_number, departure.key)))


def executed_as_expected(log: PositionLog) -> Iterator[Finding]:
    """Check 9. A repeated search after an outage is no departure (U5)."""
    yield from _departures(log, _OF_SEARCHES)
    yield from _limits(log)
    yield from _stopped_early(log)
    for case, left in log.comparison.unfinished.items():
        yield unsaid(f"{case}: {left} searches are not run yet.")


def _limits(log: PositionLog) -> Iterator[Finding]:
    """The step as it was run, and its attempts. How many captures a search may bring has no honest bound in the log: a
    page, its robots.txt, each redirect and each page that it points to is one.
    """
    searches = log.searches
    digests = {step.id: step.digest() for step in log.protocol.steps}
    most = {step.id: step.attempts for step in log.protocol.steps}
    digest = mapped(searches["key"], lambda key: digests.get(step_of(key)))
    most_tries = mapped(searches["key"], lambda key: most.get(step_of(key), 0))
    stated = searches["step"] != ""
    other = searches["step"].astype(object) != digest
    for row in each(searches[stated & digest.notna() & other]):
        yield failing([row.sequence], f"{row.case}: {row.key} was run with other limits than the protocol's.")
    for row in each(searches[searches["attempts"] > most_tries]):
        yield failing([row.sequence], f"{row.case}: {row.key} was tried {row.attempts} times, more than allowed.")
    if len(searches) and not stated.all():
        yield unsaid("The limits of some searches are not in the log: it is from before they were.")


def _stopped_early(log: PositionLog) -> Iterator[Finding]:
    """A case that found something and was left there, while everybody else has a report."""
    reports, gone, left = log.reports, log.withdrawn, log.comparison.unfinished
    others = [case for case in log.enrolled if case not in left and case not in gone]
    if not reports or any(case not in reports for case in others):
        return
    found = {finding.case: finding.sequence for finding in reversed(log.findings)}
    for case in left:
        if case in found:
            yield exception([found[case]], f"{case} was not searched further after a finding; all others are reported.")


def no_free_query(log: PositionLog, lint: Callable[[str], None] | None) -> Iterator[Finding]:
    """Check 10."""
    for step in log.protocol.steps:
        if step.query.count("{") != 1 or "{anchor}" not in step.query:
            yield failing([log.frozen.sequence], f"The query of step {step.id} has other places than one identifier.")
        elif lint is not None:
            try:
                lint(step.query)
            except VettingError:
                yield failing([log.frozen.sequence], f"The query of step {step.id} asks for protected facts.")
    if lint is None:
        yield unsaid("The query linter is not at hand.")
    for row in each(log.searches[~log.searches["pair"].isin(log.planned["pair"])]):
        yield failing([row.sequence], f"{row.case}: {row.key} was searched and never planned.")
    yield from _unknown_plans(log)


def _unknown_plans(log: PositionLog) -> Iterator[Finding]:
    steps = {step.id for step in log.protocol.steps}
    unknown = log.planned[~mapped(log.planned["key"], lambda key: step_of(key) in steps).astype(bool)]
    for row in each(unknown):
        yield failing([row.sequence], f"{row.case}: {row.key} was planned and is no step of the protocol.")


def no_login(log: PositionLog) -> Iterator[Finding]:
    """Check 11."""
    searches = log.searches
    keyed = {step.id for step in log.protocol.steps if step.technique is _KEYED}
    for row in each(searches[~searches["credential"].isin(["none", ""])]):
        if row.credential != "department_key":
            yield failing([row.sequence], f"{row.case}: {row.key} was searched with a personal login.")
        elif step_of(row.key) not in keyed:
            yield failing(
                [row.sequence], f"{row.case}: {row.key} carried the department's key, which it does not take."
            )
    for imported in log.of(EventType.EVIDENCE_IMPORTED):
        if imported.body.get("technique") not in set(Technique):
            yield failing([imported.sequence], f"A file of {imported.case} came by a technique that is on no list.")
    yield from handed_over(log)
    if len(searches) and (searches["credential"] == "").any():
        yield unsaid("With what some searches were let in is not in the log: it is from before it was.")


def one_environment(log: PositionLog) -> Iterator[Finding]:
    """Check 12."""
    yield from stated_first(log)
    ran = environments(log.of(EventType.ENVIRONMENT_RECORDED))
    stated = {case for environment in ran for case in environment.cases}
    unstated = sorted(set(log.searches["case"]) - stated)
    if unstated:
        weigh = unsaid if not ran else lambda told: exception([ran[0].sequence], told)
        yield weigh(f"The log does not state the environment of {', '.join(unstated)}.")
    for environment in ran[1:]:
        differs = ", ".join(environment.differs) or "less is stated"
        cases = ", ".join(dict.fromkeys(environment.cases))
        yield exception([ran[0].sequence, environment.sequence], f"{cases} ran in another environment ({differs}).")
    if not ran and not unstated:
        yield unsaid("Nothing was searched yet.")


def failures_shared(log: PositionLog, reasons: Mapping[str, Outcome] | None) -> Iterator[Finding]:
    """Check 13."""
    yield from _departures(log, _OF_FAILURES)
    yield from _consistent(log)
    yield from _hidden(log, reasons)
    yield from _asked_once(log)
    yield from _failed_for_all(log)


def _consistent(log: PositionLog) -> Iterator[Finding]:
    """That the type of the entry, the outcome and the place of the search agree."""
    searches = log.searches
    ended = {outcome.value: _ENDED.get(outcome, EventType.SEARCH_EXECUTED).value for outcome in Outcome}
    expected = mapped(searches["outcome"], ended)
    for row in each(searches[searches["type"].astype(object) != expected]):
        yield failing([row.sequence], f"{row.case}: the entry of {row.key} says two different outcomes.")
    nobody = mapped(searches["key"], lambda key: key.endswith(".0")).astype(bool)
    for row in each(searches[nobody != (searches["outcome"] == Outcome.NOT_APPLICABLE.value)]):
        yield failing([row.sequence], f"{row.case}: {row.key} says that it did not apply, or that it did, wrongly.")


def _hidden(log: PositionLog, reasons: Mapping[str, Outcome] | None) -> Iterator[Finding]:
    """An answer that nobody gave: an outcome that its reason does not carry, an answer without a single exchange."""
    searches = log.searches
    if reasons is None:
        yield unsaid("Which reason stands for which outcome is not at hand.")
    else:
        carried = mapped(searches["reason"], {code: outcome.value for code, outcome in reasons.items()})
        for row in each(searches[carried != searches["outcome"].astype(object)]):
            yield failing([row.sequence], f"{row.case}: {row.key} ended with a reason that is no {row.outcome}.")
    answered = searches["outcome"].isin([Outcome.COMPLETED.value, Outcome.NO_RESULTS.value])
    for row in each(searches[answered & ((searches["captures"] < 1) | (searches["attempts"] < 1))]):
        yield failing([row.sequence], f"{row.case}: {row.key} states an answer without an exchange that was captured.")


def _asked_once(log: PositionLog) -> Iterator[Finding]:
    """A source that was down is asked once more before the report, by the protocol's own failure policy (U5)."""
    reports = {case: row.sequence for case, row in log.reports.items()}
    steps = {step.id for step in log.protocol.steps if step.failure_policy is FailurePolicy.RERUN}
    steps -= {d.step for d in log.deviations if d.decision == Decision.APPROVED.value}
    if log.protocol.schema == 1:  # from before a failure policy was frozen
        return
    searches = log.searches
    times = searches.groupby("pair")["sequence"].transform("size")
    once = searches[(searches["outcome"] == Outcome.UNAVAILABLE.value) & (times == 1) & searches["case"].isin(reports)]
    for row in each(once):
        if step_of(row.key) in steps:
            told = f"{row.case}: {row.key} was unavailable and not asked again before the report."
            yield failing([row.sequence, reports[row.case]], told)


def _failed_for_all(log: PositionLog) -> Iterator[Finding]:
    """A step that failed for everybody treats everybody alike, and nobody learned anything by it."""
    latest = log.searches.drop_duplicates("pair", keep="last")
    latest = latest[latest["outcome"] != Outcome.NOT_APPLICABLE.value]
    stopped = latest["outcome"].isin([Outcome.BLOCKED.value, Outcome.UNAVAILABLE.value])
    down = stopped & ~latest["reason"].isin(OWNERS_CHOICE)
    step = mapped(latest["key"], step_of)
    answered = set(step[~down])
    for name in dict.fromkeys(step[down]):
        if name not in answered:
            entries = latest["sequence"][step == name]
            yield exception(entries, f"Step {name} failed for everybody: the position was not searched there.")


def deviations_listed(log: PositionLog) -> Iterator[Finding]:
    """Check 15."""
    yield from _departures(log, _OF_DEVIATIONS)
    steps = {step.id for step in log.protocol.steps}
    for d in log.deviations:
        if d.decision == "refused" or not d.decision:
            word = f"refused by {d.decided_by}" if d.decision else "not decided yet"
            yield noted([d.sequence], f"{d.step or d.case_number}: asked for by {d.requested_by}, {word}.")
        if d.reason not in set(DeviationReason):
            yield failing([d.sequence], f"{d.id} was asked for or decided for a reason that is on no list.")
        if d.step and d.step not in steps:
            yield failing([d.sequence], f"A deviation is about {d.step}, which is no step of the protocol.")
    yield from decided_otherwise(log)
    made, cases = len(log.deviations), len(log.enrolled)
    if made:
        yield noted((), f"{made} {'deviation' if made == 1 else 'deviations'} on {cases} candidates.")

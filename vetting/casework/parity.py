"""A source that failed for one candidate and answered for another: before any report it is asked again for all whom it
failed, or what it found is left out for everybody, as the protocol's step says (condition U5). If it fails still, only
the latter remains.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from vetting.casework.desk import Desk
from vetting.casework.reviewing import reviewed
from vetting.casework.searching import Progress, progress
from vetting.deviation import Decision, Deviation, DeviationReason, excluded_steps, withdrawn_cases
from vetting.errors import not_ready
from vetting.log.event import EventType
from vetting.protocol import FailurePolicy, Step
from vetting.records.case_files import CaseFileUnit
from vetting.search import Outcome, SearchResult, failed, own, step_of, unshared
from vetting.validation import State

_IN_A_REPORT = frozenset({State.FILTERED, State.RELEASED})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Peers:
    """The cases of one position that are without a report and whose candidates did not withdraw, the one to be
    released first.
    """

    own: Progress
    others: tuple[Progress, ...]

    def __iter__(self) -> Iterator[Progress]:
        yield self.own
        yield from self.others


def settle_parity(desk: Desk, state: Progress) -> Progress:
    """Whether a case may be released as far as the failures of sources go; where the case stands then.

    Refuses while a search whose source was unavailable was asked once only, for whichever candidate of the position,
    and while a step with the failure policy `exclude` is not run for everybody who is enrolled. Records the exclusion
    of such a step where it failed for one and ran for another; once a finding of it is in a report it is too late for
    that, and it is asked again like any other.

    Refuses also while a source that was asked again still fails for one and answered for another: then two people leave
    the step out for everybody (`request_deviation`), and no report leaves unevenly. What failed for all alike is
    reported as unavailable, never as nothing found; so is what lies with a candidate's own address or account
    (`search.own`), and what fails after a report holds a finding of the step, which nobody can then leave out; the
    audit names that one.
    """
    peers, steps = _peers(desk, state), state.protocol.steps
    _refuse_single_outages(desk, peers, {s.id for s in steps if s.failure_policy is FailurePolicy.RERUN})
    policed = [s for s in steps if s.failure_policy is FailurePolicy.EXCLUDE and s.id not in state.excluded]
    if policed:
        _refuse_unsearched(peers, policed)
        _refuse_single_outages(desk, peers, _exclude_unshared(desk, state.case.position, policed))
        state = progress(desk, state.case.number)
    _refuse_unshared(desk, state)
    return state


def _peers(desk: Desk, state: Progress) -> _Peers:
    position, own = state.case.position, state.case.number
    with desk.case_files.reading() as view:
        numbers = [case.number for case in view.cases(position)]
    done = filed_cases(desk, position) | {own}
    others = [progress(desk, number) for number in numbers if number not in done]
    return _Peers(own=state, others=tuple(other for other in others if not other.withdrawn))


def filed_cases(desk: Desk, position: str) -> frozenset[str]:
    """The cases of the position whose reports are in the released store."""
    with desk.released.reading() as view:
        return frozenset(filed.report.case_number for filed in view.reports(position))


def _refuse_single_outages(desk: Desk, peers: _Peers, steps: Collection[str]) -> None:
    """Refuses while a search of these steps whose source was unavailable was asked once only."""
    for state in peers:
        number = state.case.number
        with desk.case_files.reading() as view:
            once = [
                search
                for search in state.unavailable
                if search.step.id in steps and len(view.results_of(number, search.key)) == 1
            ]
        if once:
            searches = "search" if len(once) == 1 else "searches"
            whose = "" if state is peers.own else f" of {number}, another candidate of this position,"
            raise not_ready(
                "outage_not_repeated",
                f"The source of {len(once)} {searches}{whose} was unavailable and has not been asked again (U5).",
                f"Ask once more, at another time: vetting run {number} --again.",
            )


def _refuse_unsearched(peers: _Peers, steps: Sequence[Step]) -> None:
    """Whether such a step fails for anybody must be known before the first report."""
    ids = {step.id for step in steps}
    for state in peers.others:
        if any(search.step.id in ids for search in state.outstanding):
            raise not_ready(
                "step_not_run_for_all",
                f"A step that is left out for everybody if it fails for one has not been run for {state.case.number}.",
                f"Run: vetting run {state.case.number}.",
            )


def _exclude_unshared(desk: Desk, position: str, steps: Sequence[Step]) -> frozenset[str]:
    """Records the exclusion of each step that failed for one candidate and ran for another.

    Returns those for which it is too late, because a report holds a finding of the step: they are asked again instead.
    """
    late: set[str] = set()
    with desk.act() as unit:
        already = excluded_steps(unit.deviations(position))
        outcomes = _outcomes(unit, position)
        for step in steps:
            seen = outcomes.get(step.id, [])
            if step.id in already or not unshared(step, ((r.outcome, r.reason) for r in seen)):
                continue
            if reported_step(desk, unit, position, step.id):
                late.add(step.id)
            else:
                _record(desk, unit, position, step.id)
    return frozenset(late)


def _refuse_unshared(desk: Desk, state: Progress) -> None:
    """Refuses while a step failed for one candidate and ran for another, and could still be left out for everybody."""
    position, steps = state.case.position, state.protocol.steps
    with desk.case_files.reading() as unit:
        deviations = unit.deviations(position)
        settled = excluded_steps(deviations)
        outcomes = _outcomes(unit, position, without=withdrawn_cases(deviations))
        for step in (step for step in steps if step.id not in settled):
            all_ = outcomes.get(step.id, [])
            seen = [r for r in all_ if not (failed(step, r.outcome, r.reason) and own(step, r.reason))]
            pairs = ((r.outcome, r.reason) for r in seen)
            if not unshared(step, pairs) or reported_step(desk, unit, position, step.id):
                continue
            down = any(r.outcome is Outcome.UNAVAILABLE for r in seen)
            reason = DeviationReason.SOURCE_OUTAGE if down else DeviationReason.SOURCE_REFUSED
            raise not_ready(
                "failure_not_shared",
                f"The source of step {step.id} failed in one search of this position and answered in another (U5).",
                "Have the step left out for everybody, which another person approves: "
                f"vetting deviate request {position} --step {step.id} --reason {reason.value}.",
            )


def _outcomes(unit: CaseFileUnit, position: str, without: Collection[str] = ()) -> Mapping[str, list[SearchResult]]:
    """By step, over every case of the position, that of a candidate who withdrew too: what was left out stays so."""
    found: dict[str, list[SearchResult]] = {}
    for case in unit.cases(position):
        if case.number in without:
            continue
        for result in unit.results(case.number):
            found.setdefault(step_of(result.key), []).append(result)
    return found


def _record(desk: Desk, unit: CaseFileUnit, position: str, step: str) -> None:
    now, who = desk.clock(), desk.person.id
    deviation = Deviation(
        id=f"D-{desk.new_id()[:8].upper()}",
        position=position,
        reason=DeviationReason.FAILURE_POLICY,
        case_number="",
        step=step,
        requested_by=who,
        requested_at=now,
        decision=Decision.APPROVED,
        decided_by=who,
        decided_at=now,
    )
    unit.add_deviation(deviation)
    body = {"deviation": deviation.id, "reason": deviation.reason.value, "step": step}
    unit.post(desk.event(EventType.DEVIATION_APPROVED, deviation.id, body, position=position))


def reported_step(desk: Desk, unit: CaseFileUnit, position: str, step: str) -> bool:
    """Whether a report of the position holds a finding of the step, inside the caller's transaction.

    A finding that the filter let through counts as soon as the report of its case is filed: a kill may have come before
    it was marked as released.
    """
    return any(
        item.state in _IN_A_REPORT and step_of(item.finding.search_key) == step
        for number in sorted(filed_cases(desk, position))
        for item in reviewed(unit, number)
    )

"""Whether all candidates were searched alike: what the protocol demands against what the log says was done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from vetting.candidate import IdentifierKind
from vetting.deviation import DeviationReason
from vetting.protocol import FailurePolicy, SearchProtocol
from vetting.search import Outcome, expected_keys, failed, own, plan_digest, step_of, unshared


class Difference(StrEnum):
    """Ways in which a case departs from the protocol."""

    MISSING = "missing"
    EXTRA = "extra"
    REPEATED = "repeated"
    """Run again although it had an answer or a refusal; after an outage it may be (U5)."""
    OTHER_PROTOCOL = "other_protocol"
    SEARCHED_BEFORE_PROTOCOL = "searched_before_protocol"
    FAILURE_NOT_SHARED = "failure_not_shared"
    """A source failed for one candidate and not for another (U5): re-run or exclude for all."""
    OWN_ANCHOR_FAILED = "own_anchor_failed"
    """The candidate's own feed or account failed, where another's answered: no source that they share (`own`)."""
    OTHER_PLAN = "other_plan"
    """Enrolled with another plan than protocol and number of anchors give."""
    STEP_LEFT_OUT = "step_left_out"
    """For everybody of the position, by an approved deviation or the protocol's own failure policy."""
    CANDIDATE_WITHDREW = "candidate_withdrew"
    SEARCHED_AFTER_WITHDRAWAL = "searched_after_withdrawal"
    NOT_APPROVED = "not_approved"
    """Left out or ended without two people who do not decide here, or without what the failure policy asks for."""
    REPORTED_ALTHOUGH_LEFT_OUT = "reported_although_left_out"
    """A finding of a step that is left out for everybody was released."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutedSearch:
    """What the log holds of one search."""

    case_number: str
    key: str
    outcome: Outcome
    reason: str
    protocol_digest: str
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledCase:
    """What the log holds of one case: no name, only how many anchors of each kind were disclosed."""

    case_number: str
    disclosed: Mapping[IdentifierKind, int]
    protocol_digest: str
    sequence: int
    reported: bool
    plan: str = ""
    """Digest of the plan as it was logged; empty in a log from before it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedDeviation:
    """What the log holds of a deviation that was approved."""

    id: str
    reason: DeviationReason
    step: str
    case_number: str
    sequence: int
    """Of the approval."""
    by_two: bool
    """Whether one person asked and another approved, neither of whom decides on the position."""

    @property
    def fitting(self) -> bool:
        """Whether it is of one case where its reason ends a case, and of one step where it leaves a step out."""
        return self.reason.of_case is bool(self.case_number) and self.reason.of_case is not bool(self.step)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedFinding:
    """What the log holds of a finding that is in a report: the search that found it, and when it was released."""

    case_number: str
    key: str
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """One departure, with the place in the log where it can be seen."""

    case_number: str
    """Empty where it is of everybody in the position."""
    key: str
    """Of the search; of the step where a whole step is meant; empty where neither is."""
    difference: Difference
    sequence: int
    explained_by: str = ""
    """Id of the approved deviation, or of the record of the failure policy, that explains it; `own_anchor` where it is
    the candidate's own feed or account that failed; empty where nothing does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UniformityReport:
    """The matrix and what departs from it."""

    position: str
    protocol_digest: str
    frozen_at_sequence: int
    cases: tuple[str, ...]
    keys: tuple[str, ...]
    outcomes: Mapping[tuple[str, str], Outcome]
    """By case number and search key; a missing cell is a search that was not run."""
    departures: tuple[Departure, ...]
    unfinished: Mapping[str, int]
    """Cases without a report whose searches are not all run, and how many are left: not yet a departure."""

    @property
    def unexplained(self) -> tuple[Departure, ...]:
        """The departures that nothing explains: no approved deviation, no failure policy, no outage of one's own."""
        return tuple(departure for departure in self.departures if not departure.explained_by)

    @property
    def uniform(self) -> bool:
        """True where every candidate was searched exactly as the protocol demands, or every departure is explained."""
        return not self.unexplained


def compare(
    position: str,
    protocol: SearchProtocol,
    frozen_at: int,
    cases: Sequence[EnrolledCase],
    executed: Sequence[ExecutedSearch],
    deviations: Sequence[ApprovedDeviation] = (),
    released: Sequence[ReleasedFinding] = (),
    alike: Collection[str] = frozenset(),
) -> UniformityReport:
    """Recomputes the expected searches and compares them with the executed ones (auditor checks 3, 9, 13, 15).

    One pass over the searches and one over the cases: a position may have a million searches. `alike` are cases whose
    searches are known to be those expected, each once and by the protocol; `executed` need not hold them.
    """
    expect, executed = _Expectation(protocol), sorted(executed, key=lambda search: search.sequence)
    by_case = _by_case(executed)
    valid = [d for d in deviations if _approved(d, protocol, executed)]
    withdrawn = {d.case_number: d for d in valid if d.case_number}
    left_out = {d.step: d for d in reversed(valid) if d.step}
    departures, unfinished = [*_deviating(deviations, valid), *_reported(released, left_out)], dict[str, int]()
    for case in cases:
        done, gone = by_case.get(case.case_number, []), withdrawn.get(case.case_number)
        found = _found(case, done, expect, frozen_at, left_out, alike=case.case_number in alike)
        missing = [d for d in found if d.difference is Difference.MISSING]
        if missing and not case.reported and not gone:
            unfinished[case.case_number] = len(missing)
        departures += found if case.reported and not gone else [d for d in found if d not in missing]
        departures += _after(done, gone) if gone else ()
    departures += _unshared_failures([c for c in cases if c.case_number not in withdrawn], executed, protocol, left_out)
    return UniformityReport(
        position=position,
        protocol_digest=expect.digest,
        frozen_at_sequence=frozen_at,
        cases=tuple(case.case_number for case in cases),
        keys=_ordered({key: None for case in cases for key in expect.of(case.disclosed)[0]}, protocol),
        outcomes={(c.case_number, s.key): s.outcome for c in cases for s in by_case.get(c.case_number, [])},
        departures=tuple(departures),
        unfinished=unfinished,
    )


def _by_case(executed: Iterable[ExecutedSearch]) -> dict[str, list[ExecutedSearch]]:
    by_case: dict[str, list[ExecutedSearch]] = {}
    for search in executed:
        by_case.setdefault(search.case_number, []).append(search)
    return by_case


class _Expectation:
    """What is expected of a case, computed once for all that disclosed as many identifiers of each kind."""

    def __init__(self, protocol: SearchProtocol) -> None:
        self.digest = protocol.digest()
        self._protocol = protocol
        self._known: dict[tuple[tuple[IdentifierKind, int], ...], tuple[dict[str, None], str]] = {}

    def of(self, disclosed: Mapping[IdentifierKind, int]) -> tuple[Mapping[str, None], str]:
        """The keys of the searches, in the order of the protocol, and the digest of the plan."""
        counts = tuple(sorted(disclosed.items()))
        if counts not in self._known:
            keys = dict.fromkeys(expected_keys(self._protocol, disclosed))
            self._known[counts] = keys, plan_digest(self._protocol, disclosed)
        return self._known[counts]


def _found(
    case: EnrolledCase,
    done: Sequence[ExecutedSearch],
    expect: _Expectation,
    frozen_at: int,
    left_out: Mapping[str, ApprovedDeviation],
    *,
    alike: bool,
) -> list[Departure]:
    """How one case departs from the protocol."""
    expected, planned = expect.of(case.disclosed)
    found = _of_case(case, expect.digest, frozen_at, planned)
    if alike:
        return found
    return [*_differences(case, expected, done, expect.digest), *found, *_unapproved(done, left_out)]


def _ordered(keys: Iterable[str], protocol: SearchProtocol) -> tuple[str, ...]:
    """In the order of the protocol."""
    order = {step.id: place for place, step in enumerate(protocol.steps)}
    return tuple(sorted(keys, key=lambda k: (order[step_of(k)], int(k.rpartition(".")[2]))))


def _departure(case: str, key: str, difference: Difference, sequence: int, explained_by: str = "") -> Departure:
    return Departure(case_number=case, key=key, difference=difference, sequence=sequence, explained_by=explained_by)


def _approved(deviation: ApprovedDeviation, protocol: SearchProtocol, executed: Sequence[ExecutedSearch]) -> bool:
    """Whether it is of what its reason is about and two people agreed; or, for the failure policy, whether the protocol
    has it for this step and the log shows, before the record, that the step failed for one search and ran for another.
    """
    if not deviation.fitting:
        return False
    if deviation.reason is not DeviationReason.FAILURE_POLICY:
        return deviation.by_two
    policed = {step.id: step for step in protocol.steps if step.failure_policy is FailurePolicy.EXCLUDE}
    before = [s for s in executed if s.sequence < deviation.sequence and step_of(s.key) == deviation.step]
    step = policed.get(deviation.step)
    return step is not None and unshared(step, ((s.outcome, s.reason) for s in before))


def _deviating(all_: Sequence[ApprovedDeviation], valid: Sequence[ApprovedDeviation]) -> Iterator[Departure]:
    """Each deviation is listed, those that are explained by themselves too: nothing is left out in silence."""
    for d in all_:
        if d not in valid:
            yield _departure(d.case_number, d.step, Difference.NOT_APPROVED, d.sequence)
            continue
        difference = Difference.CANDIDATE_WITHDREW if d.case_number else Difference.STEP_LEFT_OUT
        yield _departure(d.case_number, d.step, difference, d.sequence, d.id)


def _reported(released: Sequence[ReleasedFinding], left_out: Mapping[str, ApprovedDeviation]) -> Iterator[Departure]:
    for finding in released:
        if step_of(finding.key) in left_out:
            difference = Difference.REPORTED_ALTHOUGH_LEFT_OUT
            yield _departure(finding.case_number, finding.key, difference, finding.sequence)


def _unapproved(done: Sequence[ExecutedSearch], left_out: Mapping[str, ApprovedDeviation]) -> Iterator[Departure]:
    """Searches that were not made although nobody had approved of leaving their step out."""
    for search in done:
        approval = left_out.get(step_of(search.key))
        if search.outcome is Outcome.EXCLUDED and (approval is None or search.sequence < approval.sequence):
            yield _departure(search.case_number, search.key, Difference.NOT_APPROVED, search.sequence)


def _after(done: Sequence[ExecutedSearch], gone: ApprovedDeviation) -> Iterator[Departure]:
    for search in done:
        if search.sequence > gone.sequence:
            difference = Difference.SEARCHED_AFTER_WITHDRAWAL
            yield _departure(search.case_number, search.key, difference, search.sequence)


def _differences(
    case: EnrolledCase,
    expected: Collection[str],
    done: Sequence[ExecutedSearch],
    digest: str,
) -> list[Departure]:
    note = partial(_departure, case.case_number)
    there = {search.key for search in done}
    return [
        *(note(key, Difference.MISSING, case.sequence) for key in expected if key not in there),
        *(note(s.key, Difference.EXTRA, s.sequence) for s in done if s.key not in expected),
        *(note(s.key, Difference.OTHER_PROTOCOL, s.sequence) for s in done if s.protocol_digest != digest),
        *(note(s.key, Difference.REPEATED, s.sequence) for s in _needless(done)),
    ]


def _of_case(case: EnrolledCase, digest: str, frozen_at: int, plan: str) -> list[Departure]:
    note, planned = partial(_departure, case.case_number, ""), {"", plan}
    return [
        *([note(Difference.OTHER_PLAN, case.sequence)] if case.plan not in planned else []),
        *([note(Difference.OTHER_PROTOCOL, case.sequence)] if case.protocol_digest != digest else []),
        *([note(Difference.SEARCHED_BEFORE_PROTOCOL, case.sequence)] if case.sequence < frozen_at else []),
    ]


def _needless(done: Sequence[ExecutedSearch]) -> Iterator[ExecutedSearch]:
    """Searches that were run although the last time gave an outcome other than an outage."""
    before: dict[str, Outcome] = {}
    for search in done:
        if before.get(search.key, Outcome.UNAVAILABLE) is not Outcome.UNAVAILABLE:
            yield search
        before[search.key] = search.outcome


def _unshared_failures(
    cases: Sequence[EnrolledCase],
    executed: Sequence[ExecutedSearch],
    protocol: SearchProtocol,
    left_out: Mapping[str, ApprovedDeviation],
) -> Iterator[Departure]:
    """U5: a step that failed for some candidates and ran for others treats them differently, unless it is left out for
    everybody. One that failed for all alike does not, nor what an account's own owner does not show; a candidate's own
    feed or account that failed (`own`) is listed, and explains itself.
    """
    enrolled = {case.case_number for case in cases}
    by_step: dict[str, list[ExecutedSearch]] = {}
    for s in {(s.case_number, s.key): s for s in executed if s.case_number in enrolled}.values():
        by_step.setdefault(step_of(s.key), []).append(s)
    for step in protocol.steps:
        searches = by_step.get(step.id, [])
        if not unshared(step, ((s.outcome, s.reason) for s in searches)):
            continue
        approval = left_out.get(step.id)
        for s in (s for s in searches if failed(step, s.outcome, s.reason)):
            difference, explained_by = Difference.FAILURE_NOT_SHARED, approval.id if approval else ""
            if own(step, s.reason) and not approval:
                difference, explained_by = Difference.OWN_ANCHOR_FAILED, "own_anchor"
            yield _departure(s.case_number, s.key, difference, s.sequence, explained_by)

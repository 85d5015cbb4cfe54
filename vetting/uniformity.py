"""Whether all candidates were searched alike: what the protocol demands against what the log says was done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from vetting.candidate import IdentifierKind
from vetting.protocol import SearchProtocol
from vetting.search import Outcome, expected_keys


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """One departure, with the place in the log where it can be seen."""

    case_number: str
    key: str
    difference: Difference
    sequence: int


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
    def uniform(self) -> bool:
        """True where every candidate was searched exactly as the protocol demands."""
        return not self.departures


def compare(
    position: str,
    protocol: SearchProtocol,
    frozen_at: int,
    cases: Sequence[EnrolledCase],
    executed: Sequence[ExecutedSearch],
) -> UniformityReport:
    """Recomputes the expected searches and compares them with the executed ones (auditor checks 3, 9, 13)."""
    digest = protocol.digest()
    departures: list[Departure] = []
    outcomes: dict[tuple[str, str], Outcome] = {}
    keys: dict[str, None] = {}
    unfinished: dict[str, int] = {}
    for case in cases:
        done = [search for search in executed if search.case_number == case.case_number]
        expected = expected_keys(protocol, case.disclosed)
        keys.update(dict.fromkeys(expected))
        outcomes.update({(case.case_number, s.key): s.outcome for s in sorted(done, key=lambda s: s.sequence)})
        found = _differences(case, expected, done, digest, frozen_at)
        if not case.reported and (left := [d for d in found if d.difference is Difference.MISSING]):
            unfinished[case.case_number] = len(left)
            found = [d for d in found if d.difference is not Difference.MISSING]
        departures += found
    departures += _unshared_failures(cases, executed)
    order = [step.id for step in protocol.steps]
    return UniformityReport(
        position=position,
        protocol_digest=digest,
        frozen_at_sequence=frozen_at,
        cases=tuple(case.case_number for case in cases),
        keys=tuple(sorted(keys, key=lambda k: (order.index(k.rpartition(".")[0]), int(k.rpartition(".")[2])))),
        outcomes=outcomes,
        departures=tuple(departures),
        unfinished=unfinished,
    )


def _differences(
    case: EnrolledCase, expected: Sequence[str], done: Sequence[ExecutedSearch], digest: str, frozen_at: int
) -> list[Departure]:
    def note(key: str, difference: Difference, sequence: int) -> Departure:
        return Departure(case_number=case.case_number, key=key, difference=difference, sequence=sequence)

    there = {search.key for search in done}
    return [
        *(note(key, Difference.MISSING, case.sequence) for key in expected if key not in there),
        *(note(s.key, Difference.EXTRA, s.sequence) for s in done if s.key not in expected),
        *(note(s.key, Difference.OTHER_PROTOCOL, s.sequence) for s in done if s.protocol_digest != digest),
        *(note(s.key, Difference.REPEATED, s.sequence) for s in _needless(done)),
        *([note("", Difference.OTHER_PROTOCOL, case.sequence)] if case.protocol_digest != digest else []),
        *([note("", Difference.SEARCHED_BEFORE_PROTOCOL, case.sequence)] if case.sequence < frozen_at else []),
    ]


def _needless(done: Sequence[ExecutedSearch]) -> Iterator[ExecutedSearch]:
    """Searches that were run although the last time gave an outcome other than an outage."""
    before: dict[str, Outcome] = {}
    for search in sorted(done, key=lambda s: s.sequence):
        if before.get(search.key, Outcome.UNAVAILABLE) is not Outcome.UNAVAILABLE:
            yield search
        before[search.key] = search.outcome


def _unshared_failures(cases: Sequence[EnrolledCase], executed: Sequence[ExecutedSearch]) -> list[Departure]:
    """U5: a step that failed for some candidates and ran for others treats them differently."""
    failed = {Outcome.BLOCKED, Outcome.UNAVAILABLE}
    ran = {Outcome.COMPLETED, Outcome.NO_RESULTS}
    enrolled = {case.case_number for case in cases}
    by_step: dict[str, list[ExecutedSearch]] = {}
    latest = {(s.case_number, s.key): s for s in sorted(executed, key=lambda s: s.sequence)}
    for search in latest.values():
        if search.case_number in enrolled:
            by_step.setdefault(search.key.rpartition(".")[0], []).append(search)
    return [
        Departure(
            case_number=search.case_number,
            key=search.key,
            difference=Difference.FAILURE_NOT_SHARED,
            sequence=search.sequence,
        )
        for searches in by_step.values()
        if {s.outcome for s in searches} & ran
        for search in searches
        if search.outcome in failed
    ]

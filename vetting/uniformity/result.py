"""What an audit says: of each check a result, what was found with the entries that show it, and one word over all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from vetting.uniformity.comparison import UniformityReport


class Result(StrEnum):
    """What came of one check, and how much one finding of it weighs."""

    PASS = "pass"  # noqa: S105 - no password
    EXCEPTION = "exception"
    """Allowed, and yet to be looked at: an approved deviation, a failure shared by all, an outlier."""
    FAIL = "fail"
    CANNOT_SAY = "cannot say"
    """The log does not hold what the check needs; `Check.by_hand` says what the auditor does instead."""


class Condition(StrEnum):
    """The conditions of uniformity (docs/requirements.md)."""

    U1 = "U1"
    U2 = "U2"
    U3 = "U3"
    U4 = "U4"
    U5 = "U5"
    U6 = "U6"
    U7 = "U7"
    U8 = "U8"
    U9 = "U9"
    U10 = "U10"
    U11 = "U11"

    @property
    def words(self) -> str:
        """In a few words."""
        return _TITLES[self]


_TITLES: Mapping[Condition, str] = {
    Condition.U1: "the same protocol",
    Condition.U2: "the searches that were expected",
    Condition.U3: "the same environment",
    Condition.U4: "the same window of time",
    Condition.U5: "failures shared",
    Condition.U6: "no early stop, no digging",
    Condition.U7: "everybody, and nobody else",
    Condition.U8: "the same human effort",
    Condition.U9: "the same outputs",
    Condition.U10: "the same rights",
    Condition.U11: "the same rate of error",
}


class Overall(StrEnum):
    """The one word over all checks."""

    CONFORMING = "conforming"
    WITH_EXCEPTIONS = "conforming with exceptions"
    NON_CONFORMING = "non-conforming"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a check saw. Its sentence names cases, persons and steps by opaque numbers and codes only."""

    weight: Result
    """PASS where it is only enumerated."""
    entries: tuple[int, ...]
    """Sequence numbers of the log's entries that show it; empty where what is missing has none."""
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One of the auditor's 42 checks."""

    number: int
    title: str
    rule: str
    conditions: tuple[Condition, ...]
    clause: str
    """Of policy 4.14, e.g. IV.B.9; empty where it serves none."""
    by_hand: str
    """What the auditor does where the log cannot say; empty where the log says it all."""
    result: Result
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UniformityAudit:
    """Every check on one position, and the comparison of searches that they stand on."""

    position: str
    practice: bool
    """Whether the position is for practice: invented candidates on a recorded internet."""
    checks: tuple[Check, ...]
    """All 42, in order."""
    comparison: UniformityReport

    @property
    def overall(self) -> Overall:
        """One failed check is enough for non-conforming; what cannot be said counts neither way."""
        results = {check.result for check in self.checks}
        if Result.FAIL in results:
            return Overall.NON_CONFORMING
        return Overall.WITH_EXCEPTIONS if Result.EXCEPTION in results else Overall.CONFORMING

    @property
    def conditions(self) -> Mapping[Condition, Result]:
        """Of each condition the worst result of the checks that serve it."""
        return {
            condition: worst([check.result for check in self.checks if condition in check.conditions])
            for condition in Condition
        }

    def check(self, number: int) -> Check:
        """One check by its number. Raises KeyError for a number that is none."""
        return {check.number: check for check in self.checks}[number]


_ORDER = (Result.PASS, Result.CANNOT_SAY, Result.EXCEPTION, Result.FAIL)


def worst(weights: Iterable[Result]) -> Result:
    """The heaviest of them; PASS of nothing. What cannot be said weighs more than a pass and less than an exception."""
    return max(weights, key=_ORDER.index, default=Result.PASS)


def noted(entries: Iterable[int], sentence: str) -> Finding:
    """Something that is only enumerated."""
    return Finding(weight=Result.PASS, entries=tuple(map(int, entries)), sentence=sentence)


def exception(entries: Iterable[int], sentence: str) -> Finding:
    """Something to be looked at."""
    return Finding(weight=Result.EXCEPTION, entries=tuple(map(int, entries)), sentence=sentence)


def failing(entries: Iterable[int], sentence: str) -> Finding:
    """Something that breaks the rule."""
    return Finding(weight=Result.FAIL, entries=tuple(map(int, entries)), sentence=sentence)


def unsaid(sentence: str) -> Finding:
    """Something that the log does not say."""
    return Finding(weight=Result.CANNOT_SAY, entries=(), sentence=sentence)

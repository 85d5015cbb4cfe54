"""The comparison of a position of any size: what is plainly as expected is told apart first, by whole columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from vetting.protocol import SearchProtocol
from vetting.search import Outcome, expected_keys, step_of
from vetting.uniformity.comparison import (
    ApprovedDeviation,
    EnrolledCase,
    ExecutedSearch,
    ReleasedFinding,
    UniformityReport,
    compare,
)
from vetting.uniformity.events import mapped, words

if TYPE_CHECKING:
    import pandas as pd

_OUTCOMES: Final[Mapping[str, Outcome]] = {outcome.value: outcome for outcome in Outcome}
_TOLD_APART: Final = (Outcome.BLOCKED.value, Outcome.UNAVAILABLE.value)


def compared(
    position: str,
    protocol: SearchProtocol,
    frozen_at: int,
    cases: Sequence[EnrolledCase],
    searches: pd.DataFrame,
    deviations: Sequence[ApprovedDeviation],
    released: Sequence[ReleasedFinding],
) -> UniformityReport:
    """As `compare`, with the same answer. One by one it looks only at the searches of cases that are not plainly as
    expected and of steps that failed for somebody or were left out.
    """
    gone = {d.case_number for d in deviations}
    alike = _alike(protocol, [case for case in cases if case.case_number not in gone], searches)
    steps = mapped(searches["key"], step_of)
    looked_at = set(steps[searches["outcome"].isin(_TOLD_APART)]) | {d.step for d in deviations if d.step}
    closely = searches[steps.isin(looked_at) | ~searches["case"].isin(alike)]
    report = compare(position, protocol, frozen_at, cases, _executed(closely), deviations, released, alike)
    enrolled = searches[searches["case"].isin([case.case_number for case in cases])]
    cells = zip(words(enrolled["case"]), words(enrolled["key"]), strict=True)
    outcomes = dict(zip(cells, mapped(enrolled["outcome"], _outcome), strict=True))
    return replace(report, outcomes=outcomes)


def _alike(protocol: SearchProtocol, cases: Sequence[EnrolledCase], searches: pd.DataFrame) -> frozenset[str]:
    """Cases of which each expected search was made once, by this protocol, and no other."""
    plain = searches[
        mapped(searches["protocol"], protocol.digest().__eq__) & (searches["outcome"] != Outcome.EXCLUDED.value)
    ]
    made = searches.groupby("case", observed=True).size()
    made = made[made == plain.groupby("case", observed=True)["pair"].nunique().reindex(made.index)]
    keys = plain[["case", "key"]]
    expected: dict[tuple[tuple[str, int], ...], tuple[str, ...]] = {}
    wanted: dict[tuple[str, ...], list[str]] = {}
    for case in cases:
        counts = tuple(sorted(case.disclosed.items()))
        if counts not in expected:
            expected[counts] = expected_keys(protocol, case.disclosed)
        wanted.setdefault(expected[counts], []).append(case.case_number)
    alike: set[str] = set()
    for those, numbers in wanted.items():
        of = keys[keys["case"].isin(numbers) & keys["key"].isin(those)].groupby("case", observed=True).size()
        whole = set(of[of == len(those)].index) & set(made[made == len(those)].index)
        alike |= whole
    return frozenset(alike)


def _outcome(word: str) -> Outcome:
    """What is no outcome is never taken for an answer."""
    return _OUTCOMES.get(word, Outcome.UNAVAILABLE)


def _executed(searches: pd.DataFrame) -> list[ExecutedSearch]:
    columns = ("case", "key", "outcome", "reason", "protocol", "sequence")
    return [
        ExecutedSearch(
            case_number=case,
            key=key,
            outcome=_outcome(outcome),
            reason=reason,
            protocol_digest=digest,
            sequence=sequence,
        )
        for case, key, outcome, reason, digest, sequence in zip(*(words(searches[c]) for c in columns), strict=True)
    ]

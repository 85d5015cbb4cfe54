"""Whether all candidates were searched alike: what the protocol demands against what a verified log says was done.

`comparison` recomputes the searches; `audit` makes the auditor's checks (docs/audit.md) on the table that `events`
makes of a log. Neither reads anything: whoever calls them has verified the log before (`vetting.oversight`).
"""

from vetting.uniformity.comparison import (
    ApprovedDeviation,
    Departure,
    Difference,
    EnrolledCase,
    ExecutedSearch,
    ReleasedFinding,
    UniformityReport,
    compare,
)
from vetting.uniformity.result import Check, Condition, Finding, Overall, Result, UniformityAudit

__all__ = [
    "ApprovedDeviation",
    "Check",
    "Condition",
    "Departure",
    "Difference",
    "EnrolledCase",
    "ExecutedSearch",
    "Finding",
    "Overall",
    "ReleasedFinding",
    "Result",
    "UniformityAudit",
    "UniformityReport",
    "compare",
]

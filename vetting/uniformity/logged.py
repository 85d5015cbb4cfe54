"""What a position's log holds of deviations, environments, marks and imports, as facts that can be listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vetting.deviation import Decision, DeviationReason
from vetting.log.event import EventType
from vetting.uniformity.comparison import ApprovedDeviation

if TYPE_CHECKING:
    from vetting.uniformity.events import Row

_TWO = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """How often one reviewer corrected the filter, in findings of one position; marks taken back count too."""

    findings: int
    withheld: int
    restored: int
    withdrawn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What some cases were searched with: versions of what asks, reads and keeps, locale and time zone."""

    digest: str
    cases: tuple[str, ...]
    differs: Mapping[str, str]
    """What is not as in the first environment of the position; empty for the first."""
    sequence: int
    """Of the first entry that states it."""
    connectors: str = ""
    """Digest of the connectors that searched; empty in a log from before it was stated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedDeviation:
    """What the log holds of one deviation."""

    id: str
    reason: str
    step: str
    case_number: str
    requested_by: str
    """Empty where the failure policy asked for it."""
    decided_by: str
    decision: str
    """`approved` or `refused`; empty while nobody has decided."""
    sequence: int
    """Of the decision, or of the request while there is none."""


def deviations(rows: Sequence[Row]) -> tuple[LoggedDeviation, ...]:
    """Each request with what was decided of it, and each record of the failure policy."""
    found: dict[str, LoggedDeviation] = {}
    for row in rows:
        asked = row.type == EventType.DEVIATION_REQUESTED
        id_ = str(row.body.get("deviation", ""))
        before = found.get(id_)
        found[id_] = LoggedDeviation(
            id=id_,
            reason=str(row.body.get("reason", "")),
            step=str(row.body.get("step", "")),
            case_number=row.case,
            requested_by=row.actor if asked else before.requested_by if before else "",
            decided_by="" if asked else row.actor,
            decision="" if asked else row.type.removeprefix("deviation."),
            sequence=row.sequence,
        )
    return tuple(found.values())


def approved(logged: Sequence[LoggedDeviation], deciders: frozenset[str]) -> tuple[ApprovedDeviation, ...]:
    """Those that were approved, with whether two people did who do not decide on the position."""
    return tuple(
        ApprovedDeviation(
            id=d.id,
            reason=DeviationReason(d.reason),
            step=d.step,
            case_number=d.case_number,
            sequence=d.sequence,
            by_two=len({d.requested_by, d.decided_by} - {""} - deciders) == _TWO,
        )
        for d in logged
        if d.decision == Decision.APPROVED.value and d.reason in set(DeviationReason)
    )


def environments(rows: Sequence[Row]) -> tuple[Environment, ...]:
    """Each environment that searched, the first one first."""
    facts: dict[str, Row] = {}
    cases: dict[str, list[str]] = {}
    for row in rows:
        digest = str(row.body.get("digest", ""))
        facts.setdefault(digest, row)
        cases.setdefault(digest, []).append(row.case)
    first = next((row.body for row in facts.values()), {})
    return tuple(
        Environment(
            digest=digest,
            cases=tuple(cases[digest]),
            differs={k: str(v) for k, v in row.body.items() if k != "digest" and first.get(k) != v},
            sequence=row.sequence,
            connectors=str(row.body.get("connectors", "")),
        )
        for digest, row in facts.items()
    )


def marks(rows: Sequence[Row]) -> dict[str, Marked]:
    """By reviewer, how often each corrected the filter."""
    made: dict[str, list[Mapping[str, object]]] = {}
    for row in rows:
        made.setdefault(row.actor, []).append(row.body)
    acts = {person: Counter(str(body.get("act")) for body in bodies) for person, bodies in sorted(made.items())}
    return {
        person: Marked(
            findings=len({str(body.get("finding")) for body in made[person]}),
            withheld=count["withhold"],
            restored=count["restore"],
            withdrawn=count["withdraw"],
        )
        for person, count in acts.items()
    }


def imports(rows: Sequence[Row]) -> dict[str, int]:
    """By case, how many files were imported by hand."""
    return dict(Counter(row.case for row in rows))

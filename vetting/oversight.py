"""The auditor's verbs: verify the log, and recompute from it alone whether everybody was searched alike.

Reads the transparency log and nothing else, and does not write to it. It opens no case file, holds no key and sees no
content.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from vetting.candidate import IdentifierKind
from vetting.deviation import Decision, DeviationReason
from vetting.errors import not_found
from vetting.journal import last_seen, log_errors, remember
from vetting.log.event import Entry, EventType
from vetting.log.keys import load_vkey
from vetting.log.reader import LogReader
from vetting.log.store import LogStore
from vetting.log.verify import Verdict, verify
from vetting.protocol import Json, SearchProtocol, from_document
from vetting.roles import Permission, Person, authorize
from vetting.search import Outcome, step_of
from vetting.settings import Settings
from vetting.uniformity import (
    ApprovedDeviation,
    Difference,
    EnrolledCase,
    ExecutedSearch,
    ReleasedFinding,
    UniformityReport,
    compare,
)
from vetting.validation import State

if TYPE_CHECKING:
    import pandas as pd

_PROCESSES = min(4, len(os.sched_getaffinity(0)))
"""Of these at most work on the verification of a long log; a short one is walked by one."""
_DEVIATING = frozenset({EventType.DEVIATION_REQUESTED, EventType.DEVIATION_APPROVED, EventType.DEVIATION_REFUSED})
_SEARCHED = frozenset({EventType.SEARCH_EXECUTED, EventType.SEARCH_BLOCKED, EventType.SEARCH_UNAVAILABLE})


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What the log proves about one position."""

    verdict: Verdict
    report: UniformityReport
    protocol: SearchProtocol
    imports: Mapping[str, int]
    """Files imported by hand, by case: no search, but no candidate should have more dug up unseen (U6)."""
    marks: Mapping[str, Marked]
    """By reviewer: somebody who restores far more than others is looked at (auditor check 28)."""
    environments: tuple[Environment, ...]
    """What the searches were made with; more than one is listed, with what differs (U3)."""
    deviations: tuple[LoggedDeviation, ...]
    """Everything that was asked for, what was refused or is undecided too (U6)."""


def verify_log(settings: Settings, known: Mapping[int, str] | None = None) -> Verdict:
    """Walks the whole log. Refuses with STORAGE where there is no log or no key to check it with.

    Anybody may do this: it shows that the log is whole, and nothing of what is in it. `known` maps a size to the root
    seen then (a report prints both): without it, a log cut back to an earlier signed state looks sound. What a desk
    of this data folder last saw is always held against it, and what is seen now is kept for the next time.
    """
    with log_errors():
        store = LogStore(settings.store_url("transparency_log"), read_only=True)
        try:
            seen = {**last_seen(settings.log_seen), **(known or {})}
            verdict = verify(LogReader(store), load_vkey(settings.log_verifier_key), known=seen, processes=_PROCESSES)
        finally:
            store.close()
    with suppress(OSError):
        if verdict.ok and settings.home.stat().st_uid == os.geteuid():  # nothing is left in anybody else's folder
            remember(settings.log_seen, verdict.size, verdict.root_hex)
    return verdict


def released_as(settings: Settings, digest: str) -> str | None:
    """The number under which a PDF of this SHA-256 was released, as the log says; None where it never was."""
    with log_errors():
        store = LogStore(settings.store_url("transparency_log"), read_only=True)
        try:
            bodies = [_body(e) for e in LogReader(store).entries() if e.event.type is EventType.REPORT_RELEASED]
        finally:
            store.close()
    return next((str(body["report"]) for body in bodies if body["pdf"] == digest), None)


def audit_position(settings: Settings, person: Person, position: str) -> Audit:
    """Verifies the log, then recomputes the expected searches of every candidate and compares (U1, U2, U5).

    Refuses a person who is no auditor and an unknown position. A log that does not verify still gives its verdict: the
    comparison is then worth nothing, and the caller says so.
    """
    authorize(person, Permission.VERIFY_UNIFORMITY)
    verdict = verify_log(settings)
    with log_errors():
        store = LogStore(settings.store_url("transparency_log"), read_only=True)
        try:
            entries = [entry for entry in LogReader(store).entries() if entry.event.position == position]
        finally:
            store.close()
    frozen = next((e for e in entries if e.event.type is EventType.PROTOCOL_FROZEN), None)
    if frozen is None:
        raise not_found("position_unknown", f"The log knows no position {position}.", "Check the name.")
    body = _body(frozen)
    protocol = from_document(cast("Mapping[str, Json]", body["document"]))
    report = compare(
        position,
        protocol,
        frozen.sequence,
        _enrolled(entries),
        _executed(entries),
        _approved(entries),
        _released(entries),
    )
    imported = Counter(str(e.event.case) for e in entries if e.event.type is EventType.EVIDENCE_IMPORTED)
    return Audit(
        verdict=verdict,
        report=report,
        protocol=protocol,
        imports=imported,
        marks=_marked(entries),
        environments=_environments(entries),
        deviations=_deviations(entries),
    )


def matrix(audit: Audit) -> pd.DataFrame:
    """Protocol steps by candidates, outcomes as words; several searches of one step stand in one cell."""
    import pandas as pd  # a quarter of a second that only this needs

    steps = [step.id for step in audit.protocol.steps]
    cells = {case: [_cell(audit.report, case, step) for step in steps] for case in audit.report.cases}
    return pd.DataFrame(cells, index=pd.Index(steps, name="step"))


def _cell(report: UniformityReport, case: str, step: str) -> str:
    mine = {key: outcome for (number, key), outcome in report.outcomes.items() if number == case}
    words = [outcome.value.replace("_", " ") for key, outcome in mine.items() if step_of(key) == step]
    missing = any(
        d.difference is Difference.MISSING and d.case_number == case and step_of(d.key) == step
        for d in report.departures
    )
    left_out = any(d.difference is Difference.STEP_LEFT_OUT and d.key == step for d in report.departures)
    words = [word for word in words if not (left_out and word == Outcome.EXCLUDED.value)]
    gone = ["not run"] if missing else ["left out"] if left_out else []
    return ", ".join([*dict.fromkeys(words), *gone])


def _enrolled(entries: list[Entry]) -> tuple[EnrolledCase, ...]:
    reported = {e.event.case for e in entries if e.event.type is EventType.REPORT_RELEASED}
    return tuple(
        EnrolledCase(
            case_number=str(entry.event.case),
            disclosed={IdentifierKind(k): int(str(n)) for k, n in cast("dict[str, int]", body["disclosed"]).items()},
            protocol_digest=str(body["protocol"]),
            sequence=entry.sequence,
            reported=entry.event.case in reported,
            plan=str(body.get("plan", "")),
        )
        for entry in entries
        if entry.event.type is EventType.CANDIDATE_ENROLLED
        for body in [_body(entry)]
    )


def _executed(entries: list[Entry]) -> tuple[ExecutedSearch, ...]:
    return tuple(
        ExecutedSearch(
            case_number=str(entry.event.case),
            key=str(body["key"]),
            outcome=Outcome(str(body["outcome"])),
            reason=str(body["reason"]),
            protocol_digest=str(body["protocol"]),
            sequence=entry.sequence,
        )
        for entry in entries
        if entry.event.type in _SEARCHED
        for body in [_body(entry)]
    )


def _released(entries: list[Entry]) -> tuple[ReleasedFinding, ...]:
    found = {str(b["finding"]): str(b["key"]) for b in _bodies(entries, EventType.FINDING_RECORDED)}
    return tuple(
        ReleasedFinding(
            case_number=str(entry.event.case), key=found.get(str(body["finding"]), ""), sequence=entry.sequence
        )
        for entry in entries
        if entry.event.type is EventType.VALIDATION_RECORDED
        for body in [_body(entry)]
        if body["state"] == State.RELEASED.value
    )


def _deviations(entries: list[Entry]) -> tuple[LoggedDeviation, ...]:
    """Each request with what was decided of it, and each record of the failure policy."""
    found: dict[str, LoggedDeviation] = {}
    for entry in entries:
        if entry.event.type not in _DEVIATING:
            continue
        body, asked = _body(entry), entry.event.type is EventType.DEVIATION_REQUESTED
        id_ = str(body["deviation"])
        before = found.get(id_)
        found[id_] = LoggedDeviation(
            id=id_,
            reason=str(body["reason"]),
            step=str(body.get("step", "")),
            case_number=entry.event.case or "",
            requested_by=entry.event.actor if asked else before.requested_by if before else "",
            decided_by="" if asked else entry.event.actor,
            decision="" if asked else entry.event.type.value.removeprefix("deviation."),
            sequence=entry.sequence,
        )
    return tuple(found.values())


def _approved(entries: list[Entry]) -> tuple[ApprovedDeviation, ...]:
    opened = next(_bodies(entries, EventType.POSITION_OPENED), {})
    deciders = set(cast("list[str]", opened.get("deciders", [])))
    return tuple(
        ApprovedDeviation(
            id=d.id,
            reason=DeviationReason(d.reason),
            step=d.step,
            case_number=d.case_number,
            sequence=d.sequence,
            by_two=len({d.requested_by, d.decided_by} - {""} - deciders) == len(("requested", "decided")),
        )
        for d in _deviations(entries)
        if d.decision == Decision.APPROVED.value
    )


def _bodies(entries: list[Entry], kind: EventType) -> Iterator[Mapping[str, Json]]:
    return (_body(entry) for entry in entries if entry.event.type is kind)


def _environments(entries: list[Entry]) -> tuple[Environment, ...]:
    facts: dict[str, Mapping[str, Json]] = {}
    cases: dict[str, list[str]] = {}
    for entry in entries:
        if entry.event.type is EventType.ENVIRONMENT_RECORDED:
            digest = str(_body(entry)["digest"])
            facts.setdefault(digest, _body(entry))
            cases.setdefault(digest, []).append(str(entry.event.case))
    first = next(iter(facts.values()), {})
    return tuple(
        Environment(
            digest=digest,
            cases=tuple(cases[digest]),
            differs={k: str(v) for k, v in fact.items() if k != "digest" and first.get(k) != v},
        )
        for digest, fact in facts.items()
    )


def _marked(entries: list[Entry]) -> dict[str, Marked]:
    made: dict[str, list[Mapping[str, Json]]] = {}
    for entry in entries:
        if entry.event.type is EventType.FILTER_MARKED:
            made.setdefault(entry.event.actor, []).append(_body(entry))
    acts = {person: Counter(str(body["act"]) for body in bodies) for person, bodies in sorted(made.items())}
    return {
        person: Marked(
            findings=len({str(body["finding"]) for body in made[person]}),
            withheld=count["withhold"],
            restored=count["restore"],
            withdrawn=count["withdraw"],
        )
        for person, count in acts.items()
    }


def _body(entry: Entry) -> Mapping[str, Json]:
    return cast("Mapping[str, Json]", entry.event.body)

"""One position's log, put in order once: what every check looks at."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Final

import pandas as pd
import rfc8785

from vetting.candidate import IdentifierKind
from vetting.deviation import Decision, DeviationReason
from vetting.errors import bad_input, not_found
from vetting.log.event import EventType
from vetting.protocol import SearchProtocol, from_document
from vetting.uniformity.comparing import compared
from vetting.uniformity.comparison import EnrolledCase, ReleasedFinding, UniformityReport
from vetting.uniformity.events import Row, categorical, field, rows
from vetting.uniformity.logged import LoggedDeviation, approved, deviations
from vetting.validation import State

SEARCHED: Final = (EventType.SEARCH_EXECUTED, EventType.SEARCH_BLOCKED, EventType.SEARCH_UNAVAILABLE)
_OF_FINDINGS: Final = (
    EventType.ATTRIBUTION_RECORDED,
    EventType.VALIDATION_RECORDED,
    EventType.FILTER_APPLIED,
    EventType.FILTER_MARKED,
    EventType.CAPTURE_REPEATED,
)
_DEVIATING: Final = (EventType.DEVIATION_REQUESTED, EventType.DEVIATION_APPROVED, EventType.DEVIATION_REFUSED)
_FIELDS: Final[Mapping[str, object]] = {
    "key": "",
    "outcome": "",
    "reason": "",
    "protocol": "",
    "step": "",
    "attempts": 0,
    "captures": 0,
    "credential": "",
    "milliseconds": -1,
}
"""Of a search's outcome; what a log from before a field was stated holds in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedFinding:
    """What the log holds of one finding."""

    id: str
    case: str
    key: str
    """Of the search that found it; empty where the finding was never recorded."""
    capture: str
    sequence: int
    """Of its recording; -1 where there is none."""
    acts: tuple[Row, ...]
    """Everything that was recorded of it since, in order."""

    def of(self, kind: EventType) -> tuple[Row, ...]:
        """The acts of one type."""
        return tuple(row for row in self.acts if row.type == kind)

    @property
    def released(self) -> Row | None:
        """The act that put it into a report; None where nothing did."""
        steps = self.of(EventType.VALIDATION_RECORDED)
        return next((row for row in steps if row.body.get("state") == State.RELEASED.value), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionLog:
    """What the checks look at. Everything is in the order of the log."""

    position: str
    protocol: SearchProtocol
    frozen: Row
    practice: bool
    deciders: frozenset[str]
    searches: pd.DataFrame
    """Outcomes of searches: sequence, at, actor, type, case, what `_FIELDS` names, and the pair of case and key."""
    planned: pd.DataFrame
    """Intentions to search: sequence, case, key, pair."""
    captures: pd.DataFrame
    """Sealed captures: sequence, case, key, capture, pair."""
    events: pd.DataFrame
    parts: Mapping[str, pd.DataFrame]
    """The table by type of event."""
    findings: tuple[LoggedFinding, ...]
    deviations: tuple[LoggedDeviation, ...]
    enrolled: Mapping[str, Row]
    """Each case's enrolment, the first where there are several."""
    reports: Mapping[str, Row]
    """Each case's released report, the first where there are several."""
    withdrawn: Mapping[str, int]
    """Each case whose candidate withdrew, with the entry of the approval."""
    comparison: UniformityReport
    read: dict[EventType, list[Row]] = attribute(default_factory=dict, repr=False, compare=False)
    """What `of` read so far."""

    def of(self, *kinds: EventType) -> list[Row]:
        """The rows of these types, in order. For types of which there are few; each is read from the table once."""
        for kind in kinds:
            if kind not in self.read:
                self.read[kind] = _rows(self.parts, kind)
        found = [row for kind in kinds for row in self.read[kind]]
        return sorted(found, key=lambda row: row.sequence) if len(kinds) > 1 else found

    @property
    def released_findings(self) -> Iterator[tuple[LoggedFinding, Row]]:
        """The findings that are in a report, with the act that put them there."""
        return ((f, row) for f in self.findings if (row := f.released) is not None)

    @property
    def digests(self) -> tuple[str, str]:
        """The protocol's digest as it was logged, and as its document really has it."""
        body = self.frozen.body
        return str(body.get("digest")), hashlib.sha256(rfc8785.dumps(body["document"])).hexdigest()


def position_log(events: pd.DataFrame, position: str) -> PositionLog:
    """Puts the table of one position in order. Refuses one without a frozen protocol, and a protocol that is none."""
    events = events.sort_values("sequence", kind="stable", ignore_index=True)
    parts = {str(kind): part for kind, part in events.groupby("type", observed=True, sort=False)}
    frozen = _frozen(parts, position)
    if frozen is None:
        raise not_found("position_unknown", f"The log knows no position {position}.", "Check the name.")
    protocol = _protocol(frozen)
    opened = [row.body for row in _rows(parts, EventType.POSITION_OPENED)]
    deciders = frozenset(str(person) for body in opened for person in body.get("deciders", ()))
    logged = deviations(_rows(parts, *_DEVIATING))
    searches, planned, captures = _searching(events, parts)
    findings, cases = _findings(parts), _enrolled(parts)
    agreed, released = approved(logged, deciders), _released(findings)
    return PositionLog(
        position=position,
        protocol=protocol,
        frozen=frozen,
        practice=bool(opened) and opened[0].get("practice") is True,
        deciders=deciders,
        searches=searches,
        planned=planned,
        captures=captures,
        events=events,
        parts=parts,
        findings=findings,
        deviations=logged,
        enrolled=_first_of(parts, EventType.CANDIDATE_ENROLLED),
        reports=_first_of(parts, EventType.REPORT_RELEASED),
        withdrawn=_withdrawn(logged),
        comparison=compared(position, protocol, frozen.sequence, cases, searches, agreed, released),
    )


def _frozen(parts: Mapping[str, pd.DataFrame], position: str) -> Row | None:
    """The position's own first; one that names no position only where there is no other: check 1 fails it."""
    kind = EventType.PROTOCOL_FROZEN
    if kind not in parts:
        return None
    own = parts[kind][parts[kind]["position"] == position]
    return next(iter(rows(own if len(own) else parts[kind])), None)


def _searching(
    events: pd.DataFrame, parts: Mapping[str, pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Outcomes, intentions and captures."""
    searches = _expanded(_frame(events, parts, *SEARCHED), _FIELDS)
    planned = _expanded(_frame(events, parts, EventType.SEARCH_PLANNED), {"key": "", "protocol": ""})
    captures = _expanded(_frame(events, parts, EventType.CAPTURE_SEALED), {"key": "", "capture": ""})
    _pair(searches, planned, captures)
    return searches, planned, captures


def _first_of(parts: Mapping[str, pd.DataFrame], kind: EventType) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in _rows(parts, kind):
        found.setdefault(row.case, row)
    return found


def _withdrawn(logged: tuple[LoggedDeviation, ...]) -> dict[str, int]:
    reason, word = DeviationReason.CANDIDATE_WITHDREW.value, Decision.APPROVED.value
    agreed = (d for d in logged if d.reason == reason and d.decision == word)
    return {d.case_number: d.sequence for d in agreed if d.case_number and not d.step}


def _protocol(frozen: Row) -> SearchProtocol:
    try:
        return from_document(frozen.body["document"])
    except (KeyError, TypeError, ValueError):
        raise bad_input(
            "protocol_unreadable",
            f"The protocol in entry {frozen.sequence} is none that this program can read.",
            "Audit with the version of the program that the position was opened with.",
        ) from None


def _rows(parts: Mapping[str, pd.DataFrame], *kinds: EventType) -> list[Row]:
    found = [row for kind in kinds if kind in parts for row in rows(parts[kind])]
    return sorted(found, key=lambda row: row.sequence) if len(kinds) > 1 else found


def _frame(events: pd.DataFrame, parts: Mapping[str, pd.DataFrame], *kinds: EventType) -> pd.DataFrame:
    there = [parts[kind] for kind in kinds if kind in parts]
    return pd.concat(there).sort_index() if there else events.iloc[:0]


def _expanded(frame: pd.DataFrame, fields: Mapping[str, object]) -> pd.DataFrame:
    """The columns with these fields of the body beside them; words once for all rows that share them."""
    kept, bodies = frame.drop(columns=["body"]).reset_index(drop=True), frame["body"].tolist()
    for name, default in fields.items():
        found = field(bodies, name, default)
        kept[name] = categorical(found) if isinstance(default, str) else pd.Series(found, dtype="int64")
    return kept


def _pair(*frames: pd.DataFrame) -> None:
    """Numbers each pair of case and key alike in all of them, so that they can be held against each other."""
    keys = sorted({key for frame in frames for key in frame["key"].cat.categories})
    for frame in frames:
        frame["key"] = frame["key"].cat.set_categories(keys)
        frame["pair"] = frame["case"].cat.codes.astype("int64") * (len(keys) + 1) + frame["key"].cat.codes


def _enrolled(parts: Mapping[str, pd.DataFrame]) -> list[EnrolledCase]:
    reported = {row.case for row in _rows(parts, EventType.REPORT_RELEASED)}
    return [
        EnrolledCase(
            case_number=row.case,
            disclosed=_disclosed(row.body.get("disclosed")),
            protocol_digest=str(row.body.get("protocol", "")),
            sequence=row.sequence,
            reported=row.case in reported,
            plan=str(row.body.get("plan", "")),
        )
        for row in _rows(parts, EventType.CANDIDATE_ENROLLED)
    ]


def _disclosed(counts: object) -> dict[IdentifierKind, int]:
    """How many identifiers of each kind. What is none is left out, and then the plan is not the one that was logged."""
    found = counts if isinstance(counts, dict) else {}
    return {kind: found[kind.value] for kind in IdentifierKind if type(found.get(kind.value)) is int}


def _findings(parts: Mapping[str, pd.DataFrame]) -> tuple[LoggedFinding, ...]:
    recorded = {str(row.body.get("finding")): row for row in _rows(parts, EventType.FINDING_RECORDED)}
    acts: dict[str, list[Row]] = {id_: [] for id_ in recorded}
    for row in _rows(parts, *_OF_FINDINGS):
        acts.setdefault(str(row.body.get("finding")), []).append(row)
    return tuple(
        LoggedFinding(
            id=id_,
            case=row.case,
            key=str(row.body.get("key", "")) if id_ in recorded else "",
            capture=str(row.body.get("capture", "")) if id_ in recorded else "",
            sequence=row.sequence if id_ in recorded else -1,
            acts=tuple(made),
        )
        for id_, made in acts.items()
        for row in [recorded.get(id_) or made[0]]
    )


def _released(findings: tuple[LoggedFinding, ...]) -> list[ReleasedFinding]:
    return [
        ReleasedFinding(case_number=row.case, key=finding.key, sequence=row.sequence)
        for finding in findings
        if (row := finding.released) is not None
    ]

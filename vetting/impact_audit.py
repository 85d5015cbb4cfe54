"""The auditor's look at adverse impact: what the verified log says of each case, joined with what candidates said of
themselves, in this process only (29 CFR 1607.4; requirements REQ-AI-1 and REQ-EEO-8; auditor checks 15, 37, 38).

The self-identification file is the auditor's own. It is read once, kept in no store, and named by nothing: neither the
log nor an error nor Prefect hears of what is in it. No other role has a verb that takes it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from vetting.adverse_impact import Assessment, Case, Stage, assess, parse
from vetting.attribution import Level
from vetting.candidate import IdentifierKind
from vetting.checkpoints import reading, verify_log
from vetting.errors import ExitCode, VettingError, bad_input, not_found, not_ready, refused
from vetting.files import MEBIBYTE, open_file, read_opened
from vetting.log.event import Entry, EventType
from vetting.log.event import parse as parse_entry
from vetting.log.verify import Verdict
from vetting.oversight import as_verified
from vetting.protocol import Json, SearchProtocol, from_document
from vetting.roles import Permission, Person, authorize
from vetting.search import expected_keys
from vetting.settings import Settings
from vetting.validation import State

FILE_BYTES: Final = MEBIBYTE
"""Twenty thousand candidates: more is another file."""
_CONFIRMED: Final = frozenset({State.SECOND_REVIEWED, State.FILTERED, State.RELEASED, State.WITHHELD, State.HELD})
"""Where a finding that two people confirmed may stand; in any other state somebody has settled it otherwise."""
_SEARCHED: Final = frozenset({EventType.SEARCH_EXECUTED, EventType.SEARCH_BLOCKED, EventType.SEARCH_UNAVAILABLE})
_ASKED: Final = frozenset({EventType.DEVIATION_REQUESTED, EventType.DEVIATION_APPROVED, EventType.DEVIATION_REFUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """By what the candidates of a position were selected: its frozen protocol (29 CFR 1607.15(A)(1))."""

    position: str
    title: str
    version: int
    digest: str
    candidates: int
    without_report: int
    """Candidates who have none yet: what is counted of the later stages may still change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What came of it: no case number, nothing of a group of fewer than ten."""

    verdict: Verdict
    year: int | None
    procedures: tuple[Procedure, ...]
    assessment: Assessment

    @property
    def positions(self) -> tuple[str, ...]:
        """Those that were looked at."""
        return tuple(procedure.position for procedure in self.procedures)


def audit_impact(
    settings: Settings, person: Person, file: Path, positions: Sequence[str] = (), year: int | None = None
) -> Impact:
    """Verifies the log, recomputes each case's stages from it, and compares the groups that the file names.

    Of the positions named, or of all; with `year`, of candidates enrolled in that year (UTC). Refuses whoever is no
    auditor, a log that does not verify or is changed meanwhile, an unknown position, and a file that others could read
    or that does not name every candidate, once.
    """
    authorize(person, Permission.VERIFY_UNIFORMITY)
    said = parse(_own_file(settings, file))
    verdict = verify_log(settings)
    if not verdict.ok:
        sentence = f"The log does NOT verify at entry {verdict.first_bad}, so nothing is computed from it."
        raise VettingError("log_broken", sentence, "See: vetting verify.", ExitCode.LOG_BROKEN)
    entries = _entries(settings, verdict)
    chosen = _chosen(entries, positions)
    cases = _cases([e for e in entries if e.event.position in chosen], chosen, year)
    if not cases:
        raise not_ready("no_candidates", "No candidate is enrolled there.", "Check the positions and the year.")
    known = {str(e.event.case) for e in entries if e.event.type is EventType.CANDIDATE_ENROLLED}
    said.check([case.number for case in cases], known)
    return Impact(
        verdict=verdict, year=year, procedures=_procedures(chosen, cases), assessment=assess(_placed(cases), said)
    )


def _own_file(settings: Settings, path: Path) -> bytes:
    """The content of a file that nobody else can read. Refuses one of another mode or owner, or in the data folder."""
    with open_file(path) as file:
        status = os.fstat(file.fileno())
        if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & ~0o600:
            raise refused(
                "self_identification_exposed",
                "The self-identification file can be read by others than you.",
                "Make it your own, then: chmod 600 FILE.",
            )
        if path.resolve().is_relative_to(settings.home.resolve()):
            raise refused(
                "self_identification_in_store",
                "The self-identification file lies in the data folder, which every desk uses.",
                "Keep it elsewhere, where only the auditor gets in.",
            )
        return read_opened(file, path, FILE_BYTES)


def _entries(settings: Settings, verdict: Verdict) -> list[Entry]:
    """The entries that were verified, and none that came since or was changed since."""
    with reading(settings) as reader, reader.snapshot() as snapshot:
        return [parse_entry(body) for body in as_verified(snapshot.rows(), verdict)]


def _chosen(entries: Iterable[Entry], positions: Sequence[str]) -> Mapping[str, SearchProtocol]:
    """The frozen protocols of these positions, or of all. Refuses an unknown position."""
    frozen = {
        entry.event.position: entry
        for entry in entries
        if entry.event.type is EventType.PROTOCOL_FROZEN and entry.event.position is not None
    }
    for position in positions:
        if position not in frozen:
            raise not_found("position_unknown", "The log knows no position of that name.", "Check the names.")
    if len(set(positions)) < len(positions):
        raise bad_input("position_doubled", "A position is named twice.", "Name each once.")
    return {position: _protocol(frozen[position]) for position in positions or sorted(frozen)}


def _protocol(frozen: Entry) -> SearchProtocol:
    try:
        return from_document(cast("Mapping[str, Json]", _body(frozen)["document"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise bad_input(
            "protocol_unreadable",
            f"The protocol frozen at entry {frozen.sequence} cannot be read by this release.",
            "Name the positions to compare without that one.",
        ) from None


@dataclass(slots=True)
class _Seen:
    """What the log says of one case, entry by entry."""

    number: str
    position: str
    outstanding: set[str]
    reached: set[Stage]
    levels: dict[str, Level]
    """By finding, as attributed last."""
    states: dict[str, State]
    confirmed: set[str]
    """Findings that a second person reviewed."""

    def add(self, kind: EventType, body: Mapping[str, Json]) -> None:
        """Takes in one entry of the case."""
        finding = str(body.get("finding", ""))
        if kind in _SEARCHED:
            self.outstanding.discard(str(body["key"]))
        elif kind is EventType.ATTRIBUTION_RECORDED:
            self.levels[finding] = Level(str(body["level"]))
        elif kind is EventType.VALIDATION_RECORDED:
            self.states[finding] = State(str(body["state"]))
            self.confirmed |= {finding} if self.states[finding] is State.SECOND_REVIEWED else set()
        elif kind is EventType.FILTER_APPLIED and body["action"] == "withheld":
            self.reached.add(Stage.WITHHELD)
        elif kind is EventType.REPORT_RELEASED:
            self.reached.add(Stage.RELEASED)
        elif kind is EventType.DETERMINATION_RECORDED:
            self.reached.add(Stage.DECIDED)
        elif kind in _ASKED:
            self.reached.add(Stage.DEVIATED)

    def case(self) -> Case:
        """The stages in the end."""
        found = {
            Stage.SEARCHED: not self.outstanding,
            Stage.ATTRIBUTED: any(level.releasable for level in self.levels.values()),
            Stage.FLAGGED: any(self.states[finding] in _CONFIRMED for finding in self.confirmed),
        }
        reached = self.reached | {stage for stage, there in found.items() if there}
        return Case(number=self.number, position=self.position, reached=frozenset(reached))


def _cases(entries: Iterable[Entry], protocols: Mapping[str, SearchProtocol], year: int | None) -> list[Case]:
    seen: dict[str, _Seen] = {}
    for entry in entries:
        number, kind, body = entry.event.case or "", entry.event.type, _body(entry)
        if kind is EventType.CANDIDATE_ENROLLED and year in {None, entry.logged.year}:
            position = str(entry.event.position)
            disclosed = {IdentifierKind(k): int(n) for k, n in cast("dict[str, int]", body["disclosed"]).items()}
            keys = set(expected_keys(protocols[position], disclosed))
            seen[number] = _Seen(number, position, keys, set(), {}, {}, set())
        elif number in seen:
            seen[number].add(kind, body)
    return [one.case() for one in seen.values()]


def _placed(cases: Sequence[Case]) -> list[Case]:
    """In an order that says nothing of when anybody was enrolled."""
    return sorted(cases, key=lambda case: (case.position, case.number))


def _procedures(protocols: Mapping[str, SearchProtocol], cases: Sequence[Case]) -> tuple[Procedure, ...]:
    mine = {position: [case for case in cases if case.position == position] for position in protocols}
    return tuple(
        Procedure(
            position=position,
            title=protocol.title,
            version=protocol.version,
            digest=protocol.digest(),
            candidates=len(mine[position]),
            without_report=sum(Stage.RELEASED not in case.reached for case in mine[position]),
        )
        for position, protocol in protocols.items()
        if mine[position]
    )


def _body(entry: Entry) -> Mapping[str, Json]:
    return cast("Mapping[str, Json]", entry.event.body)

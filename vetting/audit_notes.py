"""The auditor's own acts in the log (auditor check 42), and what the nightly audit leaves for the next auditor to read.

Nothing here is confidential: names of positions, words of results, numbers of entries.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from vetting.errors import VettingError
from vetting.files import MEBIBYTE, disk_errors, read_text, write_file
from vetting.journal import Actor, Journal, note_where_possible
from vetting.log.event import EventType
from vetting.log.verify import Verdict
from vetting.oversight import Audit
from vetting.roles import Person
from vetting.settings import Settings
from vetting.uniformity import Check, Finding, Overall, Result

NOT_NOTED: Final = "This audit is not noted in the log, which cannot be written from here."
_NOTICES: Final = "notices.json"
_ADVICE: Final = "Check the data folder's permissions."
_TO_LOOK_AT: Final = frozenset({Result.FAIL, Result.EXCEPTION})
_POSITIONS_PER_ENTRY: Final = 500


class Kind(StrEnum):
    """What was audited."""

    UNIFORMITY = "uniformity"
    IMPACT = "impact"
    NIGHTLY = "nightly"


class Conclusion(StrEnum):
    """What came of the audit of one position, the gravest first."""

    LOG_BROKEN = "log_broken"
    NON_CONFORMING = "non_conforming"
    WITH_EXCEPTIONS = "conforming_with_exceptions"
    NOT_FINISHED = "not_finished"
    CONFORMING = "conforming"


def result_of(audit: Audit) -> Conclusion:
    """The audit in one word."""
    if not audit.verdict.ok:
        return Conclusion.LOG_BROKEN
    overall = audit.checks.overall
    if overall is Overall.NON_CONFORMING:
        return Conclusion.NON_CONFORMING
    if audit.report.unfinished or not audit.report.cases:
        return Conclusion.NOT_FINISHED
    return Conclusion.WITH_EXCEPTIONS if overall is Overall.WITH_EXCEPTIONS else Conclusion.CONFORMING


def gravest(results: Sequence[Conclusion]) -> Conclusion:
    """Of several; conforming where there is nothing."""
    return next((result for result in Conclusion if result in results), Conclusion.CONFORMING)


def note_audit(
    settings: Settings,
    person: Person,
    clock: Callable[[], datetime],
    new_id: Callable[[], str],
    *,
    kind: Kind,
    positions: Sequence[str],
    verdict: Verdict,
    code: str,
) -> bool:
    """Notes in the log that the audit was made, of which state, and what came of it; whether it could.

    To be called once the result is known and before it is shown. False for a copy, a folder of another account and a
    medium that takes nothing, and for a log that does not verify: nobody signs what is broken. Refuses as any desk does
    where the log is older than what this folder has seen.
    """
    if not verdict.ok:
        return False
    actor = Actor(id=person.id, clock=clock, new_id=new_id)

    def write(journal: Journal) -> None:
        for first in range(0, max(1, len(positions)), _POSITIONS_PER_ENTRY):
            some = list(positions[first : first + _POSITIONS_PER_ENTRY])
            body = {"kind": kind.value, "positions": some, "size": verdict.size, "result": code}
            journal.note(actor, EventType.AUDIT_PERFORMED, body)

    return note_where_possible(settings, clock, write)


# ---------------------------------------------------------------------------------------- what the night left


def folder(settings: Settings) -> Path:
    """Where the results of the nights are."""
    return settings.home / "audits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What the nightly audit found."""

    at: datetime
    verdict: Verdict
    audits: Mapping[str, Audit]
    """By position; empty where the log does not verify, for nothing that was computed from it would be worth much."""

    @property
    def results(self) -> Mapping[str, Conclusion]:
        """The word for each position."""
        return {position: result_of(audit) for position, audit in self.audits.items()}

    @property
    def overall(self) -> Conclusion:
        """The gravest."""
        return gravest(tuple(self.results.values())) if self.verdict.ok else Conclusion.LOG_BROKEN


def file_night(settings: Settings, night: Night) -> tuple[str, ...]:
    """Writes the night's result, named by its date, and notes for auditors what is new and not as it should be.

    What is new is in the answer, in sentences. Raises STORAGE where the disk takes nothing.
    """
    place, before = folder(settings), _notices(settings)
    new = _new_notices(night, before)
    with disk_errors(f"{place}", _ADVICE):
        place.mkdir(mode=0o700, exist_ok=True)
        write_file(place / f"{night.at.date().isoformat()}.json", _spelled(_document(night)))
        write_file(place / _NOTICES, _spelled(new))
    return tuple(_sentences({key: told for key, told in new.items() if told != before.get(key)}))


def tell(settings: Settings, person: Person) -> Iterator[str]:
    """The sentences that this auditor has not been told yet, noted as told; a broken log is told every time."""
    notices = _notices(settings)
    untold = {
        key: notice
        for key, notice in notices.items()
        if notice["result"] == Conclusion.LOG_BROKEN or person.id not in str(notice["told"]).split()
    }
    yield from _sentences(untold)
    told = {k: {**n, "told": f"{n['told']} {person.id}".strip()} if k in untold else n for k, n in notices.items()}
    if told != notices:
        with suppress(OSError):  # a folder that takes no note: it is told again
            write_file(folder(settings) / _NOTICES, _spelled(told))


def _new_notices(night: Night, before: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """One for each position that does not conform, told to nobody yet unless it was the same the night before."""
    on = night.at.date().isoformat()
    if not night.verdict.ok:
        first = night.verdict.first_bad
        where = "cannot be read" if first is None else f"does not verify at entry {first}"
        broken = {"result": Conclusion.LOG_BROKEN.value, "on": on, "what": where, "told": ""}
        return {**{key: dict(notice) for key, notice in before.items()}, "": broken}
    notices = {}
    for position, audit in night.audits.items():
        word, left = result_of(audit), str(len(_failures(audit)))
        if word is Conclusion.NON_CONFORMING:
            known = before.get(position, {})
            same = (known.get("result"), known.get("failures")) == (word.value, left)
            fresh = {"result": word.value, "on": on, "failures": left, "told": ""}
            notices[position] = dict(known) if same else fresh
    return notices


def _sentences(notices: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    for position, notice in notices.items():
        on = date.fromisoformat(notice["on"]).isoformat()
        if notice["result"] == Conclusion.LOG_BROKEN:
            yield f"ALARM: the log {notice['what']}, says the nightly audit of {on}. See: vetting verify."
        else:
            word = notice["result"].replace("_", "-")
            yield f"Position {position} is {word} since the nightly audit of {on}. See: vetting uniformity {position}."


def _document(night: Night) -> dict[str, object]:
    """What a night's file says: opaque numbers and words."""
    verdict = night.verdict
    return {
        "at": night.at.isoformat(),
        "log": {
            "ok": verdict.ok,
            "size": verdict.size,
            "root": verdict.root_hex,
            "first_bad": verdict.first_bad,
            "reason": verdict.reason,
        },
        "result": night.overall.value,
        "positions": {
            position: {
                "result": night.results[position].value,
                "candidates": len(audit.report.cases),
                "checks": [
                    {"check": check.number, "result": check.result.value, "entries": _entries(check)}
                    for check in audit.checks.checks
                    if check.result in _TO_LOOK_AT
                ],
                "departures": [
                    {"difference": d.difference.value, "entry": d.sequence, "explained_by": d.explained_by}
                    for d in audit.report.departures
                ],
                "deviations": [
                    {"deviation": d.id, "reason": d.reason, "decision": d.decision, "entry": d.sequence}
                    for d in audit.deviations
                ],
            }
            for position, audit in night.audits.items()
        },
    }


def _failures(audit: Audit) -> list[Finding]:
    """What breaks a rule."""
    found = (finding for check in audit.checks.checks for finding in check.findings)
    return [finding for finding in found if finding.weight is Result.FAIL]


def _entries(check: Check) -> list[int]:
    return sorted({entry for finding in check.findings if finding.weight in _TO_LOOK_AT for entry in finding.entries})


def _notices(settings: Settings) -> dict[str, dict[str, str]]:
    """The notices as they lie there; none where there is no such file, or one that says something else."""
    try:
        found = json.loads(read_text(folder(settings) / _NOTICES, MEBIBYTE))
        read = {str(key): {str(k): str(v) for k, v in notice.items()} for key, notice in found.items()}
        tuple(_sentences(read))
        return read if all("told" in notice for notice in read.values()) else {}
    except (VettingError, ValueError, AttributeError, KeyError, RecursionError):
        return {}


def _spelled(document: Mapping[str, object]) -> bytes:
    return (json.dumps(document, indent=1, sort_keys=True) + "\n").encode("ascii")

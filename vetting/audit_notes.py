"""The auditor's own acts in the log (auditor check 42), and what the nightly audit leaves for the next auditor to read.

Nothing here is confidential: names of positions, words of results, numbers of entries.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import Final

from vetting.errors import ExitCode, VettingError
from vetting.files import MEBIBYTE, disk_errors, read_text, write_file
from vetting.journal import Actor, Journal, note_where_possible
from vetting.log.event import EventType
from vetting.log.verify import Verdict
from vetting.oversight import LOG_CHANGED, Audit
from vetting.roles import Person
from vetting.settings import Settings
from vetting.uniformity import Check, Overall, Result

NOT_NOTED: Final = "This audit is not noted in the log, which cannot be written from here."
_NOTICES: Final = "notices.json"
_ADVICE: Final = "Check the data folder's permissions."
_TO_LOOK_AT: Final = frozenset({Result.FAIL, Result.EXCEPTION})
_POSITIONS_PER_ENTRY: Final = 500
_SHOWN: Final = 5
"""Things of one position in one sentence, and entries of one thing: the night's file has them all."""
NOTICE_BYTES: Final = 16 * MEBIBYTE
"""Room for the 42 checks of a thousand positions."""
_REFUSED: Final = "refused"
"""Stands in a digest's place where a position's audit ended with a code."""
_UNREAD: Final[Mapping[str | None, str]] = {LOG_CHANGED: "was changed between its verification and its reading"}
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Kind(StrEnum):
    """What was audited."""

    UNIFORMITY = "uniformity"
    IMPACT = "impact"
    NIGHTLY = "nightly"


class Conclusion(StrEnum):
    """What came of the audit of one position, the gravest first."""

    LOG_BROKEN = "log_broken"
    NOT_AUDITABLE = "not_auditable"
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
class NotAudited:
    """Why a position could not be audited: codes only, for the sentence stays where it was raised."""

    code: str
    exit_code: ExitCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What the nightly audit found."""

    at: datetime
    verdict: Verdict
    audits: Mapping[str, Audit]
    """By position; empty where the log does not verify, for nothing that was computed from it would be worth much."""
    not_audited: Mapping[str, NotAudited] = field(default_factory=dict)
    """By position: those whose audit ended with a refusal."""
    nameless: tuple[int, ...] = ()
    """Entries that freeze a protocol for no position."""

    @property
    def results(self) -> Mapping[str, Conclusion]:
        """The word for each position."""
        found = {position: result_of(audit) for position, audit in self.audits.items()}
        return found | dict.fromkeys(self.not_audited, Conclusion.NOT_AUDITABLE)

    @property
    def overall(self) -> Conclusion:
        """The gravest."""
        if not self.verdict.ok:
            return Conclusion.LOG_BROKEN
        return gravest((*self.results.values(), *([Conclusion.NOT_AUDITABLE] if self.nameless else [])))

    @property
    def changed(self) -> bool:
        """Whether the log was found changed since it was verified: nobody should sign it then."""
        return any(refusal.code == LOG_CHANGED for refusal in self.not_audited.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """Where the night's result lies, and in sentences what is new."""

    file: Path
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notice:
    """One thing for auditors to look at."""

    position: str
    """Empty where it is of the log itself."""
    what: str
    of: str
    """The digest of all that it stands for: the same check with other entries is another thing."""
    result: str
    on: str
    told: tuple[str, ...] = ()

    @property
    def same(self) -> tuple[str, str, str]:
        """What makes it the same thing on another night."""
        return self.position, self.what, self.of

    @property
    def unceasing(self) -> bool:
        """Whether it is told at every command: that the log is broken."""
        return not self.position and self.result == Conclusion.LOG_BROKEN


def file_night(settings: Settings, night: Night) -> Filed:
    """Writes the night's result, named by its date, and notes for auditors what is new and to be looked at.

    An earlier result of the same day stays. Raises STORAGE where the disk takes nothing.
    """
    place, before = folder(settings), {notice.same: notice for notice in _notices(settings)}
    notices = _of_night(night, before)
    with disk_errors(f"{place}", _ADVICE):
        place.mkdir(mode=0o700, exist_ok=True)
        file = _unused(place, night.at.date())
        write_file(file, _spelled(_document(night)))
        write_file(place / _NOTICES, _spelled([asdict(notice) for notice in notices]))
    return Filed(file=file, new=tuple(_sentences([notice for notice in notices if notice != before.get(notice.same)])))


def _unused(place: Path, day: date) -> Path:
    """The file of that day, or of its second run, its third."""
    names = (f"{day.isoformat()}{f'.{number}' if number > 1 else ''}.json" for number in count(1))
    for file in map(place.joinpath, names):
        with suppress(FileExistsError):
            file.touch(mode=0o600, exist_ok=False)
            break
    return file


def tell(settings: Settings, person: Person) -> Iterator[str]:
    """The sentences that this auditor has not been told yet, noted as told; a broken log is told every time."""
    notices = _notices(settings)
    untold = [n for n in notices if n.unceasing or person.id not in n.told]
    yield from _sentences(untold)
    told = [replace(n, told=(*n.told, person.id)) if n in untold and person.id not in n.told else n for n in notices]
    if told != notices:
        with suppress(OSError):  # a folder that takes no note: it is told again
            write_file(folder(settings) / _NOTICES, _spelled([asdict(notice) for notice in told]))


def _of_night(night: Night, before: Mapping[tuple[str, str, str], _Notice]) -> list[_Notice]:
    """All that is to be looked at; what was there the night before keeps its date and who was told."""
    on = night.at.date().isoformat()
    if not night.verdict.ok:
        first = night.verdict.first_bad
        what = (
            f"does not verify at entry {first}"
            if first is not None
            else _UNREAD.get(night.verdict.reason, "cannot be read")
        )
        broken = _Notice(position="", what=what, of="", result=Conclusion.LOG_BROKEN.value, on=on)
        known = before.get(broken.same)
        kept = [notice for notice in before.values() if not notice.unceasing]
        return [known if known and known.on == on else broken, *kept]
    found = [*_not_auditable(night, before)]
    for position, audit in night.audits.items():
        result = result_of(audit).value
        for what, of in _to_look_at(audit):
            fresh = _Notice(position=position, what=what, of=of, result=result, on=on)
            known = before.get(fresh.same)
            found.append(replace(known, result=result) if known else fresh)
    return found


def _not_auditable(night: Night, before: Mapping[tuple[str, str, str], _Notice]) -> Iterator[_Notice]:
    """What is told of an entry that freezes a protocol for no position, and of each position that has no audit.

    What was to be looked at in that position before is kept: its audit may be made again.
    """
    on, result = night.at.date().isoformat(), Conclusion.NOT_AUDITABLE.value
    if night.nameless:
        what = f"holds a protocol that is frozen for no position{_where(night.nameless)}"
        fresh = _Notice(position="", what=what, of=_digest(night.nameless), result=result, on=on)
        yield before.get(fresh.same, fresh)
    for position, refusal in night.not_audited.items():
        fresh = _Notice(
            position=position, what=f"its audit ends with {refusal.code}", of=_REFUSED, result=result, on=on
        )
        yield before.get(fresh.same, fresh)
        yield from (notice for notice in before.values() if notice.position == position and notice.of != _REFUSED)


def _to_look_at(audit: Audit) -> Iterator[tuple[str, str]]:
    """Each check that fails or has exceptions, the failed ones first, and each deviation; with the digest of all of it.

    A failure that no entry shows is told apart by its sentence, an exception by how many there are: its sentence may
    hold a number that changes every night.
    """
    for weight, word in ((Result.FAIL, "fails"), (Result.EXCEPTION, "has exceptions")):
        for check in audit.checks.checks:
            if check.result is weight:
                entries, bare = (
                    _entries(check),
                    [f for f in check.findings if f.weight in _TO_LOOK_AT and not f.entries],
                )
                failures = sorted(finding.sentence for finding in bare if finding.weight is Result.FAIL)
                yield f"check {check.number} {word}{_where(entries)}", _digest([entries, failures, len(bare)])
    for deviation in audit.deviations:
        decided = f"is {deviation.decision}" if deviation.decision else "is not decided"
        yield f"deviation {deviation.id} {decided}{_where([deviation.sequence])}", ""


def _where(entries: Sequence[int]) -> str:
    """The first of the entries, to look them up."""
    if not entries:
        return ""
    more = f" and {len(entries) - _SHOWN} more" if len(entries) > _SHOWN else ""
    return f" ({'entry' if len(entries) == 1 else 'entries'} {', '.join(map(str, entries[:_SHOWN]))}{more})"


def _digest(of: object) -> str:
    return hashlib.sha256(json.dumps(of).encode()).hexdigest()


def _sentences(notices: Sequence[_Notice]) -> Iterator[str]:
    """One for the log, and one for each position: the word, since when there is something new, and what."""
    for position in dict.fromkeys(notice.position for notice in notices):
        mine = [notice for notice in notices if notice.position == position]
        if not position:
            for notice in mine:
                yield f"ALARM: the log {notice.what}, says the nightly audit of {notice.on}. See: vetting verify."
            continue
        on = min(notice.on for notice in mine)
        word = mine[0].result.replace("non_", "non-").replace("_", " ")
        what = "; ".join(notice.what for notice in mine[:_SHOWN])
        more = f"; and {len(mine) - _SHOWN} more" if len(mine) > _SHOWN else ""
        since = f"New since the nightly audit of {on}: {what}{more}."
        yield f"Position {position} is {word}. {since} See: vetting uniformity {position}."


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
        "frozen_for_no_position": list(night.nameless),
        "positions": {
            position: {"result": Conclusion.NOT_AUDITABLE.value, "code": refusal.code}
            for position, refusal in night.not_audited.items()
        }
        | {
            position: {
                "result": result_of(audit).value,
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


def _entries(check: Check) -> list[int]:
    return sorted({entry for finding in check.findings if finding.weight in _TO_LOOK_AT for entry in finding.entries})


def _notices(settings: Settings) -> list[_Notice]:
    """The notices as they lie there; none where there is no such file, or one that says something else."""
    try:
        found = json.loads(read_text(folder(settings) / _NOTICES, NOTICE_BYTES))
        read = [_Notice(**{**notice, "told": tuple(notice["told"])}) for notice in found]
    except (VettingError, ValueError, TypeError, KeyError, RecursionError):
        return []
    return read if all(_plausible(notice) for notice in read) else []


def _plausible(notice: _Notice) -> bool:
    """Whether every field is of its kind: somebody may have edited the file."""
    words = (notice.position, notice.what, notice.of, notice.result, notice.on, *notice.told)
    return all(isinstance(word, str) for word in words) and _DAY.fullmatch(notice.on) is not None


def _spelled(document: object) -> bytes:
    return (json.dumps(document, indent=1, sort_keys=True) + "\n").encode("ascii")

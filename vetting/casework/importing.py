"""An investigator's import: an archive, or a bare file with where and when it was seen, as evidence for a case."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from io import BufferedReader
from pathlib import Path

from filters.analyzer import Analyzer
from filters.criteria import Criteria
from vetting.casework.candidate_file import check_authorization
from vetting.casework.desk import Body, Desk, commit
from vetting.casework.identifying import signals_of
from vetting.casework.intake import may_request_handles
from vetting.casework.protocol_file import refuse_changed_config
from vetting.casework.sealing import preview, propose, store_evidence
from vetting.casework.searching import progress, refuse_released, refuse_withdrawal, refuse_withdrawn
from vetting.errors import VettingError, bad_input, refused
from vetting.evidence import Capture, Hit, RawText
from vetting.files import digest_of_opened, open_file
from vetting.finding import Finding
from vetting.log.event import EventType
from vetting.records.rows import CaseRecord
from vetting.roles import Permission
from vetting.sources.archive_file import MAX_IMPORT_BYTES, captures_of, hits_from, records_in
from vetting.sources.file_text import reading_of
from vetting.sources.page_text import moment
from vetting.sources.received_file import (
    FileKind,
    Giver,
    Seen,
    capture_of,
    checked_address,
    kind_of_opened,
    read_received,
)

IMPORT_KEY = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import added."""

    kind: FileKind
    captures: int
    texts: int
    """How many texts were read; none of a picture."""
    partly: bool
    """Whether some of a file's text could not be read."""
    findings: int


@dataclass(slots=True)
class _Read:
    """Counts the texts as they pass: those of an archive are not kept."""

    hits: Iterable[Hit]
    partly: bool = False
    texts: int = 0

    def __iter__(self) -> Iterator[Hit]:
        for hit in self.hits:
            self.texts += 1
            yield hit


def seen_at(desk: Desk, address: str, at: str) -> Seen:
    """Where and when a bare file was seen. Refuses what is no web address, no moment, or a moment to come."""
    checked = checked_address(address)
    when = moment(at.strip())
    if when is None:
        raise _not_when("is not one", "Give it as 2026-05-04T15:30, in UTC or with an offset such as -04:00.")
    if when > desk.clock():
        raise _not_when("lies in the future", "Check the year and the offset: without one it is taken as UTC.")
    return Seen(address=RawText(checked), at=when)


def _not_when(problem: str, remedy: str) -> VettingError:
    return bad_input(
        "seen_at_unusable", f"The time at which the file was seen {problem}; nothing was imported.", remedy
    )


def import_evidence(
    desk: Desk,
    number: str,
    path: Path,
    criteria: Criteria,
    analyzer: Analyzer,
    *,
    giver: Giver = Giver.INVESTIGATOR,
    seen: Seen | None = None,
) -> Imported:
    """Seals an archive's records, or a bare file, under the case, with a chain-of-custody entry of its own.

    Importing is no search: the plan of the case is untouched, and the auditor sees the import as what it is. Refuses a
    corrupt file as a whole (nothing half-imported), the same file twice, a bare file without where and when it was
    seen, and what a candidate may not be asked for here.
    """
    case = _admitted(desk, number, giver)
    with open_file(path) as opened:  # once: another file may be put in its place at any moment
        kind = kind_of_opened(opened, path, giver)
        captures, read, digest = _evidence(desk, opened, path, kind, giver, seen)
    findings = _proposed(desk, number, read, criteria)
    file = _not_yet(desk, case, digest)
    custody: Body = {
        "file": file,
        "kind": kind.value,
        "from": giver.value,
        "technique": giver.technique.value,
        "captures": len(captures),
        "texts": read.texts,
        "partly": read.partly,
        "by": desk.person.id,
    }
    with desk.act() as unit:
        refuse_released(desk, number)  # a report may have been filed while this waited for the lock
        refuse_withdrawal(unit, case)
        key = f"{number}:{file}"
        unit.post(desk.event(EventType.EVIDENCE_IMPORTED, key, custody, position=case.position, case=number))
        store_evidence(desk, unit, case, IMPORT_KEY, captures, findings, criteria)
        preview(desk, unit, case, findings, analyzer, unit.candidate(number))
    return Imported(kind=kind, captures=len(captures), texts=read.texts, partly=read.partly, findings=len(findings))


def _proposed(desk: Desk, number: str, read: _Read, criteria: Criteria) -> tuple[Finding, ...]:
    with desk.case_files.reading() as view:
        gather = partial(signals_of, search=None, candidate=view.candidate(number))
    return propose(desk, number, IMPORT_KEY, read, criteria, gather)


def _admitted(desk: Desk, number: str, giver: Giver) -> CaseRecord:
    with desk.case_files.reading() as view:
        case = view.case(number)
    desk.permit(Permission.IMPORT_EVIDENCE, position=case.position, searcher=True)
    check_authorization(case.authorization, desk.clock(), number)
    refuse_released(desk, number)
    refuse_withdrawn(progress(desk, number))
    if giver is Giver.CANDIDATE:
        _refuse_asking(desk, case)
    with desk.case_files.reading() as view:
        refuse_changed_config(desk.settings.config, view.position(case.position).protocol)
    return case


def _evidence(
    desk: Desk, opened: BufferedReader, path: Path, kind: FileKind, giver: Giver, seen: Seen | None
) -> tuple[tuple[Capture, ...], _Read, bytes]:
    """What is in the file, and the SHA-256 of exactly what was read."""
    if kind is FileKind.ARCHIVE:
        captures, digest = _unchanged(desk, opened, path)
        return captures, _Read(hits_from(captures)), digest
    if seen is None and not kind.states_its_origin:
        raise bad_input(
            "origin_missing",
            "The file does not state where and when it was seen; nothing was imported.",
            "Give both, with --address and --seen-at.",
        )
    file = read_received(opened, path, giver)
    capture = capture_of(file, path.name, seen, giver, clock=desk.clock, new_id=desk.new_id())
    reading = reading_of(file, capture, seen)
    return (capture,), _Read(reading.hits, partly=reading.partly), hashlib.sha256(file.content).digest()


def _unchanged(desk: Desk, opened: BufferedReader, path: Path) -> tuple[tuple[Capture, ...], bytes]:
    """The captures of an archive. Too large to be in memory beside them, it is hashed before and after it is read.

    Refuses one that somebody wrote to in between.
    """
    before = digest_of_opened(opened, path, MAX_IMPORT_BYTES)
    captures = captures_of(records_in(opened), clock=desk.clock, new_id=desk.new_id)
    if digest_of_opened(opened, path, MAX_IMPORT_BYTES) != before:
        raise bad_input(
            "file_changed",
            "The file was changed while it was read; nothing was imported.",
            "Wait until whatever writes it has ended, then import it.",
        )
    return captures, before


def _refuse_asking(desk: Desk, case: CaseRecord) -> None:
    """Refuses a candidate's own data where an employer may not ask for it (e.g. California Labor Code 980(b))."""
    if not may_request_handles(desk, case.position):
        raise refused(
            "export_not_asked_for",
            "This department may not ask candidates about their accounts, so it takes no export of one.",
            "Give it back to the candidate, and delete the copy.",
        )


def _not_yet(desk: Desk, case: CaseRecord, digest: bytes) -> str:
    """The commitment to the file. Refuses one that the case has already."""
    with desk.case_files.reading() as view:
        file = commit(view.case_secret(case.number), "import", digest)
        if view.posted(f"{EventType.EVIDENCE_IMPORTED.value}:{case.number}:{file}"):
            raise refused("imported_before", "This file was imported into the case before.", "Go on.")
    return file

"""An investigator's import: a WARC or WACZ file made with a browser archiver, as evidence for a case."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from filters.analyzer import Analyzer
from filters.criteria import Criteria
from vetting.casework.candidate_file import check_authorization
from vetting.casework.desk import Body, Desk, commit
from vetting.casework.identifying import signals_of
from vetting.casework.protocol_file import refuse_changed_config
from vetting.casework.searching import preview, propose, refuse_released, store_evidence
from vetting.errors import refused
from vetting.files import digest_of
from vetting.log.event import EventType
from vetting.roles import Permission
from vetting.sources.archive_file import MAX_IMPORT_BYTES, captures_of, hits_from, read_archive

IMPORT_KEY = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import added."""

    captures: int
    findings: int


def import_evidence(desk: Desk, number: str, path: Path, criteria: Criteria, analyzer: Analyzer) -> Imported:
    """Seals every record of the archive under the case, with a chain-of-custody entry of its own.

    Importing is no search: the plan of the case is untouched, and the auditor sees the import as what it is. Refuses a
    corrupt archive as a whole (nothing half-imported) and the same file twice.
    """
    with desk.case_files.reading() as view:
        case = view.case(number)
    desk.permit(Permission.IMPORT_EVIDENCE, position=case.position, searcher=True)
    check_authorization(case.authorization, desk.clock())
    refuse_released(desk, number)
    with desk.case_files.reading() as view:
        refuse_changed_config(desk.settings.config, view.position(case.position).protocol)
    digest = digest_of(path, MAX_IMPORT_BYTES)
    captures = captures_of(read_archive(path), clock=desk.clock, new_id=desk.new_id)
    with desk.case_files.reading() as view:
        gather = partial(signals_of, search=None, candidate=view.candidate(number))
    findings = propose(desk, number, IMPORT_KEY, hits_from(captures), criteria, gather)
    with desk.case_files.reading() as view:
        file = commit(view.case_secret(number), "import", digest)
        if view.posted(f"{EventType.EVIDENCE_IMPORTED.value}:{number}:{file}"):
            raise refused("imported_before", "This archive was imported into the case before.", "Go on.")
    with desk.act() as unit:
        refuse_released(desk, number)  # a report may have been filed while this waited for the lock
        custody: Body = {
            "file": file,
            "captures": len(captures),
            "by": desk.person.id,
        }
        key = f"{number}:{custody['file']}"
        unit.post(desk.event(EventType.EVIDENCE_IMPORTED, key, custody, position=case.position, case=number))
        store_evidence(desk, unit, case, IMPORT_KEY, captures, findings, criteria)
        preview(desk, unit, case, findings, analyzer, unit.candidate(number))
    return Imported(captures=len(captures), findings=len(findings))

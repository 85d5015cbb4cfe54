"""Verifies the log and recomputes from it whether every candidate was searched alike: one position, or nightly all."""

from __future__ import annotations

from datetime import datetime

from flows.coded import coded_flow, coded_task
from vetting.audit_notes import Night
from vetting.checkpoints import verify_log
from vetting.errors import VettingError
from vetting.log.verify import Verdict
from vetting.oversight import Audit, audit_position, positions_of
from vetting.roles import Person
from vetting.settings import Settings


@coded_task("audit")
def audit(position: str, settings: Settings, person: Person, verdict: Verdict | None = None) -> Audit:
    """The auditor's comparison. Works on the transparency log alone, which is verified where no `verdict` on it is."""
    return audit_position(settings, person, position, verdict)


@coded_flow("verify-uniformity")
def verify_uniformity(position: str, settings: Settings, person: Person) -> Audit:
    """What the log proves about a position. Refuses a person who is no auditor and an unknown position."""
    return audit(position, settings, person)


@coded_task("verify-log")
def verify_whole_log(settings: Settings) -> Verdict:
    """Every entry and every checkpoint."""
    return verify_log(settings)


@coded_flow("audit-every-position")
def audit_every_position(date: str, settings: Settings, person: Person, at: datetime) -> Night:
    """The night of `date`: the log, then every position of it; no position where the log does not verify.

    Reads the log alone, and writes nothing. Refuses a person who is no auditor. A log that cannot be read is found bad,
    for whoever took it away must not silence the audit.
    """
    del date  # what Prefect shows of the run
    try:
        verdict = verify_whole_log(settings)
    except VettingError as error:
        verdict = Verdict(ok=False, size=0, root_hex="", reason=error.code)
    positions = positions_of(settings, person, verdict) if verdict.ok else ()
    audits = {position: audit(position, settings, person, verdict) for position in positions}
    return Night(at=at, verdict=verdict, audits=audits)

"""Verifies the log and recomputes from it whether every candidate was searched alike: one position, or nightly all."""

from __future__ import annotations

from datetime import datetime

from flows.coded import coded_flow, coded_task
from vetting.audit_notes import Night, NotAudited
from vetting.checkpoints import verify_log
from vetting.errors import VettingError
from vetting.log.verify import Verdict
from vetting.oversight import Audit, Positions, audit_position, positions_of
from vetting.roles import Permission, Person, authorize
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
    and a position that cannot be audited is a result of its own: nobody silences the audit of the others by one entry.
    """
    del date  # what Prefect shows of the run
    authorize(person, Permission.VERIFY_UNIFORMITY)
    try:
        verdict = verify_whole_log(settings)
        positions = positions_of(settings, person, verdict) if verdict.ok else Positions()
    except VettingError as error:
        bad = Verdict(ok=False, size=0, root_hex="", reason=error.code)
        return Night(at=at, verdict=bad, audits={})
    audits, not_audited = dict[str, Audit](), dict[str, NotAudited]()
    for position in positions.named:
        try:
            audits[position] = audit(position, settings, person, verdict)
        except VettingError as error:
            not_audited[position] = NotAudited(code=error.code, exit_code=error.exit_code)
    return Night(at=at, verdict=verdict, audits=audits, not_audited=not_audited, nameless=positions.nameless)

"""Verifies the log and recomputes from it whether every candidate of a position was searched alike."""

from __future__ import annotations

from collections.abc import Callable

from flows.coded import coded_flow, coded_task
from vetting.oversight import Audit, audit_position
from vetting.roles import Person
from vetting.settings import Settings

Auditor = Callable[[], tuple[Settings, Person]]
_auditor: list[tuple[Settings, Person]] = []


@coded_task("audit")
def audit(position: str) -> Audit:
    """The auditor's comparison. Works on the transparency log alone."""
    settings, person = _auditor[-1]
    return audit_position(settings, person, position)


@coded_flow("verify-uniformity")
def verify_uniformity(position: str) -> Audit:
    """What the log proves about a position. Refuses a person who is no auditor and an unknown position."""
    return audit(position)


def audited_by(settings: Settings, person: Person, position: str) -> Audit:
    """Runs the flow for a signed-in auditor of this process."""
    _auditor.append((settings, person))
    try:
        return verify_uniformity(position)
    finally:
        _auditor.pop()

"""Verifies the log and recomputes from it whether every candidate of a position was searched alike."""

from __future__ import annotations

from flows.coded import coded_flow, coded_task
from vetting.oversight import Audit, audit_position
from vetting.roles import Person
from vetting.settings import Settings


@coded_task("audit")
def audit(position: str, settings: Settings, person: Person) -> Audit:
    """The auditor's comparison. Works on the transparency log alone."""
    return audit_position(settings, person, position)


@coded_flow("verify-uniformity")
def verify_uniformity(position: str, settings: Settings, person: Person) -> Audit:
    """What the log proves about a position. Refuses a person who is no auditor and an unknown position."""
    return audit(position, settings, person)

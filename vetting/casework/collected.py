"""The evidence collected for one finding with the level it proposes, for the reviewer who decides."""

from __future__ import annotations

from dataclasses import dataclass

from vetting.attribution import Level, grade
from vetting.casework.desk import Desk
from vetting.casework.linking_back import signals_elsewhere
from vetting.casework.name_frequency import frequency_of
from vetting.finding import Finding
from vetting.roles import Permission
from vetting.signals import NameFrequency, Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was collected. Made anew whenever somebody looks, stored nowhere as an answer, and no attribution."""

    signals: tuple[Signal, ...]
    frequency: NameFrequency
    """Of the candidate's name."""

    @property
    def proposed(self) -> Level:
        """The level that the evidence carries by rule; the reviewer may know more, or better."""
        return grade(self.signals, self.frequency)


def evidence_of(desk: Desk, finding: Finding) -> Evidence:
    """What was sealed with the finding and what the case's other captures say. Refuses whoever may not review it."""
    with desk.case_files.reading() as unit:
        position = unit.case(finding.case_number).position
    desk.permit(Permission.REVIEW_FINDINGS, position=position, searcher=True)
    with desk.case_files.reading() as unit:
        given = {*finding.signals, *signals_elsewhere(unit, finding)}
        frequency = frequency_of(unit.candidate(finding.case_number))
    return Evidence(signals=tuple(signal for signal in Signal if signal in given), frequency=frequency)

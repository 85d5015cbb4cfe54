"""Deviations as the case files keep them: codes and opaque numbers in clear, nothing sealed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from vetting.deviation import Decision, Deviation, DeviationReason
from vetting.records import case_file_tables as t
from vetting.records.failures import intact
from vetting.records.sealed_unit import SealedUnit


class DeviationUnit(SealedUnit):
    """Adding what is there already is refused with `already_recorded`."""

    def add_deviation(self, deviation: Deviation) -> None:
        """A request, and with it the decision where one is given."""
        self._add(
            t.deviations,
            id=deviation.id,
            position=deviation.position,
            reason=deviation.reason.value,
            case_number=deviation.case_number,
            step=deviation.step,
            requested_by=deviation.requested_by,
            requested_at=deviation.requested_at,
        )
        if deviation.decision is not None:
            self.add_decision(deviation)

    def add_decision(self, deviation: Deviation) -> None:
        """What was decided of a request that is recorded. Refuses a second decision, and one that is none."""
        if deviation.decision is None:
            raise ValueError("decision")
        self._add(
            t.deviation_decisions,
            deviation=deviation.id,
            decision=deviation.decision.value,
            decided_by=deviation.decided_by,
            decided_at=deviation.decided_at,
        )

    def deviation(self, id_: str) -> Deviation:
        """Refuses an unknown one."""
        return self._deviation(self._one(t.deviations, "id", id_, "deviation"))

    def deviations(self, position: str) -> tuple[Deviation, ...]:
        """Those of the position, in the order of asking."""
        return tuple(self._deviation(row) for row in self._all(t.deviations, position=position))

    @intact("deviation")
    def _deviation(self, row: Row[Any]) -> Deviation:
        decided = next(iter(self._all(t.deviation_decisions, deviation=row.id)), None)
        return Deviation(
            id=row.id,
            position=row.position,
            reason=DeviationReason(row.reason),
            case_number=row.case_number,
            step=row.step,
            requested_by=row.requested_by,
            requested_at=row.requested_at,
            decision=Decision(decided.decision) if decided else None,
            decided_by=decided.decided_by if decided else "",
            decided_at=decided.decided_at if decided else None,
        )

"""Asking for a deviation from the frozen protocol, and deciding on it: two people, neither of whom decides on the
position (conditions U5 and U6).
"""

from __future__ import annotations

from dataclasses import replace

from vetting.casework.desk import Desk
from vetting.casework.parity import filed_cases, reported_step
from vetting.deviation import Decision, Deviation, DeviationReason, check_decider, check_request
from vetting.errors import not_found, refused
from vetting.log.event import EventType
from vetting.log.profile import JsonInput
from vetting.records.case_files import CaseFileUnit
from vetting.roles import Permission

_EVENTS = {Decision.APPROVED: EventType.DEVIATION_APPROVED, Decision.REFUSED: EventType.DEVIATION_REFUSED}


def request_deviation(
    desk: Desk, position: str, reason: DeviationReason, *, case: str = "", step: str = ""
) -> Deviation:
    """Asks that a step be left out for everybody of the position, or that the case of a candidate who withdrew counts
    no more.

    Refuses whoever may not search here, what `check_request` refuses, a step or case that the position does not have, a
    step of which a finding is in a report already, and a case whose report is released.
    """
    desk.permit(Permission.REQUEST_DEVIATION, position=position, searcher=True)
    asked = Deviation(
        id=f"D-{desk.new_id()[:8].upper()}",
        position=position,
        reason=reason,
        case_number=case,
        step=step,
        requested_by=desk.person.id,
        requested_at=desk.clock(),
    )
    with desk.act() as unit:
        check_request(asked, unit.deviations(position))
        _refuse_unknown(unit, asked)
        _refuse_late(desk, unit, asked)
        unit.add_deviation(asked)
        _post(desk, unit, EventType.DEVIATION_REQUESTED, asked)
    return asked


def decide_deviation(desk: Desk, deviation: str, decision: Decision) -> Deviation:
    """Approves or refuses what somebody else asked for.

    Refuses whoever decides on the position, is not cleared or asked for it, a second decision, and an approval that
    comes after a report which it would contradict.
    """
    with desk.case_files.reading() as view:
        position = view.deviation(deviation).position
    desk.permit(Permission.DECIDE_DEVIATION, position=position, searcher=True)
    with desk.act() as unit:
        asked = unit.deviation(deviation)
        check_decider(asked, desk.person.id)
        if decision is Decision.APPROVED:
            _refuse_late(desk, unit, asked)
        decided = replace(asked, decision=decision, decided_by=desk.person.id, decided_at=desk.clock())
        unit.add_decision(decided)
        _post(desk, unit, _EVENTS[decision], decided)
    return decided


def deviations_of(desk: Desk, position: str) -> tuple[Deviation, ...]:
    """What was asked for in the position and what was decided, in the order of asking."""
    desk.permit(Permission.DECIDE_DEVIATION, position=position, searcher=True)
    with desk.case_files.reading() as view:
        return view.deviations(position)


def _refuse_unknown(unit: CaseFileUnit, asked: Deviation) -> None:
    position = unit.position(asked.position)
    if asked.step and asked.step not in {step.id for step in position.protocol.steps}:
        raise not_found(
            "step_unknown",
            "The protocol of this position has no step of that name.",
            f"See its steps with: vetting position show {position.id}.",
        )
    if asked.case_number and unit.case(asked.case_number).position != position.id:
        raise not_found("case_elsewhere", "That case is of another position.", f"See: vetting case list {position.id}.")


def _refuse_late(desk: Desk, unit: CaseFileUnit, asked: Deviation) -> None:
    """Inside the writer's transaction: nobody can file a report in between."""
    if asked.case_number in filed_cases(desk, asked.position):
        raise refused(
            "released_already",
            f"The report of {asked.case_number} is released, so its case is finished.",
            "Nothing is left to be done.",
        )
    if asked.step and reported_step(desk, unit, asked.position, asked.step):
        raise refused(
            "step_reported",
            "A released report holds a finding of this step, so it can no longer be left out for everybody.",
            f"Ask the source again for those whom it failed: vetting case list {asked.position} shows the cases.",
        )


def _post(desk: Desk, unit: CaseFileUnit, kind: EventType, deviation: Deviation) -> None:
    body: dict[str, JsonInput] = {"deviation": deviation.id, "reason": deviation.reason.value}
    if deviation.step:
        body["step"] = deviation.step
    unit.post(desk.event(kind, deviation.id, body, position=deviation.position, case=deviation.case_number or None))

"""`vetting deviate ...`: one person asks for a deviation from the protocol, another decides."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from vetting.casework.deviating import decide_deviation, deviations_of, request_deviation
from vetting.cli.positions import desk
from vetting.cli.printing import AsJson, as_json, plain, say, table
from vetting.deviation import Decision, Deviation, DeviationReason

app = typer.Typer(no_args_is_help=True)
Position = Annotated[str, typer.Argument(help="Name of an open position.")]
Number = Annotated[str, typer.Argument(help="Number of the deviation, e.g. D-7K3M2QXA.")]


class Reason(StrEnum):
    """Why, as a person may say it; the failure policy is the protocol's own, and nobody asks for it."""

    SOURCE_OUTAGE = DeviationReason.SOURCE_OUTAGE.value
    SOURCE_REFUSED = DeviationReason.SOURCE_REFUSED.value
    SOURCE_DEFECT = DeviationReason.SOURCE_DEFECT.value
    TERMS_CHANGED = DeviationReason.TERMS_CHANGED.value
    COUNSEL_INSTRUCTION = DeviationReason.COUNSEL_INSTRUCTION.value
    CANDIDATE_WITHDREW = DeviationReason.CANDIDATE_WITHDREW.value


@app.command("request")
def request_command(
    position: Position,
    reason: Annotated[Reason, typer.Option(help="Why, as a code.")],
    step: Annotated[str, typer.Option(help="The step that is to be left out for everybody.")] = "",
    case: Annotated[str, typer.Option(help="With candidate_withdrew: the case of the candidate.")] = "",
    json: AsJson = False,
) -> None:
    """Ask that a step be left out for everybody of a position, or that the case of a candidate who withdrew end."""
    asked = request_deviation(desk(), position, DeviationReason(reason.value), case=case, step=step)
    advice = f"Another person decides with: vetting deviate approve {asked.id}"
    _tell(asked, f"Deviation {asked.id} is asked for. {advice}", json=json)


@app.command("approve")
def approve_command(deviation: Number, json: AsJson = False) -> None:
    """Approve a deviation that somebody else asked for. It cannot be taken back."""
    decided = decide_deviation(desk(), deviation, Decision.APPROVED)
    _tell(decided, f"Deviation {decided.id} is approved: {_effect(decided)}", json=json)


@app.command("refuse")
def refuse_command(deviation: Number, json: AsJson = False) -> None:
    """Refuse a deviation that somebody else asked for."""
    decided = decide_deviation(desk(), deviation, Decision.REFUSED)
    _tell(decided, f"Deviation {decided.id} is refused; the protocol stands.", json=json)


@app.command("list")
def list_command(position: Position, json: AsJson = False) -> None:
    """Show what was asked for in a position and what was decided."""
    found = deviations_of(desk(), position)
    if json:
        as_json([_record(deviation) for deviation in found])
        return
    rows = [
        (d.id, d.step or d.case_number, plain(d.reason), d.requested_by, _decided(d), d.decided_by or "-")
        for d in found
    ]
    table(("Deviation", "Of", "Reason", "Asked by", "Decision", "By"), rows)


def _tell(deviation: Deviation, sentence: str, *, json: bool) -> None:
    if json:
        as_json(_record(deviation))
    else:
        say(sentence)


def _effect(deviation: Deviation) -> str:
    if deviation.step:
        return f"step {deviation.step} is left out for everybody of {deviation.position}."
    return f"nothing more is done in {deviation.case_number}."


def _decided(deviation: Deviation) -> str:
    return deviation.decision.value if deviation.decision else "open"


def _record(deviation: Deviation) -> dict[str, object]:
    return {
        "deviation": deviation.id,
        "position": deviation.position,
        "reason": deviation.reason.value,
        "step": deviation.step,
        "case": deviation.case_number,
        "requested_by": deviation.requested_by,
        "decision": _decided(deviation),
        "decided_by": deviation.decided_by,
    }

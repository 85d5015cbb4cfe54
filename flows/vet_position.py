"""Runs every planned search of every candidate of a position in one window, step by step for all alike."""

from __future__ import annotations

from collections.abc import Sequence

from flows.coded import coded_flow, coded_task
from flows.vet_candidate import run_step
from flows.workbench import current
from vetting.casework.searching import begin, progress, protocol_of, runnable
from vetting.errors import VettingError


@coded_task("begin")
def begin_all(case_numbers: Sequence[str]) -> dict[str, VettingError]:
    """Begins every case; the refusals of those whose authorization is not in force.

    Whatever else is wrong (the searcher, the configuration) is wrong for all of them, and stops the run before the
    first search.
    """
    refused: dict[str, VettingError] = {}
    for number in case_numbers:
        try:
            begin(current().desk, number)
        except VettingError as error:
            if not error.code.startswith("authorization_"):
                raise
            refused[number] = error
    return refused


@coded_task("searches-of-step")
def search_step_for_all(case_numbers: Sequence[str], step_id: str, *, again: bool) -> None:
    """One step of the protocol for every case, one after the other: the same source at about the same time."""
    for number in case_numbers:
        run_step(progress(current().desk, number), step_id, again=again)


@coded_flow("vet-position")
def vet_position(position: str, *, again: bool = False) -> dict[str, VettingError]:
    """Runs what is outstanding for all candidates of the position, in the order of the protocol (U3, U6).

    With `again`, runs the searches whose source was unavailable once more, for everybody whom that befell (U5).
    Returns, by case number, whose searches may not run now, and why: nobody else waits for them.
    """
    desk = current().desk
    numbers = runnable(desk, position)
    refused = begin_all(numbers)
    going = [number for number in numbers if number not in refused]
    due = [(search.step.id, number) for number in going for search in progress(desk, number).due(again=again)]
    for step_id in (step.id for step in protocol_of(desk, position).steps):
        cases = list(dict.fromkeys(number for step, number in due if step == step_id))
        if cases:
            search_step_for_all(cases, step_id, again=again)
    return refused

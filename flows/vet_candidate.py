"""Runs every planned search of one case; ends where people begin."""

from __future__ import annotations

from flows.coded import coded_flow, coded_task
from flows.workbench import current
from vetting.casework.searching import Progress, begin, progress, run_search
from vetting.search import Search


@coded_task("begin")
def begin_searches(case_number: str) -> None:
    """Checks searcher and authorization, and logs the intention to run each planned search."""
    begin(current().desk, case_number)


@coded_task("search-step")
def search_step(case_number: str, step_id: str) -> None:
    """Runs the outstanding searches of one protocol step."""
    bench = current()
    state = progress(bench.desk, case_number)
    for search in _of_step(state, step_id):
        run = bench.conduct_for(practice=state.case.practice)
        bench.watch(
            run_search(bench.desk, state, search, run, bench.criteria(state.protocol), bench.analyzer(state.protocol))
        )


@coded_flow("vet-candidate")
def vet_candidate(case_number: str) -> int:
    """Runs what is outstanding of the case's plan, in the order of the protocol; how many searches that was.

    Running it again after a crash runs what is left: no search is lost, none recorded twice. It never stops early on
    what it finds (U6).
    """
    begin_searches(case_number)
    state = progress(current().desk, case_number)
    outstanding = state.outstanding
    for step_id in dict.fromkeys(search.step.id for search in outstanding):
        search_step(case_number, step_id)
    return len(outstanding)


def _of_step(state: Progress, step_id: str) -> tuple[Search, ...]:
    return tuple(search for search in state.outstanding if search.step.id == step_id)

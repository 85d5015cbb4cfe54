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
def search_step(case_number: str, step_id: str, *, again: bool) -> None:
    """Runs the outstanding searches of one protocol step, or again those whose source was unavailable."""
    bench = current()
    state = progress(bench.desk, case_number)
    for search in _due(state, again=again):
        if search.step.id != step_id:
            continue
        run = bench.conduct_for(practice=state.case.practice)
        bench.watch(
            run_search(bench.desk, state, search, run, bench.criteria(state.protocol), bench.analyzer(state.protocol))
        )


@coded_flow("vet-candidate")
def vet_candidate(case_number: str, *, again: bool = False) -> int:
    """Runs what is outstanding of the case's plan, in the order of the protocol; how many searches that was.

    With `again`, runs the searches whose source was unavailable once more instead, each once.

    Running it again after a crash runs what is left: no search is lost, none recorded twice. It never stops early on
    what it finds (U6).
    """
    begin_searches(case_number)
    state = progress(current().desk, case_number)
    due = _due(state, again=again)
    for step_id in dict.fromkeys(search.step.id for search in due):
        search_step(case_number, step_id, again=again)
    return len(due)


def _due(state: Progress, *, again: bool) -> tuple[Search, ...]:
    return state.unavailable if again else state.outstanding

"""Runs every planned search of one case; ends where people begin."""

from __future__ import annotations

from flows.coded import coded_flow, coded_task
from flows.workbench import current
from vetting.casework.leasing import lease
from vetting.casework.searching import Progress, begin, progress, run_search
from vetting.errors import VettingError
from vetting.search import Search


@coded_task("begin")
def begin_searches(case_number: str) -> None:
    """Checks searcher and authorization, and logs the intention to run each planned search."""
    begin(current().desk, case_number)


@coded_task("searches")
def run_searches(case_number: str, *, again: bool) -> int:
    """Runs what is due of the case, in the order of the protocol; how many searches that was.

    One task for all of them: each task costs more than a search (docs/decisions/0010), and what is done is told by our
    own stores.
    """
    state = progress(current().desk, case_number)
    searches = state.due(again=again)
    for step_id in dict.fromkeys(search.step.id for search in searches):
        run_step(state, step_id, again=again)
    return len(searches)


@coded_flow("vet-candidate")
def vet_candidate(case_number: str, *, again: bool = False) -> int:
    """Runs what is outstanding of the case's plan, in the order of the protocol; how many searches that was.

    With `again`, runs the searches whose source was unavailable once more instead, each once.

    Running it again after a crash runs what is left: no search is lost, none recorded twice. It never stops early on
    what it finds (U6).
    """
    begin_searches(case_number)
    return run_searches(case_number, again=again)


def run_step(state: Progress, step_id: str, *, again: bool) -> None:
    """The searches of one step and case that nobody else has in hand.

    Where somebody was quicker since `state` was read, the store refuses a second outcome, and theirs stands. What may
    not be searched any more, because the candidate withdrew or the authorization ran out meanwhile, is left.
    """
    bench = current()
    if state.withdrawn or not state.case.authorization.in_force(bench.desk.clock()):
        return
    searches = [search for search in state.due(again=again) if search.step.id == step_id]
    for search in lease(bench.desk, state.case.number, searches, bench.holder):
        if not _run(state, search):
            return


def _run(state: Progress, search: Search) -> bool:
    """Whether the case may be searched further."""
    bench = current()
    bench.starts(search)
    conduct = bench.conduct_for(practice=state.case.practice)
    try:
        result = run_search(
            bench.desk, state, search, conduct, bench.criteria(state.protocol), bench.analyzer(state.protocol)
        )
    except VettingError as error:
        if error.code == "candidate_withdrew":
            return False
        # Another run was first: its outcome stands, and there is exactly one.
        if error.code in {"already_recorded", "not_repeatable"} and _recorded(state, search):
            return True
        raise
    bench.watch(result)
    return True


def _recorded(state: Progress, search: Search) -> bool:
    now = progress(current().desk, state.case.number)
    return search.key in {result.key for result in now.results}

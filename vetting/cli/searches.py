"""`vetting run`: the searches of one case, or of all cases of a position in one window."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated

import typer

from flows.runtime import Server, prefect_server
from flows.workbench import at as working_at
from vetting.casework.desk import Desk
from vetting.casework.searching import Progress, progress, protocol_of, refuse_released, runnable
from vetting.casework.workbench import Workbench
from vetting.cli import session
from vetting.cli.engine import warming
from vetting.cli.positions import desk
from vetting.cli.printing import AsJson, as_json, note, plain, progress_bar, say, table
from vetting.errors import VettingError, bad_input
from vetting.protocol import SearchProtocol
from vetting.roles import Permission
from vetting.search import Outcome, Search, SearchResult


def run(
    case: Annotated[str, typer.Argument(help="Case number, e.g. C-7K3M2QXA.", show_default=False)] = "",
    position: Annotated[
        str, typer.Option(help="Instead of a case: all cases of this position, step by step for all alike.")
    ] = "",
    again: Annotated[
        bool, typer.Option("--again", help="Once more the searches whose source was unavailable.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Run the searches of a case or of a position. After an interruption, run it again: it goes on where it stopped."""
    if bool(case) is bool(position):
        raise bad_input("case_or_position", "Name one case, or one position with --position.", "Do: vetting run CASE.")
    with warming(session.settings()) as server:
        at = desk()
        refused = _run_position(at, position, server, again=again) if position else {}
        if case:
            _run_case(at, case, server, again=again)
    if case:
        show_results(at, case, json=json)
    else:
        _show_position(at, position, json=json)
    for number, error in refused.items():
        note(f"{number} was not searched. {error.sentence} {error.remedy}")
    if refused:
        raise next(iter(refused.values()))


def _run_case(at: Desk, case: str, server: Server, *, again: bool) -> None:
    state = progress(at, case)
    at.permit(Permission.RUN_SEARCHES, position=state.case.position, searcher=True)
    if again:
        refuse_released(at, case)
    due = state.due(again=again)
    if not due:
        note(_NOTHING[again].format(what="this case"))
        return
    done = 0 if again else len(state.results)
    with _at_work(at, state.protocol, server, done, done + len(due)):
        from flows.vet_candidate import vet_candidate

        vet_candidate(state.case.number, again=again)


_NOTHING: Mapping[bool, str] = {
    True: "No search of {what} has an unavailable source: there is nothing to run again.",
    False: "Every planned search of {what} has its outcome already.",
}


def _run_position(at: Desk, position: str, server: Server, *, again: bool) -> Mapping[str, VettingError]:
    protocol = protocol_of(at, position)
    at.permit(Permission.RUN_SEARCHES, position=position, searcher=True)
    states = [progress(at, number) for number in runnable(at, position)]
    due = sum(len(state.due(again=again)) for state in states)
    if not due:
        note(_NOTHING[again].format(what="this position"))
        return {}
    done = 0 if again else sum(len(state.results) for state in states)
    with _at_work(at, protocol, server, done, done + due):
        from flows.vet_position import vet_position

        return vet_position(position, again=again).refused


@contextmanager
def _at_work(at: Desk, protocol: SearchProtocol, server: Server, done: int, total: int) -> Iterator[None]:
    """Prefect, a workbench for its flows, and a bar that names the step at work."""
    with prefect_server(at.settings.prefect_home, server), progress_bar() as bar:
        from flows.pace import PrefectPace

        task = bar.add_task("Searches", total=total, completed=done)

        def starts(search: Search) -> None:
            bar.update(task, description=search.step.title)

        def watch(_result: SearchResult) -> None:
            bar.advance(task)

        pace = PrefectPace(at.settings.pace_key)
        bench = Workbench(desk=at, recordings=session.recordings(), pace=pace, starts=starts, watch=watch)
        bench.analyzer(protocol)  # loads the language model while Prefect's server is still coming up
        with working_at(bench):
            yield


def show_results(at: Desk, case: str, *, json: bool) -> None:
    """Every planned search of the case with its outcome."""
    state = progress(at, case)
    titles = {search.key: search.step.title for search in state.planned}
    rows = [(r.key, titles[r.key], r.outcome.value, r.reason) for r in state.results]
    if json:
        as_json([dict(zip(("search", "title", "outcome", "reason"), row, strict=True)) for row in rows])
        return
    worded = [(key, title, plain(outcome), reason) for key, title, outcome, reason in rows]
    table(("Search", "Title", "Outcome", "Reason"), worded, title=f"Case {case}")
    say(f"{len(state.results)} of {len(state.planned)} searches have an outcome. Next: vetting review {case}")
    if state.unavailable:
        note(f"A source that was unavailable can be asked once more: vetting run {case} --again")


def _show_position(at: Desk, position: str, *, json: bool) -> None:
    """How many searches of each case ended how: nobody is named, and nobody is ranked."""
    with at.case_files.reading() as unit:
        numbers = [case.number for case in unit.cases(unit.position(position).id)]
    states = [progress(at, number) for number in numbers]
    if json:
        as_json([{"case": state.case.number, "planned": len(state.planned), **_counts(state)} for state in states])
        return
    rows = [
        (state.case.number, f"{len(state.results)} of {len(state.planned)}", *map(str, _counts(state).values()))
        for state in states
    ]
    table(("Case", "Searches", *(plain(outcome.value).capitalize() for outcome in Outcome)), rows, title=position)
    if any(state.unavailable for state in states):
        note(f"Sources that were unavailable can be asked once more: vetting run --position {position} --again")
    say(f"Next: vetting case list {position}")


def _counts(state: Progress) -> dict[str, int]:
    ended: Callable[[Outcome], int] = [result.outcome for result in state.results].count
    return {outcome.value: ended(outcome) for outcome in Outcome}

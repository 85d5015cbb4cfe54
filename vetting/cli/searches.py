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
from vetting.cli.printing import AsJson, as_json, complain, note, plain, progress_bar, say, table
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
        _show_position(at, position, refused, json=json)
    for number, error in refused.items():
        complain(VettingError(error.code, f"{number} was not searched. {error.sentence}", error.remedy))
    if refused:
        raise typer.Exit(int(next(iter(refused.values())).exit_code))


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
    if not any(state.due(again=again) for state in states):
        if _numbers(at, position):
            note(_NOTHING[again].format(what="this position"))
        return {}
    going = [state for state in states if state.case.authorization.in_force(at.clock())]
    due = sum(len(state.due(again=again)) for state in going)
    done = 0 if again else sum(len(state.results) for state in going)
    with _at_work(at, protocol, server, done, done + due):
        from flows.vet_position import vet_position

        return vet_position(position, again=again)


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
    following = "run" if state.outstanding else "review"
    say(f"{len(state.results)} of {len(state.planned)} searches have an outcome. Next: vetting {following} {case}")
    if state.unavailable:
        note(f"A source that was unavailable can be asked once more: vetting run {case} --again")


_HEADINGS: Mapping[Outcome, str] = {
    Outcome.COMPLETED: "Done",
    Outcome.NO_RESULTS: "None",
    Outcome.BLOCKED: "Blocked",
    Outcome.UNAVAILABLE: "Down",
    Outcome.NOT_APPLICABLE: "N/A",
    Outcome.EXCLUDED: "Left out",
}
"""Short, so that the table fits a terminal of 80 columns."""


def _show_position(at: Desk, position: str, refused: Mapping[str, VettingError], *, json: bool) -> None:
    """How many searches of each case ended how: nobody is named, and nobody is ranked."""
    states = [progress(at, number) for number in _numbers(at, position)]
    if json:
        as_json([_row(state, refused.get(state.case.number)) for state in states])
        return
    if not states:
        say(f"No candidate is enrolled in {position}. Next: vetting case open {position} FILE")
        return
    rows = [
        (state.case.number, f"{len(state.results)} of {len(state.planned)}", *map(str, _counts(state).values()))
        for state in states
    ]
    table(("Case", "Searches", *(_HEADINGS[outcome] for outcome in Outcome)), rows, title=position)
    say("None: nothing was found. Down: the source did not answer. N/A: nothing was disclosed to search for.")
    if any(state.unavailable for state in states):
        note(f"Sources that were unavailable can be asked once more: vetting run --position {position} --again")
    outstanding = any(state.outstanding and not state.withdrawn for state in states)
    say(f"Next: vetting run --position {position}" if outstanding else f"Next: vetting case list {position}")


def _numbers(at: Desk, position: str) -> list[str]:
    with at.case_files.reading() as unit:
        return [case.number for case in unit.cases(unit.position(position).id)]


def _row(state: Progress, error: VettingError | None) -> dict[str, object]:
    """`refused` is the code of what kept the case from being searched, null where nothing did."""
    refused = error.code if error else None
    return {"case": state.case.number, "planned": len(state.planned), "refused": refused, **_counts(state)}


def _counts(state: Progress) -> dict[str, int]:
    ended: Callable[[Outcome], int] = [result.outcome for result in state.results].count
    return {outcome.value: ended(outcome) for outcome in Outcome}

"""`vetting release` for investigators; `vetting report ...` for decision makers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from flows.runtime import prefect_server
from flows.workbench import at as working_at
from vetting.adjudication import ReadingDesk
from vetting.casework.workbench import Workbench
from vetting.cli import session
from vetting.cli.cases import Case
from vetting.cli.engine import warming
from vetting.cli.positions import desk
from vetting.cli.printing import AsJson, as_json, plain, say, table, working
from vetting.evidence import Standing
from vetting.files import disk_errors, write_file
from vetting.roles import Person
from vetting.settings import Settings

app = typer.Typer(no_args_is_help=True)


def release(case: Case, json: AsJson = False) -> None:
    """Take a reviewed case through the filter and release its report. A nil report is released too."""
    with warming(session.settings()) as server:
        at = desk()
        with prefect_server(at.settings.prefect_home, server), working("Making the report"):
            from flows.pace import PrefectPace
            from flows.release_report import release_report

            pace = PrefectPace(at.settings.pace_key)  # what findings stand on is asked for once more, politely
            with working_at(Workbench(desk=at, recordings=session.recordings(), pace=pace)):
                done = release_report(case)
    if json:
        as_json(
            {
                "report": done.number,
                "released_at": done.released_at.isoformat(),
                "released_now": done.released_now,
                "withheld": done.withheld,
                "reasons": list(done.reasons),
                "asked_again": dict(Counter(done.asked_again)),
            }
        )
        return
    if done.released_now:
        say(f"Report {done.number} is released. Decision makers read it with: vetting report save {done.number}")
    else:
        say(f"Report {done.number} was released before, on {done.released_at:%Y-%m-%d}.")
    if done.asked_again:
        say(_asked_again(Counter(done.asked_again), case))
    if done.withheld:
        verb = "finding was" if done.withheld == 1 else "findings were"
        say(f"{done.withheld} {verb} withheld by the filter ({', '.join(dict.fromkeys(done.reasons))}).")


def _asked_again(counted: Counter[str], case: str) -> str:
    """How many findings' sources are not what they were, in a sentence."""
    told = ", ".join(f"{counted[state]} {plain(state)}" for state in Standing if counted[state])
    said = f"The sources of the reported findings were asked for once more: {told}."
    return f"{said} See: vetting review {case}" if set(counted) - {Standing.UNCHANGED} else said


@app.command("list")
def list_command(
    position: Annotated[str, typer.Argument(help="Name of an open position.")], json: AsJson = False
) -> None:
    """Show the reports released for a position (decision maker)."""
    chosen = session.settings()
    numbers = reading_desk(chosen, session.signed_in(chosen)).list_reports(position)
    if json:
        as_json(list(numbers))
        return
    table(("Report",), [(number,) for number in numbers])


@app.command("save")
def save(
    report: Annotated[str, typer.Argument(help="Report number.")],
    to: Annotated[Path, typer.Option(help="Folder to write the PDF into.")] = Path(),
    json: AsJson = False,
) -> None:
    """Open a released report: write its PDF, mode 0600, after the log noted the reading (decision maker)."""
    chosen = session.settings()
    path = save_pdf(chosen, session.signed_in(chosen), report, to)
    if json:
        as_json({"report": report, "file": str(path)})
        return
    say(str(path))


def reading_desk(chosen: Settings, person: Person) -> ReadingDesk:
    """The desk of a decision maker."""
    return ReadingDesk(settings=chosen, person=person, clock=session.clock, new_id=session.new_id)


def save_pdf(chosen: Settings, person: Person, report: str, folder: Path) -> Path:
    """Opens the report as `person` and writes its PDF into the folder; the path.

    Refuses a folder that cannot be made or written to, and a folder in the file's place; an earlier copy stays whole.
    """
    filed = reading_desk(chosen, person).open_report(report)
    path = folder / f"{filed.report.number}.pdf"
    with disk_errors(f"{path}", "Name a folder that you may write to with --to."):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_file(path, filed.pdf)
    return path

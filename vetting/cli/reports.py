"""`vetting release` for investigators; `vetting report ...` for decision makers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from vetting.adjudication import list_reports, open_report
from vetting.cli import session
from vetting.cli.cases import AsJson, Case
from vetting.cli.positions import desk
from vetting.cli.printing import as_json, note, say, table

app = typer.Typer(no_args_is_help=True)


def release(case: Case, json: AsJson = False) -> None:
    """Take a reviewed case through the filter and release its report. A nil report is released too."""
    from flows.runtime import prefect_server  # noqa: PLC0415 - Prefect's settings must be in force before its import

    at = desk()
    with prefect_server(at.settings.prefect_home):
        from flows.release_report import release_report  # noqa: PLC0415
        from flows.workbench import Workbench, at as working_at  # noqa: PLC0415

        with working_at(Workbench(desk=at, recordings=session.recordings())):
            number = release_report(case)
    if json:
        as_json({"report": number})
        return
    say(f"Report {number} is released. Decision makers read it with: vetting report save {number}")


@app.command("list")
def list_command(
    position: Annotated[str, typer.Argument(help="Name of an open position.")], json: AsJson = False
) -> None:
    """Show the reports released for a position (decision maker)."""
    chosen = session.settings()
    numbers = list_reports(chosen, session.signed_in(chosen), position)
    if json:
        as_json(list(numbers))
        return
    table(("Report",), [(number,) for number in numbers])


@app.command("save")
def save(
    report: Annotated[str, typer.Argument(help="Report number.")],
    to: Annotated[Path, typer.Option(help="Folder to write the PDF into.")] = Path(),
) -> None:
    """Open a released report: write its PDF, mode 0600, after the log noted the reading (decision maker)."""
    chosen = session.settings()
    filed = open_report(chosen, session.signed_in(chosen), report, session.clock, session.new_id)
    path = to / f"{filed.report.number}.pdf"
    with session.quiet_disk_errors():
        to.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(filed.pdf)
    say(str(path))
    note(f"sha256 {filed.pdf_sha256}")

"""`vetting case ...` and `vetting import`."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer

from vetting.casework.candidate_file import load_candidate
from vetting.casework.desk import Desk
from vetting.casework.importing import import_evidence
from vetting.casework.intake import open_case, renew_authorization
from vetting.casework.reviewing import reviewed
from vetting.casework.searching import progress
from vetting.casework.workbench import Workbench
from vetting.cli.positions import desk
from vetting.cli.printing import AsJson, as_json, say, table, working
from vetting.roles import Permission

app = typer.Typer(no_args_is_help=True)
Case = Annotated[str, typer.Argument(help="Case number, e.g. C-7K3M2QXA.")]


def open_from_file(at: Desk, position: str, path: Path) -> str:
    """Opens a case from a candidate file; its number. Refuses what `load_candidate` and `open_case` refuse."""
    allowed = at.settings.department.may_request_handles
    candidate, authorization = load_candidate(path, at.clock(), may_request_handles=allowed)
    return open_case(at, position, candidate, authorization, secrets.token_bytes(32)).number


@app.command("open")
def open_command(
    position: Annotated[str, typer.Argument(help="Name of an open position.")],
    candidate: Annotated[Path, typer.Argument(help="Candidate file (TOML); see docs/candidate-file.md.")],
    json: AsJson = False,
) -> None:
    """Open a case for a candidate who signed the authorization."""
    number = open_from_file(desk(), position, candidate)
    if json:
        as_json({"case": number})
        return
    say(f"Case {number} is open. Run its searches with: vetting run {number}")


@app.command("authorize")
def authorize_command(
    case: Case,
    candidate: Annotated[Path, typer.Argument(help="The candidate file with the new authorization.")],
) -> None:
    """Record an authorization that the candidate signed anew, after the earlier one ran out."""
    at = desk()
    allowed = at.settings.department.may_request_handles
    disclosed, authorization = load_candidate(candidate, at.clock(), may_request_handles=allowed)
    renew_authorization(at, case, disclosed, authorization)
    say(f"The searches of {case} are authorized until {authorization.expires_at:%Y-%m-%d}.")


@app.command("list")
def list_cases(
    position: Annotated[str, typer.Argument(help="Name of an open position.")], json: AsJson = False
) -> None:
    """Show the cases of a position and where each stands."""
    at = desk()
    with at.case_files.reading() as unit:
        numbers = [case.number for case in unit.cases(unit.position(position).id)]
    at.permit(Permission.OPEN_CASE_FILES, position=position, searcher=True)
    rows = [_standing(at, number) for number in numbers]
    if json:
        names = ("case", "searches", "planned", "findings", "waiting", "report")
        as_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    shown = [
        (c, f"{done} of {planned}", str(found), str(waiting), report or "-")
        for c, done, planned, found, waiting, report in rows
    ]
    table(("Case", "Searches", "Findings", "Waiting", "Report"), shown)


def _standing(at: Desk, number: str) -> tuple[str, int, int, int, int, str | None]:
    state = progress(at, number)
    with at.case_files.reading() as unit:
        findings = reviewed(unit, number)
    with at.released.reading() as released:
        reports = {filed.report.case_number: filed.report.number for filed in released.reports(state.case.position)}
    waiting = sum(item.waiting for item in findings)
    report = reports.get(number)
    return number, len(state.results), len(state.planned), len(findings), waiting, report


def import_file(
    case: Case,
    file: Annotated[Path, typer.Argument(help="WARC or WACZ made with a browser archiver.")],
    json: AsJson = False,
) -> None:
    """Import a WARC or WACZ file as evidence for a case, with its own chain-of-custody entry."""
    at = desk()
    protocol = progress(at, case).protocol
    bench = Workbench(desk=at)
    with working("Importing the archive"):
        added = import_evidence(at, case, file, bench.criteria(protocol), bench.analyzer(protocol))
    if json:
        as_json({"captures": added.captures, "findings": added.findings})
        return
    say(f"{added.captures} captures sealed, {added.findings} findings to review. Next: vetting review {case}")

"""`vetting case ...` and `vetting import`."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer

from vetting.casework.candidate_file import load_candidate
from vetting.casework.desk import Desk
from vetting.casework.importing import import_evidence, seen_at
from vetting.casework.intake import may_request_handles, open_case, renew_authorization
from vetting.casework.reviewing import reviewed
from vetting.casework.searching import progress
from vetting.casework.workbench import Workbench
from vetting.cli.asking import ask, read_line
from vetting.cli.positions import desk
from vetting.cli.printing import AsJson, as_json, note, say, table, working
from vetting.errors import ExitCode, VettingError
from vetting.roles import Permission
from vetting.search import step_of
from vetting.sources.received_file import FileKind, Giver, Seen, kind_of

app = typer.Typer(no_args_is_help=True)
Case = Annotated[str, typer.Argument(help="Case number, e.g. C-7K3M2QXA.")]


def open_from_file(at: Desk, position: str, path: Path) -> str:
    """Opens a case from a candidate file; its number. Refuses what `load_candidate` and `open_case` refuse."""
    allowed = may_request_handles(at, position)
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
    with at.case_files.reading() as unit:
        position = unit.case(case).position
    allowed = may_request_handles(at, position)
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
    waiting = sum(item.waiting and step_of(item.finding.search_key) not in state.excluded for item in findings)
    report = reports.get(number)
    return number, len(state.results), len(state.planned), len(findings), waiting, report


def import_file(
    case: Case,
    file: Annotated[Path, typer.Argument(help="WARC, WACZ, saved page, PDF or screenshot; or the .zip of an export.")],
    giver: Annotated[
        Giver, typer.Option("--from", help="Who gave it; the candidate, with an export.")
    ] = Giver.INVESTIGATOR,
    address: Annotated[
        str, typer.Option(help="Where it was seen; asked for if missing, `-` reads it from standard input.")
    ] = "",
    seen_at: Annotated[str, typer.Option(help="When it was seen, e.g. 2026-05-04T15:30Z; asked for if missing.")] = "",
    json: AsJson = False,
) -> None:
    """Import a file as evidence for a case, with its own chain-of-custody entry."""
    at = desk()
    state = progress(at, case)
    at.permit(Permission.IMPORT_EVIDENCE, position=state.case.position, searcher=True)
    bench = Workbench(desk=at)
    seen = _origin(at, file, giver, address, seen_at)
    with working("Importing the file"):
        criteria, analyzer = bench.criteria(state.protocol), bench.analyzer(state.protocol)
        added = import_evidence(at, case, file, criteria, analyzer, giver=giver, seen=seen)
    if json:
        as_json(
            {
                "captures": added.captures,
                "findings": added.findings,
                "kind": added.kind.value,
                "partly_read": added.partly,
                "texts": added.texts,
            }
        )
        return
    captures = "capture" if added.captures == 1 else "captures"
    findings = "finding" if added.findings == 1 else "findings"
    say(f"{added.captures} {captures} sealed, {added.findings} {findings} to review. Next: vetting review {case}")
    if added.partly:
        note("Some of its text could not be read or is too long: look at the file itself as well.")
    elif not added.texts:
        note("Nothing was read from it: it is kept as evidence, and pictures, sound and video are never interpreted.")


def _origin(at: Desk, file: Path, giver: Giver, address: str, when: str) -> Seen | None:
    """Where and when a bare file was seen; None for what states it itself. Asks for what was not given."""
    kind = kind_of(file, giver)
    given = bool(address or when)
    if kind is FileKind.ARCHIVE and given:
        raise VettingError(
            "origin_stated",
            "An archive states itself where and when its pages were seen.",
            "Import it without --address and --seen-at.",
            ExitCode.USAGE,
        )
    if kind.states_its_origin and not given:
        return None
    address = read_line() if address == "-" else address or ask("At which address was it seen?")
    return seen_at(at, address, when or ask("When was it seen (UTC, e.g. 2026-05-04T15:30)?"))

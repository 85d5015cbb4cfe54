"""`vetting verify` and `vetting uniformity`, for auditors."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from vetting.audit_notes import Kind, result
from vetting.cli import session
from vetting.cli.printing import AsJson, as_json, plain, say, table, working
from vetting.errors import ExitCode, bad_input
from vetting.files import MEBIBYTE, digest_of
from vetting.log.verify import PAPER_DIGITS, Verdict
from vetting.oversight import Audit, LoggedDeviation, audit_position, matrix, released_as, verify_log
from vetting.uniformity import Departure, UniformityReport

REPORT_BYTES = 100 * MEBIBYTE
READING = "Verifying the log"
CASES_ABREAST = 5
"""Candidates side by side in one table: what fits a terminal of 80 columns in words."""


def verify(
    known: Annotated[
        list[str] | None, typer.Option(help="SIZE:ROOT seen before, as printed at the foot of a report.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="A report's PDF: was exactly this file released?")] = None,
    json: AsJson = False,
) -> None:
    """Verify the transparency log: every entry, every signed checkpoint. Exit code 9 where it does not hold."""
    chosen = session.settings()
    digest = digest_of(report, REPORT_BYTES).hex() if report else ""
    seen = dict(_known(text) for text in known or [])
    with working(READING):
        verdict = verify_log(chosen, seen)
        number = released_as(chosen, digest) if report else None
    if json:
        as_json(_verdict(verdict) | ({"released_as": number} if report else {}))
    else:
        show_verdict(verdict)
        if report:
            say(f"{report.name} is report {number}." if number else f"{report.name} was NOT released as it is.")
    if not verdict.ok or (report and number is None):
        raise typer.Exit(int(ExitCode.LOG_BROKEN))


def _known(text: str) -> tuple[int, str]:
    size, _, root = text.replace(",", "").partition(":")
    root = "".join(root.split()).lower()
    if not size.isdecimal() or len(root) < PAPER_DIGITS or set(root) - set("0123456789abcdef"):
        raise bad_input(
            "known_malformed", "What was seen before is not SIZE:ROOT.", "E.g. --known 647:1e98987f4a41f7cd."
        )
    return int(size), root


def uniformity(position: Annotated[str, typer.Argument(help="Name of a position.")], json: AsJson = False) -> None:
    """Recompute every candidate's searches from the log and compare (auditor). Exit code 8 on a difference."""
    chosen = session.settings()
    auditor = session.signed_in(chosen)
    with working(READING):
        audit = audit_position(chosen, auditor, position)
    session.noted(chosen, auditor, Kind.UNIFORMITY, [position], audit.verdict, result(audit).value)
    if json:
        as_json(_audit(audit))
    else:
        show_audit(audit)
    if not audit.verdict.ok:
        raise typer.Exit(int(ExitCode.LOG_BROKEN))
    if not audit.report.uniform:
        raise typer.Exit(int(ExitCode.NOT_UNIFORM))
    if audit.report.unfinished or not audit.report.cases:
        raise typer.Exit(int(ExitCode.NOT_READY))


def show_verdict(verdict: Verdict) -> None:
    """The verdict in one or two sentences."""
    if not verdict.ok:
        say(f"The log does NOT verify at entry {verdict.first_bad}: {verdict.reason}.", style="bold red")
        say("Keep the file as it is, keep every copy, and tell the auditor.")
        return
    say(f"Log verified: {verdict.size} entries, root {verdict.root_hex}.", style="bold green")
    if not verdict.witnessed:
        say("UNWITNESSED: nobody outside vouches for this log yet, so it proves nothing against its keeper.")


def show_audit(audit: Audit) -> None:
    """The matrix, candidate by search, and what departs from the protocol."""
    report, protocol = audit.report, audit.protocol
    steps = {step.id: step.title for step in protocol.steps}
    shown = matrix(audit)
    say(f"{protocol.title}, protocol version {protocol.version}, sha256 {report.protocol_digest[:16]}...")
    say(f"Frozen at entry {report.frozen_at_sequence}, {_before(len(report.cases))}.")
    numbers = {step: str(number) for number, step in enumerate(steps, start=1)}
    table(("Step", "Search"), [(numbers[step], title) for step, title in steps.items()])
    for first in range(0, len(report.cases), CASES_ABREAST):
        part = shown.iloc[:, first : first + CASES_ABREAST]
        rows = [(numbers[str(step)], *(_short(str(cell)) for cell in row)) for step, row in part.T.items()]
        table(("Step", *map(str, part.columns)), rows)
    if report.cases:
        say("n/a: the candidate disclosed nothing that this step searches for.")
    for departure in report.departures:
        _show_departure(departure)
    for deviation in audit.deviations:
        _show_deviation(deviation)
    for case, files in audit.imports.items():
        say(f"{case}: {files} {'file' if files == 1 else 'files'} imported by hand, beside the searches.")
    for person, marked in audit.marks.items():
        say(
            f"{person} corrected the filter in {marked.findings} {'finding' if marked.findings == 1 else 'findings'}: "
            f"withheld more {marked.withheld}, restored {marked.restored}, took back {marked.withdrawn}."
        )
    _show_environments(audit)
    for case, left in report.unfinished.items():
        say(f"{case}: {left} {'search' if left == 1 else 'searches'} not run yet.")
    _conclude(report)
    show_verdict(audit.verdict)


def _show_departure(departure: Departure) -> None:
    """In red where nothing explains it; never in silence."""
    of = " ".join(filter(None, (departure.case_number, departure.key)))
    explained = f", explained by {plain(departure.explained_by)}" if departure.explained_by else ""
    said = f"{of}: {plain(departure.difference)} (entry {departure.sequence}{explained})"
    say(said, style="" if explained else "bold red")


def _show_deviation(deviation: LoggedDeviation) -> None:
    """Why, who asked and who decided (auditor check 15)."""
    asked = f"asked for by {deviation.requested_by}" if deviation.requested_by else "asked for by nobody"
    decided = f"{deviation.decision} by {deviation.decided_by}" if deviation.decision else "not decided"
    of = deviation.step or deviation.case_number
    say(f"{of}: deviation {deviation.id}, {plain(deviation.reason)}, {asked}, {decided} (entry {deviation.sequence}).")


def _show_environments(audit: Audit) -> None:
    """One is as it should be and needs a word only; of another, what differs and for whom."""
    for n, environment in enumerate(audit.environments):
        if n == 0:
            say(f"Searched in the environment sha256 {environment.digest[:16]}...")
            continue
        differs = ", ".join(f"{plain(name)} {value}" for name, value in environment.differs.items()) or "less is stated"
        say(f"{', '.join(environment.cases)}: searched in another environment too ({differs}).", style="bold")


def _before(candidates: int) -> str:
    if candidates < 2:
        return "before the only candidate" if candidates else "before any candidate"
    return f"before the first of {candidates} candidates"


def _conclude(report: UniformityReport) -> None:
    if not report.uniform:
        left = len(report.unexplained)
        say(f"NOT uniform: {left} {'departure' if left == 1 else 'departures'}.", style="bold red")
    elif not report.cases:
        say("No candidate is enrolled yet: there is nothing to compare.")
    elif report.unfinished:
        say("No departure so far; the position is not finished.", style="bold")
    elif report.departures:
        say("Uniform but for what is listed above, which applies to everybody alike or was approved.", style="bold")
    else:
        say("Uniform: every candidate's executed searches equal the ones the protocol demands.", style="bold green")


def _short(cell: str) -> str:
    return cell.replace("not applicable", "n/a")


def _verdict(verdict: Verdict) -> dict[str, object]:
    return {
        "ok": verdict.ok,
        "size": verdict.size,
        "root": verdict.root_hex,
        "witnessed": verdict.witnessed,
        "first_bad": verdict.first_bad,
        "reason": verdict.reason,
    }


def _audit(audit: Audit) -> dict[str, object]:
    return {
        "position": audit.report.position,
        "protocol": audit.report.protocol_digest,
        "uniform": audit.report.uniform,
        "matrix": {str(case): cells.to_dict() for case, cells in matrix(audit).items()},
        "searches": {
            case: {key: outcome.value for (number, key), outcome in audit.report.outcomes.items() if number == case}
            for case in audit.report.cases
        },
        "imports": dict(audit.imports),
        "marks": {person: asdict(marked) for person, marked in audit.marks.items()},
        "unfinished": dict(audit.report.unfinished),
        "departures": [
            {
                "case": d.case_number,
                "search": d.key,
                "difference": d.difference.value,
                "entry": d.sequence,
                "explained_by": d.explained_by,
            }
            for d in audit.report.departures
        ],
        "environments": [asdict(environment) for environment in audit.environments],
        "deviations": [asdict(deviation) for deviation in audit.deviations],
        "log": _verdict(audit.verdict),
    }

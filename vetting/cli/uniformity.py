"""`vetting uniformity`, for auditors: the checks on one screen, and what they stand on behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer

from vetting.audit_notes import Kind, result_of
from vetting.cli import session
from vetting.cli.audits import READING, bundle_without_policy, show_verdict, verdict_json
from vetting.cli.outside import handed_in
from vetting.cli.printing import AsJson, as_json, plain, table, working, wrapped
from vetting.errors import ExitCode, VettingError
from vetting.log.answers import read_policy, seen_before
from vetting.oversight import Audit, audit_bundle, audit_position, matrix
from vetting.uniformity import Check, Departure, Overall, Result, UniformityAudit, UniformityReport
from vetting.uniformity.logged import LoggedDeviation

CASES_ABREAST = 5
"""Candidates side by side in one table: what fits a terminal of 80 columns in words."""
SHOWN = 5
"""Findings of one check, and entries of one finding, that a screen shows; --json has them all."""
LISTED: Final = 20
"""The same of a check that lists what happened, so that somebody looks at it."""
_LISTING: Final = frozenset({8, 15, 39, 40, 42})
_WEIGHTY: Final = frozenset({Result.FAIL, Result.EXCEPTION})
_COLORS: Final = {
    Overall.CONFORMING: "bold green",
    Overall.WITH_EXCEPTIONS: "bold",
    Overall.NON_CONFORMING: "bold red",
}


def uniformity(
    position: Annotated[str, typer.Argument(help="Name of a position.")],
    bundle: Annotated[Path | None, typer.Option(help="Folder of an exported log, instead of the log itself.")] = None,
    policy: Annotated[
        Path | None, typer.Option(help="With --bundle: your own policy, whose witness you ask for.")
    ] = None,
    known: Annotated[
        list[str] | None, typer.Option(help="SIZE:ROOT seen before, as printed at the foot of a report.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Make the auditor's checks on a position, from the verified log or a bundle of it alone (auditor).

    Exit code 8 where a check fails, 6 where searches are still to be run or the witnesses that the policy asks for are
    missing, 9 where the log does not verify.
    """
    with handed_in():
        seen = dict(map(seen_before, known or []))
    audit = _of_log(policy, position, seen) if bundle is None else _of_bundle(bundle, policy, position, seen)
    if json:
        as_json(audit_json(audit))
    else:
        show_audit(audit)
    if code := exit_code(audit):
        raise typer.Exit(int(code))


def _of_log(policy: Path | None, position: str, seen: Mapping[int, str]) -> Audit:
    if policy is not None:
        raise VettingError(
            "policy_without_bundle",
            "A policy of your own is for a bundle.",
            "Name the bundle's folder with --bundle, or leave --policy out.",
            ExitCode.USAGE,
        )
    chosen = session.settings()
    auditor = session.signed_in_auditor(chosen, [position])
    with working(READING):
        audit = audit_position(chosen, auditor, position, known=seen)
    session.noted(chosen, auditor, Kind.UNIFORMITY, [position], audit.verdict, result_of(audit).value)
    return audit


def _of_bundle(bundle: Path, policy: Path | None, position: str, seen: Mapping[int, str]) -> Audit:
    """Whoever holds a bundle may read it: nobody signs in for that."""
    if policy is None:
        raise bundle_without_policy()
    with working(READING), handed_in():
        return audit_bundle(bundle, read_policy(policy), position, known=seen)


def exit_code(audit: Audit) -> ExitCode:
    """The code of the worst that there is to say."""
    if not audit.verdict.ok:
        return ExitCode.LOG_BROKEN
    if audit.checks.overall is Overall.NON_CONFORMING:
        return ExitCode.NOT_UNIFORM
    unready = audit.report.unfinished or not audit.report.cases or not audit.enough
    return ExitCode.NOT_READY if unready else ExitCode.OK


def show_audit(audit: Audit) -> None:
    """The word over all and the checks first; the matrix, candidate by search, and every list behind them.

    Of a log that does not verify the verdict alone: a table of checks that pass would be believed.
    """
    if not audit.verdict.ok:
        wrapped("This audit is WORTHLESS: the log that it stands on does not verify.", style="bold red")
        show_verdict(audit.verdict)
        return
    report, protocol = audit.report, audit.protocol
    wrapped(f"{protocol.title}, protocol version {protocol.version}, sha256 {report.protocol_digest[:16]}...")
    wrapped(f"Frozen at entry {report.frozen_at_sequence}, {_before(len(report.cases))}.")
    if not audit.enough:
        lacking = f"UNWITNESSED: the policy asks for {audit.quorum}, and so many have not seen this log."
        wrapped(f"{lacking} Ask them with: vetting checkpoint request.", style="bold red")
    _show_checks(audit.checks)
    _show_matrix(audit)
    _show_lists(audit)
    _show_searches(report)
    show_verdict(audit.verdict)


def _show_checks(checks: UniformityAudit) -> None:
    overall = checks.overall
    wrapped(f"{overall.value.upper()} ({', '.join(_counts(checks))}).", style=_COLORS[overall])
    if checks.practice:
        wrapped("For practice: invented candidates on a recorded internet.")
    made = [check for check in checks.checks if check.result is not Result.CANNOT_SAY]
    table(("No", "Check", "Serves", "Clause", "Result"), [_row(check) for check in made])
    conditions = [(condition.value, condition.words, _word(result)) for condition, result in checks.conditions.items()]
    table(("Condition", "Asks for", "Worst of its checks"), conditions)
    for check in checks.checks:
        if any(finding.weight is not Result.CANNOT_SAY for finding in check.findings):
            _show_check(check)
    _show_unsaid([check for check in checks.checks if check.result is Result.CANNOT_SAY])


def _row(check: Check) -> tuple[str, ...]:
    return (str(check.number), check.title, " ".join(check.conditions), check.clause, _word(check.result))


def _word(result: Result) -> str:
    return result.value.replace("fail", "FAIL")


def _show_unsaid(unsaid: Sequence[Check]) -> None:
    """What this log does not say, each reason once; and apart from it what no log ever says."""
    reasons: dict[str, list[str]] = {}
    for check in unsaid:
        for finding in (found for found in check.findings if found.weight is Result.CANNOT_SAY):
            reasons.setdefault(finding.sentence, []).append(str(check.number))
    if reasons:
        wrapped("Cannot be said from this log:", style="bold")
    for reason, numbers in reasons.items():
        wrapped(f"{', '.join(numbers)}: {reason}", indent=3)
    never = ", ".join(str(check.number) for check in unsaid if not check.findings)
    wrapped(f"Never said by a machine, always by hand: {never}. docs/audit.md says how.")


def _counts(checks: UniformityAudit) -> Iterator[str]:
    results = [check.result for check in checks.checks]
    for result, one, many in (
        (Result.FAIL, "check fails", "checks fail"),
        (Result.EXCEPTION, "exception", "exceptions"),
        (Result.PASS, "pass", "pass"),
        (Result.CANNOT_SAY, "cannot be said", "cannot be said"),
    ):
        if found := results.count(result):
            yield f"{found} {one if found == 1 else many}"


def _show_check(check: Check) -> None:
    """The rule, and what was found, the gravest first, each with its entries; of what passes, what is listed."""
    style = "bold red" if check.result is Result.FAIL else "bold" if check.result is Result.EXCEPTION else ""
    wrapped(f"{check.number}. {check.rule}", style=style)
    found = sorted(check.findings, key=lambda finding: finding.weight not in _WEIGHTY)
    shown = LISTED if check.number in _LISTING else SHOWN
    for finding in found[:shown]:
        entries = [str(entry) for entry in finding.entries[:SHOWN]]
        more = f" and {len(finding.entries) - SHOWN} more" if len(finding.entries) > SHOWN else ""
        where = (
            f" ({'entry' if len(finding.entries) == 1 else 'entries'} {', '.join(entries)}{more})" if entries else ""
        )
        wrapped(f"{finding.sentence}{where}", indent=3)
    if len(found) > shown:
        wrapped(f"And {len(found) - shown} more: --json has them all.", indent=3)


def _show_matrix(audit: Audit) -> None:
    steps = {step.id: step.title for step in audit.protocol.steps}
    shown, cases = matrix(audit), audit.report.cases
    numbers = {step: str(number) for number, step in enumerate(steps, start=1)}
    table(("Step", "Search"), [(numbers[step], title) for step, title in steps.items()])
    for first in range(0, len(cases), CASES_ABREAST):
        part = shown.iloc[:, first : first + CASES_ABREAST]
        rows = [(numbers[str(step)], *(_short(str(cell)) for cell in row)) for step, row in part.T.items()]
        table(("Step", *map(str, part.columns)), rows)
    if cases:
        wrapped("n/a: the candidate disclosed nothing that this step searches for.")


def _show_lists(audit: Audit) -> None:
    for departure in audit.report.departures:
        _show_departure(departure)
    for deviation in audit.deviations:
        _show_deviation(deviation)
    for case, files in audit.imports.items():
        wrapped(f"{case}: {files} {'file' if files == 1 else 'files'} imported by hand, beside the searches.")
    for person, marked in audit.marks.items():
        wrapped(
            f"{person} corrected the filter in {marked.findings} {'finding' if marked.findings == 1 else 'findings'}: "
            f"withheld more {marked.withheld}, restored {marked.restored}, took back {marked.withdrawn}."
        )
    _show_environments(audit)
    for case, left in audit.report.unfinished.items():
        wrapped(f"{case}: {left} {'search' if left == 1 else 'searches'} not run yet.")


def _show_departure(departure: Departure) -> None:
    """In red where nothing explains it; never in silence."""
    of = " ".join(filter(None, (departure.case_number, departure.key)))
    explained = f", explained by {plain(departure.explained_by)}" if departure.explained_by else ""
    said = f"{of}: {plain(departure.difference)} (entry {departure.sequence}{explained})"
    wrapped(said, style="" if explained else "bold red")


def _show_deviation(deviation: LoggedDeviation) -> None:
    """Why, who asked and who decided (auditor check 15)."""
    asked = f"asked for by {deviation.requested_by}" if deviation.requested_by else "asked for by nobody"
    decided = f"{deviation.decision} by {deviation.decided_by}" if deviation.decision else "not decided"
    of = deviation.step or deviation.case_number
    wrapped(
        f"{of}: deviation {deviation.id}, {plain(deviation.reason)}, {asked}, {decided} (entry {deviation.sequence})."
    )


def _show_environments(audit: Audit) -> None:
    """One is as it should be and needs a word only; of another, what differs and for whom."""
    for n, environment in enumerate(audit.environments):
        if n == 0:
            wrapped(f"Searched in the environment sha256 {environment.digest[:16]}...")
            continue
        differs = ", ".join(f"{plain(name)} {value}" for name, value in environment.differs.items()) or "less is stated"
        wrapped(f"{', '.join(environment.cases)}: searched in another environment too ({differs}).", style="bold")


def _before(candidates: int) -> str:
    if candidates < 2:
        return "before the only candidate" if candidates else "before any candidate"
    return f"before the first of {candidates} candidates"


def _show_searches(report: UniformityReport) -> None:
    """What the comparison of searches alone came to; the word over everything stands at the top."""
    if not report.uniform:
        left = len(report.unexplained)
        told, style = f"{left} {'departure' if left == 1 else 'departures'} that nothing explains.", "bold red"
    elif not report.cases:
        told, style = "no candidate is enrolled yet: there is nothing to compare.", ""
    elif report.unfinished:
        told, style = "no departure so far; the position is not finished.", "bold"
    elif report.departures:
        told, style = "as demanded but for what is listed above, which applies to everybody alike or was approved.", ""
    else:
        told, style = "every candidate's executed searches equal the ones the protocol demands.", ""
    wrapped(f"Searches: {told}", style=style)


def _short(cell: str) -> str:
    return cell.replace("not applicable", "n/a")


def audit_json(audit: Audit) -> dict[str, object]:
    """A whole audit for a program."""
    return {
        "overall": audit.checks.overall.value,
        "practice": audit.checks.practice,
        "conditions": {condition.value: result.value for condition, result in audit.checks.conditions.items()},
        "checks": [asdict(check) for check in audit.checks.checks],
        "position": audit.report.position,
        "protocol": audit.report.protocol_digest,
        "uniform": audit.report.uniform,
        "matrix": {str(case): cells.to_dict() for case, cells in matrix(audit).items()},
        "searches": _searches(audit.report),
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
        "log": verdict_json(audit.verdict) | {"quorum": audit.quorum or None, "enough": audit.enough},
    }


def _searches(report: UniformityReport) -> dict[str, dict[str, str]]:
    """By case and search, what came of it."""
    found: dict[str, dict[str, str]] = {case: {} for case in report.cases}
    for (case, key), outcome in report.outcomes.items():
        found[case][key] = outcome.value
    return found

"""`vetting verify` and `vetting uniformity`, for auditors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vetting.checkpoints import log_policy, released_as, verify_log
from vetting.cli import session
from vetting.cli.outside import REPORT_BYTES, UNWITNESSED, handed_in
from vetting.cli.printing import AsJson, as_json, note, say, working
from vetting.errors import ExitCode, VettingError
from vetting.files import digest_of
from vetting.log.answers import examine, judged, read_policy, sightings_of, spelt_time
from vetting.log.policy import NONE, Policy
from vetting.log.verify import PAPER_DIGITS, Verdict

READING = "Verifying the log"


def verify(
    known: Annotated[
        list[str] | None, typer.Option(help="SIZE:ROOT seen before, as printed at the foot of a report.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="A report's PDF: was exactly this file released?")] = None,
    bundle: Annotated[Path | None, typer.Option(help="Folder of an exported log, instead of the log itself.")] = None,
    policy: Annotated[Path | None, typer.Option(help="Your own policy; needed with --bundle.")] = None,
    json: AsJson = False,
) -> None:
    """Verify the transparency log, or a bundle of it: every entry, every signed checkpoint, every cosignature.

    Exit code 9 where it does not hold, 6 where the witnesses that the policy asks for are missing.
    """
    chosen = session.settings()
    if bundle is not None and policy is None:
        raise bundle_without_policy()
    with handed_in():
        seen = sightings_of(known or [])
        asked = read_policy(policy) if policy else log_policy(chosen)
    if bundle is not None:
        _verify_bundle(bundle, asked, seen, report, json=json)
        return
    digest = digest_of(report, REPORT_BYTES).hex() if report else ""
    with working(READING):
        verdict = verify_log(chosen, seen, asked)
        number = released_as(chosen, digest) if report else None
    if json:
        as_json(verdict_json(verdict) | ({"released_as": number} if report else {}))
    else:
        show_verdict(verdict)
        if report:
            say(f"{report.name} is report {number}." if number else f"{report.name} was NOT released as it is.")
    if not verdict.ok or (report and number is None):
        raise typer.Exit(int(ExitCode.LOG_BROKEN))
    _refuse_unwitnessed(verdict, asked)


def bundle_without_policy() -> VettingError:
    """The keeper's policy says nothing of a bundle: the keeper could have written it for that."""
    return VettingError(
        "bundle_without_policy",
        "A bundle is verified by your own policy, and none is given.",
        "Name it with --policy POLICY. docs/verification.md says what stands in it.",
        ExitCode.USAGE,
    )


def _verify_bundle(bundle: Path, policy: Policy, seen: dict[int, str], report: Path | None, *, json: bool) -> None:
    if report is not None:
        raise VettingError(
            "report_beside_bundle",
            "A report is looked for in the log itself.",
            "Leave --bundle out, or search entries.jsonl for the SHA-256 of the file.",
            ExitCode.USAGE,
        )
    with working(READING), handed_in():
        found = examine(bundle, policy, seen)
    answer = judged(found, policy)
    if json:
        beside = {"beside": found.beside or None, "unverified": list(found.unverified)}
        as_json(verdict_json(found.verdict) | {"position": found.position} | beside)
    else:
        for line in answer.lines:
            say(line)
    if answer.code:
        raise typer.Exit(answer.code)


def _refuse_unwitnessed(verdict: Verdict, policy: Policy) -> None:
    """Ends with NOT_READY where the policy asks for witnesses and has not enough of them."""
    if policy.quorum != NONE and not verdict.witnessed:
        note(f"The policy asks for {policy.rule}. Ask them with: vetting checkpoint request.")
        raise typer.Exit(int(ExitCode.NOT_READY))


def show_verdict(verdict: Verdict) -> None:
    """The verdict in one or two sentences."""
    if not verdict.ok:
        say(f"The log does NOT verify at entry {verdict.first_bad}: {verdict.reason}.", style="bold red")
        say("Keep the file as it is, keep every copy, and tell the auditor.")
        return
    say(f"Log verified: {verdict.size} entries, root {verdict.root_hex}.", style="bold green")
    say(f"On paper: {verdict.size}:{verdict.root_hex[:PAPER_DIGITS]}")
    show_witnessed(verdict)


def show_witnessed(verdict: Verdict) -> None:
    """Who outside vouches for how much of a log that holds; UNWITNESSED where nobody does."""
    if not verdict.witnessed:
        say(UNWITNESSED)
        return
    at = f", at {spelt_time(verdict.time)}" if verdict.time else ""
    say(f"Witnessed up to {verdict.witnessed_size} entries by {', '.join(verdict.witnesses)}{at}.")
    if left := verdict.size - (verdict.witnessed_size or 0):
        say(f"Entries after that: {left}, UNWITNESSED.")


def verdict_json(verdict: Verdict) -> dict[str, object]:
    """A verdict for a program."""
    return {
        "ok": verdict.ok,
        "size": verdict.size,
        "root": verdict.root_hex,
        "witnessed": verdict.witnessed,
        "witnessed_size": verdict.witnessed_size,
        "witnesses": list(verdict.witnesses),
        "time": spelt_time(verdict.time) if verdict.time else None,
        "first_bad": verdict.first_bad,
        "reason": verdict.reason,
    }

"""`vetting verify`, for anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vetting.cli import session
from vetting.cli.printing import AsJson, as_json, say, working
from vetting.errors import ExitCode, bad_input
from vetting.files import MEBIBYTE, digest_of
from vetting.log.verify import PAPER_DIGITS, Verdict
from vetting.oversight import released_as, verify_log

REPORT_BYTES = 100 * MEBIBYTE
READING = "Verifying the log"


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
        as_json(verdict_json(verdict) | ({"released_as": number} if report else {}))
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


def show_verdict(verdict: Verdict) -> None:
    """The verdict in one or two sentences."""
    if not verdict.ok:
        say(f"The log does NOT verify at entry {verdict.first_bad}: {verdict.reason}.", style="bold red")
        say("Keep the file as it is, keep every copy, and tell the auditor.")
        return
    say(f"Log verified: {verdict.size} entries, root {verdict.root_hex}.", style="bold green")
    if not verdict.witnessed:
        say("UNWITNESSED: nobody outside vouches for this log yet, so it proves nothing against its keeper.")


def verdict_json(verdict: Verdict) -> dict[str, object]:
    """A verdict for a program."""
    return {
        "ok": verdict.ok,
        "size": verdict.size,
        "root": verdict.root_hex,
        "witnessed": verdict.witnessed,
        "first_bad": verdict.first_bad,
        "reason": verdict.reason,
    }

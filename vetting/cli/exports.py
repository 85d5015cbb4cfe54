"""`vetting export`: the log as a bundle, or the evidence of a case in clear, and whether such a file still holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vetting.casework.exporting import Exported, check_export, export_evidence
from vetting.cli import session
from vetting.cli.audits import show_witnessed, verdict_json
from vetting.cli.positions import desk
from vetting.cli.printing import AsJson, as_json, note, say, working
from vetting.errors import ExitCode, VettingError
from vetting.handover import export_log
from vetting.log.verify import PAPER_DIGITS
from vetting.settings import is_data_folder
from vetting.sources.stamping import stamp_of


def export(
    what: Annotated[str, typer.Argument(help="Name of a position; with --wacz, a case number.")] = "",
    to: Annotated[Path | None, typer.Option(help="New folder to write the bundle into.")] = None,
    wacz: Annotated[Path | None, typer.Option(help="File to write every capture of the case into, unsealed.")] = None,
    check: Annotated[
        Path | None, typer.Option(help="Exported file to verify: its digests, and its time stamp.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
    json: AsJson = False,
) -> None:
    """Write the log as a bundle for a position's audit (auditor), or with --wacz a case's captures, in clear.

    With --check, verify such a file of captures.
    """
    _refuse_unclear(what=what, to=to, wacz=wacz, check=check, force=force)
    if check is not None:
        _check(check, json=json)
    elif wacz is not None:
        at = desk()
        with working("Exporting the captures"):
            done = export_evidence(at, what, wacz, force=force, stamp=stamp_of(at.settings))
        _tell(done, json=json)
    else:
        _export_log(what, to, json=json)


def _refuse_unclear(*, what: str, to: Path | None, wacz: Path | None, check: Path | None, force: bool) -> None:
    """Refuses anything but one of the three forms."""
    case_number = what.startswith("C-")  # no position does: they are named in small letters
    of_log = bool(what) and not case_number and wacz is None and check is None and not force
    of_case = bool(what) and wacz is not None and check is None and to is None
    checking = check is not None and not what and wacz is None and to is None and not force
    if not (of_log or of_case or checking):
        raise VettingError(
            "export_unclear",
            "The log is exported for a position, a case is exported into a file, or such a file is verified.",
            "Type: vetting export POSITION, or: vetting export CASE --wacz FILE, or: vetting export --check FILE.",
            ExitCode.USAGE,
        )


def _export_log(position: str, to: Path | None, *, json: bool) -> None:
    chosen = session.settings()
    alone = not is_data_folder(chosen.home) and not chosen.log_key.exists()  # a copy of the log, which knows no persons
    person = None if alone else session.signed_in(chosen)
    folder = to if to is not None else Path("".join(c if c.isalnum() else "-" for c in position) + "-bundle")
    with working("Writing and verifying the bundle"):
        done = export_log(chosen, person, position, folder, session.clock, session.new_id)
    verdict = done.found.verdict
    if json:
        as_json({"folder": str(done.folder), "noted": done.noted, "log": verdict_json(verdict)})
    else:
        say(f"{done.folder} holds the log of {verdict.size} entries, for {position}. It was read back and verified.")
        show_witnessed(verdict)
        say(f"On paper: {verdict.size}:{verdict.root_hex[:PAPER_DIGITS]}")
    if not done.noted:
        note("This copy of the log takes no note, so the log does not say that it was exported.")
    note("It holds no content, but all positions, and the ids of those who acted: give it to those who audit you.")
    note("Make their verifier with: vetting verifier build. Their policy they write themselves: docs/verification.md.")


def _tell(done: Exported, *, json: bool) -> None:
    if json:
        as_json(
            {
                "file": str(done.file),
                "captures": done.captures,
                "sha256": done.sha256,
                "time_stamp": str(done.token) if done.token else None,
            }
        )
    else:
        say(f"{done.captures} captures are in {done.file} (SHA-256 {done.sha256}).")
        if done.token:
            say(f"The time stamp is in {done.token}. Keep both together.")
    note(
        "This file is NOT sealed: whoever has it reads all that was captured, protected facts included. Only the "
        "investigators, counsel and a court may have it, and nobody who decides on the position. Delete it after use."
    )
    if done.not_stamped is not None:
        note(str(done.not_stamped))


def _check(file: Path, *, json: bool) -> None:
    checked = check_export(file, session.settings())
    stamped = checked.existed_at
    if json:
        as_json({"records": checked.records, "existed_at": stamped.isoformat() if stamped else None})
        return
    say(f"Every digest holds: {checked.records} records.")
    if stamped is not None:
        say(f"By its time stamp the file existed at {stamped:%Y-%m-%d %H:%M:%S} UTC.")
    else:
        say("There is no time stamp beside it: it may have been made anew since. The log holds a commitment to it.")

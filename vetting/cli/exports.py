"""`vetting export`: the evidence of a case as one file in clear, and whether such a file is what it was."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vetting.casework.exporting import Exported, check_export, export_evidence, stamp_of
from vetting.cli import session
from vetting.cli.positions import desk
from vetting.cli.printing import AsJson, as_json, note, say, working
from vetting.errors import ExitCode, VettingError


def export(
    case: Annotated[str, typer.Argument(help="Case number, e.g. C-7K3M2QXA.")] = "",
    wacz: Annotated[Path | None, typer.Option(help="File to write every capture of the case into, unsealed.")] = None,
    check: Annotated[
        Path | None, typer.Option(help="Exported file to verify: its digests, and its time stamp.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
    json: AsJson = False,
) -> None:
    """Write all captures of a case into one WACZ file, in clear, or verify such a file with --check."""
    _refuse_unclear(case=case, wacz=wacz, check=check, force=force)
    if check is not None:
        _check(check, json=json)
    elif wacz is not None:
        at = desk()
        with working("Exporting the captures"):
            done = export_evidence(at, case, wacz, force=force, stamp=stamp_of(at.settings))
        _tell(done, json=json)


def _refuse_unclear(*, case: str, wacz: Path | None, check: Path | None, force: bool) -> None:
    """Refuses anything but one of the two forms."""
    exporting = bool(case) and wacz is not None and check is None
    checking = check is not None and not case and wacz is None and not force
    if not exporting and not checking:
        raise VettingError(
            "export_unclear",
            "Either a case is exported into a file, or an exported file is verified.",
            "Type: vetting export CASE --wacz FILE, or: vetting export --check FILE.",
            ExitCode.USAGE,
        )


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

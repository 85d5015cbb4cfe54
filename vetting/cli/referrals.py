"""`vetting refer`: the break-glass way out, for an imminent threat to life."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vetting.casework.referral_sheet import Threat
from vetting.casework.referring import compose, record
from vetting.cli.asking import ask
from vetting.cli.cases import Case
from vetting.cli.positions import desk
from vetting.cli.printing import AsJson, as_json, note, say
from vetting.errors import refused
from vetting.files import check_place, disk_errors, write_file

_PLACE = "Name a file in a folder that you may write to with --to."
CONFIRMED = "a life is in danger"


def refer(
    case: Case,
    platform: Annotated[str, typer.Option(help="Name of a table in config/referral.toml; `other` for any other.")],
    finding: Annotated[str, typer.Option(help="Finding whose account the threat comes from.")],
    threat: Annotated[Threat, typer.Option(help="What is threatened; nothing less is a reason.")],
    to: Annotated[Path, typer.Option(help="File to write the sheet to; it must not exist.")],
    json: AsJson = False,
) -> None:
    """Write a referral sheet for the unit that investigates, where a life is in imminent danger. Nothing comes back."""
    at = desk()
    referral = compose(at, case, finding, platform, threat)
    _refuse_place(to)
    note("In immediate danger call 911 first: this sheet does not replace the call.")
    note("The sheet is addressed to the unit named in config/department.toml. The act is logged under your name.")
    if ask(f'To confirm, type "{CONFIRMED}"').strip().lower() != CONFIRMED:
        raise refused(
            "referral_not_confirmed",
            "The referral was not confirmed; nothing was recorded or written.",
            "A referral is for an imminent threat to life only. Everything else goes through the review.",
        )
    record(at, referral)
    with disk_errors(f"{to}", _PLACE):
        write_file(to, referral.text.reveal().encode("utf-8"))
    if json:
        as_json({"referral": referral.id, "file": str(to)})
        return
    say(f"Referral {referral.id} is logged, and its sheet is in {to}. Hand it over now, then delete the file.")


def _refuse_place(to: Path) -> None:
    """Before anything is noted: a place where no sheet can be written, and one that is taken."""
    with disk_errors(f"{to}", _PLACE):
        if to.exists() or to.is_symlink():
            raise refused("sheet_exists", f"{to} exists already.", "Name a file that does not.")
        check_place(to)

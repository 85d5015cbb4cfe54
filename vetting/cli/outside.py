"""For the log's sake out of the house and back: `vetting checkpoint`, `vetting witness`, `vetting verifier`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from vetting.checkpoints import (
    Standing,
    accept_cosignature,
    prove_entry,
    released_in,
    request_cosignature,
    stamp_checkpoint,
    standing,
)
from vetting.cli import session
from vetting.cli.printing import AsJson, as_json, note, say, working
from vetting.errors import ExitCode, VettingError, bad_input, not_found
from vetting.files import MEBIBYTE, check_place, digest_of, disk_errors, read_text, write_file
from vetting.log import answers
from vetting.log.answers import Answer, spelt_time
from vetting.log.errors import LogError
from vetting.log.folder import spelt
from vetting.log.note import MAX_NOTE_BYTES
from vetting.log.policy import NONE
from vetting.log.verifier_file import NAME, verifier_bytes
from vetting.log.verify import PAPER_DIGITS
from vetting.sources.stamping import stamp_of

REPORT_BYTES = 100 * MEBIBYTE
UNWITNESSED = "UNWITNESSED: nobody outside vouches for this log yet, so it proves nothing against its keeper."
_PLACE = "Name a file in a folder that you may write to."
To = Annotated[Path | None, typer.Option(help="File to write it into; else it is printed.")]
Folder = Annotated[Path, typer.Argument(help="The witness's folder.")]

checkpoint = typer.Typer(no_args_is_help=True)
witness = typer.Typer(no_args_is_help=True)
verifier = typer.Typer(no_args_is_help=True)


@contextmanager
def handed_in() -> Iterator[None]:
    """What is wrong with a file that somebody handed in, as the error a person can read."""
    try:
        yield
    except LogError as error:
        code = ExitCode(answers.code_of(error))
        raise VettingError(error.code.lower().replace("-", "_"), str(error), error.remedy, code) from None


def give(answer: Answer) -> None:
    """The lines of an answer, and its exit code."""
    for line in answer.lines:
        say(line)
    if answer.code:
        raise typer.Exit(answer.code)


def hand_out(text: str, to: Path | None) -> None:
    """Writes a file for somebody else, or prints it. Refuses a place where none can be written."""
    if to is None:
        typer.echo(text, nl=False)
        return
    with disk_errors(f"{to}", _PLACE):
        check_place(to)
        write_file(to, text.encode(), 0o644)


# --------------------------------------------------------------------------------------------------- checkpoint


@checkpoint.command("show")
def show(json: AsJson = False) -> None:
    """Show where the log stands, who outside has seen how much of it, and its time stamps."""
    now = standing(session.settings(), session.clock)
    if json:
        as_json(_standing(now))
        return
    say(f"{now.size} entries, root {now.root}.")
    say(f"On paper: {now.size}:{now.root[:PAPER_DIGITS]}")
    _show_witnesses(now)
    for size, time in now.stamped.items():
        when = f"existed at {time:%Y-%m-%d %H:%M:%S} UTC" if time else "has a time stamp that is not confirmed here"
        say(f"The checkpoint of {size} entries {when}.")


def _show_witnesses(now: Standing) -> None:
    say(f"The policy asks for: {now.rule if now.rule != NONE else 'no witness'}.")
    for name, size in now.sightings.items():
        say(f"{name} has cosigned the first {size} entries.")
    if now.witnessed_size is None:
        say(UNWITNESSED, style="bold")
        return
    at = f", at {spelt_time(now.time)}" if now.time else ""
    say(f"Witnessed up to {now.witnessed_size} entries by {', '.join(now.witnesses)}{at}.", style="bold green")
    if left := now.size - now.witnessed_size:
        say(f"Entries after that: {left}, UNWITNESSED.", style="bold")


@checkpoint.command("request")
def request(
    witness: Annotated[str, typer.Option(help="Which witness of the policy; needed where it has several.")] = "",
    start: Annotated[int | None, typer.Option(help="Size from which a witness asks for the proof.", min=0)] = None,
    to: To = None,
) -> None:
    """Make the file that a witness is asked with: a proof from what it saw last, and the latest checkpoint."""
    hand_out(request_cosignature(session.settings(), witness, start), to)
    if to:
        note(f"Bring {to} to the witness. Its answer comes back with: vetting checkpoint accept FILE")


@checkpoint.command("accept")
def accept(answer: Annotated[Path, typer.Argument(help="The file that the witness gave back.")]) -> None:
    """Keep a witness's cosignature, once it is found to be true (whoever keeps the log)."""
    done = accept_cosignature(session.settings(), read_text(answer, MAX_NOTE_BYTES), session.clock)
    already = "" if done.new else " It was known before."
    say(f"The checkpoint of {done.size} entries is cosigned by {', '.join(done.witnesses)}.{already}")


@checkpoint.command("stamp")
def stamp() -> None:
    """Ask the configured authority for a time stamp (RFC 3161) over the latest checkpoint (whoever keeps the log)."""
    chosen = session.settings()
    with working("Asking the time-stamping authority"):
        size, new = stamp_checkpoint(chosen, stamp_of(chosen))
    say(f"The checkpoint of {size} entries {'has a time stamp now' if new else 'had a time stamp before'}.")


@checkpoint.command("proof")
def proof(
    entry: Annotated[int | None, typer.Argument(help="Number of the entry.", min=0)] = None,
    report: Annotated[Path | None, typer.Option(help="A report's PDF instead: the entry of its release.")] = None,
    to: To = None,
) -> None:
    """Make a file that shows one entry to be in the log, and no other entry."""
    chosen = session.settings()
    if (entry is None) == (report is None):
        raise bad_input("entry_unclear", "A proof is of one entry.", "Give its number, or a report with --report.")
    number = released_in(chosen, digest_of(report, REPORT_BYTES).hex()) if report else entry
    if number is None:
        raise not_found("report_unknown", "The log knows no release of exactly this file.", "Check the file.")
    hand_out(prove_entry(chosen, number, session.clock), to)
    if to:
        note(f"Entry {number} is in {to}. Anybody checks it with: python {NAME} proof FILE, and the policy.")


def _standing(now: Standing) -> dict[str, object]:
    return {
        "size": now.size,
        "root": now.root,
        "quorum": now.rule,
        "witnessed": now.witnessed_size is not None,
        "witnessed_size": now.witnessed_size,
        "witnesses": list(now.witnesses),
        "time": spelt_time(now.time) if now.time else None,
        "sightings": dict(now.sightings),
        "time_stamps": {str(size): spelt_time(time) if time else None for size, time in now.stamped.items()},
    }


# ------------------------------------------------------------------------------------------------------ witness


@witness.command("init")
def init(
    folder: Folder,
    name: Annotated[str, typer.Option(help="Name of the witness, e.g. clerk.town.example.")],
    kind: Annotated[str, typer.Option(help="Kind of key: ml-dsa-44 or ed25519.")] = "ml-dsa-44",
) -> None:
    """Make a witness's folder and key, on a machine that the log's keeper does not reach."""
    if kind not in answers.KINDS:
        raise bad_input("kind_unknown", "There is no such kind of key.", f"Kinds: {', '.join(answers.KINDS)}.")
    with handed_in():
        give(answers.witness_init(folder, name, kind))


@witness.command("trust")
def trust(
    folder: Folder, log: Annotated[str, typer.Argument(help="The log's verification key, or a file that holds it.")]
) -> None:
    """Cosign the log of this key from now on."""
    with handed_in():
        give(answers.witness_trust(folder, log))


@witness.command("cosign")
def cosign(
    folder: Folder,
    request: Annotated[Path, typer.Argument(help="The file that the log's keeper brought.")],
    to: To = None,
) -> None:
    """Cosign a log that grew from what was seen before; keep both sides where it did not."""
    with handed_in():
        give(answers.witness_cosign(folder, request, to, session.clock()))


@witness.command("show")
def show_witness(folder: Folder) -> None:
    """Show the witness's key, what it has seen of each log, and what contradicted itself."""
    with handed_in():
        give(answers.witness_show(folder))


@witness.command("clear")
def clear(
    folder: Folder,
    contradiction: Annotated[str, typer.Argument(help="Its name in the folder's evidence, as show gives it.")],
) -> None:
    """Cosign a log again although it contradicted itself, once the auditor has seen both sides, which stay."""
    with handed_in():
        give(answers.witness_clear(folder, contradiction, session.clock()))


# ----------------------------------------------------------------------------------------------------- verifier


@verifier.command("build")
def build(
    to: Annotated[Path, typer.Option(help="File to write it into.")] = Path(NAME),
) -> None:
    """Write the verifier as one file that needs only Python and its package cryptography."""
    content = verifier_bytes()
    with disk_errors(f"{to}", _PLACE):
        check_place(to)
        write_file(to, content, 0o644)
    say(f"{to} is written (SHA-256 {hashlib.sha256(content).hexdigest()}).")
    say(f"Use it with: python {spelt(to)} BUNDLE --policy POLICY", style="dim")


@verifier.callback()
def _group() -> None:
    """Keep `build` a word of its own: a tree with one command would swallow it."""

"""`vetting init` and `vetting serve`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from vetting.administration import open_administration
from vetting.casework.opening import create_home
from vetting.cli import session
from vetting.cli.asking import ask, read_password
from vetting.cli.printing import note, say
from vetting.errors import ExitCode, VettingError, refused
from vetting.records.accounts import check_person_id
from vetting.roles import Person, Role
from vetting.settings import is_data_folder


def init(
    administrator: Annotated[str, typer.Option(help="Person id of the first administrator; else asked for.")] = "",
    name: Annotated[str, typer.Option(help="The administrator's name; else asked for.")] = "",
    password_stdin: Annotated[bool, typer.Option(help="Read the password from standard input.")] = False,
) -> None:
    """Make the data folder, its keys and stores, and the first administrator."""
    chosen = session.settings(new=True)
    if not is_data_folder(chosen.home):  # asked before anything is made; a folder that has people needs no answer
        administrator, name = _first_person(administrator, name)
    create_home(chosen, session.clock)
    people = session.accounts(chosen)
    if people.people():
        say(f"Data folder {chosen.home} was set up before; its stores are up to date.")
        return
    administrator, name = _first_person(administrator, name)
    password = read_password(password_stdin, confirmed=True)
    first = Person(id=administrator, name=name, roles=frozenset({Role.ADMINISTRATOR}))
    open_administration(chosen, people, None, session.clock, session.new_id).enrol(first, password)
    say(f"Data folder {chosen.home} is ready. Sign in with: vetting sign-in {administrator}")
    note("The vault key is wrapped by a passphrase kept beside it. For real cases move the passphrase elsewhere:")
    note("see VETTING_VAULT_PASSPHRASE_FILE in docs/operation.md.")


def _first_person(administrator: str, name: str) -> tuple[str, str]:
    """Id and name of the first administrator; what was not given is asked for at a terminal, and refused elsewhere."""
    if not (administrator and name) and not sys.stdin.isatty():
        raise VettingError(
            "administrator_missing",
            "A new data folder needs the id and the name of its first administrator.",
            "Give --administrator and --name, or run the command at a terminal, which asks for them.",
            ExitCode.USAGE,
        )
    administrator = administrator or ask("Person id of the first administrator, e.g. s.kim")
    check_person_id(administrator)
    return administrator, name or ask("The administrator's name")


def serve() -> None:
    """The web console: arrives with a later release."""
    raise refused(
        "console_later",
        "The web console arrives with a later release.",
        "Until then use the commands; see: vetting --help.",
    )

"""`vetting init` and `vetting serve`."""

from __future__ import annotations

from typing import Annotated

import typer

from vetting.administration import open_administration
from vetting.casework.opening import create_home
from vetting.cli import session
from vetting.cli.asking import read_password
from vetting.cli.printing import note, say
from vetting.errors import refused
from vetting.roles import Person, Role


def init(
    administrator: Annotated[str, typer.Option(help="Person id of the first administrator.")],
    name: Annotated[str, typer.Option(help="The administrator's name.")],
    password_stdin: Annotated[bool, typer.Option(help="Read the password from standard input.")] = False,
) -> None:
    """Make the data folder, its keys and stores, and the first administrator."""
    chosen = session.settings(new=True)
    create_home(chosen, session.clock)
    people = session.accounts(chosen)
    if people.people():
        say(f"Data folder {chosen.home} was set up before; its stores are up to date.")
        return
    password = read_password(password_stdin, confirmed=True)
    first = Person(id=administrator, name=name, roles=frozenset({Role.ADMINISTRATOR}))
    open_administration(chosen, people, None, session.clock, session.new_id).enrol(first, password)
    say(f"Data folder {chosen.home} is ready. Sign in with: vetting sign-in {administrator}")
    note("The vault key is wrapped by a passphrase kept beside it. For real cases move the passphrase elsewhere:")
    note("see VETTING_VAULT_PASSPHRASE_FILE in docs/operation.md.")


def serve() -> None:
    """The web console: arrives with a later release."""
    raise refused(
        "console_later",
        "The web console arrives with a later release.",
        "Until then use the commands; see: vetting --help.",
    )

"""`vetting person ...`, `vetting sign-in` and `vetting sign-out`."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from typing import Annotated

import typer

from vetting.administration import AdministrationDesk, open_administration
from vetting.cli import session
from vetting.cli.asking import read_password
from vetting.cli.printing import AsJson, as_json, note, plain, say, table
from vetting.roles import Person, Role, SensitivePosition

app = typer.Typer(no_args_is_help=True)
Id = Annotated[str, typer.Argument(help="Person id, e.g. a staff number or j.alvarez.")]
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])]


def desk() -> AdministrationDesk:
    """The desk of the signed-in administrator."""
    chosen = session.settings()
    people = session.accounts(chosen)
    return open_administration(chosen, people, session.signed_in(chosen), session.clock, session.new_id)


@app.command("add")
def add(
    person: Id,
    name: Annotated[str, typer.Option(help="Name, as it stands in the roster.")],
    role: Annotated[list[Role], typer.Option(help="May be given several times.")],
    password_stdin: Annotated[bool, typer.Option(help="Read the password from standard input.")] = False,
) -> None:
    """Add a person with roles and a first password (administrator)."""
    at = desk()
    password = read_password(password_stdin, confirmed=True)
    same = [other.id for other in at.people() if _spelling(other.name) == _spelling(name)]
    at.enrol(Person(id=person, name=name, roles=frozenset(role)), password)
    say(f"{person} added as {', '.join(sorted(plain(r) for r in role))}.")
    if same:
        note(
            f"{', '.join(same)} has the same name. Where two persons must act, two accounts of one person "
            "would pass for two: give each person one account."
        )


def _spelling(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


@app.command("clear")
def clear(
    person: Id,
    vetted_on: Day,
    training_expires_on: Day,
    confidentiality_signed_on: Day,
) -> None:
    """Record that a person holds a sensitive position: vetted, trained, bound to confidentiality (IV.B.7)."""
    at = desk()
    record = SensitivePosition(
        vetted_on=vetted_on.date(),
        training_expires_on=training_expires_on.date(),
        confidentiality_signed_on=confidentiality_signed_on.date(),
    )
    at.clear(person, record)
    until = record.training_expires_on.isoformat()
    say(
        f"{person} may not search: the training expired on {until}."
        if record.expired(session.clock().date())
        else f"{person} is cleared; the training expires on {until}."
    )


@app.command("password")
def password(
    person: Id, password_stdin: Annotated[bool, typer.Option(help="Read the password from standard input.")] = False
) -> None:
    """Set a person's password anew and end their sessions (administrator)."""
    desk().set_password(person, read_password(password_stdin, confirmed=True))
    say(f"The password of {person} is set; every session of theirs has ended.")


@app.command("list")
def list_people(json: AsJson = False) -> None:
    """Show who there is (administrator)."""
    people = desk().people()
    if json:
        as_json([{"id": p.id, "roles": sorted(p.roles), "training_expires_on": _expiry(p) or None} for p in people])
        return
    table(
        ("Person", "Name", "Roles", "Training expires"),
        [(p.id, p.name, ", ".join(sorted(plain(r) for r in p.roles)), _expiry(p) or "-") for p in people],
    )


def _expiry(person: Person) -> str:
    expires: date | None = person.sensitive_position.training_expires_on if person.sensitive_position else None
    return expires.isoformat() if expires else ""


def sign_in(
    person: Id,
    password_stdin: Annotated[bool, typer.Option(help="Read the password from standard input.")] = False,
) -> None:
    """Sign in at this terminal. The session ends after 15 idle minutes, and after 8 hours in any case."""
    chosen = session.settings()
    people = session.accounts(chosen)
    who = people.check_password(person, read_password(password_stdin), session.clock())
    session.begin(chosen, people, who.id)
    say(f"Signed in as {who.id} ({', '.join(sorted(plain(r) for r in who.roles))}).")
    session.tell_auditor(chosen, who)


def sign_out() -> None:
    """Sign out at this terminal."""
    session.end(session.settings())
    say("Signed out.")

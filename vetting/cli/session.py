"""Who is signed in at this terminal, and what the command works with: the composition root."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from vetting.audit_notes import NOT_NOTED, Kind, note_audit, tell
from vetting.cli.printing import alarm, note
from vetting.errors import VettingError, refused, storage
from vetting.files import disk_errors, read_text, write_file
from vetting.journal import PEOPLE, Actor, authorize_noted, compare, log_errors
from vetting.log.reader import LogReader
from vetting.log.store import LogStore
from vetting.log.verify import Verdict
from vetting.records.accounts import Accounts
from vetting.roles import Permission, Person, Role
from vetting.settings import REPOSITORY, Settings, choose_home, is_data_folder, load_settings

TOKEN_BYTES = 1000
_ADVICE = "Check the data folder's permissions, and that no folder is in the file's place."
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no letter that reads like a digit


def clock() -> datetime:
    """The time, in UTC: the only place where the command asks for it."""
    return datetime.now(UTC)


def new_id() -> str:
    """16 random characters (80 bits): opaque, says nothing of order or person."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(16))


def here() -> Path:
    """The folder the command runs in. Refuses one that was removed in the meantime."""
    try:
        return Path.cwd()
    except OSError:
        raise storage("no_folder_here", "The folder you are in does not exist any more.", "Go to another.") from None


def settings(*, new: bool = False) -> Settings:
    """The settings of the data folder in use, or of a `new` one to set up, which is never the demo's."""
    home, why = choose_home(os.environ, here(), new=new)
    if why:
        note(why)
    chosen = load_settings(home)
    if new and chosen.of_demo:
        raise refused("demo_folder", f"{home} is the demo's data folder.", "Name another one in VETTING_HOME.")
    return chosen


def accounts(chosen: Settings) -> Accounts:
    """The accounts of the data folder. Refuses a folder that was not set up."""
    if not is_data_folder(chosen.home):
        raise storage("home_missing", f"There is no data folder at {chosen.home}.", "Create it with: vetting init.")
    return Accounts(chosen.store_url("accounts"))


def signed_in(chosen: Settings) -> Person:
    """The person whose session token lies in the data folder. Refuses where nobody is signed in, or idle too long."""
    advice = "Sign in with: vetting sign-in PERSON."
    token = _held_token(chosen)
    if not token:
        raise refused("not_signed_in", "Nobody is signed in.", advice)
    if chosen.session_token.stat().st_mode & 0o077:
        raise refused("token_exposed", "The session token can be read by others.", f"{advice} It writes a new one.")
    people = accounts(chosen)
    _refuse_older_accounts(chosen, people)
    person = people.session_person(token, clock())
    tell_auditor(chosen, person)
    return person


def signed_in_auditor(chosen: Settings, positions: Sequence[str]) -> Person:
    """The same, and an auditor; the log notes whoever is none and tries, with the positions that were named."""
    person = signed_in(chosen)
    actor = Actor(id=person.id, clock=clock, new_id=new_id)
    authorize_noted(chosen, person, actor, Permission.VERIFY_UNIFORMITY, positions)
    return person


def _refuse_older_accounts(chosen: Settings, people: Accounts) -> None:
    """An older copy of the accounts would bring back a clearance that was taken away, and a session that was ended."""
    with log_errors():
        store = LogStore(chosen.store_url("transparency_log"), read_only=True)
        try:
            compare(LogReader(store), (people, PEOPLE))
        finally:
            store.close()


def begin(chosen: Settings, people: Accounts, person: str) -> None:
    """Signs the person in at this terminal, and out whoever was signed in before: a token left behind opens nothing.

    Refuses an unknown person, and a folder that takes no token (mode 0600, in place of the old one).
    """
    _end_held(chosen, people)
    token = people.start_session(person, clock())
    with disk_errors(f"{chosen.session_token}", _ADVICE):
        write_file(chosen.session_token, token.encode("ascii"))


def tell_auditor(chosen: Settings, person: Person) -> None:
    """What the nightly audit found that this auditor has not been told yet; nothing to anybody else."""
    if Role.AUDITOR in person.roles:
        for sentence in tell(chosen, person):
            alarm(sentence)


def noted(chosen: Settings, auditor: Person, kind: Kind, positions: Sequence[str], verdict: Verdict, code: str) -> None:
    """Notes the audit in the log, before its result is shown; says so where it cannot (auditor check 42)."""
    if not note_audit(chosen, auditor, clock, new_id, kind=kind, positions=positions, verdict=verdict, code=code):
        note(NOT_NOTED)


def end(chosen: Settings) -> None:
    """Signs out whoever is signed in at this terminal; no error where nobody is."""
    if _held_token(chosen):
        _end_held(chosen, accounts(chosen))
    with disk_errors(f"{chosen.session_token}", _ADVICE):
        chosen.session_token.unlink(missing_ok=True)


def _end_held(chosen: Settings, people: Accounts) -> None:
    if token := _held_token(chosen):
        people.end_session(token)


def _held_token(chosen: Settings) -> str:
    """The token that lies in the data folder; empty where there is none that can be read."""
    try:
        return read_text(chosen.session_token, TOKEN_BYTES).strip()
    except VettingError:
        return ""


def recordings() -> Path:
    """The recorded internet for practice cases."""
    return Path(os.environ.get("VETTING_RECORDINGS", REPOSITORY / "demo" / "internet"))

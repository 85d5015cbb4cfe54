"""Who is signed in at this terminal, and what the command works with: the composition root."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from vetting.cli.printing import note
from vetting.errors import VettingError, refused, storage
from vetting.records.accounts import Accounts
from vetting.roles import Person
from vetting.settings import REPOSITORY, Settings, choose_home, load_settings

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no letter that reads like a digit


def clock() -> datetime:
    """The time, in UTC: the only place where the command asks for it."""
    return datetime.now(UTC)


def new_id() -> str:
    """16 random characters (80 bits): opaque, says nothing of order or person."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(16))


def settings() -> Settings:
    """The settings of the data folder in use."""
    home, why = choose_home(os.environ, Path.cwd())
    if why:
        note(why)
    return load_settings(home)


def settings_to_set_up() -> Settings:
    """The settings of the data folder that `vetting init` makes. Refuses the demo's: the next demo empties it."""
    home, _ = choose_home(os.environ, Path.cwd(), adopt_demo=False)
    chosen = load_settings(home)
    if chosen.of_demo:
        raise refused("demo_folder", f"{home} is the demo's data folder.", "Name another one in VETTING_HOME.")
    return chosen


def accounts(chosen: Settings) -> Accounts:
    """The accounts of the data folder. Refuses a folder that was not set up."""
    if not chosen.vault_public_key.exists() and not (chosen.home / "accounts").exists():
        raise storage("home_missing", f"There is no data folder at {chosen.home}.", "Create it with: vetting init.")
    return Accounts(chosen.store_url("accounts"))


def signed_in(chosen: Settings) -> Person:
    """The person whose session token lies in the data folder. Refuses where nobody is signed in, or idle too long."""
    advice = "Sign in with: vetting sign-in PERSON."
    try:
        token = chosen.session_token.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise refused("not_signed_in", "Nobody is signed in.", advice) from None
    if chosen.session_token.stat().st_mode & 0o077:
        raise refused("token_exposed", "The session token can be read by others.", f"{advice} It writes a new one.")
    return accounts(chosen).session_person(token, clock())


def keep_token(chosen: Settings, token: str) -> None:
    """Writes the session token, mode 0600, in place of an old one."""
    forget_token(chosen)
    descriptor = os.open(chosen.session_token, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(token)


def forget_token(chosen: Settings) -> None:
    """Removes the session token, if there is one."""
    chosen.session_token.unlink(missing_ok=True)


def recordings() -> Path:
    """The recorded internet for practice cases."""
    return Path(os.environ.get("VETTING_RECORDINGS", REPOSITORY / "demo" / "internet"))


@contextmanager
def quiet_disk_errors() -> Iterator[None]:
    """A full disk outside the stores (a file the command itself writes) as a sentence."""
    try:
        yield
    except OSError as error:
        why = error.strerror or "input/output error"
        raise storage("file_not_written", f"A file could not be written ({why}).", "Make room, then repeat.") from None


__all__ = [
    "VettingError",
    "accounts",
    "clock",
    "forget_token",
    "keep_token",
    "new_id",
    "recordings",
    "settings",
    "settings_to_set_up",
    "signed_in",
]

"""Where things are: the data folder, the configuration a department edits, and the address of each store."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from vetting.errors import VettingError, bad_input
from vetting.files import MEBIBYTE, read_text

REPOSITORY = Path(__file__).resolve().parent.parent
DEMO_MARKER = ".demo"
ROOMS = ("case_files", "released_reports", "transparency_log", "accounts", "prefect")
"""The folders in a data folder."""
TOML_BYTES = MEBIBYTE // 4
"""Six times the longest configuration file."""
TOML_DEPTH = 10
"""Tables and lists within each other; a department's files need four."""
TOML_DOTS = 200
"""In one line. The parser's work on a dotted key grows with the square of its parts: 60,000 take minutes."""


Mailbox = Annotated[str, Field(pattern=r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+$", max_length=200)]


class Stores(BaseModel):
    """Database addresses; empty means SQLite below the data folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    case_files: str = ""
    released_reports: str = ""
    transparency_log: str = ""
    accounts: str = ""


class ReceivingUnit(BaseModel):
    """Who takes a threat to life that a search came upon: a unit of criminal investigation, reached day and night."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    unit: str = Field(default="", max_length=200, pattern=r"^[ -~]*$")
    contact: str = Field(default="", max_length=200, pattern=r"^[ -~]*$")


class Timestamp(BaseModel):
    """A time-stamping authority (RFC 3161) for exports; without an address none is asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    url: str = ""
    certificates: str = ""
    """PEM file beside department.toml: the authority's root certificate, and those between it and the signer."""


class Rendering(BaseModel):
    """The browser that makes pictures of pages; empty means the `chromium` that is on the path."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    chromium: str = ""


class AuditMail(BaseModel):
    """Who hears by e-mail what the nightly audit found; without a server nobody does."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    mail_to: tuple[Mailbox, ...] = ()
    mail_from: Mailbox | Literal[""] = ""
    smtp: str = Field(default="", pattern=r"^([A-Za-z0-9.-]+:[0-9]{1,5})?$")
    """host:port of a mail server that takes mail from this machine without a password."""

    @model_validator(mode="after")
    def _whole(self) -> AuditMail:
        """All of it or nothing: half would be silence that looks like good news."""
        if len({bool(self.mail_to), bool(self.mail_from), bool(self.smtp)}) > 1:
            raise ValueError("mail_to, mail_from and smtp belong together")
        return self


class Department(BaseModel):
    """config/department.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = Field(min_length=1)
    jurisdiction: str
    may_request_handles: bool
    names: tuple[str, ...] = ()
    """Words that are names here although a lexicon knows them as words for a protected class (`lint_name`)."""
    stores: Stores = Stores()
    referral: ReceivingUnit = ReceivingUnit()
    timestamp: Timestamp = Timestamp()
    rendering: Rendering = Rendering()
    audit: AuditMail = AuditMail()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a process needs to find its rooms; holds no secret."""

    home: Path
    config: Path
    department: Department

    @property
    def of_demo(self) -> bool:
        """Whether `vetting demo` made the data folder: the next demo empties it, so nothing real may be in it."""
        return (self.home / DEMO_MARKER).exists()

    def store_url(self, store: str) -> str:
        """SQLAlchemy address of `case_files`, `released_reports`, `transparency_log` or `accounts`."""
        configured: str = getattr(self.department.stores, store)
        return configured or f"sqlite:///{quote(str(self.home / store / f'{store}.db'))}"

    @property
    def vault_key(self) -> Path:
        """The investigators' private key: on the investigator's side only."""
        return self.home / "case_files" / "vault.key"

    @property
    def vault_public_key(self) -> Path:
        """The public half: enough to seal, useless for reading."""
        return self.home / "case_files" / "vault.pub"

    @property
    def vault_passphrase(self) -> Path:
        """Where the embedded default keeps the passphrase (mode 0400); production names a credential instead."""
        named = os.environ.get("VETTING_VAULT_PASSPHRASE_FILE")
        return Path(named) if named else self.home / "case_files" / "vault.passphrase"

    @property
    def log_key(self) -> Path:
        """The log's signing key: whoever writes to the log needs it."""
        return self.home / "transparency_log" / "log.key"

    @property
    def log_verifier_key(self) -> Path:
        """The log's verification key, in C2SP vkey form: public."""
        return self.home / "transparency_log" / "log.vkey"

    @property
    def log_policy(self) -> Path:
        """Who must have seen the log before it is believed (C2SP tlog-policy); an auditor brings their own copy."""
        return self.home / "transparency_log" / "policy"

    @property
    def log_seen(self) -> Path:
        """Size and root of the log when a desk last saw it, beside the log's folder and not in it."""
        return self.home / "log.seen"

    @property
    def session_token(self) -> Path:
        """The token of the person signed in at this terminal, mode 0600."""
        return self.home / "session"

    @property
    def prefect_home(self) -> Path:
        """Prefect's own folder: opaque numbers and codes only."""
        return self.home / "prefect"

    @property
    def pace_key(self) -> Path:
        """The key that hides from Prefect which host a rate limit is for, mode 0600; made when it is first needed."""
        return self.home / "pace.key"

    @property
    def log_origin(self) -> str:
        """C2SP origin line: which department's log this is."""
        words = "".join(c if c.isalnum() else "-" for c in self.department.name.lower())
        return f"vetting/{'-'.join(filter(None, words.split('-')))}"


def choose_home(environment: Mapping[str, str], here: Path, *, new: bool = False) -> tuple[Path, str]:
    """The data folder and why: `VETTING_HOME`, else ./var/department, else the demo's where only the demo has run.

    Set-up asks for a `new` one, never the demo's, which the next demo empties. Refuses a VETTING_HOME that is set to
    nothing, or names what is no folder and cannot become one.
    """
    named = environment.get("VETTING_HOME")
    if named is not None:
        return _named_home(named), ""
    department, demo = here / "var" / "department", here / "var" / "demo"
    if not new and not department.exists() and demo.exists():
        return demo, "Using the demo's data in var/demo (set VETTING_HOME for your own)."
    return department, ""


def _named_home(named: str) -> Path:
    if not named.strip():
        raise _no_home("VETTING_HOME is set, but to nothing.")
    try:
        named.encode()  # the stores' addresses are text
        home = Path(named).resolve()
        if home.is_dir() or not home.exists():
            return home
    except (OSError, RuntimeError, ValueError):  # a name too long, a link that leads to itself, bytes that are no text
        raise _no_home("VETTING_HOME names what this account cannot use as a folder.") from None
    raise _no_home(f"VETTING_HOME names {home}, which is no folder.")


def _no_home(sentence: str) -> VettingError:
    return bad_input("home_unusable", sentence, "Name a folder in it, or unset it to use ./var/department.")


def is_data_folder(home: Path) -> bool:
    """Whether set-up has made its rooms there; `prefect` may be missing, for it holds nothing to keep."""
    return all((home / room).is_dir() for room in ROOMS if room != "prefect")


def config_folder() -> Path:
    """What a department edits: `VETTING_CONFIG`, else the folder in the repository."""
    return Path(os.environ.get("VETTING_CONFIG", REPOSITORY / "config"))


def load_settings(home: Path, config: Path | None = None) -> Settings:
    """Reads config/department.toml. Refuses a missing, unreadable or misspelt file with its field's name."""
    folder = config or config_folder()
    path = folder / "department.toml"
    try:
        department = Department.model_validate(read_toml(path))
    except ValidationError as error:
        raise bad_input("department_invalid", f"{path}: {first_problem(error)}.", "Correct that field.") from None
    return Settings(home=home, config=folder, department=department)


def read_toml(path: Path) -> dict[str, object]:
    """The file as a dictionary. Refuses what `read_text` refuses and what is no TOML; never quotes its content."""
    text = read_text(path, TOML_BYTES)
    if any(line.count(".") > TOML_DOTS for line in text.splitlines()):
        raise _too_deep(path)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = str(error).rpartition("(")[2].rstrip(")") or "unknown place"
        raise bad_input("file_not_toml", f"{path} is not valid TOML ({where}).", "Correct that line.") from None
    except ValueError:  # a number of thousands of digits
        raise bad_input("file_not_toml", f"{path} is not valid TOML (a number).", "Correct that number.") from None
    except RecursionError:
        raise _too_deep(path) from None
    if _deeper_than(content, TOML_DEPTH):
        raise _too_deep(path)
    return content


def _deeper_than(content: object, levels: int) -> bool:
    """Whether tables and lists are nested deeper; looked at level by level, so that no depth can be too much."""
    level: list[object] = [content]
    for _ in range(levels):
        level = [inner for value in level for inner in _inside(value)]
    return any(isinstance(value, dict | list) for value in level)


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _too_deep(path: Path) -> VettingError:
    return bad_input("file_not_toml", f"{path} is not valid TOML (nested too deeply).", "Remove the nesting.")


def first_problem(error: ValidationError) -> str:
    """The first problem of a pydantic error as `field: what is wrong`, without the value that was given."""
    problem = error.errors(include_input=False, include_url=False, include_context=False)[0]
    field = ".".join(str(part) for part in problem["loc"]) or "file"
    return f"{field}: {problem['msg'].rstrip('.')}"

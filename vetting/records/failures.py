"""What is wrong with a database, as one sentence and a remedy: never a statement, never a value."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from sqlalchemy.exc import DataError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from vetting.errors import ExitCode, VettingError, storage

ALREADY_RECORDED = "already recorded"
"""What the guard triggers of `append_only` say when a record would be replaced."""
ONLY_ADDED_TO = "only added to"
"""What the triggers of `append_only` say when a record would be changed or removed."""


class Failure(Enum):
    """All that can go wrong with a store: code, sentence (`{store}` is its name), remedy, exit code."""

    LOCKED = (
        "store_locked",
        "The {store} are locked by another process; nothing was written.",
        "Wait until the other run has ended, then run the same command again.",
        ExitCode.STORAGE,
    )
    FULL = (
        "disk_full",
        "The disk that holds the {store} is full; nothing was written.",
        "Free some space, then run the same command again.",
        ExitCode.STORAGE,
    )
    IO = (
        "disk_failed",
        "The disk that holds the {store} is full, or refused to read or write; nothing was recorded.",
        "Make room, or check the disk and its quota, then run the same command again.",
        ExitCode.STORAGE,
    )
    MISSING = (
        "store_missing",
        "There are no {store} at the configured address.",
        "Check the address in config/department.toml, or make the store with: vetting init.",
        ExitCode.STORAGE,
    )
    NOT_MIGRATED = (
        "store_not_migrated",
        "The {store} do not have the form that this version of the program expects.",
        "Back them up, then bring them up to date with: vetting init.",
        ExitCode.STORAGE,
    )
    CORRUPT = (
        "store_corrupt",
        "The {store} are damaged or are not a database.",
        "Restore them from the last backup; do not repair them in place.",
        ExitCode.STORAGE,
    )
    READ_ONLY = (
        "store_read_only",
        "The {store} may be read but not written here.",
        "Run the command as the account that owns the store.",
        ExitCode.STORAGE,
    )
    UNREACHABLE = (
        "store_unreachable",
        "The {store} did not let this program in.",
        "Check their address, that their database runs or their folder may be written to, and that this account may.",
        ExitCode.STORAGE,
    )
    DUPLICATE = (
        "already_recorded",
        "The {store} hold this record already: another command was first; nothing was changed.",
        "Wait until no other command works on the case, then run this one again: it goes on from what is recorded.",
        ExitCode.REFUSED,
    )
    REFERENCE = (
        "unknown_record",
        "The {store} do not hold the record that this one belongs to.",
        "Check the number that was given.",
        ExitCode.NOT_FOUND,
    )
    KEPT = (
        "append_only",
        "The {store} are only added to: a record is never changed or removed.",
        "Add a correcting record.",
        ExitCode.REFUSED,
    )
    TEXT = (
        "not_text",
        "The {store} were given a text with characters that no record may hold.",
        "Check the number or name that was given.",
        ExitCode.BAD_INPUT,
    )
    OTHER = (
        "store_failed",
        "The {store} refused the operation; nothing was written.",
        "Run the same command again; if it fails again, look into the database's own log.",
        ExitCode.STORAGE,
    )

    def error(self, store: str) -> VettingError:
        """The error a person meets; `store` is a plural such as `case files`."""
        code, sentence, remedy, exit_code = self.value
        return VettingError(code, sentence.format(store=store), remedy, exit_code)


_SQLITE = {
    sqlite3.SQLITE_BUSY: Failure.LOCKED,
    sqlite3.SQLITE_LOCKED: Failure.LOCKED,
    sqlite3.SQLITE_FULL: Failure.FULL,
    sqlite3.SQLITE_IOERR: Failure.IO,
    sqlite3.SQLITE_CANTOPEN: Failure.UNREACHABLE,
    sqlite3.SQLITE_CORRUPT: Failure.CORRUPT,
    sqlite3.SQLITE_NOTADB: Failure.CORRUPT,
    sqlite3.SQLITE_READONLY: Failure.READ_ONLY,
    sqlite3.SQLITE_PERM: Failure.READ_ONLY,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: Failure.DUPLICATE,
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: Failure.DUPLICATE,
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: Failure.REFERENCE,
}
"""By extended, else by primary result code (https://www.sqlite.org/rescode.html)."""

_POSTGRESQL = {
    "55P03": Failure.LOCKED,
    "40001": Failure.LOCKED,
    "40P01": Failure.LOCKED,
    "53100": Failure.FULL,
    "58030": Failure.IO,
    "3D000": Failure.MISSING,
    "42P01": Failure.NOT_MIGRATED,
    "25006": Failure.READ_ONLY,
    "42501": Failure.READ_ONLY,
    "23505": Failure.DUPLICATE,
    "23503": Failure.REFERENCE,
    "XX001": Failure.CORRUPT,
    "XX002": Failure.CORRUPT,
}
"""By SQLSTATE (PostgreSQL documentation, appendix A)."""


@contextmanager
def intact(what: str) -> Iterator[None]:
    """Turns whatever a damaged row does on its way to a fact into one `VettingError`."""
    try:
        yield
    except UnicodeEncodeError:  # what was asked for, not what was found: `translated` says so
        raise
    except (AttributeError, KeyError, TypeError, ValueError):
        raise altered(what) from None


def altered(what: str) -> VettingError:
    """A row that is not what was recorded."""
    return storage(
        "record_altered",
        f"A {what} in the store is not what was recorded.",
        "Verify the transparency log, and restore the store from the last backup.",
    )


@contextmanager
def translated(store: str) -> Iterator[None]:
    """Turns what SQLAlchemy or a driver raises into a `VettingError` without statement and values."""
    try:
        yield
    except SQLAlchemyError as error:
        raise _failure(error).error(store) from None
    except UnicodeEncodeError:  # a driver met a lone surrogate; the original error holds the text
        raise Failure.TEXT.error(store) from None
    except UnicodeDecodeError:  # a driver met bytes that are no text, even in its own words about the damage
        raise Failure.CORRUPT.error(store) from None


def _failure(error: SQLAlchemyError) -> Failure:
    if isinstance(error, PoolTimeoutError):  # every connection of this process is in use
        return Failure.LOCKED
    if not isinstance(error, DBAPIError):
        return Failure.OTHER
    if isinstance(error.orig, sqlite3.Error):
        return _sqlite_failure(error.orig)
    return _postgresql_failure(error)


def _sqlite_failure(error: sqlite3.Error) -> Failure:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    message = str(error)
    if code == sqlite3.SQLITE_CONSTRAINT_TRIGGER:
        return Failure.DUPLICATE if message == ALREADY_RECORDED else Failure.KEPT
    if code == sqlite3.SQLITE_ERROR and message.startswith("no such table"):
        return Failure.NOT_MIGRATED
    return _SQLITE.get(code) or _SQLITE.get(code & 0xFF, Failure.OTHER)


def _postgresql_failure(error: DBAPIError) -> Failure:
    """Reads the SQLSTATE only: the driver is loaded where there is a PostgreSQL, and by SQLAlchemy."""
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state == "P0001":  # raise_exception: the only one who raises is the trigger of `append_only`
        return Failure.KEPT
    if isinstance(error, DataError) and state is None:  # a NUL, refused by the driver
        return Failure.TEXT
    if state is None or state.startswith(("08", "28", "57P")):
        return Failure.UNREACHABLE
    return _POSTGRESQL.get(state, Failure.OTHER)

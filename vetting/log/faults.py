"""Turns what a database says went wrong into the log's errors, without a word of what was being written."""

import sqlite3

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from vetting.log.errors import (
    LogDamagedError,
    LogError,
    LogFullError,
    LogLockedError,
    LogMissingError,
    LogReadOnlyError,
    LogUnavailableError,
)

_LOCKED = "Another writer holds the log, so nothing was added to it."
_FULL = "The storage under the log is full, so nothing was added to it."
_READ_ONLY = "This account may not write to the log, so nothing was added to it."
_MISSING = "There is no log at that address, or this account may not open it."
_DAMAGED = "The stored log is damaged, or refused a change to what is already written."

_SQLITE: dict[int, tuple[type[LogError], str]] = {
    sqlite3.SQLITE_BUSY: (LogLockedError, _LOCKED),
    sqlite3.SQLITE_LOCKED: (LogLockedError, _LOCKED),
    sqlite3.SQLITE_FULL: (LogFullError, _FULL),
    sqlite3.SQLITE_READONLY: (LogReadOnlyError, _READ_ONLY),
    sqlite3.SQLITE_CANTOPEN: (LogMissingError, _MISSING),
    sqlite3.SQLITE_CORRUPT: (LogDamagedError, _DAMAGED),
    sqlite3.SQLITE_NOTADB: (LogDamagedError, _DAMAGED),
    sqlite3.SQLITE_CONSTRAINT: (LogDamagedError, _DAMAGED),
}
_POSTGRESQL: dict[str, tuple[type[LogError], str]] = {
    "55P03": (LogLockedError, _LOCKED),  # lock_not_available
    "40P01": (LogLockedError, _LOCKED),  # deadlock_detected
    "53100": (LogFullError, _FULL),  # disk_full
    "25006": (LogReadOnlyError, _READ_ONLY),  # read_only_sql_transaction
    "42501": (LogReadOnlyError, _READ_ONLY),  # insufficient_privilege
    "42P01": (LogMissingError, _MISSING),  # undefined_table
    "3D000": (LogMissingError, _MISSING),  # invalid_catalog_name
    "P0001": (LogDamagedError, _DAMAGED),  # raised by our own triggers
    "XX001": (LogDamagedError, _DAMAGED),  # data_corrupted
    "XX002": (LogDamagedError, _DAMAGED),  # index_corrupted
}


def as_log_error(error: SQLAlchemyError) -> LogError:
    """The log's own error for a database error; `LogUnavailableError` for whatever has no name here."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    return driver_error(cause, damaged=isinstance(error, IntegrityError))


def driver_error(cause: BaseException | None, *, damaged: bool = False) -> LogError:
    """The same for what a driver raised itself; `damaged` where a rule of the tables was broken."""
    if isinstance(cause, sqlite3.Error):
        return _from_sqlite(cause)
    if isinstance(cause, UnicodeDecodeError):  # stored text that is none, even in the driver's own words about it
        return LogDamagedError(_DAMAGED)
    known = _POSTGRESQL.get(getattr(cause, "sqlstate", None) or "")
    if known is None and damaged:
        known = (LogDamagedError, _DAMAGED)
    kind, sentence = known or (
        LogUnavailableError,
        "The database under the log does not answer as it should.",
    )
    return kind(sentence)


def _from_sqlite(cause: sqlite3.Error) -> LogError:
    code = getattr(cause, "sqlite_errorcode", None)
    if code is None:  # raised by Python's driver itself, as for stored text that is not UTF-8
        return LogDamagedError(_DAMAGED)
    if code == sqlite3.SQLITE_ERROR and "no such table" in str(cause):
        return LogMissingError(_MISSING)
    kind, sentence = _SQLITE.get(
        code & 0xFF, (LogUnavailableError, "The file under the log cannot be read or written.")
    )
    return kind(sentence)

"""The log's tables and its two ways in, to write and to read, on SQLite and PostgreSQL alike."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    URL,
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, QueuePool

from vetting.log.errors import LogDamagedError, LogMissingError, LogReadOnlyError
from vetting.log.faults import as_log_error, driver_error
from vetting.log.untouched import Untouched

metadata = MetaData()

_NUMBER = BigInteger().with_variant(Integer(), "sqlite")

entry = Table(
    "entry",
    metadata,
    Column("sequence", _NUMBER, primary_key=True, autoincrement=False),
    Column("idem", String(128), nullable=False, unique=True),
    Column("body", LargeBinary, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
)
"""One row an entry: its place, its idempotency key, its canonical bytes, and their leaf hash."""

frontier = Table(
    "frontier",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", _NUMBER, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)
"""The one row (id 1) from which the next sequence number and the next root come."""

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("size", _NUMBER, primary_key=True, autoincrement=False),
    Column("note", LargeBinary, nullable=False),
)
"""One signed note for every commit."""

cosignature = Table(
    "cosignature",
    metadata,
    Column("size", _NUMBER, primary_key=True, autoincrement=False),
    Column("name", String(256), primary_key=True),
    Column("key_id", String(8), primary_key=True),
    Column("line", LargeBinary, nullable=False),
)
"""Signature lines of others under the checkpoint of a size, by the name and the id (hexadecimal) of their key."""

time_stamp = Table(
    "time_stamp",
    metadata,
    Column("size", _NUMBER, primary_key=True, autoincrement=False),
    Column("token", LargeBinary, nullable=False),
)
"""RFC 3161 answers over the signed note of the checkpoint of a size, one a checkpoint."""


_HEAD = "SELECT size, hashes, (SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1) FROM frontier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where the log stands: the frontier's size and packed hashes, and the latest signed note, if any."""

    size: int
    hashes: bytes
    note: str | None


def read_head(connection: Connection) -> Head:
    """Where the log stands. Raises `LogDamagedError` where that is not stored as it should be."""
    rows = driven(connection, _HEAD)
    if len(rows) != 1 or [type(value) for value in rows[0]] not in ([int, bytes, bytes], [int, bytes, type(None)]):
        raise LogDamagedError("The stored frontier is gone or has another form.")
    size, hashes, note = rows[0]
    return Head(size=size, hashes=hashes, note=None if note is None else note.decode("utf-8", "replace"))


def driven(connection: Connection, statement: str, *values: object) -> list[Any]:
    """Run a statement straight on the driver and return its rows: for what is run for every commit or every block.

    `?` stands for each value, on both databases. Raises `LogError`.
    """
    cursor = connection.connection.cursor()
    try:
        cursor.execute(_spelled(connection, statement), values)
        return list(cursor.fetchall()) if cursor.description else []
    except (connection.dialect.loaded_dbapi.Error, UnicodeDecodeError) as error:
        raise driver_error(error) from None
    finally:
        cursor.close()


def _spelled(connection: Connection, statement: str) -> str:
    return statement if connection.dialect.paramstyle == "qmark" else statement.replace("?", "%s")


_WRITES = "log_writes"
_ADVISORY_LOCK = int.from_bytes(b"vetlog", "big")  # means "I am the writer"; PostgreSQL keeps one a database


class LogStore:
    """A log's database. Nothing is opened until it is used.

    `url` is a SQLAlchemy address: `sqlite:////folder/log.sqlite` or `postgresql+psycopg://...`.
    `busy_timeout` is in seconds: how long a writer waits for another before `LogLockedError`. A SQLite file
    is made only where `create` is set, and not written to at all, nor anything beside it that is not needed for
    reading, where `read_only` is. Raises `LogMissingError` for any other kind of address.
    """

    def __init__(
        self, url: str | URL, *, busy_timeout: float = 10.0, create: bool = False, read_only: bool = False
    ) -> None:
        self._busy_timeout = busy_timeout
        self._anew = partial(LogStore, url, busy_timeout=busy_timeout, create=create, read_only=read_only)
        address = _address(url)
        self._on_sqlite = address.get_backend_name() == "sqlite"
        self._untouched: Untouched | None = None
        if not self._on_sqlite:
            self._engine = _postgresql(address)
        elif read_only:
            self._untouched = Untouched(_file(address))
            self._engine = _sqlite_untouched(self._untouched, busy_timeout)
        else:
            self._engine = _sqlite(_file(address), busy_timeout, create=create)

    def __reduce__(self) -> "tuple[partial[LogStore], tuple[()]]":
        """Another process opens the log anew: connections are not handed on."""
        return self._anew, ()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that holds the writers' lock from its first moment; all of it is kept or nothing.

        Raises `LogLockedError`, `LogFullError`, `LogReadOnlyError`, `LogMissingError`, `LogUnavailableError`
        or `LogDamagedError`.
        """
        if self._untouched:  # SQLite itself would only refuse the first change
            raise LogReadOnlyError("The log was opened to be read; nothing was written.")
        with _translated(), self._engine.connect() as connection:
            connection.execution_options(**{_WRITES: True})
            with connection.begin():
                if not self._on_sqlite:
                    self._lock(connection)
                yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one unmoving state of the log, however long it reads."""
        still = self._untouched.still() if self._untouched else nullcontext()
        with still, _translated(), self._engine.connect() as connection:
            if not self._on_sqlite:
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    def _lock(self, connection: Connection) -> None:
        """Wait for the writers' lock. Whatever is read afterwards is fresh: READ COMMITTED looks anew."""
        connection.execute(_PATIENCE, {"milliseconds": f"{max(1, round(self._busy_timeout * 1000))}ms"})
        connection.execute(_DURABLE)
        connection.execute(_LOCK, {"key": _ADVISORY_LOCK})


_PATIENCE = text("SELECT set_config('lock_timeout', :milliseconds, true)")
_DURABLE = text(
    "SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'"
)
_LOCK = text("SELECT pg_advisory_xact_lock(:key)")


def _address(url: str | URL) -> URL:
    try:
        address = make_url(url)
    except (SQLAlchemyError, ValueError):
        raise LogMissingError("The log's address cannot be read.") from None
    if address.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg"}:
        raise LogMissingError("The log's address names neither SQLite nor PostgreSQL.")
    return address


def _postgresql(address: URL) -> Engine:
    return create_engine(address, hide_parameters=True, pool_pre_ping=True)


def _file(address: URL) -> Path:
    if address.database in (None, "", ":memory:"):
        raise LogMissingError("A log needs a file; it cannot live in memory.")
    return Path(address.database).absolute()


def _sqlite(file: Path, busy_timeout: float, *, create: bool) -> Engine:
    """An engine whose writers begin with BEGIN IMMEDIATE and whose commits reach the disk."""
    address = f"file:{quote(str(file))}?mode={'rwc' if create else 'rw'}"
    engine = create_engine(
        "sqlite://", creator=lambda: _opened(address, busy_timeout), poolclass=QueuePool, hide_parameters=True
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _sqlite_untouched(untouched: Untouched, busy_timeout: float) -> Engine:
    """An engine that opens the file anew for every look, in whichever way leaves it as it is."""
    engine = create_engine(
        "sqlite://", creator=lambda: _opened(untouched.address, busy_timeout), poolclass=NullPool, hide_parameters=True
    )
    event.listen(engine, "begin", _begin)
    return engine


def _opened(address: str, busy_timeout: float) -> sqlite3.Connection:
    # isolation_level None: the driver begins nothing by itself, so that `_begin` decides how a transaction begins.
    return sqlite3.connect(address, uri=True, timeout=busy_timeout, isolation_level=None, check_same_thread=False)


def _prepare(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    connection.execute("PRAGMA journal_mode=WAL").close()
    connection.execute("PRAGMA synchronous=FULL").close()


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise as_log_error(error) from None
    except UnicodeDecodeError:  # the driver met bytes that are no text, even in its own words about the damage
        raise LogDamagedError("The stored log is damaged.") from None

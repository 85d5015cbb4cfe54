"""The column types and keys that every store shares."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Column, DateTime, Dialect, Integer, LargeBinary, MetaData, String
from sqlalchemy.types import TypeDecorator

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC on both databases. A time without a zone is refused: SQLite would not tell."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Into UTC, whatever zone it came in."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As UTC, whatever zone the server speaks."""
        del dialect
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def new_metadata() -> MetaData:
    """The tables of one store, their constraints named alike so that a later migration can find them."""
    return MetaData(naming_convention=_NAMES)


def sequence() -> Column[int]:
    """The order in which rows were added."""
    return Column("sequence", Integer, primary_key=True, autoincrement=True)


def code(name: str) -> Column[str]:
    """An identifier, a digest or a word from a closed list: short, and readable without the vault key."""
    return Column(name, String, nullable=False)


def moment(name: str) -> Column[datetime]:
    """When, in UTC."""
    return Column(name, UtcTime, nullable=False)


def sealed() -> Column[bytes]:
    """Confidential content, sealed to the vault key by `vetting.records.seal`."""
    return Column("sealed", LargeBinary, nullable=False)

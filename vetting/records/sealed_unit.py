"""A transaction on the case files: rows by key, and the seal that all confidential content goes through."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Table, select

from vetting.errors import not_found, storage
from vetting.records import case_file_tables as t
from vetting.records.failures import intact
from vetting.records.outbox import PostingUnit
from vetting.records.seal import VaultKey, VaultPublicKey, context


class SealedUnit(PostingUnit):
    """What the units of `case_unit` and `finding_unit` share."""

    def __init__(self, connection: Connection, public: VaultPublicKey, key: VaultKey | None) -> None:
        super().__init__(connection, t.outbox)
        self._public, self._key = public, key

    def _add(self, table: Table, **values: object) -> None:
        self._connection.execute(table.insert().values(**values))

    @intact("record")
    def _one(self, table: Table, column: str, value: str, what: str) -> Row[Any]:
        row = self._connection.execute(select(table).where(table.c[column] == value)).one_or_none()
        if row is None:
            raise not_found(f"unknown_{what}", f"There is no such {what} in the case files.", "Check its number.")
        return row

    @intact("record")
    def _all(self, table: Table, **values: str) -> list[Row[Any]]:
        query = select(table).where(*(table.c[name] == value for name, value in values.items()))
        return list(self._connection.execute(query.order_by(table.c.sequence)))

    def _seal(self, content: bytes, case_number: str, record: str, kind: str) -> bytes:
        return self._public.seal(content, context(case_number, record, kind))

    def _open(self, sealed: bytes, case_number: str, record: str, kind: str) -> bytes:
        if self._key is None:
            raise storage(
                "no_vault_key",
                "This process holds no vault key and cannot read what is sealed.",
                "Run the command as an investigator, where the vault key and its passphrase are.",
            )
        return self._key.open(sealed, context(case_number, record, kind))

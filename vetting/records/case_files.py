"""The case files: everything about a case, its confidential parts sealed. Rows become facts at this door."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from vetting.errors import storage
from vetting.records import case_file_tables as t
from vetting.records.case_unit import CaseUnit
from vetting.records.database import WAIT_SECONDS, Database
from vetting.records.deviation_unit import DeviationUnit
from vetting.records.finding_unit import FindingUnit
from vetting.records.lease_unit import LeaseUnit
from vetting.records.seal import VaultKey, VaultPublicKey


class CaseFileUnit(CaseUnit, FindingUnit, LeaseUnit, DeviationUnit):
    """One transaction: positions, cases, searches, captures, findings, reviews, deviations, leases, and the outbox."""


class CaseFiles:
    """The store of the investigator's side. Without `key` all can be written and nothing sealed be read."""

    def __init__(
        self, url: str, public: VaultPublicKey, key: VaultKey | None, *, wait_seconds: float = WAIT_SECONDS
    ) -> None:
        if key is not None and key.public != public:
            raise storage(
                "vault_keys_differ",
                "The vault's private key does not belong to its public key.",
                "Restore the pair from one backup.",
            )
        self.database = Database(
            url,
            store="case files",
            tree="case_files",
            metadata=t.METADATA,
            revision=t.REVISION,
            wait_seconds=wait_seconds,
        )
        self._public, self._key = public, key

    def migrate(self) -> None:
        """Makes the store or brings it up to date."""
        self.database.migrate()

    @contextmanager
    def transaction(self) -> Iterator[CaseFileUnit]:
        """The only writer: what is recorded and posted in it is committed together, or not at all."""
        with self.database.writing() as connection:
            yield CaseFileUnit(connection, self._public, self._key)

    @contextmanager
    def reading(self) -> Iterator[CaseFileUnit]:
        """The same unit over one unmoving state; waits for no writer, and refuses to write."""
        with self.database.reading() as connection:
            yield CaseFileUnit(connection, self._public, self._key)

    def close(self) -> None:
        """Lets go of all connections."""
        self.database.close()

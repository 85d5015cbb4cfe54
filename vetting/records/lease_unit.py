"""Who is running a search at the moment, as the case files keep it: working state, no record of anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import delete

from vetting.records import case_file_tables as t
from vetting.records.sealed_unit import SealedUnit


class LeaseUnit(SealedUnit):
    """Leases keep two runs from asking for the same thing at once; that an outcome is recorded once is the unique
    key of the results, with leases or without.
    """

    def lease(
        self,
        number: str,
        keys: Sequence[str],
        holder: str,
        now: datetime,
        until: datetime,
        alive: Callable[[str], bool],
    ) -> frozenset[str]:
        """Leases those of the searches that nobody else has in hand, until `until`; which these are.

        A lease is free when it has run out, when it is the holder's own, or when its holder is not `alive`.
        """
        held = {row.key: row for row in self._all(t.leases, case_number=number)}
        taken = []
        for key in keys:
            row = held.get(key)
            if row is not None and row.expires_at > now and row.holder != holder and alive(row.holder):
                continue
            self.end_lease(number, key)
            self._add(t.leases, case_number=number, key=key, holder=holder, expires_at=until)
            taken.append(key)
        return frozenset(taken)

    def end_lease(self, number: str, key: str) -> None:
        """Lets go of a search whose outcome is recorded; nothing happens where nobody has it in hand."""
        self._connection.execute(delete(t.leases).where(t.leases.c.case_number == number, t.leases.c.key == key))

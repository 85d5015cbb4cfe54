"""How long a record is kept (docs/requirements.md); a legal hold beats every clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """One line of config/retention.toml."""

    record: str
    years: int
    source: str
    """The statute or regulation, e.g. `29 CFR 1602.31`."""


def keep_until(rules: Sequence[RetentionRule], record: str, made_on: date, *, legal_hold: bool) -> date | None:
    """The first day on which the record may be disposed of, by the longest rule. None while a legal hold stands.

    Raises KeyError where no rule covers the record: nothing is disposed of without a rule.
    """
    years = [rule.years for rule in rules if rule.record == record]
    if not years:
        raise KeyError(record)
    if legal_hold:
        return None
    target = made_on.year + max(years)
    leap_day = made_on.month == 2 and made_on.day == 29
    return date(target, 3, 1) if leap_day else made_on.replace(year=target)

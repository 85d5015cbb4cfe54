"""The auditor's checks on one position (docs/audit.md), made on the table of a verified log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from vetting.search import Outcome
from vetting.uniformity.result import UniformityAudit

if TYPE_CHECKING:
    import pandas as pd


def audit(
    events: pd.DataFrame,
    position: str,
    *,
    lint: Callable[[str], None] | None = None,
    reasons: Mapping[str, Outcome] | None = None,
    verified: bool = True,
) -> UniformityAudit:
    """All 42 checks on a position, from the table that `events.table` or `events.read` makes of its log.

    `lint` refuses a query template that asks for protected facts (`filters.query_linter.lint_query`), `reasons` says
    which outcome each reason code stands for; without them the parts of checks 10 and 13 that need them cannot be said.
    Raises NOT_FOUND for a position of which the table has no frozen protocol, BAD_INPUT for a protocol that cannot be
    read.
    """
    raise NotImplementedError

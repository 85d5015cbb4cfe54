"""The auditor's checks on one position (docs/audit.md), made on the table of a verified log."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

from vetting.search import Outcome
from vetting.uniformity import chain, effort, filtering, people, scope, searching, validating
from vetting.uniformity.events import uncollected
from vetting.uniformity.position_log import PositionLog, position_log
from vetting.uniformity.result import Check, Finding, Result, UniformityAudit, worst
from vetting.uniformity.rules import RULES, Rule

if TYPE_CHECKING:
    import pandas as pd

Make: TypeAlias = Callable[[PositionLog], Iterator[Finding]]

_CHECKS: Mapping[int, Make] = {
    1: scope.run_list,
    2: scope.stage_order,
    3: scope.one_protocol,
    4: scope.nothing_changed,
    5: people.cleared_searchers,
    7: people.reports_only,
    8: people.referrals,
    9: searching.executed_as_expected,
    11: searching.no_login,
    12: searching.one_environment,
    14: effort.same_effort,
    15: searching.deviations_listed,
    17: validating.captured,
    18: validating.asked_again,
    19: validating.attributed,
    20: validating.two_people,
    21: validating.legal_steps,
    23: validating.nothing_refuted,
    24: validating.within_lookback,
    25: filtering.filtered,
    33: people.determinations,
    34: people.determinations,
    35: people.determinations,
    36: people.determinations,
    39: people.disposals,
    40: people.exports,
    42: people.audits,
}
"""The checks that need nothing but the log; five more need something besides, and the others a person."""


def audit(
    events: pd.DataFrame,
    position: str,
    *,
    lint: Callable[[str], None] | None = None,
    reasons: Mapping[str, Outcome] | None = None,
    withholding: Collection[str] | None = None,
    verified: bool = True,
    outside: Finding | None = None,
    auditor: str = "",
) -> UniformityAudit:
    """All 42 checks on a position, from the table that `events.table` or `events.read` makes of its log.

    `lint` refuses a query template that asks for protected facts (`filters.query_linter.lint_query`), `reasons` says
    which outcome each reason code stands for, `withholding` lists the filter's reasons; without them the parts of
    checks 10, 13 and 28 that need them cannot be said. Without `verified` the log did not verify, and check 16 fails;
    `outside` is what it says of witnesses. `auditor` is whose audit this is: the log names them only afterwards.
    Raises NOT_FOUND for a position of which the table has no frozen protocol, BAD_INPUT for a protocol that cannot be
    read.
    """
    with uncollected():
        log = position_log(events, position)
        return check(
            log,
            lint=lint,
            reasons=reasons,
            withholding=withholding,
            verified=verified,
            outside=outside,
            auditor=auditor,
        )


def check(
    log: PositionLog,
    *,
    lint: Callable[[str], None] | None = None,
    reasons: Mapping[str, Outcome] | None = None,
    withholding: Collection[str] | None = None,
    verified: bool = True,
    outside: Finding | None = None,
    auditor: str = "",
) -> UniformityAudit:
    """The same, on a log that is in order already."""
    makers: Mapping[int, Make] = {
        **_CHECKS,
        6: lambda log: people.duties_apart(log, auditor),
        10: lambda log: searching.no_free_query(log, lint),
        13: lambda log: searching.failures_shared(log, reasons),
        16: lambda log: chain.whole_and_timely(log, verified=verified, outside=outside),
        28: lambda log: filtering.withheld_alike(log, withholding),
    }
    return UniformityAudit(
        position=log.position,
        practice=log.practice,
        checks=tuple(_made(rule, makers.get(rule.number), log) for rule in RULES),
        comparison=log.comparison,
    )


def _made(rule: Rule, make: Make | None, log: PositionLog) -> Check:
    findings = tuple(make(log)) if make else ()
    return Check(
        number=rule.number,
        title=rule.title,
        rule=rule.rule,
        conditions=rule.conditions,
        clause=rule.clause,
        by_hand=rule.by_hand,
        result=worst([f.weight for f in findings]) if make else Result.CANNOT_SAY,
        findings=findings,
    )

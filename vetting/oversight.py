"""The auditor's verbs: verify the log, and recompute from it alone whether everybody was searched alike.

Reads the transparency log and nothing else, and does not write to it. It opens no case file, holds no key and sees no
content.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vetting.checkpoints import log_policy, reading, verify_log
from vetting.errors import ExitCode, VettingError
from vetting.journal import log_errors
from vetting.log.answers import examine
from vetting.log.bundle import Bundle
from vetting.log.event import EventType, parse
from vetting.log.merkle import Frontier, leaf_hash
from vetting.log.note import Verifier
from vetting.log.policy import NONE, Policy
from vetting.log.snapshot import Log, StoredEntry
from vetting.log.verify import Verdict, verify
from vetting.protocol import SearchProtocol
from vetting.roles import Permission, Person, authorize
from vetting.search import Outcome, step_of
from vetting.settings import Settings
from vetting.uniformity import Difference, Finding, UniformityAudit, UniformityReport
from vetting.uniformity.logged import Environment, LoggedDeviation, Marked, environments, imports, marks
from vetting.uniformity.result import noted, unsaid

if TYPE_CHECKING:
    import pandas as pd

    from vetting.uniformity.position_log import PositionLog

LOG_CHANGED: Final = "log_changed"
"""The code of a log that is not what was verified a moment ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What the log proves about one position."""

    verdict: Verdict
    report: UniformityReport
    checks: UniformityAudit
    """The auditor's 42 checks, and the one word over them."""
    protocol: SearchProtocol
    imports: Mapping[str, int]
    """Files imported by hand, by case: no search, but no candidate should have more dug up unseen (U6)."""
    marks: Mapping[str, Marked]
    """By reviewer: somebody who restores far more than others is looked at (auditor check 28)."""
    environments: tuple[Environment, ...]
    """What the searches were made with; more than one is listed, with what differs (U3)."""
    deviations: tuple[LoggedDeviation, ...]
    """Everything that was asked for, what was refused or is undecided too (U6)."""
    quorum: str
    """Whom the policy asks to have seen the log, in words; empty where it asks nobody."""

    @property
    def enough(self) -> bool:
        """Whether the policy asks for nobody, or those it asks for have seen the log."""
        return not self.quorum or self.verdict.witnessed


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions:
    """What protocols were frozen for."""

    named: tuple[str, ...] = ()
    """In the order in which they were opened."""
    nameless: tuple[int, ...] = ()
    """The entries that freeze a protocol for no position, which no desk writes."""


def positions_of(settings: Settings, person: Person, verdict: Verdict) -> Positions:
    """Every position of the verified log. Refuses who is no auditor."""
    authorize(person, Permission.VERIFY_UNIFORMITY)
    with reading(settings) as reader, reader.snapshot() as snapshot:
        entries = (parse(body) for body in as_verified(snapshot.rows(), verdict))
        frozen = [
            (entry.sequence, entry.event.position) for entry in entries if entry.event.type is EventType.PROTOCOL_FROZEN
        ]
    return Positions(
        named=tuple(dict.fromkeys(position for _, position in frozen if position is not None)),
        nameless=tuple(sequence for sequence, position in frozen if position is None),
    )


def audit_position(
    settings: Settings,
    person: Person,
    position: str,
    verdict: Verdict | None = None,
    *,
    known: Mapping[int, str] | None = None,
) -> Audit:
    """Verifies the log, then makes the auditor's checks on a position (docs/audit.md). `known` as in `verify_log`.

    Refuses a person who is no auditor and an unknown position. A log that does not verify still gives its verdict: the
    audit is then worth nothing, check 16 says so, and so does the caller. Whoever audits several positions hands in the
    `verdict` on this log, so that it is verified once; what is read is held against it.
    """
    authorize(person, Permission.VERIFY_UNIFORMITY)
    policy = log_policy(settings)
    verdict = verdict or verify_log(settings, known, policy)
    with reading(settings) as reader:
        return _audited(reader, position, verdict, policy, person.id)


def audit_bundle(folder: Path, policy: Policy, position: str, *, known: Mapping[int, str] | None = None) -> Audit:
    """The same on a bundle, for whoever received it: no data folder, no account. By the receiver's own policy.

    Raises `LogError` for what is no bundle, or of another log than the policy means. Refuses with LOG_BROKEN one in
    which something beside the log does not fit it.
    """
    found = examine(folder, policy, known)
    if found.beside:
        raise VettingError(
            "bundle_does_not_fit",
            found.beside,
            "Keep the bundle as it is, and ask whoever made it for another.",
            ExitCode.LOG_BROKEN,
        )
    return _audited(Bundle(folder), position, found.verdict, policy)


def audit_log(log: Log, policy: Policy | Verifier, position: str, *, known: Mapping[int, str] | None = None) -> Audit:
    """The same on any log that can be read. Verifies it first."""
    with log_errors():
        asked = Policy.of(policy) if isinstance(policy, Verifier) else policy
        return _audited(log, position, verify(log, asked, known=known, now=datetime.now(UTC)), asked)


def _audited(log: Log, position: str, verdict: Verdict, policy: Policy, auditor: str = "") -> Audit:
    """Reads the entries of a log that was walked before. Refuses with LOG_BROKEN one that is damaged beyond reading."""
    from filters.query_linter import lint_query  # these, and pandas with the next line: what only an audit needs
    from vetting.uniformity import audit, events, position_log

    try:
        with events.uncollected():
            with log.snapshot() as snapshot:
                table = events.read(as_verified(snapshot.rows(), verdict), position)
            ordered = position_log.position_log(table, position)
        checks = audit.check(
            ordered,
            lint=lint_query,
            reasons=_reasons(),
            withholding=_withholding(),
            verified=verdict.ok,
            outside=_outside(verdict, policy),
            auditor=auditor,
        )
    except (VettingError, ValueError, KeyError, TypeError, AttributeError) as error:
        if verdict.ok:
            if not (
                isinstance(error, VettingError) and error.code == LOG_CHANGED
            ):  # what lies there now proves nothing
                _refuse_ill_formed(log, position)
            raise
        raise VettingError(
            "log_broken",
            f"The log does not verify at entry {verdict.first_bad}, and what is left cannot be audited.",
            "Keep the file as it is, keep every copy, and look at it with: vetting verify.",
            ExitCode.LOG_BROKEN,
        ) from None
    return _told(ordered, checks, verdict, "" if policy.quorum == NONE else policy.rule)


def as_verified(rows: Iterator[StoredEntry], verdict: Verdict) -> Iterator[bytes]:
    """The entries that were verified, and no other: they are read a second time, and may have been changed since.

    Of a log that does not verify everything is given, for what it is worth.
    """
    tree = Frontier()
    for row in rows:
        if verdict.ok and tree.size == verdict.size:
            break
        tree.append(leaf_hash(row.body))
        yield row.body
    if verdict.ok and tree.root().hex() != verdict.root_hex:
        raise VettingError(
            LOG_CHANGED,
            "The log was changed between its verification and its reading, so nothing can be said of it.",
            "Keep a copy of the log as it is now, tell the auditor, and audit the copy.",
            ExitCode.LOG_BROKEN,
        )


def _refuse_ill_formed(log: Log, position: str) -> None:
    """Refuses a log that verifies and holds what no desk writes: nobody makes an audit end in silence."""
    from vetting.uniformity.forms import ill_formed

    with log.snapshot() as snapshot:
        sequence = ill_formed((row.body for row in snapshot.rows()), position)
    if sequence is not None:
        raise VettingError(
            "entry_ill_formed",
            f"The log verifies, but entry {sequence} holds a value that its field cannot have: no desk wrote it.",
            "Keep every copy of the log, and ask whoever keeps it how the entry came into it.",
            ExitCode.LOG_BROKEN,
        )


def _outside(verdict: Verdict, policy: Policy) -> Finding | None:
    """What check 16 says of the witnesses; None where they have seen all of it, or where the log does not verify."""
    if not verdict.ok:
        return None
    if verdict.witnessed:
        left = verdict.size - (verdict.witnessed_size or 0)
        return noted((), f"The last {left} entries are UNWITNESSED.") if left else None
    if policy.quorum == NONE:
        return noted((), "UNWITNESSED: the policy asks for no witness, so the log proves nothing against its keeper.")
    return unsaid(f"UNWITNESSED: the policy asks for {policy.rule}, and so many have not seen this log.")


def _told(log: PositionLog, checks: UniformityAudit, verdict: Verdict, quorum: str) -> Audit:
    return Audit(
        verdict=verdict,
        report=log.comparison,
        checks=checks,
        protocol=log.protocol,
        imports=imports(log.of(EventType.EVIDENCE_IMPORTED)),
        marks=marks(log.of(EventType.FILTER_MARKED)),
        environments=environments(log.of(EventType.ENVIRONMENT_RECORDED)),
        deviations=log.deviations,
        quorum=quorum,
    )


@cache
def _reasons() -> Mapping[str, Outcome]:
    """Which outcome each reason code stands for: no failure may pass for "nothing found"."""
    from vetting.sources.conduct import LEFT_OUT
    from vetting.sources.interface import OUTCOMES

    return {reason.value: outcome for reason, outcome in OUTCOMES.items()} | {LEFT_OUT: Outcome.EXCLUDED}


@cache
def _withholding() -> frozenset[str]:
    """The reasons for which the filter withholds a whole text."""
    from filters.withholding import WithheldReason

    return frozenset(reason.value for reason in WithheldReason)


def matrix(audit: Audit) -> pd.DataFrame:
    """Protocol steps by candidates, outcomes as words; several searches of one step stand in one cell."""
    import pandas as pd

    steps = [step.id for step in audit.protocol.steps]
    words = _words(audit.report)
    cells = {case: [", ".join(words.get((case, step), {})) for step in steps] for case in audit.report.cases}
    return pd.DataFrame(cells, index=pd.Index(steps, name="step"))


def _words(report: UniformityReport) -> dict[tuple[str, str], dict[str, None]]:
    """What stands in each cell, by case and step, in order."""
    left_out = {d.key for d in report.departures if d.difference is Difference.STEP_LEFT_OUT}
    words: dict[tuple[str, str], dict[str, None]] = {}
    for (case, key), outcome in report.outcomes.items():
        step = step_of(key)
        if step not in left_out or outcome is not Outcome.EXCLUDED:
            words.setdefault((case, step), {})[outcome.value.replace("_", " ")] = None
    missing = {(d.case_number, step_of(d.key)) for d in report.departures if d.difference is Difference.MISSING}
    for cell in missing:
        words.setdefault(cell, {})["not run"] = None
    for cell in ((case, step) for case in report.cases for step in left_out):
        if cell not in missing:
            words.setdefault(cell, {})["left out"] = None
    return words

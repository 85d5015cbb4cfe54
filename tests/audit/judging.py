"""The audit's word on an invented position, and whether it is an alarm that nothing in the story explains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from tests.audit.clean import clean
from tests.audit.memory_log import MemoryLog
from tests.audit.story import Opened, Story
from tests.audit.tampering import Tamper
from tests.audit.violations import Kind, Unfit
from vetting.log.policy import Policy
from vetting.log.verify import verify
from vetting.oversight import audit_log
from vetting.uniformity import Check, Result, UniformityAudit

EXPLAINED: Final[Mapping[str, frozenset[int]]] = {
    "import": frozenset({14}),
    "left out": frozenset({13, 15}),
    "withdrawal": frozenset({15}),
    "referral": frozenset({8}),
    "refusal": frozenset({8}),
    "crash": frozenset({16}),
    "failure": frozenset({13}),
}
"""What the generator put into a position on purpose, and the checks that should show it as something to look at."""
ATTEMPTS: Final = 40
"""Seeds that are tried until a story holds what a violation needs."""


def audited(log: MemoryLog, position: Opened) -> UniformityAudit:
    """The audit of one position of a log that verifies: whatever somebody did, they logged it and left it so."""
    made = audit_log(log, Policy.of(log.key.verifier), position.id)
    assert made.verdict.ok, made.verdict
    return made.checks


def alarms(seed: int) -> Iterator[str]:
    """What the audit raises in the clean story of this seed and nothing in it explains."""
    story = clean(seed)
    log = MemoryLog.of(story.said)
    for opened in story.positions:
        result = audited(log, opened)
        allowed = {number for why in opened.exceptions for number in EXPLAINED[why]}
        for check in result.checks:
            yield from (f"seed {seed}, {opened.id}: {told}" for told in _raised(check, allowed))


def _raised(check: Check, allowed: set[int]) -> Iterator[str]:
    for finding in check.findings:
        if finding.weight is Result.FAIL or (finding.weight is Result.EXCEPTION and check.number not in allowed):
            yield f"check {check.number} {finding.weight}: {finding.sentence}"


def stories(kind: Kind, wanted: int) -> Iterator[Story]:
    """As many stories as wanted, after the violation."""
    found = 0
    for seed in range(ATTEMPTS * wanted):
        story = clean(seed, **kind.narrowed)
        try:
            kind.apply(story)
        except Unfit:
            continue
        yield story
        found += 1
        if found == wanted:
            return


def caught(kind: Kind, story: Story) -> bool:
    """Whether the check that the violation names finds more in the story than it found in the clean one."""
    weight = Result.EXCEPTION if kind.soft else Result.FAIL
    log = MemoryLog.of(story.said)
    after = audited(log, story.position).check(kind.check)
    before = _before(story.seed, tuple(sorted(kind.narrowed.items()))).check(kind.check)
    new = _found(after, weight) - _found(before, weight)
    touched = set() if kind.elsewhere else _touched(kind, story)
    named = {entry for finding in after.findings if finding.sentence in new for entry in finding.entries}
    return bool(new) and (not touched or bool(touched & named))


def _touched(kind: Kind, story: Story) -> set[int]:
    """The entries that the violation made or made otherwise, of which one must be named; none if it left some out."""
    before = {event.id: event for event in (said.event() for said in clean(story.seed, **kind.narrowed).said)}
    return {n for n, event in enumerate(said.event() for said in story.said) if before.get(event.id) != event}


@cache
def _before(seed: int, narrowed: tuple[tuple[str, object], ...]) -> UniformityAudit:
    """The same story before the violation; most kinds share their shape."""
    story = clean(seed, **dict(narrowed))
    return audited(MemoryLog.of(story.said), story.position)


def _found(check: Check, weight: Result) -> Counter[str]:
    return Counter(finding.sentence for finding in check.findings if finding.weight is weight)


def noticed(tamper: Tamper, seed: int) -> bool:
    """Whether verification finds the tampering; an owner who signs anew is found by what somebody saw before."""
    story = clean(seed)
    log = MemoryLog.of(story.said)
    known = {log.tree.size: log.tree.root().hex()}
    spoilt = tamper.apply(log, 3 + story.dice.randrange(len(log.stored) - 4))
    if tamper.forged:
        assert verify(spoilt, log.key.verifier).ok, "the owner signed it, so it looks sound by itself"
    return not verify(spoilt, log.key.verifier, known=known if tamper.forged else None).ok

"""The planned searches of one case, and what came of each: exactly one outcome per search."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import rfc8785

from vetting.candidate import ACCOUNT_KINDS, Candidate, IdentifierKind
from vetting.protocol import SearchProtocol, Step


class Outcome(StrEnum):
    """What came of a search. `blocked` and `unavailable` are never "nothing found" (condition U5)."""

    COMPLETED = "completed"
    NO_RESULTS = "no_results"
    BLOCKED = "blocked"
    UNAVAILABLE = "unavailable"
    NOT_APPLICABLE = "not_applicable"
    EXCLUDED = "excluded"
    """Not asked, because the step is left out for everybody of the position (U5, U6)."""


OWNERS_CHOICE: Final = frozenset(
    {"withheld_at_users_request", "noindex", "robots_disallowed", "not_publicly_available"}
)
"""Reasons by which whoever owns an account or a page keeps visitors out: the step was run for everybody alike."""


def failed(step: Step, outcome: Outcome, reason: str) -> bool:
    """Whether the source failed or refused: a step that did so for one and ran for another treats them unalike (U5).

    What an account's own owner does not show is no failure of the source, and is never "nothing found" either. Nobody
    owns a source that is asked for a name, so nobody keeps one candidate out of it.
    """
    owned = step.anchor in ACCOUNT_KINDS or step.own_address
    return outcome in {Outcome.BLOCKED, Outcome.UNAVAILABLE} and not (owned and reason in OWNERS_CHOICE)


def ran(outcome: Outcome) -> bool:
    """Whether the source answered."""
    return outcome in {Outcome.COMPLETED, Outcome.NO_RESULTS}


OWN_ANCHOR: Final = frozenset({"anchor_unusable", "handle_not_confirmed"})
"""Reasons that lie in what the candidate disclosed: no account can be of that name, or it does not own to it."""


def own(step: Step, reason: str) -> bool:
    """Whether such a failure lies with one candidate's own address or account and not with a source that they share.

    It is never "nothing found" either; but others' searches of the step were made as they should be (U5).
    """
    return step.own_address or reason in OWN_ANCHOR


def unshared(step: Step, outcomes: Iterable[tuple[Outcome, str]]) -> bool:
    """Whether the step, of which these are outcomes with their reasons, failed for some and ran for others (U5)."""
    seen = list(outcomes)
    return any(failed(step, outcome, reason) for outcome, reason in seen) and any(ran(outcome) for outcome, _ in seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One planned search: a step and the anchor it is run for. The query is confidential (it holds the name)."""

    key: str
    """`<step id>.<ordinal>`: the same for every candidate, so that an auditor can compare without reading a query."""
    step: Step
    ordinal: int
    """1 for the first disclosed anchor, 2 for the second; 0 where none was disclosed."""
    query: str
    languages: tuple[str, ...] = ("en",)
    """Of the protocol: what the source is asked for, in this order."""

    def __repr__(self) -> str:
        return f"Search({self.key})"

    @property
    def applicable(self) -> bool:
        """False where nothing of the step's anchor was disclosed: recorded as `not_applicable`, never left out."""
        return self.ordinal > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """What came of one search."""

    key: str
    outcome: Outcome
    reason: str
    """A code from a closed list (e.g. `challenge_page`, `engine_unresponsive`, `none_disclosed`), never text."""
    started_at: datetime
    ended_at: datetime
    attempts: int
    hits: int
    captures: int


def step_of(key: str) -> str:
    """The step a search key belongs to; empty for what is no search's key."""
    return key.rpartition(".")[0]


def expected_keys(protocol: SearchProtocol, disclosed: Mapping[IdentifierKind, int]) -> tuple[str, ...]:
    """The keys of the searches that must be run: a function of protocol and number of disclosed anchors (U2)."""
    keys: list[str] = []
    for step in protocol.steps:
        count = disclosed.get(step.anchor, 0)
        keys.extend(f"{step.id}.{n}" for n in (range(1, count + 1) if count else (0,)))
    return tuple(keys)


def plan(protocol: SearchProtocol, candidate: Candidate) -> tuple[Search, ...]:
    """The searches for this candidate: computed, never typed. Same protocol and candidate, same plan."""
    searches: list[Search] = []
    for step in protocol.steps:
        anchors = candidate.anchors(step.anchor)
        if not anchors:
            searches.append(Search(key=f"{step.id}.0", step=step, ordinal=0, query="", languages=protocol.languages))
        for n, anchor in enumerate(anchors, start=1):
            query = step.query.replace("{anchor}", anchor)
            searches.append(
                Search(key=f"{step.id}.{n}", step=step, ordinal=n, query=query, languages=protocol.languages)
            )
    return tuple(searches)


def plan_digest(protocol: SearchProtocol, disclosed: Mapping[IdentifierKind, int]) -> str:
    """SHA-256 of protocol digest and expected keys, 64 hex digits: the plan of a candidate without a query.

    It is in the log when the candidate is enrolled, before any search is begun; the auditor computes it from counts.
    """
    plan_document = {"protocol": protocol.digest(), "keys": list(expected_keys(protocol, disclosed))}
    return hashlib.sha256(rfc8785.dumps(plan_document)).hexdigest()

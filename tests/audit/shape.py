"""How large and how troubled an invented position is, and the protocol it is opened with."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from vetting.candidate import IdentifierKind
from vetting.protocol import SCHEMA, FailurePolicy, Quotation, SearchProtocol, Step, Technique

SOURCES: tuple[tuple[str, Technique, IdentifierKind], ...] = (
    ("metasearch", Technique.PUBLIC_API, IdentifierKind.FULL_NAME),
    ("metasearch", Technique.PUBLIC_API, IdentifierKind.NAME_AND_TOWN),
    ("metasearch", Technique.PUBLIC_API, IdentifierKind.EMAIL),
    ("atproto", Technique.PUBLIC_API, IdentifierKind.ATPROTO_HANDLE),
    ("mediawiki", Technique.PUBLIC_API, IdentifierKind.WIKI_ACCOUNT),
    ("web_archive", Technique.WEB_ARCHIVE, IdentifierKind.WEBSITE),
    ("feed", Technique.FEED, IdentifierKind.FEED),
    ("forum", Technique.PUBLIC_PAGE, IdentifierKind.FORUM_ACCOUNT),
    ("activitypub", Technique.PUBLIC_API, IdentifierKind.FEDIVERSE_ACCOUNT),
    ("github", Technique.PUBLIC_API, IdentifierKind.GITHUB_ACCOUNT),
    ("rdap", Technique.PUBLIC_API, IdentifierKind.DOMAIN),
    ("brave", Technique.OFFICIAL_API_WITH_KEY, IdentifierKind.FULL_NAME),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What is drawn for one position; a violation narrows it to what it needs."""

    candidates: int
    steps: int
    found: float
    """How likely a search that completed brings findings."""
    straight: float
    """How likely a finding goes the whole way to the report."""
    outages: float
    """How likely a search's source does not answer the first time."""
    shared_outages: int
    """Steps whose source fails for everybody."""
    unshared_failures: int
    """Steps whose source fails for one and answers for another, and that are left out then."""
    withdrawals: int
    imports: float
    refused_deviations: int
    corrections: float
    """How likely a finding that passed the filter goes back once more before the release."""
    practice: bool
    released: bool
    old: bool
    """Whether it was run before the log said limits, credentials and effort."""
    schema: int = SCHEMA
    together: bool = False
    """Whether nobody reads a report before every candidate has one."""
    window: int = 90
    """Days from the first search to the last that the protocol allows."""


def draw(dice: random.Random) -> Shape:
    """A position as departments have them: mostly small, sometimes troubled."""
    old = dice.random() < 0.1
    return Shape(
        candidates=dice.choice((1, 2, 2, 3, 3, 4, 5, 6, 8, 12)),
        steps=dice.choice((1, 2, 3, 4, 5, 6, 8, 10, 12)),
        found=dice.choice((0.0, 0.15, 0.3, 0.5)),
        straight=dice.choice((0.3, 0.6)),
        outages=dice.choice((0.0, 0.0, 0.05, 0.2)),
        shared_outages=dice.choice((0, 0, 0, 1)),
        unshared_failures=dice.choice((0, 0, 0, 1)),
        withdrawals=dice.choice((0, 0, 0, 1)),
        imports=dice.choice((0.0, 0.0, 0.0, 0.2)),
        refused_deviations=dice.choice((0, 0, 0, 0, 1)),
        corrections=dice.choice((0.0, 0.1)),
        practice=dice.random() < 0.3,
        released=dice.random() < 0.85,
        old=old,
        schema=1 if old and dice.random() < 0.5 else SCHEMA,
        together=not old and dice.random() < 0.3,
    )


def protocol(dice: random.Random, shape: Shape, today: date) -> SearchProtocol:
    """A protocol of that many steps, in force today, with limits of its own."""
    first = [SOURCES[dice.randrange(2)]]  # the name at least is searched for everybody
    rest = dice.choices([source for source in SOURCES if source not in first], k=shape.steps - 1)
    policies = (FailurePolicy.RERUN, FailurePolicy.RERUN, FailurePolicy.EXCLUDE)
    allowed = policies[:1] if shape.schema == 1 else policies  # the first documents hold none
    steps = tuple(_step(dice, allowed, number, *source) for number, source in enumerate(first + rest, start=1))
    approved = today - timedelta(days=dice.randint(1, 200))
    names = (
        "criteria",
        "sources",
        "retention",
        "class_pack_federal",
        "class_pack_massachusetts",
        "department_name",
        "filter",
        "connectors",
    )
    return SearchProtocol(
        id="patrol_officer",
        version=dice.randint(1, 9),
        title="Patrol Officer",
        approved_by="Office of the Town Counsel",
        approved_on=approved,
        in_force_from=approved + timedelta(days=dice.randint(0, (today - approved).days)),
        jurisdiction="massachusetts",
        lookback_years=dice.randint(3, 7),
        quotation=dice.choice(tuple(Quotation)),
        criteria="police",
        class_packs=("federal", "massachusetts"),
        steps=steps,
        digests={name: dice.randbytes(32).hex() for name in names},
        may_request_handles=None if shape.schema == 1 else True,
        schema=shape.schema,
        release_together=shape.together,
        window_days=None if shape.old else shape.window,
    )


def _step(
    dice: random.Random,
    policies: tuple[FailurePolicy, ...],
    number: int,
    source: str,
    technique: Technique,
    anchor: IdentifierKind,
) -> Step:
    return Step(
        id=f"{source}_{number}",
        title=f"Step {number}",
        source=source,
        technique=technique,
        anchor=anchor,
        query="{anchor}",
        max_pages=dice.randint(1, 10),
        max_items=dice.randint(10, 500),
        attempts=dice.randint(1, 3),
        timeout_seconds=20,
        failure_policy=dice.choice(policies),
    )

"""Our own sources let loose on the decoy farm, and what the evidence in each page that they bring home carries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from urllib.parse import urlsplit

from tests.decoy_farm import CANDIDATES, ENGINE, PLACES, RANDOM_HANDLES, STAFF, Farm, Missing, Whose, kind_of
from vetting.attribution import Level, grade
from vetting.candidate import Candidate, Identifier, IdentifierKind
from vetting.casework.identifying import signals_of
from vetting.casework.name_frequency import frequency_of
from vetting.evidence import Hit
from vetting.protocol import Step
from vetting.search import Search
from vetting.signals import NameFrequency
from vetting.sources import site_profiles
from vetting.sources.conduct import conduct
from vetting.sources.forum import Forum, ForumSettings
from vetting.sources.interface import Source
from vetting.sources.metasearch import Metasearch, MetasearchSettings
from vetting.sources.registry import TECHNIQUES

AGENT = "vetting-test (records@riverton.example)"
NOW = datetime(2026, 5, 4, tzinfo=UTC)
ORDER = [Level.AX, Level.A0, Level.A1, Level.A2, Level.A3, Level.A4]
EXISTS = {"status": 200, "text": "@{account}"}
MISSING: dict[Missing, dict[str, object]] = {
    Missing.NOT_FOUND: {"status": 404},
    Missing.SOFT: {"status": 200, "text": "there is no {account} here"},
    Missing.CHALLENGE: {"status": 404},
    Missing.HOME: {"status": 200, "text": "welcome to our site"},
    Missing.SHELL: {"status": 404},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the evidence in one page carries."""

    at: str
    """The page, of invented people."""
    whose: Whose
    level: Level
    frequency: NameFrequency
    """Of the name of the candidate it was found for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """Every claim, and how the searches ended."""

    claims: tuple[Claim, ...]
    outcomes: Counter[str]

    def of(self, *whose: Whose) -> list[Claim]:
        """The claims about such accounts."""
        return [claim for claim in self.claims if claim.whose in whose]

    def best(self, *whose: Whose) -> Counter[Level]:
        """How many such accounts reach which level at most: an account may be found by several searches."""
        highest: dict[str, Level] = {}
        for claim in self.of(*whose):
            highest[claim.at] = max(highest.get(claim.at, Level.AX), claim.level, key=ORDER.index)
        return Counter(highest.values())


def graded(farm: Farm) -> Graded:
    """What the candidates disclosed, their handles on every site, random handles, and their names by search engine."""
    outcomes: Counter[str] = Counter()
    claims: list[Claim] = []
    numbers = count(1)
    for candidate, source, search in _searches(farm):
        done = conduct(source, search, farm.transport, clock=lambda: NOW, new_id=lambda: f"K-{next(numbers)}")
        outcomes[done.result.outcome.value] += 1
        frequency = frequency_of(candidate)
        for hit in done.hits:
            level = grade(signals_of(hit, search, candidate), frequency)
            claims.append(Claim(at=hit.locator.reveal(), whose=_whose(farm, hit), level=level, frequency=frequency))
    return Graded(claims=tuple(claims), outcomes=outcomes)


def _searches(farm: Farm) -> Iterator[tuple[Candidate, Source, Search]]:
    web = Metasearch(user_agent=AGENT, settings=MetasearchSettings(endpoint=f"http://{ENGINE}/search"))
    for candidate in CANDIDATES:
        handle, forum = (identifier.value for identifier in candidate.identifiers[:2])
        for site in sorted(site for site, held in farm.accounts if held == forum):
            yield candidate, _forum(farm, site), _search("forum", IdentifierKind.FORUM_ACCOUNT, forum)
        for site in range(PLACES):
            yield candidate, *_lookup(farm, site, handle)
        for kind in (IdentifierKind.FULL_NAME, IdentifierKind.NAME_AND_TOWN):
            (anchor,) = candidate.anchors(kind)
            query = anchor if kind is IdentifierKind.NAME_AND_TOWN else f'"{anchor}"'
            yield candidate, web, _search("metasearch", kind, query)
    for handle in RANDOM_HANDLES:
        disclosed = (Identifier(kind=IdentifierKind.HANDLE, value=handle),)
        nobody = Candidate(full_name="Maria Garcia", town="Riverton", identifiers=disclosed)
        for site in range(PLACES):
            yield nobody, *_lookup(farm, site, handle)


def _lookup(farm: Farm, site: int, handle: str) -> tuple[Source, Search]:
    """A handle on one site, by the source with the two-sided rule."""
    listed = {
        "id": f"s{site:02d}",
        "name": f"Site {site}",
        "category": "crafts",
        "profile": farm.address(site),
        "exists": EXISTS,
        "missing": MISSING[kind_of(site)],
        "known": STAFF,
        "reviewed_on": NOW.date().isoformat(),
    }
    source = site_profiles.build(AGENT, {"sites": [listed]})
    return source, _search(site_profiles.NAME, IdentifierKind.HANDLE, f"s{site:02d}:{handle}")


def _forum(farm: Farm, site: int) -> Forum:
    return Forum(user_agent=AGENT, settings=ForumSettings(profile=farm.address(site)))


def _search(source: str, anchor: IdentifierKind, query: str) -> Search:
    step = Step(
        id="step",
        title="A step",
        source=source,
        technique=TECHNIQUES[source],
        anchor=anchor,
        query="{anchor}",
        max_pages=2,
        max_items=100,
        attempts=1,
    )
    return Search(key="step.1", step=step, ordinal=1, query=query)


def _whose(farm: Farm, hit: Hit) -> Whose:
    parts = urlsplit(hit.locator.reveal())
    site, handle = int((parts.hostname or "s99")[1:3]), parts.path.removeprefix("/u/").casefold()
    account = farm.accounts.get((site, handle))
    return account.whose if account else Whose.NOBODY

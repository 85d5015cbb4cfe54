"""Is it the candidate? Levels A0 to A4 and AX, and which may be released (REQ-FCRA-3; docs/requirements.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from vetting.candidate import ACCOUNT_KINDS, Candidate, IdentifierKind
from vetting.errors import bad_input
from vetting.evidence import Engagement, RawText


class Level(StrEnum):
    """How sure it is that the account or passage is the candidate's."""

    A0 = "A0"  # unlinked
    A1 = "A1"  # name only: never usable
    A2 = "A2"  # name and one weak identifier
    A3 = "A3"  # two independent identifiers, one of them strong
    A4 = "A4"  # confirmed by the candidate, or a disclosed account with a second identifier
    AX = "AX"  # refuted: somebody else, impersonated, or compromised

    @property
    def releasable(self) -> bool:
        """Only A3 and A4 may be released."""
        return self in {Level.A3, Level.A4}


class Link(StrEnum):
    """Kinds of attribution evidence; `STRONG` lists those that identify by themselves."""

    DISCLOSED_ACCOUNT = "disclosed_account"
    RECIPROCAL_LINK = "reciprocal_link"
    SAME_EMAIL = "same_email"
    CANDIDATE_CONFIRMED = "candidate_confirmed"
    SAME_TOWN = "same_town"
    SAME_EMPLOYER = "same_employer"
    DISTINCTIVE_DETAIL = "distinctive_detail"
    SAME_NAME = "same_name"
    DIFFERENT_TOWN = "different_town"
    DIFFERENT_PERSON_SHOWN = "different_person_shown"


STRONG = frozenset({Link.DISCLOSED_ACCOUNT, Link.RECIPROCAL_LINK, Link.SAME_EMAIL, Link.CANDIDATE_CONFIRMED})
_AGAINST = frozenset({Link.DIFFERENT_TOWN, Link.DIFFERENT_PERSON_SHOWN})


_DISCLOSURE: Mapping[Link, frozenset[IdentifierKind]] = MappingProxyType(
    {Link.DISCLOSED_ACCOUNT: ACCOUNT_KINDS, Link.SAME_EMAIL: frozenset({IdentifierKind.EMAIL})}
)
"""What the candidate must have disclosed for a link to be possible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """One reviewer's answer for one finding."""

    finding_id: str
    level: Level
    links: tuple[Link, ...]
    note: RawText
    """What the reviewer looked at, in the reviewer's words; may quote, so it is as confidential as the passage."""
    reviewer: str
    at: datetime
    engagement: Engagement | None = None
    """How the account took part, in the reviewer's judgment; None: as the source said. A web search and an import
    cannot say it, so without this word nothing of theirs could ever be reported."""


def check_disclosure(links: tuple[Link, ...], candidate: Candidate) -> None:
    """Refuses a link to something that the candidate never disclosed: it cannot be there (15 U.S.C. 1681e(b))."""
    disclosed = {identifier.kind for identifier in candidate.identifiers}
    for link in links:
        if link in _DISCLOSURE and not _DISCLOSURE[link] & disclosed:
            raise bad_input(
                "link_impossible",
                f"The candidate disclosed nothing that the evidence {link.value.replace('_', ' ')} could refer to.",
                "Name the evidence that there is.",
            )


def check_level(level: Level, links: tuple[Link, ...]) -> None:
    """Refuses a level that its evidence does not carry: no A3 without two independent links of which one is strong,
    no A4 without the candidate's confirmation or a disclosed account with a second link, no AX without a reason; and
    none of these two while something speaks against it, unless the candidate confirmed it (a report may not be on
    somebody else: 15 U.S.C. 1681e(b); Commonwealth v. Purdy, 459 Mass. 442).
    """
    given = set(links)
    favorable = given - _AGAINST - {Link.SAME_NAME}
    undisputed = not given & _AGAINST or Link.CANDIDATE_CONFIRMED in given
    a3 = undisputed and len(favorable) >= 2 and bool(favorable & STRONG)
    a4 = undisputed and (Link.CANDIDATE_CONFIRMED in favorable or (Link.DISCLOSED_ACCOUNT in favorable and a3))
    carried = {Level.A3: a3, Level.A4: a4, Level.AX: bool(given & _AGAINST)}
    if not carried.get(level, True):
        raise bad_input(
            "level_not_carried",
            f"The evidence given does not carry attribution level {level}.",
            "Give two independent links besides the name, one of them strong and none against, or a lower level.",
        )

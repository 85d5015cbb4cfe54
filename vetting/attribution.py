"""Is it the candidate? Levels A0 to A4 and AX, and which may be released (REQ-FCRA-3; docs/requirements.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from vetting.candidate import ACCOUNT_KINDS, Candidate, IdentifierKind
from vetting.errors import bad_input
from vetting.evidence import Engagement, RawText
from vetting.signals import NAME, NameFrequency, Signal


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

LINKS: Mapping[Signal, Link] = MappingProxyType(
    {
        Signal.DISCLOSED_ACCOUNT: Link.DISCLOSED_ACCOUNT,
        Signal.RECIPROCAL_LINK: Link.RECIPROCAL_LINK,
        Signal.SAME_EMAIL: Link.SAME_EMAIL,
        Signal.SAME_TOWN: Link.SAME_TOWN,
        Signal.EMAIL_IN_TEXT: Link.DISTINCTIVE_DETAIL,
        Signal.LINKS_TO_DISCLOSED: Link.DISTINCTIVE_DETAIL,
        Signal.NAMED_BY_DISCLOSED: Link.DISTINCTIVE_DETAIL,
        Signal.SAME_HANDLE: Link.DISTINCTIVE_DETAIL,
        Signal.HANDLE_FROM_NAME: Link.SAME_NAME,
        Signal.SAME_NAME: Link.SAME_NAME,
        Signal.DIFFERENT_TOWN: Link.DIFFERENT_TOWN,
        Signal.DIFFERENT_PERSON_SHOWN: Link.DIFFERENT_PERSON_SHOWN,
    }
)
"""What a reviewer may call each collected signal, once they have looked at it."""


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


def grade(signals: Iterable[Signal], frequency: NameFrequency) -> Level:
    """The level that collected evidence proposes: a help for the reviewer, who decides, and never an attribution.

    - A1: anything at all; a name alone, whoever bears it, is never more.
    - A2: the name with two weak facts, or with one where the name is known to be rare; or one strong fact alone.
    - A3: a strong fact and an independent second one. A4: the same, where the strong one is a disclosed account.
    - AX: another person is shown, and nothing strong speaks for the candidate.

    While something speaks against, weak facts propose A1 and strong ones A2, so that a person looks at what disagrees.
    Evidence for never lowers the proposal (AX is below A0), and evidence against never raises it. `check_level` accepts
    each proposal with the links in `LINKS` that stand for its evidence.
    """
    given = frozenset(signals)
    favorable = {signal for signal in given if not signal.against}
    against = given - favorable
    strong = {signal for signal in favorable if signal.strong}
    if against and not strong:
        refuted = any(signal.strong for signal in against)
        return Level.AX if refuted else Level.A1 if favorable else Level.A0
    topics = {signal.topic for signal in favorable} - {NAME}
    if strong and len(topics) >= 2 and not against:
        return Level.A4 if Signal.DISCLOSED_ACCOUNT in strong else Level.A3
    needed = 1 if frequency is NameFrequency.RARE else 2
    if strong or (Signal.SAME_NAME in favorable and len(topics) >= needed):
        return Level.A2
    return Level.A1 if favorable else Level.A0

"""The closed vocabularies of a released finding: every word beside the statement and the quotation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from vetting.attribution import Level
from vetting.evidence import Engagement
from vetting.release import Status
from vetting.validation import Element

ENGAGEMENT: Mapping[Engagement, str] = MappingProxyType(
    {
        Engagement.AUTHORED: "Authored",
        Engagement.ENDORSED: "Shared with endorsement",
        Engagement.ABOUT_SUBJECT: "Stated by others about the candidate",
    }
)
"""A like, a follow, a neutral share and an unknown part are leads, never findings: they have no wording."""

PUBLIC = "Public"
"""Only what anybody can read is searched (REQ-LAW-5)."""
AS_SHOWN = "As shown to an investigator's browser"
"""Nobody can tell from a saved page who else could have opened it."""
IMPORTED = "imported"

SOURCE: Mapping[str, str] = MappingProxyType(
    {
        "social_post": "Social media post",
        "profile": "Public profile",
        "web_page": "Web page",
        "search_result": "Search result",
        "wiki_edit": "Public wiki contribution",
        "archived_page": "Archived web page",
        "feed_entry": "Web log or feed entry",
        IMPORTED: "Material imported by an investigator",
    }
)

SEVERITY: Mapping[int, str] = MappingProxyType({1: "1 of 4", 2: "2 of 4", 3: "3 of 4", 4: "4 of 4"})
FAVOURABLE = "favorable"

ATTRIBUTION: Mapping[Level, str] = MappingProxyType(
    {
        Level.A3: "A3: two independent identifiers, one of them strong",
        Level.A4: "A4: confirmed by the candidate, or a disclosed account with a second identifier",
    }
)

VALIDATION: Mapping[Element, str] = MappingProxyType(
    {
        Element.OTHER_CAPTURE: "Corroborated by an independent capture; reviewed by two persons",
        Element.ARCHIVED_COPY: "Corroborated by an independent archived copy; reviewed by two persons",
        Element.OFFICIAL_RECORD: "Corroborated by an official record; reviewed by two persons",
        Element.PERSON_CONFIRMED: "Corroborated by a person with knowledge of it; reviewed by two persons",
        Element.CANDIDATE_CONFIRMED: "Confirmed by the candidate; reviewed by two persons",
    }
)

STATUS: Mapping[Element, Status] = MappingProxyType(dict.fromkeys(VALIDATION, Status.VERIFIED))

_ORDINAL = ("1st", "2nd", "3rd", "4th")
_FEW = 5


def closed() -> tuple[str, ...]:
    """Every word that any finding of any candidate may carry beside its criterion: none of them speaks of a person."""
    worded = (ENGAGEMENT, SOURCE, SEVERITY, ATTRIBUTION, VALIDATION)
    quarters = " to ".join(f"{ordinal} quarter of" for ordinal in _ORDINAL)
    bands = tuple(frequency(n) for n in (1, _FEW, _FEW + 1))
    return (
        PUBLIC,
        AS_SHOWN,
        FAVOURABLE,
        quarters,
        *bands,
        *Status,
        *(words for table in worded for words in table.values()),
    )


def audience(platforms: Iterable[str]) -> str:
    """Who could read the findings of these platforms: the least that can be said of any of them."""
    return AS_SHOWN if IMPORTED in set(platforms) else PUBLIC


def frequency(occurrences: int) -> str:
    """How often, in bands: an exact count can identify. Raises ValueError below 1."""
    if occurrences < 1:
        raise ValueError("occurrences")
    if occurrences == 1:
        return "once"
    return "2 to 5 times" if occurrences <= _FEW else "more than 5 times"


def period(earliest: datetime, latest: datetime | None = None) -> str:
    """Quarter and year in UTC, or from one to another: an exact date can identify."""
    first, last = _quarter(earliest), _quarter(latest or earliest)
    return first if first == last else f"{first} to {last}"


def _quarter(moment: datetime) -> str:
    utc = moment.astimezone(UTC)
    return f"{_ORDINAL[(utc.month - 1) // 3]} quarter of {utc.year}"

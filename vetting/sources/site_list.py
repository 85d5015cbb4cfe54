"""The sites on which a disclosed handle may be looked at: reviewed by hand, of ten kinds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from vetting.errors import VettingError, refused

ACCOUNT: Final = "{account}"


class Category(StrEnum):
    """What a site may be for. There is no other kind: an account on one must tell nothing but that it exists."""

    CODE = "code"
    WRITING = "writing"
    FORUM = "forum"
    PHOTO = "photo"
    MUSIC = "music"
    VIDEO = "video"
    CRAFTS = "crafts"
    GAMES = "games"
    PROFESSIONAL = "professional"
    GENERAL = "general"


_WORDS: Final = {
    "dating": """
        dating grindr tinder bumble hinge okcupid match.com plentyoffish pof singles scruff feeld badoo zoosk eharmony
        jdate jswipe mingle muzmatch muzz farmersonly seeking ashleymadison hookup swinger recon taimi shaadi
        coffeemeetsbagel thursday
    """,
    "adult": """
        porn xxx sex nsfw nude naked erotic fetlife fetish kink bdsm onlyfans fansly chaturbate cam4 camsoda stripchat
        myfreecams livejasmin xvideos xhamster xnxx redtube youporn brazzers literotica hentai rule34 furaffinity
        manyvids escort adult f95zone clips4sale motherless redgifs
    """,
    "political": """
        politic democrat republican gop election campaign vote voter actblue winred truthsocial gab.com gettr parler
        minds.com dailykos redstate breitbart infowars stormfront patriots.win union labor activist petition change.org
        maga antifa
    """,
    "health": """
        health patient medical therapy mental recovery sober addict cancer diabet hiv poz autis adhd bipolar depress
        disab pregnan fertility babycenter mumsnet whattoexpect thebump glow period wheelchair deaf blind strava
        myfitnesspal fitbit weight 23andme ancestry geni.com drugs cannabis leafly weed erowid bluelight
    """,
    "religious": """
        church christ bible catholic jesus gospel muslim islam quran jewish torah hindu buddh sikh mormon lds faith pray
        religio atheis pagan wicca parish salam
    """,
    "of a group": """
        gay lesbian lgbt queer trans blackplanet veteran military immigra senior ethnic
    """,
}
REFUSED_WORDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {kind: tuple(words.split()) for kind, words in _WORDS.items()}
)
"""What no id, name or host of a site may hold, by the kind of site it would be. Where one of these is part of an
innocent word the site is refused as well: the list is short, and there are other sites.
"""
_SHORT: Final = 4
"""Words of this length or less count where a word begins or ends with them ("sex", "vote"), longer ones anywhere."""

_Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,29}$")]


class Rule(BaseModel):
    """What a page is when it says one thing: its status, and words that stand in it (any, where none are given)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    status: int
    text: str = Field(default="", max_length=200)

    def fits(self, status: int, page: str, account: str) -> bool:
        """Whether the page, in small letters, says it of the account."""
        return status == self.status and self.text.replace(ACCOUNT, account).lower() in page


class Site(BaseModel):
    """One site: where a profile is, how a page says that there is one, how it says that there is none.

    Refuses an address whose host depends on the account, rules that one page can meet both of, and a site of a kind
    that would tell a class.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: _Slug
    name: str = Field(min_length=2, max_length=60)
    category: Category
    profile: str = Field(max_length=200)
    exists: Rule
    missing: Rule
    known: str = Field(min_length=2, max_length=40)
    """An account that is there: the site's own or an organization's, nobody's private one."""
    reviewed_on: date | None = None
    """The day somebody last read the rules against the site's pages and its terms; none where nobody has."""

    @field_validator("profile")
    @classmethod
    def _checked_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
            raise ValueError("the profile must be a web address")
        if value.count(ACCOUNT) != 1 or ACCOUNT in parts.netloc:
            raise ValueError("the profile must hold {account} once, behind the host")
        return value

    @model_validator(mode="after")
    def _checked_rules(self) -> Self:
        if self.exists.status != 200 or self.missing.status not in {200, 400, 404, 410}:
            raise ValueError("a profile that exists answers 200, one that is missing 404, 410, 400 or 200")
        if not self.exists.text:
            raise ValueError("the rule for an account that exists needs words of its page")
        if self.missing.status == self.exists.status and not self.missing.text:
            raise ValueError("the rule for a missing account needs words where it answers 200")
        return self


class SiteList(BaseModel):
    """The file config/sites.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    sites: tuple[Site, ...] = Field(min_length=1, max_length=100)


def checked_sites(content: Mapping[str, object]) -> Mapping[str, Site]:
    """The sites by their id. Refuses one of a refused kind, and an id used twice; else raises ValidationError."""
    listed = SiteList.model_validate(content).sites
    for site in listed:
        kind = refused_kind(site.id, site.name, urlsplit(site.profile).hostname or "")
        if kind:
            raise _refused(f"The site {site.id} in sites.toml is {kind}: looking there would tell a protected class.")
    if len({site.id for site in listed}) != len(listed):
        raise _refused("An id in sites.toml is used twice.")
    return MappingProxyType({site.id: site for site in listed})


def refuse_unreviewed(site: Site, where: str) -> Iterator[VettingError]:
    """The refusal of a step at `where` that looks at a site whose rules and terms nobody has read."""
    if site.reviewed_on is None:
        yield refused(
            "site_unreviewed",
            f"{where}: nobody has reviewed the site {site.id} of config/sites.toml.",
            f"Read its rules against its pages, and its terms, then enter reviewed_on under {site.id}.",
        )


def refused_kind(*names: str) -> str:
    """The refused kind of site that an id, name or host tells of; empty for none."""
    for kind, words in REFUSED_WORDS.items():
        if any(_holds(name.lower(), word) for name in names for word in words):
            return kind
    return ""


def _holds(name: str, word: str) -> bool:
    parts = re.findall(r"[a-z0-9]+", name)
    if len(word) > _SHORT:
        return word in name or word in "".join(parts)
    return any(part.startswith(word) or part.endswith(word) for part in parts)


def _refused(sentence: str) -> VettingError:
    return refused("site_refused", sentence, "Take it out of config/sites.toml; docs/sources.md says which may stand.")

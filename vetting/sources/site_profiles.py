"""Whether a disclosed handle has a profile on one site of our own list, and what the profile says.

That an account exists under a name attributes nothing to anybody: it is a page to read, and people judge whose it is.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict

from vetting.candidate import IdentifierKind
from vetting.evidence import Engagement, Hit, Profile, ProfileLink
from vetting.protocol import Technique
from vetting.search import Search
from vetting.sources.interface import Answer, NotSearchedError, Reason, answered
from vetting.sources.internet import Internet, Response
from vetting.sources.page_links import own_links
from vetting.sources.page_text import MAX_TEXT_BYTES, decoded_text, is_text, page_facts, raw_text, readable
from vetting.sources.site_list import ACCOUNT, Site, checked_sites

NAME: Final = "site_profile"
TECHNIQUE: Final = Technique.PUBLIC_PAGE
ANCHORS: Final = frozenset({IdentifierKind.HANDLE})
QUERY_FORM: Final = re.compile(r"([a-z][a-z0-9_]*):\{anchor\}")
"""A step names the site, so that each site is a search of its own, the same for every candidate."""
_HANDLE: Final = re.compile(r"\w[\w.-]{1,39}")
_PAGES: Final = """
    about account accounts admin api apps blog careers community contact discover docs download events explore features
    feed forum groups help home info jobs join legal login logout music network new news pages people photos popular
    press pricing privacy profile register search security settings shop signup site static store studio support tags
    team teams terms topics trending upload user users video videos welcome
"""
_OF_THE_SITE: Final = frozenset(_PAGES.split())
"""Names that a site keeps for pages of its own: what it shows there is nobody's profile."""
_ACCEPTED: Final = 202
"""What a robot check answers with while it makes up its mind."""


class SiteProfileSettings(BaseModel):
    """The table `[site_profile]` of config/sources.toml; it is empty, the sites stand in sites.toml beside it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Seen(StrEnum):
    EXISTS = "exists"
    MISSING = "missing"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteProfiles:
    """The sites of the list. A site that does not tell accounts apart gives no answer about anybody."""

    user_agent: str
    sites: Mapping[str, Site]
    name: str = NAME
    technique: Technique = TECHNIQUE

    def search(self, search: Search, internet: Internet) -> Answer:
        """The profile as one hit, where the site shows that its answer can be believed.

        In the same run an account that is there must be seen as existing and a name that nobody has as missing, else
        the search is `inconclusive`. So it is when the handle's page meets neither rule or both, and for a name that
        sites use for pages of their own ("about").
        """
        place, _, handle = search.query.strip().partition(":")
        handle = handle.removeprefix("@")
        site = self.sites.get(place)
        if site is None or not _HANDLE.fullmatch(handle):
            raise NotSearchedError(Reason.ANCHOR_UNUSABLE)
        if handle.lower() in _OF_THE_SITE:
            raise NotSearchedError(Reason.INCONCLUSIVE)
        response = _profile(site, handle, internet, partial(_page, site, handle, internet))
        return Answer(reason=Reason.ACCOUNT_NOT_FOUND) if response is None else answered([_hit(response, handle)])

    def ask_again(
        self, search: Search, address: str, internet: Internet, ask: Callable[[], Response]
    ) -> Response | None:
        """The same page, read by the same rules, once the site has again told an account from none."""
        del address
        place, _, handle = search.query.strip().partition(":")
        site = self.sites.get(place)
        if site is None:
            raise NotSearchedError(Reason.INCONCLUSIVE)
        return _profile(site, handle.removeprefix("@"), internet, ask)


def build(user_agent: str, table: Mapping[str, object]) -> SiteProfiles:
    """The source with its table, to which the registry adds the sites. Refuses what `checked_sites` refuses."""
    settings = dict(table)
    sites = checked_sites({"sites": settings.pop("sites", ())})
    SiteProfileSettings.model_validate(settings)
    return SiteProfiles(user_agent=user_agent, sites=sites)


def control_name(site: Site) -> str:
    """A name that nobody has on the site: twelve characters from the hash of its id and the day of its review, if any.

    The same for every candidate and every run, so that two searches differ in nothing but their anchor, a recording of
    one answers again, and a random name never meets a person. Should somebody take it, the site is inconclusive for
    everybody until it is reviewed again.
    """
    reviewed = site.reviewed_on.isoformat() if site.reviewed_on else "unreviewed"
    digest = hashlib.sha256(f"{site.id} {reviewed}".encode()).digest()
    return "q" + base64.b32encode(digest).decode("ascii").lower()[:11]


def _profile(site: Site, handle: str, internet: Internet, ask: Callable[[], Response]) -> Response | None:
    """The handle's page, by `ask`; None where the site says that there is none. Raises where it cannot be believed."""
    for account, must_be in ((site.known, _Seen.EXISTS), (control_name(site), _Seen.MISSING)):
        if _seen(site, account, _page(site, account, internet)) is not must_be:
            raise NotSearchedError(Reason.INCONCLUSIVE)
    response = ask()
    seen = _seen(site, handle, response)
    if seen is _Seen.NEITHER:
        raise NotSearchedError(Reason.INCONCLUSIVE)
    return response if seen is _Seen.EXISTS else None


def _page(site: Site, account: str, internet: Internet) -> Response:
    return internet.page(site.profile.replace(ACCOUNT, quote(account, safe="")))


def _seen(site: Site, account: str, response: Response) -> _Seen:
    """What the site's page about the account says by the two-sided rule."""
    if response.status == _ACCEPTED:
        raise NotSearchedError(Reason.CHALLENGE_PAGE)
    page = decoded_text(response.body[:MAX_TEXT_BYTES], response.content_type).lower()
    exists = is_text(response.content_type, response.body) and site.exists.fits(response.status, page, account)
    missing = site.missing.fits(response.status, page, account)
    if exists is missing:
        return _Seen.NEITHER
    return _Seen.EXISTS if exists else _Seen.MISSING


def _hit(response: Response, handle: str) -> Hit:
    facts = page_facts(response.body, response.content_type)
    links = own_links(response.body, response.content_type, response.url)
    return Hit(
        capture_id=response.capture_id,
        text=raw_text(readable(response.body, response.content_type) or facts.title or handle),
        locator=raw_text(response.url),
        author=raw_text(handle),
        posted_at=facts.published,
        engagement=Engagement.AUTHORED,
        profile=Profile(
            handle=raw_text(handle),
            name=raw_text(facts.title),
            place=raw_text(""),
            links=tuple(ProfileLink(url=raw_text(link), verified=False) for link in links),
        ),
        platform="profile",
    )

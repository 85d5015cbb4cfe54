"""The public profile page of a disclosed forum account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict

from vetting.candidate import IdentifierKind
from vetting.evidence import Engagement, Hit
from vetting.protocol import Technique
from vetting.search import Search
from vetting.sources.interface import Answer, NotSearchedError, Reason, answered
from vetting.sources.internet import Internet
from vetting.sources.page_text import is_text, page_facts, raw_text, readable
from vetting.sources.refusals import says_missing

NAME: Final = "forum"
TECHNIQUE: Final = Technique.PUBLIC_PAGE
ANCHORS: Final = frozenset({IdentifierKind.FORUM_ACCOUNT})


class ForumSettings(BaseModel):
    """The table `[forum]` of config/sources.toml. `profile` is an address with `{account}`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    profile: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Forum:
    """One forum, read as a visitor who is not logged in."""

    user_agent: str
    settings: ForumSettings
    name: str = NAME
    technique: Technique = TECHNIQUE

    def search(self, search: Search, internet: Internet) -> Answer:
        """The account's profile page as one hit. A page that asks to log in is `blocked`, never "nothing found"."""
        account = search.query.strip()
        if not account or len(account) > 200:
            raise NotSearchedError(Reason.ANCHOR_UNUSABLE)
        address = self.settings.profile.replace("{account}", quote(account, safe=""))
        response = internet.page(address)
        if response.status in {404, 410}:
            return Answer(reason=Reason.ACCOUNT_NOT_FOUND)
        if not response.ok or not is_text(response.content_type, response.body):
            raise NotSearchedError(Reason.UNREADABLE_ANSWER)
        facts = page_facts(response.body, response.content_type)
        if says_missing(facts):  # with a status of success: a site that says so of everybody looks the same
            raise NotSearchedError(Reason.INCONCLUSIVE)
        text = readable(response.body, response.content_type)
        if not text:
            return answered([])
        hit = Hit(
            capture_id=response.capture_id,
            text=raw_text(text),
            locator=raw_text(response.url),
            author=raw_text(account),
            posted_at=facts.published,
            engagement=Engagement.AUTHORED,
            platform="profile",
        )
        return answered([hit])


def build(user_agent: str, table: Mapping[str, object]) -> Forum:
    """The source with its table of config/sources.toml."""
    return Forum(user_agent=user_agent, settings=ForumSettings.model_validate(table))

"""Posts of a disclosed fediverse account, on Mastodon or other ActivityPub software: by whichever door is open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict

from vetting.candidate import IdentifierKind
from vetting.evidence import Profile
from vetting.protocol import Technique
from vetting.search import Search
from vetting.sources.activity_streams import read_outbox
from vetting.sources.feed import ACCEPT, entries_of
from vetting.sources.interface import Answer, NotSearchedError, Reason, answered
from vetting.sources.internet import Internet, Response
from vetting.sources.mastodon_api import read_mastodon, shown_account
from vetting.sources.page_text import raw_text
from vetting.sources.webfinger import Account, AccountGoneError, ask, confirmed_account

NAME: Final = "fediverse"
TECHNIQUE: Final = Technique.PUBLIC_API
ANCHORS: Final = frozenset({IdentifierKind.FEDIVERSE_ACCOUNT})
_DOORS: Final = (read_mastodon, read_outbox)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fediverse:
    """The account's own server, read as anyone may read it without logging in and without a signature."""

    user_agent: str
    name: str = NAME
    technique: Technique = TECHNIQUE

    def search(self, search: Search, internet: Internet) -> Answer:
        """The account that WebFinger confirms, by Mastodon's API, else by its outbox, else by its feed.

        A door that is closed to visitors, or missing, leads to the next. Where all are, the search is `blocked` as
        `not_publicly_available`; an outage on the way is never taken for a closed door.
        """
        try:
            account = confirmed_account(search.query, internet)
            for door in (*_DOORS, _read_feed):
                answer = door(account, search, internet)
                if answer is not None:
                    return answer
        except AccountGoneError as error:
            return Answer(reason=error.reason)
        raise NotSearchedError(Reason.NOT_PUBLICLY_AVAILABLE)

    def ask_again(
        self, search: Search, address: str, internet: Internet, ask: Callable[[], Response]
    ) -> Response | None:
        """The same posts, once the account was looked at for an opt-out made since, where visitors may see it."""
        del address
        try:
            shown_account(confirmed_account(search.query, internet), internet)
        except AccountGoneError:
            return None
        return ask()


class _FediverseSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def build(user_agent: str, table: Mapping[str, object]) -> Fediverse:
    """The source; its table of config/sources.toml is empty, for every account names its own server."""
    _FediverseSettings.model_validate(table)
    return Fediverse(user_agent=user_agent)


def _read_feed(account: Account, search: Search, internet: Internet) -> Answer | None:
    """The newest posts as Mastodon's feed has them: one page, no boosts and no answers to others.

    None where it is empty: an account whose other doors are closed may hold what a feed leaves out.
    """
    address = f"{account.server}/@{quote(account.user, safe='')}.rss"
    response = ask(internet, address, accept=ACCEPT, page=True)
    if response is None:
        return None
    handle = raw_text(account.handle)
    profile = Profile(handle=handle, name=raw_text(""), place=raw_text(""), confirmed=True)
    hits = entries_of(response)[: search.step.max_items]
    named = [replace(hit, author=handle, profile=profile, platform="social_post") for hit in hits]
    return answered(named) if named else None

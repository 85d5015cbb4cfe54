"""An account as its ActivityPub actor shows it to a visitor: the actor, and its outbox page by page, unsigned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import httpx

from vetting.evidence import Engagement, Hit, Profile
from vetting.search import Search
from vetting.sources.account_profile import profile_hit
from vetting.sources.interface import Answer, NotSearchedError, Reason, answered
from vetting.sources.internet import Internet
from vetting.sources.page_text import JsonValue, json_of, moment, post_text, raw_text, table, words
from vetting.sources.profile_links import addresses_of_markup, emails_in, profile_links
from vetting.sources.webfinger import ACTIVITY, Account, AccountGoneError, ask

_PUBLIC: Final = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
"""ActivityPub 5.6, and the two short forms that JSON-LD allows."""
_MADE: Final = frozenset({"Create", "Update"})
_PAGES: Final = frozenset({"CollectionPage", "OrderedCollectionPage"})
"""What lies between `first` and `last`: its own `first` leads back."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class _Item:
    activity: dict[str, JsonValue]
    capture_id: str


def read_outbox(account: Account, search: Search, internet: Internet) -> Answer | None:
    """The actor and up to `max_items` posts over up to `max_pages` pages of its outbox; None where either is closed.

    Many servers answer signed requests only, and ours carry no signature. Posts that the outbox only points to are
    not fetched one by one: the answer is then `partly_read`.
    """
    response = ask(internet, account.actor, accept=ACTIVITY)
    if response is None:
        return None
    actor = table(json_of(response))
    if words(actor.get("id")) != account.actor or words(actor.get("preferredUsername")).lower() != account.user.lower():
        raise NotSearchedError(Reason.HANDLE_NOT_CONFIRMED)
    if actor.get("suspended") is True:
        raise AccountGoneError(Reason.ACCOUNT_DEACTIVATED)
    items = _outbox(words(actor.get("outbox")), account, search, internet)
    if items is None:
        return None
    profile = _profile(actor, account)
    hits = [hit for item in items if (hit := _hit(item, account, profile))][: search.step.max_items]
    pointed = any(words(item.activity.get("type")) in _MADE and words(item.activity.get("object")) for item in items)
    if pointed and not hits:
        raise NotSearchedError(Reason.UNREADABLE_ANSWER)
    said = profile_hit(
        actor.get("summary"),
        _objects(actor.get("attachment")),
        profile=profile,
        locator=account.actor,
        capture_id=response.capture_id,
    )
    return answered([*said, *hits], partly=pointed)


def _outbox(address: str, account: Account, search: Search, internet: Internet) -> list[_Item] | None:
    """The activities, newest first: an empty list only where the outbox says that there are 0, None where it is closed.

    One that shows none and does not say 0 is closed to visitors, for servers count what only followers see. One that
    leads on in a circle or without an end, and shows nothing on the way, is no answer: `unreadable_answer`.
    """
    items: list[_Item] = []
    asked: set[str] = set()
    totals: list[JsonValue] = []
    pages, following = 0, address
    while following and following not in asked and len(items) < search.step.max_items:
        if pages >= search.step.max_pages or len(asked) > search.step.max_pages:  # the outbox itself need be no page
            break
        asked.add(following)
        response = ask(internet, _beside(following, account), accept=ACTIVITY)
        if response is None:
            return None
        document = table(json_of(response))
        totals += [document["totalItems"]] if "totalItems" in document else []
        page, following = _page(document)
        activities = _activities(page)
        pages += bool(activities)
        items += [_Item(activity=activity, capture_id=response.capture_id) for activity in activities]
    if following and not items:
        raise NotSearchedError(Reason.UNREADABLE_ANSWER)
    return items if items or (totals and not any(totals)) else None


def _page(document: dict[str, JsonValue]) -> tuple[dict[str, JsonValue], str]:
    """What holds the activities, if anything does, and the address that is next: of the first page, or of another."""
    first = document.get("first")
    page = first if isinstance(first, dict) else document
    if _activities(page):
        return page, words(page.get("next"))
    return page, "" if words(page.get("type")) in _PAGES else words(first)


def _beside(address: str, account: Account) -> str:
    """The address, where it is at the actor's own server: nothing else is vouched for."""
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL("")
    if f"{url.scheme}://{url.netloc.decode('ascii')}" != account.server:
        raise NotSearchedError(Reason.UNREADABLE_ANSWER)
    return address


def _activities(document: dict[str, JsonValue]) -> list[dict[str, JsonValue]]:
    return _objects(document.get("orderedItems") or document.get("items"))


def _profile(actor: dict[str, JsonValue], account: Account) -> Profile:
    claimed = [words(field.get("value")) for field in _objects(actor.get("attachment"))] + [words(actor.get("summary"))]
    addresses = [address for value in claimed for address in addresses_of_markup(value)]
    return Profile(
        handle=raw_text(account.handle),
        name=raw_text(words(actor.get("name"))),
        place=raw_text(""),
        emails=emails_in("\n".join(map(post_text, claimed))),
        links=profile_links([*addresses, words(actor.get("movedTo"))]),
        confirmed=True,
    )


def _hit(item: _Item, account: Account, profile: Profile) -> Hit | None:
    """A post, or one that was passed on with its words. None for everything else, and for what was not for all."""
    kind, thing = words(item.activity.get("type")), item.activity.get("object")
    if kind not in _MADE | {"Announce"} or not isinstance(thing, dict) or not _for_all(item.activity, thing):
        return None
    writer = _named(thing.get("attributedTo")) or (account.actor if kind in _MADE else "")
    text = _text(thing)
    if not text or _named(item.activity.get("actor")) not in {"", account.actor}:
        return None
    own = kind in _MADE and writer == account.actor
    return Hit(
        capture_id=item.capture_id,
        text=raw_text(text),
        locator=raw_text(words(thing.get("url")) or words(thing.get("id"))),
        author=raw_text(account.handle if own else writer),
        posted_at=moment(thing.get("published") if own else item.activity.get("published")),
        engagement=Engagement.AUTHORED if own else Engagement.SHARED,
        profile=profile,
        platform="social_post",
    )


def _for_all(*addressed: dict[str, JsonValue]) -> bool:
    """Whether it is addressed to everybody, or to nobody in particular (ActivityPub 5.6)."""
    named = {name for thing in addressed for key in ("to", "cc") for name in _names(thing.get(key))}
    return not named or bool(named & _PUBLIC)


def _names(value: JsonValue) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        name = words(item.get("id")) if isinstance(item, dict) else words(item)
        if name:
            yield name


def _named(value: JsonValue) -> str:
    return next(_names(value), "")


def _text(thing: dict[str, JsonValue]) -> str:
    """All words of a post: its warning or summary, title, content, what a poll offers, and what media are called."""
    offered = [*_objects(thing.get("oneOf")), *_objects(thing.get("anyOf"))]
    parts = (
        post_text(words(thing.get("summary"))),
        words(thing.get("name")),
        post_text(words(thing.get("content"))),
        *(words(part.get("name")) for part in [*offered, *_objects(thing.get("attachment"))]),
    )
    return "\n".join(part for part in parts if part.strip())


def _objects(value: JsonValue) -> list[dict[str, JsonValue]]:
    """The objects of an array, or the one object that ActivityStreams allows in its place."""
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]

"""An account as Mastodon's own API shows it to a visitor: the profile, and the posts page by page."""

from __future__ import annotations

import re
from typing import Final

from vetting.evidence import Engagement, Hit, Profile
from vetting.search import Search
from vetting.sources.account_profile import profile_hit
from vetting.sources.interface import Answer, NotSearchedError, Reason, answered
from vetting.sources.internet import JSON, Internet, Response
from vetting.sources.page_text import JsonValue, json_of, moment, post_text, raw_text, rows, table, words
from vetting.sources.profile_links import addresses_of_markup, emails_in, profile_links
from vetting.sources.webfinger import Account, AccountGoneError, ask, same_account

_PAGE: Final = 40
"""The most that a server gives at once."""
_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
_NOT_FOR_ALL: Final = frozenset({"private", "direct"})


def read_mastodon(account: Account, search: Search, internet: Internet) -> Answer | None:
    """The profile and up to `max_items` posts, newest first, over up to `max_pages` pages; None where it is closed.

    Stops, and keeps nothing of the account, where its owner opted out of being indexed (`noindex`). `discoverable` and
    `indexable` do not stop it: they are off unless somebody turns them on, and speak of directories and search
    indexes. A limited account is read as any visitor may; of one that moved, this account alone is read.
    """
    shown = shown_account(account, internet)
    if shown is None:
        return None
    response, document = shown
    profile = _profile(document, account)
    posts = _posts(account, words(document.get("id")), profile, search, internet)
    if posts is None:
        return None
    said = profile_hit(
        document.get("note"),
        _objects(document.get("fields")),
        profile=profile,
        locator=words(document.get("url")) or account.actor,
        capture_id=response.capture_id,
    )
    return answered([*said, *posts])


def shown_account(account: Account, internet: Internet) -> tuple[Response, dict[str, JsonValue]] | None:
    """The account as its server shows it to visitors; None where this interface is closed to them.

    Raises NotSearchedError, and keeps nothing, where its owner opted out of being indexed; AccountGoneError for a
    suspended account.
    """
    response = ask(internet, f"{account.server}/api/v1/accounts/lookup", params={"acct": account.user}, accept=JSON)
    if response is None:
        return None
    document = table(json_of(response))
    _confirm(document, account)
    if document.get("suspended") is True:
        raise AccountGoneError(Reason.ACCOUNT_DEACTIVATED)
    if document.get("noindex") is True:
        internet.withhold([response.capture_id])
        raise NotSearchedError(Reason.WITHHELD_AT_USERS_REQUEST)
    return response, document


def _confirm(document: dict[str, JsonValue], account: Account) -> None:
    """Refuses an account whose name or actor is not the one that WebFinger gave."""
    number, uri = words(document.get("id")), words(document.get("uri"))
    if not _ID.fullmatch(number):
        raise NotSearchedError(Reason.UNREADABLE_ANSWER)
    if not same_account(words(document.get("acct")), account.user, account.host) or uri not in {"", account.actor}:
        raise NotSearchedError(Reason.HANDLE_NOT_CONFIRMED)


def _profile(document: dict[str, JsonValue], account: Account) -> Profile:
    fields = _objects(document.get("fields"))
    proven = [field for field in fields if moment(field.get("verified_at")) is not None]
    claimed = [words(field.get("value")) for field in fields] + [words(document.get("note"))]
    moved = document.get("moved")
    elsewhere = words(moved.get("url")) if isinstance(moved, dict) else ""
    return Profile(
        handle=raw_text(account.handle),
        name=raw_text(words(document.get("display_name"))),
        place=raw_text(""),
        emails=emails_in("\n".join(map(post_text, claimed))),
        links=profile_links(
            [*(address for value in claimed for address in addresses_of_markup(value)), elsewhere],
            verified=(a for field in proven for a in addresses_of_markup(words(field.get("value")))),
        ),
        confirmed=True,
    )


def _posts(account: Account, number: str, profile: Profile, search: Search, internet: Internet) -> list[Hit] | None:
    hits: list[Hit] = []
    seen: set[str] = set()
    params = {"limit": str(_PAGE)}
    for _ in range(search.step.max_pages):
        response = ask(internet, f"{account.server}/api/v1/accounts/{number}/statuses", params=params, accept=JSON)
        if response is None:
            return None
        statuses = [status for status in rows(json_of(response)) if words(status.get("id")) not in seen]
        seen.update(words(status.get("id")) for status in statuses)
        hits += [hit for status in statuses if (hit := _hit(status, account, number, profile, response))]
        if not statuses or len(hits) >= search.step.max_items:
            break
        params = {**params, "max_id": words(statuses[-1].get("id"))}
    return hits[: search.step.max_items]


def _hit(
    status: dict[str, JsonValue], account: Account, number: str, profile: Profile, response: Response
) -> Hit | None:
    """One post; a passed-on one holds the words of its own author. None where it has no words or is not for all."""
    passed_on = status.get("reblog")
    shown = passed_on if isinstance(passed_on, dict) else status
    text = _text(shown)
    writer = table(shown.get("account") or {})
    own = shown is status and words(writer.get("id")) in {"", number}
    by_account = words(table(status.get("account") or {}).get("id")) in {"", number}
    if not text or not by_account or words(status.get("visibility")) in _NOT_FOR_ALL:
        return None
    return Hit(
        capture_id=response.capture_id,
        text=raw_text(text),
        locator=raw_text(words(status.get("url")) or words(status.get("uri"))),
        author=raw_text(account.handle if own else words(writer.get("acct"))),
        posted_at=moment(status.get("created_at")),
        engagement=Engagement.AUTHORED if own else Engagement.SHARED,
        profile=profile,
        platform="social_post",
    )


def _text(status: dict[str, JsonValue]) -> str:
    """All words of a post: its warning, its content, what a poll offers, and the descriptions given to media."""
    poll = status.get("poll")
    options = _objects(poll.get("options")) if isinstance(poll, dict) else []
    parts = (
        words(status.get("spoiler_text")),
        post_text(words(status.get("content"))),
        *(words(option.get("title")) for option in options),
        *(words(media.get("description")) for media in _objects(status.get("media_attachments"))),
    )
    return "\n".join(part for part in parts if part.strip())


def _objects(value: JsonValue) -> list[dict[str, JsonValue]]:
    """The objects of an array that a server may leave out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []

"""What GitHub's API says of an account, as passages: profile, repositories, comments and commit messages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from vetting.evidence import Engagement, Hit, Profile
from vetting.sources.page_text import JsonValue, moment, raw_text, words
from vetting.sources.profile_links import addresses_in, emails_in, profile_links

_WRITTEN: Final = {
    "CommitCommentEvent": "comment",
    "DiscussionEvent": "discussion",
    "IssueCommentEvent": "comment",
    "IssuesEvent": "issue",
    "PullRequestEvent": "pull_request",
    "PullRequestReviewCommentEvent": "comment",
    "PullRequestReviewEvent": "review",
    "ReleaseEvent": "release",
}
"""Where the words of an event stand in its payload."""
_WHEN: Final = ("created_at", "submitted_at", "published_at")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class GithubAccount:
    """A person's account."""

    login: str
    signs_as: frozenset[str]
    """Names and addresses in lower case under which the account's owner signs commits, as far as the profile says."""
    profile: Profile


def account_of(user: dict[str, JsonValue], social: Iterable[str]) -> GithubAccount:
    """The account with what it says of its owner. No link counts as verified: the API does not say which are."""
    login, name, email = (words(user.get(key)) for key in ("login", "name", "email"))
    bio, blog = words(user.get("bio")), words(user.get("blog")).strip()
    blog = blog if "://" in blog or not blog else f"https://{blog}"  # people leave the scheme out
    profile = Profile(
        handle=raw_text(login),
        name=raw_text(name),
        place=raw_text(words(user.get("location"))),
        emails=emails_in(f"{email}\n{bio}"),
        links=profile_links([blog, *social, *addresses_in(bio)]),
    )
    signs_as = frozenset(known.lower() for known in (login, name, email) if known)
    return GithubAccount(login=login, signs_as=signs_as, profile=profile)


def profile_hits(account: GithubAccount, user: dict[str, JsonValue], capture_id: str) -> list[Hit]:
    """The words under the account's picture. They carry no date."""
    place = words(user.get("html_url"))
    return _hits(account, words(user.get("bio")), place, None, capture_id, platform="profile")


def repository_hits(account: GithubAccount, repository: dict[str, JsonValue], capture_id: str) -> list[Hit]:
    """A repository's description, dated by the repository. That of a fork is another's, and was passed on."""
    text, place = words(repository.get("description")), words(repository.get("html_url"))
    when = moment(repository.get("created_at"))
    engagement = Engagement.SHARED if repository.get("fork") else Engagement.AUTHORED
    return _hits(account, text, place, when, capture_id, engagement=engagement)


def commit_hits(account: GithubAccount, commit: dict[str, JsonValue], capture_id: str) -> list[Hit]:
    """The message of a commit that the service attributes to the account."""
    details = _object(commit.get("commit"))
    if words(_object(commit.get("author")).get("login")).lower() != account.login.lower():
        return []
    when = moment(_object(details.get("author")).get("date"))
    return _hits(account, words(details.get("message")), words(commit.get("html_url")), when, capture_id)


def event_hits(account: GithubAccount, event: dict[str, JsonValue], capture_id: str, told: set[str]) -> list[Hit]:
    """What the account wrote in one public event: a comment, an issue, a review, a release, commit messages.

    `told` holds what newer events told already (an issue is opened and closed) and is added to.
    """
    actor = words(_object(event.get("actor")).get("login"))
    payload, kind = _object(event.get("payload")), words(event.get("type"))
    when = moment(event.get("created_at"))
    if actor.lower() != account.login.lower():
        return []
    if kind == "PushEvent":
        commits = payload.get("commits")
        pushed = [_object(commit) for commit in commits] if isinstance(commits, list) else []
        return [hit for commit in pushed if _new(commit, told) for hit in _pushed(account, commit, when, capture_id)]
    written = _object(payload.get(_WRITTEN.get(kind, "")))
    writer = words(_object(written.get("user") or written.get("author")).get("login"))
    if writer.lower() != account.login.lower() or not _new(written, told):
        return []
    said = next((m for key in _WHEN if (m := moment(written.get(key)))), when)
    text = "\n".join(part for key in ("title", "name", "body") if (part := words(written.get(key)).strip()))
    place = words(written.get("html_url")) or words(written.get("url"))
    return _hits(account, text, place, said, capture_id)


def _new(thing: dict[str, JsonValue], told: set[str]) -> bool:
    place = words(thing.get("html_url")) or words(thing.get("url"))
    new = not place or place not in told
    told.add(place)
    return new


def _pushed(account: GithubAccount, commit: dict[str, JsonValue], when: datetime | None, capture_id: str) -> list[Hit]:
    """A commit in a push. Who pushes often passes on what others wrote, and only name and address say who did."""
    author = _object(commit.get("author"))
    name, email = words(author.get("name")), words(author.get("email")).lower()
    hidden = email.endswith(f"{account.login.lower()}@users.noreply.github.com")
    own = hidden or bool({name.lower(), email} & account.signs_as)
    return _hits(
        account,
        words(commit.get("message")),
        words(commit.get("url")),
        when,
        capture_id,
        engagement=Engagement.AUTHORED if own else Engagement.SHARED,
        author=account.login if own else name,
    )


def _hits(
    account: GithubAccount,
    text: str,
    locator: str,
    when: datetime | None,
    capture_id: str,
    *,
    engagement: Engagement = Engagement.AUTHORED,
    author: str = "",
    platform: str = "repository",
) -> list[Hit]:
    """The passage; none where there are no words."""
    if not text.strip():
        return []
    hit = Hit(
        capture_id=capture_id,
        text=raw_text(text.strip()),
        locator=raw_text(locator),
        author=raw_text(author or account.login),
        posted_at=when,
        engagement=engagement,
        profile=account.profile,
        platform=platform,
    )
    return [hit]


def _object(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}

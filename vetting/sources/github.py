"""A disclosed GitHub account through the REST API, as anyone may ask it without a token: 60 requests an hour."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, ConfigDict

from vetting.candidate import IdentifierKind
from vetting.evidence import Hit
from vetting.protocol import Technique
from vetting.search import Search
from vetting.sources.github_account import (
    GithubAccount,
    account_of,
    commit_hits,
    event_hits,
    profile_hits,
    repository_hits,
)
from vetting.sources.interface import Answer, NotSearchedError, Reason, answered
from vetting.sources.internet import Internet, Response
from vetting.sources.page_text import JsonValue, is_html, json_of, rows, table, words

NAME: Final = "github"
TECHNIQUE: Final = Technique.PUBLIC_API
ANCHORS: Final = frozenset({IdentifierKind.GITHUB_ACCOUNT})
_ACCEPT: Final = "application/vnd.github+json"
_LOGIN: Final = re.compile(r"(?=.{1,39}$)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_REPOSITORY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
_PAGE: Final = 100
_EVENT_PAGES: Final = 3
"""The API shows 300 events at most, of the last 90 days."""
_Item = tuple[dict[str, JsonValue], str]
"""A JSON object, and the capture it came in."""


class GithubSettings(BaseModel):
    """The table `[github]` of config/sources.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    api: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Github:
    """GitHub, or a GitHub Enterprise server that is open to all."""

    user_agent: str
    settings: GithubSettings
    name: str = NAME
    technique: Technique = TECHNIQUE

    def search(self, search: Search, internet: Internet) -> Answer:
        """The profile, and up to `max_items` comments, commit messages and descriptions of the account's own.

        Up to `max_pages` pages of events and of repositories are read, and commits of as many repositories. Refuses
        an organization's account: what stands there was written by others.
        """
        login = search.query.strip().removeprefix("@")
        if not _LOGIN.fullmatch(login):
            raise NotSearchedError(Reason.ANCHOR_UNUSABLE)
        response = self._get(f"users/{login}", internet)
        if response.status == 404 and self._answers(internet):
            return Answer(reason=Reason.ACCOUNT_NOT_FOUND)
        user = table(_json(response))
        if words(user.get("login")).lower() != login.lower():
            raise NotSearchedError(Reason.HANDLE_NOT_CONFIRMED)
        if words(user.get("type")) != "User":
            raise NotSearchedError(Reason.ANCHOR_UNUSABLE)
        account = account_of(user, self._social_accounts(login, internet))
        found, missed = self._found(account, search, internet)
        said = profile_hits(account, user, response.capture_id)
        return answered([*said, *found[: search.step.max_items]], partly=missed)

    def _found(self, account: GithubAccount, search: Search, internet: Internet) -> tuple[list[Hit], bool]:
        """Events, commits and repositories in that order, and whether something they point to could not be read."""
        login, pages = account.login, search.step.max_pages
        events = list(self._pages(f"users/{login}/events/public", {}, min(pages, _EVENT_PAGES), internet))
        told: set[str] = set()
        hits = [hit for event, capture_id in events for hit in event_hits(account, event, capture_id, told)]
        commits, missed = self._commits(account, _pushed_to(events)[:pages], internet)
        owned = self._pages(f"users/{login}/repos", {"type": "owner", "sort": "created"}, pages, internet)
        described = [
            hit for repository, capture_id in owned for hit in repository_hits(account, repository, capture_id)
        ]
        return [*hits, *commits, *described], missed

    def _get(self, path: str, internet: Internet, params: Mapping[str, str] | None = None) -> Response:
        address = f"{self.settings.api.rstrip('/')}/{path}"
        return internet.get(address, params={**params} if params else None, accept=_ACCEPT)

    def _answers(self, internet: Internet) -> bool:
        """Whether the configured address is the API's, so that its 404 says something of the account.

        Raises NotSearchedError where it is not: everything is missing at a wrong address.
        """
        root = self._get("", internet)
        if not words(table(_json(root)).get("user_url")):
            raise NotSearchedError(Reason.API_ERROR)
        return True

    def _social_accounts(self, login: str, internet: Internet) -> list[str]:
        response = self._get(f"users/{login}/social_accounts", internet)
        if response.status == 404:  # a server older than this list
            return []
        return [words(row.get("url")) for row in rows(_json(response))]

    def _pages(self, path: str, params: dict[str, str], pages: int, internet: Internet) -> Iterator[_Item]:
        seen: set[str] = set()
        for number in range(1, pages + 1):
            response = self._get(path, internet, {**params, "per_page": str(_PAGE), "page": str(number)})
            items = rows(_json(response))
            fresh = [item for item in items if str(item.get("id")) not in seen]
            seen.update(str(item.get("id")) for item in fresh)
            yield from ((item, response.capture_id) for item in fresh)
            if len(items) < _PAGE or not fresh:
                return

    def _commits(
        self, account: GithubAccount, repositories: Iterable[str], internet: Internet
    ) -> tuple[list[Hit], bool]:
        """Messages of the account's commits, and whether a repository could not be read: deleted or hidden since."""
        hits: list[Hit] = []
        missed = False
        for name in repositories:
            params = {"author": account.login, "per_page": str(_PAGE)}
            try:
                response = self._get(f"repos/{name}/commits", internet, params)
            except NotSearchedError as stopped:
                if stopped.reason not in {Reason.HTTP_4XX, Reason.HTTP_451}:  # 409: a repository without commits
                    raise
                missed = missed or stopped.reason is Reason.HTTP_451
                continue
            if response.ok:
                found = rows(_json(response))
                hits += [hit for commit in found for hit in commit_hits(account, commit, response.capture_id)]
            missed = missed or not response.ok
        return hits, missed


def build(user_agent: str, table: Mapping[str, object]) -> Github:
    """The source with its table of config/sources.toml."""
    return Github(user_agent=user_agent, settings=GithubSettings.model_validate(table))


def _json(response: Response) -> JsonValue:
    if not response.ok or is_html(response.content_type, response.body):
        raise NotSearchedError(Reason.API_ERROR)
    return json_of(response)


def _pushed_to(events: Iterable[_Item]) -> list[str]:
    """The repositories of pushes whose commits the event does not show; since October 2025 GitHub shows none."""
    found: dict[str, None] = {}
    for event, _ in events:
        repository, payload = event.get("repo"), event.get("payload")
        name = words(repository.get("name")) if isinstance(repository, dict) else ""
        shown = isinstance(payload, dict) and isinstance(payload.get("commits"), list)
        if words(event.get("type")) == "PushEvent" and not shown and _REPOSITORY.fullmatch(name):
            found[name] = None
    return list(found)

"""Edits of a disclosed wiki account, and its user page, through MediaWiki's public API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from pydantic import BaseModel, ConfigDict

from vetting.candidate import IdentifierKind
from vetting.evidence import Engagement, Hit, Profile
from vetting.protocol import Technique
from vetting.search import Search
from vetting.sources.interface import Answer, NotSearchedError, Reason, answered
from vetting.sources.internet import JSON, Internet
from vetting.sources.page_text import JsonValue, json_of, moment, raw_text, rows, table, words
from vetting.sources.profile_links import addresses_in, emails_in, profile_links

NAME: Final = "mediawiki"
TECHNIQUE: Final = Technique.PUBLIC_API
ANCHORS: Final = frozenset({IdentifierKind.WIKI_ACCOUNT})
_REFUSING: Final = frozenset({"readapidenied", "permissiondenied", "blocked", "autoblocked"})
_FORBIDDEN_IN_NAMES: Final = frozenset("#<>[]|{}/\n\r\t\0")


class MediawikiSettings(BaseModel):
    """The table `[mediawiki]` of config/sources.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    api: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mediawiki:
    """One wiki. Errors come with HTTP 200 here, so each answer is looked at before it is believed."""

    user_agent: str
    settings: MediawikiSettings
    name: str = NAME
    technique: Technique = TECHNIQUE

    def search(self, search: Search, internet: Internet) -> Answer:
        """The user page and up to `max_items` edit summaries, newest first, over up to `max_pages` pages."""
        account = search.query.strip().removeprefix("User:").replace("_", " ").strip()
        if not account or len(account) > 235 or _FORBIDDEN_IN_NAMES & set(account):
            raise NotSearchedError(Reason.ANCHOR_UNUSABLE)
        account = account[0].upper() + account[1:]
        if not self._exists(account, internet):
            return Answer(reason=Reason.ACCOUNT_NOT_FOUND)
        page, written = self._user_page(account, internet)
        profile = _profile(account, written)
        hits = [*page, *self._edits(account, search, internet)]
        return answered([replace(hit, profile=profile) for hit in hits])

    def _call(self, internet: Internet, params: dict[str, str]) -> tuple[dict[str, JsonValue], str]:
        """The document and the id of its capture. Raises NotSearchedError for an error the API reports."""
        asked = {"action": "query", "format": "json", "formatversion": "2", **params}
        response = internet.get(self.settings.api, params=asked, accept=JSON)
        if not response.ok:
            raise NotSearchedError(Reason.API_ERROR)
        document = table(json_of(response))
        if "error" in document:
            code = words(table(document["error"]).get("code"))
            if code == "ratelimited":
                raise NotSearchedError(Reason.HTTP_429)
            raise NotSearchedError(Reason.API_REFUSED if code in _REFUSING else Reason.API_ERROR)
        return document, response.capture_id

    def _exists(self, account: str, internet: Internet) -> bool:
        document, _ = self._call(internet, {"list": "users", "ususers": account})
        users = rows(table(document.get("query")).get("users"))
        return bool(users) and not (users[0].get("missing") or users[0].get("invalid"))

    def _user_page(self, account: str, internet: Internet) -> tuple[list[Hit], str]:
        """The user page, and its text where the account wrote it."""
        params = {
            "prop": "revisions",
            "titles": f"User:{account}",
            "rvprop": "ids|timestamp|user|content",
            "rvslots": "main",
        }
        document, capture_id = self._call(internet, params)
        pages = rows(table(document.get("query")).get("pages"))
        revisions = [revision for page in pages for revision in rows(page.get("revisions", []))]
        own = (_content(revision) for revision in revisions if words(revision.get("user")) == account)
        return [hit for revision in revisions if (hit := _page_hit(account, revision, capture_id))], "\n".join(own)

    def _edits(self, account: str, search: Search, internet: Internet) -> list[Hit]:
        hits: list[Hit] = []
        params = {"list": "usercontribs", "ucuser": account, "uclimit": "50", "ucprop": "ids|title|timestamp|comment"}
        seen: set[str] = set()
        for _ in range(search.step.max_pages):
            document, capture_id = self._call(internet, params)
            listed = rows(table(document.get("query")).get("usercontribs"))
            edits = [edit for edit in listed if str(edit.get("revid")) not in seen]
            seen.update(str(edit.get("revid")) for edit in edits)
            hits += [hit for edit in edits if (hit := _edit_hit(account, edit, capture_id))]
            following = document.get("continue")
            if not isinstance(following, dict) or (listed and not edits) or len(hits) >= search.step.max_items:
                break
            params = {**params, **{name: words(value) for name, value in following.items()}}
        return hits[: search.step.max_items]


def build(user_agent: str, table: Mapping[str, object]) -> Mediawiki:
    """The source with its table of config/sources.toml."""
    return Mediawiki(user_agent=user_agent, settings=MediawikiSettings.model_validate(table))


def _profile(account: str, written: str) -> Profile:
    """What the account's own user page gives: links and addresses. Nothing on a wiki proves who wrote it."""
    return Profile(
        handle=raw_text(account),
        name=raw_text(""),
        place=raw_text(""),
        emails=emails_in(written),
        links=profile_links(addresses_in(written)),
    )


def _content(revision: dict[str, JsonValue]) -> str:
    slots = revision.get("slots")
    main = slots.get("main") if isinstance(slots, dict) else None
    return words(main.get("content")) if isinstance(main, dict) else ""


def _page_hit(account: str, revision: dict[str, JsonValue], capture_id: str) -> Hit | None:
    """The page as it stands. It is the account's own words only where the account wrote this revision."""
    text = _content(revision)
    if not text.strip():
        return None
    own = words(revision.get("user")) == account
    return Hit(
        capture_id=capture_id,
        text=raw_text(text),
        locator=raw_text(f"User:{account}?oldid={revision.get('revid', '')}"),
        author=raw_text(words(revision.get("user"))),
        posted_at=moment(revision.get("timestamp")),
        engagement=Engagement.AUTHORED if own else Engagement.ABOUT_SUBJECT,
        platform="profile",
    )


def _edit_hit(account: str, edit: dict[str, JsonValue], capture_id: str) -> Hit | None:
    comment = words(edit.get("comment")).strip()
    if not comment:
        return None
    return Hit(
        capture_id=capture_id,
        text=raw_text(comment),
        locator=raw_text(f"{words(edit.get('title'))}?oldid={edit.get('revid', '')}"),
        author=raw_text(account),
        posted_at=moment(edit.get("timestamp")),
        engagement=Engagement.AUTHORED,
        platform="wiki_edit",
    )

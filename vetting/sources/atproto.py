"""Posts of a disclosed AT Protocol account: handle, DID, its own server, its public record, in that order."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import httpx
from pydantic import BaseModel, ConfigDict

from vetting.candidate import IdentifierKind
from vetting.evidence import Engagement, Hit, Profile
from vetting.protocol import Technique
from vetting.search import Search
from vetting.sources.interface import Answer, NotSearchedError, Reason, answered
from vetting.sources.internet import JSON, Internet, Response
from vetting.sources.page_text import JsonValue, json_of, moment, raw_text, rows, table, words
from vetting.sources.profile_links import addresses_in, emails_in, profile_links

NAME: Final = "atproto"
TECHNIQUE: Final = Technique.PUBLIC_API
ANCHORS: Final = frozenset({IdentifierKind.ATPROTO_HANDLE})
POSTS: Final = "app.bsky.feed.post"
PROFILE: Final = "app.bsky.actor.profile"
_PAGE: Final = "100"
_LOGGED_OUT_REFUSED: Final = "!no-unauthenticated"
_HANDLE: Final = re.compile(r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$")
_DID: Final = re.compile(r"^did:plc:[a-z2-7]{24}$|^did:web:[a-z0-9.-]{1,253}$")
_GONE: Final = {
    "HandleNotFound": Reason.ACCOUNT_NOT_FOUND,
    "RepoNotFound": Reason.ACCOUNT_NOT_FOUND,
    "RepoDeactivated": Reason.ACCOUNT_DEACTIVATED,
    "RepoTakendown": Reason.ACCOUNT_DEACTIVATED,
    "RepoSuspended": Reason.ACCOUNT_DEACTIVATED,
}
_GONE_MESSAGES: Final = {
    "unable to resolve handle": Reason.ACCOUNT_NOT_FOUND,
    "could not find repo": Reason.ACCOUNT_NOT_FOUND,
    "could not locate record": Reason.NOTHING_FOUND,
}
"""Older servers answer `InvalidRequest` and say it in words only."""


class AtprotoSettings(BaseModel):
    """The table `[atproto]` of config/sources.toml: who resolves handles, and where did:plc documents are kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    resolver: str
    plc_directory: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class _Account:
    handle: str
    did: str
    server: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Atproto:
    """The account's own server, read as anyone may read it without logging in."""

    user_agent: str
    settings: AtprotoSettings
    name: str = NAME
    technique: Technique = TECHNIQUE

    def search(self, search: Search, internet: Internet) -> Answer:
        """The profile and up to `max_items` posts, newest first, over up to `max_pages` pages.

        Stops, and keeps nothing of the account, where its owner asked not to be shown to people who are not logged in.
        """
        handle = search.query.strip().removeprefix("@").lower()
        if len(handle) > 253 or not _HANDLE.match(handle):
            raise NotSearchedError(Reason.ANCHOR_UNUSABLE)
        try:
            account = self._account(handle, internet)
            profile, said = _profile(account, internet)
            hits = [*said, *_posts(account, search, internet)]
            return answered([replace(hit, profile=profile) for hit in hits])
        except _GoneError as error:
            return Answer(reason=error.reason)

    def ask_again(
        self, search: Search, address: str, internet: Internet, ask: Callable[[], Response]
    ) -> Response | None:
        """The same records, once the profile was looked at for a wish not to be shown to visitors made since."""
        del search
        server, _, _ = address.partition("/xrpc/")
        did = httpx.URL(address).params.get("repo", "")
        if not _DID.match(did):
            raise NotSearchedError(Reason.INCONCLUSIVE)
        try:
            _shown_profile(server, did, internet)
        except _GoneError as gone:
            if gone.reason is not Reason.NOTHING_FOUND:
                return None
        return ask()

    def _account(self, handle: str, internet: Internet) -> _Account:
        """Handle to DID to server, and back: the DID document must claim the handle too."""
        base = self.settings.resolver.rstrip("/")
        did = words(_call(internet, base, "com.atproto.identity.resolveHandle", {"handle": handle}).get("did"))
        if not _DID.match(did):
            raise NotSearchedError(Reason.UNREADABLE_ANSWER)
        document = self._document(did, internet)
        names = document.get("alsoKnownAs")
        claimed = [words(name).lower() for name in names] if isinstance(names, list) else []
        if f"at://{handle}" not in claimed:
            raise NotSearchedError(Reason.HANDLE_NOT_CONFIRMED)
        services = [s for s in rows(document.get("service")) if words(s.get("id")).endswith("#atproto_pds")]
        server = words(services[0].get("serviceEndpoint")) if services else ""
        if not server:
            raise NotSearchedError(Reason.UNREADABLE_ANSWER)
        return _Account(handle=handle, did=did, server=server.rstrip("/"))

    def _document(self, did: str, internet: Internet) -> dict[str, JsonValue]:
        web = did.removeprefix("did:web:")
        url = f"{self.settings.plc_directory.rstrip('/')}/{did}"
        if web != did:
            url = f"https://{web}/.well-known/did.json"
        response = internet.get(url, accept=JSON)
        if response.status == 410:
            raise _GoneError(Reason.ACCOUNT_DEACTIVATED)  # tombstoned
        if not response.ok:
            raise NotSearchedError(Reason.HANDLE_NOT_CONFIRMED)
        document = table(json_of(response))
        if document.get("id") != did:
            raise NotSearchedError(Reason.HANDLE_NOT_CONFIRMED)
        return document


def build(user_agent: str, table: Mapping[str, object]) -> Atproto:
    """The source with its table of config/sources.toml."""
    return Atproto(user_agent=user_agent, settings=AtprotoSettings.model_validate(table))


class _GoneError(Exception):
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def _call(internet: Internet, server: str, method: str, params: dict[str, str]) -> dict[str, JsonValue]:
    return _document_of(internet.get(f"{server}/xrpc/{method}", params=params, accept=JSON))


def _document_of(response: Response) -> dict[str, JsonValue]:
    """The JSON of an XRPC answer. An error is told by its name, not its status: "not found" is 400 here."""
    if response.status in {404, 410}:
        raise NotSearchedError(Reason.API_ERROR)  # the method is missing, not the account
    document = table(json_of(response))
    if response.ok:
        return document
    code, message = words(document.get("error")), words(document.get("message")).lower()
    reason = _GONE.get(code)
    for start, meaning in _GONE_MESSAGES.items():
        reason = reason or (meaning if message.startswith(start) else None)
    if reason is None:
        raise NotSearchedError(Reason.API_ERROR)
    raise _GoneError(reason)


def _profile(account: _Account, internet: Internet) -> tuple[Profile, list[Hit]]:
    """What the account says of its owner, and the profile's own words; none where it has no profile record."""
    response, records = _shown_profile(account.server, account.did, internet)
    values = [value for record in records if isinstance(value := record.get("value"), dict)]
    said = "\n".join(words(value.get("description")) for value in values)
    profile = Profile(
        handle=raw_text(account.handle),
        name=raw_text(words(values[0].get("displayName")) if values else ""),
        place=raw_text(""),
        emails=emails_in(said),
        links=profile_links(addresses_in(said)),
        confirmed=True,  # `_account` saw handle and DID name each other
    )
    return profile, [hit for r in records if (hit := _hit(account, response, r, "description", "profile"))]


def _shown_profile(server: str, did: str, internet: Internet) -> tuple[Response, list[dict[str, JsonValue]]]:
    """The profile record, if there is one. Raises where its owner asks not to be shown to visitors; nothing is kept."""
    params = {"repo": did, "collection": PROFILE, "limit": "1"}
    response = internet.get(f"{server}/xrpc/com.atproto.repo.listRecords", params=params, accept=JSON)
    records = rows(_document_of(response).get("records"))
    if any(_refuses_logged_out(record) for record in records):
        internet.withhold([response.capture_id])
        raise NotSearchedError(Reason.WITHHELD_AT_USERS_REQUEST)
    return response, records


def _refuses_logged_out(record: dict[str, JsonValue]) -> bool:
    value = record.get("value")
    labels = value.get("labels") if isinstance(value, dict) else None
    values = labels.get("values") if isinstance(labels, dict) else None
    listed = values if isinstance(values, list) else []
    return any(isinstance(label, dict) and label.get("val") == _LOGGED_OUT_REFUSED for label in listed)


def _posts(account: _Account, search: Search, internet: Internet) -> list[Hit]:
    hits: list[Hit] = []
    cursors: set[str] = set()
    seen: set[str] = set()
    params = {"repo": account.did, "collection": POSTS, "limit": _PAGE}
    for _ in range(search.step.max_pages):
        response = internet.get(f"{account.server}/xrpc/com.atproto.repo.listRecords", params=params, accept=JSON)
        document = _document_of(response)
        records = [record for record in rows(document.get("records")) if words(record.get("uri")) not in seen]
        seen.update(words(record.get("uri")) for record in records)
        hits += [hit for record in records if (hit := _hit(account, response, record, "text", "social_post"))]
        cursor = words(document.get("cursor"))
        if not cursor or cursor in cursors or not records or len(hits) >= search.step.max_items:
            break
        cursors.add(cursor)
        params = {**params, "cursor": cursor}
    return hits[: search.step.max_items]


def _hit(account: _Account, response: Response, record: dict[str, JsonValue], key: str, platform: str) -> Hit | None:
    value = record.get("value")
    value = value if isinstance(value, dict) else {}
    text = "\n".join(part for part in (words(value.get(key)), *_descriptions(value)) if part)
    if not text:
        return None
    return Hit(
        capture_id=response.capture_id,
        text=raw_text(text),
        locator=raw_text(words(record.get("uri"))),
        author=raw_text(account.handle),
        posted_at=moment(value.get("createdAt")),
        engagement=Engagement.AUTHORED,
        platform=platform,
    )


def _descriptions(value: dict[str, JsonValue]) -> list[str]:
    """The texts an author gave to pictures: written by the author, unlike the title of a linked page."""
    embed = value.get("embed")
    images = embed.get("images") if isinstance(embed, dict) else None
    return [words(image.get("alt")) for image in images if isinstance(image, dict)] if isinstance(images, list) else []

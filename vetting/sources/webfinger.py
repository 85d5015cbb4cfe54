"""Which account a fediverse address names: WebFinger (RFC 7033), asked at its own host and believed both ways."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import httpx

from vetting.sources.interface import NotSearchedError, Reason
from vetting.sources.internet import JSON, Internet, Response
from vetting.sources.page_text import is_html, json_of, rows, table, words

ACTIVITY: Final = "application/activity+json"
_JRD: Final = "application/jrd+json, application/json"
_USER: Final = re.compile(r"\w(?:[\w.-]{0,62}\w)?")
_NAME: Final = re.compile(r"[\w.-]{1,253}")
_HOST: Final = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_NODEINFO: Final = "http://nodeinfo.diaspora.software/ns/schema/"
_CLOSED: Final = frozenset({Reason.HTTP_401, Reason.HTTP_403, Reason.HTTP_4XX, Reason.LOGIN_PAGE})
"""A door that is closed to visitors, or is not there. A challenge, a rate limit and an outage end the search."""


class AccountGoneError(Exception):
    """The service says that there is no such account, or no longer. Carries a reason code only."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Account:
    """An account whose host and whose actor name each other."""

    user: str
    host: str
    actor: str
    """The address of its ActivityPub actor."""
    server: str
    """Where that actor is: scheme, host and port."""

    @property
    def handle(self) -> str:
        """As people write it, without the first `@`."""
        return f"{self.user}@{self.host}"


def confirmed_account(query: str, internet: Internet) -> Account:
    """The account that a disclosed `@user@host` names.

    Raises AccountGoneError where its host says there is none, NotSearchedError for everything else that is no account:
    `anchor_unusable` before anything is asked, `handle_not_confirmed` where one side does not name the other.
    """
    user, host = _parts(query)
    address = f"https://{host}/.well-known/webfinger"
    response = _webfinger(address, user, host, internet)
    actor = _actor(response, user, host)
    place = httpx.URL(actor)
    if place.host != httpx.URL(response.url).host:  # another host: it must name the account too
        address = f"{place.scheme}://{place.netloc.decode('ascii')}/.well-known/webfinger"
        if _actor(_webfinger(address, user, host, internet), user, host) != actor:
            raise NotSearchedError(Reason.HANDLE_NOT_CONFIRMED)
    return Account(user=user, host=host, actor=actor, server=f"{place.scheme}://{place.netloc.decode('ascii')}")


def ask(
    internet: Internet, url: str, *, accept: str, params: dict[str, str] | None = None, page: bool = False
) -> Response | None:
    """What stands behind a door, or None where it is closed to visitors or is not there.

    Raises AccountGoneError where an actor is gone for good (410), NotSearchedError for a challenge or a failure.
    """
    try:
        response = internet.page(url, accept=accept) if page else internet.get(url, params=params, accept=accept)
    except NotSearchedError as stopped:
        if stopped.reason in _CLOSED:
            return None
        raise
    if response.status == 410 and accept == ACTIVITY:
        raise AccountGoneError(Reason.ACCOUNT_DEACTIVATED)
    return response if response.ok and not is_html(response.content_type, response.body) else None


def same_account(name: str, user: str, host: str) -> bool:
    """Whether a name is that of the account: `user` on its own server, or `user@host`. Letter case does not count."""
    return name.lower() in {user.lower(), f"{user}@{host}".lower()}


def _parts(query: str) -> tuple[str, str]:
    user, _, host = query.strip().removeprefix("acct:").removeprefix("@").partition("@")
    try:
        ascii_host = httpx.URL(f"https://{host}/").raw_host.decode("ascii").lower() if _NAME.fullmatch(host) else ""
    except (httpx.InvalidURL, ValueError):
        ascii_host = ""
    if not _USER.fullmatch(user) or len(ascii_host) > 253 or not _HOST.fullmatch(ascii_host):
        raise NotSearchedError(Reason.ANCHOR_UNUSABLE)
    return user, ascii_host


def _webfinger(address: str, user: str, host: str, internet: Internet) -> Response:
    response = internet.get(address, params={"resource": f"acct:{user}@{host}"}, accept=_JRD)
    if response.status == 410:
        raise AccountGoneError(Reason.ACCOUNT_DEACTIVATED)
    if response.status == 404:
        if _is_fediverse_server(response, internet):
            raise AccountGoneError(Reason.ACCOUNT_NOT_FOUND)
        raise NotSearchedError(Reason.HANDLE_NOT_CONFIRMED)
    if not response.ok:
        raise NotSearchedError(Reason.API_ERROR)
    return response


def _is_fediverse_server(response: Response, internet: Internet) -> bool:
    """Whether the host that knows no such account has accounts: any web server answers 404 (NodeInfo protocol)."""
    found = internet.get(str(httpx.URL(response.url).join("/.well-known/nodeinfo")), accept=JSON)
    if not found.ok or is_html(found.content_type, found.body):
        return False
    links = table(json_of(found)).get("links")
    return any(words(link.get("rel")).startswith(_NODEINFO) for link in rows(links))


def _actor(response: Response, user: str, host: str) -> str:
    """The actor that the answer names for the account, whose name it must repeat (`subject`)."""
    document = table(json_of(response))
    if words(document.get("subject")).lower() != f"acct:{user}@{host}".lower():
        raise NotSearchedError(Reason.HANDLE_NOT_CONFIRMED)
    for link in rows(document.get("links")):
        if words(link.get("rel")) == "self" and "json" in words(link.get("type")):
            return _address(words(link.get("href")))
    raise NotSearchedError(Reason.HANDLE_NOT_CONFIRMED)  # an account, but of no ActivityPub server


def _address(href: str) -> str:
    try:
        url = httpx.URL(href)
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL("")
    if url.scheme not in {"http", "https"} or not url.host or url.userinfo:
        raise NotSearchedError(Reason.UNREADABLE_ANSWER)
    return href

"""Archived pages of a disclosed website: the archive's index (CDX), then raw mementos (RFC 7089)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx
from pydantic import BaseModel, ConfigDict

from vetting.candidate import IdentifierKind
from vetting.evidence import Engagement, Hit
from vetting.protocol import Technique
from vetting.search import Search
from vetting.sources.cdx import Dialect, Memento, mementos
from vetting.sources.interface import Answer, NotSearchedError, Reason, answered
from vetting.sources.internet import Internet, Response
from vetting.sources.page_text import is_text, page_facts, raw_text, readable
from vetting.sources.refusals import says_missing

NAME: Final = "web_archive"
TECHNIQUE: Final = Technique.WEB_ARCHIVE
ANCHORS: Final = frozenset({IdentifierKind.WEBSITE})
_ERROR_HEADER: Final = "x-archive-wayback-runtime-error"
_EXCLUDED_HEADERS: Final = ("AccessControlException", "Blocked")
_EXCLUDED_WORDS: Final = "has been excluded from the wayback machine"
"""How the Internet Archive says that a site's owner, or its robots.txt, keeps it out; with status 200 at times."""


class WebArchiveSettings(BaseModel):
    """The table `[web_archive]` of config/sources.toml.

    `memento` is the address of a raw memento, with `{timestamp}` and `{url}`, e.g. `.../{timestamp}id_/{url}`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    dialect: Dialect = Dialect.PYWB
    cdx: str
    memento: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebArchive:
    """One web archive. What it kept is read, and nothing that it says in another page's place."""

    user_agent: str
    settings: WebArchiveSettings
    name: str = NAME
    technique: Technique = TECHNIQUE

    def search(self, search: Search, internet: Internet) -> Answer:
        """The texts below the disclosed address: up to `max_items` different pages, in the order of the index."""
        listed = mementos(self.settings.cdx, self.settings.dialect, _site(search.query), search, internet)
        return self._read(listed, internet)

    def ask_again(
        self, search: Search, address: str, internet: Internet, ask: Callable[[], Response]
    ) -> Response | None:
        """The same memento: a page of the archive's own in its place says nothing of it."""
        del search, address, internet
        response = ask()
        if response.ok and "memento-datetime" not in response.headers:
            raise _no_memento(response)
        return response

    def _read(self, listed: list[Memento], internet: Internet) -> Answer:
        hits: list[Hit] = []
        missed: NotSearchedError | None = None
        for memento in listed:
            try:
                hits += self._hits(memento, internet)
            except NotSearchedError as error:
                missed = error
        if missed is not None and not hits:
            raise missed from None
        return answered(hits, partly=missed is not None)

    def _hits(self, memento: Memento, internet: Internet) -> list[Hit]:
        template = self.settings.memento
        url = template.replace("{timestamp}", memento.timestamp).replace("{url}", memento.url)
        response = internet.get(url)
        _check_memento(response, url, memento)
        if not response.ok:
            return []  # an error that was archived as such
        if not is_text(response.content_type, response.body):
            if memento.listed_as_text:
                raise NotSearchedError(Reason.UNREADABLE_ANSWER)
            return []
        text = readable(response.body, response.content_type)
        if not text:
            return []
        facts = page_facts(response.body, response.content_type)
        if says_missing(facts):
            raise NotSearchedError(Reason.INCONCLUSIVE)  # of the archive, or of the page as it was: nobody can tell
        hit = Hit(
            capture_id=response.capture_id,
            text=raw_text(text),
            locator=raw_text(memento.url),
            author=raw_text(facts.author),
            posted_at=facts.published or memento.archived_at,
            engagement=Engagement.AUTHORED,
            platform="archived_page",
        )
        return [hit]


def build(user_agent: str, table: Mapping[str, object]) -> WebArchive:
    """The source with its table of config/sources.toml."""
    return WebArchive(user_agent=user_agent, settings=WebArchiveSettings.model_validate(table))


def _site(query: str) -> str:
    """The disclosed address without scheme. Raises NotSearchedError for what is no web address."""
    text = query.strip()
    url: httpx.URL | None = None
    try:
        url = httpx.URL(text if "://" in text else f"http://{text}")
    except (httpx.InvalidURL, ValueError):
        url = None
    if url is None or url.scheme not in {"http", "https"} or "." not in url.host or url.userinfo:
        raise NotSearchedError(Reason.ANCHOR_UNUSABLE)
    return f"{url.netloc.decode('ascii')}{url.path}"


def _check_memento(response: Response, asked: str, memento: Memento) -> None:
    """Refuses what is not the memento asked for: RFC 7089 marks one with its own date (2.1.1), and with nothing else.

    An archive answers with its nearest capture of another time or address by a redirect, and with its own page, status
    200, where it has none or may not show it.
    """
    if "memento-datetime" not in response.headers:
        raise _no_memento(response)
    same = _rest(response.url, memento) == _rest(str(httpx.URL(asked).copy_with(fragment=None)), memento)
    if not same or _stated(response) != memento.archived_at:
        raise NotSearchedError(Reason.API_ERROR)


def _no_memento(response: Response) -> NotSearchedError:
    return NotSearchedError(Reason.API_REFUSED if _excluded(response) else Reason.API_ERROR)


def _excluded(response: Response) -> bool:
    error = response.headers.get(_ERROR_HEADER, "")
    if any(word in error for word in _EXCLUDED_HEADERS):
        return True
    return _EXCLUDED_WORDS in page_facts(response.body, response.content_type).words.lower()


def _rest(url: str, memento: Memento) -> str:
    """The part of a memento's address that says which one it is."""
    _, found, rest = url.partition(memento.timestamp)
    return found + rest


def _stated(response: Response) -> datetime | None:
    try:
        stated = parsedate_to_datetime(response.headers["memento-datetime"])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return stated if stated.tzinfo else stated.replace(tzinfo=UTC)

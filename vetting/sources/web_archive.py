"""Archived pages of a disclosed website: the archive's CDX index (pywb dialect) and raw mementos (RFC 7089)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import httpx
from pydantic import BaseModel, ConfigDict

from vetting.candidate import IdentifierKind
from vetting.evidence import Engagement, Hit
from vetting.protocol import Technique
from vetting.search import Search
from vetting.sources.interface import Answer, NotSearchedError, Reason, answered
from vetting.sources.internet import HTML, Internet, Response
from vetting.sources.page_text import JsonValue, is_text, page_facts, raw_text, readable, words
from vetting.sources.refusals import says_missing

NAME: Final = "web_archive"
TECHNIQUE: Final = Technique.WEB_ARCHIVE
ANCHORS: Final = frozenset({IdentifierKind.WEBSITE})
_TEXT_TYPES: Final = frozenset({"text/html", "text/plain", "application/xhtml+xml"})
_TIMESTAMP: Final = re.compile(r"^\d{14}$")
_ROWS_FOR_EACH_ITEM: Final = 10
"""An index lists every capture of every picture too; this many rows are asked for to find one text."""


class WebArchiveSettings(BaseModel):
    """The table `[web_archive]` of config/sources.toml.

    `memento` is the address of a raw memento, with `{timestamp}` and `{url}`, e.g. `.../{timestamp}id_/{url}`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    cdx: str
    memento: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class _Memento:
    url: str
    timestamp: str
    digest: str

    @property
    def archived_at(self) -> datetime:
        return datetime.strptime(self.timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebArchive:
    """One web archive that speaks pywb's dialect of CDX."""

    user_agent: str
    settings: WebArchiveSettings
    name: str = NAME
    technique: Technique = TECHNIQUE

    def search(self, search: Search, internet: Internet) -> Answer:
        """The texts below the disclosed address: up to `max_items` different pages, in the order of the index."""
        address = _site(search.query)
        limit = search.step.max_items * _ROWS_FOR_EACH_ITEM
        params = {"url": address, "matchType": "prefix", "output": "json", "limit": str(limit)}
        response = internet.get(self.settings.cdx, params=params, accept="text/x-ndjson, application/json")
        if not response.ok:  # an index without rows is a 200; a 404 is an index that is not there
            raise NotSearchedError(Reason.API_ERROR)
        mementos = _mementos(response)[: search.step.max_items]
        return self._read(mementos, internet)

    def _read(self, mementos: list[_Memento], internet: Internet) -> Answer:
        hits: list[Hit] = []
        missed: NotSearchedError | None = None
        for memento in mementos:
            try:
                hits += self._hits(memento, internet)
            except NotSearchedError as error:
                missed = error
        if missed is not None and not hits:
            raise missed from None
        return answered(hits, partly=missed is not None)

    def _hits(self, memento: _Memento, internet: Internet) -> list[Hit]:
        template = self.settings.memento
        url = template.replace("{timestamp}", memento.timestamp).replace("{url}", memento.url)
        response = internet.get(url, accept=HTML)
        if not response.ok:
            raise NotSearchedError(Reason.API_ERROR)  # listed in the index, and not there
        if not is_text(response.content_type, response.body):
            raise NotSearchedError(Reason.UNREADABLE_ANSWER)  # listed as a text
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


def _mementos(response: Response) -> list[_Memento]:
    """The different texts of an index answer: one object a line, of which only successful texts count."""
    found: dict[str, _Memento] = {}
    for line in response.body.splitlines():
        row = _row(line) if line.strip() else {}
        timestamp, url = words(row.get("timestamp")), words(row.get("url"))
        listed = words(row.get("status")) == "200" and words(row.get("mime")) in _TEXT_TYPES
        if listed and _is_time(timestamp) and url:
            digest = words(row.get("digest")) or f"{timestamp}/{url}"
            found.setdefault(digest, _Memento(url=url, timestamp=timestamp, digest=digest))
    return list(found.values())


def _row(line: bytes) -> dict[str, JsonValue]:
    failed = False
    row: JsonValue = None
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        failed = True
    if failed or not isinstance(row, dict):
        raise NotSearchedError(Reason.UNREADABLE_ANSWER)
    return row


def _is_time(timestamp: str) -> bool:
    if not _TIMESTAMP.match(timestamp):
        return False
    try:
        datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return False
    return True

"""Entries of a disclosed RSS or Atom feed."""

from __future__ import annotations

import io
import re
from calendar import timegm
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import feedparser
from pydantic import BaseModel, ConfigDict

from vetting.candidate import IdentifierKind
from vetting.evidence import Engagement, Hit
from vetting.protocol import Technique
from vetting.search import Search
from vetting.sources.interface import Answer, NotSearchedError, Reason, answered
from vetting.sources.internet import Internet, Response
from vetting.sources.page_text import decoded_text, html_text, media_type, raw_text

NAME: Final = "feed"
TECHNIQUE: Final = Technique.FEED
ANCHORS: Final = frozenset({IdentifierKind.FEED})
MAX_FEED_BYTES: Final = 5 * 1024 * 1024
MAX_TAGS: Final = 100_000
"""Opening and closing ones: ten thousand entries. feedparser takes six seconds of processor time for them."""
MAX_ATTRIBUTES: Final = 200
"""Of one tag. Its time grows with their square: 8,000 take a second."""
_DECLARED: Final = re.compile(rb"\s{0,100}<\?xml[^>]{0,200}?\bencoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})")
_TAG: Final = re.compile(r"<[^\W\d](?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+')*+>")
_ENTITY: Final = re.compile("<!ENTITY", re.IGNORECASE)
ACCEPT: Final = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """The feed at the address the candidate disclosed."""

    user_agent: str
    name: str = NAME
    technique: Technique = TECHNIQUE

    def search(self, search: Search, internet: Internet) -> Answer:
        """Up to `max_items` entries in the order of the feed."""
        response = internet.page(search.query.strip(), accept=ACCEPT)
        if response.status in {404, 410}:
            return Answer(reason=Reason.ACCOUNT_NOT_FOUND)
        if not response.ok:
            raise NotSearchedError(Reason.HTTP_4XX)
        return answered(entries_of(response)[: search.step.max_items])


class _FeedSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def build(user_agent: str, table: Mapping[str, object]) -> Feed:
    """The source; its table of config/sources.toml is empty."""
    _FeedSettings.model_validate(table)
    return Feed(user_agent=user_agent)


def entries_of(response: Response) -> list[Hit]:
    """The entries of a feed that hold words, in its order. Raises NotSearchedError for what is no feed."""
    parsed = _parsed(response)
    author = _word(parsed.get("feed", {}), "author")
    hits = [hit for entry in parsed.get("entries", []) if (hit := _hit(entry, author, response))]
    if parsed.get("bozo") and not hits:  # broken, so that nobody can say it was empty
        raise NotSearchedError(Reason.UNREADABLE_ANSWER)
    return hits


def _parsed(response: Response) -> Mapping[str, Any]:
    """The feed, from memory: feedparser is given a file object, for it would open a string as a file or an address.

    What stands in an entry is read as any page is. feedparser would clean its mark-up and complete its links before,
    which takes 14 seconds where 200 kB of comments never end.
    """
    if len(response.body) > MAX_FEED_BYTES:
        raise NotSearchedError(Reason.TOO_LARGE)
    headers = {
        "content-type": f"{media_type(response.content_type)}; charset=utf-8",
        "content-location": response.url,
    }
    text = _text(response)
    parsed: Mapping[str, Any] = {}
    try:
        parsed = feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception:  # noqa: BLE001  # a parser by others on hostile input; its messages quote it
        parsed = {}
    if not parsed.get("version"):
        raise NotSearchedError(Reason.UNREADABLE_ANSWER)
    return parsed


def _text(response: Response) -> str:
    """The feed's characters, by the encoding that its header states, else its XML declaration (RFC 7303, 3).

    feedparser knows every codec of Python's by the name a server gives; one of them takes hours for five megabytes.
    Entities that a feed declares are left undeclared: with them, five megabytes may unfold to hundreds.
    """
    stated = _DECLARED.match(response.body)
    charset = f"; charset={stated[1].decode('ascii')}" if stated and "charset" not in response.content_type else ""
    text = decoded_text(response.body, f"{response.content_type}{charset}")
    if text.count("<") > MAX_TAGS or any(tag[0].count("=") > MAX_ATTRIBUTES for tag in _TAG.finditer(text)):
        raise NotSearchedError(Reason.TOO_LARGE)
    return _ENTITY.sub("<! ENTITY", text)


def _hit(entry: Mapping[str, Any], feed_author: str, response: Response) -> Hit | None:
    bodies = [str(part.get("value", "")) for part in entry.get("content", [])] or [_word(entry, "summary")]
    text = "\n".join(part for part in map(html_text, (_word(entry, "title"), *bodies)) if part)
    if not text:
        return None
    return Hit(
        capture_id=response.capture_id,
        text=raw_text(text),
        locator=raw_text(_word(entry, "link") or _word(entry, "id")),
        author=raw_text(_word(entry, "author") or feed_author),
        posted_at=_published(entry),
        engagement=Engagement.AUTHORED,
        platform="feed_entry",
    )


def _word(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else ""


def _published(entry: Mapping[str, Any]) -> datetime | None:
    stated = entry.get("published_parsed") or entry.get("updated_parsed")
    try:
        return datetime.fromtimestamp(timegm(stated), tz=UTC) if stated else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None

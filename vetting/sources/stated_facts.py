"""When a page was published and by whom, as it states itself in a vocabulary made for that; nothing is guessed.

A date that is not stated is none: an undated item cannot be released (REQ-FCRA-2), and a wrong date would let one
through that is too old. So a lone `<time>`, a date in the text or the address, and the date of a change are not taken,
and neither is a date of which a page states two (a list of posts, a page and its comments).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Final

MAX_LINKED_DATA: Final = 100_000
"""Characters of JSON-LD that are looked at."""
MAX_NODES: Final = 1_000
MAX_STATED: Final = 100
"""Marked times and authors that are remembered of a page."""
MAX_NAME: Final = 200
"""Characters."""

_DATES: Final = (
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "dc.date",
    "dc.date.issued",
    "dcterms.created",
    "dcterms.issued",
    "date",
)
"""Names of meta elements: Open Graph, schema.org microdata, Dublin Core, and the plain one."""
_PUBLISHED_CLASSES: Final = frozenset({"dt-published", "published"})
"""Of a `<time>`: microformats2 h-entry and its forerunner hAtom."""
_ARTICLES: Final = frozenset(
    {
        "AdvertiserContentArticle",
        "Article",
        "BlogPosting",
        "DiscussionForumPosting",
        "LiveBlogPosting",
        "NewsArticle",
        "OpinionNewsArticle",
        "Report",
        "ReportageNewsArticle",
        "ScholarlyArticle",
        "SocialMediaPosting",
        "TechArticle",
    }
)
"""Types of schema.org that have an author and a date of publication."""


@dataclass(slots=True)
class Stated:
    """What is noted of a page's mark-up while it is read."""

    meta: dict[str, str] = field(default_factory=dict, repr=False)
    times: set[str] = field(default_factory=set, repr=False)
    authors: list[str] = field(default_factory=list, repr=False)
    linked_data: list[str] = field(default_factory=list, repr=False)
    """The text of each `application/ld+json` script."""
    _left: int = MAX_LINKED_DATA

    def note_time(self, attributes: Mapping[str, str]) -> None:
        """A `<time>`, if it is marked as the time of publication."""
        marked = "pubdate" in attributes or attributes.get("itemprop", "").lower() == "datepublished"
        marked = marked or not _PUBLISHED_CLASSES.isdisjoint(attributes.get("class", "").lower().split())
        if marked and len(self.times) < MAX_STATED:
            self.times.add(attributes.get("datetime", ""))

    def begin_linked_data(self) -> bool:
        """Whether one more script is looked at."""
        wanted = len(self.linked_data) < MAX_STATED
        if wanted:
            self.linked_data.append("")
        return wanted

    def note_linked_data(self, text: str) -> None:
        """A piece of JSON-LD, as far as it is looked at."""
        self.linked_data[-1] += text[: self._left]
        self._left -= min(len(text), self._left)

    def published(self, *, whole: bool) -> datetime | None:
        """In UTC; None where the page states no moment, or more than one.

        Marked times count where the `whole` page was read: behind what was not, a second may stand.
        """
        for name in _DATES:
            if when := moment(self.meta.get(name)):
                return when
        nodes = list(self._articles())
        for stated in ([node.get("datePublished") for node in nodes], self.times if whole else ()):
            moments = {when for value in stated if (when := moment(value))}
            if len(moments) > 1:
                return None
            if moments:
                return moments.pop()
        return None

    def author(self, *, whole: bool) -> str:
        """The byline; empty where there is none, or more than one. Links as `published` counts times."""
        for name in ("author", "article:author", "dc.creator"):
            named = self.meta.get(name, "")
            if named and not named.lower().startswith(("http://", "https://")):
                return named[:MAX_NAME]
        nodes = list(self._articles())
        for names in ([_named(node.get("author")) for node in nodes], self.authors if whole else ()):
            distinct = {name for name in names if name}
            if len(distinct) > 1:
                return ""
            if distinct:
                return distinct.pop()[:MAX_NAME]
        return ""

    def _articles(self) -> Iterator[Mapping[str, object]]:
        return (node for node in islice(self._nodes(), MAX_NODES) if not _ARTICLES.isdisjoint(_types(node)))

    def _nodes(self) -> Iterator[Mapping[str, object]]:
        """What JSON-LD says of the page: its nodes and those of its graph, not what stands within them (comments)."""
        for text in self.linked_data:
            for node in _dicts(_parsed(text)):
                yield node
                yield from _dicts(node.get("@graph"))


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _dicts(value: object) -> Iterable[dict[str, object]]:
    values = value if isinstance(value, list) else [value]
    return [entry for entry in values if isinstance(entry, dict)]


def _types(node: Mapping[str, object]) -> set[str]:
    kinds = node.get("@type")
    return {kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)}


def _named(value: object) -> str:
    """A name, or several, as schema.org lets a page write them."""
    if isinstance(value, list):
        return ", ".join(name for entry in value[:5] if (name := _named(entry)) and not isinstance(entry, list))
    if isinstance(value, dict):
        value = value.get("name")
    return " ".join(value.split()) if isinstance(value, str) else ""


def moment(value: object) -> datetime | None:
    """An ISO 8601 date-time as aware UTC; without an offset it is taken as UTC. None where it is none."""
    if not isinstance(value, str) or not 10 <= len(value) <= 40:
        return None
    try:
        stated = datetime.fromisoformat(value.strip())
        return (stated if stated.tzinfo else stated.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None

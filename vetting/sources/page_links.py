"""The addresses that a profile page gives as its owner's own (`rel="me"`, XFN 1.1)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import httpx
from lxml import etree  # type: ignore[import-untyped]

from vetting.sources.html_reader import MAX_DEPTH, TooDeepError
from vetting.sources.page_text import MAX_TEXT_BYTES, decoded_text

_MOST: Final = 50
_LONGEST: Final = 500
_PIECE: Final = 64 * 1024


class _Links:
    """What lxml calls for each tag."""

    def __init__(self) -> None:
        self.found: dict[str, None] = {}
        self._depth = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Raises TooDeepError where elements are nested beyond reason: for each end tag libxml2 looks through them."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TooDeepError
        address = attributes.get("href", "").strip()
        if tag in {"a", "link"} and "me" in attributes.get("rel", "").lower().split() and len(self.found) < _MOST:
            self.found[address] = None

    def end(self, tag: str) -> None:
        """One element less is open."""
        del tag
        self._depth -= 1

    def data(self, text: str) -> None:
        """Words are read elsewhere."""

    def close(self) -> None:
        """The end of the page."""


def own_links(body: bytes, content_type: str, page: str) -> tuple[str, ...]:
    """Each web address once, in the order of the page, completed by the address of the page. Never raises."""
    links = _Links()
    parser = etree.HTMLParser(target=links, encoding="utf-8")
    markup = decoded_text(body[:MAX_TEXT_BYTES], content_type).replace("\0", " ").encode("utf-8", "replace")
    with suppress(Exception):  # a parser by others on hostile input: what was found before stays
        for start in range(0, len(markup), _PIECE):
            parser.feed(markup[start : start + _PIECE])
        parser.close()
    return tuple(dict.fromkeys(address for link in links.found if (address := _complete(link, page))))


def _complete(link: str, page: str) -> str:
    """Empty for what is no web address."""
    try:
        address = httpx.URL(page).join(link)
    except (httpx.InvalidURL, ValueError, TypeError):
        return ""
    proper = address.scheme in {"http", "https"} and address.host and not address.userinfo
    return str(address) if proper and len(str(address)) <= _LONGEST else ""

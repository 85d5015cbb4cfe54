"""The addresses that a profile page gives as its owner's own (`rel="me"`, XFN 1.1)."""

from __future__ import annotations

from typing import Final

import httpx

from vetting.sources.html_reader import NOT_READ, read_beginning
from vetting.sources.page_text import MAX_TEXT_BYTES, decoded_text

_LONGEST: Final = 500


def own_links(body: bytes, content_type: str, page: str) -> tuple[str, ...]:
    """Each web address once, in the order of the page, completed by the address of the page. Never raises.

    A page whose elements are nested beyond reason is read to there, one that no parser takes not at all.
    """
    markup = decoded_text(body[:MAX_TEXT_BYTES], content_type).replace("\0", " ")
    try:
        reader, _ = read_beginning(markup, unseen=NOT_READ)
    except Exception:  # noqa: BLE001  # a parser by others on hostile input; its messages quote it
        return ()
    return tuple(dict.fromkeys(address for link in reader.own_links if (address := _complete(link, page))))


def _complete(link: str, page: str) -> str:
    """Empty for what is no web address."""
    try:
        address = httpx.URL(page).join(link)
    except (httpx.InvalidURL, ValueError, TypeError):
        return ""
    proper = address.scheme in {"http", "https"} and address.host and not address.userinfo
    return str(address) if proper and len(str(address)) <= _LONGEST else ""

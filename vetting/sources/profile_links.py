"""Addresses that an account gives as its owner's: for attribution, which people judge. Nothing follows them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Final

from vetting.evidence import ProfileLink, RawText
from vetting.sources.page_text import raw_text

MAX_LINKS: Final = 50
"""Of one account; nobody has more, and a hostile page has thousands."""
_MAX_CHARACTERS: Final = 2_000
_ADDRESS: Final = re.compile(r"\bhttps?://[^\s<>\"'`{}|\\^]{1,2000}", re.IGNORECASE)
_HREF: Final = re.compile(r"<a\s(?:[^>]{0,500}?\s)?href\s*=\s*[\"']?([^\"'\s>]{1,2000})", re.IGNORECASE)
_EMAIL: Final = re.compile(r"(?<![\w.%+'-])[\w.%+'-]{1,64}@(?:[^\W_][\w-]{0,62}\.){1,8}[^\W\d_]{2,24}")
_MAX_READ: Final = 50_000
"""Characters of a profile in which addresses are looked for."""


def addresses_in(text: str) -> list[str]:
    """The web addresses in plain words; a full stop or bracket after one is no part of it."""
    return [address.rstrip(".,;:!?)]\u201d\u2019") for address in _ADDRESS.findall(text[:_MAX_READ])]


def addresses_of_markup(markup: str) -> list[str]:
    """The addresses that a piece of HTML leads to; those in its words where it holds no link."""
    leading = [html.unescape(address) for address in _HREF.findall(markup[:_MAX_READ])]
    return leading or addresses_in(html.unescape(markup[:_MAX_READ]))


def emails_in(text: str) -> tuple[RawText, ...]:
    """The e-mail addresses in plain words, each once, ten at most."""
    return tuple(raw_text(email) for email in list(dict.fromkeys(_EMAIL.findall(text[:_MAX_READ])))[:10])


def profile_links(addresses: Iterable[str], verified: Iterable[str] = ()) -> tuple[ProfileLink, ...]:
    """The web addresses as links, each once: first those that the service itself saw linking back."""
    found = {address.strip(): True for address in verified}
    for address in addresses:
        found.setdefault(address.strip(), False)
    links = [
        ProfileLink(url=raw_text(address), verified=seen)
        for address, seen in found.items()
        if address.lower().startswith(("http://", "https://")) and len(address) <= _MAX_CHARACTERS
    ]
    return tuple(links[:MAX_LINKS])

"""What a page asks of programs in its own mark-up: the meta elements that speak to all of them, or to us."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from lxml import etree  # type: ignore[import-untyped]

from vetting.sources.html_reader import MAX_DEPTH, TooDeepError

MAX_CHARACTERS: Final = 2 * 1024 * 1024
"""What is read element by element. Behind it a tag is looked at by itself, and one in a comment counts as well."""
_OVERLAP: Final = 4_096
"""For a tag that stands on the border."""
_PIECE: Final = 64 * 1024
_ADDRESSEES: Final = frozenset({"robots", "vetting"})
_AS_HEADER: Final = frozenset({"x-robots-tag"})
_NAMES: Final = ("name", "http-equiv", "property", "itemprop")
_META: Final = re.compile(r"<meta[\s/](?:[^>\"']|\"[^\"]*+\"|'[^']*+')*+", re.IGNORECASE)
_SPOKEN_TO: Final = re.compile(r"robots|vetting", re.IGNORECASE)
_ASKED: Final = re.compile(r"\b(?:noindex|noarchive)\b|content\s*+=\s*+[\"']?\s*+none\b", re.IGNORECASE)
_REFERENCE: Final = re.compile(r"&#(?:x([0-9a-f]{1,6}+)|([0-9]{1,7}+));?", re.IGNORECASE)


class _Metas:
    """What lxml calls for each tag and each piece of text."""

    def __init__(self) -> None:
        self.directives: list[str] = []
        self._depth = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Raises TooDeepError above MAX_DEPTH."""
        if self._depth >= MAX_DEPTH:
            raise TooDeepError
        self._depth += 1
        if tag == "meta":
            names = {attributes.get(name, "").strip().lower() for name in _NAMES}
            if names & (_ADDRESSEES | _AS_HEADER):
                self.directives.append(attributes.get("content", ""))

    def end(self, tag: str) -> None:
        """libxml2 closes what a page leaves open."""
        del tag
        self._depth -= 1

    def data(self, text: str) -> None:
        """Words are for others."""

    def close(self) -> None:
        """The end of the page."""


def directives_of(markup: str) -> list[str]:
    """The content of each such element of a page, as it stands, wherever in the page it is.

    Of a page that a parser gives up on, or reads no further, a tag that asks not to be kept counts as `noindex`.
    """
    shown = markup.replace("\0", "")
    spoken = "&#" in shown or _SPOKEN_TO.search(shown) is not None
    if not spoken or _META.search(shown) is None:
        return []  # most pages: reading one again takes longer than all else that is done with it here
    metas = _Metas()
    rest = shown[MAX_CHARACTERS - _OVERLAP :] if len(shown) > MAX_CHARACTERS else ""
    try:
        _feed(shown[:MAX_CHARACTERS], metas)
    except Exception:  # noqa: BLE001  # a parser by others on hostile input; its messages quote it
        rest = shown
    return [*metas.directives, *(["noindex"] if any(map(_asks, _META.finditer(rest))) else [])]


def _asks(tag: re.Match[str]) -> bool:
    text = _REFERENCE.sub(_character, tag[0])
    return _SPOKEN_TO.search(text) is not None and _ASKED.search(text) is not None


def _character(reference: re.Match[str]) -> str:
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    return chr(number) if number < 128 else " "


def _feed(markup: str, metas: _Metas) -> None:
    parser = etree.HTMLParser(target=metas, encoding="utf-8")
    page = markup.encode("utf-8", "replace")
    for start in range(0, len(page), _PIECE):
        parser.feed(page[start : start + _PIECE])
    parser.close()

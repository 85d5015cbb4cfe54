"""What captured pages link to, for attribution: the addresses a page calls its owner's, and whether it names one."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree  # type: ignore[import-untyped]

from vetting.evidence import RawText
from vetting.sources.archive_file import body_of
from vetting.sources.page_text import decoded_text, is_html, raw_text
from vetting.sources.warc_reader import CorruptArchiveError, read_warc

MAX_LINKS: Final = 1_000
MAX_CHARACTERS: Final = 2_000_000
_PIECE: Final = 65_536
_LINKING: Final = frozenset({"a", "link"})


class _Links:
    """A parser's target: takes the tags as they come and builds no tree."""

    def __init__(self) -> None:
        self.own: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Keeps an address whose link says that it is the page owner's: `rel` holds `me` (microformats, rel-me)."""
        relations = attributes.get("rel", "").lower().split()
        if tag in _LINKING and "me" in relations and attributes.get("href") and len(self.own) < MAX_LINKS:
            self.own.append(attributes["href"].strip())

    def end(self, tag: str) -> None:
        """Nothing is kept open."""

    def data(self, text: str) -> None:
        """Words are no links."""

    def close(self) -> None:
        """There is nothing to finish."""


def texts_in(warc: bytes) -> Iterator[tuple[RawText, bool]]:
    """What was answered in one capture, as it stands, and whether it is HTML; nothing for what cannot be read."""
    try:
        for record in read_warc(io.BytesIO(warc), compressed=False):
            body, content_type = body_of(record)
            if body:
                yield raw_text(decoded_text(body, content_type)[:MAX_CHARACTERS]), is_html(content_type, body)
    except CorruptArchiveError:
        return


def own_links(markup: RawText) -> tuple[RawText, ...]:
    """The addresses that a page gives as its owner's, MAX_LINKS at most; none of a page that no parser reads."""
    reader = _Links()
    parser = etree.HTMLParser(target=reader, encoding="utf-8")
    page = markup.reveal().encode("utf-8", "replace")
    try:
        for start in range(0, len(page), _PIECE):
            parser.feed(page[start : start + _PIECE])
        parser.close()
    except Exception:  # noqa: BLE001  # a parser by others on hostile input; its messages quote it
        return ()
    return tuple(raw_text(address) for address in reader.own)


def names_address(text: RawText, address: RawText) -> bool:
    """Whether HTML, JSON or plain words hold the address `host/path`, whole, in any case."""
    pattern = rf"(?<![\w.-]){re.escape(address.reveal())}(?![\w-]|[./][\w-])"
    return re.search(pattern, text.reveal().replace("\\/", "/"), re.IGNORECASE) is not None

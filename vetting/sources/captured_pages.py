"""What captured pages say of an address, for attribution: whether they name it, and whether as their owner's."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from vetting.evidence import RawText
from vetting.sources.archive_file import body_of
from vetting.sources.page_links import own_links
from vetting.sources.page_text import decoded_text, is_html, raw_text
from vetting.sources.warc_reader import CorruptArchiveError, read_warc


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedPage:
    """One answer in a capture, unpacked."""

    url: RawText
    body: bytes
    content_type: str

    def __repr__(self) -> str:
        return f"CapturedPage({len(self.body)} bytes)"

    def names(self, address: RawText) -> bool:
        """Whether HTML, JSON or plain words hold the address `host/path`, whole, in any case."""
        pattern = rf"(?<![\w.-])(?:www\.)?{re.escape(address.reveal())}(?![\w-]|[./][\w-])"
        text = decoded_text(self.body, self.content_type).replace("\\/", "/")
        return re.search(pattern, text, re.IGNORECASE) is not None

    def own_links(self) -> tuple[RawText, ...]:
        """The addresses that an HTML page gives as its owner's (`rel="me"`)."""
        if not is_html(self.content_type, self.body):
            return ()
        return tuple(raw_text(link) for link in own_links(self.body, self.content_type, self.url.reveal()))


def pages_in(warc: bytes) -> Iterator[CapturedPage]:
    """What can be read in one capture; nothing of an error page, of a picture, or of bytes that are no archive."""
    try:
        for record in read_warc(io.BytesIO(warc), compressed=False):
            body, content_type = body_of(record)
            if body:
                yield CapturedPage(url=raw_text(record.url), body=body, content_type=content_type)
    except CorruptArchiveError:
        return

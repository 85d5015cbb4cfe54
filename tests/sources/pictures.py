"""What a picture of a page is looked at by: hits that stand on captured pages, and the records that were kept."""

import io
from contextlib import suppress

from vetting.evidence import Engagement, Hit
from vetting.sources.interface import NotSearchedError
from vetting.sources.internet import Internet
from vetting.sources.page_text import raw_text
from vetting.sources.warc_reader import WarcRecord, read_warc

STYLE = "body { margin: 0 } p { margin: 0; height: 3000px; background: #123456 }"


def hit(internet: Internet, address: str) -> Hit:
    """What stands on a page that is captured now, whatever it answers."""
    with suppress(NotSearchedError):
        internet.page(address)
    return hit_on(internet.captures()[-1].id, address)


def hit_on(capture_id: str, address: str) -> Hit:
    return Hit(
        capture_id=capture_id,
        text=raw_text("words"),
        locator=raw_text(address),
        author=raw_text(""),
        posted_at=None,
        engagement=Engagement.AUTHORED,
        platform="web_page",
    )


def records(internet: Internet) -> list[WarcRecord]:
    return [r for c in internet.captures() for r in read_warc(io.BytesIO(c.warc), compressed=False)]


def failures(internet: Internet) -> list[str]:
    found = [r.block.decode() for r in records(internet) if r.kind == "metadata"]
    return [note.split(": ")[1].strip() for note in found if note.startswith("rendering-failed")]


def made(internet: Internet, kind: str) -> list[WarcRecord]:
    return [r for r in records(internet) if r.kind == "resource" and r.content_type == kind]

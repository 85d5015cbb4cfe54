"""Writes what the recording's web serves: the index behind the search, feeds, the forum's challenge, archived pages."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime
from html import escape
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from demo.record.hosts import FORUM_HOST
from demo.record.world import Feed, Page, World

_CHALLENGE = """<!doctype html>
<html lang="en"><head><title>Checking your browser</title><meta name="robots" content="noindex"></head>
<body><h1>One moment</h1><p>Checking your browser before you enter the forum. Please complete the CAPTCHA below to show
that you are not a robot.</p><form><div class="h-captcha" data-sitekey="riverton"></div></form></body></html>
"""

_ROBOTS = "User-agent: *\nDisallow: /subscribers/\n\nUser-agent: another-program\nDisallow: /\n"
"""Of the sites with pages. Those with feeds have none, and the forum answers 403: all three allow what is asked."""


def seed_index(target: Path, pages: Iterable[Page]) -> None:
    """The full-text index that Datasette serves and SearXNG asks."""
    target.unlink(missing_ok=True)
    with sqlite3.connect(target) as database:
        database.execute("create virtual table pages using fts5(url unindexed, title, body)")
        database.executemany("insert into pages values (?, ?, ?)", [page[:3] for page in pages])
    database.close()


def seed_sites(sites: Path, world: World) -> None:
    """The files that nginx serves."""
    for feed in world.feeds:
        _write(sites / feed.host / feed.path.lstrip("/"), _rss(feed) if feed.format == "rss" else _atom(feed))
    for address, title, words, day, byline in world.pages:
        if address not in world.gone:
            where = urlsplit(address)
            _write(sites / str(where.hostname) / "robots.txt", _ROBOTS)
            _write(
                sites / str(where.hostname) / where.path.strip("/") / "index.html", _page(title, [words], day, byline)
            )
    _write(sites / FORUM_HOST / "challenge.html", _CHALLENGE)


def web_hosts(world: World) -> frozenset[str]:
    """The public names whose pages and feeds nginx serves: one whose every page is gone no longer resolves."""
    served = {str(urlsplit(page[0]).hostname) for page in world.pages if page[0] not in world.gone}
    return frozenset(served | {feed.host for feed in world.feeds})


def _write(target: Path, words: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(words, encoding="utf-8")


def _rss(feed: Feed) -> str:
    items = "".join(
        f"<item><title>{escape(title)}</title><link>https://{feed.host}{path}</link>"
        f"<guid>https://{feed.host}{path}</guid>"
        + (f"<pubDate>{format_datetime(datetime.fromisoformat(at))}</pubDate>" if at else "")
        + f"<description>{escape(words)}</description></item>\n"
        for at, path, title, words in feed.entries
    )
    head = f"<title>{escape(feed.title)}</title><link>https://{feed.host}/</link><description>Log</description>"
    return f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>{head}\n{items}</channel></rss>\n'


def _atom(feed: Feed) -> str:
    address = f"https://{feed.host}"
    newest = max(at for at, *_ in feed.entries)
    items = "".join(
        f"<entry><id>{address}{path}</id><title>{escape(title)}</title><link href='{address}{path}'/>"
        f"<published>{at}</published><updated>{at}</updated><content type='html'>{escape(words)}</content></entry>\n"
        for at, path, title, words in feed.entries
    )
    head = f"<id>{address}/</id><title>{escape(feed.title)}</title><updated>{newest}</updated>"
    return f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">{head}\n{items}</feed>\n'


def seed_archive(folder: Path, world: World, pywb: Path) -> None:
    """The collection that pywb serves: pages as a crawler kept them years ago, at their own dates."""
    folder.mkdir(parents=True)
    source = folder / "crawled.warc.gz"
    with source.open("wb") as out:
        writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
        for at, address, title, paragraphs in world.archived:
            body = _page(title, paragraphs).encode()
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            dated = {"WARC-Date": at.strftime("%Y-%m-%dT%H:%M:%SZ")}
            record = writer.create_warc_record(
                address, "response", payload=BytesIO(body), http_headers=headers, warc_headers_dict=dated
            )
            writer.write_record(record)
            record.raw_stream.close()  # warcio made a temporary file of it, to compute its digests
    for arguments in (("init", "web"), ("add", "web", source.name)):
        program = (str(pywb / "wb-manager"), *arguments)
        subprocess.run(program, cwd=folder, check=True, capture_output=True)  # noqa: S603  # pywb's own program


def _page(title: str, paragraphs: Iterable[str], day: str = "", byline: str = "") -> str:
    stated = (("article:published_time", f"{day}T12:00:00Z" if day else ""), ("author", byline))
    meta = "".join(f'<meta name="{name}" content="{escape(value)}">' for name, value in stated if value)
    words = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>{meta}'
    body = f"<h1>{escape(title)}</h1>\n{words}"
    return f"<!doctype html>\n<html lang='en'><head>{head}</head>\n<body>{body}\n</body></html>\n"

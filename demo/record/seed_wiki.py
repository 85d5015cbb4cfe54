"""Installs the recording's town wiki and imports edits at their own dates, with MediaWiki's maintenance programs."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterable
from datetime import datetime
from html import escape
from itertools import groupby
from pathlib import Path

from demo.record.hosts import WIKI_HOST
from demo.record.servers import MEDIAWIKI, wiki_settings

Edit = tuple[datetime, str, str, str, str]
_ADMINISTRATOR = "Archivist"
_TALK = "Talk:"


def seed_wiki(work: Path, edits: Iterable[Edit]) -> None:
    """A wiki of its own below `work` with these edits. Raises CalledProcessError when a maintenance program fails."""
    folder, ordered = work / "wiki", sorted(edits)
    (folder / "data").mkdir(parents=True)
    _install(work, folder)
    for account in sorted({edit[1] for edit in ordered} - {_ADMINISTRATOR}):
        _maintenance(work, "createAndPromote", account, secrets.token_urlsafe(18))
    _maintenance(work, "importDump", "--username-prefix=", words=_dump(ordered))
    for program in ("rebuildrecentchanges", "rebuildtextindex", "runJobs"):
        _maintenance(work, program)
    _maintenance(work, "initSiteStats", "--update")


def _install(work: Path, folder: Path) -> None:
    _maintenance(
        work,
        "install",
        *("--dbtype", "sqlite", "--dbname", "wiki", "--dbpath", str(folder / "data"), "--confpath", str(folder)),
        *("--scriptpath", "", "--server", f"https://{WIKI_HOST}", "--lang", "en"),
        *("--pass", secrets.token_urlsafe(18), "Riverton Wiki", _ADMINISTRATOR),
    )
    with (folder / "LocalSettings.php").open("a", encoding="utf-8") as settings:
        settings.write('\n$wgArticlePath = "/wiki/$1";\n$wgMainCacheType = CACHE_NONE;\n')


def _maintenance(work: Path, program: str, *arguments: str, words: str = "") -> None:
    subprocess.run(  # noqa: S603  # MediaWiki's own programs, on words of this repository
        (shutil.which("php") or "php", str(MEDIAWIKI / "maintenance" / f"{program}.php"), *arguments),
        env={**os.environ, **wiki_settings(work)},
        input=words.encode(),
        check=True,
        capture_output=True,
    )


def _dump(edits: list[Edit]) -> str:
    by_page = groupby(sorted(edits, key=lambda edit: (edit[2], edit[0])), key=lambda edit: edit[2])
    pages = "".join(_page(title, list(revisions)) for title, revisions in by_page)
    space = 'xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en"'
    return f"<mediawiki {space}>\n{pages}</mediawiki>\n"


def _page(title: str, revisions: list[Edit]) -> str:
    namespace = 1 if title.startswith(_TALK) else 0
    inner = "".join(_revision(*revision) for revision in revisions)
    return f"<page><title>{escape(title)}</title><ns>{namespace}</ns>\n{inner}</page>\n"


def _revision(at: datetime, account: str, _title: str, summary: str, text: str) -> str:
    return (
        f"<revision><timestamp>{at.strftime('%Y-%m-%dT%H:%M:%SZ')}</timestamp>"
        f"<contributor><username>{escape(account)}</username></contributor><comment>{escape(summary)}</comment>"
        "<model>wikitext</model><format>text/x-wiki</format>"
        f'<text xml:space="preserve">{escape(text)}</text></revision>\n'
    )

"""Reads what the recording's servers are filled with: posts, pages, wiki edits, archived pages and feeds."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from pydantic import BaseModel, ConfigDict

WORLD: Final = Path(__file__).parent / "world"


Page: TypeAlias = tuple[str, str, str, str, str]
"""Address, title, words, day of publication or nothing, byline or nothing."""


class Account(BaseModel):
    """An AT Protocol account; each post is its time and its words."""

    model_config = ConfigDict(extra="forbid")
    handle: str
    display_name: str
    description: str
    posts: list[tuple[datetime, str]]


class Feed(BaseModel):
    """A feed file of a host; each entry is its time (or nothing), path, title and HTML."""

    model_config = ConfigDict(extra="forbid")
    host: str
    path: str
    format: str
    title: str
    entries: list[tuple[str, str, str, str]]


class _Pages(BaseModel):
    gone: list[str]
    pages: list[Page]


class _Edits(BaseModel):
    edits: list[tuple[datetime, str, str, str, str]]


class _Archived(BaseModel):
    pages: list[tuple[datetime, str, str, list[str]]]


class _Feeds(BaseModel):
    feeds: list[Feed]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything there is to find."""

    accounts: tuple[Account, ...]
    pages: tuple[Page, ...]
    """What the index of the web search holds."""
    gone: frozenset[str]
    """Addresses that the index holds and nobody serves any more."""
    edits: tuple[tuple[datetime, str, str, str, str], ...]
    """Time, account, page, edit summary, text of the page from then on."""
    archived: tuple[tuple[datetime, str, str, list[str]], ...]
    """Time of the capture, address, title, paragraphs."""
    feeds: tuple[Feed, ...]


def load_world(folder: Path = WORLD) -> World:
    """The world as its TOML files describe it. Raises pydantic's ValidationError for a file that does not fit."""
    web = _Pages.model_validate(_toml(folder / "pages.toml"))
    return World(
        accounts=tuple(Account.model_validate(_toml(path)) for path in sorted((folder / "accounts").glob("*.toml"))),
        pages=tuple(web.pages),
        gone=frozenset(web.gone),
        edits=tuple(_Edits.model_validate(_toml(folder / "wiki.toml")).edits),
        archived=tuple(_Archived.model_validate(_toml(folder / "archive.toml")).pages),
        feeds=tuple(_Feeds.model_validate(_toml(folder / "feeds.toml")).feeds),
    )


def _toml(path: Path) -> dict[str, object]:
    return tomllib.loads(path.read_text(encoding="utf-8"))

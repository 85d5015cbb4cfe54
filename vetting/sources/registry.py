"""Which sources there are. A new source is one file, one line here and one test file: see docs/sources.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol, TypeAlias, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vetting.candidate import IdentifierKind
from vetting.errors import VettingError, bad_input
from vetting.protocol import Technique
from vetting.settings import read_toml
from vetting.sources import (
    activitypub,
    atproto,
    brave,
    courtlistener,
    feed,
    forum,
    github,
    mediawiki,
    metasearch,
    rdap,
    site_profiles,
    web_archive,
)
from vetting.sources.interface import Source
from vetting.sources.terms import Terms, settings_of

Table: TypeAlias = Mapping[str, object]
T = TypeVar("T")
SITES: Final = "sites.toml"
"""Beside sources.toml: the sites on which handles are looked at. Read only where `[site_profile]` has a table."""
Build: TypeAlias = Callable[[str, Table], Source]
"""Takes the User-Agent and the source's table of config/sources.toml; raises ValidationError for a wrong table."""


class _Module(Protocol):
    """What a source's file says of itself."""

    NAME: str
    TECHNIQUE: Technique
    ANCHORS: frozenset[IdentifierKind]
    build: Build


_MODULES: Final = (
    metasearch,
    atproto,
    activitypub,
    github,
    mediawiki,
    web_archive,
    feed,
    forum,
    brave,
    site_profiles,
    rdap,
    courtlistener,
)
"""One line for each source."""
_REGISTERED: Final[Mapping[str, _Module]] = {module.NAME: cast("_Module", module) for module in _MODULES}

TECHNIQUES: Final[Mapping[str, Technique]] = MappingProxyType(
    {name: source.TECHNIQUE for name, source in _REGISTERED.items()}
)
"""The one lawful technique of each source: what a protocol's step must declare (IV.B.8)."""
ANCHORS: Final[Mapping[str, frozenset[IdentifierKind]]] = MappingProxyType(
    {name: source.ANCHORS for name, source in _REGISTERED.items()}
)
"""What each source can look for. Only a search service takes words; the others are asked for one account or address."""

SITE_QUERIES: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType({site_profiles.NAME: site_profiles.QUERY_FORM})
"""The form of a step's query for sources that are asked for one site of a list; its first group is the site's id."""

PICTURED: Final = frozenset({metasearch.NAME, brave.NAME, forum.NAME, site_profiles.NAME, web_archive.NAME})
"""The sources whose hits stand on pages, of which a picture can be made; the others answer with data or a feed."""


class _Identity(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    department: str = Field(min_length=2, max_length=100, pattern=r"^[ -~]+$")
    contact: str = Field(min_length=5, max_length=200, pattern=r"^[!-~]+$")

    @property
    def user_agent(self) -> str:
        """Who asks, and how to reach them: no browser's name, no version that would tell two candidates' runs apart."""
        return f"vetting/0.1 (background check; {self.department}; {self.contact})"


def build_sources(config_file: Path) -> Mapping[str, Source]:
    """The sources that config/sources.toml gives a place, by name. Refuses a file that is missing or wrong."""
    tables = _tables(config_file)
    who = _checked(config_file, "identity", lambda: _Identity.model_validate(tables.pop("identity", {}))).user_agent
    if site_profiles.NAME in tables:
        sites = read_toml(config_file.with_name(SITES)).get("sites", ())
        tables[site_profiles.NAME] = {**tables[site_profiles.NAME], "sites": sites}
    unknown = sorted(set(tables) - set(_REGISTERED))
    if unknown:
        raise _wrong(config_file, unknown[0], "there is no source of that name")
    return MappingProxyType(
        {
            name: _checked(config_file, name, partial(source.build, who, settings_of(tables[name])))
            for name, source in _REGISTERED.items()
            if name in tables
        }
    )


def read_terms(config_file: Path) -> Mapping[str, Terms]:
    """What config/sources.toml says of each source beside its own settings. Refuses what `build_sources` refuses."""
    tables = _tables(config_file)
    return MappingProxyType(
        {
            name: _checked(config_file, name, partial(Terms.model_validate, tables[name]))
            for name in _REGISTERED
            if name in tables
        }
    )


def refuse_lapsed_terms(config_file: Path, sources: Iterable[str], today: date) -> None:
    """Refuses the first of these sources whose terms nobody reviewed, or whose review expired before `today`."""
    known = read_terms(config_file)
    for name in dict.fromkeys(sources):
        lapsed = known.get(name, Terms()).lapsed(name, today)
        if lapsed is not None:
            raise lapsed


def _tables(config_file: Path) -> dict[str, Table]:
    tables: dict[str, Table] = {}
    for name, value in read_toml(config_file).items():
        if not isinstance(value, dict):
            raise _wrong(config_file, name, "it must be a table")
        tables[name] = value
    return tables


def _checked(config_file: Path, name: str, build: Callable[[], T]) -> T:
    try:
        return build()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join([name, *(str(part) for part in first["loc"])])
        raise _wrong(config_file, where, first["msg"]) from None


def _wrong(config_file: Path, where: str, what: str) -> VettingError:
    return bad_input(
        "sources_file", f"{config_file}, {where}: {what}.", "Correct it; docs/sources.md lists every table."
    )

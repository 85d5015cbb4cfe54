"""Which sources there are. A new source is one file, one line here and one test file: see docs/sources.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol, TypeAlias, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vetting.candidate import IdentifierKind
from vetting.errors import VettingError, bad_input
from vetting.protocol import Technique
from vetting.settings import read_toml
from vetting.sources import activitypub, atproto, feed, forum, github, mediawiki, metasearch, web_archive
from vetting.sources.interface import Source

Table: TypeAlias = Mapping[str, object]
T = TypeVar("T")
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
    unknown = sorted(set(tables) - set(_REGISTERED))
    if unknown:
        raise _wrong(config_file, unknown[0], "there is no source of that name")
    return MappingProxyType(
        {
            name: _checked(config_file, name, partial(source.build, who, tables[name]))
            for name, source in _REGISTERED.items()
            if name in tables
        }
    )


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

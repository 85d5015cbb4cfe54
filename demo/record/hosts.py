"""The invented public names of the recorded internet and the loopback port behind each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final

SEARCH_HOST: Final = "search.riverton.example"
PDS_HOST: Final = "pds.riverton.example"
PLC_HOST: Final = "plc.riverton.example"
WIKI_HOST: Final = "wiki.riverton.example"
ARCHIVE_HOST: Final = "archive.riverton.example"
FORUM_HOST: Final = "forum.riverton.example"
HANDLE_DOMAIN: Final = ".riverton.test"
"""AT Protocol forbids handles below .example and allows .test for development (atproto handle specification)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """A loopback port for each server; nobody listens on `dead`."""

    search: int
    index: int
    wiki: int
    web: int
    archive: int
    plc: int
    pds: int
    dead: int

    def by_name(self) -> dict[str, int]:
        """The ports under their field names."""
        return dict(asdict(self))


def port_of_host(ports: Ports, handles: Iterable[str], web_hosts: Iterable[str]) -> dict[str, int]:
    """Which port answers for which public name: all the recording may reach."""
    return {
        SEARCH_HOST: ports.search,
        PDS_HOST: ports.pds,
        PLC_HOST: ports.plc,
        WIKI_HOST: ports.wiki,
        ARCHIVE_HOST: ports.archive,
        FORUM_HOST: ports.web,
        **dict.fromkeys(handles, ports.pds),
        **dict.fromkeys(web_hosts, ports.web),
    }

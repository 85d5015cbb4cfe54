"""The mapped internet of practice cases: a file that says which port of this machine answers for which name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vetting.errors import bad_input, refused
from vetting.settings import first_problem, read_toml
from vetting.sources.egress import mapped_transport

SUFFIX: Final = ".toml"
_LOOPBACK: Final = "127.0.0.1"

_Name = Annotated[str, Field(max_length=253, pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
_Port = Annotated[int, Field(ge=1, le=65535, strict=True)]


class _HostsFile(BaseModel):
    """A port for each name. There is no field for an address: a practice case never leaves this machine."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    hosts: dict[_Name, _Port] = Field(min_length=1)


def hosts_transport(file: Path, *, practice: bool) -> httpx.BaseTransport:
    """The internet as servers on this machine answer it, under the names and ports of the file's table `[hosts]`.

    Refuses a real case, and a file that is missing, unreadable or wrong.
    """
    if not practice:
        raise refused(
            "mapped_real_case",
            "A real case may not be searched on servers of this machine.",
            "Leave VETTING_RECORDINGS away, or open the case as a practice case.",
        )
    try:
        named = _HostsFile.model_validate(read_toml(file))
    except ValidationError as error:
        raise bad_input(
            "hosts_file",
            f"{file}, {first_problem(error)}.",
            'Write a table [hosts] with a port for each name: "search.example" = 8888.',
        ) from None
    return mapped_transport({name: (_LOOPBACK, port) for name, port in named.hosts.items()})

"""With what a search was let in: read off each request as it is sent, so that the log can show it (IV.B.8)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import httpx


class Credential(StrEnum):
    """What a request carried, the weakest first."""

    NONE = "none"
    DEPARTMENT_KEY = "department_key"
    PERSONAL = "personal"
    """A cookie or another authorization: nothing here sends one, and an auditor is told if anything ever does."""


_PERSONAL: Final = ("cookie", "authorization", "proxy-authorization")


def carried(request: httpx.Request, key_header: str = "") -> Credential:
    """What the request carries; `key_header` names the header of the department's own key, where it has one."""
    if any(name in request.headers for name in _PERSONAL if name != key_header.lower()):
        return Credential.PERSONAL
    return Credential.DEPARTMENT_KEY if key_header else Credential.NONE


def strongest(credentials: Iterable[Credential]) -> Credential:
    """The strongest of them; NONE of nothing."""
    return max(credentials, key=tuple(Credential).index, default=Credential.NONE)

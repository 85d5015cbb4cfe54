"""What a search was made with: the same for every candidate, so the log says what it was (U3, U4)."""

from __future__ import annotations

import hashlib
import locale
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import rfc8785

from vetting.casework.desk import Desk
from vetting.log.event import EventType
from vetting.records.outbox import OutboxEvent
from vetting.records.rows import CaseRecord
from vetting.sources.version import connectors_version

_LIBRARIES: Final = (
    "vetting",
    "prefect",
    "httpx",
    "httpcore",
    "lxml",
    "protego",
    "pypdf",
    "warcio",
    "feedparser",
    "playwright",
)
"""What asks, reads and keeps. Filter and configuration have digests of their own in the protocol, and the languages
asked for stand in it. The digest of the connectors is stated with every run, so that an auditor sees that what searched
is what was frozen. The browser of a step that asks for pictures is not here: only the started browser knows its
version, and a search that needs none does not start it for that.
"""


def environment() -> dict[str, str]:
    """Versions, connectors, locale and time zone of this process: codes only, no name of a machine or an account."""
    facts = {
        "python": platform.python_version(),
        "system": platform.system().lower(),
        "machine": platform.machine(),
        "locale": _code(locale.setlocale(locale.LC_CTYPE)),
        "time_zone": _code(os.environ.get("TZ", "")),
        "connectors": connectors_version(),
    }
    return {**facts, **{f"with_{name}": _version(name) for name in _LIBRARIES}}


def recorded(desk: Desk, case: CaseRecord) -> OutboxEvent:
    """The log's row for the environment of a run: one for each case and environment."""
    facts = environment()
    digest = hashlib.sha256(rfc8785.dumps(facts)).hexdigest()
    body = {"digest": digest, **facts}
    key = f"{case.number}:{digest[:32]}"
    return desk.event(EventType.ENVIRONMENT_RECORDED, key, body, position=case.position, case=case.number)


def _code(value: str) -> str:
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._+-") else "-" for c in value)[:60].strip("._+-")
    return plain or "none"


def _version(name: str) -> str:
    try:
        return _code(version(name))
    except PackageNotFoundError:
        return "none"

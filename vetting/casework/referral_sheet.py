"""The sheet of a break-glass referral: what a unit that investigates needs to ask a platform for preservation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vetting.errors import bad_input, not_found
from vetting.evidence import RawText
from vetting.settings import first_problem, read_toml
from vetting.sources.capture_note import utc_second

NO_GUIDE: Final = "None is known: search the platform's site for law enforcement guidelines."
_LONGEST: Final = 500


class Threat(StrEnum):
    """What makes a referral one: an imminent threat to life, and nothing less. The list is closed."""

    NAMED_PERSON = "named_person"
    PLACE_OR_EVENT = "place_or_event"
    CHILD = "child"
    OWN_LIFE = "own_life"


_WORDED: Final[Mapping[Threat, str]] = {
    Threat.NAMED_PERSON: "An imminent threat to the life of a named person",
    Threat.PLACE_OR_EVENT: "An imminent threat to the lives of people at a place or an event",
    Threat.CHILD: "An imminent threat to the life of a child",
    Threat.OWN_LIFE: "An imminent threat to the account holder's own life",
}


class Platform(BaseModel):
    """One table of config/referral.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = Field(min_length=1, max_length=100, pattern=r"^[ -~]+$")
    guide: str = Field(max_length=300, pattern=r"^(https://[!-~]+)?$")
    """Where the platform tells law enforcement how to ask; empty where none is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCapture:
    """One sealed capture, as the sheet names it."""

    capture_id: str
    sha256: str
    captured_at: datetime
    holds_the_words: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFacts:
    """Everything a sheet says. It names no candidate, no case and no position, and holds no word of what was posted."""

    reference: str
    made_at: datetime
    department: str
    person: str
    unit: str
    contact: str
    threat: Threat
    platform: Platform
    account: RawText
    address: RawText
    posted_at: datetime | None
    host: RawText
    server: str
    evidence: Sequence[NamedCapture]


def load_platform(config: Path, name: str) -> Platform:
    """The table `name` of config/referral.toml. Refuses an unknown platform and a wrong file."""
    path = config / "referral.toml"
    tables = read_toml(path)
    if name not in tables:
        known = ", ".join(sorted(tables))
        raise not_found("platform_unknown", "There is no platform of that name.", f"Use one of: {known}.")
    try:
        return Platform.model_validate(tables[name])
    except ValidationError as error:
        raise bad_input("referral_invalid", f"{path}, {name}: {first_problem(error)}.", "Correct that field.") from None


def sheet(facts: SheetFacts) -> str:
    """The sheet as plain text, lines ended by a line feed."""
    account, address, host = (_line(text) for text in (facts.account, facts.address, facts.host))
    posted = utc_second(facts.posted_at) if facts.posted_at else "not stated by the source"
    lines = [
        "REFERRAL OF AN IMMINENT THREAT TO LIFE - outbound only",
        "In immediate danger call 911 first: this sheet does not replace the call.",
        "",
        f"Reference: {facts.reference}",
        f"Made (UTC): {utc_second(facts.made_at)}",
        f"From: {facts.department}, {facts.person}",
        f"To: {facts.unit}, {facts.contact}",
        f"Threat: {_WORDED[facts.threat]}",
        "",
        f"Platform: {facts.platform.name}",
        f"Its guide for law enforcement: {facts.platform.guide or NO_GUIDE}",
        f"Account: {account}",
        f"Address of the post or page: {address}",
        f"Posted (UTC): {posted}",
        "",
        "Captures, kept sealed by the department (id, SHA-256, time in UTC):",
        *(_named(one) for one in facts.evidence),
        "",
        "Who runs the server, if the guide does not say whom to write to:",
        f"  Domain, by RDAP (RFC 9082), starting from https://data.iana.org/rdap/dns.json: {host}",
        f"  Server address, by RDAP at https://rdap.arin.net/registry/ip/: {facts.server or 'not recorded'}",
        "",
        *_LAW,
    ]
    return "\n".join(lines) + "\n"


_LAW: Final = (
    "For the receiving unit to decide under its own authority:",
    "  Preservation: 18 U.S.C. 2703(f). A provider that a governmental entity asks must preserve records and other",
    "  evidence in its possession pending process, for 90 days, and 90 more if asked again.",
    "  Emergency disclosure: 18 U.S.C. 2702(b)(8) and (c)(4) let a provider disclose in an emergency involving danger",
    "  of death or serious physical injury.",
    "Who made this sheet investigates no crime, receives no answer to it and keeps no record of what becomes of it.",
)


def _named(one: NamedCapture) -> str:
    mark = "  (holds the words)" if one.holds_the_words else ""
    return f"  {one.capture_id}  {one.sha256}  {utc_second(one.captured_at)}{mark}"


def _line(text: RawText) -> str:
    """Captured text in one line without anything that a terminal or an editor would obey."""
    words = " ".join(text.reveal().split())[:_LONGEST]
    return "".join(c if c.isprintable() else "?" for c in words) or "not recorded"

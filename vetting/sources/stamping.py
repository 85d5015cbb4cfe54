"""The department's time-stamping authority, as config/department.toml names it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from vetting.errors import not_found
from vetting.files import MEBIBYTE, read_file
from vetting.settings import Settings
from vetting.sources.timestamp import ask_for_token, live_authority

Stamp: TypeAlias = Callable[[bytes], bytes]
"""Asks the department's time-stamping authority for a token."""


def stamp_of(settings: Settings) -> Stamp | None:
    """What asks the configured authority; None where none is configured. Refuses certificates that cannot be read."""
    authority = settings.department.timestamp
    if not authority.url:
        return None
    trusted = trusted_certificates(settings)
    return lambda data: ask_for_token(authority.url, data, trusted, live_authority())


def trusted_certificates(settings: Settings) -> bytes:
    """The authority's certificates (PEM). Refuses a missing file."""
    named = settings.department.timestamp.certificates
    if not named:
        raise not_found(
            "timestamp_certificates",
            "No certificate of the time-stamping authority is configured, so no time stamp can be verified.",
            "Name a PEM file in config/department.toml: [timestamp] certificates.",
        )
    return read_file(settings.config / named, MEBIBYTE)

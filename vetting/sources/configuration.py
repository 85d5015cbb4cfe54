"""The digests of what configures the sources: a position freezes them, and each capture states the same."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final

from vetting.files import digest_of, read_file
from vetting.settings import TOML_BYTES
from vetting.sources import site_profiles
from vetting.sources.registry import SITES

SOURCES: Final = "sources.toml"
_TERM_DATE: Final = re.compile(rb"terms_(reviewed_on|valid_until)\s*=")


def sources_digest(config: Path) -> str:
    """SHA-256 of sources.toml without its term dates: reading the terms once more changes nobody's search."""
    lines = read_file(config / SOURCES, TOML_BYTES).splitlines(keepends=True)
    return hashlib.sha256(b"".join(line for line in lines if not _TERM_DATE.match(line))).hexdigest()


def sites_digest(config: Path) -> str:
    """SHA-256 of sites.toml."""
    return digest_of(config / SITES, TOML_BYTES).hex()


def configuration_of(config: Path, source: str) -> str:
    """What a capture of this source states: the frozen `sources` digest, and the frozen `sites` digest behind it where
    the source reads that list.
    """
    digests = [sources_digest(config)]
    if source == site_profiles.NAME:
        digests.append(sites_digest(config))
    return " ".join(digests)

"""What a capture says of itself in its `metadata` record: when, by whose clock, with what, which digest (REQ-EV-4)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import version
from statistics import median
from typing import Final

UNKNOWN: Final = "unknown"
MAX_SKEW_SECONDS: Final = 300.0
"""Servers whose clocks are kept stand within a second; five minutes is what Kerberos (RFC 4120, 1.6) still forgives."""
MIN_HOSTS: Final = 2
"""One server alone may be the one that is wrong."""
_MAX_AGE_SECONDS: Final = 10 * 366 * 86_400


@cache
def software() -> str:
    """Name and version of this program, as captures and exports state it."""
    return f"vetting/{version('vetting')}"


def utc_second(moment: datetime) -> str:
    """The moment as WARC and WACZ state it, and as our sheets do: UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def note(fields: Mapping[str, str]) -> bytes:
    """The fields as `application/warc-fields` (ISO 28500:2017, 6.6). Values are ours: codes, numbers and digests."""
    return "".join(f"{name}: {value}".rstrip() + "\r\n" for name, value in fields.items()).encode("ascii")


def noted(block: bytes) -> dict[str, str]:
    """The fields of such a record, by name; whatever is no field is passed over."""
    lines = (line.partition(":") for line in block.decode("utf-8", "replace").splitlines())
    return {name.strip(): value.strip() for name, colon, value in lines if colon}


def milliseconds(start: datetime, end: datetime) -> int:
    """From the request to the last byte. Never negative: the clock may have been set back in between."""
    return max(0, round((end - start) / timedelta(milliseconds=1)))


def date_difference(headers: Iterable[tuple[bytes, bytes]], at: datetime, took_ms: int) -> float | None:
    """Seconds by which the server's clock is ahead of ours, by its Date and Age headers (RFC 9110, 6.6.1; RFC 9111).

    None where it states no date. A hint and no proof: the header is what a server says, and in whole seconds.
    """
    stated = {name.lower(): value.decode("latin-1") for name, value in headers}
    try:
        date = parsedate_to_datetime(stated.get(b"date", ""))
        there = date if date.tzinfo else date.replace(tzinfo=UTC)
        age = float(stated.get(b"age", "0"))
        difference = (there - at).total_seconds()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    if not 0 <= age <= _MAX_AGE_SECONDS:  # false for a number that is none, too
        age = 0.0
    return round(difference + age - took_ms / 2000, 1)


def skew(differences: Iterable[float]) -> int | None:
    """By how many seconds our clock seems to be wrong, or None where nothing speaks for it.

    `differences` are those of different hosts. At least two, and more than half, must agree that it is more
    than five minutes, and in the same direction.
    """
    stated = [difference for difference in differences if math.isfinite(difference)]
    middle = median(stated or [0.0])
    far = [d for d in stated if abs(d) > MAX_SKEW_SECONDS and (d > 0) is (middle > 0)]
    return round(middle) if len(far) >= MIN_HOSTS and 2 * len(far) > len(stated) else None

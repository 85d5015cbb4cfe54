"""The live internet, for real cases."""

from __future__ import annotations

import httpx

from vetting.errors import refused
from vetting.sources.egress import GuardedTransport, PublicOnly


def live_transport(*, practice: bool) -> httpx.BaseTransport:
    """The live internet, public addresses only. Refuses a practice case: its people are invented, others are not."""
    if practice:
        raise refused(
            "practice_case_offline",
            "A practice case may not search the live internet.",
            "Name the folder of its recorded internet in VETTING_RECORDINGS.",
        )
    return GuardedTransport(PublicOnly())

"""Which connectors these are: a position is searched with the code it was opened with, from first candidate to last."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

NOT_OF_A_SEARCH: Final = frozenset(
    {"file_reader", "file_text", "received_file", "stamping", "surt", "timestamp", "wacz"}
)
"""Modules that no search comes by: three take in a file that somebody was handed, four write an export and have it
stamped. A correction there leaves every search what it was, so it stops no open position.
"""


@cache
def connectors_version() -> str:
    """SHA-256 over the name and the bytes of each module in this folder but those, 64 hex digits (U1, U4)."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem not in NOT_OF_A_SEARCH:
            digest.update(path.name.encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()

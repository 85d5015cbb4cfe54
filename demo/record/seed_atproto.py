"""Fills the recording's personal data server over its own API: accounts, profiles and posts at their own dates."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from demo.record.world import Account

_ALPHABET: Final = "234567abcdefghijklmnopqrstuvwxyz"


def seed_atproto(port: int, accounts: Iterable[Account]) -> None:
    """Creates the accounts with their posts. Raises httpx.HTTPStatusError when the server refuses one."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}/xrpc/", timeout=60) as server:
        for account in accounts:
            _seed_account(server, account)


def open_account(server: httpx.Client, handle: str) -> tuple[str, str]:
    """Creates an account: its DID and the token of its owner, who is signed in."""
    opened = call(
        server,
        "com.atproto.server.createAccount",
        {"email": f"owner@{handle}", "handle": handle, "password": secrets.token_urlsafe(18)},
    )
    return str(opened["did"]), str(opened["accessJwt"])


def _seed_account(server: httpx.Client, account: Account) -> None:
    did, token = open_account(server, account.handle)
    profile = {"displayName": account.display_name, "description": account.description}
    put_record(server, did, token, "app.bsky.actor.profile", "self", profile)
    for ordinal, (at, words) in enumerate(account.posts):
        post = {"text": words, "createdAt": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"), "langs": ["en"]}
        put_record(server, did, token, "app.bsky.feed.post", record_key(at, ordinal), post)


def record_key(at: datetime, ordinal: int) -> str:
    """A timestamp identifier (TID of the AT Protocol record-key specification), so that posts list in their order."""
    number = int(at.timestamp() * 1_000_000) << 10 | ordinal % 1024
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(60, -1, -5))


def put_record(
    server: httpx.Client, did: str, token: str, collection: str, key: str, record: Mapping[str, object]
) -> None:
    """Writes one record of an account under its key."""
    body: dict[str, object] = {
        "repo": did,
        "collection": collection,
        "rkey": key,
        "record": {"$type": collection, **record},
    }
    call(server, "com.atproto.repo.putRecord", body, token)


def call(server: httpx.Client, method: str, body: Mapping[str, object], token: str = "") -> dict[str, Any]:
    """What an XRPC procedure answered. Raises httpx.HTTPStatusError when it refuses."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = server.post(method, json=body, headers=headers)
    answer.raise_for_status()
    return dict(answer.json()) if answer.content else {}

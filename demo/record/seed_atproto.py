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


def _seed_account(server: httpx.Client, account: Account) -> None:
    opened = _call(
        server,
        "com.atproto.server.createAccount",
        {"email": f"owner@{account.handle}", "handle": account.handle, "password": secrets.token_urlsafe(18)},
    )
    did, token = str(opened["did"]), str(opened["accessJwt"])
    profile = {"displayName": account.display_name, "description": account.description}
    _put(server, did, token, "app.bsky.actor.profile", "self", profile)
    for ordinal, (at, words) in enumerate(account.posts):
        post = {"text": words, "createdAt": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"), "langs": ["en"]}
        _put(server, did, token, "app.bsky.feed.post", record_key(at, ordinal), post)


def record_key(at: datetime, ordinal: int) -> str:
    """A timestamp identifier (TID of the AT Protocol record-key specification), so that posts list in their order."""
    number = int(at.timestamp() * 1_000_000) << 10 | ordinal % 1024
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(60, -1, -5))


def _put(server: httpx.Client, did: str, token: str, collection: str, key: str, record: Mapping[str, object]) -> None:
    body: dict[str, object] = {
        "repo": did,
        "collection": collection,
        "rkey": key,
        "record": {"$type": collection, **record},
    }
    _call(server, "com.atproto.repo.putRecord", body, {"Authorization": f"Bearer {token}"})


def _call(
    server: httpx.Client, method: str, body: Mapping[str, object], headers: dict[str, str] | None = None
) -> dict[str, Any]:
    answer = server.post(method, json=body, headers=headers)
    answer.raise_for_status()
    return dict(answer.json())

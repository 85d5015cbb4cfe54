"""Rate limits for each host that hold across workers: Prefect's global limits, whose names tell no host.

The limits stand in Prefect's database, so that every worker of a data folder meets the same ones, whichever server it
started. A limit's name is a keyed hash of host and interval: hosts are what candidates disclosed (docs/decisions/0009).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from vetting.errors import VettingError
from vetting.files import disk_errors, read_file, read_text, write_file
from vetting.sources.interface import NotSearchedError, Reason

KEY_BYTES: Final = 32
PATIENCE_SECONDS: Final = 600.0
"""How long a worker queues behind others for one host."""
REST_BYTES: Final = 200
RESTS: Final = "pace.rests"
"""Folder beside the key: one file for each host that asked to be left alone."""
_NAME: Final = "pace-"


class PrefectPace:
    """A `Pace` of vetting.sources.courtesy. The key is made at the first use, mode 0600, and kept with the data."""

    def __init__(
        self,
        key_file: Path,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._key_file = key_file
        self._now = now
        self._sleep = sleep
        self._last: dict[str, float] = {}

    def __call__(self, host: str, seconds: float) -> None:
        """Returns when it is this worker's turn at `host`. Raises NotSearchedError (PACE_UNKNOWN) if it cannot tell.

        Prefect lets who was refused wait for a random time, and counts from the last refusal. So a worker asks only
        once its own last request is `seconds` ago: alone, it is never refused.
        """
        known = True
        try:
            name = self.limit_name(host, seconds)
            self._sleep(max(0.0, self._last.get(name, -seconds) + seconds - self._now()))
            _acquire(name, seconds, new=name not in self._last)
            self._last[name] = self._now()
        except KeyboardInterrupt:
            raise
        except Exception:  # noqa: BLE001 - whatever Prefect raises; without an answer nothing is sent
            known = False
        if not known:
            raise NotSearchedError(Reason.PACE_UNKNOWN)

    def resting(self, host: str) -> tuple[datetime, Reason] | None:
        """Until when a host asked to be left alone, as any worker of this data folder was told."""
        try:
            until, _, reason = read_text(self._rest_file(host), REST_BYTES).partition(" ")
            return datetime.fromisoformat(until), Reason(reason.strip())
        except (VettingError, ValueError):
            return None

    def rest(self, host: str, until: datetime, reason: Reason) -> None:
        """Notes that, for every worker. Where the disk takes nothing, this process alone would know: so nothing is lost
        but courtesy, and the search goes on.
        """
        with suppress(OSError, VettingError):
            file = self._rest_file(host)
            file.parent.mkdir(mode=0o700, exist_ok=True)
            write_file(file, f"{until.isoformat()} {reason.value}".encode())

    def _rest_file(self, host: str) -> Path:
        """Named by a keyed hash: the folder tells nobody which hosts were asked."""
        return self._key_file.with_name(RESTS) / self.limit_name(host, 0.0)

    def limit_name(self, host: str, seconds: float) -> str:
        """What Prefect learns: the same host and interval is the same name, in this data folder only."""
        named = f"{host.lower()}\n{seconds:.3f}".encode("utf-8", "surrogatepass")
        return _NAME + hmac.new(self._key(), named, hashlib.sha256).hexdigest()[:32]

    def _key(self) -> bytes:
        try:
            key = read_file(self._key_file, KEY_BYTES)
        except VettingError:
            key = b""
        if len(key) != KEY_BYTES:
            key = self._new_key()
        return key

    def _new_key(self) -> bytes:
        """Two workers that begin together end with the same one: whoever wrote last is read by both."""
        with disk_errors(f"{self._key_file}", "Check the data folder's permissions."):
            write_file(self._key_file, secrets.token_bytes(KEY_BYTES))
        return read_file(self._key_file, KEY_BYTES)


def _acquire(name: str, seconds: float, *, new: bool) -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
    from prefect.concurrency.sync import rate_limit
    from prefect.exceptions import ObjectAlreadyExists

    if new:
        wanted = GlobalConcurrencyLimitCreate(name=name, limit=1, slot_decay_per_second=1 / seconds)
        # Another worker, or an earlier run, may have made it: the interval is in the name, so it is the same limit.
        with get_client(sync_client=True) as client, suppress(ObjectAlreadyExists):
            client.create_global_concurrency_limit(wanted)
    rate_limit(name, timeout_seconds=PATIENCE_SECONDS, strict=True)

"""A log of one position, small enough to be exported and damaged a thousand times."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.log.conftest import OpenLog, opened
from vetting.log.bundling import write_bundle
from vetting.log.cosignature import CosignatureKind
from vetting.log.event import Event, EventType
from vetting.log.keys import LogKey
from vetting.log.profile import Json, JsonInput, encode
from vetting.log.request import CosignatureRequest
from vetting.log.witness import Witness

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

POSITION = "patrol-officer-2026"
DOCUMENT: dict[str, Json] = {"title": "Patrol officer, Île", "version": 3, "steps": [{"id": "web", "limit": 20}]}
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SEARCHES = 12
SIZE = SEARCHES + 3
"""Entries of the log."""


def filled_log(folder: Path, key: LogKey | None = None, town: str = "web") -> OpenLog:
    """Make a log with a frozen protocol and some searches, some of them committed together."""
    log = opened(f"sqlite:///{folder / 'log.sqlite'}", key or LogKey.generate("vetting.example/log-1"))
    log.writer.append(_event("key.created", "1", {"key": "log"}, position=None))
    frozen = _event("protocol.frozen", POSITION, {"digest": protocol_digest(), "document": DOCUMENT})
    log.writer.append_all([frozen, _event("position.opened", POSITION, {"practice": False})])
    for number in range(0, SEARCHES, 3):
        bodies = [{"key": f"{town}:{n}", "id": "elsewhere", "outcome": "none"} for n in range(number, number + 3)]
        log.writer.append_all(
            _event("search.executed", f"{number + n}", body, case="C-1") for n, body in enumerate(bodies)
        )
    return log


def _event(
    kind: str, key: str, body: Mapping[str, JsonInput], position: str | None = POSITION, case: str | None = None
) -> Event:
    return Event(
        type=EventType(kind), id=f"{kind}:{key}", at=NOON, actor="j.alvarez", position=position, case=case, body=body
    )


def protocol_digest() -> str:
    """What reports print: the SHA-256 of the protocol's canonical bytes."""
    return hashlib.sha256(encode(DOCUMENT)).hexdigest()


def export(log: OpenLog, folder: Path, *, stamps: Mapping[int, bytes] | None = None) -> Path:
    """Write the bundle of the log into a new folder."""
    folder.mkdir()
    with log.reader.snapshot() as snapshot:
        write_bundle(
            folder,
            snapshot,
            cosignatures=snapshot.cosignatures(),
            time_stamps=stamps or {},
            vkey=log.key.vkey,
            position=POSITION,
            protocol=encode(DOCUMENT),
        )
    return folder


def request(log: OpenLog, old: int = 0) -> str:
    """What the keeper brings to a witness that has seen the first `old` entries."""
    proof = log.reader.consistency(old) if old else []
    with log.reader.snapshot() as snapshot:
        return str(CosignatureRequest(old=old, proof=tuple(proof), note=snapshot.latest_note()))


def witnesses(log: OpenLog, folder: Path, *names: str) -> dict[str, Witness]:
    """Make witnesses that trust the log; every second has a key of the older kind."""
    made = {}
    for number, name in enumerate(names):
        kind = (CosignatureKind.ML_DSA_44, CosignatureKind.ED25519)[number % 2]
        made[name] = Witness.create(folder / name, f"{name}.town.example", kind)
        made[name].trust(log.key.vkey)
    return made


def policy(log: OpenLog, outside: Mapping[str, Witness], threshold: str = "") -> str:
    """The policy of an auditor; without a threshold nobody is asked."""
    lines = [f"log {log.key.vkey}", *(f"witness {name} {one.vkey}" for name, one in outside.items())]
    group = [f"group outside {threshold} {' '.join(outside)}", "quorum outside"] if threshold else ["quorum none"]
    return "".join(f"{line}\n" for line in (*lines, *group))


def resummed(folder: Path, *names: str) -> None:
    """Put right what SHA256SUMS says of these files, as a forger would."""
    sums = folder / "SHA256SUMS"
    lines = sums.read_text().splitlines()
    kept = [line for line in lines if line.split("  ")[1] not in names]
    made = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}" for name in names]
    sums.write_text("".join(f"{line}\n" for line in sorted(kept + made, key=lambda line: line.split("  ")[1])))

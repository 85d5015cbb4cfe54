"""Tampering with a log that was built: whoever owns it changes it, and verification must name the place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from tests.audit.memory_log import MemoryLog
from vetting.log.checkpoint import Checkpoint, sign_checkpoint
from vetting.log.keys import LogKey
from vetting.log.merkle import leaf_hash
from vetting.log.verify import StoredEntry

Known: TypeAlias = Mapping[int, str]
Tampering: TypeAlias = Callable[[MemoryLog, int], MemoryLog]
"""Takes a log and the place that is of interest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tamper:
    """One kind of tampering; `forged` says that the owner signs anew, so that only what was seen before tells."""

    name: str
    sentence: str
    forged: bool
    apply: Tampering


TAMPERS: list[Tamper] = []


def tampering(*, forged: bool = False) -> Callable[[Tampering], Tampering]:
    """Enters a function in the list; its docstring says what somebody did."""

    def enter(apply: Tampering) -> Tampering:
        name = apply.__name__.replace("_", " ")
        TAMPERS.append(Tamper(name=name, sentence=str(apply.__doc__), forged=forged, apply=apply))
        return apply

    return enter


def _numbered(rows: list[StoredEntry]) -> list[StoredEntry]:
    """The rows as if nothing had been between them: places, and what each entry says of its own."""
    made = []
    for sequence, row in enumerate(rows):
        body = row.body.replace(b'"sequence":%d,' % row.sequence, b'"sequence":%d,' % sequence)
        made.append(StoredEntry(sequence=sequence, idem=row.idem, body=body, leaf=leaf_hash(body)))
    return made


def _resigned(log: MemoryLog, rows: list[StoredEntry], key: LogKey | None = None) -> MemoryLog:
    """The same rows as a log of its own, signed at every size at which the other was."""
    made = MemoryLog(key=key or log.key)
    sizes = {size for size, _ in log.signed} | {len(rows)}
    made.sign()
    for row in rows:
        made.stored.append(row)
        made.tree.append(row.leaf)
        if made.tree.size in sizes:
            made.sign()
    return made


@tampering()
def removed_entry(log: MemoryLog, at: int) -> MemoryLog:
    """An entry is removed."""
    return replace(log, stored=log.stored[:at] + log.stored[at + 1 :])


@tampering()
def removed_entry_and_closed_the_gap(log: MemoryLog, at: int) -> MemoryLog:
    """An entry is removed, and those after it are numbered anew."""
    return replace(log, stored=_numbered(log.stored[:at] + log.stored[at + 1 :]))


@tampering()
def swapped_entries(log: MemoryLog, at: int) -> MemoryLog:
    """Two entries are swapped, and each says that it is the other's."""
    rows = [*log.stored]
    rows[at], rows[at - 1] = rows[at - 1], rows[at]
    return replace(log, stored=_numbered(rows))


@tampering()
def changed_byte(log: MemoryLog, at: int) -> MemoryLog:
    """One letter of an entry is changed."""
    row = log.stored[at]
    body = row.body.replace(b'"actor":"p', b'"actor":"q').replace(b'"actor":"s', b'"actor":"q')
    return replace(log, stored=[*log.stored[:at], replace(row, body=body), *log.stored[at + 1 :]])


@tampering()
def changed_byte_with_its_hash(log: MemoryLog, at: int) -> MemoryLog:
    """One letter of an entry is changed, and its hash computed anew."""
    row = log.stored[at]
    body = row.body.replace(b'"actor":"p', b'"actor":"q').replace(b'"actor":"s', b'"actor":"q')
    changed = replace(row, body=body, leaf=leaf_hash(body))
    return replace(log, stored=[*log.stored[:at], changed, *log.stored[at + 1 :]])


@tampering()
def added_entry(log: MemoryLog, at: int) -> MemoryLog:
    """An entry is put between two others, which are numbered anew."""
    copied = replace(log.stored[at], idem="key.created:2")
    copied = replace(copied, body=copied.body.replace(log.stored[at].idem.encode(), b"key.created:2"))
    return replace(log, stored=_numbered([*log.stored[:at], copied, *log.stored[at:]]))


@tampering()
def entry_twice(log: MemoryLog, at: int) -> MemoryLog:
    """An entry stands there twice."""
    return replace(log, stored=_numbered([*log.stored[: at + 1], *log.stored[at:]]))


@tampering()
def cut_off_at_the_end(log: MemoryLog, at: int) -> MemoryLog:
    """The entries after a place are removed, and the checkpoints are left."""
    return replace(log, stored=log.stored[:at])


@tampering()
def checkpoint_of_another_key(log: MemoryLog, at: int) -> MemoryLog:
    """The latest checkpoint is signed with another key of the same name."""
    del at
    size, _ = log.signed[-1]
    state = Checkpoint(origin=log.key.origin, size=size, root=log.tree.root())
    note = sign_checkpoint(state, LogKey.generate(log.key.origin).signer)
    return replace(log, signed=[*log.signed[:-1], (size, note.encode())])


@tampering()
def checkpoint_of_another_root(log: MemoryLog, at: int) -> MemoryLog:
    """A checkpoint in the middle is signed with the log's key, over a tree that there never was."""
    size = next(size for size, _ in log.signed if size >= at)
    state = Checkpoint(origin=log.key.origin, size=size, root=bytes(32))
    note = sign_checkpoint(state, log.key.signer).encode()
    return replace(log, signed=[(s, note if s == size else n) for s, n in log.signed])


@tampering()
def no_checkpoint_over_the_end(log: MemoryLog, at: int) -> MemoryLog:
    """The last checkpoint is removed, so that nothing signed covers the last entry."""
    del at
    return replace(log, signed=log.signed[:-1])


@tampering(forged=True)
def cut_back_to_an_earlier_state(log: MemoryLog, at: int) -> MemoryLog:
    """An earlier copy of the log is put in its place."""
    size = next(size for size, _ in log.signed if size >= at)
    return _resigned(log, log.stored[:size])


@tampering(forged=True)
def fork(log: MemoryLog, at: int) -> MemoryLog:
    """The log goes on from an earlier state with other entries, all signed with its key."""
    body = log.stored[-1].body.replace(b'"actor":"p', b'"actor":"q').replace(b'"actor":"s', b'"actor":"q')
    last = StoredEntry(sequence=at, idem=log.stored[-1].idem, body=body, leaf=leaf_hash(body))
    return _resigned(log, _numbered([*log.stored[:at], replace(last, sequence=len(log.stored) - 1)]))


@tampering(forged=True)
def written_anew(log: MemoryLog, at: int) -> MemoryLog:
    """The whole log is written anew without one entry, and signed with its key."""
    return _resigned(log, _numbered(log.stored[:at] + log.stored[at + 1 :]))

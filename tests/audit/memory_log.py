"""A log in memory, with the bytes, hashes and signed checkpoints that `LogWriter` writes: a thousand are soon made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.audit.story import Said, acts
from vetting.log.checkpoint import Checkpoint, sign_checkpoint
from vetting.log.event import Entry, parse
from vetting.log.keys import LogKey
from vetting.log.merkle import Frontier, leaf_hash
from vetting.log.profile import encode
from vetting.log.verify import StoredEntry

ORIGIN = "vetting.example/log-1"


@dataclass(slots=True, kw_only=True)
class MemoryLog:
    """Can be walked like any other log, and be tampered with."""

    key: LogKey
    stored: list[StoredEntry] = field(default_factory=list)
    signed: list[tuple[int, bytes]] = field(default_factory=list)
    tree: Frontier = field(default_factory=Frontier)
    ids: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, said: list[Said], key: LogKey | None = None) -> MemoryLog:
        """The log of a story. Raises `EventError` for what no desk could have logged."""
        log = cls(key=key or LogKey.generate(ORIGIN))
        log.sign()
        for batch in acts(said):
            for one in batch:
                log.append(one)
            log.sign()
        return log

    def append(self, one: Said) -> None:
        event = one.event()
        if event.id in self.ids:
            raise ValueError("an id that is in the log already")  # the writer would find the act done
        self.ids.add(event.id)
        body = encode(Entry(sequence=self.tree.size, logged=one.logged, event=event).as_map())
        row = StoredEntry(sequence=self.tree.size, idem=event.id, body=body, leaf=leaf_hash(body))
        self.stored.append(row)
        self.tree.append(row.leaf)

    def sign(self) -> None:
        state = Checkpoint(origin=self.key.origin, size=self.tree.size, root=self.tree.root())
        self.signed.append((self.tree.size, sign_checkpoint(state, self.key.signer).encode()))

    def entries(self) -> list[Entry]:
        return [parse(row.body) for row in self.stored]

    @contextmanager
    def snapshot(self) -> Iterator[MemoryLog]:
        yield self

    def rows(self, start: int = 0) -> Iterator[StoredEntry]:
        return iter(self.stored[start:])

    def checkpoints(self) -> Iterator[tuple[int, bytes]]:
        return iter(self.signed)

    def cosignatures(self) -> Iterator[tuple[int, bytes]]:
        return iter(())

    def frontier(self) -> tuple[int, bytes]:
        return self.tree.size, bytes(self.tree)

"""The invented positions say what the real verbs say, type by type, so that the audit is tried on nothing else."""

import re
from collections.abc import Iterable
from pathlib import Path

import httpx
import pytest

from tests.audit.clean import clean
from tests.audit.memory_log import MemoryLog
from tests.audit.really_run import kinds_in, really_run
from tests.audit.story import acts
from tests.casework.room import Room
from tests.sources.loopback import Site
from vetting.log.event import Entry
from vetting.log.keys import LogKey
from vetting.log.migrations import migrate
from vetting.log.profile import Json
from vetting.log.reader import LogReader
from vetting.log.store import LogStore
from vetting.log.verify import verify
from vetting.log.writer import LogWriter

SEEDS = range(60)
NOT_INVENTED = {"clock.skew"}
"""A correct department's clock is right; a violation invents this entry."""
_DIGITS = re.compile(r"[0-9a-f]{64}|[0-9A-Fa-f]{8,16}|(?<=[-:.])\d+\b")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def _kind(value: Json) -> object:
    """What kind of value it is, so that any two of a kind are alike."""
    if isinstance(value, str):
        if _DATE.fullmatch(value):
            return "date"
        return "digest" if re.fullmatch(r"[0-9a-f]{64}", value) else "code"
    if isinstance(value, list):
        return ("list", *sorted({str(_kind(item)) for item in value}))
    return type(value).__name__


def _body(entry: Entry) -> object:
    """Names and kinds of what the entry says; of the frozen protocol the names of its document too."""
    body = entry.event.body
    document = body.get("document")
    return (
        frozenset((name, _kind(value)) for name, value in body.items()),  # type: ignore[arg-type]
        frozenset(document) if isinstance(document, dict) else None,
    )


def _names(entry: Entry) -> object:
    """How the id is made, and whether position and case are stated."""
    event = entry.event
    stated = {"PERSON": event.actor, "CASE": event.case, "POSITION": event.position}
    stated |= {name.upper(): value for name, value in event.body.items() if isinstance(value, str) and len(value) > 3}
    shown = event.id.removeprefix(event.type.value)
    for name, value in sorted(stated.items(), key=lambda item: -len(str(item[1]))):
        shown = shown.replace(str(value), name)
    return _DIGITS.sub("#", shown), event.position is not None, event.case is not None


@pytest.fixture(scope="module")
def invented() -> list[Entry]:
    """Return what many invented positions say."""
    stories = (clean(seed) for seed in SEEDS)
    return [entry for story in stories for entry in MemoryLog.of(story.said).entries()]


def test_the_desks_say_nothing_else_than_what_is_invented_and_nothing_is_invented_beyond_that(
    room: Room, site: Site, transport: httpx.BaseTransport, tmp_path: Path, invented: list[Entry]
) -> None:
    real = really_run(room, site, transport, tmp_path)
    alike = [entry for entry in real if entry.event.type.value not in NOT_INVENTED]
    assert len(alike) < len(real), "every exception is one that was met"
    for shape in (_body, _names):
        theirs, ours = kinds_in(alike, shape), kinds_in(invented, shape)
        assert set(theirs) == set(ours), "each type is written by a real verb and invented"
        for kind, shapes in theirs.items():
            assert shapes <= ours[kind], kind
    said = {kind: _fields(shapes) for kind, shapes in kinds_in(real, _body).items()}
    for kind, shapes in kinds_in(invented, _body).items():
        assert _fields(shapes) <= said[kind], kind


def _fields(shapes: Iterable[object]) -> set[object]:
    return {one for shape in shapes for one in shape[0]}  # type: ignore[index]


def test_the_log_in_memory_is_what_the_writer_writes(tmp_path: Path) -> None:
    story, key = clean(7), LogKey.generate("vetting.example/log-1")
    memory = MemoryLog.of(story.said, key)
    url = f"sqlite:///{tmp_path / 'log.db'}"
    migrate(url)
    store = LogStore(url)
    now = [story.said[0].logged]
    writer = LogWriter(store, key, clock=lambda: now[0])
    for batch in acts(story.said):
        now[0] = batch[0].logged
        writer.append_all(said.event() for said in batch)
    with LogReader(store).snapshot() as snapshot:
        assert list(snapshot.rows()) == memory.stored
        assert list(snapshot.checkpoints()) == memory.signed
        assert snapshot.frontier() == memory.frontier()
    store.close()
    assert verify(memory, key.verifier).ok

"""A new log for each test, once on SQLite and once on PostgreSQL."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vetting.log.event import Event, EventType
from vetting.log.keys import LogKey
from vetting.log.migrations import migrate
from vetting.log.reader import LogReader
from vetting.log.store import LogStore
from vetting.log.verify import Verdict, verify
from vetting.log.writer import LogWriter

ORIGIN = "vetting.example/log-1"
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

MakeEvent = Callable[..., Event]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLog:
    """A log with its key and everything that works on it."""

    url: str
    key: LogKey
    store: LogStore
    writer: LogWriter
    reader: LogReader

    def verify(self, known: dict[int, str] | None = None) -> Verdict:
        return verify(self.reader, self.key.verifier, known=known)


@pytest.fixture
def make_event() -> MakeEvent:
    """Give a function that makes the n-th invented search event."""

    def make(number: int, **changes: object) -> Event:
        fields: dict[str, object] = {
            "type": EventType.SEARCH_EXECUTED,
            "id": f"event-{number}",
            "at": MORNING,
            "actor": "person-07",
            "position": "patrol-officer-2026",
            "case": f"case-{number % 4}",
            "body": {
                "outcome": "completed",
                "step": number,
                "captures": ["a1" * 32, "b2" * 32],
                "page": True,
            },
        }
        return Event(**(fields | changes))  # type: ignore[arg-type]

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def log_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of a log that does not exist yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'log.sqlite'}"
    return str(request.getfixturevalue("fresh_postgres"))


@pytest.fixture
def key() -> LogKey:
    return LogKey.generate(ORIGIN)


def opened(url: str, key: LogKey) -> OpenLog:
    """Set the log at `url` up and open it."""
    migrate(url)
    store = LogStore(url)
    writer = LogWriter(store, key, clock=lambda: MORNING)
    return OpenLog(url=url, key=key, store=store, writer=writer, reader=LogReader(store))


@pytest.fixture
def log(log_url: str, key: LogKey) -> Iterator[OpenLog]:
    made = opened(log_url, key)
    yield made
    made.store.close()


@pytest.fixture
def sqlite_log(tmp_path: Path, key: LogKey) -> Iterator[OpenLog]:
    made = opened(f"sqlite:///{tmp_path / 'log.sqlite'}", key)
    yield made
    made.store.close()

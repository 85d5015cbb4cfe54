"""Loopback servers that answer as told, and a runner of one search at a time on a clock that stands still."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx

from vetting.candidate import IdentifierKind
from vetting.protocol import Step, Technique
from vetting.search import Search
from vetting.sources.conduct import Conducted, conduct
from vetting.sources.interface import Answer, Reason, Source
from vetting.sources.internet import Internet
from vetting.sources.recorded import RecordedTransport, recorded_transport

NOW = datetime(2026, 5, 4, 3, 2, 1, 654321, tzinfo=UTC)
AGENT = "vetting-test (records@riverton.example)"
HOST = "site.example"

Reply = Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A real HTTP server of a test, under the invented name `site.example`."""

    port: int
    routes: dict[str, Reply]
    """By path without query; `""` answers everything else."""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Path with query and request headers (lower-case names), in order."""

    def answer(
        self,
        path: str,
        body: bytes | str = b"",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        kind: str = "text/html; charset=utf-8",
    ) -> None:
        """Makes `path` answer with this from now on."""
        data = body.encode() if isinstance(body, str) else body

        def reply(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **(headers or {})}.items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(data)

        self.routes[path] = reply

    def paths(self) -> list[str]:
        """What was asked for, with query."""
        return [path for path, _ in self.asked]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nobody:
    """A source that finds nothing and asks nobody: what is asked once more is asked in its name."""

    name: str = "any"
    technique: Technique = Technique.PUBLIC_PAGE
    user_agent: str = AGENT

    def search(self, search: Search, internet: Internet) -> Answer:
        """Nothing."""
        del search, internet
        return Answer(reason=Reason.NOTHING_FOUND)


def planned(query: str, *, pages: int = 3, items: int = 20, attempts: int = 1, ordinal: int = 1) -> Search:
    """A planned search; what anchors it is of no matter to a source."""
    step = Step(
        id="step",
        title="A step",
        source="any",
        technique=Technique.PUBLIC_PAGE,
        anchor=IdentifierKind.FULL_NAME,
        query="{anchor}",
        max_pages=pages,
        max_items=items,
        attempts=attempts,
    )
    return Search(key=f"step.{ordinal}", step=step, ordinal=ordinal, query=query)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Runs searches against the loopback server and, from what was captured, against the recording of it."""

    transport: httpx.BaseTransport
    new_id: Callable[[], str]
    folder: Path
    waited: list[float] = field(default_factory=list)

    def __call__(self, source: Source, query: str = "Jane Roe", **limits: int) -> Conducted:
        """The search, live on loopback."""
        return self.on(self.transport, source, planned(query, **limits))

    def on(self, transport: httpx.BaseTransport, source: Source, search: Search) -> Conducted:
        """The search, on any internet."""
        return conduct(source, search, transport, clock=lambda: NOW, new_id=self.new_id, sleep=self.waited.append)

    def recording_of(self, conducted: Conducted) -> RecordedTransport:
        """What was captured, as a recorded internet."""
        self.folder.joinpath("captured.warc").write_bytes(b"".join(c.warc for c in conducted.captures))
        return recorded_transport(self.folder, practice=True)

    def again(self, conducted: Conducted, source: Source, query: str = "Jane Roe", **limits: int) -> Conducted:
        """The same search on the recording of an earlier one."""
        return self.on(self.recording_of(conducted), source, planned(query, **limits))

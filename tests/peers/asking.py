"""Runs one search of ours against a server by others, and has the captures checked by a program by others."""

import gzip
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import httpx

from tests.sources.loopback import planned
from vetting.evidence import Capture
from vetting.sources.conduct import Conducted, conduct
from vetting.sources.interface import Source
from vetting.sources.recorded import recorded_transport
from vetting.sources.warc_reader import WarcRecord, read_warc


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One person at one internet."""

    sources: Mapping[str, Source]
    transport: httpx.BaseTransport
    folder: Path
    waited: list[float] = field(default_factory=list)

    def __call__(self, source: str | Source, query: str, **limits: int) -> Conducted:
        """The search, whose every capture other people's program finds in order."""
        conducted = self.on(self.transport, source, query, **limits)
        checked(self.saved(conducted.captures))
        return conducted

    def on(self, transport: httpx.BaseTransport, source: str | Source, query: str, **limits: int) -> Conducted:
        """The search on another internet."""
        chosen = self.sources[source] if isinstance(source, str) else source
        return conduct(
            chosen,
            planned(query, **limits),
            transport,
            clock=now,
            new_id=lambda: str(uuid4()),
            sleep=self.waited.append,
        )

    def again(self, conducted: Conducted, source: str | Source, query: str, **limits: int) -> Conducted:
        """The same search on the recording of an earlier one."""
        recording = self.saved(conducted.captures)
        return self.on(recorded_transport(recording, practice=True), source, query, **limits)

    def saved(self, captures: tuple[Capture, ...]) -> Path:
        """The captures as one archive, each record a gzip member of its own."""
        file = self.folder / f"{uuid4()}.warc.gz"
        file.write_bytes(b"".join(gzip.compress(record.raw, mtime=0) for record in records(captures)))
        return file


def records(captures: tuple[Capture, ...]) -> list[WarcRecord]:
    """The WARC records of the captures."""
    return [record for capture in captures for record in read_warc(BytesIO(capture.warc), compressed=False)]


def payloads(conducted: Conducted) -> list[str]:
    """The SHA-256 of what each exchange brought, in order."""
    return [
        record.headers["warc-payload-digest"] for record in records(conducted.captures) if record.kind == "response"
    ]


def words(conducted: Conducted) -> str:
    """Everything found, one hit a line."""
    return "\n".join(hit.text.reveal() for hit in conducted.hits)


def addresses(conducted: Conducted) -> list[str]:
    """What was asked for, in order."""
    return [record.url for record in records(conducted.captures) if record.kind == "request"]


def checked(archive: Path) -> None:
    """Fails unless `warcio check` finds every digest of the archive right."""
    command = [sys.executable, "-m", "warcio.cli", "check", str(archive)]
    if archive.stat().st_size:
        answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        assert answer.returncode == 0, answer.stdout + answer.stderr

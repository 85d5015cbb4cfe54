"""Records every planned search of every demo candidate with our own capture code, and replays it to see that it fits.

usage: python -m demo.record.record PEERS   (demo/record/record.sh installs the servers first)
"""

from __future__ import annotations

import gzip
import shutil
import sys
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Final

import httpx
from warcio.warcwriter import WARCWriter

from demo.record.plans import INTERNET, SOURCES, Planned, planned_searches
from demo.record.town import town
from demo.record.world import load_world
from vetting.sources.conduct import Conducted, conduct
from vetting.sources.egress import mapped_transport
from vetting.sources.interface import Source
from vetting.sources.recorded import recorded_transport
from vetting.sources.registry import build_sources
from vetting.sources.warc_reader import read_warc

_ABOUT: Final = {
    "software": "vetting (demo/record/record.sh)",
    "format": "WARC File Format 1.1",
    "description": "Invented people on servers of this machine; every name under .example and .test is invented.",
}


def main(peers: Path) -> None:
    """Writes demo/internet/ anew. Raises RuntimeError when a server fails or the replay differs from the recording."""
    world = load_world()
    with town(peers, world) as places:
        transport = mapped_transport({host: ("127.0.0.1", port) for host, port in places.items()})
        recorded = {planned: _conducted(planned, transport) for planned in planned_searches()}
    shutil.rmtree(INTERNET, ignore_errors=True)
    INTERNET.mkdir()
    for candidate in sorted({planned.candidate for planned in recorded}):
        mine = [conducted for planned, conducted in recorded.items() if planned.candidate == candidate]
        _write(INTERNET / f"{candidate}.warc.gz", mine)
    _report(recorded)


def _conducted(planned: Planned, transport: httpx.BaseTransport) -> Conducted:
    return conduct(_sources()[planned.search.step.source], planned.search, transport, _clock, lambda: str(uuid.uuid4()))


def _sources() -> Mapping[str, Source]:
    return build_sources(SOURCES)


def _clock() -> datetime:
    return datetime.now(UTC)


def _write(target: Path, conducted: list[Conducted]) -> None:
    """Each record a gzip member of its own (ISO 28500:2017, annex D), after one that says who made the file."""
    with target.open("wb") as out:
        writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
        writer.write_record(writer.create_warcinfo_record(target.name, _ABOUT))
        for capture in (capture for one in conducted for capture in one.captures):
            for record in read_warc(BytesIO(capture.warc), compressed=False):
                out.write(gzip.compress(record.raw, mtime=0))


def _report(recorded: Mapping[Planned, Conducted]) -> None:
    """Prints what came of each search; raises RuntimeError where the replay says something else."""
    replay = recorded_transport(INTERNET, practice=True)
    for planned, conducted in recorded.items():
        result, again = conducted.result, _conducted(planned, replay).result
        print(f"{planned.candidate:20} {result.key:18} {result.outcome:15} {result.reason:20} hits {result.hits:3}")  # noqa: T201
        if (again.outcome, again.reason, again.hits) != (result.outcome, result.reason, result.hits):
            raise RuntimeError(f"{planned.candidate} {result.key} replays as {again.outcome}, {again.reason}")
    size = sum(file.stat().st_size for file in INTERNET.iterdir())
    print(f"{len(recorded)} searches, {sum(c.result.captures for c in recorded.values())} captures, {size} bytes")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))

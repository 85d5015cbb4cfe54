"""What the verbs are carried out with: the desk, the internet a case may use, the criteria and the filter."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from filters.analyzer import Analyzer
from filters.criteria import Criteria, load_criteria
from filters.gate import Gate

from vetting.casework.desk import Desk
from vetting.casework.searching import Conduct
from vetting.errors import refused
from vetting.protocol import SearchProtocol
from vetting.search import Search, SearchResult
from vetting.sources.conduct import Conducted, conduct
from vetting.sources.recorded import transport_for
from vetting.sources.registry import build_sources


def _silent(_result: SearchResult) -> None:
    """Nobody watches."""


@dataclass(frozen=True, kw_only=True)
class Workbench:
    """One process's tools. The filter is loaded on first use: its language model takes a second."""

    desk: Desk
    recordings: Path | None = None
    """The recorded internet for practice cases; a real case refuses it."""
    watch: Callable[[SearchResult], None] = field(default=_silent)

    def criteria(self, protocol: SearchProtocol) -> Criteria:
        """The criteria the protocol was frozen with; the caller has checked their digest."""
        return load_criteria(self.desk.settings.config / "criteria" / f"{protocol.criteria}.toml")

    def analyzer(self, protocol: SearchProtocol) -> Analyzer:
        """The recognizers of the protocol's class packs. Refuses to run another filter version than the frozen one."""
        analyzer = self._analyzers.setdefault(protocol.class_packs, self._load(protocol.class_packs))
        if analyzer.version != protocol.digests.get("filter"):
            raise refused(
                "filter_changed",
                "The filter is not the version this position was opened with.",
                "Install that version, or open the position anew and run every candidate again (U1, U4).",
            )
        return analyzer

    def gate(self, protocol: SearchProtocol) -> Gate:
        """The one door between raw findings and a report."""
        return Gate(self.analyzer(protocol))

    def conduct_for(self, *, practice: bool) -> Conduct:
        """How a search of this case is run: on the live internet for a real case, on the recorded one for practice."""
        sources = build_sources(self.desk.settings.config / "sources.toml")
        transport = transport_for(practice=practice, recordings=self.recordings)

        def run(search: Search) -> Conducted:
            return conduct(
                sources[search.step.source],
                search,
                transport,
                clock=self.desk.clock,
                new_id=self.desk.new_id,
                sleep=time.sleep,
            )

        return run

    @cached_property
    def _analyzers(self) -> dict[tuple[str, ...], Analyzer]:
        return {}

    def _load(self, packs: tuple[str, ...]) -> Analyzer:
        known = self._analyzers.get(packs)
        return known or Analyzer.load(self.desk.settings.config / "class_packs", packs)

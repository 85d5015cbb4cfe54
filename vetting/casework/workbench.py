"""What the verbs are carried out with: the desk, the internet a case may use, the criteria and the filter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

from filters.analyzer import Analyzer
from filters.criteria import Criteria, load_criteria
from filters.gate import Gate
from vetting.casework.desk import Desk
from vetting.casework.leasing import Holder, this_process
from vetting.casework.protocol_file import refuse_changed_config, refuse_changed_connectors
from vetting.casework.recapturing import Ask
from vetting.casework.searching import Conduct
from vetting.errors import refused
from vetting.protocol import SearchProtocol
from vetting.search import Search, SearchResult
from vetting.sources.asking_again import AskedAgain, StandsOn, ask_again
from vetting.sources.conduct import Conducted, Render, conduct
from vetting.sources.configuration import configuration_of
from vetting.sources.courtesy import Courtesy, Pace, unpaced
from vetting.sources.recorded import transport_for
from vetting.sources.registry import build_sources, read_terms, refuse_lapsed_terms
from vetting.sources.rendering import find_chromium, render_pages


def _silent(_what: object) -> None:
    """Nobody watches."""


@dataclass(kw_only=True)
class Workbench:
    """One process's tools, each made on first use and kept: the filter's language model takes a second to load."""

    desk: Desk
    recordings: Path | None = None
    """The recorded internet for practice cases; a real case refuses it."""
    starts: Callable[[Search], None] = _silent
    pace: Pace = unpaced
    """How requests to the live internet wait for their turn: without one, nothing is sent."""
    watch: Callable[[SearchResult], None] = _silent
    holder: Holder = field(default_factory=this_process)
    """In whose hand the searches are while they run."""
    _criteria: dict[str, Criteria] = field(default_factory=dict)
    _analyzers: dict[tuple[str, ...], Analyzer] = field(default_factory=dict)
    _conducts: dict[bool, Conduct] = field(default_factory=dict)
    _manners: Courtesy | None = None

    def criteria(self, protocol: SearchProtocol) -> Criteria:
        """The criteria the protocol names. Refuses files that are not those it was frozen with (U4)."""
        if protocol.criteria not in self._criteria:
            refuse_changed_config(self.desk.settings.config, protocol)
            path = self.desk.settings.config / "criteria" / f"{protocol.criteria}.toml"
            self._criteria[protocol.criteria] = load_criteria(path)
        return self._criteria[protocol.criteria]

    def analyzer(self, protocol: SearchProtocol) -> Analyzer:
        """The recognizers of the protocol's class packs. Refuses to run another filter version than the frozen one."""
        packs = protocol.class_packs
        if packs not in self._analyzers:
            self._analyzers[packs] = Analyzer.load(self.desk.settings.config / "class_packs", packs)
        if self._analyzers[packs].version != protocol.digests.get("filter"):
            raise refused(
                "filter_changed",
                "The filter is not the version this position was opened with.",
                "Install that version, or open the position anew and run every candidate again (U1, U4).",
            )
        return self._analyzers[packs]

    def gate(self, protocol: SearchProtocol) -> Gate:
        """The one door between raw findings and a report."""
        return Gate(self.analyzer(protocol))

    def conduct_for(self, *, practice: bool) -> Conduct:
        """How a search of this case is run: on the live internet for a real case, on the recorded one for practice."""
        if practice not in self._conducts:
            self._conducts[practice] = self._conduct(practice=practice)
        return self._conducts[practice]

    def _conduct(self, *, practice: bool) -> Conduct:
        sources = build_sources(self._sources_file)
        stated = {name: configuration_of(self.desk.settings.config, name) for name in sources}
        terms = read_terms(self._sources_file)
        transport = transport_for(practice=practice, recordings=self.recordings if practice else None)
        courtesy = self._courtesy(practice=practice)

        def run(search: Search) -> Conducted:
            name = search.step.source
            return conduct(
                sources[name],
                search,
                transport,
                clock=self.desk.clock,
                new_id=self.desk.new_id,
                courtesy=courtesy,
                requests_per_minute=terms[name].requests_per_minute,
                configuration=stated[name],
                render=self._render() if search.step.render else None,
            )

        return run

    def ask_for(self, protocol: SearchProtocol, *, practice: bool) -> Ask:
        """How what was captured is asked for once more: by the same sources, on the same internet.

        It refuses a source whose terms have lapsed since, and connectors that are not the frozen ones: what may not be
        searched for the next candidate may not be asked for this one either.
        """
        transport = cache(partial(transport_for, practice=practice, recordings=self.recordings if practice else None))

        def ask(search: Search, before: StandsOn) -> AskedAgain:
            name = search.step.source
            refuse_lapsed_terms(self._sources_file, [name], self.desk.clock().date())
            refuse_changed_connectors(protocol)
            return ask_again(
                build_sources(self._sources_file)[name],
                search,
                before,
                transport(),
                self.desk.clock,
                self.desk.new_id,
                configuration=configuration_of(self.desk.settings.config, name),
                courtesy=self._courtesy(practice=practice),
                requests_per_minute=read_terms(self._sources_file)[name].requests_per_minute,
            )

        return ask

    def _render(self) -> Render:
        return partial(render_pages, find_chromium(self.desk.settings.department.rendering.chromium))

    def _courtesy(self, *, practice: bool) -> Courtesy | None:
        """One for the whole run, so that a host that asked for rest has it; a recorded internet needs none."""
        if practice:
            return None
        if self._manners is None:
            self._manners = Courtesy(self.pace, self.desk.clock)
        return self._manners

    @property
    def _sources_file(self) -> Path:
        return self.desk.settings.config / "sources.toml"

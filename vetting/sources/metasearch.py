"""Web search through the department's own SearXNG: its hits, and the pages they lead to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, ConfigDict

from vetting.candidate import IdentifierKind
from vetting.protocol import Technique
from vetting.search import Search
from vetting.sources.interface import Answer, NotSearchedError, Reason, answered
from vetting.sources.internet import JSON, Internet
from vetting.sources.page_text import JsonValue, json_of, rows, table, words
from vetting.sources.result_pages import Result, read_results

NAME: Final = "metasearch"
TECHNIQUE: Final = Technique.PUBLIC_API
ANCHORS: Final = frozenset(IdentifierKind)
_REFUSING: Final = ("captcha", "denied", "too many requests")
"""How SearXNG (English locale) words an engine that turned us away rather than failed."""


class MetasearchSettings(BaseModel):
    """The table `[metasearch]` of config/sources.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    endpoint: str
    required_engines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Metasearch:
    """SearXNG's JSON interface. An engine that was out is never "nothing found"."""

    user_agent: str
    settings: MetasearchSettings
    name: str = NAME
    technique: Technique = TECHNIQUE

    def search(self, search: Search, internet: Internet) -> Answer:
        """Up to `max_pages` pages of results; up to `max_items` results, each read where it leads."""
        found: dict[str, Result] = {}
        out: list[tuple[str, str]] = []
        for page in range(1, search.step.max_pages + 1):
            results, unresponsive = self._page(search, page, internet)
            out += unresponsive
            fresh = [result for result in results if result.url not in found]
            found.update((result.url, result) for result in fresh)
            if not fresh or len(found) >= search.step.max_items:
                break
        self._check_engines(out, any_result=bool(found))
        hits, partly = read_results(list(found.values())[: search.step.max_items], internet)
        return answered(hits, partly=partly)

    def _page(self, search: Search, page: int, internet: Internet) -> tuple[list[Result], list[tuple[str, str]]]:
        language = search.languages[0]  # SearXNG takes one
        params = {"q": search.query, "format": "json", "pageno": str(page), "language": language, "safesearch": "0"}
        response = internet.get(self.settings.endpoint, params=params, accept=JSON)
        if not response.ok:
            raise NotSearchedError(Reason.API_ERROR)
        document = table(json_of(response))
        results = [
            Result(
                capture_id=response.capture_id,
                url=words(entry.get("url")),
                title=words(entry.get("title")),
                snippet=words(entry.get("content")),
                published=entry.get("publishedDate"),
            )
            for entry in rows(document.get("results"))
        ]
        return results, _engines(document.get("unresponsive_engines", []))

    def _check_engines(self, out: list[tuple[str, str]], *, any_result: bool) -> None:
        """Refuses to call it a search when a required engine was out, or when nothing came and any engine was out."""
        missing = [why for engine, why in out if not any_result or engine in self.settings.required_engines]
        if missing:
            refused = any(word in why.lower() for why in missing for word in _REFUSING)
            raise NotSearchedError(Reason.ENGINE_BLOCKED if refused else Reason.ENGINE_UNRESPONSIVE)


def build(user_agent: str, table: Mapping[str, object]) -> Metasearch:
    """The source with its table of config/sources.toml."""
    return Metasearch(user_agent=user_agent, settings=MetasearchSettings.model_validate(table))


def _engines(value: JsonValue) -> list[tuple[str, str]]:
    if not isinstance(value, list):
        raise NotSearchedError(Reason.UNREADABLE_ANSWER)
    pairs = [entry if isinstance(entry, list) else [entry] for entry in value]
    return [(words(pair[0]) if pair else "", words(pair[1]) if len(pair) > 1 else "") for pair in pairs]

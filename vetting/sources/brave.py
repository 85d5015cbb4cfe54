"""Web search through Brave's own index, with the department's key, and the pages its results lead to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from vetting.candidate import IdentifierKind
from vetting.protocol import Technique
from vetting.search import Search
from vetting.sources.interface import Answer, NotSearchedError, Reason, answered
from vetting.sources.internet import JSON, ApiKey, Internet
from vetting.sources.keys import read_key
from vetting.sources.page_text import json_of, rows, table, words
from vetting.sources.result_pages import Result, read_results

NAME: Final = "brave"
TECHNIQUE: Final = Technique.OFFICIAL_API_WITH_KEY
ANCHORS: Final = frozenset(IdentifierKind)
KEY_HEADER: Final = "X-Subscription-Token"
_LARGEST_PAGE: Final = 20
_MOST_PAGES: Final = 10
"""The service counts pages from 0 to 9."""
_LONGEST_QUERY: Final = 400


class BraveSettings(BaseModel):
    """The table `[brave]` of config/sources.toml. `key_file` is the full path of a file that holds the key alone."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    endpoint: str = "https://api.search.brave.com/res/v1/web/search"
    key_file: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Brave:
    """Brave's web search. What it corrected by itself is not the planned query, so that is no answer."""

    user_agent: str
    settings: BraveSettings
    key: ApiKey
    name: str = NAME
    technique: Technique = TECHNIQUE

    def search(self, search: Search, internet: Internet) -> Answer:
        """Up to `max_pages` pages of results; up to `max_items` results, each read where it leads.

        A refused key or query (422) is `unavailable`, and so is an answer without the marks of one: neither is
        "nothing found".
        """
        if not search.query.strip() or len(search.query) > _LONGEST_QUERY:
            raise NotSearchedError(Reason.ANCHOR_UNUSABLE)
        found: dict[str, Result] = {}
        for page in range(min(search.step.max_pages, _MOST_PAGES)):
            results, more = self._page(search, page, internet)
            for result in results:
                found.setdefault(result.url, result)
            if not more or len(found) >= search.step.max_items:
                break
        hits, partly = read_results(list(found.values())[: search.step.max_items], internet)
        return answered(hits, partly=partly)

    def _page(self, search: Search, page: int, internet: Internet) -> tuple[list[Result], bool]:
        params = {
            "q": search.query,
            "count": str(min(search.step.max_items, _LARGEST_PAGE)),
            "offset": str(page),
            "country": "US",
            "search_lang": search.languages[0],  # it takes one
            "safesearch": "off",
            "spellcheck": "0",
            "text_decorations": "0",
            "result_filter": "web",
        }
        response = internet.get(self.settings.endpoint, params=params, accept=JSON, key=self.key)
        if not response.ok:
            raise NotSearchedError(Reason.API_ERROR)
        document = table(json_of(response))
        asked = table(document.get("query"))
        if document.get("type") != "search" or words(asked.get("altered")):
            raise NotSearchedError(Reason.UNREADABLE_ANSWER)
        found = rows(table(document.get("web", {})).get("results", []))
        results = [
            Result(
                capture_id=response.capture_id,
                url=words(entry.get("url")),
                title=words(entry.get("title")),
                snippet=words(entry.get("description")),
                published=entry.get("page_age"),
            )
            for entry in found
        ]
        return results, asked.get("more_results_available") is True


def build(user_agent: str, table: Mapping[str, object]) -> Brave:
    """The source with its table of config/sources.toml. Raises what `read_key` refuses."""
    settings = BraveSettings.model_validate(table)
    return Brave(user_agent=user_agent, settings=settings, key=read_key(settings.key_file, KEY_HEADER))

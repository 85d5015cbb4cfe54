"""Court records that name the candidate, from CourtListener's search (REST v4), for the official channel only.

What a court holds is a consumer report's matter and a protected one in many states (15 U.S.C. 1681c; G.L. c.151B
s.4(9)): the source exists only where somebody answers for its use, and nothing of it is proposed as conduct.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal
from urllib.parse import parse_qs, urljoin, urlsplit

from pydantic import BaseModel, ConfigDict, Field

from vetting.candidate import IdentifierKind
from vetting.errors import refused
from vetting.evidence import Engagement, Hit
from vetting.protocol import Technique
from vetting.search import Search
from vetting.sources.interface import Answer, NotSearchedError, Reason, answered
from vetting.sources.internet import JSON, ApiKey, Internet
from vetting.sources.keys import read_key
from vetting.sources.page_text import JsonValue, html_text, json_of, moment, raw_text, rows, table, words

NAME: Final = "courtlistener"
TECHNIQUE: Final = Technique.OFFICIAL_API_WITH_KEY
ANCHORS: Final = frozenset({IdentifierKind.FULL_NAME})
_TYPES: Final = {"opinions": "o", "dockets": "r"}


class LegalGate(BaseModel):
    """Who approved that court records are searched (FCRA, ban-the-box), and when."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    approved_by: str = Field(min_length=2, max_length=100)
    approved_on: date


class CourtListenerSettings(BaseModel):
    """The table `[courtlistener]` of config/sources.toml. `key_file` is the full path of the token's own file."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    endpoint: str = "https://www.courtlistener.com/api/rest/v4/search/"
    collection: Literal["opinions", "dockets"] = "opinions"
    key_file: Path
    legal_gate: LegalGate


@dataclass(frozen=True, slots=True, kw_only=True)
class CourtListener:
    """The search of one collection. A token that is not accepted (401) is `blocked`, never "nothing found"."""

    user_agent: str
    settings: CourtListenerSettings
    key: ApiKey
    name: str = NAME
    technique: Technique = TECHNIQUE

    def search(self, search: Search, internet: Internet) -> Answer:
        """Up to `max_items` cases over up to `max_pages` pages, as the service lists them."""
        if not search.query.strip():
            raise NotSearchedError(Reason.ANCHOR_UNUSABLE)
        hits: list[Hit] = []
        params = {"q": f'"{search.query.strip()}"', "type": _TYPES[self.settings.collection], "order_by": "score desc"}
        cursors: set[str] = set()
        for _ in range(search.step.max_pages):
            found, cursor = self._page(params, internet)
            hits += found
            if not cursor or cursor in cursors or len(hits) >= search.step.max_items:
                break
            cursors.add(cursor)
            params = {**params, "cursor": cursor}
        return answered(hits[: search.step.max_items])

    def _page(self, params: dict[str, str], internet: Internet) -> tuple[list[Hit], str]:
        response = internet.get(self.settings.endpoint, params=params, accept=JSON, key=self.key)
        if not response.ok:
            raise NotSearchedError(Reason.API_ERROR)
        document = table(json_of(response))
        cases, count = rows(document.get("results")), document.get("count")
        if not isinstance(count, int) or (not cases and count > 0 and "cursor" not in params):
            raise NotSearchedError(Reason.UNREADABLE_ANSWER)
        return [self._hit(case, response.capture_id) for case in cases], _cursor(words(document.get("next")))

    def _hit(self, case: dict[str, JsonValue], capture_id: str) -> Hit:
        address = words(case.get("absolute_url")) or words(case.get("docket_absolute_url"))
        parts = (case.get("caseName"), case.get("court"), case.get("docketNumber"), case.get("dateFiled"))
        text = "\n".join(part for part in (*map(html_text, map(words, parts)), *_snippets(case)) if part)
        return Hit(
            capture_id=capture_id,
            text=raw_text(text),
            locator=raw_text(_joined(self.settings.endpoint, address)),
            author=raw_text(""),
            posted_at=moment(case.get("dateFiled")),
            engagement=Engagement.ABOUT_SUBJECT,
            platform="court_record",
        )


def build(user_agent: str, table: Mapping[str, object]) -> CourtListener:
    """The source with its table. Refuses one without its legal gate, and what `read_key` refuses."""
    if "legal_gate" not in table:
        raise refused(
            "legal_gate_missing",
            "Court records may be searched only where counsel approved it, and [courtlistener] names nobody.",
            "Write legal_gate = { approved_by, approved_on } into its table, or leave the table out.",
        )
    settings = CourtListenerSettings.model_validate(table)
    key = read_key(settings.key_file, "Authorization", scheme="Token")
    return CourtListener(user_agent=user_agent, settings=settings, key=key)


def _cursor(following: str) -> str:
    """The cursor of the next page. Only this much of the address is used: the key goes to the configured host alone."""
    try:
        return parse_qs(urlsplit(following).query, max_num_fields=20).get("cursor", [""])[0]
    except ValueError:
        return ""


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:
        return ""


def _snippets(case: dict[str, JsonValue]) -> list[str]:
    """What the service quotes of each document of a case."""
    listed = [case.get("opinions"), case.get("recap_documents")]
    documents = [entry for entries in listed if isinstance(entries, list) for entry in entries]
    return [html_text(words(document.get("snippet"))) for document in documents if isinstance(document, dict)]

"""Results of a search service, each read where it leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vetting.evidence import Engagement, Hit
from vetting.sources.interface import NotSearchedError
from vetting.sources.internet import Internet
from vetting.sources.page_text import JsonValue, html_text, is_text, moment, page_facts, raw_text, readable
from vetting.sources.refusals import says_missing


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Result:
    """One result as the service lists it."""

    capture_id: str
    url: str
    title: str
    snippet: str
    published: JsonValue


def read_results(results: Sequence[Result], internet: Internet) -> tuple[list[Hit], bool]:
    """A hit for each result: the page where it can be read, else what the service said of it; and whether any page
    could not be read.
    """
    hits: list[Hit] = []
    partly = False
    for result in results:
        page = _page_hit(result, internet)
        partly = partly or page is None
        hits.append(page or _snippet_hit(result))
    return hits, partly


def _page_hit(result: Result, internet: Internet) -> Hit | None:
    try:
        response = internet.page(result.url)
        if not response.ok or not is_text(response.content_type, response.body):
            return None
        text = readable(response.body, response.content_type)
    except NotSearchedError:  # one page of many: its capture says why
        return None
    facts = page_facts(response.body, response.content_type)
    if not text or says_missing(facts):
        return None
    return Hit(
        capture_id=response.capture_id,
        text=raw_text(text),
        locator=raw_text(response.url),
        author=raw_text(facts.author),
        posted_at=facts.published or moment(result.published),
        engagement=Engagement.UNKNOWN,
        platform="web_page",
    )


def _snippet_hit(result: Result) -> Hit:
    text = "\n".join(part for part in (html_text(result.title), html_text(result.snippet)) if part)
    return Hit(
        capture_id=result.capture_id,
        text=raw_text(text),
        locator=raw_text(result.url),
        author=raw_text(""),
        posted_at=moment(result.published),
        engagement=Engagement.UNKNOWN,
        platform="search_result",
    )

"""SearXNG over a Datasette index, a MediaWiki and an archive that is down: an engine that is out is never silence."""

import json
from dataclasses import replace

import pytest

from tests.peers.asking import Ask, records, words
from vetting.search import Outcome
from vetting.sources.http_block import parse_answer
from vetting.sources.interface import Reason
from vetting.sources.metasearch import Metasearch

pytestmark = pytest.mark.usefixtures("search_service")
DEAD = "county news"


def _requiring(ask: Ask, *engines: str) -> Metasearch:
    source = ask.sources["metasearch"]
    assert isinstance(source, Metasearch)
    return replace(source, settings=source.settings.model_copy(update={"required_engines": engines}))


def test_what_the_index_holds_is_found_and_read_where_it_leads(ask: Ask) -> None:
    found = ask("metasearch", '"Rafael Montesclaro"')
    assert found.result.outcome is Outcome.COMPLETED
    assert "held the line for forty minutes" in words(found)
    assert {hit.platform for hit in found.hits} >= {"web_page"}


def test_what_the_wiki_holds_is_found_too(ask: Ask) -> None:
    found = ask("metasearch", "half marathon fountain", pages=1)
    assert any("wiki.riverton.example" in hit.locator.reveal() for hit in found.hits)


def test_a_name_that_nobody_wrote_is_found_nowhere(ask: Ask) -> None:
    nothing = ask("metasearch", '"Quillon Vantreight Oseley"')
    assert (nothing.result.outcome, nothing.result.reason) == (Outcome.NO_RESULTS, Reason.NOTHING_FOUND)


def test_a_dead_engine_alone_is_no_search(ask: Ask) -> None:
    dead = ask("metasearch", '!cn "Rafael Montesclaro"', attempts=2)
    assert (dead.result.outcome, dead.result.reason) == (Outcome.UNAVAILABLE, Reason.ENGINE_UNRESPONSIVE)
    assert dead.result.attempts == 2
    assert not dead.hits


def test_a_required_engine_that_is_dead_makes_it_no_search_whatever_the_others_found(ask: Ask) -> None:
    dead = ask(_requiring(ask, DEAD), '!ti !cn "Rafael Montesclaro"')
    assert (dead.result.outcome, dead.result.reason) == (Outcome.UNAVAILABLE, Reason.ENGINE_UNRESPONSIVE)
    assert not dead.hits


def test_a_dead_engine_that_is_not_required_stays_on_record_beside_what_the_others_found(ask: Ask) -> None:
    found = ask(_requiring(ask), '!ti !cn "Rafael Montesclaro"', pages=1)
    assert found.result.outcome is Outcome.COMPLETED
    answers = [parse_answer(record.block) for record in records(found.captures) if record.kind == "response"]
    said = [json.loads(answer.body)["unresponsive_engines"] for answer in answers if b"unresponsive" in answer.body]
    assert [engine for engine, _ in said[0]] == [DEAD]


def test_nothing_found_while_an_engine_was_out_is_no_search(ask: Ask) -> None:
    nothing = ask(_requiring(ask), '!ti !cn "Quillon Vantreight Oseley"')
    assert (nothing.result.outcome, nothing.result.reason) == (Outcome.UNAVAILABLE, Reason.ENGINE_UNRESPONSIVE)


def test_two_runs_and_the_recording_find_the_same_pages(ask: Ask) -> None:
    query = '"Rafael Montesclaro"'
    first, second = (ask("metasearch", query) for _ in range(2))
    recorded = ask.again(first, "metasearch", query)
    assert first.result.outcome is second.result.outcome is recorded.result.outcome
    assert words(first) == words(second) == words(recorded)

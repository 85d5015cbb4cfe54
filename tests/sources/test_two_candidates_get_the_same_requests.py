"""What two candidates of one position make the sources ask is the same but for the anchor, and asking again brings the
same: real requests to a server that answers everybody alike.
"""

import json
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import quote, quote_plus, urlsplit

import pytest

from tests.sources.loopback import AGENT, Runner, Site
from vetting.candidate import Candidate, Identifier, IdentifierKind
from vetting.protocol import Quotation, SearchProtocol, Step, Technique
from vetting.search import Outcome, plan
from vetting.sources import feed, forum, metasearch
from vetting.sources.conduct import Conducted
from vetting.sources.interface import Source

SOURCES: dict[str, Source] = {
    "metasearch": metasearch.build(AGENT, {"endpoint": "http://search.example/search"}),
    "forum": forum.build(AGENT, {"profile": "http://site.example/u/{account}"}),
    "feed": feed.build(AGENT, {}),
}
FEED = (
    "<?xml version='1.0'?><rss version='2.0'><channel><title>t</title><item><title>A day</title>"
    "<link>http://site.example/a-day</link><description>I race at night.</description></item></channel></rss>"
)
STEP = Step(
    id="web",
    title="Web search",
    source="metasearch",
    technique=Technique.PUBLIC_API,
    anchor=IdentifierKind.FULL_NAME,
    query='"{anchor}" Riverton',
    max_pages=2,
    max_items=8,
    attempts=2,
)
PROTOCOL = SearchProtocol(
    id="patrol_officer",
    version=1,
    title="Patrol Officer",
    approved_by="counsel",
    approved_on=date(2026, 1, 1),
    in_force_from=date(2026, 1, 1),
    jurisdiction="massachusetts",
    lookback_years=7,
    quotation=Quotation.SANITIZED,
    criteria="police",
    class_packs=("federal",),
    steps=(
        STEP,
        replace(STEP, id="forum", source="forum", anchor=IdentifierKind.FORUM_ACCOUNT, query="{anchor}"),
        replace(STEP, id="feed", source="feed", anchor=IdentifierKind.FEED, query="{anchor}"),
    ),
    digests={},
)


def _candidate(name: str, account: str, feed_of: str) -> Candidate:
    disclosed = ((IdentifierKind.FORUM_ACCOUNT, account), (IdentifierKind.FEED, f"http://site.example{feed_of}"))
    return Candidate(
        full_name=name, town="Riverton", identifiers=tuple(Identifier(kind=k, value=v) for k, v in disclosed)
    )


ADA = _candidate("Ada Invented", "ada.i", "/feeds/ada")
BOO = _candidate("Boötes O'Invented-Smythe", "boo & co", "/feeds/someone/else?x=1")


@pytest.fixture
def alike(site: Site) -> Site:
    """Return the server, answering everybody alike."""
    results = [{"url": f"http://site.example/page/{n}", "title": f"Page {n}", "content": "words"} for n in range(5)]
    document = {"query": "q", "results": results, "unresponsive_engines": []}
    site.answer("/search", json.dumps(document), kind="application/json")
    site.answer("", "<html><title>x</title><p>I outran the cops last night.</p></html>")
    for candidate in (ADA, BOO):
        site.answer(urlsplit(candidate.anchors(IdentifierKind.FEED)[0]).path, FEED, kind="application/rss+xml")
    return site


def _searched(run: Runner, candidate: Candidate) -> list[Conducted]:
    planned = plan(PROTOCOL, candidate)
    return [run.on(run.transport, SOURCES[search.step.source], search) for search in planned]


def _asked(site: Site, candidate: Candidate) -> list[tuple[str, dict[str, str]]]:
    """What the server was asked, in order, with a mark where the candidate's anchors stood; then forgets it."""
    kinds = (IdentifierKind.FULL_NAME, IdentifierKind.FORUM_ACCOUNT, IdentifierKind.FEED)
    anchors = [anchor for kind in kinds for anchor in candidate.anchors(kind)]
    spelt = {
        s for a in anchors for s in (quote_plus(a), quote(a, safe=""), quote(a), a.removeprefix("http://site.example"))
    }
    seen = []
    for path, headers in site.asked:
        marked = path
        for spelling in sorted(spelt, key=len, reverse=True):
            marked = marked.replace(spelling, "<anchor>")
        seen.append((marked, headers))
    site.asked.clear()
    return seen


def _payloads(searches: Sequence[Conducted]) -> list[list[bytes]]:
    """The payload digests of the exchanges of each search, as the captures state them."""
    return [re.findall(rb"WARC-Payload-Digest: (\S+)", b"".join(c.warc for c in done.captures)) for done in searches]


def test_two_candidates_make_the_sources_ask_the_same_but_for_the_anchor(alike: Site, run: Runner) -> None:
    first = _searched(run, ADA)
    asked_for_ada = _asked(alike, ADA)
    second = _searched(run, BOO)
    asked_for_boo = _asked(alike, BOO)
    assert asked_for_ada == asked_for_boo
    assert sum("<anchor>" in path for path, _ in asked_for_ada) == 4, "two pages of results, a profile and a feed"
    assert len(asked_for_ada) > 4, "and the pages that the results lead to"
    assert [done.result.outcome for done in first] == [Outcome.COMPLETED] * 3
    assert [(d.result.outcome, d.result.hits, d.result.attempts) for d in first] == [
        (d.result.outcome, d.result.hits, d.result.attempts) for d in second
    ]


def test_asking_an_unchanged_server_again_brings_the_same_outcomes_and_payloads(alike: Site, run: Runner) -> None:
    first, second = _searched(run, ADA), _searched(run, ADA)
    assert alike.asked[: len(alike.asked) // 2] == alike.asked[len(alike.asked) // 2 :]
    assert [(d.result.key, d.result.outcome, d.result.reason, d.result.hits) for d in first] == [
        (d.result.key, d.result.outcome, d.result.reason, d.result.hits) for d in second
    ]
    assert _payloads(first) == _payloads(second)
    assert all(_payloads(first)), "every search captured something"
    assert [[h.text.reveal() for h in d.hits] for d in first] == [[h.text.reveal() for h in d.hits] for d in second]


def test_a_server_that_changed_shows_in_the_payload(alike: Site, run: Runner) -> None:
    first = _searched(run, ADA)
    alike.answer("", "<html><title>x</title><p>I was never there.</p></html>")
    assert _payloads(first) != _payloads(_searched(run, ADA))


@pytest.mark.parametrize("languages", [("en",), ("pt", "en")])
def test_the_languages_of_the_protocol_are_what_every_request_asks_for(
    alike: Site, run: Runner, languages: tuple[str, ...]
) -> None:
    for search in plan(replace(PROTOCOL, languages=languages), ADA):
        run.on(run.transport, SOURCES[search.step.source], search)
    assert {headers["accept-language"] for _, headers in alike.asked} == {", ".join(languages)}
    searched = [path for path, _ in alike.asked if path.startswith("/search?")]
    assert searched
    assert all(f"language={languages[0]}" in path for path in searched)


def test_a_step_s_time_for_one_request_is_kept(alike: Site, run: Runner) -> None:
    def never(handler: object) -> None:
        time.sleep(3)
        del handler

    alike.routes["/u/ada.i"] = never
    hasty = replace(PROTOCOL, steps=(replace(PROTOCOL.steps[1], timeout_seconds=1, attempts=1),))
    (search,) = plan(hasty, ADA)
    done = run.on(run.transport, SOURCES["forum"], search)
    assert (done.result.outcome, done.result.reason) == (Outcome.UNAVAILABLE, "timeout")

"""A disclosed account on the AT Protocol's own servers: read as anyone may read it, or not at all."""

import json
from dataclasses import replace

import pytest

from tests.peers.asking import Ask, addresses, payloads, words
from tests.peers.social_network import BUSY, CANARY, GONE, NOBODY, POSTED, SHY, STOLEN, Network
from tests.peers.town import RESOLVER, Town
from vetting.search import Outcome
from vetting.sources.atproto import Atproto
from vetting.sources.conduct import Conducted
from vetting.sources.interface import Reason

pytestmark = pytest.mark.usefixtures("network")
EVERYTHING = {"pages": 10, "items": 500}


def _ended(conducted: Conducted) -> tuple[Outcome, str]:
    return conducted.result.outcome, conducted.result.reason


def test_every_post_is_read_page_by_page_and_newest_first(ask: Ask) -> None:
    found = ask("atproto", BUSY, **EVERYTHING)
    assert _ended(found) == (Outcome.COMPLETED, Reason.FOUND)
    posts = [hit for hit in found.hits if hit.platform == "social_post"]
    dates = [hit.posted_at for hit in posts if hit.posted_at]
    assert len(posts) == len(dates) == POSTED
    assert dates == sorted(dates, reverse=True)
    assert "Rides at first light." in words(found)
    assert sum("cursor=" in url for url in addresses(found)) == 2, "two pages, and an empty one that ends them"


def test_the_limits_of_the_step_are_kept(ask: Ask) -> None:
    few = ask("atproto", BUSY, pages=1, items=20)
    assert sum(hit.platform == "social_post" for hit in few.hits) == 20
    assert not any("cursor=" in url for url in addresses(few))


def test_an_account_whose_handle_points_elsewhere_is_not_read(ask: Ask) -> None:
    stolen = ask("atproto", STOLEN, **EVERYTHING)
    assert _ended(stolen) == (Outcome.UNAVAILABLE, Reason.HANDLE_NOT_CONFIRMED)
    assert not any("listRecords" in url for url in addresses(stolen))
    assert not stolen.hits


def test_who_asks_not_to_be_shown_is_blocked_and_nothing_of_it_is_kept(ask: Ask, network: Network) -> None:
    served = network.server.get(
        "com.atproto.repo.listRecords", params={"repo": SHY, "collection": "app.bsky.feed.post"}
    )
    assert CANARY in served.text, "the server itself would show it"
    shy = ask("atproto", SHY, **EVERYTHING)
    assert _ended(shy) == (Outcome.BLOCKED, Reason.WITHHELD_AT_USERS_REQUEST)
    assert not shy.hits
    assert not any(CANARY.encode() in capture.warc for capture in shy.captures)
    assert not any("app.bsky.feed.post" in url for url in addresses(shy)), "its posts were not even asked for"


def test_its_own_server_does_not_know_an_account_any_more_that_was_deactivated(ask: Ask) -> None:
    assert _ended(ask("atproto", GONE, **EVERYTHING)) == (Outcome.NO_RESULTS, Reason.ACCOUNT_NOT_FOUND)


def test_where_the_resolver_still_knows_it_its_server_says_no_more_than_that_it_has_no_such_account(
    ask: Ask, network: Network, pages: Town
) -> None:
    """The server tells "deactivated" from "never there" in getRepoStatus only; either way nothing is public."""
    answer = pages.work / "nginx" / "sites" / RESOLVER / "xrpc" / "com.atproto.identity.resolveHandle"
    answer.parent.mkdir(parents=True)
    answer.write_text(json.dumps({"did": network.dids[GONE]}))
    source = ask.sources["atproto"]
    assert isinstance(source, Atproto)
    another = source.settings.model_copy(update={"resolver": f"https://{RESOLVER}"})
    gone = ask(replace(source, settings=another), GONE, **EVERYTHING)
    assert _ended(gone) == (Outcome.NO_RESULTS, Reason.ACCOUNT_NOT_FOUND)
    status = network.server.get("com.atproto.sync.getRepoStatus", params={"did": network.dids[GONE]}).json()
    assert status["status"] == "deactivated"


def test_a_handle_nobody_has_is_no_account(ask: Ask) -> None:
    assert _ended(ask("atproto", NOBODY, **EVERYTHING)) == (Outcome.NO_RESULTS, Reason.ACCOUNT_NOT_FOUND)


@pytest.mark.parametrize("handle", [BUSY, SHY, GONE, STOLEN, NOBODY])
def test_two_runs_and_the_recording_end_alike_with_the_same_bytes(ask: Ask, handle: str) -> None:
    first, second = (ask("atproto", handle, **EVERYTHING) for _ in range(2))
    recorded = ask.again(first, "atproto", handle, **EVERYTHING)
    assert _ended(first) == _ended(second) == _ended(recorded)
    assert payloads(first) == payloads(second) == payloads(recorded)
    assert words(first) == words(second) == words(recorded)

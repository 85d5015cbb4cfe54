"""A disclosed wiki account on MediaWiki: its edits through the API, and the same through the wiki's own feeds."""

from urllib.parse import urlencode

import pytest

from demo.record.hosts import WIKI_HOST
from demo.record.world import World
from tests.peers.asking import Ask, payloads, words
from vetting.search import Outcome
from vetting.sources.interface import Reason

pytestmark = pytest.mark.usefixtures("wiki")
EDITOR = "PNandakesh"
NOBODY = "Quillon Vantreight"


def _feed(account: str, kind: str) -> str:
    asked = {"action": "feedcontributions", "user": account, "feedformat": kind}
    return f"https://{WIKI_HOST}/api.php?{urlencode(asked)}"


def test_every_edit_of_the_account_is_read_with_its_date(ask: Ask, world: World) -> None:
    found = ask("mediawiki", EDITOR, items=200)
    mine = {(at, summary) for at, account, _, summary, _ in world.edits if account == EDITOR}
    assert found.result.outcome is Outcome.COMPLETED
    assert {(hit.posted_at, hit.text.reveal()) for hit in found.hits if hit.platform == "wiki_edit"} == mine
    assert {hit.author.reveal() for hit in found.hits} == {EDITOR}


def test_edits_of_others_are_not_read(ask: Ask) -> None:
    assert "see the plaque" not in words(ask("mediawiki", EDITOR, items=200))


def test_an_account_the_wiki_does_not_know_is_no_account(ask: Ask) -> None:
    unknown = ask("mediawiki", NOBODY)
    assert (unknown.result.outcome, unknown.result.reason) == (Outcome.NO_RESULTS, Reason.ACCOUNT_NOT_FOUND)


def test_a_name_that_no_account_can_have_is_not_asked_for(ask: Ask) -> None:
    unusable = ask("mediawiki", "Some|Body")
    assert (unusable.result.outcome, unusable.result.reason) == (Outcome.UNAVAILABLE, Reason.ANCHOR_UNUSABLE)
    assert not unusable.captures


@pytest.mark.parametrize("kind", ["atom", "rss"])
def test_the_wikis_own_feed_of_the_account_is_read(ask: Ask, world: World, kind: str) -> None:
    found = ask("feed", _feed(EDITOR, kind), items=100)
    days = {at for at, account, *_ in world.edits if account == EDITOR}
    assert found.result.outcome is Outcome.COMPLETED
    assert {hit.posted_at for hit in found.hits} == days
    assert "I apologise" in words(found)


def test_a_feed_of_nobody_is_never_a_clean_feed(ask: Ask) -> None:
    """MediaWiki answers for an account that it does not know with an error in another format, or with an empty feed."""
    nobody = ask("feed", _feed(NOBODY, "atom"))
    assert nobody.result.outcome in {Outcome.UNAVAILABLE, Outcome.NO_RESULTS}
    assert not nobody.hits


def test_two_runs_and_the_recording_bring_the_same_bytes(ask: Ask) -> None:
    first, second = (ask("mediawiki", EDITOR) for _ in range(2))
    recorded = ask.again(first, "mediawiki", EDITOR)
    assert payloads(first) == payloads(second) == payloads(recorded)
    assert words(first) == words(recorded)

"""A disclosed forum account: its public profile page, or the reason why it was not seen."""

import pytest

from tests.sources.loopback import AGENT, Runner, Site
from vetting.evidence import Engagement
from vetting.search import Outcome
from vetting.sources.forum import Forum, build

PROFILE = "<html><title>jroe</title><h1>jroe</h1><p>I race motorcycles at night.</p></html>"


def _source() -> Forum:
    return build(AGENT, {"profile": "http://site.example/members/{account}"})


def test_the_public_profile_is_one_hit(site: Site, run: Runner) -> None:
    site.answer("/members/j%20roe%2F..%2Fadmin", PROFILE)
    (hit,) = run(_source(), "j roe/../admin").hits
    assert hit.text.reveal().endswith("I race motorcycles at night.")
    assert (hit.platform, hit.engagement, hit.author.reveal()) == ("profile", Engagement.AUTHORED, "j roe/../admin")


def test_an_account_that_is_not_there_is_no_results(site: Site, run: Runner) -> None:
    done = run(_source(), "jroe")
    assert (done.result.outcome, done.result.reason) == (Outcome.NO_RESULTS, "account_not_found")
    assert len(site.asked) == 2, "its robots.txt and the page"


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (403, "<html>Forbidden", "http_403"),
        (200, "<html><title>Just a moment...</title><p>Checking your browser before accessing", "challenge_page"),
        (200, "<html><title>Log in</title><form><input type=password></form>", "login_page"),
        (404, "<html><title>Are you human?</title>", "challenge_page"),
        (429, "", "http_429"),
    ],
)
def test_a_refusal_is_blocked(site: Site, run: Runner, status: int, body: str, reason: str) -> None:
    site.answer("/members/jroe", body, status=status)
    done = run(_source(), "jroe")
    assert (done.result.outcome, done.result.reason, done.hits) == (Outcome.BLOCKED, reason, ())
    assert len(done.captures) == 2, "its robots.txt and the page"


def test_what_is_no_page_is_unreadable(site: Site, run: Runner) -> None:
    site.answer("/members/jroe", b"\x89PNG", kind="image/png")
    assert run(_source(), "jroe").result.reason == "unreadable_answer"


@pytest.mark.parametrize("account", ["", " ", "x" * 300])
def test_an_account_that_is_none_touches_no_network(site: Site, run: Runner, account: str) -> None:
    assert run(_source(), account).result.reason == "anchor_unusable"
    assert site.asked == []


def test_the_recording_gives_the_same_again(site: Site, run: Runner) -> None:
    site.answer("/members/jroe", PROFILE)
    first = run(_source(), "jroe")
    again = run.again(first, _source(), "jroe")
    assert [hit.text for hit in again.hits] == [hit.text for hit in first.hits]

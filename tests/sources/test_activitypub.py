"""A disclosed fediverse account: confirmed both ways, read as Mastodon shows it, left alone where its owner asks."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sources.fediverse import (
    ACTOR,
    NODEINFO,
    STATUSES,
    WEBFINGER,
    Json,
    a_post,
    an_account,
    fediverse,
    give,
    give_mastodon,
    give_posts,
    give_webfinger,
    links,
)
from tests.sources.loopback import Runner, Site
from vetting.evidence import Engagement
from vetting.search import Outcome


def test_profile_and_posts_are_read_with_time_and_address(site: Site, run: Runner) -> None:
    give_mastodon(site, a_post(7))
    done = run(fediverse(), "@jroe@Site.Example")
    profile, post = done.hits
    assert profile.text.reveal().startswith("Boat builder in Riverton.")
    assert "Site: https://roe.example/" in profile.text.reveal()
    assert (profile.platform, profile.posted_at) == ("profile", None)
    assert (post.text.reveal(), post.platform, post.engagement) == ("post 7", "social_post", Engagement.AUTHORED)
    assert post.locator.reveal() == "https://site.example/@jroe/7"
    assert post.author.reveal() == "jroe@site.example"
    assert post.posted_at is not None
    assert post.posted_at.isoformat() == "2024-05-06T07:08:09.123000+00:00"
    assert parse_qs(urlsplit(site.paths()[0]).query) == {"resource": ["acct:jroe@site.example"]}


def test_what_the_account_says_of_its_owner_is_kept_and_what_the_service_verified_is_told_apart(
    site: Site, run: Runner
) -> None:
    give_mastodon(site, a_post(7), moved=an_account(acct="jr@other.example", url="https://other.example/@jr"))
    for hit in run(fediverse(), "jroe@site.example").hits:
        assert hit.profile is not None
        assert (hit.profile.name.reveal(), hit.profile.handle.reveal()) == ("Jane Roe", "jroe@site.example")
        assert [email.reveal() for email in hit.profile.emails] == ["jane@roe.example"]
        assert hit.profile.confirmed
        assert links(hit.profile) == [
            ("https://roe.example/", True),
            ("https://code.example/jroe?a=1&b=2", False),
            ("https://other.example/@jr", False),
        ]
    assert not [path for path in site.paths() if "jr%40" in path or "/@jr" in path], "the new account was not asked for"


@pytest.mark.parametrize("verified_at", [None, True, "", "yes", 7, {"at": "2024-05-06T07:08:09Z"}])
def test_only_a_time_of_verification_verifies(site: Site, run: Runner, verified_at: object) -> None:
    fields = [{"name": "Site", "value": '<a href="https://roe.example/">x</a>', "verified_at": verified_at}]
    give_mastodon(site, fields=fields)
    assert links(run(fediverse(), "jroe@site.example").hits[0].profile) == [("https://roe.example/", False)]


def test_a_boost_is_shared_and_has_the_words_and_the_name_of_its_author(site: Site, run: Runner) -> None:
    original = a_post(3, content="<p>their words</p>", account={"id": "9", "acct": "ann@else.example"})
    give_mastodon(site, a_post(8, content="", reblog=original))
    boost = run(fediverse(), "jroe@site.example").hits[1]
    assert (boost.text.reveal(), boost.author.reveal()) == ("their words", "ann@else.example")
    assert (boost.engagement, boost.locator.reveal()) == (Engagement.SHARED, "https://site.example/@jroe/8")


def test_warning_poll_and_descriptions_of_media_belong_to_the_post(site: Site, run: Runner) -> None:
    media = [{"type": "image", "url": "https://site.example/a.png", "description": "My knife"}, {"description": None}]
    poll = {"options": [{"title": "Yes"}, {"title": "No"}]}
    post = a_post(8, sensitive=True, spoiler_text="Politics", media_attachments=media, poll=poll, content="<p>Ask")
    give_mastodon(site, post)
    assert run(fediverse(), "jroe@site.example").hits[1].text.reveal() == "Politics\nAsk\nYes\nNo\nMy knife"
    assert not [path for path in site.paths() if "a.png" in path]


def test_what_was_not_for_everybody_or_is_another_account_s_is_left_out(site: Site, run: Runner) -> None:
    others = [a_post(5, account={"id": "77"}), a_post(4, visibility="private"), a_post(3, visibility="direct")]
    give_mastodon(site, a_post(6, visibility="unlisted"), *others, a_post(2, content=""))
    assert [hit.text.reveal() for hit in run(fediverse(), "jroe@site.example").hits[1:]] == ["post 6"]


def test_pages_are_followed_to_the_limit(site: Site, run: Runner) -> None:
    give_mastodon(site, *(a_post(number) for number in range(130, 0, -1)))
    assert len(run(fediverse(), "jroe@site.example", pages=10, items=1000).hits) == 131
    assert len(run(fediverse(), "jroe@site.example", pages=2, items=1000).hits) == 81
    assert len(run(fediverse(), "jroe@site.example", pages=10, items=50).hits) == 51


def test_a_page_that_never_changes_ends_the_paging(site: Site, run: Runner) -> None:
    give_mastodon(site)
    give_posts(site, [a_post(number) for number in range(5)], endless=True)
    done = run(fediverse(), "jroe@site.example", pages=50, items=1000)
    assert (done.result.outcome, len(done.hits), len(site.asked)) == (Outcome.COMPLETED, 6, 4)


def test_an_account_with_nothing_to_read_is_no_results(site: Site, run: Runner) -> None:
    give_mastodon(site, note="", fields=[])
    assert run(fediverse(), "jroe@site.example").result.reason == "nothing_found"


def test_an_owner_who_does_not_want_to_be_indexed_is_left_alone(site: Site, run: Runner) -> None:
    give_mastodon(site, a_post(7), noindex=True, note="shy words")
    done = run(fediverse(), "jroe@site.example", attempts=3)
    assert (done.result.outcome, done.result.reason) == (Outcome.BLOCKED, "withheld_at_users_request")
    assert (done.hits, done.result.attempts) == ((), 1)
    assert all(b"shy words" not in capture.warc for capture in done.captures)
    assert len(site.asked) == 2, "neither the posts nor another door were asked for"
    assert run.again(done, fediverse(), "jroe@site.example").result.reason == done.result.reason


@pytest.mark.parametrize(
    "account", [{"discoverable": False}, {"indexable": False}, {"locked": True}, {"limited": True}, {"noindex": None}]
)
def test_settings_that_ask_for_nothing_of_ours_change_nothing(site: Site, run: Runner, account: Json) -> None:
    give_mastodon(site, a_post(7), **account)
    assert len(run(fediverse(), "jroe@site.example").hits) == 2


def test_a_suspended_account_is_deactivated(site: Site, run: Runner) -> None:
    give_mastodon(site, suspended=True)
    done = run(fediverse(), "jroe@site.example")
    assert (done.result.outcome, done.result.reason) == (Outcome.NO_RESULTS, "account_deactivated")


@pytest.mark.parametrize(
    ("subject", "actor", "account"),
    [
        ("acct:somebody@site.example", ACTOR, {}),
        ("acct:jroe@other.example", ACTOR, {}),
        ("", ACTOR, {}),
        ("acct:jroe@site.example", ACTOR, {"acct": "somebody"}),
        ("acct:jroe@site.example", ACTOR, {"acct": "jroe@other.example"}),
        ("acct:jroe@site.example", ACTOR, {"uri": "https://site.example/users/somebody"}),
    ],
)
def test_an_account_that_does_not_name_itself_back_is_not_searched(
    site: Site, run: Runner, subject: str, actor: str, account: Json
) -> None:
    give_mastodon(site, a_post(7), **account)
    give_webfinger(site, subject=subject, actor=actor)
    done = run(fediverse(), "jroe@site.example")
    assert (done.result.outcome, done.result.reason, done.hits) == (Outcome.UNAVAILABLE, "handle_not_confirmed", ())


def _by_host(answers: dict[str, object]) -> Callable[[BaseHTTPRequestHandler], None]:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        body = json.dumps(answers.get(handler.headers["Host"], {})).encode()
        handler.send_response(200)
        handler.send_header("Content-Type", "application/jrd+json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def test_a_server_under_another_name_is_followed_where_it_names_the_account_too(site: Site, run: Runner) -> None:
    actor = "https://other.example/users/jroe"
    document = {
        "subject": "acct:jroe@site.example",
        "links": [{"rel": "self", "type": "application/activity+json", "href": actor}],
    }
    give_mastodon(site, a_post(7), uri=actor)
    site.routes[WEBFINGER] = _by_host({"site.example": document, "other.example": document})
    assert len(run(fediverse(), "jroe@site.example").hits) == 2
    assert [headers["host"] for _, headers in site.asked] == ["site.example"] + ["other.example"] * 4
    site.asked.clear()
    elsewhere = {**document, "subject": "acct:jroe@other.example"}
    site.routes[WEBFINGER] = _by_host({"site.example": document, "other.example": elsewhere})
    assert run(fediverse(), "jroe@site.example").result.reason == "handle_not_confirmed"
    assert len(site.asked) == 2, "a server that does not know the account is asked for nothing else"


def test_an_account_that_its_server_does_not_know_is_no_results(site: Site, run: Runner) -> None:
    give(site, "/.well-known/nodeinfo", NODEINFO)
    done = run(fediverse(), "jroe@site.example")
    assert (done.result.outcome, done.result.reason) == (Outcome.NO_RESULTS, "account_not_found")
    assert run.again(done, fediverse(), "jroe@site.example").result.reason == done.result.reason


@pytest.mark.parametrize("document", [None, {}, {"links": [{"rel": "other"}]}, "<html>All is well"])
def test_a_host_that_has_no_accounts_at_all_is_unavailable(site: Site, run: Runner, document: object) -> None:
    if isinstance(document, str):
        site.answer("/.well-known/nodeinfo", document)
    elif document is not None:
        give(site, "/.well-known/nodeinfo", document)
    assert run(fediverse(), "jroe@site.example").result.outcome is Outcome.UNAVAILABLE


def test_a_deleted_account_is_deactivated(site: Site, run: Runner) -> None:
    give(site, WEBFINGER, {}, 410)
    assert run(fediverse(), "jroe@site.example").result.reason == "account_deactivated"


@pytest.mark.parametrize(
    "handle",
    [
        "",
        "jroe",
        "@jroe",
        "jroe@",
        "@@site.example",
        "jroe@localhost",
        "jroe@127.0.0.1",
        "jroe@site.example:8080",
        "jroe@site.example/x",
        "j/roe@site.example",
        "jroe@u:p@site.example",
        "x" * 80 + "@site.example",
        "a b@c.test",
    ],
)
def test_a_disclosed_account_that_is_none_touches_no_network(site: Site, run: Runner, handle: str) -> None:
    done = run(fediverse(), handle, attempts=3)
    assert (done.result.outcome, done.result.reason) == (Outcome.UNAVAILABLE, "anchor_unusable")
    assert site.asked == []


@pytest.mark.parametrize("actor", ["file:///etc/passwd", "https://u:p@site.example/", "", "not an address", "https://"])
def test_a_hostile_actor_address_is_not_followed(site: Site, run: Runner, actor: str) -> None:
    give_webfinger(site, actor=actor)
    assert run(fediverse(), "jroe@site.example").result.outcome is Outcome.UNAVAILABLE
    assert len(site.asked) == 1


@pytest.mark.parametrize("number", ["../../admin", "", "1?x=1", 7, None, "a" * 99])
def test_a_number_that_is_none_is_unreadable(site: Site, run: Runner, number: object) -> None:
    give_mastodon(site, id=number)
    assert run(fediverse(), "jroe@site.example").result.reason == "unreadable_answer"
    assert len(site.asked) == 2


@pytest.mark.parametrize("document", [{}, [1], "x", None, {"error": "x"}])
def test_posts_that_are_none_are_unreadable(site: Site, run: Runner, document: object) -> None:
    give_mastodon(site)
    give(site, STATUSES, document)
    done = run(fediverse(), "jroe@site.example")
    assert (done.result.outcome, done.result.reason) == (Outcome.UNAVAILABLE, "unreadable_answer")


def test_the_recording_of_an_account_gives_the_same_again(site: Site, run: Runner) -> None:
    give_mastodon(site, *(a_post(number) for number in range(90, 0, -1)))
    first = run(fediverse(), "jroe@site.example", items=500)
    again = run.again(first, fediverse(), "jroe@site.example", items=500)
    assert [hit.text for hit in again.hits] == [hit.text for hit in first.hits]
    assert again.result.captures == first.result.captures == 5

"""Where one door of a fediverse account is closed the next open one is used, and a closed house is no clean one."""

import json
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

import pytest

from tests.sources.fediverse import (
    ACTOR,
    LOOKUP,
    STATUSES,
    WEBFINGER,
    Json,
    a_note,
    a_post,
    close_api,
    fediverse,
    give,
    give_actor,
    give_mastodon,
    give_webfinger,
    links,
)
from tests.sources.loopback import Runner, Site
from vetting.evidence import Engagement
from vetting.search import Outcome


@pytest.mark.parametrize("status", [401, 403, 404, 422])
def test_where_the_api_is_closed_or_missing_the_outbox_is_read(site: Site, run: Runner, status: int) -> None:
    give_webfinger(site)
    close_api(site, status)
    give_actor(site, [a_note(1), a_note(2)], [a_note(3)])
    done = run(fediverse(), "jroe@site.example")
    profile, *notes = done.hits
    assert [note.text.reveal() for note in notes] == ["note 1", "note 2", "note 3"]
    assert {note.engagement for note in notes} == {Engagement.AUTHORED}
    assert notes[0].posted_at is not None
    assert profile.text.reveal() == "Boats\nSite: x"
    assert links(profile.profile) == [("https://roe.example/", False)]
    accepted = {headers["accept"] for path, headers in site.asked if path.startswith("/users/")}
    assert accepted == {"application/activity+json"}


def test_a_server_that_shows_the_account_but_not_its_posts_is_asked_by_the_next_door(site: Site, run: Runner) -> None:
    give_mastodon(site)
    give(site, STATUSES, {"error": "authentication required"}, 401)
    give_actor(site, [a_note(1)])
    assert [hit.text.reveal() for hit in run(fediverse(), "jroe@site.example").hits] == ["Boats\nSite: x", "note 1"]


def test_an_outbox_is_read_by_the_same_rules(site: Site, run: Runner) -> None:
    passed_on = {**a_note(5, attributedTo="https://else.example/ann", content="theirs"), "type": "Announce"}
    attachment = [{"type": "Document", "url": "https://site.example/a.png", "name": "My knife"}]
    activities: list[Json] = [
        a_note(4, summary="Politics", attachment=attachment, oneOf=[{"name": "Yes"}]),
        passed_on,
        a_note(6, to=["https://site.example/users/ann"], cc=[]),
        {**a_note(7), "actor": "https://else.example/ann"},
        {"type": "Announce", "actor": ACTOR, "object": "https://else.example/1"},
        {"type": "Like", "actor": ACTOR, "object": {"content": "liked"}},
    ]
    give_webfinger(site)
    close_api(site)
    give_actor(site, activities)
    _, note, boost = run(fediverse(), "jroe@site.example").hits
    assert note.text.reveal() == "Politics\nnote 4\nYes\nMy knife"
    assert (boost.text.reveal(), boost.engagement) == ("theirs", Engagement.SHARED)
    assert boost.author.reveal() == "https://else.example/ann"
    assert len(site.asked) == 5


def test_posts_that_an_outbox_only_points_to_leave_the_search_partly_read(site: Site, run: Runner) -> None:
    give_webfinger(site)
    close_api(site)
    pointed: Json = {"type": "Create", "actor": ACTOR, "object": f"{ACTOR}/9"}
    give_actor(site, [a_note(1), pointed])
    assert run(fediverse(), "jroe@site.example").result.reason == "partly_read"
    give_actor(site, [pointed])
    assert run(fediverse(), "jroe@site.example").result.reason == "unreadable_answer"


def test_an_outbox_that_never_ends_ends(site: Site, run: Runner) -> None:
    give_webfinger(site)
    close_api(site)
    give_actor(site, [a_note(1)])
    again = {"type": "OrderedCollectionPage", "orderedItems": [a_note(1)], "next": f"{ACTOR}/outbox/1"}
    give(site, "/users/jroe/outbox/1", again)
    done = run(fediverse(), "jroe@site.example", pages=50, items=1000)
    assert (done.result.outcome, len(site.asked)) == (Outcome.COMPLETED, 5)


RSS = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Jane Roe</title>'
    "<item><guid>https://site.example/@jroe/1</guid><link>https://site.example/@jroe/1</link>"
    "<pubDate>Mon, 06 May 2024 07:08:09 +0000</pubDate><description>&lt;p&gt;from the feed</description></item>"
    "</channel></rss>"
)
OUTBOX = f"{ACTOR}/outbox"


def _outbox_says(site: Site, document: Json, **pages: Json) -> None:
    give_webfinger(site)
    close_api(site)
    give_actor(site, summary="", attachment=[])
    give(site, "/users/jroe/outbox", {"type": "OrderedCollection", **document})
    for number, page in pages.items():
        give(site, f"/users/jroe/outbox/{number}", {"type": "OrderedCollectionPage", **page})


def test_an_outbox_that_only_ever_leads_on_is_asked_a_few_times_and_is_unavailable(site: Site, run: Runner) -> None:
    _outbox_says(site, {})
    numbers = iter(range(1_000))

    def reply(handler: BaseHTTPRequestHandler) -> None:
        body = json.dumps({"type": "OrderedCollection", "first": f"{OUTBOX}?{next(numbers, 'end')}"}).encode()
        handler.send_response(200)
        handler.send_header("Content-Type", "application/activity+json")
        handler.end_headers()
        handler.wfile.write(body)

    site.routes["/users/jroe/outbox"] = reply
    done = run(fediverse(), "jroe@site.example", pages=3)
    assert (done.result.outcome, done.result.reason) == (Outcome.UNAVAILABLE, "unreadable_answer")
    assert len([path for path in site.paths() if "outbox" in path]) == 4, "itself, and three pages"


@pytest.mark.parametrize("total", [{}, {"totalItems": 500}, {"totalItems": 0}])
def test_an_outbox_that_leads_in_a_circle_is_unavailable(site: Site, run: Runner, total: Json) -> None:
    _outbox_says(site, {"first": OUTBOX, **total})
    done = run(fediverse(), "jroe@site.example")
    assert (done.result.outcome, done.result.reason) == (Outcome.UNAVAILABLE, "unreadable_answer")


CLOSED: dict[str, tuple[Json, dict[str, Json]]] = {
    "an empty first page in it": ({"totalItems": 500, "first": {"orderedItems": []}}, {}),
    "an empty first page": ({"totalItems": 500, "first": f"{OUTBOX}/p"}, {"p": {"orderedItems": []}}),
    "a page that says so": ({"first": f"{OUTBOX}/p"}, {"p": {"orderedItems": [], "totalItems": 500}}),
    "no number at all": ({"first": f"{OUTBOX}/p"}, {"p": {"orderedItems": []}}),
    "a number in words": ({"totalItems": "many", "first": {"orderedItems": []}}, {}),
    "two numbers": ({"totalItems": 0, "first": f"{OUTBOX}/p"}, {"p": {"orderedItems": [], "totalItems": 1}}),
}


@pytest.mark.parametrize("feed", [None, RSS.partition("<item>")[0] + "</channel></rss>"], ids=["no feed", "empty feed"])
@pytest.mark.parametrize("how", CLOSED)
def test_an_outbox_that_shows_nothing_without_saying_none_is_closed(
    site: Site, run: Runner, how: str, feed: str | None
) -> None:
    _outbox_says(site, CLOSED[how][0], **CLOSED[how][1])
    if feed is not None:
        site.answer("/@jroe.rss", feed, kind="application/rss+xml; charset=utf-8")
    done = run(fediverse(), "jroe@site.example")
    assert (done.result.outcome, done.result.reason) == (Outcome.BLOCKED, "not_publicly_available")


@pytest.mark.parametrize("first", [{}, {"first": f"{OUTBOX}/p"}, {"first": {"orderedItems": []}}])
def test_an_outbox_that_says_none_and_shows_none_is_nothing_found(site: Site, run: Runner, first: Json) -> None:
    _outbox_says(site, {"totalItems": 0, **first}, p={"orderedItems": []})
    assert run(fediverse(), "jroe@site.example").result.reason == "nothing_found"


def test_an_outbox_somewhere_else_is_not_followed(site: Site, run: Runner) -> None:
    give_webfinger(site)
    close_api(site)
    give_actor(site, [a_note(1)], outbox="https://other.example/outbox")
    assert run(fediverse(), "jroe@site.example").result.reason == "unreadable_answer"
    assert {headers["host"] for _, headers in site.asked} == {"site.example"}


@pytest.mark.parametrize("changes", [{"id": "https://site.example/users/ann"}, {"preferredUsername": "ann"}, {"id": 7}])
def test_an_actor_of_another_name_is_not_believed(site: Site, run: Runner, changes: Json) -> None:
    give_webfinger(site)
    close_api(site)
    give_actor(site, [a_note(1)], **changes)
    assert run(fediverse(), "jroe@site.example").result.reason == "handle_not_confirmed"


@pytest.mark.parametrize(("status", "suspended"), [(410, False), (200, True)])
def test_an_actor_that_is_gone_is_deactivated(site: Site, run: Runner, status: int, suspended: bool) -> None:
    give_webfinger(site)
    close_api(site)
    give_actor(site, suspended=suspended)
    if status == 410:
        give(site, "/users/jroe", {}, 410)
    assert run(fediverse(), "jroe@site.example").result.reason == "account_deactivated"


@pytest.mark.parametrize("closed", ["actor refuses", "outbox refuses", "outbox shows a number only", "actor is a page"])
def test_where_unsigned_readers_are_refused_the_feed_is_read(site: Site, run: Runner, closed: str) -> None:
    give_webfinger(site)
    close_api(site)
    give_actor(site, [a_note(1)])
    if closed == "actor refuses":
        give(site, "/users/jroe", {"error": "Request not signed"}, 401)
    elif closed == "outbox refuses":
        give(site, "/users/jroe/outbox", {}, 403)
    elif closed == "outbox shows a number only":
        give(site, "/users/jroe/outbox", {"type": "OrderedCollection", "totalItems": 12})
    else:
        site.answer("/users/jroe", "<html><p>Jane's page")
    site.answer("/@jroe.rss", RSS, kind="application/rss+xml; charset=utf-8")
    (hit,) = run(fediverse(), "jroe@site.example").hits
    assert (hit.text.reveal(), hit.author.reveal()) == ("from the feed", "jroe@site.example")
    assert (hit.platform, hit.engagement) == ("social_post", Engagement.AUTHORED)
    assert hit.profile is not None
    assert hit.profile.confirmed


def test_an_account_with_every_door_closed_is_blocked_and_never_nothing_found(site: Site, run: Runner) -> None:
    give_webfinger(site)
    close_api(site)
    give(site, "/users/jroe", {"error": "Request not signed"}, 401)
    done = run(fediverse(), "jroe@site.example", attempts=3)
    assert (done.result.outcome, done.result.reason) == (Outcome.BLOCKED, "not_publicly_available")
    assert (done.result.attempts, done.result.captures, done.hits) == (1, 5, ()), "robots.txt is kept too"
    assert run.again(done, fediverse(), "jroe@site.example").result.reason == done.result.reason


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        (WEBFINGER, 401, "http_401"),
        (WEBFINGER, 400, "api_error"),
        (WEBFINGER, 500, "http_5xx"),
        (LOOKUP, 429, "http_429"),
        (LOOKUP, 503, "http_5xx"),
        (STATUSES, 500, "http_5xx"),
        ("/users/jroe", 429, "http_429"),
        ("/users/jroe/outbox", 502, "http_5xx"),
    ],
)
def test_an_outage_or_a_limit_is_no_closed_door(site: Site, run: Runner, path: str, status: int, reason: str) -> None:
    give_mastodon(site, a_post(7))
    if path.startswith("/users"):
        close_api(site)
    give_actor(site, [a_note(1)])
    give(site, path, {"error": "x"}, status)
    done = run(fediverse(), "jroe@site.example")
    assert (done.result.reason, done.hits) == (reason, ())
    assert urlsplit(site.paths()[-1]).path == path, "no other door was tried"


def test_a_challenge_ends_the_search_and_no_way_round_it_is_looked_for(site: Site, run: Runner) -> None:
    give_webfinger(site)
    site.answer(LOOKUP, "<html><title>Just a moment...</title>", status=403)
    give_actor(site, [a_note(1)])
    assert run(fediverse(), "jroe@site.example").result.reason == "challenge_page"
    assert len(site.asked) == 2

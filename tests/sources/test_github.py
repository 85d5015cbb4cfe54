"""A disclosed GitHub account: profile, own words in public events, commits and repositories, and the hourly limit."""

import json
from collections.abc import Callable, Iterable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sources.loopback import AGENT, NOW, Runner, Site
from vetting.evidence import Engagement, Hit
from vetting.search import Outcome
from vetting.sources.github import Github, build

EVENTS = "/users/JRoe/events/public"
REPOSITORIES = "/users/JRoe/repos"
COMMITS = "/repos/jroe/boats/commits"
LINKS = [{"provider": "mastodon", "url": "https://social.example/@jroe"}, {"provider": "generic", "url": "ftp://x"}]
Json = dict[str, object]


def _source() -> Github:
    return build(AGENT, {"api": "http://site.example/"})


def _json(site: Site, path: str, document: object, status: int = 200, **headers: str) -> None:
    kind = "application/json; charset=utf-8"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    site.answer(path, json.dumps(document), status=status, kind=kind, headers=named)


def _paged(items: list[Json]) -> Callable[[BaseHTTPRequestHandler], None]:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(handler.path).query).items()}
        size, page = int(asked["per_page"]), int(asked["page"])
        body = json.dumps(items[(page - 1) * size : page * size]).encode()
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json; charset=utf-8")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def _account(site: Site, events: Iterable[Json] = (), repositories: Iterable[Json] = (), **changes: object) -> None:
    user = {
        "login": "JRoe",
        "id": 7,
        "type": "User",
        "name": "Jane Roe",
        "company": None,
        "blog": "roe.example",
        "location": "Riverton",
        "email": "jane@roe.example",
        "bio": "Boats, see https://boats.example/jroe.",
        "html_url": "https://code.example/JRoe",
        "created_at": "2011-01-02T03:04:05Z",
        **changes,
    }
    _json(site, "/users/jroe", user)
    _json(site, "/users/jroe/social_accounts", LINKS)
    site.routes[EVENTS] = _paged(list(events))
    site.routes[REPOSITORIES] = _paged(list(repositories))


def _event(number: int, kind: str, payload: Json, actor: str = "JRoe") -> Json:
    return {
        "id": str(number),
        "type": kind,
        "actor": {"login": actor},
        "repo": {"name": "jroe/boats"},
        "payload": payload,
        "created_at": "2024-05-06T07:08:09Z",
    }


def _comment(number: int, by: str = "JRoe", **changes: object) -> Json:
    comment = {
        "html_url": f"https://code.example/c/{number}",
        "body": f"comment {number}",
        "user": {"login": by},
        "created_at": "2024-05-01T00:00:00Z",
        **changes,
    }
    return _event(number, "IssueCommentEvent", {"action": "created", "comment": comment, "issue": {"body": "theirs"}})


def _push(*commits: Json) -> Json:
    return _event(900, "PushEvent", {"ref": "refs/heads/main", "commits": list(commits)})


def _told(hits: Iterable[Hit]) -> list[str]:
    return [hit.text.reveal() for hit in hits]


def test_profile_comments_and_repositories_are_read(site: Site, run: Runner) -> None:
    described = {"id": 1, "description": "Hulls", "html_url": "https://code.example/jroe/boats", "fork": False}
    _account(site, [_comment(1)], [{**described, "created_at": "2020-01-02T03:04:05Z"}, {"id": 2, "description": None}])
    profile, comment, repository = run(_source(), "@jroe").hits
    assert (profile.platform, profile.posted_at) == ("profile", None)
    assert profile.text.reveal() == "Boats, see https://boats.example/jroe."
    assert (comment.text.reveal(), comment.platform, comment.engagement) == (
        "comment 1",
        "repository",
        Engagement.AUTHORED,
    )
    assert comment.posted_at is not None
    assert comment.posted_at.isoformat() == "2024-05-01T00:00:00+00:00"
    assert (comment.locator.reveal(), comment.author.reveal()) == ("https://code.example/c/1", "JRoe")
    assert (repository.text.reveal(), repository.engagement) == ("Hulls", Engagement.AUTHORED)


def test_what_the_account_says_of_its_owner_is_kept_and_nothing_of_it_counts_as_verified(
    site: Site, run: Runner
) -> None:
    _account(site, [_comment(1)])
    for hit in run(_source(), "jroe").hits:
        assert hit.profile is not None
        assert (hit.profile.handle.reveal(), hit.profile.name.reveal()) == ("JRoe", "Jane Roe")
        assert hit.profile.place.reveal() == "Riverton"
        assert [email.reveal() for email in hit.profile.emails] == ["jane@roe.example"]
        assert [(link.url.reveal(), link.verified) for link in hit.profile.links] == [
            ("https://roe.example", False),
            ("https://social.example/@jroe", False),
            ("https://boats.example/jroe", False),
        ]
        assert not hit.profile.confirmed


def test_only_the_account_s_own_words_in_an_event_are_read_and_each_once(site: Site, run: Runner) -> None:
    issue = {"html_url": "https://code.example/i/1", "title": "Leak", "body": "At the keel", "user": {"login": "jroe"}}
    theirs = {"html_url": "https://code.example/i/2", "title": "No", "body": "No", "user": {"login": "ann"}}
    events = [
        _event(1, "IssuesEvent", {"action": "closed", "issue": issue}),
        _event(2, "IssuesEvent", {"action": "opened", "issue": issue}),
        _event(3, "IssuesEvent", {"action": "closed", "issue": theirs}),
        _comment(4, by="ann"),
        {**_comment(5), "actor": {"login": "ann"}},
        _event(6, "WatchEvent", {"action": "started"}),
        _event(7, "PullRequestEvent", {"action": "opened", "pull_request": {"id": 1, "number": 2}}),
        _event(8, "PullRequestReviewEvent", {"review": {"body": "Fine", "user": {"login": "JROE"}}}),
        _event(9, "ReleaseEvent", {"release": {"name": "v1", "body": "Floats", "author": {"login": "jroe"}}}),
        _event(10, "SomethingNew", {"comment": {"body": "x", "user": {"login": "jroe"}}}),
    ]
    _account(site, events, bio=None)
    assert _told(run(_source(), "jroe").hits) == ["Leak\nAt the keel", "Fine", "v1\nFloats"]


def test_a_pushed_commit_of_another_is_shared(site: Site, run: Runner) -> None:
    people = [
        {"name": "Jane Roe", "email": "x@y.example"},
        {"name": "J", "email": "Jane@Roe.example"},
        {"name": "J", "email": "7+jroe@users.noreply.github.com"},
        {"name": "Ann Poe", "email": "ann@poe.example"},
    ]
    commits: list[Json] = [
        {"sha": str(n), "url": f"https://x.example/{n}", "message": f"commit {n}", "author": author}
        for n, author in enumerate(people)
    ]
    _account(site, [_push(*commits)], bio="")
    hits = run(_source(), "jroe").hits
    assert [hit.engagement for hit in hits] == [Engagement.AUTHORED] * 3 + [Engagement.SHARED]
    assert (hits[3].author.reveal(), hits[3].text.reveal()) == ("Ann Poe", "commit 3")
    assert COMMITS not in [urlsplit(path).path for path in site.paths()]


def test_commits_that_an_event_no_longer_shows_are_asked_for_by_author(site: Site, run: Runner) -> None:
    def commit(number: int, login: object) -> Json:
        details = {"message": f"commit {number}", "author": {"name": "J", "date": "2024-05-06T07:08:09Z"}}
        author = {"login": login} if login else None
        return {"sha": str(number), "html_url": f"https://x.example/{number}", "commit": details, "author": author}

    push = _event(900, "PushEvent", {"ref": "refs/heads/main", "head": "abc"})
    elsewhere = {**push, "id": "901", "repo": {"name": "../../etc"}}
    _account(site, [push, {**push, "id": "902"}, elsewhere], bio="")
    _json(site, COMMITS, [commit(1, "jroe"), commit(2, "ann"), commit(3, None)])
    done = run(_source(), "jroe")
    assert (_told(done.hits), done.result.reason) == (["commit 1"], "found")
    asked = [path for path in site.paths() if path.startswith("/repos/")]
    assert [parse_qs(urlsplit(path).query)["author"] for path in asked] == [["JRoe"]]


@pytest.mark.parametrize(
    ("status", "reason"), [(404, "partly_read"), (451, "partly_read"), (409, "found"), (403, "http_403")]
)
def test_a_repository_that_is_gone_leaves_the_search_partly_read(
    site: Site, run: Runner, status: int, reason: str
) -> None:
    _account(site, [_event(900, "PushEvent", {})])
    _json(site, COMMITS, {"message": "No"}, status)
    assert run(_source(), "jroe").result.reason == reason


def test_a_fork_s_description_is_another_s(site: Site, run: Runner) -> None:
    _account(site, [], [{"id": 1, "description": "Theirs", "fork": True}], bio="")
    (hit,) = run(_source(), "jroe").hits
    assert hit.engagement is Engagement.SHARED


def test_pages_are_followed_to_the_limit(site: Site, run: Runner) -> None:
    repositories = [{"id": n, "description": f"d{n}"} for n in range(250)]
    _account(site, [_comment(n) for n in range(500)], repositories, bio="")
    assert len(run(_source(), "jroe", pages=10, items=1000).hits) == 300 + 250, "GitHub shows three pages of events"
    assert len(run(_source(), "jroe", pages=1, items=1000).hits) == 200
    assert len(run(_source(), "jroe", pages=10, items=120).hits) == 120


def test_a_page_that_never_changes_ends_the_paging(site: Site, run: Runner) -> None:
    _account(site, bio="")
    _json(site, REPOSITORIES, [{"id": n, "description": f"d{n}"} for n in range(100)])
    done = run(_source(), "jroe", pages=50, items=1000)
    assert (len(done.hits), len(site.asked)) == (100, 5)


def test_an_account_without_words_is_no_results(site: Site, run: Runner) -> None:
    _account(site, bio=None)
    assert run(_source(), "jroe").result.reason == "nothing_found"


def test_an_account_that_is_not_there_is_no_results_where_the_api_is(site: Site, run: Runner) -> None:
    _json(site, "/users/jroe", {"message": "Not Found", "status": "404"}, 404)
    _json(site, "/", {"user_url": "http://site.example/users/{user}"})
    done = run(_source(), "jroe")
    assert (done.result.outcome, done.result.reason) == (Outcome.NO_RESULTS, "account_not_found")
    assert run.again(done, _source(), "jroe").result.reason == done.result.reason


@pytest.mark.parametrize("root", [None, {}, {"user_url": 7}, [], "<html>Welcome"])
def test_a_wrong_address_in_the_configuration_never_looks_like_a_clean_candidate(
    site: Site, run: Runner, root: object
) -> None:
    if isinstance(root, str):
        site.answer("/", root)
    elif root is not None:
        _json(site, "/", root)
    assert run(_source(), "jroe").result.outcome is Outcome.UNAVAILABLE


def test_an_account_of_another_name_or_of_an_organization_is_not_searched(site: Site, run: Runner) -> None:
    _account(site, login="ann")
    assert run(_source(), "jroe").result.reason == "handle_not_confirmed"
    _account(site, type="Organization")
    assert run(_source(), "jroe").result.reason == "anchor_unusable"
    assert {urlsplit(path).path for path in site.paths()} == {"/users/jroe"}


def test_a_server_older_than_the_list_of_links_is_read_without_it(site: Site, run: Runner) -> None:
    _account(site, [_comment(1)])
    _json(site, "/users/jroe/social_accounts", {"message": "Not Found"}, 404)
    assert len(run(_source(), "jroe").hits) == 2


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize("path", ["/users/jroe", EVENTS, REPOSITORIES, COMMITS])
def test_a_used_up_limit_is_blocked_and_waited_for_as_long_as_the_server_says(
    site: Site, run: Runner, path: str, status: int
) -> None:
    _account(site, [_event(900, "PushEvent", {})])
    soon = str(int((NOW + timedelta(seconds=61)).timestamp()))
    _json(site, path, {"message": "rate limit"}, status, X_RateLimit_Remaining="0", X_RateLimit_Reset=soon)
    done = run(_source(), "jroe", attempts=2)
    assert (done.result.outcome, done.result.reason, done.hits) == (Outcome.BLOCKED, "http_429", ())
    assert [round(seconds) for seconds in run.waited] == [60]


def test_a_limit_that_lasts_longer_than_we_wait_is_not_asked_again(site: Site, run: Runner) -> None:
    later = str(int((NOW + timedelta(minutes=59)).timestamp()))
    _json(site, "/users/jroe", {}, 403, X_RateLimit_Remaining="0", X_RateLimit_Reset=later)
    assert run(_source(), "jroe", attempts=5).result.outcome is Outcome.BLOCKED
    assert (len(site.asked), run.waited) == (1, [])


@pytest.mark.parametrize(("status", "reason"), [(401, "http_401"), (403, "http_403"), (500, "http_5xx")])
def test_a_refusal_and_a_failure_are_told_apart(site: Site, run: Runner, status: int, reason: str) -> None:
    _account(site)
    _json(site, EVENTS, {"message": "no"}, status, X_RateLimit_Remaining="12")
    assert run(_source(), "jroe").result.reason == reason


@pytest.mark.parametrize("login", ["", "-jroe", "jroe-", "j roe", "../jroe", "j" * 40, "jroe/repos", "j\u00e9", "a--b"])
def test_a_disclosed_account_that_is_none_touches_no_network(site: Site, run: Runner, login: str) -> None:
    done = run(_source(), login, attempts=3)
    assert (done.result.outcome, done.result.reason) == (Outcome.UNAVAILABLE, "anchor_unusable")
    assert site.asked == []


@pytest.mark.parametrize("document", [{}, [1], "x", None])
@pytest.mark.parametrize("path", ["/users/jroe/social_accounts", EVENTS, REPOSITORIES, COMMITS])
def test_lists_that_are_none_are_unreadable(site: Site, run: Runner, path: str, document: object) -> None:
    _account(site, [_event(900, "PushEvent", {})])
    _json(site, path, document)
    assert run(_source(), "jroe").result.reason == "unreadable_answer"


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"payload": 7},
        {"type": []},
        {"actor": "JRoe"},
        _push({}),
        _push({"author": 7, "message": []}),
        _event(1, "IssuesEvent", {"issue": 7}),
        _event(1, "PushEvent", {"commits": 7}),
        _comment(1, body=None),
    ],
)
def test_events_of_another_shape_say_nothing_and_break_nothing(site: Site, run: Runner, event: Json) -> None:
    _account(site, [event, _comment(2)], bio="")
    _json(site, COMMITS, [])
    assert _told(run(_source(), "jroe").hits) == ["comment 2"]


def test_the_recording_of_an_account_gives_the_same_again(site: Site, run: Runner) -> None:
    _account(site, [_comment(n) for n in range(130)], [{"id": 1, "description": "Hulls"}])
    first = run(_source(), "jroe", items=500)
    again = run.again(first, _source(), "jroe", items=500)
    assert [hit.text for hit in again.hits] == [hit.text for hit in first.hits]
    assert again.result.captures == first.result.captures == 5

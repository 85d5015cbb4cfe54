"""A disclosed wiki account: its user page and edit summaries; errors that come with status 200 are errors."""

import json
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sources.loopback import AGENT, Runner, Site
from vetting.evidence import Engagement
from vetting.search import Outcome
from vetting.sources.mediawiki import Mediawiki, build

USERS = {"query": {"users": [{"userid": 2, "name": "Jane Roe"}]}}
PAGE = "I build [[boat]]s. [https://roe.example/boats My yard], jane@roe.example"
MISSING = {"query": {"users": [{"name": "Jane Roe", "missing": True}]}}


def _source() -> Mediawiki:
    return build(AGENT, {"api": "http://wiki.example/api.php"})


def _wiki(site: Site, users: object = USERS, *, edits: int = 1, page_by: str | None = "Jane Roe") -> None:
    """Answers api.php as MediaWiki 1.39 does, 50 edits a page."""

    def document(asked: dict[str, str]) -> object:
        if asked.get("list") == "users":
            return users
        if asked.get("prop") == "revisions":
            revision = {
                "revid": 7,
                "user": page_by,
                "timestamp": "2024-02-03T04:05:06Z",
                "slots": {"main": {"content": PAGE}},
            }
            page: dict[str, object] = {"title": "User:Jane Roe", "missing": True}
            return {"query": {"pages": [{"revisions": [revision]} if page_by else page]}}
        start = int(asked.get("uccontinue", "0"))
        rows = [
            {"revid": n, "title": "Town", "timestamp": "2024-02-03T04:05:06Z", "comment": f"edit {n}"}
            for n in range(start, min(start + 50, edits))
        ]
        more = {"continue": {"uccontinue": str(start + 50), "continue": "-||"}} if start + 50 < edits else {}
        return {"batchcomplete": True, **more, "query": {"usercontribs": rows}}

    def reply(handler: BaseHTTPRequestHandler) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(handler.path).query).items()}
        body = json.dumps(document(asked)).encode()
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    site.routes["/api.php"] = reply


@pytest.mark.parametrize("page_by", ["Jane Roe", "Ann Poe"])
def test_what_the_account_wrote_on_its_own_page_stands_beside_every_hit(site: Site, run: Runner, page_by: str) -> None:
    _wiki(site, edits=1, page_by=page_by)
    own = page_by == "Jane Roe"
    for hit in run(_source(), "Jane Roe").hits:
        assert hit.profile is not None
        assert hit.profile.handle.reveal() == "Jane Roe"
        assert [link.url.reveal() for link in hit.profile.links] == (["https://roe.example/boats"] if own else [])
        assert [email.reveal() for email in hit.profile.emails] == (["jane@roe.example"] if own else [])
        assert not hit.profile.confirmed


def test_the_user_page_and_the_edit_summaries_are_hits(site: Site, run: Runner) -> None:
    _wiki(site, edits=2)
    done = run(_source(), "User:jane_Roe")
    page, *edits = done.hits
    assert (page.text.reveal(), page.platform) == (PAGE, "profile")
    assert [edit.text.reveal() for edit in edits] == ["edit 0", "edit 1"]
    assert {edit.platform for edit in edits} == {"wiki_edit"}
    assert all(hit.engagement is Engagement.AUTHORED and hit.posted_at for hit in done.hits)


def test_a_user_page_somebody_else_wrote_is_not_the_candidate_s_own_words(site: Site, run: Runner) -> None:
    _wiki(site, edits=0, page_by="Another")
    (page,) = run(_source(), "Jane Roe").hits
    assert page.engagement is Engagement.ABOUT_SUBJECT
    assert page.author.reveal() == "Another"


def test_edits_are_followed_to_the_limit(site: Site, run: Runner) -> None:
    _wiki(site, edits=170, page_by=None)
    assert len(run(_source(), "Jane Roe", pages=9, items=500).hits) == 170
    assert len(run(_source(), "Jane Roe", pages=2, items=500).hits) == 100
    assert len(run(_source(), "Jane Roe", pages=9, items=60).hits) == 60


def test_an_account_that_does_not_exist_is_no_results(site: Site, run: Runner) -> None:
    _wiki(site, MISSING)
    done = run(_source(), "Jane Roe")
    assert (done.result.outcome, done.result.reason) == (Outcome.NO_RESULTS, "account_not_found")
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    ("code", "outcome", "reason"),
    [
        ("ratelimited", Outcome.BLOCKED, "http_429"),
        ("readapidenied", Outcome.BLOCKED, "api_refused"),
        ("readonly", Outcome.UNAVAILABLE, "api_error"),
        ("internal_api_error_DBQueryError", Outcome.UNAVAILABLE, "api_error"),
        ("", Outcome.UNAVAILABLE, "api_error"),
    ],
)
def test_an_error_that_comes_with_status_200_is_an_error(
    site: Site, run: Runner, code: str, outcome: Outcome, reason: str
) -> None:
    _wiki(site, {"error": {"code": code, "info": "words"}})
    done = run(_source(), "Jane Roe")
    assert (done.result.outcome, done.result.reason) == (outcome, reason)


@pytest.mark.parametrize("name", ["", "A|B", "A#B", "<b>", "x" * 300])
def test_a_name_that_no_wiki_allows_touches_no_network(site: Site, run: Runner, name: str) -> None:
    assert run(_source(), name).result.reason == "anchor_unusable"
    assert site.asked == []


@pytest.mark.parametrize("users", [[], {}, {"query": []}, {"query": {"users": "x"}}])
def test_an_answer_of_another_shape_is_unreadable(site: Site, run: Runner, users: object) -> None:
    _wiki(site, users)
    assert run(_source(), "Jane Roe").result.outcome is Outcome.UNAVAILABLE


def test_the_recording_gives_the_same_again(site: Site, run: Runner) -> None:
    _wiki(site, edits=60)
    first = run(_source(), "Jane Roe", items=500)
    again = run.again(first, _source(), "Jane Roe", items=500)
    assert [hit.text for hit in again.hits] == [hit.text for hit in first.hits]

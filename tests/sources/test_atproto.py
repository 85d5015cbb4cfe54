"""A disclosed AT Protocol account: confirmed both ways, read page by page, and left alone where its owner asks."""

import json
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sources.loopback import AGENT, Runner, Site
from vetting.evidence import Engagement
from vetting.search import Outcome
from vetting.sources.atproto import Atproto, build

DID = "did:plc:abcdefghijklmnopqrstuvwx"
SETTINGS = {"resolver": "http://site.example", "plc_directory": "http://plc.example"}


def _source() -> Atproto:
    return build(AGENT, SETTINGS)


def _json(site: Site, path: str, document: object, status: int = 200) -> None:
    site.answer(path, json.dumps(document), status=status, kind="application/json; charset=utf-8")


def _account(site: Site, *, claims: str = "at://jroe.riverton.test", did: str = DID) -> None:
    _json(site, "/xrpc/com.atproto.identity.resolveHandle", {"did": DID})
    service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": "https://pds.example"}
    _json(site, f"/{DID}", {"id": did, "alsoKnownAs": [claims], "service": [service]})


def _post(number: int) -> dict[str, object]:
    value = {"$type": "app.bsky.feed.post", "text": f"post {number}", "createdAt": "2024-05-06T07:08:09.123Z"}
    return {"uri": f"at://{DID}/app.bsky.feed.post/{number}", "cid": "c", "value": value}


def _records(
    site: Site, posts: list[dict[str, object]], profile: dict[str, object] | None, *, endless: bool = False
) -> None:
    """Answers listRecords for both collections, as a personal data server pages them."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(handler.path).query).items()}
        size, start = int(asked["limit"]), int(asked.get("cursor", "0"))
        document: dict[str, object] = {"records": posts[start : start + size]}
        if asked["collection"] == "app.bsky.actor.profile":
            document = {"records": [{"uri": f"at://{DID}/p/self", "cid": "c", "value": profile}] if profile else []}
        elif endless or start + size < len(posts):
            document["cursor"] = asked.get("cursor", "1") if endless else str(start + size)
        body = json.dumps(document).encode()
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json; charset=utf-8")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    site.routes["/xrpc/com.atproto.repo.listRecords"] = reply


def test_profile_and_posts_are_read_with_time_and_address(site: Site, run: Runner) -> None:
    _account(site)
    _records(site, [_post(1)], {"description": "Boat builder", "displayName": "Jane"})
    done = run(_source(), "@JRoe.riverton.test")
    profile, post = done.hits
    assert (profile.text.reveal(), profile.platform) == ("Boat builder", "profile")
    assert (post.text.reveal(), post.platform, post.engagement) == ("post 1", "social_post", Engagement.AUTHORED)
    assert post.locator.reveal() == f"at://{DID}/app.bsky.feed.post/1"
    assert post.author.reveal() == "jroe.riverton.test"
    assert post.posted_at is not None
    assert post.posted_at.isoformat() == "2024-05-06T07:08:09.123000+00:00"


def test_what_the_account_says_of_its_owner_stands_beside_every_hit(site: Site, run: Runner) -> None:
    _account(site)
    said = "Boats: https://roe.example/boats. Write to jane@roe.example"
    _records(site, [_post(1)], {"description": said, "displayName": "Jane Roe"})
    for hit in run(_source(), "jroe.riverton.test").hits:
        assert hit.profile is not None
        assert (hit.profile.handle.reveal(), hit.profile.name.reveal()) == ("jroe.riverton.test", "Jane Roe")
        assert [(link.url.reveal(), link.verified) for link in hit.profile.links] == [
            ("https://roe.example/boats", False)
        ]
        assert [email.reveal() for email in hit.profile.emails] == ["jane@roe.example"]
        assert hit.profile.confirmed, "the DID document claims the handle"


def test_the_words_an_author_gave_to_pictures_belong_to_the_post(site: Site, run: Runner) -> None:
    _account(site)
    record = _post(1)
    embed = {"images": [{"alt": "My knife collection"}, {"alt": ""}, 7], "external": {"title": "Not the author's"}}
    record["value"] = {"text": "", "createdAt": "never", "embed": embed}
    _records(site, [record], None)
    (hit,) = run(_source(), "jroe.riverton.test").hits
    assert hit.text.reveal() == "My knife collection"
    assert hit.posted_at is None


def test_pages_are_followed_to_the_limit(site: Site, run: Runner) -> None:
    _account(site)
    _records(site, [_post(number) for number in range(350)], None)
    assert len(run(_source(), "jroe.riverton.test", pages=10, items=1000).hits) == 350
    assert len(run(_source(), "jroe.riverton.test", pages=2, items=1000).hits) == 200
    assert len(run(_source(), "jroe.riverton.test", pages=10, items=120).hits) == 120


def test_a_cursor_that_never_ends_ends(site: Site, run: Runner) -> None:
    _account(site)
    _records(site, [_post(number) for number in range(5)], None, endless=True)
    done = run(_source(), "jroe.riverton.test", pages=50, items=1000)
    assert done.result.outcome is Outcome.COMPLETED
    assert len(site.asked) < 8


def test_an_owner_who_does_not_want_to_be_shown_is_left_alone(site: Site, run: Runner) -> None:
    _account(site)
    labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "!no-unauthenticated"}]}
    _records(site, [_post(1)], {"description": "shy words", "labels": labels})
    done = run(_source(), "jroe.riverton.test", attempts=3)
    assert (done.result.outcome, done.result.reason) == (Outcome.BLOCKED, "withheld_at_users_request")
    assert (done.hits, done.result.attempts) == ((), 1)
    assert all(b"shy words" not in capture.warc and b"post 1" not in capture.warc for capture in done.captures)
    assert not [path for path in site.paths() if "feed.post" in path], "the posts were not even asked for"
    assert run.again(done, _source(), "jroe.riverton.test").result.reason == done.result.reason


@pytest.mark.parametrize("claims", ["at://somebody.else.test", "https://jroe.riverton.test", ""])
def test_a_handle_its_owner_does_not_claim_is_not_searched(site: Site, run: Runner, claims: str) -> None:
    _account(site, claims=claims)
    _records(site, [_post(1)], None)
    done = run(_source(), "jroe.riverton.test")
    assert (done.result.outcome, done.result.reason, done.hits) == (Outcome.UNAVAILABLE, "handle_not_confirmed", ())


def test_a_document_of_another_identity_is_not_believed(site: Site, run: Runner) -> None:
    _account(site, did="did:plc:zzzzzzzzzzzzzzzzzzzzzzzz")
    assert run(_source(), "jroe.riverton.test").result.reason == "handle_not_confirmed"


@pytest.mark.parametrize(
    ("error", "message", "reason"),
    [
        ("HandleNotFound", "", "account_not_found"),
        ("InvalidRequest", "Unable to resolve handle", "account_not_found"),
        ("RepoDeactivated", "", "account_deactivated"),
        ("RepoTakendown", "", "account_deactivated"),
    ],
)
def test_an_account_that_is_gone_is_no_results(site: Site, run: Runner, error: str, message: str, reason: str) -> None:
    _json(site, "/xrpc/com.atproto.identity.resolveHandle", {"error": error, "message": message}, 400)
    done = run(_source(), "jroe.riverton.test")
    assert (done.result.outcome, done.result.reason) == (Outcome.NO_RESULTS, reason)


@pytest.mark.parametrize(
    ("status", "document"),
    [(400, {"error": "InvalidRequest", "message": "something else"}), (404, {"error": "MethodNotFound"}), (500, {})],
)
def test_any_other_error_is_unavailable(site: Site, run: Runner, status: int, document: object) -> None:
    _json(site, "/xrpc/com.atproto.identity.resolveHandle", document, status)
    assert run(_source(), "jroe.riverton.test").result.outcome is Outcome.UNAVAILABLE


def test_a_tombstoned_identity_is_no_results(site: Site, run: Runner) -> None:
    _account(site)
    _json(site, f"/{DID}", {"message": "tombstoned"}, 410)
    assert run(_source(), "jroe.riverton.test").result.reason == "account_deactivated"


@pytest.mark.parametrize("handle", ["", "jroe", "not a handle", "x" * 300 + ".test", "a..b.test", "http://x.test/"])
def test_a_disclosed_handle_that_is_none_touches_no_network(site: Site, run: Runner, handle: str) -> None:
    done = run(_source(), handle, attempts=3)
    assert (done.result.outcome, done.result.reason) == (Outcome.UNAVAILABLE, "anchor_unusable")
    assert site.asked == []


@pytest.mark.parametrize(
    "did",
    ["", "did:plc:short", "did:key:z6Mk", "did:web:../../etc", "javascript:alert(1)", "did:plc:" + "a" * 24 + "/../x"],
)
def test_a_hostile_identity_is_not_followed(site: Site, run: Runner, did: str) -> None:
    _json(site, "/xrpc/com.atproto.identity.resolveHandle", {"did": did})
    done = run(_source(), "jroe.riverton.test")
    assert done.result.outcome is Outcome.UNAVAILABLE
    assert len(site.asked) == 1


@pytest.mark.parametrize("endpoint", ["file:///etc/passwd", "http://u:p@pds.example", "", "not an address"])
def test_a_hostile_server_address_is_not_followed(site: Site, run: Runner, endpoint: str) -> None:
    _account(site)
    service = {"id": "#atproto_pds", "serviceEndpoint": endpoint}
    _json(site, f"/{DID}", {"id": DID, "alsoKnownAs": ["at://jroe.riverton.test"], "service": [service]})
    done = run(_source(), "jroe.riverton.test")
    assert done.result.outcome in {Outcome.UNAVAILABLE, Outcome.BLOCKED}
    assert len(site.asked) == 2


@pytest.mark.parametrize("document", [[], {"records": 1}, {"records": [1]}, {}, {"records": [{"value": []}]}])
def test_records_that_are_none_are_unreadable_or_empty(site: Site, run: Runner, document: object) -> None:
    _account(site)
    _json(site, "/xrpc/com.atproto.repo.listRecords", document)
    done = run(_source(), "jroe.riverton.test")
    empty = document == {"records": [{"value": []}]}
    assert done.result.reason == ("nothing_found" if empty else "unreadable_answer")


def test_the_recording_of_an_account_gives_the_same_again(site: Site, run: Runner) -> None:
    _account(site)
    _records(site, [_post(number) for number in range(130)], {"description": "Boats"})
    first = run(_source(), "jroe.riverton.test", items=500)
    again = run.again(first, _source(), "jroe.riverton.test", items=500)
    assert [hit.text for hit in again.hits] == [hit.text for hit in first.hits]
    assert again.result.captures == first.result.captures == 5

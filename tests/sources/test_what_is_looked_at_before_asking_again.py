"""Where one page does not say whether it may still be shown, the source looks first, as it did when it searched."""

import json
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sources.fediverse import (
    LOOKUP,
    STATUSES,
    WEBFINGER,
    Json,
    a_note,
    a_post,
    an_account,
    close_api,
    fediverse,
    give,
    give_actor,
    give_mastodon,
    give_webfinger,
)
from tests.sources.loopback import AGENT, NOW, Nobody, Runner, Site, planned
from vetting.sources import atproto, site_profiles, web_archive
from vetting.sources.asking_again import AskedAgain, ask_again, stands_on
from vetting.sources.conduct import Conducted
from vetting.sources.interface import Source

DID = "did:plc:abcdefghijklmnopqrstuvwx"
RECORDS = "/xrpc/com.atproto.repo.listRecords"
OPTED_OUT: Json = {"labels": {"values": [{"val": "!no-unauthenticated"}]}}
ACCOUNT = "@jroe@site.example"

Again = Callable[[Source, str, Conducted], AskedAgain]


@pytest.fixture
def again(run: Runner) -> Again:
    """Return what asks once more for what the last hit of a search stands on."""

    def ask(source: Source, query: str, done: Conducted) -> AskedAgain:
        warc = next(capture.warc for capture in done.captures if capture.id == done.hits[-1].capture_id)
        return ask_again(source, planned(query), stands_on(warc), run.transport, lambda: NOW, run.new_id)

    return ask


def _atproto() -> Source:
    return atproto.build(AGENT, {"resolver": "http://site.example", "plc_directory": "http://plc.example"})


def _repo(site: Site, profile: Json | None) -> None:
    """An account with one post."""
    give(site, "/xrpc/com.atproto.identity.resolveHandle", {"did": DID})
    service = {"id": "#atproto_pds", "serviceEndpoint": "https://pds.example"}
    give(site, f"/{DID}", {"id": DID, "alsoKnownAs": ["at://jroe.riverton.test"], "service": [service]})
    post = {"uri": "at://post", "value": {"text": "I raced.", "createdAt": "2024-05-06T07:08:09Z"}}

    def reply(handler: BaseHTTPRequestHandler) -> None:
        own = parse_qs(urlsplit(handler.path).query)["collection"] == [atproto.PROFILE]
        records = [{"uri": "at://profile", "value": profile}] if profile is not None else []
        body = json.dumps({"records": records if own else [post]}).encode()
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    site.routes[RECORDS] = reply


@pytest.mark.parametrize("profile", [None, {"description": "Boats"}])
def test_an_account_that_is_still_shown_is_asked_for_its_posts(
    site: Site, run: Runner, again: Again, profile: Json | None
) -> None:
    _repo(site, profile)
    answer = again(_atproto(), "jroe.riverton.test", run(_atproto(), "jroe.riverton.test"))
    assert (answer.reason, answer.gone, answer.same_payload) == ("", False, True)


def test_an_account_whose_owner_opted_out_since_is_not_asked_and_nothing_of_it_is_kept(
    site: Site, run: Runner, again: Again
) -> None:
    _repo(site, {"description": "Boats"})
    done = run(_atproto(), "jroe.riverton.test")
    _repo(site, OPTED_OUT | {"description": "shy words"})
    asked = len(site.asked)
    answer = again(_atproto(), "jroe.riverton.test", done)
    assert (answer.reason, answer.gone) == ("withheld_at_users_request", False)
    assert [parse_qs(urlsplit(path).query)["collection"] for path in site.paths()[asked:]] == [[atproto.PROFILE]]
    assert b"withheld: withheld_at_users_request" in answer.captures[-1].warc
    assert not any(word in capture.warc for capture in answer.captures for word in (b"shy words", b"I raced."))


def test_a_deactivated_account_is_gone(site: Site, run: Runner, again: Again) -> None:
    _repo(site, None)
    done = run(_atproto(), "jroe.riverton.test")
    give(site, RECORDS, {"error": "RepoDeactivated"}, 400)
    assert again(_atproto(), "jroe.riverton.test", done).gone


def test_a_fediverse_account_with_noindex_set_since_is_not_asked_and_nothing_of_it_is_kept(
    site: Site, run: Runner, again: Again
) -> None:
    give_mastodon(site, a_post(7))
    done = run(fediverse(), ACCOUNT)
    assert again(fediverse(), ACCOUNT, done).same_payload
    give(site, LOOKUP, an_account(noindex=True, note="shy words"))
    asked = len(site.asked)
    answer = again(fediverse(), ACCOUNT, done)
    assert (answer.reason, answer.gone) == ("withheld_at_users_request", False)
    assert not any(path.startswith(STATUSES) for path in site.paths()[asked:])
    assert not any(b"shy words" in capture.warc for capture in answer.captures)


@pytest.mark.parametrize("gone", ["suspended", "unknown"])
def test_a_fediverse_account_that_is_no_more_is_gone_and_its_empty_list_is_no_change(
    site: Site, run: Runner, again: Again, gone: str
) -> None:
    give_mastodon(site, a_post(7))
    done = run(fediverse(), ACCOUNT)
    give_mastodon(site, suspended=True)
    if gone == "unknown":
        give(site, WEBFINGER, {}, 410)
    assert again(fediverse(), ACCOUNT, done).gone


def test_a_fediverse_server_whose_interface_is_closed_is_asked_at_the_door_that_was_open(
    site: Site, run: Runner, again: Again
) -> None:
    give_webfinger(site)
    close_api(site)
    give_actor(site, [a_note(1)])
    assert again(fediverse(), ACCOUNT, run(fediverse(), ACCOUNT)).same_payload


def _sites(missing: Json) -> Source:
    entry = {
        "id": "a_site",
        "name": "A Site",
        "category": "crafts",
        "profile": "http://site.example/@{account}",
        "exists": {"status": 200, "text": "Makes by {account}"},
        "missing": missing,
        "known": "staff",
        "reviewed_on": "2026-01-02",
    }
    return site_profiles.build(AGENT, {"sites": [entry]})


HARD: Json = {"status": 404}
SOFT: Json = {"status": 200, "text": "No such person"}


def test_a_site_that_shows_nobody_any_more_says_nothing_of_one_profile(site: Site, run: Runner, again: Again) -> None:
    for name in ("staff", "jroe"):
        site.answer(f"/@{name}", f"<p>Makes by {name}</p>")
    done = run(_sites(HARD), "a_site:jroe")
    assert again(_sites(HARD), "a_site:jroe", done).same_payload
    for name in ("staff", "jroe"):
        site.answer(f"/@{name}", status=404)
    answer = again(_sites(HARD), "a_site:jroe", done)
    assert (answer.reason, answer.gone) == ("inconclusive", False)


@pytest.mark.parametrize("missing", [HARD, SOFT])
def test_a_profile_is_gone_where_the_site_still_tells_accounts_apart(
    site: Site, run: Runner, again: Again, missing: Json
) -> None:
    status = int(str(missing["status"]))
    site.answer("", "<p>No such person</p>", status=status)
    for name in ("staff", "jroe"):
        site.answer(f"/@{name}", f"<p>Makes by {name}</p>")
    done = run(_sites(missing), "a_site:jroe")
    site.answer("/@jroe", "<p>No such person</p>", status=status)
    assert again(_sites(missing), "a_site:jroe", done).gone


def test_a_page_of_the_archive_in_place_of_a_memento_is_no_change_of_the_memento(
    site: Site, run: Runner, again: Again
) -> None:
    table = {"cdx": "http://archive.example/web/cdx", "memento": "http://archive.example/web/{timestamp}id_/{url}"}
    source = web_archive.build(AGENT, table)
    row = {"url": "http://jane.example/", "timestamp": "20210708091011", "status": "200", "mime": "text/html"}
    give(site, "/web/cdx", row | {"digest": "d"})
    memento = "/web/20210708091011id_/http://jane.example/"
    site.answer(memento, "<p>I raced.</p>", headers={"Memento-Datetime": "Thu, 08 Jul 2021 09:10:11 GMT"})
    done = run(source, "jane.example")
    site.answer(memento, "<p>This URL has been excluded from the Wayback Machine.</p>")
    answer = again(source, "jane.example", done)
    assert (answer.reason, answer.gone) == ("api_refused", False)


def test_it_is_asked_in_the_frozen_languages_and_for_as_long_as_frozen(site: Site, run: Runner) -> None:
    site.answer("/@jroe", "<p>Makes by jroe</p>")
    site.answer("/@staff", "<p>Makes by staff</p>")
    done = run(_sites(HARD), "a_site:jroe")
    plain = planned("a_site:jroe")
    frozen = replace(plain, languages=("en", "es"), step=replace(plain.step, timeout_seconds=1))

    def slow(handler: BaseHTTPRequestHandler) -> None:
        handler.connection.settimeout(5)
        handler.connection.recv(1)  # until the other side gives up

    site.routes["/@jroe"] = slow
    answer = ask_again(Nobody(), frozen, stands_on(done.captures[-1].warc), run.transport, lambda: NOW, run.new_id)
    assert answer.reason == "timeout"
    assert site.asked[-1][1]["accept-language"] == "en, es"

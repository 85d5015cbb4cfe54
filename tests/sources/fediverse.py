"""A fediverse server of invented people on the loopback server: WebFinger, Mastodon's API, an actor and its outbox."""

import json
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from tests.sources.loopback import AGENT, Site
from vetting.evidence import Profile
from vetting.sources.activitypub import Fediverse, build

ACTOR = "https://site.example/users/jroe"
WEBFINGER = "/.well-known/webfinger"
LOOKUP = "/api/v1/accounts/lookup"
STATUSES = "/api/v1/accounts/1234/statuses"
NODEINFO = {"links": [{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": "https://site.example/n"}]}
Json = dict[str, object]


def fediverse() -> Fediverse:
    return build(AGENT, {})


def give(site: Site, path: str, document: object, status: int = 200, kind: str = "application/json") -> None:
    site.answer(path, json.dumps(document), status=status, kind=kind)


def give_webfinger(site: Site, *, subject: str = "acct:jroe@site.example", actor: str = ACTOR) -> None:
    page = {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": "https://site.example/@jroe"}
    itself = {"rel": "self", "type": "application/activity+json", "href": actor}
    give(site, WEBFINGER, {"subject": subject, "links": [page, itself]}, kind="application/jrd+json")


def an_account(**changes: object) -> Json:
    return {
        "id": "1234",
        "username": "jroe",
        "acct": "jroe",
        "display_name": "Jane Roe",
        "locked": False,
        "bot": False,
        "discoverable": None,
        "indexable": False,
        "noindex": False,
        "note": "<p>Boat builder in Riverton. jane@roe.example</p>",
        "url": "https://site.example/@jroe",
        "uri": ACTOR,
        "fields": [
            {
                "name": "Site",
                "value": '<a href="https://roe.example/" rel="me nofollow"><span class="invisible">https://</span>'
                "<span>roe.example/</span></a>",
                "verified_at": "2024-05-06T07:08:09.000+00:00",
            },
            {"name": "Code", "value": '<a href="https://code.example/jroe?a=1&amp;b=2">x</a>', "verified_at": None},
        ],
        **changes,
    }


def a_post(number: int, **changes: object) -> Json:
    return {
        "id": str(number),
        "created_at": "2024-05-06T07:08:09.123Z",
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "url": f"https://site.example/@jroe/{number}",
        "content": f"<p>post {number}</p>",
        "reblog": None,
        "account": {"id": "1234", "acct": "jroe"},
        "media_attachments": [],
        "poll": None,
        **changes,
    }


def give_posts(site: Site, statuses: list[Json], *, endless: bool = False) -> None:
    """Answers the list of posts as Mastodon pages it: those older than `max_id`."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(handler.path).query).items()}
        older = [s for s in statuses if endless or int(str(s["id"])) < int(asked.get("max_id", "1000000"))]
        body = json.dumps(older[: int(asked["limit"])]).encode()
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json; charset=utf-8")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    site.routes[STATUSES] = reply


def give_mastodon(site: Site, *statuses: Json, **account: object) -> None:
    give_webfinger(site)
    give(site, LOOKUP, an_account(**account))
    give_posts(site, list(statuses))


def close_api(site: Site, status: int = 401) -> None:
    for path in (LOOKUP, STATUSES):
        give(site, path, {"error": "This API requires an authenticated user"}, status)


def a_note(number: int, **changes: object) -> Json:
    thing = {
        "id": f"{ACTOR}/{number}",
        "type": "Note",
        "attributedTo": ACTOR,
        "published": "2024-05-06T07:08:09Z",
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "content": f"<p>note {number}</p>",
        **changes,
    }
    return {"type": "Create", "actor": ACTOR, "object": thing}


def give_actor(site: Site, *pages: list[Json], **changes: object) -> None:
    """Answers the actor and its outbox, one route a page."""
    outbox = f"{ACTOR}/outbox"
    actor = {
        "id": ACTOR,
        "type": "Person",
        "preferredUsername": "jroe",
        "name": "Jane Roe",
        "summary": "<p>Boats</p>",
        "outbox": outbox,
        "attachment": [{"type": "PropertyValue", "name": "Site", "value": '<a href="https://roe.example/">x</a>'}],
        **changes,
    }
    kind = "application/activity+json; charset=utf-8"
    give(site, "/users/jroe", actor, kind=kind)
    first = {"first": f"{outbox}/1"} if pages else {}
    total = sum(len(page) for page in pages)
    give(site, "/users/jroe/outbox", {"type": "OrderedCollection", "totalItems": total, **first}, kind=kind)
    for number, page in enumerate(pages, start=1):
        following = {"next": f"{outbox}/{number + 1}"} if number < len(pages) else {}
        document = {"type": "OrderedCollectionPage", "orderedItems": page, **following}
        give(site, f"/users/jroe/outbox/{number}", document, kind=kind)


def links(profile: Profile | None) -> list[tuple[str, bool]]:
    assert profile is not None
    return [(link.url.reveal(), link.verified) for link in profile.links]

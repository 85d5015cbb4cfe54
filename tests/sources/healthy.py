"""Every source's internet in good health, and the same with one answer gone bad: which, and how."""

import json
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from tests.sources.fediverse import LOOKUP, STATUSES, WEBFINGER, a_note, a_post, an_account
from tests.sources.loopback import HOST, Reply, Site

DID = "did:plc:abcdefghijklmnopqrstuvwx"
PAGE = "<html><title>Jane Roe</title><p>Jane Roe builds boats in Riverton and writes about it."
_FEED = (
    "<?xml version='1.0'?><rss version='2.0'><channel><title>Boats</title><item><title>A keel</title>"
    "<link>http://site.example/keel</link></item></channel></rss>"
)
Asked = Mapping[str, str]
Said = object
"""A document to be sent as JSON, a page or feed as text, or None for 404."""


def _metasearch(path: str, asked: Asked) -> Said:
    if path == "/found":
        return PAGE
    result = {"url": f"http://{HOST}/found", "title": "Jane Roe", "content": "builds boats"}
    return {"results": [result] if asked.get("pageno") == "1" else [], "unresponsive_engines": []}


def _atproto(path: str, asked: Asked) -> Said:
    if path.endswith("resolveHandle"):
        return {"did": DID}
    if path == f"/{DID}":
        service = {"id": "#atproto_pds", "serviceEndpoint": f"http://{HOST}"}
        return {"id": DID, "alsoKnownAs": ["at://jroe.riverton.test"], "service": [service]}
    key = "description" if asked.get("collection", "").endswith("profile") else "text"
    return {"records": [{"uri": f"at://{DID}/x/1", "value": {key: "boats"}}]}


def _mediawiki(_path: str, asked: Asked) -> Said:
    if asked.get("list") == "users":
        return {"query": {"users": [{"userid": 2, "name": "Jane Roe"}]}}
    if asked.get("prop") == "revisions":
        return {"query": {"pages": [{"missing": True}]}}
    return {"query": {"usercontribs": [{"revid": 7, "title": "Town", "comment": "boats"}]}}


def _web_archive(path: str, _asked: Asked) -> Said:
    if path != "/":
        return PAGE
    row = {"timestamp": "20200102030405", "url": "http://jane.example/", "status": "200", "mime": "text/html"}
    return json.dumps(row)


def _fediverse(path: str, asked: Asked) -> Said:
    if path == WEBFINGER:
        itself = {"rel": "self", "type": "application/activity+json", "href": f"https://{HOST}/users/jroe"}
        return {"subject": f"acct:jroe@{HOST}", "links": [itself]}
    if path == LOOKUP:
        return an_account()
    return ([] if "max_id" in asked else [a_post(7)]) if path == STATUSES else None


def _outbox(path: str, asked: Asked) -> Said:
    """A server without Mastodon's API whose actor answers everybody."""
    actor = f"https://{HOST}/users/jroe"
    outbox = f"{actor}/outbox"
    documents: dict[str, object] = {
        "/users/jroe": {"id": actor, "preferredUsername": "jroe", "outbox": outbox, "summary": "boats"},
        "/users/jroe/outbox": {"type": "OrderedCollection", "totalItems": 2, "first": f"{outbox}/1"},
        "/users/jroe/outbox/1": {"orderedItems": [a_note(1)], "next": f"{outbox}/2"},
        "/users/jroe/outbox/2": {"orderedItems": [a_note(2)]},
    }
    return _fediverse(path, asked) if path == WEBFINGER else documents.get(path)


def _posts_feed(path: str, asked: Asked) -> Said:
    """A server that shows visitors nothing but a feed."""
    return _FEED if path == "/@jroe.rss" else _fediverse(path, asked) if path == WEBFINGER else None


def _github(path: str, _asked: Asked) -> Said:
    if path == "/users/jroe":
        return {"login": "jroe", "type": "User", "bio": "boats"}
    if path.endswith("/commits"):
        return [{"author": {"login": "jroe"}, "commit": {"message": "keels"}}]
    push = {"id": "1", "type": "PushEvent", "actor": {"login": "jroe"}, "repo": {"name": "jroe/boats"}, "payload": {}}
    return [push] if path.endswith("/public") else []


HEALTHY: dict[str, Callable[[str, Asked], Said]] = {  # a source, and what is special about its internet
    "metasearch": _metasearch,
    "atproto": _atproto,
    "mediawiki": _mediawiki,
    "web_archive": _web_archive,
    "feed": lambda _path, _asked: _FEED,
    "forum": lambda _path, _asked: PAGE,
    "fediverse": _fediverse,
    "fediverse, outbox": _outbox,
    "fediverse, feed": _posts_feed,
    "github": _github,
}


def serve(site: Site, name: str, bad: Reply | None = None, at: int = 0) -> None:
    """Answers as the source's internet does from now on, but for the request number `at`, which is answered by `bad`.

    Requests that follow from the bad one, such as a redirect's, are bad too.
    """
    site.asked.clear()
    first_bad: list[str] = []

    def reply(handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        if bad is not None and (len(site.asked) == at or parts.path in first_bad):
            first_bad.append("/again")
            bad(handler)
            return
        asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
        said = HEALTHY[name](parts.path, asked)
        send(handler, said)

    site.routes.clear()
    site.routes[""] = reply


def send(handler: BaseHTTPRequestHandler, said: Said, status: int = 200, **headers: str) -> None:
    """Sends a document as JSON, words as a page, bytes as they are."""
    body = said if isinstance(said, bytes) else (said if isinstance(said, str) else json.dumps(said)).encode()
    kind = "text/html; charset=utf-8" if isinstance(said, str) else "application/json"
    kind = "application/rss+xml" if said == _FEED else kind
    handler.send_response(404 if said is None else status)
    named = {"Content-Type": kind, "Content-Length": str(len(body))}
    for name, value in {**named, **{name.replace("_", "-"): value for name, value in headers.items()}}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)

"""Twenty sites on loopback with invented people: the candidates' own accounts, other people's, and none at all.

What a site answers about an account that it does not have is of five kinds, four sites each, as on the real internet:
404; a page that says so with 200 ("soft 404"); a check for robots before everything; the home page; an empty page that
a script would fill.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import httpx

from vetting.candidate import Candidate, Identifier, IdentifierKind
from vetting.sources.egress import mapped_transport

PLACES = 20
ENGINE = "search.example"
STAFF = "staff"


class Missing(StrEnum):
    """What a site answers about an account that it does not have."""

    NOT_FOUND = "404"
    SOFT = "soft 404"
    CHALLENGE = "challenge"
    HOME = "home page"
    SHELL = "script shell"


class Whose(StrEnum):
    """Whose account it is."""

    CANDIDATES = "the candidate's"
    NAMESAKE = "of the same name"
    NEIGHBOR = "of the same name and town"
    SQUATTER = "another person with the candidate's handle"
    NOBODY = "nobody's: there is no such account"
    SITES_OWN = "the site's own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account on one site."""

    site: int
    handle: str
    name: str
    town: str
    words: str
    whose: Whose


def kind_of(site: int) -> Missing:
    """The kind of a site, by its number."""
    return list(Missing)[site % len(Missing)]


READABLE = tuple(n for n in range(PLACES) if kind_of(n) not in {Missing.CHALLENGE, Missing.SHELL})


# ----------------------------------------------------------------------------------------------- invented people


def person(name: str, handle: str, forum: str) -> Candidate:
    """A candidate who disclosed a handle for many sites, an account on some forums, and an e-mail address."""
    return Candidate(
        full_name=name,
        town="Riverton",
        identifiers=(
            Identifier(kind=IdentifierKind.HANDLE, value=handle),
            Identifier(kind=IdentifierKind.FORUM_ACCOUNT, value=forum),
            Identifier(kind=IdentifierKind.EMAIL, value=f"{forum}@mail.example"),
        ),
    )


CANDIDATES: Sequence[Candidate] = (
    person("Maria Garcia", "bluefinch77", "fernwright"),
    person("James Smith", "jamessmith", "oakline"),
    person("Ada Quellington", "quillfeather", "mossgate"),
    person("Lena Hartigan", "tidewrack", "larchway"),
)
RANDOM_HANDLES = tuple(f"zq{n}xv{n * n}kw" for n in range(1, 11))


def accounts() -> Iterator[Account]:
    """For each candidate three accounts of their own, and on every site that can be read those of other people."""
    for site in READABLE:
        yield Account(site=site, handle=STAFF, name="Staff", town="", words="We run this.", whose=Whose.SITES_OWN)
    for n, candidate in enumerate(CANDIDATES):
        handle, forum = (i.value for i in candidate.identifiers[:2])
        said = ("I live in Riverton.", f"Write to {forum}@mail.example.", "I like birds.")
        for own, words in enumerate(said):
            site = READABLE[(3 * n + own) % len(READABLE)]
            town = candidate.town if own == 0 else ""
            yield Account(
                site=site, handle=forum, name=candidate.full_name, town=town, words=words, whose=Whose.CANDIDATES
            )
        plain = "".join(candidate.full_name.lower().split())
        for site in READABLE:
            near = site % 2 == 0
            yield Account(
                site=site,
                handle=f"{plain}{site}",
                name=candidate.full_name,
                town="Riverton" if near else "Boston",
                words="Nothing to see.",
                whose=Whose.NEIGHBOR if near else Whose.NAMESAKE,
            )
            if handle == plain:  # a handle made of the name is taken by namesakes, any other by anybody
                whose, name = (Whose.NEIGHBOR if near else Whose.NAMESAKE), candidate.full_name
            else:
                whose, name = Whose.SQUATTER, "Robert Kingsley"
            town = "Riverton" if near else "Boston"
            yield Account(site=site, handle=handle, name=name, town=town, words="Hello.", whose=whose)


# --------------------------------------------------------------------------------------------------- the servers


@dataclass(frozen=True, slots=True, kw_only=True)
class Farm:
    """The running sites."""

    ports: Mapping[int, int]
    engine: int
    accounts: Mapping[tuple[int, str], Account]
    transport: httpx.BaseTransport = field(repr=False)

    def address(self, site: int) -> str:
        """Where a site has its profiles, by its invented name."""
        return f"http://s{site:02d}.example/u/{{account}}"

    def loopback(self, site: int) -> str:
        """The same for a program that knows no invented names; `{}` stands for the handle."""
        return f"http://127.0.0.1:{self.ports[site]}/u/{{}}"

    def named(self, name: str) -> list[Account]:
        """The accounts that a search engine finds for a name."""
        return [account for account in self.accounts.values() if account.name == name]


def page(account: Account) -> str:
    """A profile as a site shows it."""
    lives = f"<p>Lives in {account.town}.</p>" if account.town else ""
    return f"<title>{account.name}</title><h1>{account.name}</h1><p>@{account.handle}</p>{lives}<p>{account.words}</p>"


def answer(site: int, path: str, held: Mapping[tuple[int, str], Account]) -> tuple[int, str, dict[str, str]]:
    """Status, page and headers."""
    kind, handle = kind_of(site), unquote(path.removeprefix("/u/")).casefold()
    if kind is Missing.CHALLENGE:
        return 403, "<title>Just a moment...</title>Checking your browser", {"cf-mitigated": "challenge"}
    if kind is Missing.SHELL:
        return 200, "<title>Site</title><div id='root'></div><script src='/app.js'></script>", {}
    if path == "/":
        return 200, "<title>Welcome</title><p>Welcome to our site in Riverton. Join today.</p>", {}
    account = held.get((site, handle))
    if account:
        return 200, page(account), {}
    if kind is Missing.SOFT:
        return 200, f"<title>{handle}</title><p>There is no {handle} here. Try another name.</p>", {}
    return (302, "", {"Location": "/"}) if kind is Missing.HOME else (404, "<p>Not found</p>", {})


@contextmanager
def running() -> Iterator[Farm]:
    """Start every site and the search engine on loopback; stop them afterwards."""
    held = {(account.site, account.handle.casefold()): account for account in accounts()}
    servers = [_server(lambda path, n=n: answer(n, path, held)) for n in range(PLACES)]
    engine = _server(lambda path: (200, _results(path, held), {"Content-Type": "application/json"}))
    ports = {n: server.server_port for n, server in enumerate(servers)}
    names = {f"s{n:02d}.example": ("127.0.0.1", port) for n, port in ports.items()}
    transport = mapped_transport({**names, ENGINE: ("127.0.0.1", engine.server_port)})
    try:
        yield Farm(ports=ports, engine=engine.server_port, accounts=held, transport=transport)
    finally:
        transport.close()
        for server in (*servers, engine):
            server.shutdown()
            server.server_close()


def _results(path: str, held: Mapping[tuple[int, str], Account]) -> str:
    query = parse_qs(urlsplit(path).query).get("q", [""])[0]
    first = "pageno=1" in path
    found = [a for a in held.values() if f'"{a.name}"' in query and (f'"{a.town}"' in query or query.count('"') == 2)]
    rows = [{"url": f"http://s{a.site:02d}.example/u/{a.handle}", "title": a.name, "content": ""} for a in found]
    return json.dumps({"results": rows if first else [], "unresponsive_engines": []})


def _server(reply: object) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: object) -> None:
            del arguments

        def do_GET(self) -> None:
            self.close_connection = True
            assert callable(reply)
            status, body, headers = reply(self.path)
            data = body.encode()
            self.send_response(status)
            kind = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(data))}
            for name, value in {**kind, **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_HEAD = do_GET  # noqa: N815

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *arguments: object) -> None:
            """A client may hang up."""

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return server

"""A loopback server, the internet that leads to it, and identifiers that count."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path

import httpx
import pytest

from tests.needed import program
from tests.sources.loopback import AGENT, HOST, NOW, Reply, Runner, Site
from vetting.sources.courtesy import Courtesy
from vetting.sources.egress import mapped_transport
from vetting.sources.internet import Internet, Limits


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return where Debian's Chromium is."""
    return program("chromium", "chromium")


@pytest.fixture
def site() -> Iterator[Site]:
    """Yield a running loopback server; unknown paths are 404, and so is its robots.txt unless a test gives it one."""
    routes: dict[str, Reply] = {"/robots.txt": lambda handler: handler.send_error(404)}
    asked: list[tuple[str, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: object) -> None:
            del arguments

        def do_GET(self) -> None:
            asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            self.close_connection = True
            reply = routes.get(self.path.partition("?")[0]) or routes.get("")
            if reply is None:
                self.send_error(404)
            else:
                reply(self)

    class Server(ThreadingHTTPServer):
        def handle_error(self, *arguments: object) -> None:
            """A client that hangs up on a hostile answer is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield Site(port=server.server_port, routes=routes, asked=asked)
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def transport(site: Site) -> Iterator[httpx.BaseTransport]:
    """Yield a transport on which `site.example` and everything below it is the loopback server."""
    names = (HOST, "other.example", "search.example", "plc.example", "pds.example", "wiki.example", "archive.example")
    mapped = mapped_transport(dict.fromkeys(names, ("127.0.0.1", site.port)))
    yield mapped
    mapped.close()


@pytest.fixture
def new_id() -> Callable[[], str]:
    """Return identifiers that count: the same test makes the same captures."""
    numbers = count(1)
    return lambda: f"C-{next(numbers):04d}"


@pytest.fixture
def make_internet(transport: httpx.BaseTransport, new_id: Callable[[], str]) -> Callable[..., Internet]:
    """Return a maker of the internet as one search sees it, with limits a test may lower."""

    def make(
        over: httpx.BaseTransport | None = None,
        *,
        max_body_bytes: int = 50_000_000,
        timeout_seconds: float = 20.0,
        courtesy: Courtesy | None = None,
    ) -> Internet:
        return Internet(
            over or transport,
            clock=lambda: NOW,
            new_id=new_id,
            user_agent=AGENT,
            limits=Limits(max_body_bytes=max_body_bytes, timeout_seconds=timeout_seconds),
            courtesy=courtesy,
        )

    return make


@pytest.fixture
def internet(make_internet: Callable[..., Internet]) -> Internet:
    """Return the internet of the loopback server."""
    return make_internet()


@pytest.fixture
def run(transport: httpx.BaseTransport, new_id: Callable[[], str], tmp_path: Path) -> Runner:
    """Return a runner of searches."""
    return Runner(transport=transport, new_id=new_id, folder=tmp_path)

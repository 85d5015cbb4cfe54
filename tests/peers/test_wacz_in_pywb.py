"""An exported file is opened by pywb, which others wrote: every answer has the digest it was captured with."""

import gzip
import hashlib
import io
import json
import socket
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.casework.conftest import analyzer, config, criteria, room, settings  # noqa: F401
from tests.casework.room import Passage, Room, found_on, now
from tests.casework.room import new_id as new_id_of_case
from tests.sources.conftest import new_id, site, transport  # noqa: F401
from tests.sources.loopback import AGENT, HOST, NOW, Nobody, Site, planned
from vetting.casework.exporting import export_evidence
from vetting.evidence import Capture
from vetting.records.rows import CaptureRecord
from vetting.search import Search
from vetting.sources.asking_again import ask_again, stands_on
from vetting.sources.capture_note import noted
from vetting.sources.conduct import Conducted
from vetting.sources.internet import Internet
from vetting.sources.surt import surt
from vetting.sources.wacz import build_wacz

STARTS_WITHIN = 60
"""Seconds: pywb imports for some of them on a busy machine."""
pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def pywb(peers: Path) -> Path:
    """Return the folder of pywb's programs."""
    return peers / "v-pywb" / "bin"


@pytest.fixture
def captures(site: Site, transport: httpx.BaseTransport, new_id: Callable[[], str]) -> list[Capture]:  # noqa: F811
    """Return captures of a page, a packed page, a redirect, an interface with a query, and the page an hour later."""
    site.answer("/page", "<title>A page</title><p>caf\u00e9 " + "words " * 500)
    site.answer("/packed", gzip.compress(b"<p>" + bytes(range(256)) * 50), headers={"Content-Encoding": "gzip"})
    site.answer("/old", status=301, headers={"Location": "/page"})
    site.answer("/api", '{"posts": ["one", "two"]}', kind="application/json")
    internet = Internet(transport, clock=lambda: NOW, new_id=new_id, user_agent=AGENT)
    for path in ("/page", "/packed", "/old", "/api?Q=J%C3%BCrgen+B&b=2&a=1&limit=50"):
        internet.get(f"http://{HOST}{path}")
    later = NOW + timedelta(hours=1)
    before = stands_on(internet.captures()[0].warc)
    again = ask_again(Nobody(), planned("x"), before, transport, lambda: later, new_id)
    assert again.same_payload
    return [*internet.captures(), *again.captures]


@contextmanager
def _replaying(pywb: Path, folder: Path, wacz: Path) -> Iterator[str]:
    """The address of a running pywb whose one collection holds the file."""
    for arguments in (["init", "case"], ["add", "--unpack-wacz", "case", str(wacz)]):
        subprocess.run([str(pywb / "wb-manager"), *arguments], cwd=folder, check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(pywb / "wayback"), "-b", "127.0.0.1", "-p", str(port)]
    with (folder / "pywb.log").open("wb") as said:
        server = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)
        try:
            _wait(port)
            yield f"http://127.0.0.1:{port}/case"
        finally:
            server.terminate()
            server.wait(20)


def _wait(port: int) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    pytest.fail("pywb did not start")


def _stated(capture: Capture) -> tuple[str, str, str]:
    """Address, time of capture and SHA-256 of the payload, as the capture states them."""
    records = [(one.rec_headers, one.raw_stream.read()) for one in ArchiveIterator(io.BytesIO(capture.warc))]
    return (
        str(records[0][0].get_header("WARC-Target-URI")),
        f"{capture.captured_at:%Y%m%d%H%M%S}",
        noted(records[-1][1])["sha256"],
    )


def _replayed(pywb: Path, folder: Path, wacz: Path, captures: list[Capture]) -> str:
    """Asserts that pywb shows each answer with its captured digest; returns what its index says of one address."""
    with _replaying(pywb, folder, wacz) as at, httpx.Client(trust_env=False, timeout=60) as client:
        for url, when, digest in map(_stated, captures):
            with client.stream("GET", f"{at}/{when}id_/{url}") as answer:
                body = b"".join(answer.iter_raw())
            assert answer.status_code in {200, 301}, url
            assert hashlib.sha256(body).hexdigest() == digest, url
            assert answer.headers["memento-datetime"], "answered from the archive"
        return client.get(f"{at}/cdx", params={"url": f"http://{HOST}/page", "output": "json"}).text


def test_pywb_replays_every_answer_with_the_digest_it_was_captured_with(
    pywb: Path, captures: list[Capture], tmp_path: Path
) -> None:
    wacz = tmp_path / "case.wacz"
    wacz.write_bytes(build_wacz((c.warc for c in captures), title="C-0001", made_at=NOW).content)
    listed = _replayed(pywb, tmp_path, wacz, captures)
    assert listed.count('"timestamp"') == 3, "the page, the page behind the redirect, and the page once more"


def test_pywb_replays_the_export_of_a_case_with_the_digests_its_captures_were_sealed_with(
    pywb: Path,
    room: Room,  # noqa: F811
    site: Site,  # noqa: F811
    transport: httpx.BaseTransport,  # noqa: F811
    tmp_path: Path,
) -> None:
    def bring(search: Search, passages: tuple[Passage, ...]) -> Conducted:
        """Each search of the case captures a page of its own."""
        site.answer(f"/{search.key}", f"<title>{search.key}</title><p>{''.join(one.words for one in passages)}")
        internet = Internet(transport, clock=now, new_id=new_id_of_case, user_agent=AGENT)
        captured = internet.get(f"http://{HOST}/{search.key}").capture_id
        brought = found_on(search, passages)
        hits = tuple(replace(hit, capture_id=captured) for hit in brought.hits)
        return replace(brought, hits=hits, captures=internet.captures())

    number = replace(room, bring=bring).searched((Passage(words="I outran the cops last night and laughed about it."),))
    file = tmp_path / "case.wacz"
    export_evidence(room.one, number, file)
    with room.one.case_files.reading() as unit:
        sealed = list(unit.captures(number))
        captures = [_opened(one, unit.open_capture(one.id)) for one in sealed]
    assert len({_stated(one)[0] for one in captures}) == len(captures) >= 3
    _replayed(pywb, tmp_path, file, captures)


def _opened(sealed: CaptureRecord, warc: bytes) -> Capture:
    assert hashlib.sha256(warc).hexdigest() == sealed.sha256
    return Capture(
        id=sealed.id, captured_at=sealed.captured_at, sha256=sealed.sha256, media_type=sealed.media_type, warc=warc
    )


def test_warcio_s_own_command_finds_every_digest_right(pywb: Path, captures: list[Capture], tmp_path: Path) -> None:
    content = build_wacz((c.warc for c in captures), title="C-0001", made_at=NOW).content
    file = tmp_path / "data.warc.gz"
    file.write_bytes(zipfile.ZipFile(io.BytesIO(content)).read("archive/data.warc.gz"))
    ran = subprocess.run([str(pywb / "warcio"), "check", "-v", str(file)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout
    assert ran.stdout.count("digest pass") == 1 + 3 * len(captures) - 1, "warcinfo, three records each, not the revisit"


ADDRESSES = [
    "http://www.example.com/", "https://Example.com:443/A/b/?b=2&a=1&a", "http://example.com:8080/x/",
    "http://www2.town.example/a//b/./c/../d/", "http://127.0.0.1:80/x", "http://[::1]/x", "http://x.example/..",
    "https://x.example/a%20b%2520c?q=%7Euser&Q=UP#frag", "https://x.example/?", "https://x.example?x",
    "http://user:pw@x.example/y", "http://x.example/caf%C3%A9?n=J%C3%BCrgen", "http://xn--bcher-kva.example/",
    "http://b\u00fccher.example/\u00fc", "http://x.example/a;b=c,d/(e)?x=%26&y=%3D", "http://x.example/a/..",
    "https://pds.example/xrpc/com.atproto.repo.listRecords?repo=did:plc:abc&collection=app.bsky.feed.post&limit=50",
    "urn:x:y", "http://x.example/a|b", 'http://x.example/a"b<c>', "http://x.example/%", "http://x.example/%zz?%",
    "http://wwwx.example/", "http://x.example./a", "http://x.example/a?b=1&&c", "http://x.example/a?=",
    "http://x.example/a?b=2&b=10&b", "http://www.com/", "http://x.example/a%2Fb/", "http://x.example/?a+b=c d",
]  # fmt: skip


def test_an_address_has_the_key_under_which_pywb_looks_it_up(pywb: Path) -> None:
    program = "import json, sys, surt; print(json.dumps([surt.surt(url) for url in json.load(sys.stdin)]))"
    ran = subprocess.run(
        [str(pywb / "python"), "-c", program], input=json.dumps(ADDRESSES), capture_output=True, text=True, check=True
    )
    theirs = dict(zip(ADDRESSES, json.loads(ran.stdout), strict=True))
    assert {url: surt(url) for url in ADDRESSES} == theirs

"""A refusal, a challenge, a login page or a failure is never an answer, and never "nothing found"."""

import gzip
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.sources.loopback import HOST, Site
from vetting.search import Outcome
from vetting.sources import egress
from vetting.sources.egress import GuardedTransport, PublicOnly, mapped_transport
from vetting.sources.interface import OUTCOMES, NotSearchedError, Reason
from vetting.sources.internet import Internet

CHALLENGES = {
    "cloudflare": "<title>Just a moment...</title><p>Enable JavaScript and cookies to continue"
    "<script>window._cf_chl_opt={}</script>",
    "words": "<title>example.org</title><h1>Please verify you are human</h1><p>Complete the action below.",
    "captcha": "<title>example.org</title><form><div class='g-recaptcha'></div><button>Continue</button></form>",
    "robot": "<title>Robot Check</title><p>Sorry, we just need to make sure you're not a robot.",
}
LOGINS = {
    "titled": "<title>Log in | Forum</title><form><input type=text><input type='password'></form>",
    "worded": "<title>Forum</title><p>You must be logged in to view this profile.<form><input type=Password></form>",
    "no form": "<title>Sign in to continue</title><p>Please sign in to see this page.",
}
PAGES = {
    "article": "<title>How CAPTCHAs work</title><p>Sites ask you to verify you are human. " + "They do. " * 200,
    "login box": "<title>jroe - Forum</title><nav><form>User <input type=password></form></nav><p>" + "Posts. " * 200,
    "contact form": "<title>Jane</title><p>" + "I build boats. " * 40 + "<div class='g-recaptcha'></div>",
    "cloudflare script": "<title>Jane</title><p>Boats.<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'>",
}


def _stopped(internet: Internet, url: str) -> Reason:
    with pytest.raises(NotSearchedError) as stopped:
        internet.get(url)
    return stopped.value.reason


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, Reason.HTTP_401),
        (403, Reason.HTTP_403),
        (407, Reason.HTTP_403),
        (429, Reason.HTTP_429),
        (451, Reason.HTTP_451),
        (402, Reason.HTTP_4XX),
        (418, Reason.HTTP_4XX),
        (500, Reason.HTTP_5XX),
        (503, Reason.HTTP_5XX),
        (599, Reason.HTTP_5XX),
    ],
)
def test_a_refusing_status_is_a_reason(site: Site, internet: Internet, status: int, reason: Reason) -> None:
    site.answer("/", "<p>no", status=status)
    assert _stopped(internet, f"http://{HOST}/") is reason


@pytest.mark.parametrize("status", [200, 403, 404, 503])
@pytest.mark.parametrize("page", CHALLENGES)
def test_a_challenge_page_is_blocked_whatever_its_status(
    site: Site, internet: Internet, page: str, status: int
) -> None:
    site.answer("/", f"<!doctype html><html><body>{CHALLENGES[page]}", status=status)
    assert _stopped(internet, f"http://{HOST}/") is Reason.CHALLENGE_PAGE


def test_a_challenge_that_only_a_header_tells_is_blocked(site: Site, internet: Internet) -> None:
    site.answer("/", "", status=200, headers={"CF-Mitigated": "challenge"})
    assert _stopped(internet, f"http://{HOST}/") is Reason.CHALLENGE_PAGE


@pytest.mark.parametrize("page", LOGINS)
def test_a_login_page_is_blocked(site: Site, internet: Internet, page: str) -> None:
    site.answer("/", f"<html>{LOGINS[page]}")
    assert _stopped(internet, f"http://{HOST}/") is Reason.LOGIN_PAGE


def test_a_redirect_to_a_login_form_is_blocked(site: Site, internet: Internet) -> None:
    site.answer("/members/jroe", status=302, headers={"Location": "/login?next=/members/jroe"})
    site.answer("/login", "<title>The Forum</title><p>" + "Welcome. " * 300 + "<input type=password>")
    assert _stopped(internet, f"http://{HOST}/members/jroe") is Reason.LOGIN_PAGE


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_merely_mentions_such_things_is_an_answer(site: Site, internet: Internet, page: str) -> None:
    site.answer("/", f"<html>{PAGES[page]}")
    assert internet.get(f"http://{HOST}/").ok


def test_an_endless_redirect_ends(site: Site, internet: Internet) -> None:
    site.answer("", status=302, headers={"Location": "/again"})
    assert _stopped(internet, f"http://{HOST}/") is Reason.TOO_MANY_REDIRECTS
    assert len(site.asked) == 6, "the first request and five redirects"
    assert len(internet.captures()) == 6


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "gopher://x", "http://u:p@other.example/", "javascript:alert(1)"]
)
def test_a_redirect_out_of_the_web_is_refused(site: Site, internet: Internet, location: str) -> None:
    site.answer("/", status=302, headers={"Location": location})
    assert _stopped(internet, f"http://{HOST}/") is Reason.ADDRESS_REFUSED


def test_a_body_above_the_limit_is_not_read_to_its_end(site: Site, make_internet: Callable[..., Internet]) -> None:
    sent: list[int] = []

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        sent.extend(handler.wfile.write(b"x" * 65536) for _ in range(10_000))

    site.routes["/"] = endless
    internet = make_internet(max_body_bytes=1_000_000)
    assert _stopped(internet, f"http://{HOST}/") is Reason.TOO_LARGE
    assert len(internet.captures()[0].warc) < 2_000
    assert sum(sent) < 100_000_000


def _packed(coding: str, size: int) -> bytes:
    zeros = b"\0" * size
    if coding == "br":
        return bytes(brotli.compress(zeros, quality=1))
    return gzip.compress(zeros, 1) if coding == "gzip" else zlib.compress(zeros, 1)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_a_compression_bomb_is_refused(site: Site, internet: Internet, coding: str) -> None:
    site.answer("/", _packed(coding, 60_000_000), headers={"Content-Encoding": coding}, kind="text/plain")
    assert _stopped(internet, f"http://{HOST}/") is Reason.TOO_LARGE


def test_a_bomb_within_a_bomb_is_refused(site: Site, internet: Internet) -> None:
    twice = gzip.compress(_packed("gzip", 60_000_000))
    site.answer("/", twice, headers={"Content-Encoding": "gzip, gzip"}, kind="text/plain")
    assert _stopped(internet, f"http://{HOST}/") is Reason.TOO_LARGE


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, gzip, gzip"])
def test_a_body_that_does_not_decode_is_unreadable_and_kept(site: Site, internet: Internet, coding: str) -> None:
    site.answer("/", b"\x1f\x8b\x08 damaged", headers={"Content-Encoding": coding})
    assert _stopped(internet, f"http://{HOST}/") is Reason.UNREADABLE_ANSWER
    assert b"damaged" in internet.captures()[0].warc


def test_a_truncated_gzip_is_unreadable(site: Site, internet: Internet) -> None:
    site.answer("/", gzip.compress(b"words " * 1000)[:-9], headers={"Content-Encoding": "gzip"})
    assert _stopped(internet, f"http://{HOST}/") is Reason.UNREADABLE_ANSWER


def test_a_gzip_of_ten_thousand_empty_pieces_is_unreadable(site: Site, internet: Internet) -> None:
    site.answer("/", gzip.compress(b"") * 10_000, headers={"Content-Encoding": "gzip"})
    assert _stopped(internet, f"http://{HOST}/") is Reason.UNREADABLE_ANSWER


def test_a_gzip_longer_than_a_step_of_ours_is_read_whole(site: Site, internet: Internet) -> None:
    words = "".join(str(number) for number in range(500_000)).encode()
    site.answer("/", gzip.compress(words) * 2, headers={"Content-Encoding": "gzip"}, kind="text/plain")
    assert internet.get(f"http://{HOST}/").body == words * 2


@pytest.mark.parametrize(
    "body",
    [gzip.compress(b"one") + gzip.compress(b"two"), zlib.compress(b"onetwo")],
    ids=["two pieces of gzip", "zlib"],  # gzip holds the second of the day: the name would differ between processes
)
def test_unusual_but_correct_codings_are_read(site: Site, internet: Internet, body: bytes) -> None:
    coding = "gzip" if body.startswith(b"\x1f\x8b") else "deflate"
    site.answer("/", body, headers={"Content-Encoding": coding}, kind="text/plain")
    assert internet.get(f"http://{HOST}/").body == b"onetwo"


def test_raw_deflate_as_old_servers_send_it_is_read(site: Site, internet: Internet) -> None:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    site.answer(
        "/", packer.compress(b"old") + packer.flush(), headers={"Content-Encoding": "deflate"}, kind="text/plain"
    )
    assert internet.get(f"http://{HOST}/").body == b"old"


def test_a_silent_server_is_a_timeout(site: Site, make_internet: Callable[..., Internet]) -> None:
    released = threading.Event()

    def silent(_handler: BaseHTTPRequestHandler) -> None:
        released.wait(30)

    site.routes["/"] = silent
    assert _stopped(make_internet(timeout_seconds=0.2), f"http://{HOST}/") is Reason.TIMEOUT
    released.set()


def test_a_server_that_drips_does_not_hold_the_run_up(
    site: Site, make_internet: Callable[..., Internet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(egress, "TOTAL_SECONDS", 0.5)
    ended = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(2_000):
                handler.wfile.write(b".")
                time.sleep(0.02)
        except OSError:
            ended.set()

    site.routes["/"] = drip
    assert _stopped(make_internet(), f"http://{HOST}/") is Reason.TIMEOUT
    assert ended.wait(20), "the connection was closed on the server"


@pytest.fixture
def raw_server() -> Iterator[Callable[[bytes], int]]:
    """Yield a starter of servers that send bytes and hang up."""
    sockets: list[socket.socket] = []

    def start(answer: bytes) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        sockets.append(listener)

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        return int(listener.getsockname()[1])

    yield start
    for listener in sockets:
        listener.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"hello",
        b"HTTP/1.1 2OO OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000,
        b"\x16\x03\x01\x02\x00\x01",
    ],
)
def test_an_answer_that_is_no_http_is_unavailable(
    raw_server: Callable[[bytes], int], make_internet: Callable[..., Internet], answer: bytes
) -> None:
    internet = make_internet(mapped_transport({HOST: ("127.0.0.1", raw_server(answer))}))
    reason = _stopped(internet, f"http://{HOST}/")
    assert reason in {Reason.PROTOCOL_ERROR, Reason.CONNECTION_BROKEN}
    assert len(internet.captures()) == 1


def test_a_certificate_nobody_vouches_for_is_unavailable(
    make_internet: Callable[..., Internet], tmp_path: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_signed(tmp_path))
    listener = socket.create_server(("127.0.0.1", 0))
    port = int(listener.getsockname()[1])

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            context.wrap_socket(connection, server_side=True).close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with GuardedTransport(PublicOnly(exceptions=[("127.0.0.1", port)])) as transport:
        internet = make_internet(transport)
        assert _stopped(internet, f"https://127.0.0.1:{port}/") is Reason.TLS
    thread.join(20)
    listener.close()
    assert b"error: tls" in internet.captures()[0].warc


def _self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    day = timedelta(days=1)
    builder = x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
    builder = (
        builder.serial_number(1).not_valid_before(datetime.now(UTC) - day).not_valid_after(datetime.now(UTC) + day)
    )
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "server.pem"
    file.write_bytes(key.private_bytes(*form) + certificate)
    return file


def test_a_name_that_does_not_resolve_is_unavailable(internet: Internet) -> None:
    assert _stopped(internet, "http://unknown.example/") is Reason.DNS


def test_every_reason_has_one_outcome_and_only_five_mean_that_a_search_was_made() -> None:
    made = {reason for reason, outcome in OUTCOMES.items() if outcome in {Outcome.COMPLETED, Outcome.NO_RESULTS}}
    assert set(OUTCOMES) == set(Reason)
    assert made == {
        Reason.FOUND,
        Reason.PARTLY_READ,
        Reason.NOTHING_FOUND,
        Reason.ACCOUNT_NOT_FOUND,
        Reason.ACCOUNT_DEACTIVATED,
    }

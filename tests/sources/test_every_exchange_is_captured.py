"""Every exchange is captured, successful or not: as it was, when it was, and readable by others' tools."""

import gzip
import hashlib
import logging
import socket
from collections.abc import Callable
from contextlib import redirect_stdout
from io import BytesIO, StringIO
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from tests.sources.loopback import AGENT, HOST, Site
from vetting.evidence import Capture
from vetting.sources.egress import mapped_transport
from vetting.sources.interface import NotSearchedError, Reason
from vetting.sources.internet import Internet

NAME = "Q. Xanthopoulou"


def _records(capture: Capture) -> list[tuple[str, dict[str, str], bytes]]:
    """Type, WARC headers and raw payload of each record, read by warcio."""
    return [
        (record.rec_type, dict(record.rec_headers.headers), record.raw_stream.read())
        for record in ArchiveIterator(BytesIO(capture.warc))
    ]


def test_the_body_is_kept_as_received_and_handed_on_decoded(site: Site, internet: Internet) -> None:
    packed = gzip.compress(b"<p>" + b"plain words " * 50)
    site.answer("/page", packed, headers={"Content-Encoding": "gzip"})
    response = internet.get(f"http://{HOST}/page")
    assert response.body.startswith(b"<p>plain words")
    (capture,) = internet.captures()
    (kind, headers, payload), (second, _, _), (third, _, _) = _records(capture)
    assert (kind, second, third, payload) == ("response", "request", "metadata", packed)
    assert headers["WARC-Target-URI"] == f"http://{HOST}/page"
    assert headers["WARC-Date"] == "2026-05-04T03:02:01.654321Z"
    assert headers["WARC-IP-Address"] == "127.0.0.1"
    assert capture.sha256 == hashlib.sha256(capture.warc).hexdigest()


def test_a_chunked_answer_is_kept_whole_with_its_true_length(site: Site, internet: Internet) -> None:
    def chunked(handler: object) -> None:
        handler.send_response(200)  # type: ignore[attr-defined]
        handler.send_header("Transfer-Encoding", "chunked")  # type: ignore[attr-defined]
        handler.send_header("X-Kept", "caf\u00e9")  # type: ignore[attr-defined]
        handler.end_headers()  # type: ignore[attr-defined]
        handler.wfile.write(b"4\r\nfour\r\n3\r\n...\r\n0\r\n\r\n")  # type: ignore[attr-defined]

    site.routes["/chunked"] = chunked
    assert internet.get(f"http://{HOST}/chunked").body == b"four..."
    warc = internet.captures()[0].warc
    assert b"four..." in warc
    assert b"Content-Length: 7\r\n" in warc
    assert b"Transfer-Encoding" not in warc
    assert b"X-Kept: caf\xe9\r\n" in warc, "a header that is not ASCII is kept byte for byte"


def test_each_hop_of_a_redirect_is_a_capture_of_its_own(site: Site, internet: Internet) -> None:
    site.answer("/old", status=301, headers={"Location": "/new"})
    site.answer("/new", "<p>here")
    response = internet.get(f"http://{HOST}/old")
    assert response.url == f"http://{HOST}/new"
    assert [capture.id for capture in internet.captures()] == ["C-0001", "C-0002"]
    assert response.capture_id == "C-0002"


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_a_refusal_is_captured_with_what_the_server_said(site: Site, internet: Internet, status: int) -> None:
    site.answer("/no", "the server's own words", status=status)
    try:
        internet.get(f"http://{HOST}/no")
    except NotSearchedError:
        assert status != 404
    (capture,) = internet.captures()
    assert b"the server's own words" in capture.warc
    assert f"HTTP/1.1 {status}".encode() in capture.warc


def test_a_refused_connection_is_captured_as_a_coded_failure(make_internet: Callable[..., Internet]) -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        internet = make_internet(mapped_transport({HOST: ("127.0.0.1", unheard.getsockname()[1])}))
        with pytest.raises(NotSearchedError) as stopped:
            internet.get(f"http://{HOST}/")
    assert stopped.value.reason is Reason.CONNECT_REFUSED
    (kind, headers, payload), (second, _, _) = _records(internet.captures()[0])
    assert (kind, second) == ("metadata", "request")
    assert headers["Content-Type"] == "application/warc-fields"
    assert payload.startswith(b"error: connect_refused\r\n")


def test_other_tools_find_every_digest_right(site: Site, internet: Internet, tmp_path: Path) -> None:
    site.answer("/a", gzip.compress(b"x" * 1000), headers={"Content-Encoding": "gzip"})
    site.answer("/b", status=302, headers={"Location": "/a"})
    internet.get(f"http://{HOST}/b")
    with pytest.raises(NotSearchedError):
        internet.get("http://unknown.example/")
    file = tmp_path / "all.warc"
    file.write_bytes(b"".join(capture.warc for capture in internet.captures()))
    with redirect_stdout(StringIO()) as said:
        checker = Checker(SimpleNamespace(verbose=True, inputs=[str(file)]))
        checker.process_all()
    assert checker.exit_value == 0
    assert said.getvalue().count("digest pass") == 8


def test_we_say_who_we_are_and_carry_neither_cookie_nor_credential(
    site: Site, internet: Internet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text(f"machine {HOST} login somebody password secret")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    site.answer("", headers={"Set-Cookie": "seen=1; Path=/"})
    internet.get(f"http://{HOST}/first")
    internet.get(f"http://{HOST}/second")
    for _, headers in site.asked:
        assert headers["user-agent"] == AGENT
        assert headers["accept-language"] == "en"
        assert not {"cookie", "authorization", "proxy-authorization", "referer"} & set(headers)


@pytest.mark.parametrize("url", ["http://somebody:secret@site.example/", "ftp://site.example/x", "file:///etc/passwd"])
def test_an_address_with_a_password_or_another_scheme_is_never_asked(site: Site, internet: Internet, url: str) -> None:
    with pytest.raises(NotSearchedError) as stopped:
        internet.get(url)
    assert stopped.value.reason is Reason.ADDRESS_REFUSED
    assert site.asked == []


def test_no_log_line_holds_the_candidate_s_name(
    site: Site, internet: Internet, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    site.answer("/search", "<p>hello", headers={"X-Said": NAME})
    internet.get(f"http://{HOST}/search", params={"q": NAME})
    with pytest.raises(NotSearchedError):
        internet.get("http://unknown.example/", params={"q": NAME})
    assert "Xanthopoulou" not in caplog.text
    assert {record.name.partition(".")[0] for record in caplog.records} & {"httpx", "httpcore"} == set()


def test_no_error_holds_a_word_of_what_was_asked_or_answered(site: Site, internet: Internet) -> None:
    site.answer("/secret", NAME, status=403, headers={"X-Said": "Xanthopoulou"})
    for url in (f"http://{HOST}/secret", f"http://unknown.example/{NAME}", f"http://{HOST}:bad/{NAME}"):
        with pytest.raises(NotSearchedError) as stopped:
            internet.get(url)
        link: BaseException | None = stopped.value
        while link is not None:
            assert "Xanthopoulou" not in repr(link) + str(link)
            link = link.__context__


def test_forgetting_what_a_person_asked_not_to_show_leaves_the_request_only(site: Site, internet: Internet) -> None:
    site.answer("/shy", "private words")
    response = internet.get(f"http://{HOST}/shy")
    internet.withhold([response.capture_id])
    (capture,) = internet.captures()
    assert b"private words" not in capture.warc
    assert [kind for kind, _, _ in _records(capture)] == ["metadata", "request"]
    assert b"withheld: withheld_at_users_request" in capture.warc


def test_a_transport_of_another_maker_is_captured_alike(site: Site, make_internet: Callable[..., Internet]) -> None:
    site.answer("/x", "<p>x")
    with httpx.HTTPTransport() as transport:
        internet = make_internet(transport)
        assert internet.get(f"http://127.0.0.1:{site.port}/x").ok
    assert b"<p>x" in internet.captures()[0].warc

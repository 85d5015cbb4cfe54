"""What a finding stands on is asked for once more through the same door, and sealed as what it is."""

import gzip
import hashlib
import io
import json
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from tests.sources.archives import read_archive
from tests.sources.loopback import HOST, NOW, Nobody, Runner, Site, planned
from vetting.evidence import Capture
from vetting.sources.asking_again import AskedAgain, NotAskedError, ask_again, stands_on
from vetting.sources.interface import NotSearchedError
from vetting.sources.internet import JSON, ApiKey, Internet

PAGE = f"http://{HOST}/page"


Again = Callable[[], AskedAgain]


@pytest.fixture
def again(internet: Internet, transport: httpx.BaseTransport, new_id: Callable[[], str]) -> Again:
    """Return what asks once more for the first capture."""

    def ask() -> AskedAgain:
        before = stands_on(internet.captures()[0].warc)
        return ask_again(Nobody(), planned("x"), before, transport, lambda: NOW, new_id)

    return ask


def _records(capture: Capture) -> list[tuple[str, dict[str, str], bytes]]:
    return [
        (record.rec_type, dict(record.rec_headers.headers), record.raw_stream.read())
        for record in ArchiveIterator(io.BytesIO(capture.warc), no_record_parse=True)
    ]


def test_the_same_payload_becomes_a_revisit_record_that_refers_to_the_first(
    site: Site, internet: Internet, again: Again, tmp_path: Path
) -> None:
    body = gzip.compress(b"<p>the same words")
    site.answer("/page", body, headers={"Content-Encoding": "gzip"})
    internet.get(PAGE, accept=JSON)
    answer = again()
    assert (answer.reason, answer.same_payload, answer.gone) == ("", True, False)
    first, second = _records(internet.captures()[0]), _records(answer.captures[0])
    assert [kind for kind, _, _ in second] == ["revisit", "request", "metadata"]
    headers, block = second[0][1], second[0][2]
    assert headers["WARC-Profile"] == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    assert headers["WARC-Refers-To"] == first[0][1]["WARC-Record-ID"]
    assert headers["WARC-Refers-To-Target-URI"] == PAGE
    assert headers["WARC-Refers-To-Date"] == first[0][1]["WARC-Date"]
    assert headers["WARC-Payload-Digest"] == first[0][1]["WARC-Payload-Digest"]
    assert block.startswith(b"HTTP/1.1 200 OK\r\n")
    assert block.endswith(b"\r\n\r\n")
    assert f"sha256: {hashlib.sha256(body).hexdigest()}".encode() in second[2][2]
    assert [headers["accept"] for _, headers in site.asked] == [JSON, JSON], "asked in the same way"
    _others_agree(tmp_path, [*internet.captures(), *answer.captures])


def _others_agree(folder: Path, captures: list[Capture]) -> None:
    """Warcio finds every digest right, and our own strict reader reads the file."""
    file = folder / "both.warc"
    file.write_bytes(b"".join(capture.warc for capture in captures))
    with redirect_stdout(io.StringIO()):
        checker = Checker(SimpleNamespace(verbose=False, inputs=[str(file)]))
        checker.process_all()
    assert checker.exit_value == 0
    assert [record.kind for record in read_archive(file)] == [
        "response",
        "request",
        "metadata",
        "revisit",
        "request",
        "metadata",
    ]


def test_another_payload_is_a_full_response_with_the_words_of_both(
    site: Site, internet: Internet, again: Again
) -> None:
    site.answer("/page", "<p>the old words")
    internet.get(PAGE)
    site.answer("/page", "<p>new words")
    answer = again()
    assert not answer.same_payload
    assert [kind for kind, _, _ in _records(answer.captures[0])] == ["response", "request", "metadata"]
    assert "the old words" in answer.before.reveal()
    assert "new words" in answer.now.reveal()


def test_an_empty_answer_is_no_revisit_of_another_empty_answer(site: Site, internet: Internet, again: Again) -> None:
    site.answer("/page", "")
    internet.get(PAGE)
    assert not again().same_payload


@pytest.mark.parametrize(
    ("status", "body", "gone", "reason"),
    [
        (404, "", True, ""),
        (410, "", True, ""),
        (400, '{"error": "RepoDeactivated"}', True, ""),
        (400, '{"error": "InvalidRequest"}', False, "http_4xx"),
        (400, '["RepoDeactivated"]', False, "http_4xx"),
        (400, "[" * 10_000, False, "http_4xx"),
        (403, "", False, "http_403"),
        (429, "", False, "http_429"),
        (500, "", False, "http_5xx"),
    ],
)
def test_gone_is_what_the_service_says_and_every_refusal_or_failure_is_none(
    site: Site, internet: Internet, again: Again, status: int, body: str, gone: bool, reason: str
) -> None:
    site.answer("/page", "<p>the words")
    internet.get(PAGE)
    site.answer("/page", body, status=status, kind="application/json")
    answer = again()
    assert (answer.gone, answer.reason) == (gone, reason)
    assert len(answer.captures) == 1, "asked once, and kept"


def test_a_sign_in_page_in_its_place_is_no_change(site: Site, internet: Internet, again: Again) -> None:
    site.answer("/page", "<p>the words")
    internet.get(PAGE)
    site.answer("/page", "<title>Log in</title><form><input type=password></form>")
    assert again().reason == "login_page"


def test_it_follows_a_redirect_and_the_last_answer_decides(site: Site, internet: Internet, again: Again) -> None:
    site.answer("/page", "<p>the words")
    internet.get(PAGE)
    site.answer("/page", status=301, headers={"Location": "/moved"})
    site.answer("/moved", "<p>the words")
    answer = again()
    assert answer.same_payload
    assert answer.capture_id == answer.captures[1].id


def test_what_was_asked_with_a_key_is_not_asked_without_it(site: Site, internet: Internet) -> None:
    site.answer("/page", "{}")
    internet.get(PAGE, key=ApiKey(header="X-Token", value="secret"))
    with pytest.raises(NotAskedError, match="key_needed"):
        stands_on(internet.captures()[0].warc)


def test_what_is_withheld_or_failed_is_not_asked_again(site: Site, internet: Internet) -> None:
    site.answer("/page", "<p>private words")
    internet.withhold([internet.get(PAGE).capture_id])
    with pytest.raises(NotSearchedError):
        internet.get("http://unknown.example/")
    for warc in [*(capture.warc for capture in internet.captures()), b"no record at all"]:
        with pytest.raises(NotAskedError, match="nothing_captured"):
            stands_on(warc)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", json.dumps({"posts": [{"text": "I <3 the cops & left."}]})),
        ("application/json", json.dumps({"content": "<p>I &lt;3 the cops &amp; left.</p>"})),
        ("text/html", "<p>I &lt;3 the <b>cops</b> &amp; left."),
        ("application/rss+xml", "<rss><item>&lt;p>I &amp;lt;3 the cops &amp;amp; left.&lt;/p></item></rss>"),
        ("text/plain", "I <3 the cops & left."),
    ],
)
def test_the_words_are_read_from_pages_interfaces_and_feeds(
    site: Site, internet: Internet, again: Again, kind: str, body: str
) -> None:
    site.answer("/page", body, kind=kind)
    internet.get(PAGE)
    assert "I <3 the cops & left." in " ".join(again().now.reveal().split())


class _Broken(httpx.BaseTransport):
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise RuntimeError(str(request.url))


def test_a_defect_on_the_way_is_a_reason_and_no_error(site: Site, internet: Internet) -> None:
    site.answer("/page", "<p>the words")
    internet.get(PAGE)
    before = stands_on(internet.captures()[0].warc)
    assert ask_again(Nobody(), planned("x"), before, _Broken(), lambda: NOW, lambda: "K-1").reason == "source_defect"


def test_an_answer_whose_first_body_cannot_be_unpacked_is_compared_by_its_payload(
    site: Site, internet: Internet, again: Again
) -> None:
    site.answer("/page", b"no gzip at all", headers={"Content-Encoding": "gzip"})
    with pytest.raises(NotSearchedError):
        internet.get(PAGE)
    assert not stands_on(internet.captures()[0].warc).text
    assert again().reason == "unreadable_answer"


def test_a_recording_answers_the_same_again(site: Site, internet: Internet, run: Runner) -> None:
    site.answer("/page", "<p>the words")
    internet.get(PAGE)
    captured = SimpleNamespace(captures=internet.captures())
    before = stands_on(internet.captures()[0].warc)
    recording = run.recording_of(captured)  # type: ignore[arg-type]
    assert ask_again(Nobody(), planned("x"), before, recording, lambda: NOW, run.new_id).same_payload

"""The recorded internet gives back what was captured: bytes, statuses, redirects and failures."""

import gzip
import hashlib
import io
import json
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.sources.loopback import HOST, Site
from vetting.errors import ExitCode, VettingError
from vetting.evidence import Capture
from vetting.sources.egress import mapped_transport
from vetting.sources.interface import NotSearchedError, Reason
from vetting.sources.internet import Internet, Response
from vetting.sources.recorded import RecordedTransport, recorded_transport

Make = Callable[..., Internet]


def _recording(folder: Path, captures: tuple[Capture, ...]) -> RecordedTransport:
    (folder / "a.warc").write_bytes(b"".join(capture.warc for capture in captures))
    return recorded_transport(folder, practice=True)


def _same(one: Response, other: Response) -> bool:
    return (one.url, one.status, one.body) == (other.url, other.status, other.body)


def test_what_was_captured_is_answered_again_byte_for_byte(
    site: Site, internet: Internet, make_internet: Make, tmp_path: Path
) -> None:
    site.answer(
        "/a", gzip.compress(b"<p>" + bytes(range(256)) * 9), headers={"Content-Encoding": "gzip", "X-N": "caf\u00e9"}
    )
    site.answer("/b", status=302, headers={"Location": "/a"})
    site.answer("/c", '{"error":"NotFound"}', status=404, kind="application/json")
    first = [internet.get(f"http://{HOST}{path}") for path in ("/a", "/b", "/c")]
    replayed = make_internet(_recording(tmp_path, internet.captures()))
    second = [replayed.get(f"http://{HOST}{path}") for path in ("/a", "/b", "/c")]
    assert all(map(_same, first, second))
    payloads = [_digests(one.captures()) for one in (internet, replayed)]
    assert payloads[0] == payloads[1]


def _digests(captures: tuple[Capture, ...]) -> list[bytes]:
    lines = (line for capture in captures for line in capture.warc.splitlines())
    return [line for line in lines if line.startswith(b"WARC-Payload-Digest")]


def test_a_recorded_failure_fails_again(make_internet: Make, tmp_path: Path) -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        refusing = make_internet(mapped_transport({HOST: ("127.0.0.1", unheard.getsockname()[1])}))
        with pytest.raises(NotSearchedError):
            refusing.get(f"http://{HOST}/")
    with pytest.raises(NotSearchedError) as stopped:
        make_internet(_recording(tmp_path, refusing.captures())).get(f"http://{HOST}/")
    assert stopped.value.reason is Reason.CONNECT_REFUSED


def test_what_was_not_recorded_is_unavailable_and_not_an_empty_answer(
    site: Site, internet: Internet, make_internet: Make, tmp_path: Path
) -> None:
    site.answer("/a", "<p>a")
    internet.get(f"http://{HOST}/a")
    replayed = make_internet(_recording(tmp_path, internet.captures()))
    for url in (f"http://{HOST}/A", f"http://{HOST}/a?q=", f"https://{HOST}/a", f"http://{HOST}/a/"):
        with pytest.raises(NotSearchedError) as stopped:
            replayed.get(url)
        assert stopped.value.reason is Reason.NOT_RECORDED
    assert b"error: not_recorded" in replayed.captures()[0].warc


def test_of_two_recordings_of_an_address_the_newest_answers(make_internet: Make, tmp_path: Path) -> None:
    for name, year, words in (("b.warc", 2024, b"older"), ("a.warc", 2025, b"newer")):
        (tmp_path / name).write_bytes(_warc(words, date=f"{year}-01-01T00:00:00Z"))
    internet = make_internet(recorded_transport(tmp_path, practice=True))
    assert internet.get("http://site.example/p").body == b"newer"


def _warc(body: bytes, *, date: str = "2026-01-01T00:00:00Z", packed: bool = False) -> bytes:
    """A one-response archive as another program writes it."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed, warc_version="WARC/1.0")
    headers = StatusAndHeaders("200 OK", [("Content-Type", "text/plain")], protocol="HTTP/1.1")
    record = writer.create_warc_record(
        "http://site.example/p",
        "response",
        payload=io.BytesIO(body),
        length=len(body),
        http_headers=headers,
        warc_headers_dict={"WARC-Date": date},
    )
    writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "another"}))
    writer.write_record(record)
    return out.getvalue()


@pytest.mark.parametrize("packed", [False, True])
def test_an_archive_of_another_program_is_replayed(make_internet: Make, tmp_path: Path, packed: bool) -> None:
    file = tmp_path / ("a.warc.gz" if packed else "a.warc")
    file.write_bytes(_warc(b"theirs", packed=packed))
    assert make_internet(recorded_transport(file, practice=True)).get("http://site.example/p").body == b"theirs"


def test_a_wacz_is_replayed(make_internet: Make, tmp_path: Path) -> None:
    file = tmp_path / "a.wacz"
    data = _warc(b"packed", packed=True)
    listed = {"path": "archive/data.warc.gz", "hash": "sha256:" + hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.warc.gz", data)
        archive.writestr("datapackage.json", json.dumps({"profile": "data-package", "resources": [listed]}))
    assert make_internet(recorded_transport(tmp_path, practice=True)).get("http://site.example/p").body == b"packed"


def test_an_empty_folder_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "missing"):
        with pytest.raises(VettingError) as refused:
            recorded_transport(place, practice=True)
        assert refused.value.exit_code is ExitCode.NOT_FOUND


def test_one_damaged_file_refuses_the_whole_recording(tmp_path: Path) -> None:
    (tmp_path / "good.warc").write_bytes(_warc(b"good"))
    (tmp_path / "torn.warc").write_bytes(_warc(b"hidden words")[:-30])
    with pytest.raises(VettingError) as refused:
        recorded_transport(tmp_path, practice=True)
    assert refused.value.code == "recording_corrupt"
    assert refused.value.exit_code is ExitCode.BAD_INPUT
    assert "hidden" not in str(refused.value)
    assert refused.value.remedy


_GOOD = {"a.warc": _warc(b"some words " * 20), "a.warc.gz": _warc(b"some words " * 20, packed=True)}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), name=st.sampled_from(sorted(_GOOD)))
def test_a_damaged_archive_is_refused_or_read_and_never_anything_else(
    tmp_path: Path, data: st.DataObject, name: str
) -> None:
    damaged = bytearray(_GOOD[name])
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(damaged)))
    file = tmp_path / name
    file.write_bytes(bytes(damaged[:end]))
    refused: VettingError | None = None
    answers = 0
    try:
        answers = len(recorded_transport(file, practice=True))
    except VettingError as error:
        refused = error
    assert answers <= 1 if refused is None else refused.exit_code is ExitCode.BAD_INPUT

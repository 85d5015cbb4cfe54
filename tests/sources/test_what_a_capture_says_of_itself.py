"""Each capture says when it was made, by whose clock, with what, and which digest its payload has."""

import hashlib
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from io import BytesIO
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.sources.loopback import AGENT, HOST, NOW, Runner, Site, planned
from vetting.evidence import Capture
from vetting.sources.capture_note import date_difference, noted, skew, software
from vetting.sources.conduct import conduct
from vetting.sources.interface import Answer, NotSearchedError, Reason
from vetting.sources.internet import Internet
from vetting.sources.recorded import recorded_transport

DIGEST = "c0ffee" * 10 + "c0de"


def _note(capture: Capture) -> tuple[dict[str, str], dict[str, str]]:
    """The WARC headers and the fields of the one metadata record."""
    notes = [
        (dict(record.rec_headers.headers), noted(record.raw_stream.read()))
        for record in ArchiveIterator(BytesIO(capture.warc))
        if record.rec_type == "metadata"
    ]
    assert len(notes) == 1, "one record of metadata, so that an import keeps the exchange together"
    return notes[0]


def _ticking(milliseconds: int) -> Callable[[], datetime]:
    """A clock that goes on by so much each time it is looked at."""
    times = iter(NOW + timedelta(milliseconds=milliseconds * count) for count in range(1000))
    return lambda: next(times)


def test_the_note_holds_time_tool_configuration_and_digest(site: Site, transport: object, new_id: object) -> None:
    site.answer("/page", "<p>words", headers={"Date": format_datetime(NOW + timedelta(seconds=40), usegmt=True)})
    internet = Internet(
        transport,  # type: ignore[arg-type]
        clock=_ticking(1500),
        new_id=new_id,  # type: ignore[arg-type]
        user_agent=AGENT,
        configuration=DIGEST,
    )
    internet.get(f"http://{HOST}/page")
    (capture,) = internet.captures()
    headers, fields = _note(capture)
    response = next(iter(ArchiveIterator(BytesIO(capture.warc))))
    assert headers["WARC-Concurrent-To"] == response.rec_headers.get_header("WARC-Record-ID")
    assert fields["fetchTimeMs"] == "1500"
    assert set(fields) == {"fetchTimeMs", "software", "configuration", "serverDateDifference", "sha256"}
    assert fields["software"] == software()
    assert fields["software"].startswith("vetting/0.")
    assert fields["configuration"] == DIGEST
    assert fields["sha256"] == hashlib.sha256(b"<p>words").hexdigest()
    assert abs(float(fields["serverDateDifference"]) - 40) < 3


def test_what_nobody_knows_is_called_unknown_and_what_nobody_gave_is_empty(site: Site, internet: Internet) -> None:
    site.answer("/page", "<p>words", headers={"Date": "yesterday"})
    internet.get(f"http://{HOST}/page")
    _, fields = _note(internet.captures()[0])
    assert (fields["serverDateDifference"], fields["configuration"]) == ("unknown", "")


@pytest.mark.parametrize("withhold", [False, True])
def test_a_failure_and_a_withheld_answer_say_it_too_without_a_digest(
    site: Site, internet: Internet, withhold: bool
) -> None:
    if withhold:
        site.answer("/shy", "private words")
        internet.withhold([internet.get(f"http://{HOST}/shy").capture_id])
    else:
        with pytest.raises(NotSearchedError):
            internet.get("http://unknown.example/")
    _, fields = _note(internet.captures()[0])
    assert fields["error" if not withhold else "withheld"]
    assert (fields["fetchTimeMs"], fields["software"]) == ("0", software())
    assert not {"sha256", "serverDateDifference"} & set(fields), "nothing of the answer may be left"


def test_a_recording_is_answered_as_before_and_says_nothing_of_the_clock(
    site: Site, internet: Internet, make_internet: Callable[..., Internet], tmp_path: Path
) -> None:
    site.answer("/page", "<p>words")
    internet.get(f"http://{HOST}/page")
    with pytest.raises(NotSearchedError):
        internet.get("http://unknown.example/")
    (tmp_path / "a.warc").write_bytes(b"".join(capture.warc for capture in internet.captures()))
    replayed = make_internet(recorded_transport(tmp_path, practice=True))
    assert replayed.get(f"http://{HOST}/page").body == b"<p>words"
    with pytest.raises(NotSearchedError) as stopped:
        replayed.get("http://unknown.example/")
    assert stopped.value.reason is Reason.DNS
    assert _note(replayed.captures()[0])[1]["serverDateDifference"] == "unknown"
    assert replayed.clock_differences() == ()
    assert len(internet.clock_differences()) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ([(b"Date", b"Mon, 04 May 2026 03:02:11 GMT")], 9.3),
        ([(b"Date", b"Mon, 04 May 2026 03:01:01 GMT"), (b"Age", b"60")], -0.7),
        ([(b"date", b"Mon, 04 May 2026 03:02:11 GMT"), (b"Age", b"nan")], 9.3),
        ([(b"date", b"Mon, 04 May 2026 03:02:11 GMT"), (b"Age", b"-9")], 9.3),
        ([(b"Date", b"yesterday")], None),
        ([(b"Date", b"Mon, 99 May 99999 03:02:11 GMT")], None),
        ([(b"Date", b"")], None),
        ([], None),
    ],
)
def test_the_difference_is_read_from_date_and_age(headers: list[tuple[bytes, bytes]], seconds: float | None) -> None:
    assert date_difference(headers, NOW, 0) == seconds


def test_half_of_the_time_on_the_way_is_taken_off() -> None:
    assert date_difference([(b"Date", b"Mon, 04 May 2026 03:02:11 GMT")], NOW, 4000) == 7.3


@pytest.mark.parametrize(
    ("differences", "seconds"),
    [
        ([], None),
        ([9000.0], None),  # one server may be wrong
        ([9000.0, 8000.0], 8500),
        ([-400.0, -500.0, -301.0], -400),
        ([-400.0, 400.0], None),  # they do not agree
        ([1.0, 2.0, 9000.0, 9000.0], None),
        ([1.0, 9000.0, 9000.0], 9000),
        ([300.0, 300.0], None),
        ([math.nan, 9000.0], None),
    ],
)
def test_our_clock_is_doubted_only_where_several_servers_agree(differences: list[float], seconds: int | None) -> None:
    assert skew(differences) == seconds


class _TwoHosts:
    name = "any"
    technique = None
    user_agent = AGENT

    def search(self, _search: object, internet: Internet) -> Answer:
        for host in (HOST, "other.example"):
            internet.get(f"http://{host}/page")
        return Answer(reason=Reason.NOTHING_FOUND)


def test_a_search_hands_on_how_far_its_servers_clocks_were_from_ours(site: Site, run: Runner) -> None:
    site.answer("/page", headers={"Date": format_datetime(datetime(2026, 5, 4, 4, 2, 1, tzinfo=UTC), usegmt=True)})
    conducted = run(_TwoHosts())  # type: ignore[arg-type]
    assert len(conducted.clock_differences) == 2
    replayed = conduct(
        _TwoHosts(),  # type: ignore[arg-type]
        planned("x"),
        run.recording_of(conducted),
        clock=lambda: NOW,
        new_id=run.new_id,
        configuration=DIGEST,
    )
    assert replayed.clock_differences == ()
    assert _note(replayed.captures[0])[1]["configuration"] == DIGEST

"""The recorded internet of practice cases: WARC and WACZ files answer by method and exact URL."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import httpx

from vetting.errors import bad_input, not_found, refused
from vetting.sources.archive_members import SUFFIXES, read_archive_file
from vetting.sources.capture_note import noted
from vetting.sources.hosts_file import SUFFIX, hosts_transport
from vetting.sources.http_block import HttpAnswer, parse_answer
from vetting.sources.interface import Reason
from vetting.sources.live import live_transport
from vetting.sources.warc_reader import CorruptArchiveError, WarcRecord
from vetting.sources.warc_writer import FAILURE_FIELD, FIELDS, WITHHELD_FIELD

_REMEDY: Final = "Make the recording again, or restore the file from a copy."


class RecordedFailureError(httpx.TransportError):
    """What went wrong when it was recorded, or `not_recorded`. Holds a code only."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class RecordedTransport(httpx.BaseTransport):
    """Answers with recorded bytes, fails with recorded failures; of two recordings of an address the newest counts."""

    def __init__(self, records: list[WarcRecord]) -> None:
        self._answers: dict[str, HttpAnswer | Reason] = {}
        for record in sorted(records, key=lambda record: record.recorded_at):
            answer = _answer(record)
            if answer is not None:
                self._answers[_exact(record.url)] = answer

    def __len__(self) -> int:
        return len(self._answers)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The recorded response. Raises RecordedFailureError for a recorded failure and for what was not recorded."""
        answer = self._answers.get(str(request.url)) if request.method == "GET" else None
        if answer is None:
            raise RecordedFailureError(Reason.NOT_RECORDED)
        if isinstance(answer, Reason):
            raise RecordedFailureError(answer)
        return httpx.Response(
            answer.status,
            headers=list(answer.headers),
            stream=httpx.ByteStream(answer.body),
            extensions={"reason_phrase": answer.phrase},
        )


def recorded_transport(recordings: Path, *, practice: bool) -> RecordedTransport:
    """The internet as recorded in a file, or in all .warc, .warc.gz and .wacz files of a folder.

    Refuses a real case, a missing or empty recording, and one that is damaged anywhere: nothing half-read answers.
    """
    if not practice:
        raise refused(
            "recorded_real_case",
            "A real case may not be searched on a recorded internet.",
            "Leave the recording away, or open the case as a practice case.",
        )
    files = sorted(recordings.rglob("*")) if recordings.is_dir() else [recordings]
    files = [file for file in files if file.is_file() and file.name.endswith(SUFFIXES)]
    if not files:
        raise not_found(
            "recording_missing",
            "There is no recorded internet at the place given.",
            "Name a folder with WARC or WACZ files.",
        )
    return RecordedTransport([record for file in files for record in _whole(file)])


def transport_for(*, practice: bool, recordings: Path | None) -> httpx.BaseTransport:
    """The only internet a case may use: recorded or mapped for practice, live for a real one.

    `recordings` is a recorded internet, or a TOML file of names and ports of this machine. Refuses every other pair.
    """
    if recordings is None:
        return live_transport(practice=practice)
    if recordings.suffix == SUFFIX:
        return hosts_transport(recordings, practice=practice)
    return recorded_transport(recordings, practice=practice)


def _whole(file: Path) -> list[WarcRecord]:
    try:
        records = list(read_archive_file(file))
        for record in records:
            _answer(record)
    except CorruptArchiveError as error:
        raise bad_input("recording_corrupt", f"The recording {file.name} is damaged ({error}).", _REMEDY) from None
    except OSError:
        raise bad_input("recording_unreadable", f"The recording {file.name} cannot be opened.", _REMEDY) from None
    return records


def _answer(record: WarcRecord) -> HttpAnswer | Reason | None:
    """What the record makes a request for its URL get; None for records that answer nothing."""
    if record.kind == "response" and record.content_type.startswith("application/http"):
        return parse_answer(record.block)
    if record.kind == "metadata" and record.content_type.startswith(FIELDS):
        facts = noted(record.block)  # beside a response it holds neither: that answers by itself
        code = facts.get(FAILURE_FIELD) or facts.get(WITHHELD_FIELD)
        if code is not None:
            return _failure(code)
    return None


def _failure(code: str) -> Reason:
    try:
        return Reason(code)
    except ValueError:
        raise CorruptArchiveError("failure code") from None


def _exact(url: str) -> str:
    """The URL as a request for it would spell it."""
    try:
        return str(httpx.URL(url))
    except (httpx.InvalidURL, ValueError, TypeError):
        return ""

"""A bare file comes into a case with who gave it, where and when it was seen, and an entry of its own in the log."""

import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BufferedReader
from pathlib import Path

import pytest

from tests.casework.room import CHIEF, SOMEONE, Room, now
from tests.sources.archives import PAGE, archive, zipped
from tests.sources.files import PNG, pdf
from vetting.candidate import Authorization
from vetting.casework import importing
from vetting.casework.desk import commit
from vetting.casework.importing import Imported, import_evidence, seen_at
from vetting.casework.intake import attest, open_case, open_position
from vetting.casework.protocol_file import load_protocol
from vetting.casework.reviewing import findings_of
from vetting.errors import VettingError
from vetting.log.event import EventType
from vetting.sources.archive_file import ImportedRecord, records_in
from vetting.sources.received_file import FileKind, Giver, kind_of_opened

THREAT = "I will burn down the house of whoever wrote me that ticket."
ADDRESS = "https://a.example/post/1"
SEEN = "2026-01-02T03:04:05Z"


@pytest.fixture
def case(room: Room) -> str:
    return opened(room)


def opened(room: Room, *, may_ask: bool = True) -> str:
    protocol = load_protocol(room.settings.config, "patrol_officer", room.analyzer.version, now().date())
    open_position(room.one, "patrol", replace(protocol, may_request_handles=may_ask), [CHIEF], practice=True)
    attest(room.one, "patrol")
    signed = Authorization(form_sha256="0" * 64, signed_at=now(), expires_at=now() + timedelta(days=1))
    candidate = SOMEONE if may_ask else replace(SOMEONE, identifiers=())
    return open_case(room.one, "patrol", candidate, signed, secrets.token_bytes(32)).number


def brought(
    room: Room, case: str, path: Path, *, giver: Giver = Giver.INVESTIGATOR, address: str = ADDRESS, at: str = SEEN
) -> Imported:
    seen = seen_at(room.one, address, at) if giver is Giver.INVESTIGATOR else None
    return import_evidence(room.one, case, path, room.criteria, room.analyzer, giver=giver, seen=seen)


def entries(room: Room) -> list[dict[str, object]]:
    return [dict(e.event.body) for e in room.one.reader.entries() if e.event.type is EventType.EVIDENCE_IMPORTED]


def file_of(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "file"
    path.write_bytes(data)
    return path


def test_a_pdf_brings_its_findings_and_its_entry(room: Room, case: str, tmp_path: Path) -> None:
    path = file_of(tmp_path, pdf("Some words.", THREAT))
    assert brought(room, case, path) == Imported(
        kind=FileKind.PDF, captures=1, texts=1, partly=False, findings=len(findings_of(room.one, case))
    )
    (found,) = findings_of(room.one, case)
    assert found.finding.locator.reveal() == ADDRESS
    assert found.finding.posted_at is None
    (entry,) = entries(room)
    commitment = str(entry.pop("file"))
    assert len(commitment) == 64
    assert entry == {
        "kind": "pdf",
        "from": "investigator",
        "technique": "investigator_import",
        "captures": 1,
        "texts": 1,
        "partly": False,
        "by": "i.one",
    }


def test_where_and_when_it_was_seen_is_sealed_and_not_in_the_log(room: Room, case: str, tmp_path: Path) -> None:
    brought(room, case, file_of(tmp_path, PNG))
    logged = repr([entry.as_map() for entry in room.one.reader.entries()])
    assert "a.example" not in logged
    assert "2026-01-02" not in logged
    store = (room.settings.home / "case_files" / "case_files.db").read_bytes()
    assert b"a.example" not in store
    assert b"words in a picture" not in store


def test_the_export_of_an_account_comes_from_the_candidate(room: Room, case: str, tmp_path: Path) -> None:
    path = file_of(tmp_path, zipped([("posts.json", f'{{"text": "{THREAT}"}}'.encode())]))
    assert brought(room, case, path, giver=Giver.CANDIDATE).kind is FileKind.EXPORT
    (entry,) = entries(room)
    assert (entry["from"], entry["technique"]) == ("candidate", "candidate_export")
    assert [found.finding.locator.reveal() for found in findings_of(room.one, case)] == ["posts.json"]


def refusal(room: Room, case: str, path: Path, **given: object) -> str:
    before = (len(entries(room)), len(findings_of(room.one, case)))
    with pytest.raises(VettingError) as caught:
        brought(room, case, path, **given)  # type: ignore[arg-type]
    assert (len(entries(room)), len(findings_of(room.one, case))) == before
    return caught.value.code


def test_the_same_zip_from_the_investigator_is_no_archive(room: Room, case: str, tmp_path: Path) -> None:
    assert refusal(room, case, file_of(tmp_path, zipped([("posts.json", b"[]")]))) == "archive_corrupt"


def test_where_candidates_may_not_be_asked_no_export_is_taken(room: Room, tmp_path: Path) -> None:
    department = room.settings.department.model_copy(update={"may_request_handles": False})
    settings = replace(room.settings, department=department)
    elsewhere = replace(room, one=replace(room.one, settings=settings))
    path = file_of(tmp_path, zipped([("posts.json", b"[]")]))
    case = opened(elsewhere, may_ask=False)
    assert refusal(elsewhere, case, path, giver=Giver.CANDIDATE) == "export_not_asked_for"


def test_a_file_without_where_and_when_is_refused(room: Room, case: str, tmp_path: Path) -> None:
    with pytest.raises(VettingError) as caught:
        import_evidence(room.one, case, file_of(tmp_path, PNG), room.criteria, room.analyzer)
    assert caught.value.code == "origin_missing"
    assert entries(room) == []


@pytest.mark.parametrize("at", ["", "yesterday", "2026-13-01T00:00", "9999-01-01T00:00", "2026-01-02T03:04:05+99:00"])
def test_a_time_that_is_none_or_is_to_come_is_refused(room: Room, case: str, tmp_path: Path, at: str) -> None:
    assert refusal(room, case, file_of(tmp_path, PNG), at=at) == "seen_at_unusable"


def test_a_time_without_an_offset_is_utc(room: Room) -> None:
    assert seen_at(room.one, ADDRESS, "2026-01-02T03:04").at == datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def test_a_file_that_cannot_be_read_whole_leaves_nothing_behind(room: Room, case: str, tmp_path: Path) -> None:
    assert refusal(room, case, file_of(tmp_path, pdf(THREAT)[:300])) == "file_damaged"


def test_the_same_file_comes_in_once(room: Room, case: str, tmp_path: Path) -> None:
    path = file_of(tmp_path, PNG)
    brought(room, case, path)
    assert refusal(room, case, path) == "imported_before"


# -------------------------------------------------------------------------- while it is read, the file is exchanged


def _meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Does something to the file after its kind was told."""

    def told(file: BufferedReader, path: Path, giver: Giver) -> FileKind:
        kind = kind_of_opened(file, path, giver)
        act()
        return kind

    monkeypatch.setattr(importing, "kind_of_opened", told)


@pytest.mark.parametrize("data", [PNG, archive([("http://a.example/", "text/html", PAGE)])], ids=["file", "archive"])
def test_the_log_commits_to_what_was_imported_and_not_to_what_lies_there_now(
    room: Room, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    path = file_of(tmp_path, data)
    other = tmp_path / "other"
    other.write_bytes(PNG + b"another")
    _meanwhile(monkeypatch, lambda: other.replace(path))
    brought(room, case, path)
    with room.one.case_files.reading() as view:
        sealed = b"".join(view.open_capture(capture.id) for capture in view.captures(case))
        secret = view.case_secret(case)
    assert data in sealed
    (entry,) = entries(room)
    assert entry["file"] == commit(secret, "import", hashlib.sha256(data).digest())


def test_an_archive_that_is_still_being_written_is_refused(
    room: Room, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = archive([("http://a.example/", "text/html", PAGE)])
    path = file_of(tmp_path, data)

    def read(opened: BufferedReader) -> Iterator[ImportedRecord]:
        with path.open("ab") as file:
            file.write(data)
        return records_in(opened)

    monkeypatch.setattr(importing, "records_in", read)
    assert refusal(room, case, path) == "file_changed"


def test_an_import_of_a_pipe_is_refused(room: Room, case: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal(room, case, tmp_path / "pipe") == "not_a_file"

"""A case's captures leave as one file: noted in the log before it exists, in clear, and by those only who may."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.casework.room import CHIEF, TWO, Passage, Room, found_on, locked, logged, new_id, now
from tests.sources.archives import read_archive
from tests.sources.authority import URL, Authority, authority
from tests.sources.loopback import AGENT, HOST, Nobody, Site
from vetting.casework import exporting
from vetting.casework.desk import commit
from vetting.casework.exporting import Exported, check_export, export_evidence
from vetting.casework.recapturing import recapture
from vetting.errors import ExitCode, VettingError, not_ready
from vetting.log.event import Event, EventType
from vetting.roles import Role
from vetting.search import Search
from vetting.settings import Settings, Timestamp, load_settings
from vetting.sources.asking_again import ask_again
from vetting.sources.conduct import Conducted
from vetting.sources.internet import Internet
from vetting.sources.stamping import stamp_of, trusted_certificates
from vetting.sources.timestamp import ask_for_token

POST = "I outran the cops last night and laughed about it."


@pytest.fixture
def real(room: Room, site: Site, transport: httpx.BaseTransport) -> Room:
    """Return the room; every search of it captures a page of the loopback server."""
    site.answer("/posts", f"<p>{POST}</p>")

    def bring(search: Search, passages: tuple[Passage, ...]) -> Conducted:
        brought = found_on(search, passages)
        internet = Internet(transport, clock=now, new_id=new_id, user_agent=AGENT)
        captured = internet.get(f"http://{HOST}/posts").capture_id
        hits = tuple(replace(hit, capture_id=captured) for hit in brought.hits)
        return replace(brought, hits=hits, captures=internet.captures())

    return replace(room, bring=bring)


@pytest.fixture
def number(real: Room) -> str:
    """Return a case with captures."""
    return real.searched((Passage(words=POST),))


@pytest.fixture
def tsa(tmp_path: Path) -> Iterator[Authority]:
    """Yield a running time-stamping authority."""
    (tmp_path / "tsa").mkdir()
    with authority(tmp_path / "tsa") as running:
        yield running


def _exports(room: Room) -> list[Event]:
    return [e.event for e in room.one.reader.entries() if e.event.type is EventType.EVIDENCE_EXPORTED]


def _refusal(code: str, room: Room, number: str, path: Path) -> VettingError:
    """Nothing is written and nothing is noted."""
    with pytest.raises(VettingError) as refusal:
        export_evidence(room.one, number, path)
    assert refusal.value.code == code
    assert _exports(room) == []
    return refusal.value


def test_the_file_holds_every_capture_and_the_log_a_commitment_to_it(real: Room, number: str, tmp_path: Path) -> None:
    file = tmp_path / "case.wacz"
    done = export_evidence(real.one, number, file)
    with real.one.case_files.reading() as view:
        warcs = [view.open_capture(capture.id) for capture in view.captures(number)]
        secret = view.case_secret(number)
    assert b"".join(record.warc for record in list(read_archive(file))[1:]) == b"".join(warcs)
    assert (done.captures, done.sha256) == (len(warcs), hashlib.sha256(file.read_bytes()).hexdigest())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (event,) = _exports(real)
    export = str(event.body["export"])
    assert event.body["file"] == commit(secret, export, bytes.fromhex(done.sha256))
    assert (event.body["captures"], event.body["by"]) == (len(warcs), real.one.person.id)
    assert check_export(file, real.settings).existed_at is None


def test_what_was_asked_once_more_is_in_it_as_well(real: Room, transport: httpx.BaseTransport, tmp_path: Path) -> None:
    number = real.reviewed(Passage(words=POST))
    recapture(real.one, number, lambda search, before: ask_again(Nobody(), search, before, transport, now, new_id))
    export_evidence(real.one, number, tmp_path / "case.wacz")
    assert [record.kind for record in read_archive(tmp_path / "case.wacz")].count("revisit") == 1


def test_no_log_no_file(real: Room, number: str, tmp_path: Path) -> None:
    with locked(real.settings, "transparency_log"), pytest.raises(VettingError) as refusal:
        export_evidence(real.one, number, tmp_path / "case.wacz")
    assert refusal.value.exit_code is ExitCode.STORAGE
    assert not (tmp_path / "case.wacz").exists()


def test_a_file_that_exists_is_kept_unless_it_is_meant(real: Room, number: str, tmp_path: Path) -> None:
    file = tmp_path / "case.wacz"
    file.write_text("another case")
    _refusal("file_exists", real, number, file)
    assert file.read_text() == "another case"
    export_evidence(real.one, number, file, force=True)
    assert check_export(file, real.settings).records > 1


def test_a_link_is_replaced_and_never_written_through(real: Room, number: str, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("somebody's")
    (tmp_path / "case.wacz").symlink_to(tmp_path / "elsewhere")
    _refusal("file_exists", real, number, tmp_path / "case.wacz")
    export_evidence(real.one, number, tmp_path / "case.wacz", force=True)
    assert (tmp_path / "elsewhere").read_text() == "somebody's"


def test_a_place_that_cannot_be_written_to_is_a_sentence_and_nothing_is_noted(
    real: Room, number: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("somebody's")
    before = sorted(tmp_path.iterdir())
    _refusal("file_not_written", real, number, tmp_path / "missing" / "case.wacz")
    _refusal("file_not_written", real, number, tmp_path / "file" / "case.wacz")
    assert "shorter name" in _refusal("file_not_written", real, number, tmp_path / ("x" * 255)).remedy
    _refusal("file_not_written", real, number, tmp_path / ("x" * 300))
    for path in (Path(), Path("/"), tmp_path):
        assert _refusal("not_a_file", real, number, path).exit_code is ExitCode.BAD_INPUT
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("name", ["case.wacz", "case.wacz.tsr"])
def test_force_replaces_files_and_nothing_else(real: Room, number: str, tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(VettingError) as refusal:
        export_evidence(real.one, number, tmp_path / "case.wacz", force=True)
    assert refusal.value.code == "not_a_file"
    assert stat.S_ISFIFO((tmp_path / name).stat().st_mode)
    assert _exports(real) == []


def test_a_full_disk_leaves_the_earlier_file_and_its_time_stamp(
    real: Room, number: str, tmp_path: Path, tsa: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "case.wacz"
    token = _stamped(real, number, file, tsa).token
    assert token is not None
    before = file.read_bytes(), token.read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(exporting, "write_file", full)
    with pytest.raises(VettingError) as refusal:
        export_evidence(real.one, number, file, force=True)
    assert (refusal.value.code, refusal.value.exit_code) == ("file_not_written", ExitCode.STORAGE)
    assert (file.read_bytes(), token.read_bytes()) == before
    assert check_export(file, _with_authority(real.settings, tsa)).existed_at is not None
    assert logged(real, EventType.EVIDENCE_EXPORTED) == 2, "noted before it was tried"


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.DECISION_MAKER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_nobody_but_an_investigator_exports(real: Room, number: str, tmp_path: Path, role: Role) -> None:
    other = replace(real, one=replace(real.one, person=replace(TWO, roles=frozenset({role}))))
    assert _refusal("role_refused", other, number, tmp_path / "case.wacz").exit_code is ExitCode.REFUSED


def test_whoever_decides_on_the_position_does_not_export(real: Room, number: str, tmp_path: Path) -> None:
    both = replace(CHIEF, roles=frozenset({Role.INVESTIGATOR}), sensitive_position=TWO.sensitive_position)
    with pytest.raises(VettingError) as refusal:
        export_evidence(replace(real.one, person=both), number, tmp_path / "case.wacz")
    assert refusal.value.exit_code is ExitCode.REFUSED
    assert not (tmp_path / "case.wacz").exists()


def test_a_case_without_captures_and_one_with_an_unreadable_capture_are_refused(room: Room, tmp_path: Path) -> None:
    def bring(search: Search, passages: tuple[Passage, ...]) -> Conducted:
        return replace(found_on(search, passages), captures=())

    _refusal("nothing_captured", room, replace(room, bring=bring).searched(()), tmp_path / "case.wacz")


def test_a_capture_that_holds_no_record_stops_the_export(room: Room, tmp_path: Path) -> None:
    _refusal("capture_unreadable", room, room.searched(()), tmp_path / "case.wacz")


# ------------------------------------------------------------------------------------------------------- time stamps


def _with_authority(settings: Settings, tsa: Authority, url: str = URL) -> Settings:
    (settings.config / "tsa.pem").write_bytes(tsa.root)
    department = settings.department.model_copy(update={"timestamp": Timestamp(url=url, certificates="tsa.pem")})
    return replace(settings, department=department)


def _stamped(room: Room, number: str, file: Path, tsa: Authority) -> Exported:
    return export_evidence(
        room.one, number, file, force=True, stamp=lambda data: ask_for_token(URL, data, tsa.root, tsa.transport)
    )


def test_a_time_stamp_lies_beside_the_file_and_is_verified_with_it(
    real: Room, number: str, tmp_path: Path, tsa: Authority
) -> None:
    file = tmp_path / "case.wacz"
    done = _stamped(real, number, file, tsa)
    assert done.token == tmp_path / "case.wacz.tsr"
    assert stat.S_IMODE(done.token.stat().st_mode) == 0o600
    settings = _with_authority(real.settings, tsa)
    existed = check_export(file, settings).existed_at
    assert existed is not None
    assert abs((existed - now()).total_seconds()) < 60
    with pytest.raises(VettingError) as refusal:  # nobody says whom to trust
        check_export(file, real.settings)
    assert refusal.value.code == "timestamp_certificates"


def test_the_time_stamp_of_another_export_does_not_hold(
    real: Room, number: str, tmp_path: Path, tsa: Authority
) -> None:
    file = tmp_path / "case.wacz"
    token = _stamped(real, number, file, tsa).token
    assert token is not None
    kept = token.read_bytes()
    export_evidence(real.one, number, file, force=True)
    assert not token.exists(), "it was the earlier file's"
    token.write_bytes(kept)
    with pytest.raises(VettingError) as refusal:
        check_export(file, _with_authority(real.settings, tsa))
    assert refusal.value.code == "timestamp_wrong"


def test_an_authority_that_gives_none_undoes_nothing(real: Room, number: str, tmp_path: Path) -> None:
    def stamp(_data: bytes) -> bytes:
        raise not_ready("timestamp_unavailable", "No answer.", "Export again later.")

    done = export_evidence(real.one, number, tmp_path / "case.wacz", stamp=stamp)
    assert done.token is None
    assert done.not_stamped is not None
    assert done.not_stamped.code == "timestamp_unavailable"
    assert check_export(tmp_path / "case.wacz", real.settings).records > 1


def test_who_is_asked_and_trusted_stands_in_the_configuration(settings: Settings, tsa: Authority) -> None:
    assert stamp_of(settings) is None
    assert stamp_of(_with_authority(settings, tsa)) is not None
    with pytest.raises(VettingError):
        trusted_certificates(_with_no_file(settings))
    text = (settings.config / "department.toml").read_text()
    (settings.config / "department.toml").write_text(text.replace('url = ""', 'url = "http://tsa.example/"'))
    assert load_settings(settings.home, settings.config).department.timestamp.url == "http://tsa.example/"


def _with_no_file(settings: Settings) -> Settings:
    department = settings.department.model_copy(update={"timestamp": Timestamp(url=URL, certificates="missing.pem")})
    return replace(settings, department=department)

"""A referral of a threat to life leads out of the house and nothing leads back; nothing less than that is referred."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.casework.room import CHIEF, CLEARED, FOUND_BY, ONE, SOMEONE, TWO, Passage, Room
from vetting.casework import referring
from vetting.casework.referral_sheet import NO_GUIDE, Platform, Threat, load_platform
from vetting.casework.referring import Referral, compose, record
from vetting.casework.reviewing import findings_of
from vetting.cli import referrals
from vetting.cli.app import whole
from vetting.errors import ExitCode, VettingError
from vetting.evidence import RawText
from vetting.log.event import EventType
from vetting.records.case_files import CaseFiles
from vetting.roles import Person, Role
from vetting.settings import REPOSITORY, Department, Settings, read_toml

WORDS = "I will burn down the house of my neighbour canary tonight, everyone in it."
PASSAGE = Passage(words=WORDS)


@pytest.fixture
def case(room: Room) -> tuple[str, str]:
    """A searched case and its one finding."""
    number = room.searched((PASSAGE,))
    return number, findings_of(room.one, number)[0].finding.id


def _composed(room: Room, case: tuple[str, str], platform: str = "bluesky") -> Referral:
    return compose(room.one, *case, platform, Threat.NAMED_PERSON)


def test_the_sheet_says_what_a_preservation_request_needs(room: Room, case: tuple[str, str]) -> None:
    text = _composed(room, case).text.reveal()
    with room.one.case_files.reading() as unit:
        (capture,) = (capture for capture in unit.captures(case[0]) if capture.key == FOUND_BY)
    for needed in (
        "Riverton Police Department, Detective Bureau",
        "duty sergeant",
        "An imminent threat to the life of a named person",
        "Platform: Bluesky",
        NO_GUIDE,
        "ada.riverton.example",
        "https://invented.example/",
        capture.id,
        capture.sha256,
        capture.captured_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "(holds the words)",
        "RFC 9082",
        "rdap.arin.net",
        "18 U.S.C. 2703(f)",
        "outbound only",
    ):
        assert needed in text


def test_the_sheet_names_no_candidate_no_case_and_no_word_of_the_post(room: Room, case: tuple[str, str]) -> None:
    text = _composed(room, case).text.reveal()
    for secret in (SOMEONE.full_name, SOMEONE.town + " ", case[0], "patrol", WORDS, "canary", case[1]):
        assert secret not in text.replace("Riverton Police Department", "")


def test_the_log_learns_that_a_referral_was_made_and_nothing_of_it(room: Room, case: tuple[str, str]) -> None:
    referral = _composed(room, case)
    before = room.one.checkpoint().size
    record(room.one, referral)
    (entry,) = (e for e in room.one.reader.entries() if e.event.type is EventType.REFERRAL_MADE)
    assert room.one.checkpoint().size == before + 1
    body = dict(entry.event.body)
    assert set(body) == {"referral", "captures", "finding", "kind", "sheet"}
    assert (body["referral"], body["captures"]) == (referral.id, 1)
    said = str(body)
    for secret in (case[1], "bluesky", "named_person", "ada.riverton", "invented.example"):
        assert secret not in said


def test_a_referral_changes_nothing_in_the_case(room: Room, case: tuple[str, str]) -> None:
    before = findings_of(room.one, case[0])
    record(room.one, _composed(room, case))
    assert findings_of(room.one, case[0]) == before
    assert not [name for name in dir(CaseFiles) if "refer" in name], "there is no place to keep an answer"


@pytest.mark.parametrize(
    ("person", "code"),
    [
        (Person(id="r.two", name="R", roles=frozenset({Role.REVIEWER}), sensitive_position=CLEARED), "role_refused"),
        (CHIEF, "role_refused"),
        (replace(ONE, id="chief"), "decides_here"),
        (replace(ONE, sensitive_position=None), "not_cleared"),
        (replace(TWO, id="i.three"), "conflict_not_attested"),
    ],
)
def test_nobody_refers_but_a_cleared_investigator_who_decides_nothing_here(
    room: Room, case: tuple[str, str], person: Person, code: str
) -> None:
    with pytest.raises(VettingError) as refused:
        compose(replace(room.one, person=person), *case, "bluesky", Threat.CHILD)
    assert (refused.value.code, refused.value.exit_code) == (code, ExitCode.REFUSED)


def test_what_is_unknown_and_a_unit_that_is_not_named_are_refused(room: Room, case: tuple[str, str]) -> None:
    for number, finding, platform, code in (
        (case[0], "F-none", "bluesky", "finding_unknown"),
        (case[0], case[1], "nowhere", "platform_unknown"),
    ):
        with pytest.raises(VettingError) as refused:
            compose(room.one, number, finding, platform, Threat.CHILD)
        assert refused.value.code == code
    nobody = Department(name="A Department", jurisdiction="massachusetts", may_request_handles=True)
    with pytest.raises(VettingError) as refused:
        compose(replace(room.one, settings=replace(room.settings, department=nobody)), *case, "bluesky", Threat.CHILD)
    assert refused.value.code == "no_referral_unit"
    assert "911" in refused.value.remedy


def test_every_platform_of_the_house_s_list_can_be_read_and_has_a_secure_address_or_none() -> None:
    config = REPOSITORY / "config"
    platforms = {name: load_platform(config, name) for name in read_toml(config / "referral.toml")}
    assert 10 <= len(platforms) <= 15
    assert {"other", "x", "facebook"} <= set(platforms)
    assert all(isinstance(platform, Platform) for platform in platforms.values())


def test_captured_text_cannot_style_a_terminal_or_add_a_line(room: Room) -> None:
    hostile = "https://invented.example/\u202e\x1b[31m\nTo: somebody else\r\nx"
    number = room.searched((PASSAGE,))
    finding = findings_of(room.one, number)[0].finding
    tampered = replace(finding, locator=RawText(hostile), author=RawText("ada\x07"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(referring, "_finding", lambda *_: tampered)
        text = _composed(room, (number, finding.id)).text.reveal()
    assert not any(character in text for character in "\u202e\x1b\x07\r")
    assert not [line for line in text.splitlines() if line.startswith("To: somebody")]


@pytest.mark.parametrize(
    "locator",
    [
        "at://did:plc:abcdefghijklmnopqrstuvwx/app.bsky.feed.post/1",
        "at://ada.example/app.bsky.feed.post/1",
        "did:web:a",
    ],
)
def test_an_address_that_names_no_host_is_asked_about_by_the_host_that_answered(
    room: Room, case: tuple[str, str], locator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = replace(findings_of(room.one, case[0])[0].finding, locator=RawText(locator))
    warc = b"WARC/1.1\r\nWARC-Target-URI: https://pds.invented.example/xrpc/x?repo=y\r\n\r\n"
    named, _ = referring._evidence(room.one, case[0], finding)
    monkeypatch.setattr(referring, "_finding", lambda *_: finding)
    monkeypatch.setattr(referring, "_evidence", lambda *_: (named, warc))
    lines = _composed(room, case).text.reveal().splitlines()
    assert next(line for line in lines if "by RDAP (RFC 9082)" in line).endswith(": pds.invented.example")
    assert f"Address of the post or page: {locator}" in lines


@pytest.fixture
def signed_in(room: Room, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(referrals, "desk", lambda: room.one)
    return room.settings


def _refer(case: tuple[str, str], to: Path, typed: str) -> object:
    arguments = ["refer", case[0], "--platform", "x", "--finding", case[1], "--threat", "child", "--to", str(to)]
    return CliRunner().invoke(whole(), arguments, input=typed)


@pytest.mark.usefixtures("signed_in")
def test_the_sheet_is_written_for_its_reader_only_after_a_confirmation(
    room: Room, case: tuple[str, str], tmp_path: Path
) -> None:
    to = tmp_path / "sheet.txt"
    before = room.one.checkpoint().size
    _refer(case, to, "yes\n")
    assert not to.exists()
    assert not (tmp_path / "absent").exists()
    _refer(case, tmp_path / "absent" / "sheet.txt", "a life is in danger\n")
    _refer(case, tmp_path / ("long" * 100), "a life is in danger\n")
    assert room.one.checkpoint().size == before, "nothing was recorded"
    _refer(case, to, "A life is in danger\n")
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    assert "18 U.S.C. 2703(f)" in to.read_text(encoding="utf-8")
    assert room.one.checkpoint().size == before + 1
    _refer(case, to, "a life is in danger\n")
    assert room.one.checkpoint().size == before + 1, "a sheet is never written over"

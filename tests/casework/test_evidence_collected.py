"""The evidence collected for a finding: sealed with it, and shown to its reviewer beside the level it carries."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from secrets import token_hex

import pytest

from tests.casework.room import Passage, Room, found_on
from tests.data_folder import set_up
from tests.records import invented
from tests.sources.archives import archive
from vetting.attribution import Level
from vetting.candidate import Identifier, IdentifierKind
from vetting.casework.collected import evidence_of
from vetting.casework.desk import Desk
from vetting.casework.opening import open_desk
from vetting.casework.protocol_file import config_digests
from vetting.casework.reviewing import findings_of
from vetting.casework.searching import progress, run_search
from vetting.cli import reviews
from vetting.errors import VettingError
from vetting.evidence import Profile, RawText
from vetting.finding import Finding
from vetting.records import sealed_facts
from vetting.roles import Person, Role, SensitivePosition
from vetting.settings import load_settings
from vetting.signals import NameFrequency, Signal
from vetting.sources.conduct import Conducted

THREAT = "I will shoot my neighbor tomorrow and burn his house down."
CLEARED = SensitivePosition(
    vetted_on=date(2026, 1, 5), training_expires_on=date(2090, 1, 1), confidentiality_signed_on=date(2026, 1, 6)
)
CASE, FINDING = "C-0001", "F-0001"
S = Signal


# ------------------------------------------------------------------------------------ gathered while searching


def with_profile(brought: Conducted) -> Conducted:
    confirmed = Profile(
        handle=RawText("ada.riverton.example"), name=RawText(""), place=RawText("Riverton"), confirmed=True
    )
    return replace(brought, hits=tuple(replace(hit, profile=confirmed) for hit in brought.hits))


@pytest.fixture
def found(room: Room) -> tuple[Room, Finding]:
    """Return the finding of a post on the account that the candidate disclosed."""
    number = room.searched((), down="social_posts.1")
    state = progress(room.one, number)
    search = next(s for s in state.planned if s.key == "social_posts.1")
    brought = with_profile(found_on(search, (Passage(words=THREAT),)))
    run_search(room.one, state, search, lambda _: brought, room.criteria, room.analyzer)
    return room, findings_of(room.one, number)[0].finding


def test_what_a_hit_says_is_kept_with_its_finding_and_is_no_attribution(found: tuple[Room, Finding]) -> None:
    room, finding = found
    assert finding.signals == (S.DISCLOSED_ACCOUNT, S.RECIPROCAL_LINK, S.SAME_TOWN)
    assert evidence_of(room.one, finding).proposed is Level.A4
    item = findings_of(room.one, finding.case_number)[0]
    assert (item.attribution, item.level) == (None, Level.A0)


def test_neither_the_log_nor_an_unsealed_file_says_what_was_collected(found: tuple[Room, Finding]) -> None:
    room, finding = found
    entries = [json.dumps(dict(entry.event.body), default=str) for entry in room.one.reader.entries()]
    assert any(finding.id in entry for entry in entries)
    codes = [signal.value for signal in finding.signals]
    assert not [code for code in codes for entry in entries if code in entry]
    stores = [path.read_bytes() for path in room.settings.home.rglob("*") if path.is_file()]
    assert not [code for code in codes for content in stores if code.encode() in content]


def test_a_finding_of_before_has_no_evidence_and_can_still_be_read() -> None:
    content = json.loads(sealed_facts.finding_bytes(invented.finding(), invented.SALT))
    del content["signals"]
    assert sealed_facts.finding_from(json.dumps(content).encode()).signals == ()


# ---------------------------------------------------------------------------- on pages the candidate disclosed


CANDIDATE = replace(
    invented.CANDIDATE,
    identifiers=(
        Identifier(kind=IdentifierKind.WEBSITE, value="https://ottoline.example/"),
        Identifier(kind=IdentifierKind.HANDLE, value="quillfeather"),
    ),
)
ME = '<a rel="me noopener" href="https://www.social.example/@Quillfeather/">me</a>'
LINK = '<a href="https://social.example/@quillfeather">somebody</a>'
Judged = Callable[..., tuple[Desk, Finding]]


@pytest.fixture
def judged(tmp_path: Path) -> Judged:
    """Return a desk with a finding on an account nobody disclosed, and a capture of the site the candidate did."""
    settings = set_up(load_settings(tmp_path / "home"))
    person = Person(id="one", name="one", roles=frozenset({Role.INVESTIGATOR}), sensitive_position=CLEARED)
    desk = open_desk(settings, person, lambda: datetime.now(UTC), lambda: token_hex(8))

    def store(page: str, *signals: Signal, source: str = "web_archive") -> tuple[Desk, Finding]:
        frozen = invented.PROTOCOL
        site = replace(invented.STEP, id="site", source=source, anchor=IdentifierKind.WEBSITE)
        protocol = replace(
            frozen,
            steps=(invented.STEP, site),
            digests=config_digests(settings.config, frozen.criteria, frozen.class_packs, frozen.steps),
        )
        finding = replace(
            invented.finding(), author=RawText("quillfeather"), code="JR-01", signals=signals,
            locator=RawText("https://social.example/@quillfeather/7"),
        )  # fmt: skip
        warc = archive([("https://ottoline.example/", "text/html", page.encode())])
        with desk.case_files.transaction() as unit:
            unit.add_position(replace(invented.position(), protocol=protocol))
            unit.add_case(invented.case(), CANDIDATE, invented.SECRET)
            unit.add_attestation("patrol-officer-2026", "one", datetime.now(UTC))
            unit.add_result(CASE, invented.result())
            unit.add_result(CASE, invented.result("site.1"))
            unit.add_capture(CASE, "name-web.1", invented.capture())
            unit.add_capture(CASE, "site.1", invented.capture("K-0002", warc))
            unit.add_finding(finding, invented.SALT)
            unit.add_filter_record(replace(invented.filter_record(detail="[]"), action="previewed", reason=""))
        return desk, finding

    return store


def test_a_site_and_an_account_that_name_each_other_as_their_owners_are_found_out_of_two_captures(
    judged: Judged,
) -> None:
    desk, finding = judged(ME, S.LINKS_TO_DISCLOSED, S.SAME_TOWN)
    evidence = evidence_of(desk, finding)
    assert S.RECIPROCAL_LINK in evidence.signals
    assert evidence.proposed is Level.A3


@pytest.mark.parametrize(
    ("page", "signals"),
    [
        (ME, (S.SAME_TOWN,)),
        (LINK, (S.LINKS_TO_DISCLOSED, S.SAME_TOWN)),
        ("<p>social.example/@quillfeather is my neighbor.</p>", (S.LINKS_TO_DISCLOSED, S.SAME_TOWN)),
    ],
)
def test_a_link_one_way_only_is_one_weak_fact(judged: Judged, page: str, signals: tuple[Signal, ...]) -> None:
    desk, finding = judged(page, *signals)
    evidence = evidence_of(desk, finding)
    assert S.NAMED_BY_DISCLOSED in evidence.signals
    assert S.RECIPROCAL_LINK not in evidence.signals
    assert not evidence.proposed.releasable


@pytest.mark.parametrize(
    "page",
    [
        '<a rel="me" href="https://social.example/@quillfeathers">me</a>',
        '<a rel="me" href="https://social.example/@quillfeather/7/8">me</a>',
        '<a rel="me" href="https://social.example/">me</a>',
        '<a rel="me" href="https://other.example/@quillfeather">me</a>',
        '<a rel="me" href="https://antisocial.example/@quillfeather">me</a>',
        "",
    ],
)
def test_a_link_to_another_address_says_nothing_about_the_account(judged: Judged, page: str) -> None:
    desk, finding = judged(page, S.LINKS_TO_DISCLOSED)
    assert evidence_of(desk, finding).signals == (S.LINKS_TO_DISCLOSED,)


def test_a_page_that_a_search_service_found_is_nobodys_disclosed_page(judged: Judged) -> None:
    desk, finding = judged(ME, S.LINKS_TO_DISCLOSED, source="metasearch")
    assert evidence_of(desk, finding).signals == (S.LINKS_TO_DISCLOSED,)


def test_nobody_sees_the_evidence_who_may_not_review(judged: Judged) -> None:
    desk, finding = judged(ME)
    decides = Person(id="chief", name="chief", roles=frozenset({Role.INVESTIGATOR}), sensitive_position=CLEARED)
    with pytest.raises(VettingError):
        evidence_of(replace(desk, person=decides), finding)


# ------------------------------------------------------------------------------------------------ on the screen


def test_the_reviewer_reads_the_evidence_in_words_and_what_it_carries(
    judged: Judged, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk, _ = judged("", S.SAME_NAME, S.SAME_TOWN, S.DIFFERENT_PERSON_SHOWN)
    monkeypatch.setattr(reviews, "desk", lambda: desk)
    reviews.review(CASE, FINDING)
    shown = capsys.readouterr().out
    assert "Evidence collected: carries AX by rule; you decide" in shown
    assert "for, weak: the candidate's town is stated  --link same_town" in shown
    assert "against, strong: the account shows another person's name  --link different_person_shown" in shown
    assert "how many bear the name is not known, so it counts as common" in shown


def test_a_program_reads_codes_and_no_words(
    judged: Judged, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk, _ = judged("", S.SAME_NAME)
    monkeypatch.setattr(reviews, "desk", lambda: desk)
    reviews.review(CASE, FINDING, json=True)
    said = json.loads(capsys.readouterr().out)
    assert said["evidence"] == {"signals": ["same_name"], "name": NameFrequency.UNKNOWN.value, "carries": "A1"}
    assert said["attribution"] is None


def test_without_evidence_the_screen_says_so(
    judged: Judged, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk, _ = judged("")
    monkeypatch.setattr(reviews, "desk", lambda: desk)
    reviews.review(CASE, FINDING)
    assert "Evidence collected: none for or against this being the candidate" in capsys.readouterr().out

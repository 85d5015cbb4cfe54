"""A report is released once, whatever breaks on the way, and no validated finding is lost because of another."""

import hashlib
import secrets
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from filters.analyzer import Analyzer
from filters.criteria import Criteria, load_criteria
from filters.gate import Gate
from vetting.attribution import Level, Link
from vetting.candidate import Authorization, Candidate, Identifier, IdentifierKind
from vetting.casework.desk import Desk
from vetting.casework.intake import attest, open_case, open_position
from vetting.casework.opening import create_home, open_desk
from vetting.casework.protocol_file import declared_packs, load_protocol
from vetting.casework.releasing import (
    Cleared,
    already_released,
    clear_for_release,
    file_report,
    withheld_reasons,
)
from vetting.casework.reviewing import attribute, findings_of, validate
from vetting.casework.searching import begin, progress, run_search
from vetting.errors import ExitCode, VettingError
from vetting.evidence import Capture, Engagement, Hit, RawText
from vetting.finding import Criterion
from vetting.log.event import EventType
from vetting.oversight import audit_position
from vetting.records.case_files import CaseFiles
from vetting.records.released_reports import ReleasedReports
from vetting.records.seal import VaultKey
from vetting.release import ReleasedReport
from vetting.roles import Person, Role, SensitivePosition
from vetting.search import Outcome, Search, SearchResult
from vetting.settings import REPOSITORY, Settings, load_settings
from vetting.sources.conduct import Conducted
from vetting.uniformity import Difference
from vetting.validation import Element, State

SOON = 0.2
"""Seconds that a desk of this test waits for a locked store, instead of half a minute."""
CLEARED = SensitivePosition(
    vetted_on=date(2026, 1, 5), training_expires_on=date(2090, 1, 1), confidentiality_signed_on=date(2026, 1, 6)
)
BOTH = frozenset({Role.INVESTIGATOR, Role.REVIEWER})
AUDITOR = Person(id="a.three", name="A. Three", roles=frozenset({Role.AUDITOR}))
ONE, TWO = (Person(id=i, name=i, roles=BOTH, sensitive_position=CLEARED) for i in ("i.one", "r.two"))
SOMEONE = Candidate(
    full_name="Ada Invented",
    town="Riverton",
    identifiers=(Identifier(kind=IdentifierKind.ATPROTO_HANDLE, value="ada.riverton.example"),),
)
FOUND_BY = "social_posts.1"
POST = "I outran the cops last night and laughed about it."
OTHER_POST = "I floored it and lost the cop who was chasing me on the interstate."
HALF_SPANISH = "I outran the cops, porque no quería que me detuvieran por la velocidad anoche en la calle."
PDF = b"%PDF-1.7 stands for the rendered report: the store looks at its digest only"


def now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    return secrets.token_hex(8)


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A passage on the invented internet, and what two reviewers make of it."""

    words: str
    engagement: Engagement = Engagement.AUTHORED
    platform: str = "social_post"
    days_old: int = 400
    severity: int = 1
    quote: bool = False
    level: Level = Level.A4


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return shutil.copytree(REPOSITORY / "config", tmp_path / "config")


@pytest.fixture
def settings(tmp_path: Path, config: Path) -> Settings:
    chosen = load_settings(tmp_path / "home", config)
    create_home(chosen, now)
    return chosen


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    folder = REPOSITORY / "config"
    return Analyzer.load(folder / "class_packs", declared_packs(folder, "patrol_officer"))


@pytest.fixture(scope="module")
def criteria() -> Criteria:
    return load_criteria(REPOSITORY / "config" / "criteria" / "police.toml")


def _impatient(desk: Desk, settings: Settings) -> Desk:
    """The desk, but it does not wait long for a store that somebody else has locked."""
    key = VaultKey.load(settings.vault_key, settings.vault_passphrase.read_text().strip())
    return replace(
        desk,
        case_files=CaseFiles(settings.store_url("case_files"), key.public, key, wait_seconds=SOON),
        released=ReleasedReports(settings.store_url("released_reports"), wait_seconds=SOON),
    )


@dataclass(frozen=True, kw_only=True)
class Room:
    """A data folder, and what a case in it is released with."""

    settings: Settings
    analyzer: Analyzer
    criteria: Criteria

    one: Desk
    two: Desk

    def desk(self, person: Person = ONE) -> Desk:
        """A desk opened now, as after a crash."""
        return _impatient(open_desk(self.settings, person, now, new_id), self.settings)

    def clear(self, desk: Desk, number: str) -> Cleared:
        return clear_for_release(desk, number, Gate(self.analyzer), self.criteria.by_code)

    def release(self, number: str) -> ReleasedReport:
        """As the flow does, at a desk opened for it."""
        desk = self.desk()
        return already_released(desk, number) or file_report(desk, self.clear(desk, number).report, PDF)

    def searched(self, passages: tuple[Passage, ...]) -> str:
        """A case whose searches are done and found these passages; its number."""
        one, two = self.one, self.two
        protocol = load_protocol(self.settings.config, "patrol_officer", self.analyzer.version, now().date())
        open_position(one, "patrol", protocol, ["chief"], practice=True)
        attest(one, "patrol")
        attest(two, "patrol")
        return self.enrolled(SOMEONE, passages)

    def enrolled(self, candidate: Candidate, passages: tuple[Passage, ...] = (), *, down: str = "") -> str:
        """One more case whose searches are done, but that the source of the search `down` did not answer."""
        signed = Authorization(form_sha256="0" * 64, signed_at=now(), expires_at=now() + timedelta(days=1))
        number = open_case(self.one, "patrol", candidate, signed, secrets.token_bytes(32)).number
        state = begin(self.one, number)
        for search in state.planned:
            self.run(search, passages if search.key == FOUND_BY else (), number, answers=search.key != down)
        return number

    def run(self, search: Search, passages: tuple[Passage, ...], number: str, *, answers: bool = True) -> None:
        """One search, which brings home these passages, or nothing because its source is down."""
        state = progress(self.one, number)
        brought = _found(search, passages)
        if not answers:
            failed = replace(brought.result, outcome=Outcome.UNAVAILABLE, reason="timeout", captures=0)
            brought = Conducted(result=failed, captures=(), hits=())
        run_search(self.one, state, search, lambda _: brought, self.criteria, self.analyzer)

    def reviewed(self, *passages: Passage) -> str:
        """The same, and two people validated every finding."""
        number = self.searched(passages)
        one, note = self.one, RawText("looked at")
        by_words: Mapping[str, Passage] = {passage.words: passage for passage in passages}
        for item in findings_of(one, number):
            id_, passage = item.finding.id, by_words[item.finding.passage.reveal()]
            attribute(one, id_, passage.level, [Link.DISCLOSED_ACCOUNT, Link.SAME_TOWN], note)
            criterion = self.criteria.by_code[item.finding.code]
            validate(one, id_, State.ATTRIBUTED, note, criterion=criterion)
            validate(one, id_, State.CONTEXT_CHECKED, note, criterion=criterion)
            self.judge(id_, criterion, severity=passage.severity, quote=passage.quote)
        return number

    def judge(self, finding: str, criterion: Criterion, *, severity: int, quote: bool) -> None:
        """The first person corroborates the finding and judges it; the second reviews that."""
        one, two, note = self.one, self.two, RawText("looked at")
        element = Element.ARCHIVED_COPY
        step = State.CORROBORATED
        validate(one, finding, step, note, criterion=criterion, element=element, severity=severity, quote=quote)
        validate(two, finding, State.SECOND_REVIEWED, note, criterion=criterion)


@pytest.fixture
def room(settings: Settings, analyzer: Analyzer, criteria: Criteria) -> Room:
    one = _impatient(open_desk(settings, ONE, now, new_id), settings)
    return Room(settings=settings, analyzer=analyzer, criteria=criteria, one=one, two=replace(one, person=TWO))


def _found(search: Search, passages: tuple[Passage, ...]) -> Conducted:
    """What one search brings home from the invented internet: a capture, and the passages in it."""
    warc = f"WARC/1.1 {search.key}".encode()
    capture = Capture(
        id=f"K-{new_id()}",
        captured_at=now(),
        sha256=hashlib.sha256(warc).hexdigest(),
        media_type="text/html",
        warc=warc,
    )
    hits = tuple(
        Hit(
            capture_id=capture.id,
            text=RawText(passage.words),
            locator=RawText("https://invented.example/"),
            author=RawText("ada"),
            posted_at=now() - timedelta(days=passage.days_old),
            engagement=passage.engagement,
            platform=passage.platform,
        )
        for passage in passages
    )
    result = SearchResult(
        key=search.key,
        outcome=Outcome.COMPLETED if hits else Outcome.NO_RESULTS,
        reason="found" if hits else "nothing_found",
        started_at=now(),
        ended_at=now(),
        attempts=1,
        hits=len(hits),
        captures=1,
    )
    return Conducted(result=result, captures=(capture,), hits=hits)


@contextmanager
def locked(settings: Settings, store: str) -> Iterator[None]:
    """Somebody else holds the write lock of the store, as a backup or a hung process does."""
    other = sqlite3.connect(settings.home / store / f"{store}.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def _states(room: Room, number: str) -> list[State]:
    return [item.state for item in findings_of(room.one, number)]


def _logged(room: Room, kind: EventType) -> int:
    return sum(entry.event.type is kind for entry in room.one.reader.entries())


def _is_released_once(room: Room, number: str, findings: int) -> None:
    """One report, one entry for it in the log, and each finding released exactly once."""
    desk = room.one
    with desk.released.reading() as view:
        assert [filed.report.case_number for filed in view.reports("patrol")] == [number]
    assert _logged(room, EventType.REPORT_RELEASED) == 1
    steps = [step.state for item in findings_of(desk, number) for step in item.history]
    assert steps.count(State.FILTERED) == findings
    assert steps.count(State.RELEASED) == findings


OTHER = replace(SOMEONE, full_name="Bea Invented", identifiers=())


def test_an_outage_for_one_candidate_alone_is_asked_again_before_its_report(room: Room) -> None:
    room.searched(())
    number = room.enrolled(OTHER, down="name_web.1")
    with pytest.raises(VettingError) as refusal:
        room.release(number)
    assert (refusal.value.code, refusal.value.exit_code) == ("outage_not_shared", ExitCode.NOT_READY)
    assert not audit_position(room.settings, AUDITOR, "patrol").report.uniform

    (search,) = progress(room.one, number).unavailable
    room.run(search, (), number)
    audit = audit_position(room.settings, AUDITOR, "patrol")
    assert audit.report.uniform
    assert audit.report.outcomes[number, search.key] is Outcome.NO_RESULTS
    assert _logged(room, EventType.SEARCH_UNAVAILABLE) == 1, "the outage is not forgotten"
    outcomes = {line.title: line.outcome for line in room.release(number).report.searches}
    assert outcomes[search.step.title] == "No results"
    with pytest.raises(VettingError, match="unavailable is run again"):
        room.run(search, (), number)


def test_a_source_that_stays_down_is_reported_as_unavailable_and_never_as_nothing_found(room: Room) -> None:
    room.searched(())
    number = room.enrolled(OTHER, down="name_web.1")
    (search,) = progress(room.one, number).unavailable
    room.run(search, (), number, answers=False)
    outcomes = {line.title: line.outcome for line in room.release(number).report.searches}
    assert outcomes[search.step.title] == "Source unavailable"
    found = audit_position(room.settings, AUDITOR, "patrol").report.departures
    assert {(d.case_number, d.difference) for d in found} == {(number, Difference.FAILURE_NOT_SHARED)}


TWO_POSTS = (Passage(words=POST, quote=True), Passage(words=OTHER_POST, severity=2))


def test_a_release_broken_while_the_filter_records_are_logged_is_finished_by_the_next(room: Room) -> None:
    number = room.reviewed(*TWO_POSTS)
    desk = room.one
    with locked(room.settings, "transparency_log"), pytest.raises(VettingError) as refusal:
        room.clear(desk, number)
    assert refusal.value.exit_code is ExitCode.STORAGE
    assert len(room.release(number).report.findings) == 1
    _is_released_once(room, number, findings=2)


def test_a_release_broken_before_the_report_is_filed_gives_the_same_findings_again(room: Room) -> None:
    number = room.reviewed(*TWO_POSTS)
    desk = room.one
    first = room.clear(desk, number).report
    with locked(room.settings, "released_reports"), pytest.raises(VettingError) as refusal:
        file_report(desk, first, PDF)
    assert refusal.value.exit_code is ExitCode.STORAGE
    assert _states(room, number) == [State.FILTERED, State.FILTERED]
    assert _logged(room, EventType.REPORT_RELEASED) == 0

    assert room.release(number).report.findings == first.findings
    _is_released_once(room, number, findings=2)


def test_a_release_broken_before_the_log_took_the_report_is_logged_once(room: Room) -> None:
    number = room.reviewed(*TWO_POSTS)
    desk = room.one
    report = room.clear(desk, number).report
    with locked(room.settings, "transparency_log"), pytest.raises(VettingError) as refusal:
        file_report(desk, report, PDF)
    assert refusal.value.exit_code is ExitCode.STORAGE
    assert room.release(number).report == report
    _is_released_once(room, number, findings=2)


def test_a_release_broken_before_the_findings_are_marked_marks_them_once(room: Room) -> None:
    number = room.reviewed(*TWO_POSTS)
    desk = room.one
    report = room.clear(desk, number).report
    with locked(room.settings, "case_files"), pytest.raises(VettingError) as refusal:
        file_report(desk, report, PDF)
    assert refusal.value.exit_code is ExitCode.STORAGE
    assert _states(room, number) == [State.FILTERED, State.FILTERED]
    assert _logged(room, EventType.REPORT_RELEASED) == 1

    assert room.release(number).report == report
    assert room.release(number).report == report
    _is_released_once(room, number, findings=2)


def test_a_validated_post_is_reported_beside_a_worse_page_that_the_filter_withholds(room: Room) -> None:
    page = Passage(words=OTHER_POST, engagement=Engagement.SHARED, platform="web_page", severity=4, quote=True)
    number = room.reviewed(Passage(words=POST, severity=1), page)
    (told,) = room.release(number).report.findings
    assert told.severity == "1 of 4"
    assert told.source == "Social media post"
    assert told.frequency == "once"
    assert sorted(_states(room, number)) == [State.RELEASED, State.WITHHELD]
    assert withheld_reasons(room.one, number) == ("not_conduct",)


def test_the_log_and_the_filter_records_say_why(room: Room) -> None:
    number = room.reviewed(
        Passage(words=POST, quote=True),
        Passage(words=HALF_SPANISH, quote=True),
        Passage(words=OTHER_POST, engagement=Engagement.SHARED),
    )
    room.release(number)
    desk = room.one
    with desk.case_files.reading() as view:
        records = [record for record in view.filter_records(number) if record.action != "previewed"]
    assert [(record.action, record.reason) for record in records] == [
        ("passed", "passed"),
        ("passed", "statement_only"),
        ("withheld", "not_conduct"),
    ]
    entries = [entry.event.body for entry in desk.reader.entries() if entry.event.type is EventType.FILTER_APPLIED]
    logged = [body["reason"] for body in entries if body["action"] != "previewed"]
    assert logged == [record.reason for record in records]


def test_one_reported_finding_speaks_for_all_of_its_criterion(room: Room) -> None:
    number = room.reviewed(
        Passage(words=POST, quote=True, days_old=800),
        Passage(words=OTHER_POST, severity=3, days_old=100, level=Level.A3),
    )
    (told,) = room.release(number).report.findings
    assert told.severity == "3 of 4"
    assert told.quotation is None
    assert told.frequency == "2 to 5 times"
    assert " to " in told.period
    assert told.attribution.startswith("A3")


def test_what_the_reviewers_said_last_is_what_the_report_says(room: Room) -> None:
    number = room.reviewed(Passage(words=POST, severity=4, quote=True))
    room.clear(room.one, number)
    room.judge(findings_of(room.one, number)[0].finding.id, room.criteria.by_code["JR-09"], severity=2, quote=False)
    (told,) = room.release(number).report.findings
    assert told.severity == "2 of 4"
    assert told.quotation is None
    desk = room.one
    with desk.case_files.reading() as view:
        records = [record.id for record in view.filter_records(number) if record.action == "passed"]
    assert len(records) == 2
    assert told.filter_record == records[-1]


def test_a_criterion_reworded_after_the_freeze_is_refused(room: Room, config: Path) -> None:
    number = room.reviewed(*TWO_POSTS)
    file = config / "criteria" / "police.toml"
    file.write_text(file.read_text(encoding="utf-8") + "\n# reworded\n", encoding="utf-8")
    with pytest.raises(VettingError) as refusal:
        room.clear(room.one, number)
    assert refusal.value.code == "config_changed"
    assert _states(room, number) == [State.SECOND_REVIEWED, State.SECOND_REVIEWED]


def test_who_may_not_release_is_refused_before_anything_is_looked_up(room: Room) -> None:
    number = room.reviewed(*TWO_POSTS)
    desk = room.one
    report = room.clear(desk, number).report
    with locked(room.settings, "case_files"), pytest.raises(VettingError):
        file_report(desk, report, PDF)
    reviewer = replace(TWO, roles=frozenset({Role.REVIEWER}))
    with pytest.raises(VettingError):
        already_released(room.desk(reviewer), number)
    assert _states(room, number) == [State.FILTERED, State.FILTERED]
    assert _logged(room, EventType.ACCESS_REFUSED) == 1

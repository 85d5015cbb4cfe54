"""A data folder with two people at their desks, an invented internet, and what a case in it is released with."""

import hashlib
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from filters.analyzer import Analyzer
from filters.criteria import Criteria
from filters.gate import Gate
from vetting.attribution import Level, Link
from vetting.candidate import Authorization, Candidate, Identifier, IdentifierKind
from vetting.casework.desk import Desk
from vetting.casework.intake import attest, open_case, open_position
from vetting.casework.opening import open_desk
from vetting.casework.protocol_file import load_protocol
from vetting.casework.releasing import (
    Cleared,
    already_released,
    clear_for_release,
    file_report,
)
from vetting.casework.reviewing import attribute, findings_of, validate
from vetting.casework.searching import Conduct, begin, progress, run_search
from vetting.evidence import Capture, Engagement, Hit, RawText
from vetting.finding import Criterion
from vetting.log.event import EventType
from vetting.records.case_files import CaseFiles
from vetting.records.released_reports import ReleasedReports
from vetting.records.seal import VaultKey
from vetting.release import ReleasedReport
from vetting.roles import Person, Role, SensitivePosition
from vetting.search import Outcome, Search, SearchResult
from vetting.settings import Settings
from vetting.sources.conduct import Conducted
from vetting.validation import Element, State

SOON = 0.2
"""Seconds that a desk of this test waits for a locked store, instead of half a minute."""
CLEARED = SensitivePosition(
    vetted_on=date(2026, 1, 5), training_expires_on=date(2090, 1, 1), confidentiality_signed_on=date(2026, 1, 6)
)
CHIEF = Person(id="chief", name="Chief", roles=frozenset({Role.DECISION_MAKER}))
BOTH = frozenset({Role.INVESTIGATOR, Role.REVIEWER})
AUDITOR = Person(id="a.three", name="A. Three", roles=frozenset({Role.AUDITOR}))
ONE, TWO = (Person(id=i, name=i, roles=BOTH, sensitive_position=CLEARED) for i in ("i.one", "r.two"))
SOMEONE = Candidate(
    full_name="Ada Invented",
    town="Riverton",
    identifiers=(Identifier(kind=IdentifierKind.ATPROTO_HANDLE, value="ada.riverton.example"),),
)
FOUND_BY = "social_posts.1"
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


def impatient(desk: Desk, settings: Settings) -> Desk:
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
    bring: Callable[[Search, tuple[Passage, ...]], Conducted] | None = None
    """What brings the passages home instead of `found_on`."""

    def desk(self, person: Person = ONE) -> Desk:
        """A desk opened now, as after a crash."""
        return impatient(open_desk(self.settings, person, now, new_id), self.settings)

    def clear(self, desk: Desk, number: str) -> Cleared:
        return clear_for_release(desk, number, Gate(self.analyzer), self.criteria.by_code)

    def release(self, number: str) -> ReleasedReport:
        """As the flow does, at a desk opened for it."""
        desk = self.desk()
        return already_released(desk, number) or file_report(desk, self.clear(desk, number), PDF)

    def searched(self, passages: tuple[Passage, ...], *, down: str = "") -> str:
        """A case whose searches are done and found these passages, but for the search `down`; its number."""
        one, two = self.one, self.two
        protocol = load_protocol(self.settings.config, "patrol_officer", self.analyzer.version, now().date())
        open_position(one, "patrol", protocol, [CHIEF], practice=True)
        attest(one, "patrol")
        attest(two, "patrol")
        return self.enrolled(SOMEONE, passages, down=down)

    def enrolled(self, candidate: Candidate, passages: tuple[Passage, ...] = (), *, down: str = "") -> str:
        """One more case whose searches are done, but that the source of the search `down` did not answer."""
        number = self.opened(candidate)
        state = begin(self.one, number)
        for search in state.planned:
            self.run(search, passages if search.key == FOUND_BY else (), number, answers=search.key != down)
        return number

    def opened(self, candidate: Candidate) -> str:
        """One more case, none of whose searches is done."""
        signed = Authorization(form_sha256="0" * 64, signed_at=now(), expires_at=now() + timedelta(days=1))
        return open_case(self.one, "patrol", candidate, signed, secrets.token_bytes(32)).number

    def run(self, search: Search, passages: tuple[Passage, ...], number: str, *, answers: bool = True) -> None:
        """One search, which brings home these passages, or nothing because its source is down."""
        brought = (self.bring or found_on)(search, passages)
        if not answers:
            failed = replace(brought.result, outcome=Outcome.UNAVAILABLE, reason="timeout", captures=0)
            brought = Conducted(result=failed, captures=(), hits=())
        self.run_by(lambda _: brought, search, number)

    def run_by(self, conduct: Conduct, search: Search, number: str) -> None:
        """One search, conducted as told."""
        run_search(self.one, progress(self.one, number), search, conduct, self.criteria, self.analyzer)

    def reviewed(self, *passages: Passage) -> str:
        """The same, and two people validated every finding."""
        number = self.searched(passages)
        self.review(number, passages)
        return number

    def review(self, number: str, passages: tuple[Passage, ...]) -> None:
        """Two people validate every finding of the case."""
        one, note = self.one, RawText("looked at")
        by_words: Mapping[str, Passage] = {passage.words: passage for passage in passages}
        for item in findings_of(one, number):
            id_, passage = item.finding.id, by_words[item.finding.passage.reveal()]
            attribute(one, id_, passage.level, [Link.DISCLOSED_ACCOUNT, Link.SAME_TOWN], note)
            criterion = self.criteria.by_code[item.finding.code]
            validate(one, id_, State.ATTRIBUTED, note, criterion=criterion)
            validate(one, id_, State.CONTEXT_CHECKED, note, criterion=criterion)
            self.judge(id_, criterion, severity=passage.severity, quote=passage.quote)

    def judge(self, finding: str, criterion: Criterion, *, severity: int, quote: bool) -> None:
        """The first person corroborates the finding and judges it; the second reviews that."""
        one, two, note = self.one, self.two, RawText("looked at")
        element = Element.ARCHIVED_COPY
        step = State.CORROBORATED
        validate(one, finding, step, note, criterion=criterion, element=element, severity=severity, quote=quote)
        validate(two, finding, State.SECOND_REVIEWED, note, criterion=criterion)


def found_on(search: Search, passages: tuple[Passage, ...]) -> Conducted:
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


def logged(room: Room, kind: EventType) -> int:
    """How many entries of this type the log holds."""
    return sum(entry.event.type is kind for entry in room.one.reader.entries())

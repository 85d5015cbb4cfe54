"""One position worked on with the real verbs, so that its log holds nearly every kind of entry as desks write it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx

from filters.protected_classes import ProtectedClass
from tests.casework.room import AUDITOR, CHIEF, CLEARED, ONE, SOMEONE, TWO, Passage, Room, found_on, new_id, now
from tests.sources.files import pdf
from tests.sources.loopback import AGENT, HOST, Nobody, Site
from vetting.adjudication import ReadingDesk
from vetting.administration import open_administration
from vetting.attribution import Level, Link
from vetting.audit_notes import Kind, note_audit
from vetting.candidate import Authorization
from vetting.casework.deviating import decide_deviation, request_deviation
from vetting.casework.exporting import export_evidence
from vetting.casework.importing import import_evidence, seen_at
from vetting.casework.intake import renew_authorization
from vetting.casework.marking import restore, withdraw, withhold
from vetting.casework.recapturing import recapture
from vetting.casework.referral_sheet import Threat
from vetting.casework.referring import compose, record
from vetting.casework.reviewing import attribute, findings_of, validate
from vetting.casework.searching import begin
from vetting.checkpoints import verify_log
from vetting.deviation import Decision, DeviationReason
from vetting.errors import VettingError, not_found
from vetting.evidence import Engagement, RawText
from vetting.handover import export_log
from vetting.log.event import Entry
from vetting.marking import MarkReason
from vetting.records.accounts import Accounts
from vetting.roles import Person, Role
from vetting.search import Outcome, Search
from vetting.sources.asking_again import AskedAgain, StandsOn, ask_again
from vetting.sources.conduct import Conducted
from vetting.sources.internet import Internet
from vetting.validation import Element, State

WORDS = "Outran the cops on my bike behind the quarry in Reading, my wife screamed."
POST = "I floored it and lost the cop who was chasing me on the interstate."
THREAT = "I will burn down the house of whoever wrote me that ticket."
RECORD = "He was convicted of assault and sentenced to prison in 2019."
ADMINISTRATOR = Person(id="s.kim", name="S. Kim", roles=frozenset({Role.ADMINISTRATOR}))
NOTE = RawText("looked at")
OTHER = replace(SOMEONE, full_name="Bo Invented", identifiers=())


def really_run(room: Room, site: Site, transport: httpx.BaseTransport, folder: Path) -> list[Entry]:
    """Works on a position with two candidates from the first account to the report that is read; its whole log."""
    _staffed(room)
    number = _searched(room, site, transport)
    _beside(room, number, folder)
    _reviewed(room, number)
    _deviated(room)
    turns: list[Search] = []

    def ask(search: Search, before: StandsOn) -> AskedAgain:
        turns.append(search)
        if len(turns) > 1:
            raise not_found("terms_lapsed", "The terms were not read again.", "Read them.")
        return ask_again(Nobody(), search, before, transport, now, new_id)

    recapture(room.one, number, ask)
    report = room.release(number).report.number
    for person in (CHIEF, ONE):
        with suppress(VettingError):
            ReadingDesk(settings=room.settings, person=person, clock=now, new_id=new_id).open_report(report)
    export_log(room.settings, AUDITOR, "patrol", folder / "bundle", now, new_id)
    verdict, kind = verify_log(room.settings), Kind.UNIFORMITY
    assert note_audit(
        room.settings, AUDITOR, now, new_id, kind=kind, positions=["patrol"], verdict=verdict, code="conforming"
    )
    return list(room.one.reader.entries())


def _staffed(room: Room) -> None:
    accounts = Accounts(room.settings.store_url("accounts"))
    open_administration(room.settings, accounts, None, now, new_id).enrol(ADMINISTRATOR, "eleven invented lanterns")
    desk = open_administration(room.settings, accounts, ADMINISTRATOR, now, new_id)
    for person in (ONE, TWO, CHIEF):
        desk.enrol(person, "eleven invented lanterns")
    for person in (ONE, TWO):
        desk.clear(person.id, CLEARED)
    desk.set_password(CHIEF.id, "twelve invented lanterns")


def _searched(room: Room, site: Site, transport: httpx.BaseTransport) -> str:
    """Two cases: one with findings, one where the source did not answer at first; the number of the first."""
    for page in ("/posts", "/more"):
        site.answer(page, f"<p>{WORDS}</p>\n<p>{POST}</p>\n<p>{RECORD}</p>")

    def bring(search: Search, passages: tuple[Passage, ...]) -> Conducted:
        brought = found_on(search, passages)
        internet = Internet(transport, clock=now, new_id=new_id, user_agent=AGENT)
        captured = [internet.get(f"http://{HOST}/{page}").capture_id for page in ("posts", "more")]
        hits = tuple(replace(hit, capture_id=captured[n % 2]) for n, hit in enumerate(brought.hits))
        return replace(brought, hits=hits, captures=internet.captures(), clock_differences=(900.0, 901.0))

    there = replace(room, bring=bring)
    number = there.searched((Passage(words=WORDS), Passage(words=POST), Passage(words=RECORD)))
    second = there.enrolled(OTHER, down="name_news.1")
    again = next(search for search in begin(room.one, second).planned if search.key == "name_news.1")
    there.run(again, (), second)
    third = there.opened(replace(SOMEONE, full_name="Cy Invented", identifiers=()))
    for search in begin(room.one, third).planned:
        there.run_by(_refusing if search.key == "email_web.0" else lambda s: bring(s, ()), search, third)
    request = request_deviation(room.one, "patrol", DeviationReason.CANDIDATE_WITHDREW, case=third)
    decide_deviation(room.two, request.id, Decision.APPROVED)
    return number


def _refusing(search: Search) -> Conducted:
    brought = found_on(search, ())
    result = replace(brought.result, outcome=Outcome.BLOCKED, reason="challenge_page")
    return replace(brought, result=result)


def _beside(room: Room, number: str, folder: Path) -> None:
    """A new authorization, a file that was handed over, a referral, an export."""
    signed = Authorization(form_sha256="1" * 64, signed_at=now(), expires_at=now() + timedelta(days=9))
    renew_authorization(room.one, number, SOMEONE, signed)
    (folder / "given.pdf").write_bytes(pdf("Some words.", THREAT))
    seen = seen_at(room.one, "https://a.example/post/1", "2026-01-02T03:04:05Z")
    import_evidence(room.one, number, folder / "given.pdf", room.criteria, room.analyzer, seen=seen)
    finding = findings_of(room.one, number)[0].finding.id
    record(room.one, compose(room.one, number, finding, "bluesky", Threat.NAMED_PERSON))
    export_evidence(room.one, number, folder / "captures.wacz")


def _reviewed(room: Room, number: str) -> None:
    """One finding with marks, one without, and the others go no further."""
    for item in findings_of(room.one, number):
        words = item.finding.passage.reveal()
        if item.state is not State.CAPTURED:
            continue
        if words not in {WORDS, POST}:
            attribute(room.one, item.finding.id, Level.A0, [], NOTE)
            attribute(room.one, item.finding.id, Level.A1, [Link.SAME_NAME], NOTE)
            criterion = room.criteria.by_code[item.finding.code]
            validate(room.one, item.finding.id, State.UNVERIFIABLE, NOTE, criterion=criterion)
            continue
        _through(room, item.finding.id, item.finding.code, words)


def _through(room: Room, finding: str, code: str, words: str) -> None:
    criterion = room.criteria.by_code[code]
    said = Engagement.AUTHORED if words == WORDS else None
    attribute(room.one, finding, Level.A4, [Link.DISCLOSED_ACCOUNT, Link.SAME_TOWN], NOTE, said)
    for state in (State.ATTRIBUTED, State.CONTEXT_CHECKED):
        validate(room.one, finding, state, NOTE, criterion=criterion)
    seen = _marked(room, finding) if words == WORDS else 0
    if not seen:
        room.judge(finding, criterion, severity=2, quote=False)
        return
    element = Element.ARCHIVED_COPY
    step = State.CORROBORATED
    validate(room.one, finding, step, NOTE, criterion=criterion, element=element, severity=2, quote=True)
    validate(room.two, finding, State.SECOND_REVIEWED, NOTE, criterion=criterion, marks_seen=seen)


def _marked(room: Room, finding: str) -> int:
    def span(words: str) -> tuple[int, int]:
        return WORDS.index(words), WORDS.index(words) + len(words)

    restore(room.one, finding, span("Reading"), room.analyzer, MarkReason.NO_PERSON, NOTE)
    withhold(room.one, finding, span("quarry"), ProtectedClass.PLACE, MarkReason.IDENTIFIES, NOTE)
    withdraw(room.one, finding, 2, NOTE)
    return 3


def _deviated(room: Room) -> None:
    for decision, step in ((Decision.REFUSED, "name_web"), (Decision.APPROVED, "name_town_web")):
        asked = request_deviation(room.one, "patrol", DeviationReason.COUNSEL_INSTRUCTION, step=step)
        decide_deviation(room.two, asked.id, decision)


def kinds_in(entries: Iterable[Entry], shape: Callable[[Entry], object]) -> dict[str, set[object]]:
    """By type of entry, the shapes of its entries."""
    found: dict[str, set[object]] = {}
    for entry in entries:
        found.setdefault(entry.event.type.value, set()).add(shape(entry))
    return found

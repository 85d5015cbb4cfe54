"""A reviewer corrects the filter in the open: sealed, logged by codes, agreed to by a second person, counted."""

import io
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from filters.protected_classes import ProtectedClass
from tests.casework.room import AUDITOR, ONE, Passage, Room
from vetting.casework.desk import Desk
from vetting.casework.marking import _withholding, for_the_gate, restore, withdraw, withhold, withholdings_of
from vetting.casework.reviewing import Reviewed, findings_of, validate
from vetting.casework.workbench import Workbench
from vetting.cli import marks as command
from vetting.cli import reviews
from vetting.cli.uniformity import show_audit
from vetting.errors import VettingError
from vetting.evidence import RawText
from vetting.log.event import EventType
from vetting.marking import Mark, MarkAct, MarkReason, in_force
from vetting.oversight import audit_position
from vetting.roles import Person, Role
from vetting.uniformity.logged import Marked
from vetting.validation import Element, State

WORDS = "Outran the cops on my bike behind the quarry in Reading, my wife screamed."
NOTE = RawText("The town is where it happened, and everybody here knows the quarry.")


def _refusal(act: Callable[[], object]) -> str:
    with pytest.raises(VettingError) as refusal:
        act()
    return refusal.value.code


def _span(words: str) -> tuple[int, int]:
    start = WORDS.index(words)
    return start, start + len(words)


@pytest.fixture
def number(room: Room) -> str:
    """Return a case with one finding, corroborated by the first reviewer, that quotes."""
    return room.reviewed(Passage(words=WORDS, quote=True, severity=2))


def _item(room: Room, number: str) -> Reviewed:
    return findings_of(room.one, number)[0]


def _again(room: Room, finding: str) -> None:
    validate(
        room.one, finding, State.CORROBORATED, NOTE, criterion=room.criteria.by_code["JR-09"],
        element=Element.ARCHIVED_COPY, severity=2, quote=True,
    )  # fmt: skip


@pytest.fixture
def finding(room: Room, number: str) -> str:
    """Return the finding, back with the first reviewer."""
    id_ = _item(room, number).finding.id
    _again(room, id_)
    return id_


def _restore(room: Room, finding: str, words: str = "Reading", *, desk: Desk | None = None) -> Mark:
    return restore(desk or room.one, finding, _span(words), room.analyzer, MarkReason.NO_PERSON, NOTE)


def _withhold(room: Room, finding: str, words: str = "quarry") -> Mark:
    return withhold(room.one, finding, _span(words), ProtectedClass.PLACE, MarkReason.IDENTIFIES, NOTE)


def _second(room: Room, finding: str, seen: int, *, desk: Desk | None = None) -> None:
    criterion = room.criteria.by_code["JR-09"]
    validate(desk or room.two, finding, State.SECOND_REVIEWED, NOTE, criterion=criterion, marks_seen=seen)


def test_marks_decide_what_a_report_quotes(room: Room, number: str, finding: str) -> None:
    _restore(room, finding)
    _withhold(room, finding)
    _second(room, finding, 2)
    quotation = room.release(number).report.findings[0].quotation
    assert quotation is not None
    assert "Reading" in quotation.words
    assert "quarry" not in quotation.words
    assert "wife" not in quotation.words
    bodies = [e.event.body for e in room.one.reader.entries() if e.event.type is EventType.FILTER_APPLIED]
    assert (bodies[-1]["withheld_more"], bodies[-1]["restored"]) == (1, 1)


def test_the_leak_check_knows_what_was_restored_in_which_quotation(room: Room, number: str, finding: str) -> None:
    from filters.gate import Gate
    from vetting.casework.releasing import clear_for_release

    _restore(room, finding)
    _second(room, finding, 1)
    gate = Gate(room.analyzer)
    report = clear_for_release(room.one, number, gate, room.criteria.by_code).report
    quotation = report.findings[0].quotation
    assert quotation is not None
    assert gate.finds(f"\u201c{quotation.words}\u201d") == ()
    assert gate.finds(f"Somewhere else: {quotation.words}") == ("place",)
    assert Gate(room.analyzer).finds(quotation.words) == ("place",)


def test_a_mark_is_sealed_and_the_log_holds_codes_and_counts_only(room: Room, number: str, finding: str) -> None:
    _restore(room, finding)
    _withhold(room, finding)
    bodies = [dict(e.event.body) for e in room.one.reader.entries() if e.event.type is EventType.FILTER_MARKED]
    assert bodies == [
        {"finding": finding, "mark": 1, "act": "restore", "reason": "no_person", "spans": bodies[0]["spans"]},
        {"finding": finding, "mark": 2, "act": "withhold", "reason": "identifies"},
    ]
    stored = (room.settings.home / "case_files" / "case_files.db").read_bytes()
    assert not [word for word in (b"quarry", b"everybody here") if word in stored]
    assert [mark.note.reveal() for mark in _item(room, number).marks] == [NOTE.reveal()] * 2


@pytest.mark.parametrize(
    ("words", "code"),
    [("wife", "certainly_protected"), ("quarry", "nothing_withheld"), ("Read", "part_of_a_span")],
)
def test_no_reviewer_restores_what_is_certain_or_a_part_of_a_span(
    room: Room, finding: str, words: str, code: str
) -> None:
    assert _refusal(lambda: _restore(room, finding, words)) == code


def test_the_candidate_s_name_is_never_restored(room: Room) -> None:
    words = "I outran the cops, said Ada, on the highway."
    number = room.searched((Passage(words=words),))
    finding = _item(room, number).finding.id
    act = lambda: restore(  # noqa: E731
        room.one, finding, (words.index("Ada"), words.index("Ada") + 3), room.analyzer, MarkReason.NO_PERSON, NOTE
    )
    assert _refusal(act) == "certainly_protected"


def test_a_reason_fits_its_act_and_needs_a_sentence(room: Room, finding: str) -> None:
    unfit = lambda: restore(room.one, finding, _span("Reading"), room.analyzer, MarkReason.MISSED, NOTE)  # noqa: E731
    assert _refusal(unfit) == "reason_unfit"
    mute = lambda: withhold(  # noqa: E731
        room.one, finding, _span("quarry"), ProtectedClass.PLACE, MarkReason.MISSED, RawText(" ")
    )
    assert _refusal(mute) == "note_missing"
    outside = lambda: withhold(  # noqa: E731
        room.one, finding, (3, 9_999), ProtectedClass.PLACE, MarkReason.MISSED, NOTE
    )
    assert _refusal(outside) == "span_outside"
    _withhold(room, finding)
    assert _refusal(lambda: _withhold(room, finding)) == "mark_recorded"


def test_a_mark_taken_back_stays_on_record_and_counts_no_more(room: Room, number: str, finding: str) -> None:
    made = _restore(room, finding)
    withdraw(room.one, finding, made.ordinal, NOTE)
    marks = _item(room, number).marks
    assert [mark.act for mark in marks] == [MarkAct.RESTORE, MarkAct.WITHDRAW]
    assert in_force(marks) == ()
    assert not for_the_gate(marks).restore
    assert _refusal(lambda: withdraw(room.one, finding, made.ordinal, NOTE)) == "mark_unknown"


def test_the_second_reviewer_agrees_to_every_mark_or_not_at_all(room: Room, finding: str) -> None:
    _restore(room, finding)
    assert _refusal(lambda: _second(room, finding, 0)) == "marks_unseen"
    _second(room, finding, 1)
    bodies = [e.event.body for e in room.one.reader.entries() if e.event.type is EventType.VALIDATION_RECORDED]
    assert bodies[-1]["marks"] == 1


def test_nobody_agrees_to_their_own_mark(room: Room, finding: str) -> None:
    _restore(room, finding, desk=room.two)
    assert _refusal(lambda: _second(room, finding, 1)) == "same_reviewer"


def test_nothing_is_marked_behind_the_second_reviewer_s_back(room: Room, number: str, finding: str) -> None:
    _second(room, finding, 0)
    assert _refusal(lambda: _restore(room, finding)) == "second_reviewed_already"
    _again(room, finding)
    validate(room.one, finding, State.NOT_RELEVANT, NOTE, criterion=room.criteria.by_code["JR-09"])
    assert _refusal(lambda: _withhold(room, finding)) == "finding_settled"
    del number


def test_whoever_may_not_review_marks_nothing(room: Room, finding: str) -> None:
    chief = replace(room.one, person=Person(id="chief", name="Chief", roles=frozenset({Role.DECISION_MAKER})))
    assert _refusal(lambda: withdraw(chief, finding, 1, NOTE)) == "role_refused"


def test_the_auditor_sees_how_often_each_reviewer_corrected_the_filter(
    room: Room, finding: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _restore(room, finding)
    _withhold(room, finding)
    audit = audit_position(room.settings, AUDITOR, "patrol")
    assert audit.marks == {ONE.id: Marked(findings=1, withheld=1, restored=1, withdrawn=0)}
    show_audit(audit)
    shown = " ".join(capsys.readouterr().out.split())
    assert f"{ONE.id} corrected the filter in 1 finding: withheld more 1, restored 1, took back 0." in shown


# -------------------------------------------------------------------------------------------------- at the terminal


@pytest.fixture
def typed(room: Room, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return what lets a test type answers at the first reviewer's desk."""
    for module in (command, reviews):
        monkeypatch.setattr(module, "desk", lambda: room.one)
    monkeypatch.setattr(Workbench, "analyzer", lambda *_: room.analyzer)
    return lambda answers: monkeypatch.setattr("sys.stdin", io.StringIO(answers))


def test_a_reviewer_sees_why_and_marks_words_without_an_argument_that_quotes(
    room: Room,
    number: str,
    finding: str,
    typed: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    typed("Reading\nThe town is where it was.\n")
    command.mark(number, finding, MarkAct.RESTORE, reason=MarkReason.NO_PERSON)
    typed("They would be recognized.\n")
    start, end = _span("quarry")
    command.mark(
        number, finding, MarkAct.WITHHOLD, f"{start}:{end}", ProtectedClass.PLACE, MarkReason.IDENTIFIES, json=True
    )
    printed = capsys.readouterr().out
    assert '"act": "withhold"' in printed
    assert "quarry" not in printed
    reviews.review(number, finding)
    shown = " ".join(capsys.readouterr().out.split())
    assert "wife (60:64 could reveal" in shown
    assert "score 1.00; certain)" in shown
    assert "Reading (48:55 could reveal place; place_words, listed words, score 0.50; may be restored)" in shown
    assert "mark 1: restore Reading (no person; could reveal" in shown
    assert "mark 2: withhold quarry (identifies; could reveal place)" in shown
    del room


def test_a_program_reads_the_explanation_without_the_words(
    number: str, finding: str, typed: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    typed("")
    reviews.review(number, finding, json=True)
    printed = capsys.readouterr().out
    spans = json.loads(printed)["withholdings"]
    assert {"start", "end", "class", "recognizer", "pattern", "score", "restorable"} == set(spans[0])
    assert "wife" not in printed


def test_the_second_reviewer_is_shown_the_marks_before_agreeing(
    room: Room,
    number: str,
    finding: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _restore(room, finding)
    monkeypatch.setattr(reviews, "desk", lambda: room.two)
    for answers, code in (("0\nLooked.\n", "marks_unseen"), ("one\nLooked.\n", "marks_unseen")):
        monkeypatch.setattr("sys.stdin", io.StringIO(answers))
        assert _refusal(lambda: reviews.review(number, finding, state=reviews.Step.SECOND_REVIEWED)) == code
    monkeypatch.setattr("sys.stdin", io.StringIO("1\nLooked.\n"))
    reviews.review(number, finding, state=reviews.Step.SECOND_REVIEWED)
    assert "restore Reading" in capsys.readouterr().out
    assert _item(room, number).state is State.SECOND_REVIEWED


@pytest.mark.parametrize(
    ("act", "options"),
    [
        (MarkAct.WITHHOLD, {"reason": MarkReason.MISSED}),
        (MarkAct.RESTORE, {}),
        (MarkAct.RESTORE, {"reason": MarkReason.NO_PERSON, "reveals": ProtectedClass.PLACE}),
        (MarkAct.WITHDRAW, {}),
        (MarkAct.WITHDRAW, {"number": 1, "span": "1:2"}),
    ],
)
def test_a_mark_without_its_options_is_refused(act: MarkAct, options: dict[str, object]) -> None:
    assert _refusal(lambda: command.mark("C-1", "F-1", act, **options)) == "mark_options"  # type: ignore[arg-type]


def test_words_that_are_not_in_the_passage_are_refused(number: str, finding: str, typed: Callable[[str], None]) -> None:
    typed("mosque\n")
    assert _refusal(lambda: command.mark(number, finding, MarkAct.RESTORE, reason=MarkReason.NO_PERSON)) == (
        "words_not_found"
    )
    bad = lambda: command.mark(number, finding, MarkAct.RESTORE, "x", reason=MarkReason.NO_PERSON)  # noqa: E731
    assert _refusal(bad) == "span_malformed"


def test_a_preview_of_an_earlier_release_counts_as_certain(room: Room, number: str) -> None:
    item = _item(room, number)
    with room.one.case_files.reading() as unit:
        (preview,) = (r for r in unit.filter_records(number) if r.action == "previewed")
    old = [row[:4] for row in json.loads(preview.detail.reveal())]

    assert {w.score for w in withholdings_of(room.one, item.finding)} == {0.5, 1.0}
    assert {_withholding(row).score for row in old} == {1.0}

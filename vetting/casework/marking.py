"""Two people correct the filter: one withholds more or restores what was withheld wrongly, the other agrees to it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from filters.analyzer import Analyzer
from filters.marks import Marks, Span, restorable
from filters.protected_classes import ProtectedClass
from filters.withholding import Withholding
from vetting.casework.desk import Desk
from vetting.casework.reviewing import refuse_second_reviewed, reviewed_one
from vetting.errors import refused
from vetting.evidence import RawText
from vetting.finding import Finding
from vetting.log.event import EventType
from vetting.log.profile import JsonInput
from vetting.marking import Mark, MarkAct, MarkReason, check_mark, in_force
from vetting.records.case_files import CaseFileUnit
from vetting.roles import Permission
from vetting.validation import SETTLED

_FIRST_SCORED = 5
"""Fields of a preview's row since it holds the score."""


def withholdings_of(desk: Desk, finding: Finding) -> tuple[Withholding, ...]:
    """What the filter would withhold of the passage, as sealed with the finding when it was found: each span with its
    class, recognizer, pattern and score. Empty where the finding was not previewed. Refuses whoever may not review.
    """
    number = finding.case_number
    with desk.case_files.reading() as unit:
        position = unit.case(number).position
    desk.permit(Permission.REVIEW_FINDINGS, position=position, searcher=True)
    with desk.case_files.reading() as unit:
        records = unit.filter_records(number)
    wanted = (finding.id, "previewed")
    detail = next((r.detail.reveal() for r in records if (r.finding_id, r.action) == wanted), "[]")
    return tuple(_withholding(row) for row in json.loads(detail))


def _withholding(row: Sequence[object]) -> Withholding:
    """A row of a preview; one from before scores were kept counts as certain."""
    start, end, reveals, recognizer, *rest = row
    return Withholding(
        start=int(str(start)),
        end=int(str(end)),
        protected_class=ProtectedClass(str(reveals)),
        recognizer=str(recognizer),
        score=float(str(rest[0])) if len(row) >= _FIRST_SCORED else 1.0,
    )


def withhold(
    desk: Desk, finding_id: str, span: Span, protected_class: ProtectedClass, reason: MarkReason, note: RawText
) -> Mark:
    """Withholds words that the filter left. Refuses what `check_mark` refuses and whatever `mark` refuses."""
    return _mark(desk, finding_id, MarkAct.WITHHOLD, reason, note, span=span, reveals=protected_class.value)


def restore(desk: Desk, finding_id: str, span: Span, analyzer: Analyzer, reason: MarkReason, note: RawText) -> Mark:
    """Restores words that the filter withheld wrongly.

    Refuses where it withheld nothing, where the words are only part of a span that it withheld, and where it is certain
    (`filters.marks.restorable`); besides that what `check_mark` refuses, and a mark on a finding that a second person
    has reviewed or that is settled.
    """
    with desk.case_files.reading() as view:
        finding = view.finding(finding_id)
        position = view.case(finding.case_number).position
        candidate = view.candidate(finding.case_number)
    desk.permit(Permission.REVIEW_FINDINGS, position=position, searcher=True)
    found = analyzer.withholdings(finding.passage, (candidate.full_name, *candidate.other_names))
    touched = [w for w in found if w.start < span[1] and span[0] < w.end]
    _check_restorable(touched, span)
    reveals = ",".join(sorted({w.protected_class.value for w in touched}))
    return _mark(desk, finding_id, MarkAct.RESTORE, reason, note, span=span, reveals=reveals, spans=len(touched))


def _check_restorable(touched: Sequence[Withholding], span: Span) -> None:
    if not touched:
        raise refused("nothing_withheld", "The filter withholds none of these words.", "Look again: vetting review.")
    if not all(restorable(w) for w in touched):
        raise refused(
            "certainly_protected",
            "The filter is certain that these words tell a protected class, and IV.B.6 knows no exception.",
            "Leave them withheld; the conduct is reported in the words of the criterion.",
        )
    if any(w.start < span[0] or span[1] < w.end for w in touched):
        raise refused(
            "part_of_a_span",
            "These words are only part of what the filter withholds there.",
            "Restore the whole span, as vetting review shows it.",
        )


def withdraw(desk: Desk, finding_id: str, ordinal: int, note: RawText) -> Mark:
    """Takes a mark back; both stay on record. Refuses one that is not in force."""
    return _mark(desk, finding_id, MarkAct.WITHDRAW, MarkReason.MISTAKEN, note, withdraws=ordinal)


def check_marking(desk: Desk, finding_id: str) -> None:
    """Refuses whoever may not mark this finding now, before somebody has written a note that would be lost."""
    with desk.case_files.reading() as view:
        position = view.case(view.finding(finding_id).case_number).position
    desk.permit(Permission.REVIEW_FINDINGS, position=position, searcher=True)
    with desk.case_files.reading() as view:
        _refuse_late(view, view.finding(finding_id))


def _mark(
    desk: Desk,
    finding_id: str,
    act: MarkAct,
    reason: MarkReason,
    note: RawText,
    *,
    span: Span = (0, 0),
    reveals: str = "",
    withdraws: int = 0,
    spans: int = 0,
) -> Mark:
    """A mark by the person at the desk, recorded; its ordinal is given when it is."""
    check_marking(desk, finding_id)
    if not note.reveal().strip():
        raise refused("note_missing", "A mark needs a sentence that says why.", "Say it in one sentence.")
    mark = Mark(
        finding_id=finding_id,
        ordinal=0,
        act=act,
        reason=reason,
        start=span[0],
        end=span[1],
        protected_class=reveals,
        withdraws=withdraws,
        note=note,
        reviewer=desk.person.id,
        at=desk.clock(),
    )
    return _recorded(desk, mark, spans)


def _recorded(desk: Desk, mark: Mark, spans: int) -> Mark:
    """Seals the mark with the finding and logs that it was made: act, reason code and counts, no word and no class."""
    with desk.act() as unit:
        finding = unit.finding(mark.finding_id)
        case = unit.case(finding.case_number)
        _refuse_late(unit, finding)
        earlier = unit.marks(finding.id)
        mark = replace(mark, ordinal=len(earlier) + 1)
        check_mark(mark, earlier, finding.passage)
        unit.add_mark(mark)
        key = f"{finding.id}:{mark.ordinal}"
        body = _body(mark, spans)
        unit.post(desk.event(EventType.FILTER_MARKED, key, body, position=case.position, case=case.number))
    return mark


def _body(mark: Mark, spans: int) -> dict[str, JsonInput]:
    body: dict[str, JsonInput] = {
        "finding": mark.finding_id,
        "mark": mark.ordinal,
        "act": mark.act.value,
        "reason": mark.reason.value,
    }
    if mark.act is MarkAct.RESTORE:
        body["spans"] = spans
    if mark.withdraws:
        body["withdraws"] = mark.withdraws
    return body


def _refuse_late(unit: CaseFileUnit, finding: Finding) -> None:
    """What a second person agreed to is not changed behind their back, and what is settled needs no mark."""
    item = reviewed_one(unit, finding)
    refuse_second_reviewed(item.history, "its marks stand")
    if item.state in SETTLED:
        raise refused("finding_settled", "The finding is settled; nothing of it will be shown.", "Go on.")


def for_the_gate(marks: Sequence[Mark]) -> Marks:
    """The spans of the marks in force."""
    standing = in_force(marks)
    return Marks(
        withhold=tuple((m.start, m.end) for m in standing if m.act is MarkAct.WITHHOLD),
        restore=tuple((m.start, m.end) for m in standing if m.act is MarkAct.RESTORE),
    )

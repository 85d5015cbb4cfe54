"""What the filter withheld and what reviewers marked, explained on the reviewer's side: in words and for a program."""

from __future__ import annotations

from filters.marks import restorable
from filters.withholding import Withholding
from vetting.cli.printing import labelled, plain, say
from vetting.evidence import RawText
from vetting.finding import Finding
from vetting.marking import Mark, MarkAct, in_force

_WORD_LIST = "listed words"


def record(mark: Mark) -> dict[str, object]:
    """A mark for a program: codes, place, reviewer and time, and no word of the passage or the note."""
    return {
        "mark": mark.ordinal,
        "act": mark.act.value,
        "reason": mark.reason.value,
        "start": mark.start,
        "end": mark.end,
        "withdraws": mark.withdraws,
        "reviewer": mark.reviewer,
        "at": mark.at.isoformat(),
    }


def explained(found: Withholding) -> dict[str, object]:
    """A withheld span for a program on the reviewer's side: place, class, recognizer, pattern, score."""
    recognizer, _, pattern = found.recognizer.partition(":")
    return {
        "start": found.start,
        "end": found.end,
        "class": found.protected_class.value,
        "recognizer": recognizer,
        "pattern": pattern,
        "score": found.score,
        "restorable": restorable(found),
    }


def show_withholding(finding: Finding, found: Withholding) -> None:
    """One withheld span with its words, on the reviewer's terminal only."""
    words = RawText(finding.passage.reveal()[found.start : found.end])
    recognizer, _, pattern = found.recognizer.partition(":")
    by = f"{recognizer}, {plain(pattern) or _WORD_LIST}, score {found.score:.2f}"
    may = "may be restored" if restorable(found) else "certain"
    place = f"{found.start}:{found.end}"
    labelled(
        "Would be withheld", f"{printable(words)}  ({place} could reveal {plain(found.protected_class)}; {by}; {may})"
    )


def show_marks(finding: Finding, marks: tuple[Mark, ...]) -> None:
    """Every mark with its words and the reviewer's sentence, those taken back too."""
    standing = {mark.ordinal for mark in in_force(marks)}
    for mark in marks:
        who = f"{mark.at:%Y-%m-%d %H:%M} UTC  {mark.reviewer}  mark {mark.ordinal}"
        if mark.act is MarkAct.WITHDRAW:
            say(f"{who}: withdraws mark {mark.withdraws}")
        else:
            words = printable(RawText(finding.passage.reveal()[mark.start : mark.end]))
            state = "" if mark.ordinal in standing else ", taken back"
            about = plain(mark.protected_class).replace(",", ", ")
            say(f"{who}: {mark.act} {words}  ({plain(mark.reason)}; could reveal {about}{state})")
        labelled("  Note", printable(mark.note))


def printable(text: RawText) -> str:
    """Captured words without anything that could move the cursor or reorder the line: neither is printable."""
    return "".join(c if c.isprintable() else " " for c in text.reveal())

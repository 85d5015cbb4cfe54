"""What candidates said of themselves, as the auditor's file has it: one line a case, one column a category.

Confidential: it says to which protected class a person belongs. It is held in memory only, has no text form, and no
refusal quotes it; a line is named by its number (safeguards of 29 CFR 1607.4(B), requirement REQ-EEO-8).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from vetting.errors import VettingError, bad_input

CASE: Final = "case"
CATEGORIES: Final = 6
GROUPS: Final = 20
"""Of one category: more are no groups but something that tells one person from another."""
_BOM: Final = b"\xef\xbb\xbf"
_COLUMN: Final = re.compile(r"[a-z][a-z_ -]{0,30}", re.ASCII)
_CASE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_GROUP: Final = re.compile(r"[^\W\d_][\w '(),/&.+-]{0,59}")
_FORMULA: Final = re.compile(r"[=+\-@\t\r]")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SelfIdentification:
    """Who said what. Its text form is only how many they are."""

    NOT_STATED: ClassVar[str] = "not stated"

    categories: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]
    """By case number, one group for each category."""

    def __repr__(self) -> str:
        return f"SelfIdentification({len(self.groups)} cases)"

    def of(self, category: str) -> Mapping[str, str]:
        """The group of each case in one category."""
        at = self.categories.index(category)
        return {case: groups[at] for case, groups in self.groups.items()}

    def check(self, enrolled: Collection[str], known: Collection[str]) -> None:
        """Refuses a case that the log does not know, and one of the `enrolled` that is not in the file."""
        unknown = len(self.groups.keys() - set(known))
        if unknown:
            raise _refused(
                "unknown", f"names {_cases(unknown)} that the log does not know", "Take the case numbers from the log."
            )
        missing = len(set(enrolled) - self.groups.keys())
        if missing:
            remedy = "Give each a line; whoever did not answer has empty fields."
            raise _refused("incomplete", f"lacks {_cases(missing)} of these positions", remedy)


def parse(content: bytes) -> SelfIdentification:
    """The file's content. Refuses (bad_input) what is not plain UTF-8 CSV of `case` and one to six category columns.

    Also a case that comes twice, a field that a spreadsheet would compute, and a column that tells persons apart. An
    empty field is `not stated`. Groups are compared without regard to case and spacing.
    """
    rows = _rows(_text(content))
    if not rows or len(rows[0]) < 2 or rows[0][0] != CASE:
        raise _refused(
            "columns", "does not begin with a line of column names, `case` first", "E.g.: case,sex,race with commas."
        )
    categories = tuple(rows[0][1:])
    if len(categories) > CATEGORIES or len(set(categories)) < len(categories) or CASE in categories:
        raise _refused("columns", "has too many columns or the same one twice", "Keep up to six categories.")
    if not all(_COLUMN.fullmatch(name) for name in categories):
        raise _refused("columns", "has a column whose name is not lower-case words", "E.g.: case,sex,race.")
    groups: dict[str, tuple[str, ...]] = {}
    for number, row in enumerate(rows[1:], start=2):
        case, said = _line(row, number, len(categories))
        if case in groups:
            raise _refused("doubled", f"names a case for the second time in line {number}", "Keep one line a case.")
        groups[case] = said
    _refuse_no_category(categories, groups)
    return SelfIdentification(categories=categories, groups=groups)


def _text(content: bytes) -> str:
    if content.startswith(_BOM):
        raise _refused("not_plain", "begins with a byte order mark", "Save it as plain UTF-8, without one.")
    text = content.decode("utf-8", "replace")
    if text.encode() != content:  # an error of the decoder would hold the whole file
        raise _refused("not_plain", "is not UTF-8 text", "Save it as plain UTF-8.")
    if "\x00" in text:
        raise _refused("not_plain", "is not text", "Save it as CSV, not as a workbook.")
    return text


def _rows(text: str) -> list[list[str]]:
    """Every line. An error of the reader may quote a field, so it goes no further."""
    broken = False
    rows: list[list[str]] = []
    try:
        rows = list(csv.reader(text.splitlines(keepends=True), strict=True))
    except csv.Error:
        broken = True
    if broken:
        raise _refused("not_csv", f"is not CSV after line {len(rows)}", "Save it as CSV with commas, anew.")
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _line(row: list[str], number: int, categories: int) -> tuple[str, tuple[str, ...]]:
    if len(row) != categories + 1:
        raise _refused("fields", f"has too many or too few fields in line {number}", "Give each column one field.")
    if any(_FORMULA.match(field) for field in row):
        raise _refused("formula", f"has a field in line {number} that a spreadsheet would compute", "Write the words.")
    case, *said = (" ".join(field.split()) for field in row)
    if not _CASE.fullmatch(case):
        raise _refused("fields", f"has no case number in line {number}", "Take the case numbers from the log.")
    if not all(_GROUP.fullmatch(group) for group in said if group):
        raise _refused("fields", f"has a field in line {number} that names no group", "Use up to 60 letters.")
    return case, tuple(group.casefold() or SelfIdentification.NOT_STATED for group in said)


def _refuse_no_category(categories: tuple[str, ...], groups: Mapping[str, tuple[str, ...]]) -> None:
    for at, _ in enumerate(categories, start=1):
        if len({said[at - 1] for said in groups.values()}) > GROUPS:
            sentence = f"has more than {GROUPS} groups in column {at + 1}"
            raise _refused("groups", sentence, "Leave out what tells one person from another.")


def _cases(number: int) -> str:
    return "1 case" if number == 1 else f"{number} cases"


def _refused(what: str, sentence: str, remedy: str) -> VettingError:
    return bad_input(f"self_identification_{what}", f"The self-identification file {sentence}.", remedy)

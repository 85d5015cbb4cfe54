"""What a decision maker gets: the sanitized report as facts. This side of the wall knows nothing of the other.

The module imports no fact of the investigator's side: no candidate, capture, finding or raw text can be named here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NewType, final

REPORT_SCHEMA = 1
REPORT_TEMPLATE: Final = "standard_1"
"""The one skeleton of a report (condition U9): a protocol names it, and another skeleton gets another name."""

LONGEST_WORDS: Final = 400
"""Characters of one field of the closed vocabulary or of the configuration."""
PRINTABLE: Final = frozenset(
    [chr(c) for c in range(0x20, 0x7F)]
    + [chr(c) for c in range(0xA1, 0x100) if c != 0xAD]
    + list("\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2026")
)
"""What a report can print. Another script, an emoji or an invisible character would say something about a person that
the words do not; it is refused rather than replaced."""


def fits_report(words: str) -> bool:
    """Whether configured words can stand in a report: a protocol whose words cannot would never give one."""
    plain = words.strip()
    return 0 < len(plain) <= LONGEST_WORDS and PRINTABLE.issuperset(plain)


ADDRESSES: Final = re.compile(
    r"""(?ix)
      [@\#]                                                   # accounts, e-mail, hashtags
    | \b[a-z][a-z0-9+.-]{1,15}:/ | \bwww\b | \b(?:mailto|data|javascript|did|acct|tel):
    | (?<![\w/])[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.[a-z]{2,24}\b        # a host or a file name
    | (?<![\w/])[ur]/[a-z0-9_-]{2,}                           # reddit style
    | [\[(]\s*(?:at|dot)\s*[\])]                              # written to be overlooked
    | \b\d{1,3}(?:\.\d{1,3}){3}\b                             # an internet address
    """
)
"""What leads to a page or an account. The leak check finds it on any page, whoever wrote it."""

NUMBERS_TO_CALL: Final = re.compile(r"(?<![\w.])\+?\d[\d ().-]{6,}\d(?![\w])")
_MONTHS: Final = (
    "(?:January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
)
_DAY: Final = r"\d{1,2}(?:st|nd|rd|th)?"
EXACT_TIMES: Final = re.compile(
    rf"""(?ix)
      \b\d{{4}}-\d{{1,2}}-\d{{1,2}}\b | \b\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}}\b
    | \b{_MONTHS}\.?\s+{_DAY}\b(?!\s*(?:to|of)\b) | \b{_DAY}\s+(?:of\s+)?{_MONTHS}\b
    | \b\d{{1,2}}:\d{{2}}\b | \b\d{{1,2}}\s?[ap]\.?m\b
    """
)
"""A day or a time of day; periods are told by the quarter."""


def leads_somewhere(words: str, *, finding: bool = False) -> bool:
    """Whether configured words would be a leak on every page that prints them: an address or an account anywhere, in a
    `finding` also a number to call and a day. A protocol with such words would be searched and never give a report.
    """
    patterns = (ADDRESSES, NUMBERS_TO_CALL, EXACT_TIMES) if finding else (ADDRESSES,)
    return any(pattern.search(" ".join(words.split())) for pattern in patterns)


FilterRecord = NewType("FilterRecord", str)
"""Identifier of the filter decision that let a text through (REQ-EEO-1)."""


@final
class SanitizedText:
    """Words a decision maker may read. Made by `filters.gate`, and re-made by the released store from what was filed.

    A plain `str` or a `RawText` is no SanitizedText: `mypy --strict` rejects the shortcut, and a test refuses any
    other caller of the constructor. Raises ValueError without a filter record.
    """

    __slots__ = ("filter_record", "words")

    def __init__(self, words: str, filter_record: FilterRecord) -> None:
        if not filter_record:
            raise ValueError("filter record")
        self.words = words
        self.filter_record = filter_record

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SanitizedText) and (self.words, self.filter_record) == (
            other.words,
            other.filter_record,
        )

    def __hash__(self) -> int:
        return hash((self.words, self.filter_record))

    def __repr__(self) -> str:
        return f"SanitizedText({self.words!r})"


class Status(StrEnum):
    """Validation status in the words of the report."""

    VERIFIED = "Verified"
    NOT_VERIFIED = "Not verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class SanitizedFinding:
    """The conduct, not the person: every field from a closed vocabulary but `quotation`, which the gate made."""

    code: str
    statement: str
    """The criterion's behavior statement."""
    criterion: str
    clause: str
    nexus: str
    engagement: str
    audience: str
    frequency: str
    """A band: `once`, `2 to 5 times`, `more than 5 times`."""
    period: str
    """Quarter and year, or two of them: `2nd quarter of 2024`, `1st quarter of 2021 to 2nd quarter of 2022`."""
    severity: str
    """`1 of 4` to `4 of 4`, or `favorable`."""
    source: str
    """Class of source, never its name."""
    attribution: str
    validation: str
    status: Status
    favorable: bool
    quotation: SanitizedText | None
    filter_record: FilterRecord


class ReportedOutcome(StrEnum):
    """How a search ended, in the words of the report. The names are those of `vetting.search.Outcome`."""

    COMPLETED = "Completed"
    NO_RESULTS = "No results"
    BLOCKED = "Blocked by the source"
    UNAVAILABLE = "Source unavailable"
    NOT_APPLICABLE = "Not applicable"
    EXCLUDED = "Left out for everyone"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedSearch:
    """One line of "searches performed"; the same lines for everybody."""

    step: int
    title: str
    outcome: str
    """A `ReportedOutcome`; checked when the page is composed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a released report says."""

    number: str
    """`R-` and the case number's random part: opaque."""
    case_number: str
    position: str
    position_title: str
    department: str
    released_on: date
    prepared_by: str
    """The role, never a name."""
    protocol_title: str
    protocol_version: int
    protocol_digest: str
    filter_version: str
    authorization_signed: bool
    practice: bool
    """Of a practice case: invented or recorded material, not for a hiring decision."""
    searches: tuple[ReportedSearch, ...]
    findings: tuple[SanitizedFinding, ...]
    log_size: int
    """Entries in the transparency log when the report was composed."""
    log_root: str
    """First 16 hex digits of the root at that size."""
    witnessed: bool
    """Whether enough witnesses have signed the log up to an entry after the one that enrolled the candidate."""
    witnessed_size: int = 0
    """So many entries of the log they have signed; 0 where nobody has, or the report was filed without this figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedReport:
    """A report as filed in the released store."""

    report: Report
    pdf: bytes
    pdf_sha256: str
    released_at: datetime

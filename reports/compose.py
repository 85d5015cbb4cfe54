"""What a report page holds: an allow-list. Words that are not named here do not reach paper.

The page model is made from `vetting.release.Report` only, with the same sections for everyone: a nil report has the
same form. It has no field for a score, a rank, a recommendation or a count of what was withheld.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from reports import wording
from vetting.errors import bad_input, refused
from vetting.release import LONGEST_WORDS, PRINTABLE, Report, ReportedSearch, SanitizedFinding, Status

LONGEST_QUOTATION: Final = 1500
"""Characters of a quotation: a finding is never split over two pages, so it must fit on one."""

FILE_STEP: Final = 64 * 1024
"""Bytes: a file's size is a multiple, so that it does not tell how much was written about somebody."""

_SPACE = re.compile(r"[\s\u00a0]+")
_IDENTIFIER = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{2,39}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ROOT = re.compile(r"[0-9a-f]{16}")
_QUARTER = r"(?:1st|2nd|3rd|4th) quarter of [0-9]{4}"
_PERIOD = re.compile(f"{_QUARTER}(?: to {_QUARTER})?")
"""A quarter, or from one quarter to another: a day or a month can identify."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A label and what it says."""

    label: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of words, or the one mark for a withheld phrase."""

    words: str
    withheld: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GlanceLine:
    """One finding in the list of the first page."""

    heading: str
    period: str
    status: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingBlock:
    """One finding on paper."""

    heading: str
    status: str
    verified: bool
    statement: str
    quotation: tuple[Piece, ...]
    facts: tuple[Row, ...]
    """Short facts, side by side."""
    checks: tuple[Row, ...]
    """Why it matters and how it was checked, one below the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchLine:
    """One search on paper."""

    step: int
    title: str
    outcome: str
    missed: bool
    """Blocked or unavailable: set apart, since it is not "nothing found"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything the template may print, in reading order."""

    department: str
    practice: bool
    """Marked in the title block and on every page: the same words on every practice report."""
    number: str
    subtitle: str
    summary: tuple[Row, ...]
    glance: tuple[Row, ...]
    """Figure and what it counts: `label` is the count's name, `words` the figure."""
    glance_lines: tuple[GlanceLine, ...]
    how_to_read: tuple[Piece, ...]
    findings: tuple[FindingBlock, ...]
    searches: tuple[SearchLine, ...]
    certificate: tuple[Row, ...]
    log_position: str
    released_on: str
    """ISO date; the date of the file's metadata, midnight UTC."""


def page(report: Report) -> Page:
    """The page model of a report.

    Refuses: words the packaged fonts cannot print, a field or quotation that is too long, an identifier, digest,
    period or outcome that is not of its form, and a report on somebody who signed no authorization.
    """
    if not report.authorization_signed:
        raise refused(
            "authorization_missing",
            "No report is made on a candidate who signed no authorization.",
            "Record the signed authorization and run the searches again.",
        )
    findings = tuple(_finding(n, finding) for n, finding in enumerate(report.findings, start=1))
    return Page(
        department=_words(report.department),
        practice=report.practice,
        number=_formed(report.number, _IDENTIFIER),
        subtitle=f"Case {_formed(report.case_number, _IDENTIFIER)} for {_words(report.position_title)}",
        summary=_summary(report),
        glance=_glance(report),
        glance_lines=tuple(_glance_line(block) for block in findings),
        how_to_read=_pieces(wording.HOW_TO_READ_WORDS),
        findings=findings,
        searches=tuple(_search(search) for search in report.searches),
        certificate=_certificate(report),
        log_position=_log_position(report),
        released_on=report.released_on.isoformat(),
    )


def file_identifier(number: str) -> str:
    """The identifier inside the file, 32 hex digits: of the report's number and of nothing else about it."""
    return hashlib.sha256(number.encode()).hexdigest()[:32]


def _summary(report: Report) -> tuple[Row, ...]:
    day = report.released_on
    released = f"{wording.MONTHS[day.month - 1]} {day.day}, {day.year}"
    protocol = f"{_words(report.protocol_title)}, version {report.protocol_version}, the same for every candidate"
    return (
        Row(label="Report", words=f"{report.number}, released {released}"),
        Row(label="Position", words=f"{_words(report.position_title)} ({_formed(report.position, _IDENTIFIER)})"),
        Row(label="Search protocol", words=protocol),
        Row(label="Prepared by", words=_words(report.prepared_by)),
        Row(label="Authorization", words=wording.AUTHORIZED),
    )


def _glance(report: Report) -> tuple[Row, ...]:
    planned = [search for search in report.searches if search.outcome not in wording.NOT_COUNTED]
    performed = sum(search.outcome in wording.PERFORMED for search in planned)
    reported = len(report.findings)
    return (
        Row(label="searches completed", words=f"{performed} of {len(planned)}"),
        Row(label="finding reported" if reported == 1 else "findings reported", words=str(reported)),
    )


def _glance_line(block: FindingBlock) -> GlanceLine:
    period = next(row.words for row in block.facts if row.label == "When")
    return GlanceLine(heading=block.heading, period=period, status=block.status, verified=block.verified)


def _finding(number: int, finding: SanitizedFinding) -> FindingBlock:
    quotation = finding.quotation.words if finding.quotation else ""
    return FindingBlock(
        heading=f"{number}. {_words(finding.criterion)}",
        status=finding.status.value,
        verified=finding.status is Status.VERIFIED,
        statement=_words(finding.statement),
        quotation=_pieces(f"\u201c{_words(quotation, LONGEST_QUOTATION)}\u201d") if quotation else (),
        facts=(
            Row(label="When", words=_formed(_words(finding.period), _PERIOD)),
            Row(label="How often", words=_opening(finding.frequency)),
            Row(label="Severity", words=_opening(finding.severity)),
            Row(label="Part taken", words=_opening(finding.engagement)),
            Row(label="Audience", words=_opening(finding.audience)),
            Row(label="Kind of source", words=_opening(finding.source)),
        ),
        checks=(
            Row(label="Criterion", words=f"{_words(finding.code)}, policy clause {_words(finding.clause)}"),
            Row(label="Why it matters", words=_words(finding.nexus)),
            Row(label="Is it the candidate?", words=_words(finding.attribution)),
            Row(label="Is it so?", words=_words(finding.validation)),
        ),
    )


def _search(search: ReportedSearch) -> SearchLine:
    if search.outcome not in wording.OUTCOMES:
        raise _malformed()
    return SearchLine(
        step=search.step,
        title=_words(search.title),
        outcome=search.outcome,
        missed=search.outcome in wording.MISSED,
    )


def _certificate(report: Report) -> tuple[Row, ...]:
    entries = f"{report.log_size:,} entries, root {_grouped(_formed(report.log_root, _ROOT), 4)}"
    return (
        Row(label="Protocol digest", words=_grouped(_formed(report.protocol_digest, _SHA256), 8)),
        Row(label="Filter version", words=_grouped(_formed(report.filter_version, _SHA256), 8)),
        Row(label="Log position", words=entries),
        Row(label="Witnesses", words=_witnesses(report)),
        Row(label="How to verify", words=wording.VERIFY_WORDS),
    )


def _witnesses(report: Report) -> str:
    if not report.witnessed_size:
        return wording.WITNESSED if report.witnessed else wording.UNWITNESSED
    words = wording.WITNESSED_TO if report.witnessed else wording.WITNESSED_BEFORE
    return words.format(size=f"{report.witnessed_size:,}")


def _log_position(report: Report) -> str:
    """What stands at the foot of every page: SIZE:ROOT, as `vetting verify --known` takes it, and how much of the log
    somebody outside vouches for.
    """
    said = wording.WITNESSED_TO_MARK.format(size=report.witnessed_size) if report.witnessed_size else ""
    parts = [
        f"{report.log_size}:{_formed(report.log_root, _ROOT)}",
        said if report.witnessed else wording.UNWITNESSED_MARK,
    ]
    return " \u00b7 ".join(filter(None, parts))


def _grouped(digits: str, size: int) -> str:
    return " ".join(digits[i : i + size] for i in range(0, len(digits), size))


def _pieces(words: str) -> tuple[Piece, ...]:
    """Splits words at the withheld mark, so that the template can set the mark apart."""
    parts = re.split(f"({re.escape(wording.WITHHELD)})", words)
    return tuple(Piece(words=part, withheld=part == wording.WITHHELD) for part in parts if part)


def _words(words: str, longest: int = LONGEST_WORDS) -> str:
    """The words with white space made single, or a refusal that does not repeat them."""
    plain = _SPACE.sub(" ", unicodedata.normalize("NFC", words)).strip()
    if not plain or len(plain) > longest:
        raise bad_input(
            "report_words_length",
            f"A field of the report is empty or has more than {longest} characters.",
            "Release the finding by its statement only, or shorten the configured words.",
        )
    if not PRINTABLE.issuperset(plain):
        raise bad_input(
            "report_words_unprintable",
            "A field of the report holds a character that no report prints (another script, an emoji, a control).",
            "Release the finding by its statement only, or correct the configured words.",
        )
    return plain


def _opening(words: str) -> str:
    """The words with a capital at their beginning: each stands alone under its label."""
    plain = _words(words)
    return plain[0].upper() + plain[1:]


def _formed(words: str, form: re.Pattern[str]) -> str:
    if not form.fullmatch(words):
        raise _malformed()
    return words


def _malformed() -> Exception:
    return bad_input(
        "report_field_malformed",
        "An identifier, digest, period or outcome of the report does not have its form.",
        "This is an error of the program: report it with the code report_field_malformed.",
    )

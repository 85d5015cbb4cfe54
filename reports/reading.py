"""The words of a page model in the order they are read: what the finished file is compared with, and searched in."""

from __future__ import annotations

from collections.abc import Iterator

from reports import wording
from reports.compose import Page, Row


def reading_order(page: Page) -> Iterator[str]:
    """Every word of the page's body in the order it is read, without the running header and footer."""
    yield from (wording.TITLE, page.subtitle)
    if page.practice:
        yield wording.PRACTICE
    yield from _rows(page.summary)
    yield wording.AT_A_GLANCE
    for figure in page.glance:
        yield from (figure.words, figure.label)
    for short in page.glance_lines:
        yield from (short.heading, short.period, short.status)
    yield wording.HOW_TO_READ
    yield from (piece.words for piece in page.how_to_read)
    yield from (wording.FINDINGS, wording.FINDINGS_WORDS if page.findings else wording.NO_FINDINGS)
    for finding in page.findings:
        yield from (finding.heading, finding.status, finding.statement)
        yield from (piece.words for piece in finding.quotation)
        yield from _rows(finding.facts)
        yield from _rows(finding.checks)
    yield from (wording.SEARCHES, wording.SEARCHES_WORDS, *wording.SEARCH_HEADS)
    for line in page.searches:
        yield from (str(line.step), line.title, line.outcome)
    yield from (wording.HOW_IT_WAS_DONE, wording.HOW_IT_WAS_DONE_WORDS)
    yield from (wording.BEFORE_DECIDING, wording.BEFORE_DECIDING_WORDS)
    for n, step in enumerate(wording.BEFORE_DECIDING_STEPS, start=1):
        yield from (f"{n}.", step)
    yield wording.CERTIFICATE
    yield from _rows(page.certificate)


def headings(page: Page) -> tuple[str, ...]:
    """The headings in reading order: the file's outline holds these and no others."""
    before = (wording.TITLE, wording.AT_A_GLANCE, wording.HOW_TO_READ, wording.FINDINGS)
    after = (wording.SEARCHES, wording.HOW_IT_WAS_DONE, wording.BEFORE_DECIDING, wording.CERTIFICATE)
    return (*before, *(finding.heading for finding in page.findings), *after)


def finding_words(page: Page) -> Iterator[tuple[str, str]]:
    """What was written about this candidate, with its place: every word of every finding."""
    for number, finding in enumerate(page.findings, start=1):
        place = f"finding {number}"
        yield from ((place, text) for text in (finding.heading, finding.statement))
        yield from ((place, row.words[0].lower() + row.words[1:]) for row in finding.facts)  # as they were given
        yield from ((place, row.words) for row in finding.checks)
    yield from quotations(page)


def quotations(page: Page) -> Iterator[tuple[str, str]]:
    """The quotations, with their place."""
    for number, finding in enumerate(page.findings, start=1):
        if finding.quotation:
            yield f"finding {number}", "".join(piece.words for piece in finding.quotation)


def statements_and_quotations(page: Page) -> Iterator[tuple[str, str]]:
    """The words in which a protected class could still show, with their place."""
    yield from ((f"finding {n}", finding.statement) for n, finding in enumerate(page.findings, start=1))
    yield from quotations(page)


def search_words(page: Page) -> Iterator[tuple[str, str]]:
    """The titles of the searches, with their place."""
    yield from ((f"search {n}", line.title) for n, line in enumerate(page.searches, start=1))


def fixed_words(page: Page, pages: int) -> Iterator[str]:
    """What every report says, whoever the candidate is: the template's words, its labels, the foot of its pages."""
    for words in vars(wording).values():
        if isinstance(words, str):
            yield words
        elif isinstance(words, tuple | frozenset):
            yield from (piece for piece in words if isinstance(piece, str))
    findings = [row for finding in page.findings for row in (*finding.facts, *finding.checks)]
    yield from (row.label for row in (*page.summary, *page.glance, *findings, *page.certificate))
    yield from (f"{n} Page {n} of {n}" for n in range(1, pages + 1))


def configured_words(page: Page) -> tuple[str, ...]:
    """What the department configured, the same for every candidate."""
    position, protocol, prepared_by = (page.summary[n].words for n in (1, 2, 3))
    return (page.department, page.subtitle.partition(" for ")[2], position, protocol, prepared_by)


def header(page: Page) -> str:
    """The running header of every page."""
    mark = wording.PRACTICE_MARK if page.practice else ""
    return f"{page.department} {mark}{wording.CONFIDENTIAL}"


def footer(page: Page, number: int, of: int) -> str:
    """The running footer of one page."""
    return f"Report {page.number} Log {page.log_position} Page {number} of {of}"


def _rows(rows: tuple[Row, ...]) -> Iterator[str]:
    for row in rows:
        yield from (row.label, row.words)

"""The leak check finds what the words of a report say: an address, a day, a name, a protected class."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from reports import compose, leak_words, reading
from reports.leak_check import Leak, Rule, check
from vetting.release import FilterRecord, Report, SanitizedFinding, SanitizedText


def _nothing(_text: str) -> tuple[str, ...]:
    return ()


def _quoting(words: str, make_report: Callable[..., Report], make_finding: Callable[..., SanitizedFinding]) -> Report:
    return make_report(make_finding(quotation=SanitizedText(words, FilterRecord("FR-1"))))


ADDRESSES = (
    "see https://social.example/post/1",
    "on www dot social, HTTP://x.example",
    "ask jdoe@mail.example",
    "like @jdoe84 said",
    "the #tuesdayrun",
    "read blog.example.org today",
    "on u/jdoe84 again",
    "mail me at jdoe [at] mail (dot) example",
    "did:plc:abcdef",
    "call 617-555-0134",
    "call +1 (617) 555 0134",
    "from 192.0.2.7",
    "see photo.jpg",
)


@pytest.mark.parametrize("words", ADDRESSES)
def test_what_leads_to_a_page_or_a_person_is_found(
    words: str, make_report: Callable[..., Report], make_finding: Callable[..., SanitizedFinding]
) -> None:
    page = compose.page(_quoting(words, make_report, make_finding))
    assert Leak(rule=Rule.ADDRESS, where="finding 1") in set(leak_words.addresses(page, ()))


EXACT = (
    "on 2024-05-03",
    "on 5/3/2024",
    "on May 3",
    "on 3 May",
    "on the 3rd of May",
    "Sept. 14th",
    "at 10:45",
    "at 7 pm",
    "at 7 a.m.",
)


@pytest.mark.parametrize("words", EXACT)
def test_a_day_or_a_time_of_day_is_found(
    words: str, make_report: Callable[..., Report], make_finding: Callable[..., SanitizedFinding]
) -> None:
    page = compose.page(_quoting(words, make_report, make_finding))
    assert Leak(rule=Rule.EXACT_TIME, where="finding 1") in set(leak_words.addresses(page, ()))


@pytest.mark.parametrize(
    "words",
    [
        "I may 2 to 5 times do that",
        "24/7 and/or never",
        "VI.A.5.b and A4.",
        "3 of 4 marched",
        "in 2024, twice",
        "it cost 12,000.",
    ],
)
def test_ordinary_words_are_no_address_and_no_day(
    words: str, make_report: Callable[..., Report], make_finding: Callable[..., SanitizedFinding]
) -> None:
    page = compose.page(_quoting(words, make_report, make_finding))
    assert not set(leak_words.addresses(page, ()))


NAMED = {
    "as it is": ("Then Mara Quellington laughed", "Mara Quellington"),
    "in capitals": ("MARA QUELLINGTON", "Mara Quellington"),
    "without accents": ("Jose Nunez was there", "Jos\u00e9 N\u00fa\u00f1ez"),
    "with accents": ("Jos\u00e9 N\u00fa\u00f1ez was there", "Jose Nunez"),
    "with a hyphen": ("Mara-Quellington", "Mara Quellington"),
    "run together": ("signed maraquellington", "Mara Quellington"),
    "one word": ("thanks Quellington", "Quellington"),
    "one word in small letters": ("thanks quellington", "Quellington"),
    "the account of an address": ("follow mquell84 now", "https://forum.example/u/mquell84"),
    "the account of an e-mail": ("follow mquell84 now", "mquell84@mail.example"),
    "the account with its sign": ("follow mquell84 now", "@mquell84"),
}


@pytest.mark.parametrize("how", NAMED)
def test_the_candidate_is_found_by_name(
    how: str, make_report: Callable[..., Report], make_finding: Callable[..., SanitizedFinding]
) -> None:
    words, name = NAMED[how]
    page = compose.page(_quoting(words, make_report, make_finding))
    sheets = (" ".join(reading.reading_order(page)),)
    assert set(leak_words.hunted(page, sheets, (name,)))
    assert not set(leak_words.hunted(page, sheets, ("Somebody Else", "Else", "else84")))


def test_a_name_over_a_line_break_is_found(typical: Report) -> None:
    page = compose.page(typical)
    assert set(leak_words.hunted(page, ("He was seen with Mara\nQuelling-\nton",), ("Mara Quellington",)))


def test_a_name_in_a_statement_or_in_the_title_of_a_search_is_found(typical: Report) -> None:
    named = replace(typical.findings[0], statement="Described how Mara evaded a traffic stop.")
    searched = replace(typical.searches[0], title="Mara, web search")
    for report in (replace(typical, findings=(named,)), replace(typical, searches=(searched,))):
        assert set(leak_words.hunted(compose.page(report), (), ("Mara",)))


def test_nobody_is_refused_a_report_for_a_name_that_is_a_word_of_every_report(
    typical: Report, typical_pdf: bytes
) -> None:
    """May, Case, Riverton: a surname that is a word of the template or of the department must not stop a release."""
    names = ("May", "Case", "Page", "Public", "Stop", "Riverton", "Officer", "Will", "Light")
    assert check(typical_pdf, typical, names, _nothing) == ()


def test_the_filter_is_asked_about_statements_and_quotations_only(typical: Report, typical_pdf: bytes) -> None:
    asked: list[str] = []

    def finds(text: str) -> tuple[str, ...]:
        asked.append(text)
        return ("religion",) if text.startswith("Gave unpaid") else ()

    assert check(typical_pdf, typical, (), finds) == (Leak(rule=Rule.PROTECTED, where="finding 3"),)
    statements = [finding.statement for finding in typical.findings]
    quotations = [f"\u201c{finding.quotation.words}\u201d" for finding in typical.findings if finding.quotation]
    assert sorted(asked) == sorted(statements + quotations)

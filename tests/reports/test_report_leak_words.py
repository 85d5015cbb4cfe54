"""The leak check finds what the words of a report say: an address, a day, a name, a protected class."""

import re
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


WORDS_OF_EVERY_REPORT = (
    "Vi",
    "Described",
    "report",
    "no.results",
    "page_1",
    "2026",
    "sha-256",
    "web_search",
    "quarter",
)


@pytest.mark.parametrize("name", WORDS_OF_EVERY_REPORT)
def test_a_short_name_or_an_account_named_like_a_heading_is_hunted_in_quotations_only(
    name: str, typical: Report, typical_pdf: bytes, make_finding: Callable[..., SanitizedFinding]
) -> None:
    frozen = [step.title for step in typical.searches]
    frozen += [text for f in typical.findings for text in (f.statement, f.clause, f.criterion, f.nexus, f.source)]
    frozen += ["1st quarter of 2nd quarter of 3rd quarter of 4th quarter of"]
    assert check(typical_pdf, typical, (name,), _nothing, frozen) == ()
    quoted = make_finding(quotation=SanitizedText(f"Then {name} laughed", FilterRecord("FR-1")))
    page = compose.page(replace(typical, findings=(quoted,)))
    assert set(leak_words.hunted(page, (), (name,), frozen)) == {Leak(rule=Rule.HUNTED, where="finding 1")}


def test_a_name_of_one_word_is_not_seen_across_the_words_of_a_quotation(
    make_report: Callable[..., Report], make_finding: Callable[..., SanitizedFinding]
) -> None:
    page = compose.page(_quoting("caught and rewarded", make_report, make_finding))
    assert not set(leak_words.hunted(page, (), ("Andrew",)))


def test_every_word_of_a_nil_report_is_fixed_configured_or_a_figure(make_report: Callable[..., Report]) -> None:
    page = compose.page(make_report())
    known = [*reading.fixed_words(page, 3), *reading.configured_words(page), *(s.title for s in page.searches)]
    words = set(leak_words.folded(" ".join(known)).split())
    said = leak_words.folded(" ".join(reading.reading_order(page))).split()
    strange = [w for w in said if w not in words and not re.fullmatch(r"\W+|[a-f]+|\S*\d\S*", w)]
    assert strange == []


def test_the_filter_is_asked_about_statements_and_quotations_only(typical: Report, typical_pdf: bytes) -> None:
    asked: list[str] = []

    def finds(text: str) -> tuple[str, ...]:
        asked.append(text)
        return ("religion",) if text.startswith("Gave unpaid") else ()

    assert check(typical_pdf, typical, (), finds) == (Leak(rule=Rule.PROTECTED, where="finding 3"),)
    statements = [finding.statement for finding in typical.findings]
    quotations = [f"\u201c{finding.quotation.words}\u201d" for finding in typical.findings if finding.quotation]
    assert sorted(asked) == sorted(statements + quotations)

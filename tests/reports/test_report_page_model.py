"""What a report says, before it is paper."""

import re
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest

from reports import compose, leak_words, reading, wording
from reports.leak_text import read, squeezed
from vetting.errors import VettingError
from vetting.log.answers import seen_before
from vetting.release import FilterRecord, Report, ReportedSearch, SanitizedFinding, SanitizedText

TEMPLATE = Path(compose.__file__).parent / "templates" / "report.html"


def _text(report: Report) -> str:
    return " ".join(reading.reading_order(compose.page(report)))


def test_a_nil_report_has_the_sections_of_every_report(typical: Report, nil: Report) -> None:
    full, empty = (reading.headings(compose.page(report)) for report in (typical, nil))
    assert [heading for heading in full if not heading[0].isdigit()] == list(empty)
    assert wording.NO_FINDINGS in _text(nil)
    assert wording.NO_FINDINGS not in _text(typical)


def test_a_report_says_every_fact_of_a_finding_and_the_whole_of_every_search(typical: Report) -> None:
    text = _text(typical)
    for finding in typical.findings:
        for said in (finding.code, finding.statement, finding.criterion, finding.clause, finding.nexus, finding.period):
            assert said in text
        for said in (finding.engagement, finding.audience, finding.source, finding.attribution, finding.validation):
            assert said in text
        assert finding.status.value in text
        assert finding.quotation is None or "".join(finding.quotation.words.split()) in "".join(text.split())
    for search in typical.searches:
        assert f"{search.step} {search.title} {search.outcome}" in text


def test_findings_stand_in_the_order_they_were_released_in(typical: Report) -> None:
    page = compose.page(typical)
    assert [block.heading for block in page.findings] == [
        f"{n}. {finding.criterion}" for n, finding in enumerate(typical.findings, start=1)
    ]


def test_the_first_page_counts_searches_and_reported_findings_and_nothing_else(typical: Report) -> None:
    glance = compose.page(typical).glance
    assert [(figure.words, figure.label) for figure in glance] == [
        ("5 of 7", "searches completed"),
        ("3", "findings reported"),
    ]


def test_a_search_that_was_left_out_for_everyone_is_named_and_not_counted(typical: Report) -> None:
    first, *rest = typical.searches
    page = compose.page(replace(typical, searches=(replace(first, outcome="Left out for everyone"), *rest)))
    assert page.glance[0].words == "4 of 6"
    assert (page.searches[0].outcome, page.searches[0].missed) == ("Left out for everyone", False)


def test_one_finding_and_none_are_counted_in_plain_words(
    make_report: Callable[..., Report], make_finding: Callable[..., SanitizedFinding]
) -> None:
    for findings, figure in (((make_finding(),), ("1", "finding reported")), ((), ("0", "findings reported"))):
        counted = compose.page(make_report(*findings)).glance[1]
        assert (counted.words, counted.label) == figure


def test_a_blocked_search_is_never_counted_as_completed(make_report: Callable[..., Report]) -> None:
    for outcome, figure in (("Completed", "1 of 1"), ("No results", "1 of 1"), ("Blocked by the source", "0 of 1")):
        report = make_report(searches=(ReportedSearch(step=1, title="Full name, web search", outcome=outcome),))
        assert compose.page(report).glance[0].words == figure
    unavailable = make_report(searches=(ReportedSearch(step=1, title="Feed", outcome="Source unavailable"),))
    assert compose.page(unavailable).glance[0].words == "0 of 1"
    assert compose.page(unavailable).searches[0].missed


def test_the_page_has_no_place_for_a_score_a_rank_or_a_count_of_what_was_withheld() -> None:
    named = {
        field.name for model in (compose.Page, compose.FindingBlock, compose.SearchLine) for field in fields(model)
    }
    assert not named & {"score", "rank", "recommendation", "withheld", "hits", "captures", "results", "id"}
    assert {field.name for field in fields(compose.Page)} == {
        *(
            "department",
            "practice",
            "number",
            "subtitle",
            "summary",
            "glance",
            "glance_lines",
            "how_to_read",
            "findings",
            "searches",
        ),
        *("certificate", "log_position", "released_on"),
    }


def test_the_mark_for_a_withheld_phrase_is_one_piece_of_constant_words(typical: Report) -> None:
    pieces = compose.page(typical).findings[1].quotation
    assert [piece.words for piece in pieces if piece.withheld] == ["[withheld]"]
    assert all(not piece.withheld for piece in compose.page(typical).findings[0].quotation)


def test_every_page_of_a_practice_report_says_that_it_is_for_practice(
    typical: Report, typical_pdf: bytes, practice: Report, practice_pdf: bytes
) -> None:
    notice = "Practice report: invented or recorded material, not for a hiring decision"
    sheets = read(practice_pdf)[0]
    assert squeezed(notice) in squeezed(sheets[0])
    assert all("PRACTICE" in sheet for sheet in sheets)
    assert not any("practice" in sheet.casefold() for sheet in read(typical_pdf)[0])
    assert _text(practice) == _text(typical).replace(" Report ", f" {notice} Report ", 1)


def test_a_log_that_nobody_witnessed_says_so(make_report: Callable[..., Report]) -> None:
    assert "UNWITNESSED" in _text(make_report(witnessed=False))
    assert "UNWITNESSED" not in _text(make_report(witnessed=True))


def test_a_report_says_how_much_of_the_log_was_witnessed(make_report: Callable[..., Report]) -> None:
    report = compose.page(make_report(witnessed=True, witnessed_size=1700))
    assert report.log_position == "1883:8c0d12fe55abaa07 \u00b7 witnessed to 1700"
    assert "have signed the first 1,700 entries" in " ".join(reading.reading_order(report))
    early = compose.page(make_report(witnessed=False, witnessed_size=12))
    assert early.log_position == "1883:8c0d12fe55abaa07 \u00b7 UNWITNESSED"
    assert "UNWITNESSED: independent witnesses have signed the first 12 entries of the log only" in " ".join(
        reading.reading_order(early)
    )


def test_the_foot_of_a_report_is_what_the_verifier_takes_as_known(make_report: Callable[..., Report]) -> None:
    pair = compose.page(make_report()).log_position.split()[0]
    assert seen_before(pair) == (1883, "8c0d12fe55abaa07")


def test_the_certificate_names_protocol_filter_and_log(nil: Report) -> None:
    text = _text(nil).replace(" ", "")
    assert nil.protocol_digest in text
    assert nil.filter_version in text
    assert f"{nil.log_size:,}entries,root{nil.log_root}" in text


def test_the_candidate_has_fourteen_days_to_respond(nil: Report) -> None:
    assert "14 calendar days for a response (555 CMR 9.05(2))" in _text(nil)


def test_how_this_was_done_takes_four_sentences() -> None:
    assert len(re.findall(r"\.(?: |$)", wording.HOW_IT_WAS_DONE_WORDS)) == 4


def test_only_the_searches_are_said_to_have_been_made_without_contact(nil: Report) -> None:
    """A finding may be corroborated by a person with knowledge of it, so the checks are not among them."""
    searches, _, checks = wording.HOW_IT_WAS_DONE_WORDS.split(". ")[:3]
    assert searches.startswith("The searches were")
    assert searches.endswith("without contacting anybody")
    assert checks.startswith("Two people checked each finding that is reported")
    assert "may be a person" in checks
    assert _text(nil).count("contact") == 1


def test_a_favorable_finding_stands_under_the_same_label_as_every_other(typical: Report) -> None:
    blocks = compose.page(typical).findings
    severities = [row.words for block in blocks for row in block.facts if row.label == "Severity"]
    assert severities == ["3 of 4", "4 of 4", "Favorable"]
    assert "Weight" not in _text(typical)
    assert "no score" in _text(typical)


@pytest.mark.parametrize("period", ["1st quarter of 2021", "1st quarter of 2021 to 2nd quarter of 2022"])
def test_a_period_is_a_quarter_or_from_one_quarter_to_another(
    period: str, make_report: Callable[..., Report], make_finding: Callable[..., SanitizedFinding]
) -> None:
    report = make_report(make_finding(period=period))
    page = compose.page(report)
    assert page.glance_lines[0].period == period
    assert not tuple(leak_words.addresses(page, ()))


@pytest.mark.parametrize(
    "period",
    [
        *("May 2021", "2021", "5th quarter of 2021", "1st quarter of 21", "1st quarter of 2021 to", "May 3, 2021"),
        *("1st quarter of 2021 - 2nd quarter of 2022", "in the 1st quarter of 2021", "1st to 2nd quarter of 2021"),
        "1st quarter of 2021 to 2nd quarter of 2022 to 3rd quarter of 2023",
    ],
)
def test_any_other_period_is_refused(
    period: str, make_report: Callable[..., Report], make_finding: Callable[..., SanitizedFinding]
) -> None:
    with pytest.raises(VettingError) as caught:
        compose.page(make_report(make_finding(period=period)))
    assert caught.value.code == "report_field_malformed"
    assert caught.value.code in caught.value.remedy
    assert period not in str(caught.value)


def test_the_template_has_no_word_of_its_own() -> None:
    html = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}|<[^>]*>", " ", TEMPLATE.read_text(), flags=re.DOTALL)
    assert not re.findall(r"[A-Za-z]+", html)


HOSTILE = {
    "another script": "\u0645\u0631\u062d\u0628\u0627",
    "an emoji": "nice \U0001f600",
    "a right-to-left override": "abc\u202edef",
    "a zero-width space": "ab\u200bc",
    "a soft hyphen": "ab\u00adc",
    "a control character": "ab\u0007c",
    "a lone surrogate": "ab\ud800c",
    "a private use letter": "ab\ue000c",
    "a combining mark without a letter of ours": "z\u0335",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_report_refuses_what_its_fonts_cannot_print(
    name: str, make_finding: Callable[..., SanitizedFinding], make_report: Callable[..., Report]
) -> None:
    words = HOSTILE[name]
    quoted = make_report(make_finding(quotation=SanitizedText(words, FilterRecord("FR-1"))))
    for report in (quoted, make_report(department=words), make_report(make_finding(statement=words))):
        with pytest.raises(VettingError) as caught:
            compose.page(report)
        assert caught.value.code == "report_words_unprintable"
        assert words not in str(caught.value)


def test_accents_and_typographic_marks_are_printed(
    make_finding: Callable[..., SanitizedFinding], make_report: Callable[..., Report]
) -> None:
    words = "Caf\u00e9 \u2013 \u201cna\u00efve\u201d, se\u00f1or\u2026 50 \u00a2"
    decomposed = "Cafe\u0301 \u2013 \u201cnai\u0308ve\u201d,\u00a0sen\u0303or\u2026\n50 \u00a2"
    page = compose.page(make_report(make_finding(quotation=SanitizedText(decomposed, FilterRecord("FR-1")))))
    assert page.findings[0].quotation[0].words == f"\u201c{words}\u201d"


def test_a_quotation_of_ten_thousand_words_is_refused(
    make_finding: Callable[..., SanitizedFinding], make_report: Callable[..., Report]
) -> None:
    with pytest.raises(VettingError) as caught:
        compose.page(make_report(make_finding(quotation=SanitizedText("word " * 10_000, FilterRecord("FR-1")))))
    assert caught.value.code == "report_words_length"


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": "R 1"},
        {"number": "../R-1"},
        {"case_number": "C-<b>"},
        {"protocol_digest": "5b1e"},
        {"filter_version": "G" * 64},
        {"log_root": "8c0d12fe55abaa07ff"},
        {"searches": (ReportedSearch(step=1, title="Feed", outcome="Probably"),)},
        {"position": "patrol officer"},
    ],
)
def test_an_identifier_digest_or_outcome_out_of_its_form_is_refused(
    wrong: dict[str, object], make_report: Callable[..., Report]
) -> None:
    with pytest.raises(VettingError) as caught:
        compose.page(make_report(**wrong))
    assert caught.value.code == "report_field_malformed"


def test_no_report_is_made_on_somebody_who_signed_nothing(nil: Report) -> None:
    with pytest.raises(VettingError) as caught:
        compose.page(replace(nil, authorization_signed=False))
    assert caught.value.code == "authorization_missing"


@pytest.mark.parametrize("field", ["statement", "criterion", "period", "attribution"])
def test_an_empty_field_is_refused(
    field: str, make_finding: Callable[..., SanitizedFinding], make_report: Callable[..., Report]
) -> None:
    with pytest.raises(VettingError) as caught:
        compose.page(make_report(make_finding(**{field: " \n"})))
    assert caught.value.code == "report_words_length"

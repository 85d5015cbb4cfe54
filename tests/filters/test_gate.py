"""The one door: what may not pass is refused or withheld, and what passes is worded from closed lists."""

import ast
import dataclasses
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from filters import wording
from filters.analyzer import Analyzer
from filters.criteria import Criteria
from filters.gate import Gate, Passed, ReviewedFinding, Withheld, WithheldReason, reported
from vetting.attribution import Level
from vetting.errors import VettingError
from vetting.evidence import Engagement, RawText
from vetting.finding import Criterion, Finding
from vetting.release import SanitizedFinding, SanitizedText, Status
from vetting.validation import Element

ROOT = Path(__file__).resolve().parents[2]
PASSAGE = "Cop lit me up on Route 9, my wife screamed and I floored it and lost him in Dorchester lol"
NAMES = ("Rafael Montesclaro",)
POSTED = datetime(2024, 5, 17, 23, 30, tzinfo=UTC)


@pytest.fixture
def gate(analyzer: Analyzer) -> Gate:
    return Gate(analyzer)


def _finding(passage: str = PASSAGE, code: str = "JR-09", **changes: object) -> Finding:
    finding = Finding(
        id="F-1",
        case_number="C-1",
        search_key="social_posts.1",
        capture_id="K-1",
        code=code,
        passage=RawText(passage),
        locator=RawText("at://secret"),
        author=RawText("@secret"),
        posted_at=POSTED,
        engagement=Engagement.AUTHORED,
        platform="social_post",
        cues=("fleeing",),
        found_at=POSTED,
    )
    return dataclasses.replace(finding, **changes)  # type: ignore[arg-type]


def _reviewed(criterion: Criterion, finding: Finding | None = None, **changes: object) -> ReviewedFinding:
    reviewed = ReviewedFinding(
        finding=finding or _finding(code=criterion.code),
        criterion=criterion,
        level=Level.A4,
        element=Element.OTHER_CAPTURE,
        severity=3 if criterion.adverse else 0,
        quote=True,
    )
    return dataclasses.replace(reviewed, **changes)  # type: ignore[arg-type]


def test_a_finding_that_passes_is_worded_from_closed_lists(gate: Gate, criteria: Criteria) -> None:
    cleared = gate.clear(_reviewed(criteria.by_code["JR-09"]), NAMES, "FR-1")
    assert isinstance(cleared, SanitizedFinding)
    assert cleared.engagement == "Authored"
    assert cleared.audience == "Public"
    assert cleared.frequency == "once"
    assert cleared.period == "2nd quarter of 2024"
    assert cleared.severity == "3 of 4"
    assert cleared.source == "Social media post"
    assert cleared.attribution.startswith("A4")
    assert cleared.status is Status.VERIFIED
    assert cleared.filter_record == "FR-1"
    assert cleared.quotation is not None
    assert cleared.quotation.filter_record == "FR-1"
    assert "floored it" in cleared.quotation.words
    assert not re.search(r"\b(?:wife|him|Dorchester|Route)\b", cleared.quotation.words)


def test_without_a_quotation_only_the_statement_stands(gate: Gate, criteria: Criteria) -> None:
    cleared = gate.clear(_reviewed(criteria.by_code["JR-09"], quote=False), NAMES, "FR-1")
    assert isinstance(cleared, SanitizedFinding)
    assert cleared.quotation is None
    assert cleared.statement == criteria.by_code["JR-09"].statement


def test_without_a_quotation_an_unreadable_passage_does_no_harm(gate: Gate, criteria: Criteria) -> None:
    reviewed = _reviewed(criteria.by_code["JR-09"], _finding("Anoche me escapé de la policía"), quote=False)
    assert isinstance(gate.clear(reviewed, NAMES, "FR-1"), SanitizedFinding)


@pytest.mark.parametrize("level", [level for level in Level if not level.releasable])
def test_a_finding_below_a3_is_refused(gate: Gate, criteria: Criteria, level: Level) -> None:
    with pytest.raises(VettingError) as refusal:
        gate.clear(_reviewed(criteria.by_code["JR-09"], level=level), NAMES, "FR-1")
    assert refusal.value.code == "attribution_too_low"


@pytest.mark.parametrize("code", [f"PA-{n}" for n in range(1, 10)])
def test_protected_activity_is_refused_whatever_reviewers_say(gate: Gate, criteria: Criteria, code: str) -> None:
    with pytest.raises(VettingError) as refusal:
        gate.clear(_reviewed(criteria.by_code[code]), NAMES, "FR-1")
    assert refusal.value.code == "protected_activity"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"element": Element.NONE}, "not_validated"),
        ({"severity": 0}, "severity_missing"),
        ({"severity": 5}, "severity_missing"),
    ],
)
def test_a_finding_without_validation_or_severity_is_refused(
    gate: Gate, criteria: Criteria, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(VettingError) as refusal:
        gate.clear(_reviewed(criteria.by_code["JR-09"], **changes), NAMES, "FR-1")
    assert refusal.value.code == code


def test_without_a_filter_record_nothing_passes(gate: Gate, criteria: Criteria) -> None:
    with pytest.raises(VettingError) as refusal:
        gate.clear(_reviewed(criteria.by_code["JR-09"]), NAMES, "")
    assert refusal.value.code == "filter_record_missing"


def test_a_finding_of_another_criterion_is_refused(gate: Gate, criteria: Criteria) -> None:
    with pytest.raises(VettingError) as refusal:
        gate.clear(_reviewed(criteria.by_code["JR-09"], _finding(code="JR-01")), NAMES, "FR-1")
    assert refusal.value.code == "criterion_differs"


@pytest.mark.parametrize("engagement", [Engagement.SHARED, Engagement.UNKNOWN, Engagement.ABOUT_SUBJECT])
def test_only_what_somebody_wrote_or_endorsed_is_adverse(
    gate: Gate, criteria: Criteria, engagement: Engagement
) -> None:
    reviewed = _reviewed(criteria.by_code["JR-09"], _finding(engagement=engagement))
    assert gate.clear(reviewed, NAMES, "FR-1") == Withheld(reason=WithheldReason.NOT_CONDUCT)


def test_what_others_say_in_favor_may_stand(gate: Gate, criteria: Criteria) -> None:
    finding = _finding("She pulled a driver out of the water.", code="JR-P", engagement=Engagement.ABOUT_SUBJECT)
    cleared = gate.clear(_reviewed(criteria.by_code["JR-P"], finding), NAMES, "FR-1")
    assert isinstance(cleared, SanitizedFinding)
    assert cleared.favorable
    assert cleared.severity == "favorable"


def test_an_undated_finding_is_withheld(gate: Gate, criteria: Criteria) -> None:
    reviewed = _reviewed(criteria.by_code["JR-09"], _finding(posted_at=None))
    assert gate.clear(reviewed, NAMES, "FR-1") == Withheld(reason=WithheldReason.UNDATED)


def test_a_passage_in_another_language_is_withheld_with_its_reason(gate: Gate, criteria: Criteria) -> None:
    words = "Anoche me escapé de la policía porque no quería que me detuvieran por la velocidad."
    cleared = gate.clear(_reviewed(criteria.by_code["JR-09"], _finding(words)), NAMES, "FR-1")
    assert cleared == Withheld(reason=WithheldReason.NOT_ENGLISH)


def test_an_unknown_platform_is_withheld(gate: Gate, criteria: Criteria) -> None:
    reviewed = _reviewed(criteria.by_code["JR-09"], _finding(platform="somewhere"))
    assert gate.clear(reviewed, NAMES, "FR-1") == Withheld(reason=WithheldReason.FAILED)


@pytest.mark.parametrize("field", ["statement", "title", "nexus"])
def test_a_criterion_whose_own_words_tell_a_class_is_refused(gate: Gate, criteria: Criteria, field: str) -> None:
    words = {field: "Drove drunk with a Muslim woman from Lagos."}
    telling = dataclasses.replace(criteria.by_code["JR-09"], **words)  # type: ignore[arg-type]
    with pytest.raises(VettingError) as refusal:
        gate.clear(_reviewed(telling), NAMES, "FR-1")
    assert refusal.value.code == "statement_tells"
    assert "Muslim" not in str(refusal.value)


def test_no_refusal_holds_a_word_of_the_passage(gate: Gate, criteria: Criteria) -> None:
    wrong: tuple[dict[str, Any], ...] = (
        {"level": Level.A1},
        {"element": Element.NONE},
        {"severity": 9},
    )
    for changes in wrong:
        with pytest.raises(VettingError) as refusal:
            gate.clear(_reviewed(criteria.by_code["JR-09"], **changes), NAMES, "FR-1")
        said = f"{refusal.value} {refusal.value.code} {refusal.value!r} {refusal.value.__cause__}"
        assert not any(word in said for word in ("Route", "wife", "Dorchester", "floored", "Rafael", "secret"))


TWINS = (
    ("JR-09", "I am a 24 year old Black woman and I outran the cops.", "I am a 58 year old white man and I outran the cops."),  # noqa: E501
    ("JR-01", "After Mass I told him I will break his jaw.", "After Jumuah I told her I will break her jaw."),
    ("JR-03", "These Canadians are all lazy and should go back.", "These Nigerians are all lazy and should go back."),
    ("JR-08", "My husband and I stole the truck in Boston.", "My wife and I stole the truck in Manila."),
    ("JR-11", "As a proud lesbian, I faked my diploma.", "As a proud Baptist, I faked my diploma."),
)  # fmt: skip


@pytest.mark.parametrize(("code", "one", "other"), TWINS)
def test_twins_who_differ_in_a_class_get_the_same_bytes(
    gate: Gate, criteria: Criteria, code: str, one: str, other: str
) -> None:
    cleared = [
        gate.clear(_reviewed(criteria.by_code[code], _finding(words, code)), NAMES, "FR-1") for words in (one, other)
    ]
    assert all(isinstance(finding, SanitizedFinding) for finding in cleared), cleared
    assert repr(cleared[0]).encode() == repr(cleared[1]).encode()


def test_every_sentence_of_the_criteria_that_a_report_shows_tells_nothing(gate: Gate, criteria: Criteria) -> None:
    said: dict[str, tuple[str, ...]] = {code: (c.statement,) for code, c in criteria.by_code.items()}
    said |= {code: (c.statement, c.title, c.nexus) for code, c in criteria.by_code.items() if not (c.hold or c.token)}
    assert [words for sentences in said.values() for words in sentences if gate.finds(words)] == []


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("A person next door yelled at a relative of Person A in a place at some time.", ()),
        ("I hate people of a protected group and [slur about a protected group].", ()),
        ("The candidate outran [withheld].", ()),
        ("He outran the cops.", ("pronoun",)),
        ("I punched a nun.", ("religion",)),
    ],
)
def test_the_last_look_finds_what_is_left_and_nothing_else(gate: Gate, text: str, classes: tuple[str, ...]) -> None:
    assert gate.finds(text) == classes


@pytest.mark.parametrize(
    ("times", "band"), [(1, "once"), (2, "2 to 5 times"), (5, "2 to 5 times"), (6, "more than 5 times")]
)
def test_how_often_is_told_in_bands(times: int, band: str) -> None:
    assert wording.frequency(times) == band


@pytest.mark.parametrize(
    ("month", "quarter"),
    [(1, "1st"), (3, "1st"), (4, "2nd"), (6, "2nd"), (7, "3rd"), (9, "3rd"), (10, "4th"), (12, "4th")],
)
def test_when_is_told_by_the_quarter(month: int, quarter: str) -> None:
    assert wording.period(datetime(2023, month, 28, tzinfo=UTC)) == f"{quarter} quarter of 2023"


def _passed(gate: Gate, criteria: Criteria, passage: str, posted_at: datetime, **changes: object) -> Passed:
    finding = _finding(passage, posted_at=posted_at)
    reviewed = _reviewed(criteria.by_code["JR-09"], finding, **changes)
    sanitized = gate.clear(reviewed, NAMES, "FR-1")
    assert isinstance(sanitized, SanitizedFinding)
    return Passed(reviewed=reviewed, sanitized=sanitized)


def test_findings_of_one_criterion_are_told_as_one(gate: Gate, criteria: Criteria) -> None:
    told = reported(
        [
            _passed(gate, criteria, PASSAGE, datetime(2022, 5, 1, tzinfo=UTC), severity=1),
            _passed(gate, criteria, "I outran the cops.", datetime(2021, 8, 1, tzinfo=UTC), severity=2, quote=False),
            _passed(gate, criteria, PASSAGE, datetime(2021, 12, 1, tzinfo=UTC), severity=2, level=Level.A3),
        ]
    )
    assert told.severity == "2 of 4"
    assert told.quotation is not None
    assert told.frequency == "2 to 5 times"
    assert told.period == "3rd quarter of 2021 to 2nd quarter of 2022"
    assert told.attribution.startswith("A3")


def test_the_same_page_found_twice_is_told_once(gate: Gate, criteria: Criteria) -> None:
    spelled = ("I outran the cops.", "I OUTRAN  the\ncops.", "I outran the cops.")
    told = reported([_passed(gate, criteria, words, POSTED) for words in spelled])
    assert told.frequency == "once"
    assert told.period == "2nd quarter of 2024"


def test_findings_of_two_criteria_are_never_told_as_one(gate: Gate, criteria: Criteria) -> None:
    one = _passed(gate, criteria, PASSAGE, POSTED)
    other = Passed(reviewed=one.reviewed, sanitized=dataclasses.replace(one.sanitized, code="JR-01"))
    for group in ([], [one, other]):
        with pytest.raises(ValueError, match="one criterion"):
            reported(group)


def test_zero_occurrences_have_no_wording() -> None:
    with pytest.raises(ValueError, match="occurrences"):
        wording.frequency(0)


def test_nobody_but_the_gate_and_the_released_store_makes_sanitized_text() -> None:
    makers = set()
    for folder in ("vetting", "filters", "reports", "flows"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "SanitizedText":
                    makers.add(path.relative_to(ROOT).as_posix())
    assert "filters/gate.py" in makers
    assert all(m == "filters/gate.py" or m.startswith("vetting/records/") for m in makers), makers


def test_sanitized_text_needs_a_filter_record() -> None:
    from vetting.release import FilterRecord

    with pytest.raises(ValueError, match="filter record"):
        SanitizedText("words", FilterRecord(""))

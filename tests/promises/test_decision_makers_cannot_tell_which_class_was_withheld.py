"""Promise: decision makers cannot tell which class was withheld: the same conduct gives the same bytes for every class.

An invented table over the classes and proxies of docs/requirements.md goes through the real gate, and for twins through
the real release and the real PDF. Nobody in it exists.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date

import pytest

from filters import gate as gate_module
from filters.analyzer import Analyzer
from filters.criteria import Criteria
from filters.gate import Gate, ReviewedFinding, Withheld, WithheldReason
from filters.protected_classes import ProtectedClass
from reports import pdf
from tests.casework.room import Passage, Room
from tests.promises.alike import ABOUT_MANY, ABOUT_ONE, ALIKE, BY_ONE, PERSONS
from tests.reviewed import reviewed_finding
from vetting.candidate import Candidate, Identifier, IdentifierKind
from vetting.release import FilterRecord, Report, SanitizedFinding

NAMES = ("Ada Invented",)
CLASSES = tuple(
    c for c in ProtectedClass if not c.proxy and c not in {ProtectedClass.ANY_GROUP, ProtectedClass.UNREADABLE}
)

PRONOUNS = (("He", "his", "him"), ("She", "her", "her"), ("They", "their", "them"))
WITHHELD_WHOLE = ("Anoche me escapé de la policía otra vez", "昨晚我又甩掉了警察", "🏍️🚓💨", "x" * 30_000)


def _reviewed(criteria: Criteria, code: str, words: str, *, quote: bool = True) -> ReviewedFinding:
    return reviewed_finding(criteria, code, words[:1].upper() + words[1:], quote=quote)


def _cleared(gate: Gate, reviewed: ReviewedFinding) -> SanitizedFinding:
    """As the release asks the gate: a passage that it cannot vouch for leaves the statement only."""
    answer = gate.clear(reviewed, NAMES, "FR-1")
    if isinstance(answer, Withheld):
        answer = gate.clear(replace(reviewed, quote=False), NAMES, "FR-1")
    assert isinstance(answer, SanitizedFinding)
    return answer


def _plain(finding: SanitizedFinding) -> dict[str, object]:
    """Every released field by its name."""
    fields = {name: getattr(finding, name) for name in type(finding).__dataclass_fields__}
    return {**fields, "quotation": finding.quotation.words if finding.quotation else None}


def _bytes(finding: SanitizedFinding) -> bytes:
    return json.dumps(_plain(finding), ensure_ascii=True).encode()


def _told_alike(gate: Gate, criteria: Criteria, code: str, passages: Iterable[str], *, quoted: bool = True) -> None:
    """Asserts that every passage becomes one and the same finding, in which nothing tells a class."""
    told: dict[bytes, list[str]] = {}
    for words in passages:
        finding = _cleared(gate, _reviewed(criteria, code, words))
        assert not _telling(finding), words
        assert (finding.quotation is not None) is quoted, words
        told.setdefault(_bytes(finding), []).append(words)
    assert len(told) == 1, "\n".join(f"{seen.decode()} <- {words}" for seen, words in told.items())


_PLACEHOLDER = re.compile(
    r"[<{][^>}]*[>}]|\[(?!withheld\]|Withheld\]|slur about a protected group\]|Slur about a protected)"
)
_COUNT = re.compile(
    r"\b(?:\d+|one|two|three|several) (?:\w+ ){0,2}(?:withheld|removed|redacted|masked)|\bwithheld (?:\d|x\d)",
    re.IGNORECASE,
)
_EMOJI = re.compile("[\u2190-\u2bff\ufe0f\u200d\U0001f000-\U0001faff\U000e0000-\U000e007f]")
_LABELS = re.compile(
    r"\b(?:"
    + "|".join(sorted({re.escape(w) for c in CLASSES for w in (c.value, c.value.replace("_", " "), c.label)}))
    + r")\b",
    re.IGNORECASE,
)
_REASONS = re.compile(
    "|".join(re.escape(reason.value) for reason in WithheldReason if "_" in reason.value), re.IGNORECASE
)


def _telling(finding: SanitizedFinding) -> list[str]:
    """Whatever in a released field would say what was withheld, how much of it, or why."""
    words = [str(value) for value in _plain(finding).values()]
    patterns = (_PLACEHOLDER, _COUNT, _EMOJI, _LABELS, _REASONS)
    return [match.group() for text in words for pattern in patterns for match in pattern.finditer(text)]


@pytest.fixture(scope="module")
def gate(analyzer: Analyzer) -> Gate:
    return Gate(analyzer)


def _fills(form: int) -> list[str]:
    return [forms[form] for descriptors in PERSONS.values() for forms in descriptors]


@pytest.mark.parametrize(("code", "sentence"), [*ABOUT_ONE, *BY_ONE], ids=lambda text: text[:30])
def test_conduct_about_or_by_one_person_reads_alike_for_every_class(
    gate: Gate,
    criteria: Criteria,
    code: str,
    sentence: str,
) -> None:
    _told_alike(gate, criteria, code, [sentence.format(one) for one in _fills(0)])


@pytest.mark.parametrize(("code", "sentence"), ABOUT_MANY, ids=lambda text: text[:30])
def test_conduct_about_a_group_reads_alike_for_every_class(
    gate: Gate,
    criteria: Criteria,
    code: str,
    sentence: str,
) -> None:
    _told_alike(gate, criteria, code, [sentence.format(many) for many in _fills(1)])


@pytest.mark.parametrize("proxy", ALIKE)
def test_a_proxy_reads_alike_whatever_it_betrays(gate: Gate, criteria: Criteria, proxy: str) -> None:
    code, sentence, fills = ALIKE[proxy]
    _told_alike(gate, criteria, code, [sentence.format(fill) for fill in fills])


@pytest.mark.parametrize(
    "sentence",
    [
        "{0} said {1} boss knew that I stole drills from {2}.",
        "I punched {2} and {1} friend in the face.",
        "{0} drove home drunk and I helped {2} hide {1} truck.",
    ],
)
def test_a_pronoun_tells_no_sex(gate: Gate, criteria: Criteria, sentence: str) -> None:
    _told_alike(gate, criteria, "JR-08", [sentence.format(*pronouns) for pronouns in PRONOUNS])


def test_no_length_shows_how_much_was_withheld(gate: Gate, criteria: Criteria) -> None:
    many = "old, pregnant, Black, deaf, divorced, Haitian"
    _told_alike(
        gate, criteria, "JR-09", [f"I am {trait} and I outran the cops again." for trait in ("gay", "62", many)]
    )


def test_why_a_passage_stayed_behind_does_not_cross(gate: Gate, criteria: Criteria) -> None:
    reasons = {str(gate.clear(_reviewed(criteria, "JR-09", words), NAMES, "FR-1")) for words in WITHHELD_WHOLE}
    assert len(reasons) > 1, "the passages stay behind for different reasons"
    _told_alike(gate, criteria, "JR-09", WITHHELD_WHOLE, quoted=False)


def test_the_table_speaks_of_the_classes_it_claims_to() -> None:
    assert len(PERSONS) >= 20
    assert set(PERSONS) <= set(CLASSES)
    assert sum(map(len, PERSONS.values())) + sum(len(fills) for _, _, fills in ALIKE.values()) > 150


# ------------------------------------------------------------------------------------------------ the promise can fail


def _typed(_: Analyzer, words: str, *__: object, **___: object) -> str:
    return words.replace("Muslim", "[religion]").replace("Haitian", "[national origin]")


def _stars(_: Analyzer, words: str, *__: object, **___: object) -> str:
    return re.sub("Muslim|Haitian", lambda match: "*" * len(match.group()), words)


def _counted(_: Analyzer, words: str, *__: object, **___: object) -> str:
    return re.sub("Muslim|Haitian", "a person", words) + " (1 phrase withheld)"


def _kept(_: Analyzer, words: str, *__: object, **___: object) -> str:
    return words.replace("Muslim", "a person")


@pytest.mark.parametrize("leaking", [_typed, _stars, _counted, _kept])
def test_a_filter_that_leaks_breaks_the_promise(
    analyzer: Analyzer,
    criteria: Criteria,
    monkeypatch: pytest.MonkeyPatch,
    leaking: Callable[..., str],
) -> None:
    monkeypatch.setattr(gate_module, "sanitize", leaking)
    passages = ["I punched a Muslim in the face.", "I punched a Haitian in the face."]
    with pytest.raises(AssertionError):
        _told_alike(Gate(analyzer), criteria, "JR-01", passages)


def test_a_class_named_in_any_field_breaks_the_promise(gate: Gate, criteria: Criteria) -> None:
    finding = _cleared(gate, _reviewed(criteria, "JR-09", "I outran the cops again."))
    assert not _telling(finding)
    for field, words in (("statement", "Spoke of religion."), ("audience", "not_english"), ("period", "a 🇭🇹")):
        assert _telling(replace(finding, **{field: words}))  # type: ignore[arg-type]


# -------------------------------------------------------------------------------------------------------------- twins

TWINS: Sequence[tuple[Candidate, tuple[str, ...]]] = tuple(
    (
        Candidate(
            full_name=name,
            town=town,
            identifiers=(Identifier(kind=IdentifierKind.ATPROTO_HANDLE, value=handle),),
        ),
        words,
    )
    for name, town, handle, words in (
        (
            "Ada Invented",
            "Riverton",
            "ada.riverton.example",
            ("I punched a Haitian in the face and walked out.", "My wife screamed while I outran the cops."),
        ),
        (
            "Mehmet Nobodaddy",
            "Millbrook",
            "mehmet.example",
            ("I punched a lesbian in the face and walked out.", "My husband screamed while I outran the cops."),
        ),
        (
            "Siobhan Unreal",
            "Ashford",
            "siobhan.example",
            ("I punched a deaf man in the face and walked out.", "My nana screamed while I outran the cops."),
        ),
    )
)


def test_twins_get_the_same_report_but_for_its_number(room: Room) -> None:
    numbers: list[str] = []
    for candidate, said in TWINS:
        passages = tuple(Passage(words=words, severity=2, quote=True) for words in said)
        if numbers:
            numbers.append(room.enrolled(candidate, passages))
        else:
            numbers.append(room.searched(passages))
        room.review(numbers[-1], passages)
    reports = [_anonymous(room.clear(room.one, number).report) for number in numbers]
    assert len(reports[0].findings) == 2
    assert all(finding.quotation for finding in reports[0].findings)
    assert len({repr(report) for report in reports}) == 1
    assert len({pdf.render(report) for report in reports}) == 1


def _anonymous(report: Report) -> Report:
    """The report without its identifiers: its numbers, the filter's records, and the log as it stood that minute."""
    record = FilterRecord("FR-x")
    findings = []
    for finding in report.findings:
        quotation = finding.quotation
        if quotation is not None:
            quotation = type(quotation)(quotation.words, record)
        findings.append(replace(finding, filter_record=record, quotation=quotation))
    return replace(
        report,
        number="R-AAAAAAAA-1",
        case_number="C-AAAAAAAA",
        released_on=date(2026, 1, 1),
        log_size=1,
        log_root="0" * 16,
        findings=tuple(findings),
    )

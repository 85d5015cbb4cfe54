"""Two people look at each finding, and neither can do the other's part or the gate's."""

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from tests.data_folder import set_up
from tests.records import invented
from vetting.attribution import Attribution, Level, Link, check_disclosure
from vetting.candidate import IdentifierKind
from vetting.casework.desk import Desk
from vetting.casework.opening import open_desk
from vetting.casework.protocol_file import config_digests
from vetting.casework.reviewing import attribute, check_attribution, findings_of, validate
from vetting.cli import reviews
from vetting.errors import ExitCode, VettingError
from vetting.evidence import Engagement, RawText
from vetting.finding import Criterion
from vetting.log.event import EventType
from vetting.roles import Person, Role, SensitivePosition
from vetting.settings import load_settings
from vetting.validation import REVIEWERS_STATES, Element, State, Validation

CASE, FINDING = "C-0001", "F-0001"
NOTE = RawText("Looked at the profile.")
LINKS = (Link.DISCLOSED_ACCOUNT, Link.SAME_TOWN)
CLEARED = SensitivePosition(
    vetted_on=date(2026, 1, 5), training_expires_on=date(2090, 1, 1), confidentiality_signed_on=date(2026, 1, 6)
)
THREAT = Criterion(
    code="JR-01",
    title="Threats",
    clause="VI.A.5.b",
    nexus="It matters for the job.",
    adverse=True,
    statement="Threatened somebody.",
)
FIRST_REVIEW = (State.ATTRIBUTED, State.CONTEXT_CHECKED, State.CORROBORATED)


def _now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def desk_of(tmp_path: Path) -> Callable[[str], Desk]:
    """Return the desk of anybody, at stores that hold one case with one finding."""
    settings = set_up(load_settings(tmp_path / "home"))

    def desk(person: str) -> Desk:
        who = Person(id=person, name=person, roles=frozenset({Role.INVESTIGATOR}), sensitive_position=CLEARED)
        return open_desk(settings, who, _now, lambda: token_hex(8))

    finding = replace(
        invented.finding(passage="I will \x1b[2Jburn the mosque down."), code="JR-01", engagement=Engagement.UNKNOWN
    )
    preview = replace(
        invented.filter_record(detail='[[20, 26, "religion", "religion_words"]]'), action="previewed", reason=""
    )
    position, frozen = invented.position(), invented.PROTOCOL
    digests = config_digests(settings.config, frozen.criteria, frozen.class_packs, frozen.steps)
    with desk("one").case_files.transaction() as unit:
        unit.add_position(replace(position, protocol=replace(frozen, digests=digests)))
        unit.add_case(invented.case(), invented.CANDIDATE, invented.SECRET)
        unit.add_result(CASE, invented.result())
        unit.add_capture(CASE, "name-web.1", invented.capture())
        unit.add_finding(finding, invented.SALT)
        unit.add_filter_record(preview)
        for person in ("one", "two", "three"):
            unit.add_attestation("patrol-officer-2026", person, _now())
    return desk


def _record(desk: Desk, state: State, severity: int = 3, *, quote: bool = False) -> Validation:
    element = Element.ARCHIVED_COPY if state is State.CORROBORATED else Element.NONE
    return validate(desk, FINDING, state, NOTE, criterion=THREAT, element=element, severity=severity, quote=quote)


def _first_review(desk: Desk) -> None:
    attribute(desk, FINDING, Level.A4, LINKS, NOTE, Engagement.AUTHORED)
    for state in FIRST_REVIEW:
        _record(desk, state, quote=True)


def _refusal(act: Callable[[], object]) -> str:
    with pytest.raises(VettingError) as refusal:
        act()
    return refusal.value.code


def test_a_reviewer_says_how_the_account_took_part_where_the_source_could_not(desk_of: Callable[[str], Desk]) -> None:
    desk = desk_of("one")
    assert findings_of(desk, CASE)[0].engagement is Engagement.UNKNOWN
    attribute(desk, FINDING, Level.A4, LINKS, NOTE)
    assert findings_of(desk, CASE)[0].engagement is Engagement.UNKNOWN
    attribute(desk, FINDING, Level.A4, LINKS, NOTE, Engagement.ENDORSED)
    assert findings_of(desk, CASE)[0].engagement is Engagement.ENDORSED
    bodies = [e.event.body for e in desk.reader.entries() if e.event.type is EventType.ATTRIBUTION_RECORDED]
    assert "engagement" not in bodies[0]
    assert bodies[1]["engagement"] == "endorsed"


def test_an_attribution_that_is_repeated_word_for_word_is_recorded_once(desk_of: Callable[[str], Desk]) -> None:
    desk = desk_of("one")
    attribute(desk, FINDING, Level.A4, LINKS, NOTE)
    with pytest.raises(VettingError, match="recorded already"):
        attribute(desk, FINDING, Level.A4, LINKS, NOTE)
    attribute(desk, FINDING, Level.A4, LINKS, RawText("Looked once more."))
    attribute(desk_of("two"), FINDING, Level.A4, LINKS, RawText("Looked once more."))
    assert [e.event.type for e in desk.reader.entries()].count(EventType.ATTRIBUTION_RECORDED) == 3


def test_nothing_links_to_what_the_candidate_never_disclosed(desk_of: Callable[[str], Desk]) -> None:
    desk = desk_of("one")
    email = tuple(i for i in invented.CANDIDATE.identifiers if i.kind is IdentifierKind.EMAIL)
    check_disclosure((Link.SAME_EMAIL,), replace(invented.CANDIDATE, identifiers=email))
    for link, left in ((Link.DISCLOSED_ACCOUNT, email), (Link.SAME_EMAIL, ())):
        with pytest.raises(VettingError, match="disclosed nothing"):
            check_disclosure((link,), replace(invented.CANDIDATE, identifiers=left))
    with desk.case_files.transaction() as unit:
        unit.add_case(invented.case("C-0002"), replace(invented.CANDIDATE, identifiers=()), invented.SECRET)
        unit.add_result("C-0002", invented.result())
        unit.add_capture("C-0002", "name-web.1", replace(invented.capture(), id="K-0002"))
        unit.add_finding(
            replace(invented.finding(), id="F-0002", case_number="C-0002", capture_id="K-0002"), invented.SALT
        )
    for act in (
        lambda: attribute(desk, "F-0002", Level.A4, LINKS, NOTE),
        lambda: check_attribution(desk, "F-0002", Level.A4, LINKS),
    ):
        with pytest.raises(VettingError, match="disclosed nothing"):
            act()
    attribute(desk, "F-0002", Level.A4, (Link.CANDIDATE_CONFIRMED, Link.SAME_TOWN), NOTE)


def test_severity_and_quotation_of_each_step_are_in_the_log(desk_of: Callable[[str], Desk]) -> None:
    desk = desk_of("one")
    _first_review(desk)
    bodies = [e.event.body for e in desk.reader.entries() if e.event.type is EventType.VALIDATION_RECORDED]
    assert [(body["state"], body["severity"], body["quote"]) for body in bodies] == [
        (state.value, 3, True) for state in FIRST_REVIEW
    ]


@pytest.mark.parametrize("state", [State.CAPTURED, State.FILTERED, State.RELEASED])
def test_no_reviewer_goes_round_the_gate(desk_of: Callable[[str], Desk], state: State) -> None:
    _first_review(desk_of("one"))
    two = desk_of("two")
    _record(two, State.SECOND_REVIEWED)
    assert _refusal(lambda: _record(two, state)) == "state_not_a_reviewers"
    assert findings_of(two, CASE)[0].state is State.SECOND_REVIEWED


def test_adverse_conduct_needs_its_severity_and_the_right_criterion(desk_of: Callable[[str], Desk]) -> None:
    desk = desk_of("one")
    attribute(desk, FINDING, Level.A4, LINKS, NOTE)
    _record(desk, State.ATTRIBUTED)
    _record(desk, State.CONTEXT_CHECKED)
    assert _refusal(lambda: _record(desk, State.CORROBORATED, severity=0)) == "severity_missing"
    other = replace(THREAT, code="JR-02", adverse=False)
    assert _refusal(lambda: validate(desk, FINDING, State.HELD, NOTE, criterion=other)) == "criterion_differs"


def test_a_quotation_can_be_withdrawn_after_the_second_review(desk_of: Callable[[str], Desk]) -> None:
    one, two = desk_of("one"), desk_of("two")
    _first_review(one)
    _record(two, State.SECOND_REVIEWED)
    _record(one, State.CORROBORATED, severity=2)
    corrected = findings_of(one, CASE)[0]
    assert corrected.waiting
    assert corrected.corroboration is not None
    assert (corrected.corroboration.severity, corrected.corroboration.quote) == (2, False)
    assert _refusal(lambda: _record(one, State.SECOND_REVIEWED)) == "same_reviewer"
    _record(two, State.SECOND_REVIEWED)
    assert not findings_of(one, CASE)[0].waiting


def test_nobody_changes_who_it_is_after_the_second_review(desk_of: Callable[[str], Desk]) -> None:
    one, two = desk_of("one"), desk_of("two")
    _first_review(one)
    _record(two, State.SECOND_REVIEWED)

    def again() -> Attribution:
        return attribute(one, FINDING, Level.A3, LINKS, NOTE)

    assert _refusal(again) == "second_reviewed_already"
    _record(one, State.CORROBORATED)
    assert again().level is Level.A3


def test_whoever_said_who_it_is_is_not_the_second_reviewer(desk_of: Callable[[str], Desk]) -> None:
    _first_review(desk_of("one"))
    two = desk_of("two")
    attribute(two, FINDING, Level.A3, LINKS, NOTE)
    assert _refusal(lambda: _record(two, State.SECOND_REVIEWED)) == "same_reviewer"
    _record(desk_of("three"), State.SECOND_REVIEWED)


def test_the_command_offers_a_reviewer_exactly_the_reviewers_steps() -> None:
    assert {State(step.value) for step in reviews.Step} == REVIEWERS_STATES


@pytest.fixture
def signed_in(desk_of: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Return the desk that the command works at."""
    desk = desk_of("one")
    monkeypatch.setattr(reviews, "desk", lambda: desk)
    return desk


def test_the_list_says_what_waits_and_what_comes_next(signed_in: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    reviews.review(CASE)
    waiting = capsys.readouterr().out
    assert f"vetting review {CASE} --finding FINDING" in waiting
    assert "1 of 1 wait." in waiting
    _record(signed_in, State.NOT_RELEVANT)
    reviews.review(CASE)
    assert f"Nothing waits. Next: vetting release {CASE}" in capsys.readouterr().out


def test_an_empty_list_says_that_it_is_empty(signed_in: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    with signed_in.case_files.transaction() as unit:
        unit.add_case(invented.case("C-0002"), invented.CANDIDATE, invented.SECRET)
    reviews.review("C-0002")
    assert "Case C-0002 has no findings." in capsys.readouterr().out


def test_attribution_and_step_are_not_recorded_in_one_command(signed_in: Desk) -> None:
    both = lambda: reviews.review(CASE, FINDING, level=Level.A2, state=reviews.Step.REFUTED)  # noqa: E731
    assert _refusal(both) == "two_acts_at_once"
    item = findings_of(signed_in, CASE)[0]
    assert (item.attribution, item.history) == (None, ())


@pytest.mark.parametrize(
    ("finding", "options", "code"),
    [
        ("", {"state": reviews.Step.REFUTED}, "finding_missing"),
        ("", {"link": [Link.SAME_TOWN]}, "finding_missing"),
        (FINDING, {"severity": 3}, "state_missing"),
        (FINDING, {"quote": True}, "state_missing"),
        (FINDING, {"element": Element.OTHER_CAPTURE}, "state_missing"),
        (FINDING, {"level": Level.A2, "severity": 3}, "two_acts_at_once"),
        (FINDING, {"link": [Link.SAME_TOWN]}, "level_missing"),
    ],
)
def test_an_option_without_effect_is_refused(signed_in: Desk, finding: str, options: dict[str, Any], code: str) -> None:
    with pytest.raises(VettingError) as refusal:
        reviews.review(CASE, finding, **options)
    assert (refusal.value.code, refusal.value.exit_code) == (code, ExitCode.USAGE)
    assert findings_of(signed_in, CASE)[0].history == ()


def test_nobody_reviews_by_criteria_that_are_not_the_frozen_ones(
    signed_in: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = shutil.copytree(signed_in.settings.config, tmp_path / "config")
    with (config / "criteria" / "police.toml").open("a") as file:
        file.write("# one line more\n")
    at = replace(signed_in, settings=replace(signed_in.settings, config=config))
    monkeypatch.setattr(reviews, "desk", lambda: at)
    assert _refusal(lambda: reviews.review(CASE, FINDING, state=reviews.Step.NOT_RELEVANT)) == "config_changed"


def test_an_unknown_finding_is_not_found(signed_in: Desk) -> None:
    del signed_in
    with pytest.raises(VettingError) as refusal:
        reviews.review(CASE, "F-NOSUCH")
    assert refusal.value.exit_code is ExitCode.NOT_FOUND


@pytest.mark.usefixtures("signed_in")
@pytest.mark.parametrize(
    "act",
    [
        lambda: reviews.review(CASE, FINDING, level=Level.A4),
        lambda: reviews.review(CASE, FINDING, state=reviews.Step.SECOND_REVIEWED),
    ],
)
def test_nobody_writes_a_note_for_a_step_that_is_refused(
    monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))  # an asked question would find no answer
    assert _refusal(act) not in {"", "input_ended"}


def test_a_program_gets_the_record_of_a_finding_without_its_words(
    signed_in: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    _first_review(signed_in)
    reviews.review(CASE, FINDING, json=True)
    printed = capsys.readouterr().out
    record = json.loads(printed)
    assert (record["state"], record["level"], record["engagement"]) == ("corroborated", "A4", "authored")
    assert [(step["state"], step["reviewer"]) for step in record["steps"]] == [(s.value, "one") for s in FIRST_REVIEW]
    assert not [word for word in ("burn", "ottoline", "Looked") if word in printed]


def test_a_reviewer_sees_everything_recorded_and_what_would_be_withheld(
    signed_in: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    _first_review(signed_in)
    reviews.review(CASE, FINDING)
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "Criterion: " in shown
    assert (
        "Would be withheld: mosque  (20:26 could reveal religion; religion_words, listed words, score 1.00; certain)"
        in shown
    )
    assert "attribution A4: disclosed account, same town, authored" in shown
    assert "corroborated, archived copy, severity 3, wording decisive" in shown
    assert shown.count("Note: Looked at the profile.") == 4

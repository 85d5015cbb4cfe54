"""What goes into the case files comes out of them, once, unchanged, and only for those who hold the key."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.records import invented
from tests.records.refusals import refused
from vetting.attribution import Level
from vetting.errors import ExitCode, VettingError
from vetting.evidence import Engagement, RawText
from vetting.records.case_files import CaseFiles, CaseFileUnit
from vetting.records.seal import VaultKey
from vetting.search import Outcome
from vetting.validation import State

Fact = TypeVar("Fact")
_NUMBERS = itertools.count(100)


def test_a_position_comes_back_with_the_protocol_that_was_frozen_for_it(case_files: CaseFiles) -> None:
    with case_files.transaction() as unit:
        unit.add_position(invented.position("b"))
        unit.add_position(invented.position("a"))
    with case_files.reading() as unit:
        assert unit.position("a") == invented.position("a")
        assert unit.position("a").protocol.digest() == invented.PROTOCOL.digest()
        assert [p.id for p in unit.positions()] == ["b", "a"], "in the order of opening"


def test_a_position_whose_protocol_was_changed_afterwards_isrefused(one_case: CaseFiles) -> None:
    _tamper(one_case, "positions", "protocol = replace(protocol, 'lookback', 'look_back')")
    _tamper_number = "protocol = replace(protocol, '\"lookback_years\": 7', '\"lookback_years\": 70')"
    refused(lambda: _read(one_case, lambda u: u.position("patrol-officer-2026")), "record_altered")
    _tamper(one_case, "positions", "protocol = replace(protocol, 'look_back', 'lookback')")
    assert _read(one_case, lambda u: u.position("patrol-officer-2026")) == invented.position()
    _tamper(one_case, "positions", _tamper_number)
    refused(lambda: _read(one_case, lambda u: u.position("patrol-officer-2026")), "record_altered")


def test_an_attestation_counts_for_one_person_and_one_position(one_case: CaseFiles) -> None:
    with one_case.transaction() as unit:
        unit.add_position(invented.position("other"))
        assert not unit.attested("patrol-officer-2026", "inv1")
        unit.add_attestation("patrol-officer-2026", "inv1", invented.NOW)
    with one_case.reading() as unit:
        assert unit.attested("patrol-officer-2026", "inv1")
        assert not unit.attested("patrol-officer-2026", "inv2")
        assert not unit.attested("other", "inv1")


def test_a_case_its_candidate_and_its_secret_come_back(one_case: CaseFiles) -> None:
    with one_case.transaction() as unit:
        unit.add_case(invented.case("C-0000"), replace(invented.CANDIDATE, town="Elsewhere"), bytes(32))
    with one_case.reading() as unit:
        assert unit.case("C-0001") == invented.case()
        assert unit.candidate("C-0001") == invented.CANDIDATE
        assert unit.candidate("C-0000").town == "Elsewhere"
        assert unit.case_secret("C-0001") == invented.SECRET
        assert [c.number for c in unit.cases("patrol-officer-2026")] == ["C-0001", "C-0000"]
        assert unit.cases("no-such-position") == ()


def test_results_come_back_in_the_order_of_recording(one_case: CaseFiles) -> None:
    later = [invented.result("b.1", Outcome.BLOCKED), invented.result("a.0", Outcome.NOT_APPLICABLE)]
    with one_case.transaction() as unit:
        for result in later:
            unit.add_result("C-0001", result)
    with one_case.reading() as unit:
        assert unit.results("C-0001") == (invented.result(), *later)
        assert unit.results("C-none") == ()


def test_the_authorization_signed_last_counts_and_the_case_stays_what_it_was(one_case: CaseFiles) -> None:
    renewed = replace(invented.case().authorization, form_sha256="b" * 64)
    with one_case.transaction() as unit:
        assert unit.add_authorization("C-0001", invented.case().authorization) == 2
        assert unit.add_authorization("C-0001", renewed) == 3
    with one_case.reading() as unit:
        assert unit.case("C-0001") == replace(invented.case(), authorization=renewed)
        assert unit.cases("patrol-officer-2026") == (unit.case("C-0001"),)


def test_a_search_whose_source_was_unavailable_is_repeated_and_every_result_kept(one_case: CaseFiles) -> None:
    down = invented.outage()
    found = replace(
        down, outcome=Outcome.NO_RESULTS, reason="nothing_found", ended_at=down.ended_at + timedelta(days=1)
    )
    with one_case.transaction() as unit:
        unit.add_result("C-0001", down)
        assert unit.add_repeat("C-0001", down) == 2
        assert unit.add_repeat("C-0001", found) == 3
    with one_case.reading() as unit:
        assert unit.results("C-0001") == (invented.result(), found), "the latest of each, in the first order"
        assert unit.results_of("C-0001", "name-web.2") == (down, down, found)
    for key in ("name-web.1", "name-web.2", "name-web.9"):
        with pytest.raises(VettingError) as refusal, one_case.transaction() as unit:
            unit.add_repeat("C-0001", replace(found, key=key))
        assert refusal.value.code == "not_repeatable"


def test_a_capture_opens_to_the_very_bytes_that_were_captured(one_case: CaseFiles) -> None:
    large = invented.capture("K-large", bytes(range(256)) * 8192)
    with one_case.transaction() as unit:
        unit.add_capture("C-0001", "name-web.1", large)
        unit.add_capture("C-0001", "name-web.1", invented.capture("K-empty", b""))
    with one_case.reading() as unit:
        assert unit.open_capture("K-0001") == invented.capture().warc
        assert unit.open_capture("K-large") == large.warc
        assert unit.open_capture("K-empty") == b""
        assert [(c.id, c.sha256) for c in unit.captures("C-0001")][1] == ("K-large", large.sha256)


def test_a_capture_whose_digest_is_not_that_of_its_bytes_is_not_recorded(one_case: CaseFiles) -> None:
    wrong = replace(invented.capture("K-wrong"), sha256="0" * 64)

    def add() -> None:
        with one_case.transaction() as unit:
            unit.add_capture("C-0001", "name-web.1", wrong)

    refused(add, "capture_digest", ExitCode.BAD_INPUT)
    assert [c.id for c in _read(one_case, lambda u: u.captures("C-0001"))] == ["K-0001"]


def test_a_capture_whose_recorded_digest_was_changed_does_not_open(one_case: CaseFiles) -> None:
    _tamper(one_case, "captures", "sha256 = replace(sha256, substr(sha256, 1, 4), 'ffff')")
    refused(lambda: _read(one_case, lambda u: u.open_capture("K-0001")), "record_altered")


def test_a_finding_comes_back_whole_dated_or_not(one_case: CaseFiles) -> None:
    undated = replace(invented.finding("F-0002"), posted_at=None, cues=())
    with one_case.transaction() as unit:
        unit.add_finding(undated, b"")
    with one_case.reading() as unit:
        assert unit.findings("C-0001") == (invented.finding(), undated)
        assert unit.finding("F-0001") == invented.finding()
        assert (unit.salt("F-0001"), unit.salt("F-0002")) == (invented.SALT, b"")


def test_the_latest_attribution_counts_and_none_is_none(one_case: CaseFiles) -> None:
    assert _read(one_case, lambda u: u.attribution("F-0001")) is None
    with one_case.transaction() as unit:
        unit.add_attribution(invented.attribution(Level.A2))
        unit.add_attribution(invented.attribution(Level.A4, "Confirmed by the candidate."))
    latest = _read(one_case, lambda u: u.attribution("F-0001"))
    assert latest == invented.attribution(Level.A4, "Confirmed by the candidate.")


def test_what_the_reviewer_said_of_how_the_account_took_part_is_kept(one_case: CaseFiles) -> None:
    said = replace(invented.attribution(), engagement=Engagement.ENDORSED)
    with one_case.transaction() as unit:
        unit.add_attribution(said)
    assert _read(one_case, lambda u: u.attribution("F-0001")) == said


def test_every_transition_of_a_finding_is_kept_in_order(one_case: CaseFiles) -> None:
    steps = (invented.validation(), invented.validation(State.CONTEXT_CHECKED), invented.validation(State.REFUTED))
    for step in steps:
        with one_case.transaction() as unit:
            unit.add_validation(step)
    assert _read(one_case, lambda u: u.validations("F-0001")) == steps


def test_marks_come_back_in_order_and_an_ordinal_is_given_once(one_case: CaseFiles) -> None:
    marks = (invented.mark(), invented.mark(2, "Taken back."))
    with one_case.transaction() as unit:
        for mark in marks:
            unit.add_mark(mark)
    with one_case.reading() as unit:
        assert unit.marks("F-0001") == marks
    refused(lambda: _add_mark(one_case), "already_recorded", ExitCode.REFUSED)


def _add_mark(store: CaseFiles) -> None:
    with store.transaction() as unit:
        unit.add_mark(invented.mark())


def test_filter_records_come_back_for_their_case_only(one_case: CaseFiles) -> None:
    records = (invented.filter_record("FR-2"), invented.filter_record("FR-1", ""))
    with one_case.transaction() as unit:
        unit.add_case(invented.case("C-0002"), invented.CANDIDATE, invented.SECRET)
        for record in records:
            unit.add_filter_record(record)
    assert _read(one_case, lambda u: u.filter_records("C-0001")) == records
    assert _read(one_case, lambda u: u.filter_records("C-0002")) == ()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(st.characters(), max_size=300))
def test_any_text_the_internet_holds_comes_back_unchanged(one_case: CaseFiles, words: str) -> None:
    finding = replace(
        invented.finding(f"F-{next(_NUMBERS)}", words), author=RawText(words), locator=RawText(words[::-1])
    )
    with one_case.transaction() as unit:
        unit.add_finding(finding, invented.SALT)
    assert _read(one_case, lambda u: u.finding(finding.id)) == finding


def test_times_come_back_in_utc_and_a_time_without_a_zone_is_not_recorded(one_case: CaseFiles) -> None:
    there = datetime(2026, 3, 1, 1, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    with one_case.transaction() as unit:
        unit.add_attestation("patrol-officer-2026", "inv1", there)
        unit.post(replace(invented.event(), at=there))
    (event,) = _read(one_case, lambda u: u.unsettled())
    assert event.at == there
    assert event.at.tzinfo is UTC

    def add() -> None:
        with one_case.transaction() as unit:
            unit.add_attestation("patrol-officer-2026", "inv2", datetime(2026, 3, 1))  # noqa: DTZ001

    refused(add, "store_failed")
    assert not _read(one_case, lambda u: u.attested("patrol-officer-2026", "inv2"))


# ------------------------------------------------------------------------------------------ nothing is doubled

_AGAIN: list[tuple[str, Callable[[CaseFileUnit], None]]] = [
    ("a position", lambda u: u.add_position(invented.position())),
    ("a case", lambda u: u.add_case(invented.case(), invented.CANDIDATE, invented.SECRET)),
    ("a search's outcome", lambda u: u.add_result("C-0001", invented.result(outcome=Outcome.BLOCKED))),
    ("a capture", lambda u: u.add_capture("C-0001", "other.1", invented.capture(warc=b"other"))),
    ("a finding", lambda u: u.add_finding(invented.finding(passage="other"), b"")),
]


def test_recording_again_is_refused_and_changes_nothing(one_case: CaseFiles) -> None:
    before = _everything(one_case)

    def again(add: Callable[[CaseFileUnit], None]) -> None:
        with one_case.transaction() as unit:
            unit.post(invented.event("again"))
            add(unit)

    for what, add in _AGAIN:
        refused(lambda add=add: again(add), "already_recorded", ExitCode.REFUSED)  # type: ignore[misc]
        assert _everything(one_case) == before, f"neither {what} nor its event"


_STRAYS: list[tuple[str, str, Callable[[CaseFileUnit], None]]] = [
    ("a case without position", "unknown_record", lambda u: u.add_case(invented.case(of="x"), invented.CANDIDATE, b"")),
    ("a result without case", "unknown_record", lambda u: u.add_result("C-9", invented.result())),
    ("a capture without case", "unknown_record", lambda u: u.add_capture("C-9", "k.1", invented.capture())),
    ("a finding without capture", "unknown_record", lambda u: u.add_finding(invented.finding(), b"")),
    ("an attribution without finding", "unknown_finding", lambda u: u.add_attribution(invented.attribution())),
    ("a validation without finding", "unknown_finding", lambda u: u.add_validation(invented.validation())),
    ("a filter record without finding", "unknown_finding", lambda u: u.add_filter_record(invented.filter_record())),
    ("an attestation without position", "unknown_record", lambda u: u.add_attestation("x", "inv1", invented.NOW)),
]


def test_a_record_that_belongs_to_nothing_is_refused(case_files: CaseFiles) -> None:
    before = _everything(case_files)

    def stray(add: Callable[[CaseFileUnit], None]) -> None:
        with case_files.transaction() as unit:
            add(unit)

    for what, code, add in _STRAYS:
        refused(lambda add=add: stray(add), code, ExitCode.NOT_FOUND)  # type: ignore[misc]
        assert _everything(case_files) == before, what


def test_an_unknown_number_is_not_found_whatever_it_is_made_of(one_case: CaseFiles) -> None:
    readers = (CaseFileUnit.case, CaseFileUnit.candidate, CaseFileUnit.position, CaseFileUnit.finding)
    for number in ("C-9", "", "x' OR '1'='1", "C-0001\x00", "\ud800", "C|0001"):
        for read in readers:
            with pytest.raises(VettingError) as refusal, one_case.reading() as unit:
                read(unit, number)
            assert refusal.value.exit_code in {ExitCode.NOT_FOUND, ExitCode.BAD_INPUT}


# ---------------------------------------------------------------------------------- without the vault key

_SEALED: list[tuple[str, Callable[[CaseFileUnit], object]]] = [
    ("who the candidate is", lambda u: u.candidate("C-0001")),
    ("the case's secret", lambda u: u.case_secret("C-0001")),
    ("a capture", lambda u: u.open_capture("K-0001")),
    ("a finding", lambda u: u.finding("F-0001")),
    ("all findings", lambda u: u.findings("C-0001")),
    ("a salt", lambda u: u.salt("F-0001")),
    ("an attribution", lambda u: u.attribution("F-0001")),
    ("validations", lambda u: u.validations("F-0001")),
    ("filter records", lambda u: u.filter_records("C-0001")),
]


def _keyless(store: CaseFiles, url: str, vault_key: VaultKey) -> CaseFiles:
    with store.transaction() as unit:
        unit.add_attribution(invented.attribution())
        unit.add_validation(invented.validation())
        unit.add_filter_record(invented.filter_record())
    return CaseFiles(url, vault_key.public, None)


def test_a_process_without_the_vault_key_reads_nothing_that_is_sealed(
    one_case: CaseFiles, store_url: str, vault_key: VaultKey
) -> None:
    keyless = _keyless(one_case, store_url, vault_key)
    for what, read in _SEALED:
        assert _read(one_case, read), f"{what} can be read with the key"
        refused(lambda read=read: _read(keyless, read), "no_vault_key")  # type: ignore[misc]
    keyless.close()


def test_a_process_without_the_vault_key_can_still_record_what_it_finds(
    case_files: CaseFiles, store_url: str, vault_key: VaultKey
) -> None:
    keyless = CaseFiles(store_url, vault_key.public, None)
    with keyless.transaction() as unit:
        unit.add_position(invented.position())
        unit.add_case(invented.case(), invented.CANDIDATE, invented.SECRET)
        unit.add_capture("C-0001", "name-web.1", invented.capture())
        unit.add_finding(invented.finding(), invented.SALT)
        unit.add_attribution(invented.attribution())
        unit.add_validation(invented.validation())
        unit.add_filter_record(invented.filter_record())
        assert unit.case("C-0001") == invented.case()
    keyless.close()
    assert _read(case_files, lambda u: u.finding("F-0001")) == invented.finding()
    assert _read(case_files, lambda u: u.candidate("C-0001")) == invented.CANDIDATE


def test_another_vault_key_opens_nothing_and_a_mixed_pair_isrefused(
    one_case: CaseFiles, store_url: str, vault_key: VaultKey
) -> None:
    other = VaultKey.generate()
    stranger = CaseFiles(store_url, other.public, other)
    refused(lambda: _read(stranger, lambda u: u.candidate("C-0001")), "seal_broken")
    stranger.close()
    assert _read(one_case, lambda u: u.candidate("C-0001")) == invented.CANDIDATE
    refused(lambda: CaseFiles(store_url, vault_key.public, other), "vault_keys_differ")


_OTHER_CAPTURE = "SELECT other.sealed FROM captures AS other WHERE other.id = 'K-0002'"


@pytest.mark.parametrize(
    ("table", "change", "read"),
    [
        ("findings", "case_number = 'C-0002'", lambda u: u.finding("F-0001")),
        ("candidates", "sealed = secret", lambda u: u.candidate("C-0001")),
        ("captures", f"sealed = ({_OTHER_CAPTURE})", lambda u: u.open_capture("K-0001")),
        ("validations", "ordinal = 7", lambda u: u.validations("F-0001")),
    ],
    ids=["to another case", "to another column", "to another record", "to another place in the order"],
)
def test_a_sealed_record_that_was_moved_does_not_open(
    one_case: CaseFiles, table: str, change: str, read: Callable[[CaseFileUnit], object]
) -> None:
    with one_case.transaction() as unit:
        unit.add_case(invented.case("C-0002"), invented.CANDIDATE, invented.SECRET)
        unit.add_capture("C-0001", "name-web.1", invented.capture("K-0002"))
        unit.add_validation(invented.validation())
    _tamper(one_case, table, change, first_only=True)
    refused(lambda: _read(one_case, read), "seal_broken")


# --------------------------------------------------------------------------------------------------- shared


def _read(store: CaseFiles, read: Callable[[CaseFileUnit], Fact]) -> Fact:
    with store.reading() as unit:
        return read(unit)


def _everything(store: CaseFiles) -> dict[str, list[object]]:
    with store.database.reading() as connection:
        tables = store.database.metadata.sorted_tables
        return {t.name: [tuple(row) for row in connection.execute(t.select())] for t in tables}


def _tamper(store: CaseFiles, table: str, change: str, *, first_only: bool = False) -> None:
    """Change a row as somebody would who owns the database and takes the triggers away first."""
    where = f" WHERE sequence = (SELECT min(sequence) FROM {table})" if first_only else ""  # noqa: S608
    with store.database.writing() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("PRAGMA defer_foreign_keys=ON"))
            connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_unchanged"))
        else:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        connection.execute(text(f"UPDATE {table} SET {change}{where}"))  # noqa: S608

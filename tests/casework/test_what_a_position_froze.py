"""What was frozen with a position is what it is run by, whatever the files say later (U1, U4)."""

import re
from dataclasses import replace

import pytest

from tests.casework.room import AUDITOR, CHIEF, SOMEONE, Room
from vetting.casework.intake import attest, may_request_handles, open_position
from vetting.casework.protocol_file import load_protocol, refuse_changed_config
from vetting.casework.searching import begin, progress
from vetting.errors import VettingError
from vetting.log.event import EventType
from vetting.oversight import audit_position
from vetting.protocol import SearchProtocol
from vetting.release import REPORT_TEMPLATE
from vetting.search import plan_digest
from vetting.settings import load_settings


def _rewrite(room: Room, file: str, pattern: str, replacement: str) -> None:
    path = room.settings.config / file
    text, changes = re.subn(pattern, replacement, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert changes
    path.write_text(text, encoding="utf-8")


def test_a_protocol_file_that_is_changed_or_gone_changes_nothing_for_an_open_position(room: Room) -> None:
    number = room.searched(())
    before = progress(room.one, number)
    _rewrite(room, "protocols/patrol_officer.toml", "^max_pages = .*$", "max_pages = 50")
    _rewrite(room, "protocols/patrol_officer.toml", "^query = .*$", 'query = "{anchor} else"')
    _rewrite(room, "protocols/patrol_officer.toml", "^lookback_years = .*$", "lookback_years = 1")
    assert progress(room.one, number) == before
    assert begin(room.one, number).protocol.digest() == before.protocol.digest()
    (room.settings.config / "protocols" / "patrol_officer.toml").unlink()
    assert progress(room.desk(), number) == before
    assert room.release(number).report.protocol_digest == before.protocol.digest()


def test_the_plan_of_a_candidate_is_in_the_log_when_they_are_enrolled_before_any_search(room: Room) -> None:
    number = room.searched(())
    entries = [entry.event for entry in room.one.reader.entries()]
    enrolled = next(e for e in entries if e.type is EventType.CANDIDATE_ENROLLED)
    assert enrolled.body["plan"] == plan_digest(progress(room.one, number).protocol, SOMEONE.disclosed())
    kinds = [e.type for e in entries]
    assert kinds.index(EventType.CANDIDATE_ENROLLED) < kinds.index(EventType.SEARCH_PLANNED)


def test_a_position_opened_before_documents_had_a_schema_goes_on_and_is_audited_by_its_old_digest(room: Room) -> None:
    loaded = load_protocol(room.settings.config, "patrol_officer", room.analyzer.version, room.one.clock().date())
    old = replace(loaded, schema=1, may_request_handles=None, window_days=None)
    assert "schema" not in old.document()
    assert old.digest() != loaded.digest()
    open_position(room.one, "patrol", old, [CHIEF], practice=True)
    attest(room.one, "patrol")
    number = room.enrolled(SOMEONE)
    assert progress(room.desk(), number).protocol == old
    assert room.release(number).report.protocol_digest == old.digest()
    audit = audit_position(room.settings, AUDITOR, "patrol")
    assert audit.report.protocol_digest == old.digest()
    assert audit.report.departures == ()
    assert audit.report.unfinished == {}


def test_whether_account_names_may_be_asked_for_is_frozen_and_the_same_for_everybody(room: Room) -> None:
    number = room.searched(())
    protocol = progress(room.one, number).protocol
    assert protocol.may_request_handles is True
    assert may_request_handles(room.one, "patrol") is True
    _rewrite(room, "department.toml", "^may_request_handles = true$", "may_request_handles = false")
    forbidding = load_settings(room.settings.home, room.settings.config)
    with pytest.raises(VettingError) as refusal:
        may_request_handles(replace(room.one, settings=forbidding), "patrol")
    assert refusal.value.code == "handles_changed"
    with pytest.raises(VettingError) as refusal:
        refuse_changed_config(forbidding.config, protocol)
    assert (refusal.value.code, "may_request_handles" in refusal.value.sentence) == ("config_changed", True)


def test_a_protocol_says_what_this_program_does(room: Room) -> None:
    protocol: SearchProtocol = load_protocol(
        room.settings.config, "patrol_officer", room.analyzer.version, room.one.clock().date()
    )
    assert protocol.report_template == REPORT_TEMPLATE == SearchProtocol.__dataclass_fields__["report_template"].default
    assert (protocol.reviewers.independent, protocol.reviewers.sample_of_nil_results) == (2, 0)
    assert protocol.document()["schema"] == 2


def test_a_look_back_of_more_than_seven_years_needs_a_protocol_to_which_the_act_does_not_apply(room: Room) -> None:
    _rewrite(room, "protocols/patrol_officer.toml", "^lookback_years = .*$", "lookback_years = 9")

    def load() -> SearchProtocol:
        today = room.one.clock().date()
        return load_protocol(room.settings.config, "patrol_officer", room.analyzer.version, today)

    with pytest.raises(VettingError) as refusal:
        load()
    assert refusal.value.code == "lookback_too_long"
    _rewrite(room, "protocols/patrol_officer.toml", "^fcra_mode = true$", "fcra_mode = false")
    assert load().lookback_years == 9

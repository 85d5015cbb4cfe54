"""Before a search begins: the terms of its source still count, and the connectors are those of the first candidate."""

import ast
import re
import secrets
from datetime import timedelta
from pathlib import Path

import pytest

from tests.casework.room import CHIEF, SOMEONE, Room, now
from vetting import sources
from vetting.candidate import Authorization
from vetting.casework import protocol_file
from vetting.casework.deviating import decide_deviation, request_deviation
from vetting.casework.freezing import load_workable
from vetting.casework.intake import attest, open_case, open_position
from vetting.casework.searching import begin, progress
from vetting.casework.workbench import Workbench
from vetting.deviation import Decision, DeviationReason
from vetting.errors import VettingError
from vetting.sources import version
from vetting.sources.interface import Reason
from vetting.sources.version import NOT_OF_A_SEARCH, connectors_version


def _valid_until(config: Path, day: str, source: str = "forum") -> None:
    path = config / "sources.toml"
    text = path.read_text(encoding="utf-8")
    pattern = rf"(\[{source}\]\nterms_reviewed_on = \S+\nterms_valid_until = )\S+"
    text, changes = re.subn(pattern, rf"\g<1>{day}", text)
    assert changes == 1
    path.write_text(text, encoding="utf-8")


def _case(room: Room, *, practice: bool = True) -> str:
    protocol = load_workable(room.settings, "patrol_officer", now().date())
    open_position(room.one, "patrol", protocol, [CHIEF], practice=practice)
    attest(room.one, "patrol")
    signed = Authorization(form_sha256="0" * 64, signed_at=now(), expires_at=now() + timedelta(days=1))
    return open_case(room.one, "patrol", SOMEONE, signed, secrets.token_bytes(32)).number


def test_no_position_is_opened_on_terms_that_are_no_longer_read(room: Room, config: Path) -> None:
    _valid_until(config, "2026-10-13")
    with pytest.raises(VettingError, match="source forum") as refused:
        load_workable(room.settings, "patrol_officer", now().date())
    assert refused.value.code == "terms_expired"


def test_no_search_begins_on_terms_that_have_expired_and_a_new_review_lets_it(room: Room, config: Path) -> None:
    number = _case(room)
    _valid_until(config, "2026-10-13")
    before = room.one.checkpoint().size
    with pytest.raises(VettingError, match="source forum") as refused:
        begin(room.one, number)
    assert refused.value.code == "terms_expired"
    assert room.one.checkpoint().size == before, "no search is planned"
    _valid_until(config, "2090-01-01")
    assert begin(room.one, number).planned, "a new review is no change of the configuration"


def test_a_step_left_out_by_two_needs_no_terms_that_count_and_the_refusal_names_that_way(
    room: Room, config: Path
) -> None:
    number = _case(room)
    attest(room.two, "patrol")
    _valid_until(config, "2026-10-13")
    with pytest.raises(VettingError) as refused:
        begin(room.one, number)
    assert "vetting deviate request patrol --step forum_profile --reason terms_changed" in refused.value.remedy
    asked = request_deviation(room.one, "patrol", DeviationReason.TERMS_CHANGED, step="forum_profile")
    with pytest.raises(VettingError, match="source forum"):
        begin(room.one, number)
    decide_deviation(room.two, asked.id, Decision.APPROVED)
    assert begin(room.one, number).excluded == {"forum_profile"}


def test_other_lines_of_the_sources_stay_frozen(room: Room, config: Path) -> None:
    number = _case(room)
    path = config / "sources.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("requests_per_minute = 24", "requests_per_minute = 30"))
    with pytest.raises(VettingError) as refused:
        begin(room.one, number)
    assert refused.value.code == "config_changed"


def test_no_candidate_is_searched_with_other_connectors_than_the_first(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = _case(room)
    assert progress(room.one, number).protocol.digests["connectors"] == connectors_version()
    monkeypatch.setattr(protocol_file, "connectors_version", lambda: "0" * 64)
    with pytest.raises(VettingError) as refused:
        begin(room.one, number)
    assert refused.value.code == "connectors_changed"


def test_the_version_of_the_connectors_is_that_of_the_bytes_of_every_module_a_search_comes_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = {connectors_version()}
    monkeypatch.setattr(version, "__file__", str(tmp_path / "version.py"))
    for name, words in (("a.py", "x = 1"), ("a.py", "x = 2"), ("b.py", "")):
        (tmp_path / name).write_text(words)
        connectors_version.cache_clear()
        seen.add(connectors_version())
    assert len(seen) == 4
    for name in NOT_OF_A_SEARCH:
        (tmp_path / f"{name}.py").write_text("x = 1")
    connectors_version.cache_clear()
    assert connectors_version() in seen, "a correction of an export stops no open position"
    connectors_version.cache_clear()


def test_nothing_that_a_search_comes_by_imports_a_module_outside_the_version_of_the_connectors() -> None:
    folder = Path(sources.__file__).parent
    there = {path.stem: path for path in folder.glob("*.py")}
    assert set(there) >= NOT_OF_A_SEARCH
    for name in sorted(set(there) - NOT_OF_A_SEARCH):
        words = set(re.findall(r"\w+", "\n".join(_imports(there[name]))))
        assert words.isdisjoint(NOT_OF_A_SEARCH), name


def _imports(module: Path) -> list[str]:
    """Every import of the module, also those inside its functions."""
    nodes = ast.walk(ast.parse(module.read_text(encoding="utf-8")))
    return [ast.unparse(node) for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))]


def test_a_real_case_without_a_rate_limit_sends_nothing(room: Room) -> None:
    state = progress(room.one, _case(room, practice=False))
    search = next(search for search in state.planned if search.applicable)
    conducted = Workbench(desk=room.one).conduct_for(practice=False)(search)
    assert (conducted.result.reason, conducted.captures) == (Reason.PACE_UNKNOWN.value, ())

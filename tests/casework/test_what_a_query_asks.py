"""A query that asks for protected facts is refused when a protocol is approved, and again before it is sent."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.casework.room import CHIEF, SOMEONE, Room, logged, new_id, now
from vetting.candidate import Authorization
from vetting.casework.intake import attest, open_case, open_position
from vetting.casework.protocol_file import load_protocol
from vetting.casework.searching import begin, progress, run_search
from vetting.errors import VettingError
from vetting.log.event import EventType
from vetting.search import Search
from vetting.sources.conduct import Conducted

ASKING = '"{anchor}" church'


def _refused(error: pytest.ExceptionInfo[VettingError]) -> None:
    assert error.value.code == "query_refused"
    assert "church" not in f"{error.value.sentence} {error.value.remedy}"


def test_a_protocol_whose_template_asks_for_protected_facts_is_not_approved(room: Room, config: Path) -> None:
    path = config / "protocols" / "patrol_officer.toml"
    text = path.read_text(encoding="utf-8")
    assert "query = '\"{anchor}\"'" in text
    path.write_text(text.replace("query = '\"{anchor}\"'", f"query = '{ASKING}'", 1), encoding="utf-8")
    with pytest.raises(VettingError) as refusal:
        load_protocol(config, "patrol_officer", room.analyzer.version, now().date())
    _refused(refusal)


@pytest.fixture
def number(room: Room) -> str:
    """Return a case of a position whose protocol came by its template past the approval."""
    frozen = load_protocol(room.settings.config, "patrol_officer", room.analyzer.version, now().date())
    first, *others = frozen.steps
    steps = (replace(first, query=ASKING), *others)
    open_position(room.one, "patrol", replace(frozen, steps=steps), [CHIEF], practice=True)
    attest(room.one, "patrol")
    signed = Authorization(form_sha256="0" * 64, signed_at=now(), expires_at=now().replace(year=now().year + 1))
    return open_case(room.one, "patrol", SOMEONE, signed, new_id().encode() * 2).number


def test_nothing_is_planned_where_one_query_asks_for_protected_facts(room: Room, number: str) -> None:
    with pytest.raises(VettingError) as refusal:
        begin(room.one, number)
    _refused(refusal)
    assert logged(room, EventType.SEARCH_PLANNED) == 0


def test_a_query_is_read_once_more_before_it_is_sent(room: Room, number: str) -> None:
    state = progress(room.one, number)
    (asking,) = (search for search in state.planned if "church" in search.query)

    def conduct(_: Search) -> Conducted:
        raise AssertionError("it was sent")

    with pytest.raises(VettingError) as refusal:
        run_search(room.one, state, asking, conduct, room.criteria, room.analyzer)
    _refused(refusal)
    assert logged(room, EventType.SEARCH_EXECUTED) == 0

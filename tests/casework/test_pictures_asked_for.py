"""A protocol may ask for pictures of pages; a machine that cannot make them is refused before anything is asked."""

import secrets
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.casework.room import CHIEF, SOMEONE, Room, logged, now
from vetting.candidate import Authorization
from vetting.casework.intake import attest, open_case, open_position
from vetting.casework.protocol_file import load_protocol
from vetting.casework.searching import begin
from vetting.errors import ExitCode, VettingError
from vetting.log.event import EventType
from vetting.settings import Rendering


@pytest.mark.parametrize("render", [True, False])
def test_a_machine_without_a_browser_is_refused_before_any_search_and_only_where_one_is_needed(
    room: Room, render: bool
) -> None:
    frozen = load_protocol(room.settings.config, "patrol_officer", room.analyzer.version, now().date())
    first, *others = frozen.steps
    steps = (replace(first, render=render), *others)
    open_position(room.one, "patrol", replace(frozen, steps=steps), [CHIEF], practice=True)
    attest(room.one, "patrol")
    signed = Authorization(form_sha256="0" * 64, signed_at=now(), expires_at=now() + timedelta(days=1))
    number = open_case(room.one, "patrol", SOMEONE, signed, secrets.token_bytes(32)).number
    department = room.settings.department.model_copy(update={"rendering": Rendering(chromium="/nonexistent")})
    desk = replace(room.one, settings=replace(room.settings, department=department))
    if not render:
        assert len(begin(desk, number).planned) == logged(room, EventType.SEARCH_PLANNED) > 0
        return
    with pytest.raises(VettingError) as caught:
        begin(desk, number)
    assert (caught.value.code, caught.value.exit_code) == ("chromium_missing", ExitCode.NOT_READY)
    assert logged(room, EventType.SEARCH_PLANNED) == 0

"""Who has a search in hand: told by machine, boot, process and its start, so that a kill holds nothing up."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

from tests.casework.room import SOMEONE, Room, found_on, logged, new_id, now
from vetting.candidate import Authorization
from vetting.casework.environment import environment
from vetting.casework.intake import open_case
from vetting.casework.leasing import Holder, alive, lease, this_process
from vetting.casework.searching import begin, progress, run_search
from vetting.log.event import EventType
from vetting.log.profile import is_token

SLEEP = "import time, sys; from vetting.casework.leasing import this_process\nprint(this_process().id, flush=True)\n"


def test_this_process_lives_and_another_number_or_start_does_not() -> None:
    me = this_process().id
    machine, number, started = me.split("/")
    assert alive(me)
    assert not alive(f"{machine}/{number}/{int(started) + 1}"), "the same number, started at another time"
    assert alive(f"elsewhere:boot/{number}/{started}"), "another machine's processes cannot be looked at"


def test_a_killed_process_holds_nothing() -> None:
    command = [sys.executable, "-c", SLEEP + "time.sleep(60)"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        holder = process.stdout.readline().strip()
        assert alive(holder)
        process.kill()
        process.wait()
        assert not alive(holder)


def test_two_runs_of_one_case_do_not_ask_twice(room: Room) -> None:
    number = room.searched(())
    state = progress(room.one, number)
    one, two = (Holder(id=name, alive=lambda _: True) for name in ("one", "two"))
    first = lease(room.one, number, state.planned[:3], one)
    second = lease(room.one, number, state.planned, two)
    assert [search.key for search in first + second] == [search.key for search in state.planned]


def test_the_outcome_ends_the_lease(room: Room) -> None:
    room.searched(())
    number = _another(room)
    state = begin(room.one, number)
    search = state.planned[0]
    assert lease(room.one, number, [search], this_process()) == (search,)
    run_search(room.one, state, search, lambda _: found_on(search, ()), room.criteria, room.analyzer)
    other = Holder(id="other", alive=lambda _: True)
    assert lease(room.one, number, [search], other) == (search,), "nobody has it in hand any more"


def test_the_environment_of_a_run_is_in_the_log_once_and_names_no_machine(room: Room) -> None:
    number = room.searched(())
    begin(room.one, number)
    assert logged(room, EventType.ENVIRONMENT_RECORDED) == 1
    (entry,) = (e.event for e in room.one.reader.entries() if e.event.type is EventType.ENVIRONMENT_RECORDED)
    facts = environment()
    assert {name: entry.body[name] for name in facts} == facts
    assert all(map(is_token, facts.values()))
    assert facts["with_httpx"].count(".") == 2
    assert "none" not in {facts[f"with_{name}"] for name in ("protego", "pypdf", "lxml")}


def _another(room: Room) -> str:
    """A second case in the position, not searched yet."""
    signed = Authorization(form_sha256="0" * 64, signed_at=now(), expires_at=now() + timedelta(days=1))
    someone = replace(SOMEONE, full_name="Bo Invented", identifiers=())
    return open_case(room.one, "patrol", someone, signed, new_id().encode().ljust(32, b"0")).number

"""Which process has a search in hand, so that two runs at once do not ask the internet for the same thing twice.

A lease promises nothing: that an outcome is recorded once is the unique key of the results. It spares a source a second
question, and after a kill the next run goes on at once, because a process that is dead holds nothing.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from vetting.casework.desk import Desk
from vetting.search import Search

LONGEST: Final = timedelta(minutes=30)
"""After this the lease of a process on another machine, which cannot be looked at, has run out."""
_PROCESSES: Final = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who leases, and how it is told whether another one still lives."""

    id: str
    alive: Callable[[str], bool]


def this_process() -> Holder:
    """The process that runs: its machine, boot, number and start, so that a number used again is another process."""
    return Holder(id=f"{_machine()}/{os.getpid()}/{_started(os.getpid())}", alive=alive)


def alive(holder: str) -> bool:
    """Whether a holder may still be at work: always, where it cannot be known (another machine)."""
    machine, _, process = holder.partition("/")
    number, _, started = process.partition("/")
    if machine != _machine() or not number.isdecimal() or not _PROCESSES.is_dir():
        return True
    return _started(int(number)) == started


def lease(desk: Desk, number: str, searches: Sequence[Search], holder: Holder) -> tuple[Search, ...]:
    """Those of the searches that nobody else has in hand, from now on in this holder's."""
    if not searches:
        return ()
    now = desk.clock()
    keys = [search.key for search in searches]
    with desk.case_files.transaction() as unit:
        taken = unit.lease(number, keys, holder.id, now, now + LONGEST, holder.alive)
    return tuple(search for search in searches if search.key in taken)


def _machine() -> str:
    """Host and boot: after a restart every holder of before is gone."""
    try:
        boot = (_PROCESSES / "sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        boot = "unknown"
    return f"{socket.gethostname()}:{boot}"


def _started(number: int) -> str:
    """When the process began, in clock ticks since boot (proc(5), stat, field 22); empty where there is none."""
    try:
        fields = (_PROCESSES / str(number) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return fields[19] if len(fields) > 19 and fields[0] != "Z" else ""

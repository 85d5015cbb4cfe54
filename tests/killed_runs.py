"""Runs of cases that are killed (SIGKILL) at random moments, each in a process of its own, and what they leave behind.

usage: python -m tests.killed_runs DATA_FOLDER_PARENT HOSTS_FILE KILLS SEED   (prints one JSON line)

The steps of the flow are run as Prefect would call them, without Prefect: starting its server takes seconds, and it is
no part of what makes an outcome stand exactly once. tests/promises/test_a_killed_run.py kills the whole command.
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import flows.vet_candidate as flow_module
from filters.analyzer import Analyzer
from filters.criteria import Criteria, load_criteria
from flows.workbench import at as working_at
from tests.many_searches import POSITION, STEPS, desk_of, enrolled, hosts_file, settings_of
from vetting.casework.protocol_file import declared_packs
from vetting.casework.searching import progress
from vetting.casework.workbench import Workbench
from vetting.log.event import EventType
from vetting.oversight import audit_position
from vetting.roles import Person, Role
from vetting.settings import REPOSITORY, Settings, load_settings

AUDITOR = Person(id="auditor", name="Auditor", roles=frozenset({Role.AUDITOR}))
OUTCOMES = {EventType.SEARCH_EXECUTED, EventType.SEARCH_BLOCKED, EventType.SEARCH_UNAVAILABLE}


@dataclass(frozen=True, kw_only=True)
class Killed:
    """What a series of killed runs left, before and after every run was taken up again and finished."""

    seed: int
    struck: Counter[int]
    """How many kills found so many of ten outcomes recorded."""
    before: dict[str, list[str]]
    """By case: the searches with an outcome when the last kill had struck."""
    after: dict[str, list[str]]
    """The same when every run was resumed to its end; one entry an outcome."""
    planned: dict[str, list[str]]
    logged: Counter[tuple[str, str]]
    """How many entries of the log give an outcome for a case and search."""
    captures: dict[str, tuple[int, int]]
    """By case: captures that outcomes speak of, and captures stored."""


def killed_runs(folder: Path, kills: int, seed: int) -> tuple[Killed, Settings]:
    """Kills so many runs of as many cases as it takes, then resumes every case."""
    settings = settings_of(folder)
    numbers = enrolled(desk_of(settings), 2 * kills + 1)  # some runs end before they are killed
    with hosts_file(folder) as hosts:
        command = [sys.executable, "-m", "tests.killed_runs", str(folder), str(hosts), str(kills), str(seed)]
        ended = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=1500)
        assert ended.returncode == 0, ended.stderr
    left = json.loads(ended.stdout)
    desk = desk_of(settings)
    tried = [number for number in numbers if number in left["tried"]]
    states = {number: progress(desk, number) for number in tried}
    with desk.case_files.reading() as unit:
        captures = {
            number: (sum(result.captures for result in state.results), len(list(unit.captures(number))))
            for number, state in states.items()
        }
    return Killed(
        seed=seed,
        struck=Counter(left["struck"]),
        before=left["before"],
        after={number: [result.key for result in state.results] for number, state in states.items()},
        planned={number: [search.key for search in state.planned] for number, state in states.items()},
        logged=Counter(
            (str(entry.event.case), str(dict(entry.event.body)["key"]))
            for entry in desk.reader.entries()
            if entry.event.type in OUTCOMES
        ),
        captures=captures,
    ), settings


def whole(killed: Killed, settings: Settings) -> None:
    """Fails unless every planned search of every case has exactly one outcome, in the store and in the log alike."""
    for number, keys in killed.planned.items():
        assert len(keys) == STEPS
        assert sorted(killed.after[number]) == sorted(keys), f"seed {killed.seed}"
        assert set(killed.before[number]) <= set(keys)
        spoken, stored = killed.captures[number]
        assert spoken == stored, f"seed {killed.seed}"
        assert {key: killed.logged[number, key] for key in keys} == dict.fromkeys(keys, 1), f"seed {killed.seed}"
    audit = audit_position(settings, AUDITOR, POSITION)
    assert audit.verdict.ok
    assert audit.report.uniform


@dataclass(frozen=True, kw_only=True)
class _Tools:
    analyzer: Analyzer
    criteria: Criteria


def main(folder: Path, hosts: Path, kills: int, seed: int) -> None:
    """Kills, resumes, and prints what was left in between."""
    settings = load_settings(folder / "home", folder / "config")
    config = settings.config
    tools = _Tools(  # once, for all children: a kill is to strike at a search, not at what is loaded before it
        analyzer=Analyzer.load(config / "class_packs", declared_packs(config, "patrol_officer")),
        criteria=load_criteria(config / "criteria" / "police.toml"),
    )
    waiting = _cases(settings)
    dice = random.Random(seed)  # noqa: S311 - moments, not secrets
    longest = _seconds(settings, hosts, tools, waiting.pop(0))
    struck: list[int] = []
    tried: list[str] = []
    while len(struck) < kills and waiting:
        if not tried or len(_outcomes(settings, tried[-1])) == STEPS:
            tried.append(waiting.pop(0))
        fresh = not _outcomes(settings, tried[-1])
        lasted = _killed(settings, hosts, tools, tried[-1], dice.uniform(0, longest))
        if lasted is None:
            struck.append(len(_outcomes(settings, tried[-1])))
        elif fresh:
            longest = lasted  # a whole run: the machine is less busy than it was
    before = {number: _outcomes(settings, number) for number in tried}
    for number in tried:
        _finished(_forked(settings, hosts, tools, number))
    sys.stdout.write(json.dumps({"struck": struck, "tried": tried, "before": before}))


def _seconds(settings: Settings, hosts: Path, tools: _Tools, number: str) -> float:
    """How long a run lasts here and now that nobody kills: kills strike within that time."""
    pid = _forked(settings, hosts, tools, number)
    begun = time.monotonic()
    _finished(pid)
    return time.monotonic() - begun


def _finished(pid: int) -> None:
    if os.waitpid(pid, 0)[1]:
        raise SystemExit("a run that nobody killed did not end well")


def _killed(settings: Settings, hosts: Path, tools: _Tools, number: str, seconds: float) -> float | None:
    """Kills a run that long after its desk is open; how long it lasted where it ended before."""
    pid = _forked(settings, hosts, tools, number)
    begun = time.monotonic()
    while (lasted := time.monotonic() - begun) < seconds:
        if os.waitpid(pid, os.WNOHANG)[0]:
            return lasted
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    return None if os.WIFSIGNALED(os.waitpid(pid, 0)[1]) else lasted


def _forked(settings: Settings, hosts: Path, tools: _Tools, number: str) -> int:
    """A process that opens its own desk and runs the case; it shares nothing with us but what was loaded before.

    Returns when its desk is open: what comes before is the same for every command, and killed in tests of its own.
    """
    hear, tell = os.pipe()
    pid = os.fork()
    if pid:
        os.close(tell)
        os.read(hear, 1)
        os.close(hear)
        return pid
    try:
        desk = desk_of(settings)
        bench = Workbench(desk=desk, recordings=hosts)
        protocol = progress(desk, number).protocol
        bench._analyzers[protocol.class_packs] = tools.analyzer
        bench._criteria[protocol.criteria] = tools.criteria
        os.write(tell, b".")
        with working_at(bench):
            _run(number)
    except BaseException:  # noqa: BLE001 - nothing of the parent may run on in the child
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


def _run(number: str) -> None:
    """The steps of the flow, in its order."""
    flow_module.begin_searches._body(number)
    flow_module.run_searches._body(number, again=False)


def _cases(settings: Settings) -> list[str]:
    with closing(sqlite3.connect(f"file:{settings.home / 'case_files' / 'case_files.db'}?mode=ro", uri=True)) as store:
        return [str(number) for (number,) in store.execute("SELECT number FROM cases ORDER BY sequence").fetchall()]


def _outcomes(settings: Settings, number: str) -> list[str]:
    """Read beside the desks, for SQLite wants no open database carried through a fork."""
    with closing(sqlite3.connect(f"file:{settings.home / 'case_files' / 'case_files.db'}?mode=ro", uri=True)) as store:
        rows = store.execute("SELECT key FROM results WHERE case_number = ?", [number]).fetchall()
    return [str(key) for (key,) in rows]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))

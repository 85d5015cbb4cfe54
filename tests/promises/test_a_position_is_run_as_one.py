"""All candidates of a position in one window: the same step for everybody, and nobody waits for somebody else."""

import json
from urllib.parse import quote

import pytest

from tests.demonstration import ANOTHER, Demo
from vetting.errors import ExitCode
from vetting.log.event import EventType
from vetting.log.reader import LogReader
from vetting.log.store import LogStore

SHARED = ("rafael_montesclaro", "priya_nandakesh", "mei_harrowgate")


@pytest.fixture(scope="module")
def cases(copy: Demo) -> list[str]:
    """Three cases of one position."""
    copy.open_position()
    numbers = []
    for candidate in SHARED:
        answer = copy.vetting("case", "open", ANOTHER, f"demo/candidates/{candidate}.toml", "--json")
        assert answer.returncode == 0, answer.stderr
        numbers.append(str(json.loads(answer.stdout)["case"]))
    return numbers


def test_one_command_runs_every_search_of_every_candidate(copy: Demo, cases: list[str]) -> None:
    ran = copy.vetting("run", "--position", ANOTHER, "--json")
    assert ran.returncode == 0, ran.stderr
    rows = json.loads(ran.stdout)
    assert [row["case"] for row in rows] == cases
    for row in rows:
        assert sum(row[outcome] for outcome in ("completed", "no_results", "blocked", "unavailable")) > 0
        assert sum(value for name, value in row.items() if name not in {"case", "planned", "refused"}) == row["planned"]

    shown = copy.vetting("run", "--position", ANOTHER)
    assert shown.returncode == 0
    assert "has its outcome already" in shown.stderr
    assert all(number in shown.stdout for number in cases)


def test_the_same_step_is_run_for_everybody_before_the_next(copy: Demo, cases: list[str]) -> None:
    """Read from the log, in its order."""
    ended = {EventType.SEARCH_EXECUTED, EventType.SEARCH_BLOCKED, EventType.SEARCH_UNAVAILABLE}
    store = LogStore(f"sqlite:///{quote(str(copy.home))}/transparency_log/transparency_log.db")
    steps = [
        str(entry.event.body["key"]).rpartition(".")[0]
        for entry in LogReader(store).entries()
        if entry.event.type in ended and entry.event.case in cases
    ]
    store.close()
    changes = [step for n, step in enumerate(steps) if n == 0 or steps[n - 1] != step]
    assert steps
    assert len(changes) == len(set(changes)), "a step was taken up again after another one"


def test_what_was_unavailable_is_asked_again_for_everybody_whom_it_befell(copy: Demo, cases: list[str]) -> None:
    again = copy.vetting("run", "--position", ANOTHER, "--again", "--json")
    assert again.returncode == 0, again.stderr
    copy.sign_in("t.okafor")
    audit = json.loads(copy.vetting("uniformity", ANOTHER, "--json").stdout)
    assert audit["uniform"] is True
    assert set(audit["searches"]) == set(cases)
    copy.sign_in("j.alvarez")


@pytest.mark.parametrize("words", [(), ("C-1", "--position", ANOTHER)])
def test_a_run_of_nothing_or_of_both_is_one_sentence(copy: Demo, words: tuple[str, ...]) -> None:
    refused = copy.vetting("run", *words)
    assert refused.returncode == ExitCode.BAD_INPUT
    assert "Name one case, or one position" in refused.stderr

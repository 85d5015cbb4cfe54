"""All candidates of a position in one window: the same step for everybody, and nobody waits for somebody else."""

import json
import re
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.demonstration import ANOTHER, ROOT, Demo
from vetting.errors import ExitCode
from vetting.log.event import EventType
from vetting.log.reader import LogReader
from vetting.log.store import LogStore

SHARED = ("rafael_montesclaro", "priya_nandakesh", "mei_harrowgate")
BRIEFLY = 15
"""Seconds that an authorization of the test is in force: long enough to open the case on it."""


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


def test_a_position_without_candidates_says_so(copy: Demo) -> None:
    copy.open_position("nobody-2027")
    answer = copy.vetting("run", "--position", "nobody-2027")
    assert answer.returncode == 0, answer.stderr
    assert "No candidate is enrolled in nobody-2027. Next: vetting case open nobody-2027 FILE" in answer.stdout
    assert "has its outcome already" not in answer.stderr


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
    headings = next(line for line in shown.stdout.splitlines() if line.startswith("Case"))
    assert headings.split() == ["Case", "Searches", "Done", "None", "Blocked", "Down", "N/A", "Left", "out"]


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


def test_whose_authorization_ran_out_is_named_once_with_what_to_do_and_holds_nobody_up(
    copy: Demo, cases: list[str], tmp_path: Path
) -> None:
    text = (ROOT / "demo" / "candidates" / "colm_brannigant.toml").read_text(encoding="utf-8")
    ends = datetime.now(UTC) + timedelta(seconds=BRIEFLY)
    text, changes = re.subn(r"expires_at = .*", f"expires_at = {ends:%Y-%m-%dT%H:%M:%SZ}", text)
    assert changes == 1
    shutil.copy(ROOT / "demo" / "candidates" / "authorization_form.txt", tmp_path)
    (tmp_path / "file.toml").write_text(text, encoding="utf-8")
    opened = copy.vetting("case", "open", ANOTHER, str(tmp_path / "file.toml"), "--json")
    assert opened.returncode == 0, opened.stderr
    number = json.loads(opened.stdout)["case"]
    time.sleep(max(0.0, (ends - datetime.now(UTC)).total_seconds()) + 1)
    ran = copy.vetting("run", "--position", ANOTHER, "--json")
    assert ran.returncode == ExitCode.REFUSED
    assert ran.stderr.count("The authorization expired on") == 1
    assert f"{number} was not searched." in ran.stderr
    assert f"vetting case authorize {number} FILE" in ran.stderr
    refused = {row["case"]: row["refused"] for row in json.loads(ran.stdout)}
    assert refused == dict.fromkeys(cases) | {number: "authorization_expired"}
    shown = copy.vetting("run", "--position", ANOTHER)
    assert f"Next: vetting run --position {ANOTHER}" in shown.stdout, "its searches are outstanding"

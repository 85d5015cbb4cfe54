"""`vetting uniformity` says one word, who has not seen the log, and of every check what it stands on; at 80 columns."""

import io
import json
import re
from dataclasses import replace

import pytest
from rich.console import Console

from tests.audit.clean import clean
from tests.audit.memory_log import MemoryLog
from tests.casework.room import AUDITOR, Room
from tests.oversight.conftest import Terminal, opened
from vetting.cli import printing
from vetting.cli.uniformity import exit_code, show_audit
from vetting.errors import ExitCode
from vetting.log.cosignature import Cosigner
from vetting.log.policy import Policy
from vetting.oversight import Audit, audit_log
from vetting.uniformity import Result

SHAPE = {"candidates": 3, "steps": 4, "outages": 0.0, "shared_outages": 0, "unshared_failures": 0, "released": True}
SHAPE |= {"old": False, "schema": 2, "withdrawals": 0}


def audited(*, quorum: bool = False) -> Audit:
    story = clean(5, **SHAPE)
    log = MemoryLog.of(story.said)
    if not quorum:
        return audit_log(log, log.key.verifier, story.position.id)
    clerk = Cosigner.generate("clerk.example/witness").key.vkey
    policy = Policy.parse(f"log {log.key.vkey}\nwitness clerk {clerk}\nquorum clerk\n")
    return audit_log(log, policy, story.position.id)


def shown(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> str:
    screen = io.StringIO()
    console = Console(file=screen, width=80, force_terminal=True, no_color=True, highlight=False, soft_wrap=True)
    monkeypatch.setattr(printing, "out", console)
    show_audit(audit)
    return re.sub(r"\x1b\[[0-9;]*m", "", screen.getvalue())


def test_a_log_that_the_policys_witnesses_have_not_seen_is_said_at_the_top_and_is_not_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    audit = audited(quorum=True)
    assert exit_code(audit) is ExitCode.NOT_READY
    assert "UNWITNESSED: the policy asks for clerk" in " ".join(shown(audit, monkeypatch).split("No  Check")[0].split())
    check = audit.checks.check(16)
    assert check.result is Result.CANNOT_SAY
    assert "UNWITNESSED" in check.findings[0].sentence


def test_a_policy_that_asks_nobody_is_said_by_check_16_and_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    audit = audited()
    assert exit_code(audit) is ExitCode.OK
    assert "UNWITNESSED: the policy asks for no witness" in shown(audit, monkeypatch)


def test_every_condition_is_named_with_its_result_and_every_check_with_its_clause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    audit = audited()
    screen = shown(audit, monkeypatch)
    for condition, result in audit.checks.conditions.items():
        assert result is not Result.FAIL
        assert re.search(rf"^{condition} +{condition.words} +{result.value} *$", screen, re.MULTILINE)
    assert re.search(r"^9 .*U1 U2 U6 +IV\.B\.9 +pass *$", screen, re.MULTILINE)


def test_one_word_is_said_over_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    audit = audited()
    screen = shown(audit, monkeypatch)
    assert len(re.findall("CONFORMING|Uniform|uniform:", screen)) == 1
    assert "Searches: every candidate's executed searches equal" in screen


def test_what_is_listed_and_why_something_cannot_be_said_is_on_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = shown(audited(), monkeypatch)
    assert "No captures of this position were exported." in screen
    _, unsaid = screen.split("Cannot be said from this log:")
    assert "33, 34, 35, 36: No determination is in the log." in unsaid
    assert "14: Fewer than 8 candidates were searched" in unsaid
    assert "Never said by a machine, always by hand: 22, 26, 27, 29, 30, 31, 32, 37, 38, 41." in unsaid


def test_no_sentence_of_it_is_broken_within_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shown(audited(), monkeypatch).split("Log verified")[0].splitlines()
    assert max(map(len, lines)) <= 80


def test_of_a_log_that_does_not_verify_no_check_is_said_to_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    audit = audited()
    broken = replace(audit, verdict=replace(audit.verdict, ok=False, first_bad=3, reason="the hash is another"))
    screen = shown(broken, monkeypatch)
    assert "WORTHLESS" in screen
    assert "pass" not in screen
    assert exit_code(broken) is ExitCode.LOG_BROKEN


def test_a_root_that_was_seen_before_is_held_against_the_log_and_a_second_audit_says_what_the_first_said(
    room: Room, terminal: Terminal
) -> None:
    opened(room)
    terminal.sign_in(AUDITOR)
    first, second = (json.loads(terminal.vetting("uniformity", "patrol", "--json").stdout) for _ in range(2))
    assert [check["result"] for check in first["checks"]] == [check["result"] for check in second["checks"]]
    forged = terminal.vetting("uniformity", "patrol", "--known", "3:0123456789abcdef")
    assert forged.returncode == int(ExitCode.LOG_BROKEN)
    assert "WORTHLESS" in forged.stdout
    assert terminal.vetting("uniformity", "patrol", "--known", "three").returncode == int(ExitCode.BAD_INPUT)

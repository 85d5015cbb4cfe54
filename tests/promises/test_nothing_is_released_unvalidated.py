"""Promise: no report while a search lacks an outcome or a finding its validation by two people."""

import json
from pathlib import Path

from tests.demonstration import ANOTHER, Demo

NOT_READY = 6
REFUSED = 3


def test_no_report_before_every_search_has_its_outcome(demo: Demo, tmp_path: Path) -> None:
    copy = demo.copy(tmp_path)
    number = copy.open_case()
    answer = copy.vetting("release", number)
    assert answer.returncode == NOT_READY
    assert "planned searches have no outcome" in answer.stderr
    assert f"vetting run {number}" in answer.stderr


def test_no_report_before_every_finding_was_validated_by_two_people(demo: Demo, tmp_path: Path) -> None:
    copy = demo.copy(tmp_path)
    number = copy.open_case()
    assert copy.vetting("run", number).returncode == 0
    assert "--again" in copy.vetting("release", number).stderr
    assert copy.vetting("run", number, "--again").returncode == 0
    first = copy.vetting("release", number)
    assert first.returncode == NOT_READY
    assert "wait for attribution or validation" in first.stderr

    findings = json.loads(copy.vetting("review", number, "--json").stdout)
    assert findings
    related = [finding for finding in reversed(findings) if finding["criterion"].startswith("JR-")]
    recent = next(finding for finding in related if _within_lookback(copy, number, finding["finding"]))
    one = ["review", number, "--finding", recent["finding"]]
    usual = [*one, "--element", "archived_copy", "--severity", "2", "--state"]
    assert copy.vetting(*usual, "corroborated", typed="looked\n").returncode == 0
    same = copy.vetting(*usual, "second_reviewed", typed="looked again\n")
    assert same.returncode == REFUSED
    assert "another person" in same.stderr
    assert copy.vetting("release", number).returncode == NOT_READY
    assert not [r for r in json.loads(_reports(copy)) if r.startswith(f"R-{number[2:]}")]


def _within_lookback(copy: Demo, number: str, finding: str) -> bool:
    """Attributes the finding and takes it as far as its context; False for one that is undated or too old."""
    one = ["review", number, "--finding", finding]
    level = ["--level", "A4", "--link", "disclosed_account", "--link", "same_town"]
    assert copy.vetting(*one, *level, typed="profile and town\n").returncode == 0
    assert copy.vetting(*one, "--state", "attributed", typed="profile and town\n").returncode == 0
    return copy.vetting(*one, "--state", "context_checked", typed="looked\n").returncode == 0


def _reports(copy: Demo) -> str:
    copy.sign_in("chief.osei")
    return copy.vetting("report", "list", ANOTHER, "--json").stdout

"""docs/audit.md lists the checks that the program makes, in its words."""

from pathlib import Path

from vetting.uniformity import Condition
from vetting.uniformity.rules import RULES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")


def test_the_page_lists_every_check_once_with_its_rule_and_what_is_done_by_hand() -> None:
    lines = PAGE.splitlines()
    for rule in RULES:
        (line,) = [line for line in lines if line.startswith(f"| {rule.number} {rule.title} |")]
        assert rule.rule in line
        assert rule.by_hand in line


def test_every_condition_is_served_by_a_check() -> None:
    assert {condition for rule in RULES for condition in rule.conditions} == set(Condition)

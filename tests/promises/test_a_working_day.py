"""Promise: the working day in docs/operation.md works as typed, from an empty folder to the auditor's verdict."""

import json
import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.demonstration import ROOT
from tests.warm import warm

pytestmark = pytest.mark.timeout(900)  # some thirty commands are typed, one after the other

PASSWORD = "fifteen letters or more"
REMARK = "Read the archived page and the county's staff list."
ASKS_FOR_A_PASSWORD = {("vetting", "init"), ("vetting", "sign-in"), ("person", "add")}
REPORTED = ("JR-10", "site_archive.1")
"""Criterion and search of the finding that the day carries to the report; the others end on the way."""


def commands() -> list[str]:
    """The commands of the block under "A working day", as they stand there, without remarks."""
    text = (ROOT / "docs" / "operation.md").read_text(encoding="utf-8")
    block = text.partition("## A working day")[2].split("```")[1]
    return [line for line in block.splitlines() if line.strip() and not line.startswith("#")]


@dataclass
class Day:
    """One working day: what the commands printed, and the numbers that stand for `C-...`, `F-1...` and the rest."""

    home: Path
    printed: list[tuple[str, str]] = field(default_factory=list)
    numbers: dict[str, list[str]] = field(default_factory=dict)

    def vetting(self, arguments: list[str], typed: str) -> str:
        """Runs one command with `typed` on its standard input and without a terminal; what it printed."""
        ran = warm().run(arguments, {**os.environ, "VETTING_HOME": str(self.home)}, typed)
        assert ran.returncode == 0, f"vetting {shlex.join(arguments)}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout

    def type(self, line: str) -> None:
        """Types one line of the document, once for each number that its placeholder stands for."""
        for filled in self._filled(line):
            words = shlex.split(filled)
            typed = f"{REMARK}\n"
            if {tuple(words[:2]), tuple(words[1:3])} & ASKS_FOR_A_PASSWORD:
                words, typed = [*words, "--password-stdin"], f"{PASSWORD}\n"
            if "--to" in words:
                words[words.index("--to") + 1] = str(self.home / "read")
            printed = self.vetting(words[1:], typed)
            self.printed.append((line, printed))
            self._note(words, printed)

    def _filled(self, line: str) -> Iterator[str]:
        """The line with numbers in place of placeholders."""
        places = re.findall(r"[CFR]-\d?\.\.\.", line)
        line = line.replace("C-...", self.numbers.get("C-...", [""])[0])
        many = next((place for place in places if place != "C-..."), None)
        yield from [line] if many is None else [line.replace(many, number) for number in self.numbers[many]]

    def _note(self, words: list[str], printed: str) -> None:
        """Remembers what the numbers stand for, as a person reads them off the screen."""
        if words[1:3] == ["case", "open"]:
            self.numbers["C-..."] = re.findall(r"C-[0-9A-Z]{8}", printed)[:1]
        elif words[1] == "review" and len(words) == 3:
            findings = json.loads(self.vetting([*words[1:], "--json"], ""))
            first = [f["finding"] for f in findings if (f["criterion"], f["search"]) == REPORTED]
            self.numbers["F-1..."] = first
            self.numbers["F-2..."] = [f["finding"] for f in findings if f["finding"] not in first]
        elif words[1] == "release":
            self.numbers["R-..."] = re.findall(r"R-[0-9A-Z]{8}-\d+", printed)[:1]

    def said(self, start: str) -> str:
        """What the last line that begins so printed."""
        return next(printed for line, printed in reversed(self.printed) if line.startswith(start))


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    day = Day(home=tmp_path_factory.mktemp("department") / "home")
    for line in commands():
        day.type(line)
    return day


def test_every_line_of_the_day_works_as_typed(day: Day) -> None:
    typed = {line for line, _ in day.printed}
    assert typed == set(commands())
    assert all(line.startswith("vetting ") for line in typed)


def test_the_day_has_one_reported_finding_and_others_that_end(day: Day) -> None:
    assert len(day.numbers["F-1..."]) == 1
    assert day.numbers["F-2..."]


def test_the_decision_maker_ends_with_the_report_in_hand(day: Day) -> None:
    (number,) = day.numbers["R-..."]
    assert number in day.said("vetting report list")
    assert (day.home / "read" / f"{number}.pdf").read_bytes().startswith(b"%PDF-")


def test_the_auditor_ends_with_a_sound_log_and_a_uniform_position(day: Day) -> None:
    assert "Log verified" in day.said("vetting verify")
    assert "Searches: every candidate's executed searches" in " ".join(day.said("vetting uniformity").split())


def test_both_searchers_acted_and_signed_for_it(day: Day) -> None:
    attested = [printed for line, printed in day.printed if line.startswith("vetting position attest")]
    assert [words.split()[0] for words in attested] == ["j.alvarez", "m.tran"]

"""Promise: there is one door from raw words to a report, and neither types nor calls offer another."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("vetting", "filters", "flows", "reports")

MAKES_SANITIZED_TEXT = {"filters/gate.py", "vetting/records/report_document.py"}
"""The gate, and the released store where it reads back what was filed."""

REVEALS_RAW_TEXT = {
    "filters/analyzer.py": "finds what to withhold",
    "filters/criteria.py": "finds what may be job-related",
    "filters/gate.py": "the door",
    "vetting/casework/identifying.py": "compares a hit with what the candidate disclosed, and keeps codes",
    "vetting/casework/linking_back.py": "compares addresses on disclosed pages with the account's, and keeps codes",
    "vetting/casework/sealing.py": "cuts the passage out of its page, and commits to it with a salt",
    "vetting/casework/referral_sheet.py": "names the account in the sheet of a break-glass referral",
    "vetting/casework/referring.py": "finds the account of a threat to life, and commits to the sheet with a salt",
    "vetting/casework/recapturing.py": "looks whether the passage still stands in what its source answers now",
    "vetting/casework/marking.py": "reads the filter's explanation for a reviewer, and that a note says something",
    "vetting/cli/explanation.py": "shows a reviewer what would be withheld and what is marked",
    "vetting/cli/marks.py": "finds the words that a reviewer types",
    "vetting/cli/referrals.py": "writes the sheet of a break-glass referral, mode 0600, where the investigator says",
    "vetting/cli/reviews.py": "shows a finding to its reviewer",
    "vetting/cli/scripted_review.py": "the demo's reviewers recognize a finding by its words",
    "vetting/records/sealed_facts.py": "seals it",
    "vetting/sources/captured_pages.py": "looks for an address on a captured page",
    "vetting/sources/file_text.py": "tells the reader of an imported page where it was seen, for pages to sign in",
    "vetting/sources/rendering.py": "opens the page that a hit stands on, for a picture of it",
    "vetting/sources/shown_page.py": "tells the address of an archived page from the archive's own before it",
    "vetting/sources/received_file.py": "writes where an imported file was seen into the capture that is sealed",
}

SHORTCUTS = {
    "raw words": "words: SanitizedText = RawText('x')",
    "a plain string": "words: SanitizedText = 'x'",
    "raw words in the gate's own type": "SanitizedText(RawText('x'), FilterRecord('r'))",
    "a plain string as filter record": "SanitizedText('x', 'r')",
    "raw words as a string": "words: str = RawText('x')",
    "a report's statement from raw words": "def f(finding: SanitizedFinding) -> None: "
    "replace(finding, quotation=RawText('x'))",
}


def _calls(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _callers(name: str) -> set[str]:
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return {str(path.relative_to(ROOT)) for path in files if name in set(_calls(path))}


def test_only_the_gate_and_the_released_store_make_text_a_report_accepts() -> None:
    assert _callers("SanitizedText") == MAKES_SANITIZED_TEXT


def test_raw_words_are_revealed_in_few_places_and_each_has_its_reason() -> None:
    assert _callers("reveal") == set(REVEALS_RAW_TEXT)


@pytest.mark.parametrize("shortcut", SHORTCUTS.values(), ids=SHORTCUTS.keys())
def test_the_type_checker_rejects_the_shortcut(tmp_path: Path, shortcut: str) -> None:
    snippet = tmp_path / "shortcut.py"
    snippet.write_text(
        "from dataclasses import replace\n"
        "from vetting.evidence import RawText\n"
        "from vetting.release import FilterRecord, SanitizedFinding, SanitizedText\n"
        f"{shortcut}\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", str(snippet)]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 1, checked.stdout + checked.stderr
    assert "shortcut.py:4: error" in checked.stdout

"""A shortcut past the gate is a type error: plain and raw words do not fit where sanitized words are expected."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAD = """
from vetting.evidence import RawText
from vetting.release import FilterRecord, SanitizedText

def shown(text: SanitizedText) -> None: ...

"""
SHORTCUTS = {
    "raw words": 'shown(RawText("words"))',
    "plain words": 'shown("words")',
    "revealed words": 'shown(RawText("words").reveal())',
    "no filter record": 'shown(SanitizedText("words"))',
    "raw words inside": 'shown(SanitizedText(RawText("words"), FilterRecord("FR-1")))',
    "a plain string for a record": 'shown(SanitizedText("words", "FR-1"))',
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What mypy --strict says about each shortcut and about the honest way, in one run."""
    folder = tmp_path_factory.mktemp("shortcuts")
    honest = {"honest": 'shown(SanitizedText("words", FilterRecord("FR-1")))'}
    for n, line in enumerate((SHORTCUTS | honest).values()):
        (folder / f"shortcut_{n}.py").write_text(HEAD + line + "\n", encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", f"--cache-dir={folder / 'cache'}"]
        + [str(path) for path in sorted(folder.glob("*.py"))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    said = run.stdout
    return {
        name: "\n".join(line for line in said.splitlines() if f"shortcut_{n}.py" in line)
        for n, name in enumerate(SHORTCUTS | honest)
    }


@pytest.mark.parametrize("shortcut", SHORTCUTS)
def test_a_shortcut_past_the_gate_is_a_type_error(judged: dict[str, str], shortcut: str) -> None:
    assert "error: " in judged[shortcut]
    assert "[arg-type]" in judged[shortcut] or "[call-arg]" in judged[shortcut]


def test_sanitized_words_fit(judged: dict[str, str]) -> None:
    assert judged["honest"] == ""

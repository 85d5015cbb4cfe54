"""One run of the demonstration, as the promises look at it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.warm import warm

ROOT = Path(__file__).resolve().parents[1]
DEMO_SECONDS = 280
POSITION = "patrol-officer-2026"
ANOTHER = "patrol-officer-2027"
COMMAND = (sys.executable, "-m", "vetting.cli")


def completed(
    command: Sequence[str],
    environment: Mapping[str, str] | Mapping[bytes, bytes],
    here: Path = ROOT,
    *,
    typed: str | None = None,
    stdout: int | IO[bytes] = subprocess.PIPE,
    own_session: bool = False,
    wait: float = DEMO_SECONDS,
) -> subprocess.CompletedProcess[str]:
    """What the command said and how it ended; a session of its own has no terminal to ask at."""
    return subprocess.run(
        command,
        env=environment,
        cwd=here,
        input=typed,
        stdout=stdout,
        stderr=subprocess.PIPE,
        start_new_session=own_session,
        text=True,
        check=False,
        timeout=wait,
    )


@dataclass(frozen=True)
class Demo:
    """What one run of `vetting demo` printed and left in its folder."""

    home: Path
    printed: str

    @property
    def reports(self) -> list[Path]:
        return sorted((self.home / "reports").glob("*.pdf"))

    def vetting(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Runs the command on this data, with `typed` on its standard input."""
        return warm().run(arguments, self.environment, typed)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a command that works on this data."""
        return {**os.environ, "VETTING_HOME": str(self.home)}

    def copy(self, folder: Path) -> "Demo":
        """The same data in another folder, to be worked on or spoilt."""
        shutil.copytree(self.home, folder / "home")
        return Demo(home=folder / "home", printed=self.printed)

    def sign_in(self, person: str) -> None:
        """Signs somebody in with the demo's password."""
        answer = self.vetting("sign-in", person, "--password-stdin", typed=(self.home / "password").read_text())
        assert answer.returncode == 0, answer.stderr

    def open_position(self, position: str = ANOTHER) -> None:
        """One more practice position, with the investigator signed in who attested for it."""
        self.sign_in("j.alvarez")
        words = ("position", "open", position, "--protocol", "patrol_officer", "--decision-maker", "chief.osei")
        for arguments in ((*words, "--practice"), ("position", "attest", position)):
            answer = self.vetting(*arguments)
            assert answer.returncode == 0, answer.stderr

    def open_case(self, candidate: str = "rafael_montesclaro", position: str = ANOTHER) -> str:
        """A case of an invented candidate in a position of its own, for one candidate is enrolled once; its number."""
        self.open_position(position)
        answer = self.vetting("case", "open", position, f"demo/candidates/{candidate}.toml", "--json")
        assert answer.returncode == 0, answer.stderr
        return str(json.loads(answer.stdout)["case"])

    def attributable(self) -> tuple[str, str]:
        """A case of the demo and a finding in it on which an attribution may still be recorded."""
        for report in self.reports:
            number = "C-" + report.stem.removeprefix("R-").removesuffix("-1")
            for item in json.loads(self.vetting("review", number, "--json").stdout):
                if item["state"] not in {"second_reviewed", "filtered", "released"}:
                    return number, item["finding"]
        raise AssertionError("no case of the demo has a finding that is not released")

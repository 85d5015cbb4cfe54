"""A practice case, from the command line, on running servers: it ends as on their recording, and its log holds."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from demo.record.live import hosts_file
from demo.record.seed_atproto import seed_atproto
from demo.record.world import World
from tests.demonstration import COMMAND, ROOT, completed
from tests.peers.town import Town

PASSWORD = "an invented password"
OPTIONS = (
    "--vetted-on",
    "2026-01-05",
    "--training-expires-on",
    "2090-12-31",
    "--confidentiality-signed-on",
    "2026-01-06",
)
PEOPLE = {"j.alvarez": "investigator", "chief.osei": "decision_maker", "t.okafor": "auditor"}


class _Terminal:
    """A data folder with people, and what they type."""

    def __init__(self, folder: Path) -> None:
        self.environment = {**os.environ, "VETTING_HOME": str(folder / "home")}
        self("init", "--administrator", "s.kim", "--name", "S. Kim", "--password-stdin")
        self.sign_in("s.kim")
        for person, role in PEOPLE.items():
            self("person", "add", person, "--name", person, "--role", role, "--password-stdin")
        self("person", "clear", "j.alvarez", *OPTIONS)

    def __call__(self, *words: str, recordings: Path | None = None) -> str:
        """What the command printed. Fails where it did not end well."""
        extra = {"VETTING_RECORDINGS": str(recordings)} if recordings else {}
        answer = completed([*COMMAND, *words], {**self.environment, **extra}, ROOT, typed=PASSWORD)
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout

    def sign_in(self, person: str) -> None:
        self("sign-in", person, "--password-stdin")

    def outcomes(self, position: str, candidate: str, recordings: Path | None) -> dict[str, str]:
        """Opens a practice case and runs it; the outcome of each search."""
        words = ("--protocol", "patrol_officer", "--decision-maker", "chief.osei", "--practice")
        self("position", "open", position, *words)
        self("position", "attest", position)
        opened = json.loads(self("case", "open", position, f"demo/candidates/{candidate}.toml", "--json"))
        results = json.loads(self("run", str(opened["case"]), "--json", recordings=recordings))
        return {str(result["search"]): str(result["outcome"]) for result in results}


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> _Terminal:
    """Return a new data folder's terminal, with the investigator signed in."""
    made = _Terminal(tmp_path_factory.mktemp("terminal"))
    made.sign_in("j.alvarez")
    return made


@pytest.fixture(scope="module")
def running_town(town: Town, world: World, hosts: Mapping[str, int], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file that leads to the town, whose social network holds the demo's people too."""
    seed_atproto(town.ports.pds, world.accounts)
    file = tmp_path_factory.mktemp("hosts") / "hosts.toml"
    file.write_text(hosts_file(hosts), encoding="utf-8")
    return file


@pytest.mark.usefixtures("search_service", "archive", "network")
@pytest.mark.parametrize("candidate", ["anneke_sorvaldsen", "priya_nandakesh"])
def test_a_case_ends_on_running_servers_as_on_their_recording(
    terminal: _Terminal, running_town: Path, candidate: str
) -> None:
    live = terminal.outcomes(f"live-{candidate[:5]}", candidate, running_town)
    recorded = terminal.outcomes(f"recorded-{candidate[:5]}", candidate, None)
    assert live == recorded
    assert "completed" in live.values()


def test_the_log_of_those_cases_holds(terminal: _Terminal) -> None:
    terminal.sign_in("t.okafor")
    assert json.loads(terminal("verify", "--json"))["ok"] is True

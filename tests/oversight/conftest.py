"""A data folder with an auditor who types commands, beside the room in which cases are searched and reviewed."""

import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.casework.conftest import analyzer, config, criteria, room, settings  # noqa: F401 - fixtures shared
from tests.casework.room import AUDITOR, CHIEF, CLEARED, ONE, SOMEONE, TWO, Passage, Room, found_on, new_id, now
from tests.demonstration import ROOT
from tests.warm import warm
from vetting.administration import open_administration
from vetting.candidate import Candidate, Identifier, IdentifierKind
from vetting.casework.intake import attest, open_position
from vetting.casework.protocol_file import load_protocol
from vetting.records.accounts import Accounts
from vetting.roles import Person, Role
from vetting.search import Outcome, Search
from vetting.settings import Settings
from vetting.sources.conduct import Conducted

PASSWORD = "several words of an invented password"
POST = Passage(words="I outran the cops last night and laughed about it.")
ADMINISTRATOR = Person(id="s.kim", name="S. Kim", roles=frozenset({Role.ADMINISTRATOR}))
SECOND = Person(id="a.four", name="A. Four", roles=frozenset({Role.AUDITOR}))


@dataclass(frozen=True, kw_only=True)
class Terminal:
    """Where commands are typed on one data folder."""

    settings: Settings

    def vetting(self, *arguments: str | Path, typed: str = "") -> CompletedProcess[str]:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "VETTING_HOME": str(self.settings.home),
            "VETTING_CONFIG": str(self.settings.config),
        }
        return warm().run([str(argument) for argument in arguments], environment, typed)

    def sign_in(self, person: Person) -> CompletedProcess[str]:
        answer = self.vetting("sign-in", person.id, "--password-stdin", typed=PASSWORD + "\n")
        assert answer.returncode == 0, answer.stderr
        return answer


def with_accounts(chosen: Settings) -> Terminal:
    """Where everybody has an account and the searchers are cleared; nobody is signed in."""
    accounts = Accounts(chosen.store_url("accounts"))
    open_administration(chosen, accounts, None, now, new_id).enrol(ADMINISTRATOR, PASSWORD)
    desk = open_administration(chosen, accounts, ADMINISTRATOR, now, new_id)
    for person in (AUDITOR, SECOND, CHIEF, ONE, TWO):
        desk.enrol(replace(person, sensitive_position=None), PASSWORD)
    for person in (ONE, TWO):
        desk.clear(person.id, CLEARED)
    return Terminal(settings=chosen)


@pytest.fixture
def terminal(settings: Settings) -> Terminal:  # noqa: F811 - the shared fixture
    """Of an empty data folder."""
    return with_accounts(settings)


def break_log(home: Path) -> None:
    """One word of one entry is another: what whoever has the file can do."""
    connection = sqlite3.connect(home / "transparency_log" / "transparency_log.db")
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    changed = connection.execute(
        "UPDATE entry SET body = CAST(replace(CAST(body AS TEXT), 'r.two', 'r.owt') AS BLOB)"
        " WHERE sequence = (SELECT max(sequence) FROM entry WHERE instr(CAST(body AS TEXT), 'r.two'))"
    ).rowcount
    connection.commit()
    connection.close()
    assert changed == 1


def candidate(number: int) -> Candidate:
    """Another invented person with one account."""
    handle = f"someone{number}.riverton.example"
    name = f"Ada {'Abcdefghijklmnopqrstuvwxyz'[number % 26]}nvented {'Bcdfghjklmnpqrstvwxz'[number // 26 % 20]}orn"
    return Candidate(
        full_name=name,
        town=SOMEONE.town,
        identifiers=(Identifier(kind=IdentifierKind.ATPROTO_HANDLE, value=handle),),
    )


def as_disclosed(search: Search, passages: tuple[Passage, ...]) -> Conducted:
    """As `found_on`; what nothing was disclosed for is said not to apply."""
    found = found_on(search, passages)
    if search.applicable:
        return found
    nothing = replace(found.result, outcome=Outcome.NOT_APPLICABLE, reason="none_disclosed", captures=0)
    return Conducted(result=nothing, captures=(), hits=())


def opened(room: Room, position: str = "patrol") -> None:  # noqa: F811 - the shared fixture
    """A position to whose searches both people have attested."""
    protocol = load_protocol(room.settings.config, "patrol_officer", room.analyzer.version, now().date())
    open_position(room.one, position, protocol, [CHIEF], practice=True)
    for desk in (room.one, room.two):
        attest(desk, position)


WriteFile = Callable[[Sequence[str]], Path]


@pytest.fixture
def write(tmp_path: Path) -> WriteFile:
    """Writes the auditor's file, as it should be kept."""

    def written(lines: Sequence[str]) -> Path:
        path = tmp_path / "self-identification.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        path.chmod(0o600)
        return path

    return written

"""Promise: every command, exit code, event and identifier kind a person can meet is documented."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from vetting.candidate import IdentifierKind
from vetting.cli.app import whole
from vetting.errors import ExitCode
from vetting.log.event import EventType
from vetting.log.meanings import MEANINGS
from vetting.log.schema import schema_text

DOCS = Path(__file__).resolve().parents[2] / "docs"
DERIVED = {IdentifierKind.FULL_NAME, IdentifierKind.NAME_AND_TOWN}


def _read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def _commands(group: Any, words: tuple[str, ...]) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - Typer types none
    """Every command's words and what it says it does."""
    if not hasattr(group, "commands"):
        yield " ".join(words), group.help or ""
        return
    for name, command in group.commands.items():
        yield from _commands(command, (*words, name))


def test_every_command_is_documented_and_nothing_else() -> None:
    documented = {line.split("`")[1] for line in _read("commands.md").splitlines() if line.startswith("| `vetting")}
    assert documented == {words for words, _ in _commands(typer.main.get_command(whole()), ("vetting",))}


def test_every_command_says_what_it_does() -> None:
    assert not [
        words for words, said in _commands(typer.main.get_command(whole()), ()) if not said.endswith((".", ").", ":"))
    ]


def test_every_exit_code_is_documented() -> None:
    text = _read("exit-codes.md")
    assert all(f"| {int(code)} | {code.name} |" in text for code in ExitCode)


def test_every_identifier_a_candidate_may_disclose_is_documented() -> None:
    text = _read("candidate-file.md")
    assert all(f"| `{kind.value}` |" in text for kind in IdentifierKind if kind not in DERIVED)


def test_every_event_of_the_log_is_documented() -> None:
    text = _read("decisions/0003-transparency-log.md") + _read("events.md")
    assert all(f"`{kind.value}`" in text for kind in EventType)


def test_who_receives_a_bundle_reads_of_every_event_what_the_document_says() -> None:
    rows = [line.strip("| \n").split(" | ") for line in _read("events.md").splitlines() if line.startswith("| `")]
    documented = {
        kind: (when.replace("*later*", "later"), "|".join(body).strip("| "))
        for types, when, *body in rows
        for kind in re.findall(r"`([a-z_.]+)`", types)
    }
    assert documented == {kind.value: said for kind, said in MEANINGS.items()}
    told = {one["title"]: one["description"] for one in json.loads(schema_text())["oneOf"]}
    assert told == {kind: when for kind, (when, _) in documented.items()}

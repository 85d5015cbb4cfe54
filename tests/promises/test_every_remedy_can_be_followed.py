"""Promise: what a sentence tells a person to type, read or set exists: commands, options, documents, variables."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from vetting.cli.app import whole

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("vetting", "flows", "filters", "reports")
COMMAND = re.compile(r"(?:^|[ :(`])vetting((?: [a-z][a-z-]*)+)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
VARIABLE = re.compile(r"\bVETTING_[A-Z_]+")
DOCUMENT = re.compile(r"\b(?:docs|config|demo|tests)/[\w./-]*\w")
SWITCHES = frozenset({"vetting/sources/rendering.py"})
"""Where options of another program stand: Chromium's, which nobody types."""
SOMETHING = "SOMETHING"
"""Stands for whatever a sentence fills in."""


def _strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every string of a module as a person reads it, with its line; docstrings are for programmers."""
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            silent |= {id(e.value) for e in node.body if isinstance(e, ast.Expr)}
        if isinstance(node, ast.JoinedStr):
            silent |= {id(value) for value in node.values}
            parts = [v.value if isinstance(v, ast.Constant) else SOMETHING for v in node.values]
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.lineno, node.value


def _said() -> list[tuple[str, str]]:
    """Every string of the program and where it stands."""
    return [
        (f"{path.relative_to(ROOT)}:{line}", text)
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        for line, text in _strings(ast.parse(path.read_text(encoding="utf-8")))
    ]


SAID = _said()
TREE: Any = typer.main.get_command(whole())


def _found(words: list[str]) -> Any:  # noqa: ANN401 - Typer types none
    """The command that begins these words; None where there is none."""
    group = TREE
    for word in words:
        if not hasattr(group, "commands"):
            break
        if word not in group.commands:
            return None
        group = group.commands[word]
    return None if hasattr(group, "commands") else group


def _options(command: Any) -> set[str]:  # noqa: ANN401 - Typer types none
    named = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    return {name for name in named if name.startswith("--")} | {"--help"}


def _all_options(group: Any) -> set[str]:  # noqa: ANN401 - Typer types none
    inner = [_all_options(command) for command in getattr(group, "commands", {}).values()]
    return _options(group).union(*inner)


def problems(text: str) -> list[str]:
    """Commands and options in the text that do not exist."""
    named = [(match.group(1).split(), _found(match.group(1).split())) for match in COMMAND.finditer(text)]
    wrong = [f"vetting {' '.join(words)}" for words, command in named if command is None]
    known = [_options(command) for _, command in named if command is not None]
    allowed = set().union(*known) if known else _all_options(TREE)
    return wrong + [option for option in OPTION.findall(text) if option not in allowed]


def test_there_are_remedies_to_check() -> None:
    assert sum(bool(COMMAND.search(text)) for _, text in SAID) > 15
    assert sum(bool(OPTION.search(text)) for _, text in SAID) > 5


def test_every_command_and_option_that_a_sentence_names_exists() -> None:
    found = {(place.partition(":")[0], wrong) for place, text in SAID for wrong in problems(text)}
    assert {(place, wrong) for place, wrong in found if place not in SWITCHES} == set()


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Create it with: vetting init.", []),
        ("Create it with: vetting create.", ["vetting create"]),
        ("See who there is with: vetting person list.", []),
        ("See who there is with: vetting person.", ["vetting person"]),
        ("See: vetting person show.", ["vetting person show"]),
        ("Show one with: vetting review C-1 --finding FINDING", []),
        ("Show one with: vetting review C-1 --passage FINDING", ["--passage"]),
        ("Show one with: vetting run C-1 --finding FINDING", ["--finding"]),
        ("Give --level with them.", []),
        ("Give --extent with them.", ["--extent"]),
    ],
)
def test_a_command_that_does_not_exist_is_noticed(text: str, wrong: list[str]) -> None:
    assert problems(text) == wrong


def test_every_variable_that_a_sentence_names_is_documented() -> None:
    documented = set(VARIABLE.findall((ROOT / "docs" / "operation.md").read_text(encoding="utf-8")))
    assert [(place, name) for place, text in SAID for name in VARIABLE.findall(text) if name not in documented] == []


def test_every_document_and_folder_that_a_sentence_names_exists() -> None:
    named = [(place, name) for place, text in SAID for name in DOCUMENT.findall(text) if SOMETHING not in name]
    assert named
    assert [(place, name) for place, name in named if not (ROOT / name).exists()] == []


def test_every_command_that_a_document_names_exists() -> None:
    documents = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
    named = [
        (path.name, code)
        for path in documents
        for code in re.findall(r"`(?:\.venv/bin/)?(vetting [a-z][^`\n]*)`", path.read_text(encoding="utf-8"))
    ]
    assert len(named) > 30
    assert [(name, wrong) for name, code in named for wrong in problems(code)] == []

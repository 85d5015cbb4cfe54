"""The demonstration, run once as a person runs it; the promises are held against what it left behind."""

import os
import tomllib

import pytest

from tests.casework.conftest import analyzer, config, criteria, room, settings  # noqa: F401 - fixtures shared
from tests.demonstration import COMMAND, ROOT, Demo, completed

STRANGE_NAME = "a b?c%41#ü $HOME 'q\" & x"
"""A folder may be called anything: the demonstration runs where a careless address or shell would go astray."""


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    here = tmp_path_factory.mktemp("demo") / STRANGE_NAME
    here.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("VETTING_HOME", None)
    run = completed([*COMMAND, "demo"], environment, here)
    assert run.returncode == 0, f"the demonstration failed:\n{run.stdout}\n{run.stderr}"
    return Demo(home=here / "var" / "demo", printed=run.stdout + run.stderr)


@pytest.fixture(scope="module")
def copy(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo's data with the investigator signed in, to be worked on by the tests of one file."""
    copied = demo.copy(tmp_path_factory.mktemp("copy"))
    copied.sign_in("j.alvarez")
    return copied


@pytest.fixture(scope="session")
def hunted() -> list[str]:
    """Every name, handle, address and protected fact of the invented candidates."""
    tables = tomllib.loads((ROOT / "demo" / "hunted.toml").read_text(encoding="utf-8"))
    return sorted({word for table in tables.values() for words in table.values() for word in words})

"""Whoever verifies the log needs none of this project's other rooms, no database library and no canonicaliser."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOR_AUDITORS = (
    "errors",
    "merkle",
    "note",
    "checkpoint",
    "cosignature",
    "policy",
    "commitment",
    "profile",
    "event",
    "meanings",
    "inclusion_file",
    "snapshot",
    "stretch",
    "parallel",
    "verify",
    "durable",
    "keys",
    "request",
    "witness",
    "folder",
    "schema",
    "bundle",
    "bundling",
    "answers",
    "verifier",
    "verifier_file",
)


@pytest.mark.parametrize("module", FOR_AUDITORS)
def test_an_auditors_module_loads_only_the_standard_library_cryptography_and_itself(module: str) -> None:
    program = f"""
import sys
before = set(sys.modules)
import vetting.log.{module}
tops = {{name.partition(".")[0] for name in set(sys.modules) - before}}
extra = {{name for name in tops if name not in sys.stdlib_module_names and not name.startswith("_")}}
rooms = {{name for name in sys.modules if name.startswith("vetting.") and not name.startswith("vetting.log")}}
print(sorted(extra - {{"cryptography", "vetting", "cffi"}}), sorted(rooms))
"""
    run = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "[] []"

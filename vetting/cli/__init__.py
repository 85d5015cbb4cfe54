"""The `vetting` command: parses what was typed, signs the person in, and calls one verb."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command. A refusal is one sentence and a remedy on stderr, and an exit code of docs/exit-codes.md."""
    from vetting.cli.app import run

    sys.exit(run(sys.argv[1:]))

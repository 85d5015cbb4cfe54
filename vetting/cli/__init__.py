"""The `vetting` command: parses what was typed, signs the person in, and calls one verb."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Runs the command. A refusal is one sentence and a remedy on stderr, and an exit code of docs/exit-codes.md."""
    os.umask(0o077)
    from vetting.cli.engine import head_start

    with head_start(sys.argv[1:]):
        from vetting.cli.app import run  # only now: what it imports takes most of a second

        code = run(sys.argv[1:])
    sys.exit(code)

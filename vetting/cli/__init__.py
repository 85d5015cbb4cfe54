"""The `vetting` command: parses what was typed, signs the person in, and calls one verb."""

from __future__ import annotations

import os
import sys

STOPPED = "Stopped. What was recorded stays; run the command again to go on."
STOPPED_CODE = 130
"""Of Ctrl-C, which is signal 2: a shell shows 128 and the signal's number."""


def main() -> None:
    """Runs the command. A refusal is one sentence and a remedy on stderr, and an exit code of docs/exit-codes.md."""
    try:
        code = _run(sys.argv[1:])
    except KeyboardInterrupt:  # in the moment before `prepare`, which answers Ctrl-C from then on
        sys.stderr.write(f"{STOPPED}\n")
        code = STOPPED_CODE
    except Exception as error:
        if os.environ.get("VETTING_DEBUG"):
            raise
        sys.stderr.write(f"The program cannot be read ({type(error).__name__}).\nInstall it again: make clean demo\n")
        code = 1
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    from vetting.cli import process

    process.prepare()
    if arguments[:1] == ["filter"]:
        from vetting.cli import filter_alone

        return process.all_said(filter_alone.run(arguments))
    from vetting.cli.engine import head_start

    with head_start(arguments):
        from vetting.cli.app import run  # only now: what it imports takes most of a second

        code = run(arguments)
    return process.all_said(code)

"""`vetting filter` without the other commands, whose libraries take longer to read than a thousand posts to filter."""

from __future__ import annotations

from collections.abc import Sequence

from vetting.cli import filtering, running

app = running.tree()
app.command("filter")(filtering.filter_lines)


@app.callback()
def _named() -> None:
    """A tree of one command is called by its name as well."""


def run(arguments: Sequence[str]) -> int:
    """The exit code of the command, whose name is the first argument."""
    return running.run(app, arguments)

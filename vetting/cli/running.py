"""Runs a command tree: the one place where an error becomes a sentence and an exit code."""

from __future__ import annotations

import os
from collections.abc import Sequence

import typer

from vetting.cli import STOPPED, STOPPED_CODE
from vetting.cli.printing import NARROW, complain, note, out
from vetting.cli.process import ctrl_c
from vetting.errors import ExitCode, VettingError, storage


def tree() -> typer.Typer:
    """A command tree without commands."""
    app = typer.Typer(
        name="vetting",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich" if out.width >= NARROW else None,
        help="The same lawful internet searches for every candidate, protected information kept from those who decide, "
        "and proof of both.",
    )
    app.callback()(_words_follow)  # without one, a tree of one command would take that command's word for an argument
    return app


def _words_follow() -> None:
    """What a command needs comes with the command."""


def run(app: typer.Typer, arguments: Sequence[str]) -> int:
    """The exit code of one command. A wrong command line is explained by Typer, with exit code 2."""
    os.umask(0o077)
    code = _code(app, arguments)
    if ctrl_c.pressed or code == STOPPED_CODE:
        note(STOPPED)
        return ctrl_c.code
    return code


def _code(app: typer.Typer, arguments: Sequence[str]) -> int:
    """Runs the command. What fails because of Ctrl-C, wherever it struck, is no error of its own."""
    try:
        with ctrl_c.ends_in_order():
            app(args=list(arguments), prog_name="vetting")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ExitCode.OK)
    except KeyboardInterrupt:
        return ctrl_c.code
    except Exception as error:  # noqa: BLE001 - the last place before a person would see a traceback
        if ctrl_c.pressed:
            return ctrl_c.code
        return _explained(error)
    return int(ExitCode.OK)


def _explained(error: Exception) -> int:
    """Says what went wrong; the exit code."""
    if isinstance(error, OSError) and not os.environ.get("VETTING_DEBUG"):
        error = _refused_by_the_system(error)
    if isinstance(error, VettingError):
        complain(error)
        return int(error.exit_code)
    if os.environ.get("VETTING_DEBUG"):
        raise error
    note(f"Something unexpected happened ({type(error).__name__}); nothing half-written was kept. Try again.")
    return int(ExitCode.UNEXPECTED)


def _refused_by_the_system(error: OSError) -> VettingError:
    """A disk or a right that failed where no verb expected it."""
    why = error.strerror or type(error).__name__
    return storage(
        "system_refused",
        f"The operating system refused a file ({why}); nothing half-written was kept.",
        "Check the data folder: its owner, its permissions and the room on its disk.",
    )

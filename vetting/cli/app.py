"""The command tree, and the one place where an error becomes a sentence and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click
import typer

from vetting.cli import audits, cases, demonstration, people, positions, reports, reviews, setup
from vetting.cli.printing import complain
from vetting.errors import ExitCode, VettingError

app = typer.Typer(
    name="vetting",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The same lawful internet searches for every candidate, protected information kept from those who decide, "
    "and proof of both.",
)
app.command("init")(setup.init)
app.command("sign-in")(people.sign_in)
app.command("sign-out")(people.sign_out)
app.add_typer(people.app, name="person", help="Persons, roles and sensitive-position records.")
app.add_typer(positions.app, name="position", help="Positions and their frozen protocols.")
app.add_typer(cases.app, name="case", help="One case per candidate.")
app.command("run")(cases.run)
app.command("import")(cases.import_file)
app.command("review")(reviews.review)
app.command("release")(reports.release)
app.add_typer(reports.app, name="report", help="Released reports, for decision makers.")
app.command("verify")(audits.verify)
app.command("uniformity")(audits.uniformity)
app.command("demo")(demonstration.demo)
app.command("serve")(setup.serve)


def run(arguments: Sequence[str]) -> int:
    """The exit code of one command."""
    os.umask(0o077)
    try:
        code = app(args=list(arguments), standalone_mode=False)
    except VettingError as error:
        complain(error)
        return int(error.exit_code)
    except click.UsageError as error:
        click.echo(f"{error.format_message()} See: vetting {' '.join(arguments[:1])} --help.", err=True)
        return int(ExitCode.USAGE)
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("Stopped. What was recorded stays; run the command again to go on.", err=True)
        return 130
    except Exception as error:
        if os.environ.get("VETTING_DEBUG"):
            raise
        kind = type(error).__name__
        click.echo(f"Something unexpected happened ({kind}). Nothing half-written was kept; try again.", err=True)
        return int(ExitCode.UNEXPECTED)
    return code if isinstance(code, int) else int(ExitCode.OK)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))

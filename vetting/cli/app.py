"""The command tree, and the one place where an error becomes a sentence and an exit code."""

from __future__ import annotations

import os
from collections.abc import Sequence

import typer

from vetting.cli import audits, cases, demonstration, people, positions, reports, reviews, setup
from vetting.cli.printing import complain, note
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
    """The exit code of one command. A wrong command line is explained by Typer, with exit code 2."""
    os.umask(0o077)
    try:
        app(args=list(arguments), prog_name="vetting")
    except VettingError as error:
        complain(error)
        return int(error.exit_code)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ExitCode.OK)
    except KeyboardInterrupt:
        note("Stopped. What was recorded stays; run the command again to go on.")
        return 130
    except Exception as error:
        if os.environ.get("VETTING_DEBUG"):
            raise
        note(f"Something unexpected happened ({type(error).__name__}); nothing half-written was kept. Try again.")
        return int(ExitCode.UNEXPECTED)
    return int(ExitCode.OK)

"""The command tree."""

from __future__ import annotations

from collections.abc import Sequence

from vetting.cli import (
    audits,
    cases,
    demonstration,
    deviations,
    exports,
    filtering,
    impact,
    marks,
    nightly,
    outside,
    people,
    positions,
    referrals,
    reports,
    reviews,
    running,
    searches,
    setup,
    uniformity,
)

app = running.tree()
app.command("init")(setup.init)
app.command("sign-in")(people.sign_in)
app.command("sign-out")(people.sign_out)
app.add_typer(people.app, name="person", help="Persons, roles and sensitive-position records.")
app.add_typer(positions.app, name="position", help="Positions and their frozen protocols.")
app.add_typer(cases.app, name="case", help="One case per candidate.")
app.add_typer(deviations.app, name="deviate", help="Deviations from a frozen protocol: one asks, another decides.")
app.command("run")(searches.run)
app.command("import")(cases.import_file)
app.command("export")(exports.export)
app.command("review")(reviews.review)
app.command("mark")(marks.mark)
app.command("release")(reports.release)
app.command("refer")(referrals.refer)
app.add_typer(reports.app, name="report", help="Released reports, for decision makers.")
app.command("filter")(filtering.filter_lines)
app.command("verify")(audits.verify)
app.command("uniformity")(uniformity.uniformity)
app.command("impact")(impact.impact)
app.command("nightly")(nightly.nightly)
app.add_typer(
    outside.checkpoint, name="checkpoint", help="What witnesses and a time-stamping authority say of the log."
)
app.add_typer(outside.witness, name="witness", help="For whoever witnesses a log from outside.")
app.add_typer(outside.verifier, name="verifier", help="The verifier as one file, for auditors outside.")
app.command("demo")(demonstration.demo)
app.command("serve")(setup.serve)


def run(arguments: Sequence[str]) -> int:
    """The exit code of one command."""
    return running.run(app, arguments)

"""The command tree. One command comes with its own rooms only: reading all of them takes most of a second."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import typer

from vetting.cli import running

Branch = Callable[[typer.Typer], None]


def _init(app: typer.Typer) -> None:
    from vetting.cli import setup

    app.command("init")(setup.init)


def _sign_in(app: typer.Typer) -> None:
    from vetting.cli import people

    app.command("sign-in")(people.sign_in)


def _sign_out(app: typer.Typer) -> None:
    from vetting.cli import people

    app.command("sign-out")(people.sign_out)


def _person(app: typer.Typer) -> None:
    from vetting.cli import people

    app.add_typer(people.app, name="person", help="Persons, roles and sensitive-position records.")


def _position(app: typer.Typer) -> None:
    from vetting.cli import positions

    app.add_typer(positions.app, name="position", help="Positions and their frozen protocols.")


def _case(app: typer.Typer) -> None:
    from vetting.cli import cases

    app.add_typer(cases.app, name="case", help="One case per candidate.")


def _deviate(app: typer.Typer) -> None:
    from vetting.cli import deviations

    app.add_typer(deviations.app, name="deviate", help="Deviations from a frozen protocol: one asks, another decides.")


def _run(app: typer.Typer) -> None:
    from vetting.cli import searches

    app.command("run")(searches.run)


def _import(app: typer.Typer) -> None:
    from vetting.cli import cases

    app.command("import")(cases.import_file)


def _export(app: typer.Typer) -> None:
    from vetting.cli import exports

    app.command("export")(exports.export)


def _review(app: typer.Typer) -> None:
    from vetting.cli import reviews

    app.command("review")(reviews.review)


def _mark(app: typer.Typer) -> None:
    from vetting.cli import marks

    app.command("mark")(marks.mark)


def _release(app: typer.Typer) -> None:
    from vetting.cli import reports

    app.command("release")(reports.release)


def _refer(app: typer.Typer) -> None:
    from vetting.cli import referrals

    app.command("refer")(referrals.refer)


def _report(app: typer.Typer) -> None:
    from vetting.cli import reports

    app.add_typer(reports.app, name="report", help="Released reports, for decision makers.")


def _filter(app: typer.Typer) -> None:
    from vetting.cli import filtering

    app.command("filter")(filtering.filter_lines)


def _verify(app: typer.Typer) -> None:
    from vetting.cli import audits

    app.command("verify")(audits.verify)


def _uniformity(app: typer.Typer) -> None:
    from vetting.cli import uniformity

    app.command("uniformity")(uniformity.uniformity)


def _impact(app: typer.Typer) -> None:
    from vetting.cli import impact

    app.command("impact")(impact.impact)


def _nightly(app: typer.Typer) -> None:
    from vetting.cli import nightly

    app.command("nightly")(nightly.nightly)


def _checkpoint(app: typer.Typer) -> None:
    from vetting.cli import outside

    app.add_typer(
        outside.checkpoint, name="checkpoint", help="What witnesses and a time-stamping authority say of the log."
    )


def _witness(app: typer.Typer) -> None:
    from vetting.cli import outside

    app.add_typer(outside.witness, name="witness", help="For whoever witnesses a log from outside.")


def _verifier(app: typer.Typer) -> None:
    from vetting.cli import outside

    app.add_typer(outside.verifier, name="verifier", help="The verifier as one file, for auditors outside.")


def _demo(app: typer.Typer) -> None:
    from vetting.cli import demonstration

    app.command("demo")(demonstration.demo)


def _serve(app: typer.Typer) -> None:
    from vetting.cli import setup

    app.command("serve")(setup.serve)


_BRANCHES: Final[Mapping[str, Branch]] = MappingProxyType(
    {
        "init": _init,
        "sign-in": _sign_in,
        "sign-out": _sign_out,
        "person": _person,
        "position": _position,
        "case": _case,
        "deviate": _deviate,
        "run": _run,
        "import": _import,
        "export": _export,
        "review": _review,
        "mark": _mark,
        "release": _release,
        "refer": _refer,
        "report": _report,
        "filter": _filter,
        "verify": _verify,
        "uniformity": _uniformity,
        "impact": _impact,
        "nightly": _nightly,
        "checkpoint": _checkpoint,
        "witness": _witness,
        "verifier": _verifier,
        "demo": _demo,
        "serve": _serve,
    }
)


def whole() -> typer.Typer:
    """The tree with every command: for its help, its documents, and a word that nobody knows."""
    return _tree(_BRANCHES)


def _tree(words: Sequence[str] | Mapping[str, Branch]) -> typer.Typer:
    app = running.tree()
    for word in words:
        _BRANCHES[word](app)
    return app


def run(arguments: Sequence[str]) -> int:
    """The exit code of one command."""
    first = arguments[:1]
    return running.run(_tree(first) if first and first[0] in _BRANCHES else whole(), arguments)

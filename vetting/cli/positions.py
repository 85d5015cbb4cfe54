"""`vetting position ...`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from vetting.casework.desk import Desk
from vetting.casework.freezing import load_workable
from vetting.casework.intake import attest, open_position
from vetting.casework.opening import open_desk
from vetting.cli import session
from vetting.cli.printing import AsJson, as_json, plain, say, table
from vetting.errors import not_found
from vetting.protocol import Quotation, SearchProtocol, Step

app = typer.Typer(no_args_is_help=True)


def desk() -> Desk:
    """The desk of the signed-in person."""
    chosen = session.settings()
    return open_desk(chosen, session.signed_in(chosen), session.clock, session.new_id)


def open_with_protocol(at: Desk, position: str, protocol: str, deciders: list[str], *, practice: bool) -> str:
    """Freezes the protocol for the position; the protocol's digest. Refuses whoever is no decision maker."""
    known = {person.id: person for person in session.accounts(at.settings).people()}
    for decider in deciders:
        if decider not in known:
            raise not_found(
                "decider_unknown",
                "There is no person of the decision maker's id.",
                "Add them with: vetting person add.",
            )
    frozen = load_workable(at.settings, protocol, at.clock().date())
    named = [known[decider] for decider in dict.fromkeys(deciders)]
    return open_position(at, position, frozen, named, practice=practice).protocol.digest()


@app.command("open")
def open_command(
    position: Annotated[str, typer.Argument(help="Name of the position, e.g. patrol-officer-2026.")],
    protocol: Annotated[str, typer.Option(help="Name of a file in config/protocols/, without .toml.")],
    decision_maker: Annotated[list[str], typer.Option(help="Person who decides; may be given several times.")],
    practice: Annotated[bool, typer.Option(help="Runs on the recorded internet only; refuses the live one.")] = False,
    json: AsJson = False,
) -> None:
    """Open a position and freeze its protocol, before the first candidate (IV.B.9)."""
    digest = open_with_protocol(desk(), position, protocol, decision_maker, practice=practice)
    if json:
        as_json({"position": position, "protocol": digest})
        return
    say(f"Position {position} is open. Protocol frozen: sha256 {digest}.")
    say(f"Attest to having no conflict of interest with: vetting position attest {position}")


@app.command("attest")
def attest_command(position: Annotated[str, typer.Argument()]) -> None:
    """Attest that you have no conflict of interest in this position."""
    at = desk()
    attest(at, position)
    say(f"{at.person.id} has attested to having no conflict of interest in {position}.")


@app.command("list")
def list_positions(json: AsJson = False) -> None:
    """Show the positions."""
    with desk().case_files.reading() as unit:
        rows = [
            (p.id, p.title, p.protocol.digest()[:16], "practice" if p.practice else "live") for p in unit.positions()
        ]
    if json:
        as_json([dict(zip(("position", "title", "protocol", "internet"), row, strict=True)) for row in rows])
        return
    table(("Position", "Title", "Protocol", "Internet"), rows)


@app.command("show")
def show(position: Annotated[str, typer.Argument()], json: AsJson = False) -> None:
    """Show the frozen protocol of a position: its rules, and of each step what is asked and within which limits."""
    with desk().case_files.reading() as unit:
        protocol = unit.position(position).protocol
    if json:
        as_json({"position": position, "protocol": protocol.digest(), "document": protocol.document()})
        return
    say(f"{protocol.title}, version {protocol.version}, approved by {protocol.approved_by} on {protocol.approved_on}.")
    say(f"sha256 {protocol.digest()}")
    for sentence in _rules(protocol):
        say(sentence)
    asked = [(s.id, s.title, s.source, plain(s.technique), plain(s.anchor), s.query) for s in protocol.steps]
    table(("Step", "Title", "Source", "Technique", "Anchor", "Query"), asked)
    limits = [
        (s.id, *map(str, (s.max_pages, s.max_items, s.attempts, s.timeout_seconds)), plain(s.failure_policy), _yes(s))
        for s in protocol.steps
    ]
    table(("Step", "Pages", "Items", "Attempts", "Seconds", "If it fails", "Pictures"), limits)


def _rules(protocol: SearchProtocol) -> Iterator[str]:
    """What holds for every step, a sentence each."""
    act = "under" if protocol.fcra_mode else "not under"
    quoted = "the closed statement only" if protocol.quotation is Quotation.STATEMENT_ONLY else "sanitized words"
    rules = protocol.reviewers
    yield f"Look-back {protocol.lookback_years} years, {act} the Fair Credit Reporting Act."
    yield f"Languages: {', '.join(protocol.languages)}."
    yield f"Quoted of a finding: {quoted}. Report template: {protocol.report_template}."
    yield f"Independent reviewers of a finding: {rules.independent}; of empty results: {rules.sample_of_nil_results} %."
    handles = protocol.may_request_handles
    if handles is not None:
        yield f"Candidates {'may' if handles else 'may not'} be asked for account names."


def _yes(step: Step) -> str:
    return "yes" if step.render else "no"

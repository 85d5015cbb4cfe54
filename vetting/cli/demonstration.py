"""`vetting demo`: the main job from authorization to verified log, with invented people on a recorded internet.

Everything goes through the verbs and flows that a real case uses; only the reviewers' answers come from a script.
"""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flows import runtime
from flows.workbench import at as working_at
from vetting.administration import open_administration
from vetting.casework.desk import Desk
from vetting.casework.intake import attest
from vetting.casework.opening import create_home, make_home, open_desk
from vetting.casework.workbench import Workbench
from vetting.cli import session
from vetting.cli.cases import open_from_file
from vetting.cli.demo_folder import fresh_home
from vetting.cli.engine import warming
from vetting.cli.positions import open_with_protocol
from vetting.cli.printing import note, progress_bar, say
from vetting.cli.reports import reading_desk, save_pdf
from vetting.cli.scripted_review import load_script, review_case
from vetting.cli.uniformity import show_audit
from vetting.errors import VettingError, refused
from vetting.oversight import Audit
from vetting.records.accounts import Accounts
from vetting.roles import Person, Role, SensitivePosition
from vetting.settings import REPOSITORY, Settings, read_toml

POSITION = "patrol-officer-2026"
DEMO = REPOSITORY / "demo"


@dataclass(frozen=True, kw_only=True)
class Cast:
    """The demo's people, each with a desk of their own."""

    settings: Settings
    people: Mapping[str, Person]
    decides: tuple[str, ...]
    clock: Callable[[], datetime] = session.clock

    def desk(self, person: str) -> Desk:
        """The desk of one of them."""
        return open_desk(self.settings, self.people[person], self.clock, session.new_id)

    def with_role(self, role: Role) -> Person:
        """The first person who holds the role and is cleared for it. Refuses where everybody's training ran out."""
        today = self.clock().date()
        for person in self.people.values():
            if role in person.roles and not _expired(person, today):
                return person
        raise refused(
            "demo_too_old",
            f"The clock says {today}, and the training of the demo's invented {role.value} has run out.",
            "Set the clock right; or give later days to demo/people.toml and demo/candidates, then record the demo "
            "anew with demo/record/record.sh.",
        )


def demo() -> None:
    """Vet the demo's candidates for one position, from authorization to verified log."""
    with fresh_home(session.here() / "var" / "demo") as settings:
        make_home(settings)
        with warming(settings) as server:
            say("The demo: invented people, a recorded internet, the real verbs.", style="bold")
            create_home(settings, session.clock)
            cast, password = _people(settings)
            audit = _vet_everybody(cast, server)
        show_audit(audit)
        _hand_over(cast, password)


def _vet_everybody(cast: Cast, server: runtime.Server) -> Audit:
    """From the position to the auditor's verdict."""
    investigator = cast.desk(cast.with_role(Role.INVESTIGATOR).id)
    reviewer = cast.desk(cast.with_role(Role.REVIEWER).id)
    _open_position(cast, investigator, reviewer)
    cases = {path.stem: open_from_file(investigator, POSITION, path) for path in _candidates()}
    say(f"{len(cases)} cases open, each with a signed authorization: {', '.join(cases.values())}")
    _show_refusals(cast)
    return _run_flows(cast, investigator, reviewer, cases, server)


def _candidates() -> list[Path]:
    return sorted((DEMO / "candidates").glob("*.toml"))


def _people(settings: Settings) -> tuple[Cast, str]:
    """Accounts for everybody, with one password that is made up now and kept in the demo's folder."""
    password = secrets.token_urlsafe(12)
    accounts = Accounts(settings.store_url("accounts"))
    entries = read_toml(DEMO / "people.toml")["people"]
    people = [_person(entry) for entry in entries] if isinstance(entries, list) else []
    first = next(person for person in people if Role.ADMINISTRATOR in person.roles)
    open_administration(settings, accounts, None, session.clock, session.new_id).enrol(first, password)
    desk = open_administration(settings, accounts, first, session.clock, session.new_id)
    for person in people:
        if person is not first:
            desk.enrol(replace(person, sensitive_position=None), password)
        if person.sensitive_position:
            desk.clear(person.id, person.sensitive_position)
    (settings.home / "password").write_text(password + "\n", encoding="ascii")
    decides = tuple(p.id for p in people if Role.DECISION_MAKER in p.roles)
    return Cast(settings=settings, people={p.id: p for p in people}, decides=decides), password


def _person(entry: Mapping[str, Any]) -> Person:
    cleared = "vetted_on" in entry
    return Person(
        id=entry["id"],
        name=entry["name"],
        roles=frozenset(Role(role) for role in entry["roles"]),
        sensitive_position=SensitivePosition(
            vetted_on=entry["vetted_on"],
            training_expires_on=entry["training_expires_on"],
            confidentiality_signed_on=entry["confidentiality_signed_on"],
        )
        if cleared
        else None,
    )


def _expired(person: Person, today: date) -> bool:
    record = person.sensitive_position
    return record is not None and record.expired(today)


def _open_position(cast: Cast, investigator: Desk, reviewer: Desk) -> None:
    digest = open_with_protocol(investigator, POSITION, "patrol_officer", list(cast.decides), practice=True)
    say(f"Position {POSITION} is open; its protocol is frozen in the log before the first candidate.")
    note(f"sha256 {digest}")
    for desk in (investigator, reviewer):
        attest(desk, POSITION)


def _show_refusals(cast: Cast) -> None:
    """Acts that must be refused, tried for real: a searcher with expired training, and a decision maker."""
    today = cast.clock().date()
    someone = _candidates()[0]
    expired = next((p.id for p in cast.people.values() if _expired(p, today)), None)
    for person in filter(None, (expired, *cast.decides)):
        try:
            open_from_file(cast.desk(person), POSITION, someone)
        except VettingError as error:
            say(f"Refused, as it must be: {error.sentence}")
        else:
            raise refused("demo_not_refused", f"{person} was not refused.", "This is a defect: report it.")


def _run_flows(
    cast: Cast, investigator: Desk, reviewer: Desk, cases: Mapping[str, str], server: runtime.Server
) -> Audit:
    """Searches, reviews and releases every case, then audits the position; all on one Prefect server."""
    script = load_script(DEMO / "reviews.toml")
    with runtime.prefect_server(cast.settings.prefect_home, server), progress_bar() as bar:
        from flows.release_report import release_report
        from flows.verify_uniformity import verify_uniformity
        from flows.vet_candidate import vet_candidate

        done = bar.add_task("Searching, reviewing, releasing", total=2 * len(cases))
        with working_at(Workbench(desk=investigator, recordings=DEMO / "internet")):
            for name, number in cases.items():
                searches = vet_candidate(number)
                vet_candidate(number, again=True)  # before a report, a source that was down is asked once more
                findings = review_case(investigator, reviewer, number, name, script)
                say(f"{number}: {searches} searches run, {findings} findings, each seen by its reviewers.")
                bar.advance(done)
            for number in cases.values():
                say(f"{number}: report {release_report(number).number} released.")
                bar.advance(done)
        return verify_uniformity(POSITION, cast.settings, cast.with_role(Role.AUDITOR))


def _hand_over(cast: Cast, password: str) -> None:
    """Writes the reports as the decision maker reads them, leaves the auditor signed in, and says what to open."""
    chief = cast.people[cast.decides[0]]
    folder = cast.settings.home / "reports"
    for number in reading_desk(cast.settings, chief).list_reports(POSITION):
        say(f"Report: {save_pdf(cast.settings, chief, number, folder)}")
    accounts = Accounts(cast.settings.store_url("accounts"))
    auditor = accounts.check_password(cast.with_role(Role.AUDITOR).id, password, session.clock())
    session.begin(cast.settings, accounts, auditor.id)
    say("Open a report above in a PDF viewer. Then, as the auditor who is signed in now:")
    say(f"  export VETTING_HOME={shlex.quote(str(cast.settings.home))}")
    say(f"  .venv/bin/vetting verify && .venv/bin/vetting uniformity {POSITION}")
    password_file = shlex.quote(str(cast.settings.home / "password"))
    note("The auditor's session ends after 15 idle minutes. Everybody's password is in one file; to sign in again:")
    note(f"  .venv/bin/vetting sign-in {auditor.id} --password-stdin < {password_file}")
    note("The demo made its own vault key and keeps its passphrase beside it. A department does not: docs/operation.md")

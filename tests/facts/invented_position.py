"""The log of an invented position in which nothing is wrong, as maps: to be made wrong by tests."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd

from filters.query_linter import lint_query
from filters.withholding import WithheldReason
from vetting.candidate import IdentifierKind
from vetting.log.event import spell_time
from vetting.protocol import FailurePolicy, Quotation, SearchProtocol, Step, Technique
from vetting.search import Outcome, plan_digest
from vetting.sources.conduct import LEFT_OUT
from vetting.sources.interface import OUTCOMES
from vetting.uniformity import UniformityAudit
from vetting.uniformity.audit import audit
from vetting.uniformity.events import table

Entry = dict[str, Any]
POSITION = "patrol"
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FILTER, CONNECTORS = "f" * 64, "c" * 64
REASONS = {reason.value: outcome for reason, outcome in OUTCOMES.items()} | {LEFT_OUT: Outcome.EXCLUDED}
WITHHOLDING = {reason.value for reason in WithheldReason}
SEARCHER, REVIEWER, CHIEF, ADMIN = "s.one", "r.two", "chief", "a.min"


def step(number: int, **changes: Any) -> Step:  # noqa: ANN401 - fields of a step
    plain = Step(
        id=f"step_{number}",
        title=f"Step {number}",
        source="metasearch",
        technique=Technique.PUBLIC_API,
        anchor=IdentifierKind.FULL_NAME,
        query='"{anchor}"',
        max_pages=1,
        max_items=10,
        attempts=2,
    )
    return replace(plain, **changes)


PROTOCOL = SearchProtocol(
    id="patrol_officer",
    version=1,
    title="Patrol Officer",
    approved_by="Counsel",
    approved_on=date(2026, 1, 1),
    in_force_from=date(2026, 1, 1),
    jurisdiction="massachusetts",
    lookback_years=7,
    quotation=Quotation.STATEMENT_ONLY,
    criteria="police",
    class_packs=("federal", "massachusetts"),
    steps=(
        step(1),
        step(2, failure_policy=FailurePolicy.EXCLUDE),
        step(3, technique=Technique.OFFICIAL_API_WITH_KEY, source="brave"),
    ),
    digests={"filter": FILTER, "connectors": CONNECTORS},
    window_days=90,
)
DISCLOSED = {IdentifierKind.FULL_NAME: 1}


def commitment(case: str) -> str:
    """What stands for a digest that no other case has."""
    return case.encode().hex().rjust(64, "0")


@dataclass
class Story:
    """Entries in the making. `say` adds one a second after the last."""

    protocol: SearchProtocol = PROTOCOL
    entries: list[Entry] = field(default_factory=list)
    taken: int = 0
    """How many entries were taken out of the list already."""

    def __post_init__(self) -> None:
        self.digest = self.protocol.digest()
        self.plan = plan_digest(self.protocol, DISCLOSED)
        self.steps = {one.id: one.digest() for one in self.protocol.steps}

    def written(self) -> list[Entry]:
        """What was said since this was last called; nothing of it is kept."""
        said, self.entries = self.entries, []
        self.taken += len(said)
        return said

    def say(self, kind: str, actor: str, body: Mapping[str, Any], case: str | None = None, **other: Any) -> Entry:  # noqa: ANN401
        sequence = self.taken + len(self.entries)
        at = spell_time(MONDAY + SECOND * sequence)
        entry: Entry = {"sequence": sequence, "type": kind, "at": at, "logged": at, "actor": actor}
        entry |= {"position": POSITION, "body": dict(body)} | ({"case": case} if case else {}) | other
        self.entries.append(entry)
        return entry

    def opened(self) -> None:
        """People, protocol, position and attestations."""
        people = {
            SEARCHER: ["investigator", "reviewer"],
            REVIEWER: ["reviewer", "investigator"],
            CHIEF: ["decision_maker"],
        }
        for person, roles in people.items():
            self.say("person.added", ADMIN, {"person": person, "roles": roles})
        for person in (SEARCHER, REVIEWER):
            record = {"vetted_on": "2026-01-05", "confidentiality_signed_on": "2026-01-05"}
            self.say("person.cleared", ADMIN, {"person": person, **record, "training_expires_on": "2027-01-01"})
        for entry in self.entries:
            del entry["position"]
        digest = self.digest
        self.say("protocol.frozen", SEARCHER, {"digest": digest, "document": self.protocol.document()})
        self.say("position.opened", SEARCHER, {"practice": False, "deciders": [CHIEF], "protocol": digest})
        for person in (SEARCHER, REVIEWER):
            self.say("attestation.recorded", person, {"no_conflict": True})

    def enrolled(self, case: str) -> None:
        """A case with its authorization."""
        counts = {kind.value: count for kind, count in DISCLOSED.items()}
        body = {"protocol": self.digest, "disclosed": counts, "candidate": "0" * 64, "plan": self.plan}
        self.say("candidate.enrolled", SEARCHER, body, case)
        signed = {"form": commitment(case), "signed_on": "2026-03-01", "expires_on": "2026-06-01"}
        self.say("authorization.recorded", SEARCHER, signed, case)

    def planned(self, case: str) -> None:
        """The intention to run every search."""
        self.say("environment.recorded", SEARCHER, {"digest": "e" * 64, "connectors": CONNECTORS}, case)
        for one in self.protocol.steps:
            body = {"key": f"{one.id}.1", "protocol": self.digest, "query": "0" * 64}
            self.say("search.planned", SEARCHER, body, case)

    def searched(self, case: str, one: Step, outcome: str = "completed", reason: str = "found", ms: int = 900) -> None:
        """A search with one capture, or an outage with none."""
        key, answered = f"{one.id}.1", outcome in {"completed", "no_results"}
        if answered:
            capture = f"K-{case}-{one.id}"
            self.say("capture.sealed", SEARCHER, {"capture": capture, "key": key, "commitment": "0" * 64}, case)
        keyed = one.technique is Technique.OFFICIAL_API_WITH_KEY
        body = {
            "key": key,
            "protocol": self.digest,
            "step": self.steps[one.id],
            "outcome": outcome,
            "reason": reason,
            "attempts": 0 if outcome == "excluded" else 1,
            "captures": int(answered),
            "credential": "department_key" if keyed and answered else "none",
            "milliseconds": ms,
        }
        kind = f"search.{outcome}" if outcome in {"blocked", "unavailable"} else "search.executed"
        self.say(kind, SEARCHER, body, case)

    def found(self, case: str, one: Step) -> str:
        """A finding of a search that was just made, and what the filter would withhold of it."""
        finding = f"F-{case}"
        body = {"finding": finding, "key": f"{one.id}.1", "capture": f"K-{case}-{one.id}", "commitment": "0" * 64}
        self.say("finding.recorded", SEARCHER, body, case)
        self.say("filter.applied", SEARCHER, {"finding": finding, "filter": FILTER, "action": "previewed"}, case)
        return finding

    def validated(self, case: str, finding: str) -> None:
        """Two people, up to the second review."""
        links = ["disclosed_account", "same_town"]
        self.say("attribution.recorded", SEARCHER, {"finding": finding, "level": "A4", "links": links}, case)
        self.step(case, finding, "attributed", SEARCHER)
        self.step(case, finding, "context_checked", SEARCHER, in_lookback=True)
        self.step(case, finding, "corroborated", SEARCHER, element="archived_copy", severity=2)
        self.step(case, finding, "second_reviewed", REVIEWER)

    def step(self, case: str, finding: str, state: str, actor: str, **more: Any) -> None:  # noqa: ANN401
        body = {"finding": finding, "state": state, "element": "none", "severity": 0, "quote": False, **more}
        self.say("validation.recorded", actor, body, case)

    def released(self, case: str, finding: str | None = None) -> None:
        """The report, with the finding where there is one, and a decision maker who reads it."""
        if finding:
            self.say("capture.repeated", SEARCHER, {"finding": finding, "state": "unchanged"}, case)
            passed = {"filter": FILTER, "action": "passed", "reason": "passed", "record": f"FR-{finding}"}
            self.say("filter.applied", SEARCHER, {"finding": finding, **passed}, case)
            self.step(case, finding, "filtered", SEARCHER)
        report = {"report": f"R-{case}", "pdf": commitment(case), "log_size": self.taken + len(self.entries)}
        self.say("report.released", SEARCHER, report, case)
        if finding:
            self.step(case, finding, "released", SEARCHER)


CASES = ("C-1", "C-2", "C-3")


def clean(cases: Sequence[str] = CASES, protocol: SearchProtocol = PROTOCOL) -> list[Entry]:
    """Everybody searched and reported; the first candidate with a finding of the first step."""
    story = Story(protocol=protocol)
    story.opened()
    for case in cases:
        story.enrolled(case)
        story.planned(case)
        for number, one in enumerate(protocol.steps):
            story.searched(case, one)
            if case == cases[0] and number == 0:
                # within the search's own transaction the finding stands before its outcome
                outcome = story.entries.pop()
                story.found(case, one)
                story.say(outcome["type"], outcome["actor"], outcome["body"], case)
    finding = f"F-{cases[0]}"
    story.validated(cases[0], finding)
    for case in cases:
        story.released(case, finding if case == cases[0] else None)
    for case in cases:
        story.say("report.opened", CHIEF, {"report": f"R-{case}"}, case)
    return story.entries


def judged(entries: Sequence[Entry], *, verified: bool = True) -> UniformityAudit:
    """The audit of these entries."""
    return judged_table(table(entries, POSITION), verified=verified)


def judged_table(events: pd.DataFrame, *, verified: bool = True) -> UniformityAudit:
    """The audit of entries that are a table already."""
    return audit(events, POSITION, lint=lint_query, reasons=REASONS, withholding=WITHHOLDING, verified=verified)


def of(entries: Sequence[Entry], kind: str, case: str | None = None, **body: Any) -> Iterator[Entry]:  # noqa: ANN401
    """The entries of a type, of a case, with these fields in their body."""
    for entry in entries:
        said = all(entry["body"].get(name) == value for name, value in body.items())
        if said and entry["type"] == kind and case in {None, entry.get("case")}:
            yield entry


def renumbered(entries: Sequence[Entry]) -> list[Entry]:
    """The same in this order, with sequence numbers and times as if they had come so."""
    return [
        entry | {"sequence": n, "at": (at := spell_time(MONDAY + SECOND * n)), "logged": at}
        for n, entry in enumerate(entries)
    ]

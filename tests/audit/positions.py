"""One position from its opening to its reports, as a department that does everything right runs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from tests.audit.department import Department
from tests.audit.reviews import Releasing
from tests.audit.searches import Case, imported, search, step_named
from tests.audit.shape import Shape, protocol
from tests.audit.story import Body, Fact, Opened
from vetting.candidate import ACCOUNT_KINDS, IdentifierKind
from vetting.deviation import DeviationReason
from vetting.log.event import EventType
from vetting.protocol import FailurePolicy, Step
from vetting.roles import Role
from vetting.search import Outcome, expected_keys, failed, own, plan_digest, step_of, unshared

_OWNERS = ((Outcome.BLOCKED, "robots_disallowed"), (Outcome.UNAVAILABLE, "handle_not_confirmed"))
_SAME = ("python", "system", "machine", "locale", "time_zone")
_LIBRARIES = (
    "vetting",
    "prefect",
    "httpx",
    "httpcore",
    "lxml",
    "protego",
    "pypdf",
    "warcio",
    "feedparser",
    "playwright",
)


class Position:
    """A position under way. `live` yields after each act, so that several go on at the same time."""

    def __init__(self, house: Department, shape: Shape, name: str) -> None:
        self.house, self.shape, self.dice = house, shape, house.dice
        searching = house.holding(Role.INVESTIGATOR)
        reviewing = [p for p in house.people if {Role.INVESTIGATOR, Role.REVIEWER} & house.people[p].roles]
        deciding = house.holding(Role.DECISION_MAKER)
        frozen = protocol(self.dice, shape, house.now.date())
        self.opened = Opened(
            id=name,
            protocol=frozen,
            digest=frozen.digest(),
            deciders=tuple(sorted(self.dice.sample(deciding, self.dice.randint(1, len(deciding))))),
            investigators=tuple(self.dice.sample(searching, self.dice.randint(2, len(searching)))),
            reviewers=tuple(reviewing),
        )
        self.cases: list[Case] = []
        self.excluded: list[str] = []
        self._environment = {**dict.fromkeys(_SAME, "3.11"), **{f"with_{name}": "1.0" for name in _LIBRARIES}}
        if not shape.old:
            self._environment["connectors"] = frozen.digests["connectors"]
        self._digest = house.digest()
        steps = [step.id for step in self.opened.protocol.steps]
        self._down = {s: self._failure() for s in self.dice.sample(steps, min(shape.shared_outages, len(steps)))}
        self._uneven = {s: self._failure() for s in self.dice.sample(steps, min(shape.unshared_failures, len(steps)))}

    def _failure(self) -> tuple[Outcome, str]:
        return self.dice.choice(((Outcome.UNAVAILABLE, "timeout"), (Outcome.BLOCKED, "challenge_page")))

    def do(self, by: str, *facts: Fact, case: str | None = None) -> None:
        self.house.do(self.house.ready(by), *facts, position=self.opened.id, case=case)

    def live(self) -> Iterator[None]:
        """Everything in its order: opened, searched for all, evened out, reviewed, released, read."""
        yield from self._open()
        yield from self._beside([self._searched(number) for number in range(self.shape.candidates)])
        yield from self._evened()
        yield from self._beside([self._reviewing(case).all(self.excluded) for case in self.cases])
        if self.shape.released:
            yield from self._released()
        if self.house.chance(0.2):
            auditor, size = self.house.holding(Role.AUDITOR)[0], len(self.house.said)
            handed: Body = {"size": size, "position": self.opened.id}
            self.house.do(auditor, (EventType.LOG_EXPORTED, self.house.new_id(), handed))
            yield
            body: Body = {"kind": "uniformity", "positions": [self.opened.id], "size": size + 1, "result": "conforming"}
            self.house.do(auditor, (EventType.AUDIT_PERFORMED, self.house.new_id(), body))
            yield

    def _open(self) -> Iterator[None]:
        frozen, digest = self.opened.protocol, self.opened.digest
        body: Body = {"practice": self.shape.practice, "deciders": list(self.opened.deciders), "protocol": digest}
        self.do(
            self.opened.investigators[0],
            (EventType.PROTOCOL_FROZEN, self.opened.id, {"digest": digest, "document": frozen.document()}),
            (EventType.POSITION_OPENED, self.opened.id, body),
        )
        yield
        for person in dict.fromkeys((*self.opened.investigators, *self.opened.reviewers)):
            key = f"{self.opened.id}:{person}"
            self.do(person, (EventType.ATTESTATION_RECORDED, key, {"no_conflict": True}))
            yield

    def _beside(self, ways: Iterable[Iterator[None]]) -> Iterator[None]:
        """Several things at the same time, in no order."""
        going = list(ways)
        while going:
            one = self.dice.choice(going)
            try:
                next(one)
            except StopIteration:
                going.remove(one)
            else:
                yield

    # ------------------------------------------------------------------------------------------ searching

    def _searched(self, number: int) -> Iterator[None]:
        case = self._enrolled()
        yield
        leaves = number < self.shape.withdrawals and self.shape.candidates > 1
        leaving = self.dice.randrange(len(case.keys) + 2) if leaves else None
        self._begun(case)
        yield
        for turn, key in enumerate(case.keys):
            if turn == leaving:
                yield from self._withdrawn(case)
                return
            self._run(case, key)
            yield
        if leaving is not None:
            yield from self._withdrawn(case)
            return
        yield from self._beside_the_searches(case)

    def _beside_the_searches(self, case: Case) -> Iterator[None]:
        if self.house.chance(self.shape.imports):
            case.imported = True
            self.opened.exceptions.add("import")
            by = self._searcher(case)
            self.do(by, *imported(self.house, self.opened, case, by, self.shape), case=case.number)
            yield
        if self.house.chance(0.1):
            yield from self._refused(case)
        if self.house.chance(0.05) and case.findings:
            yield from self._referred(case)
        if self.house.chance(0.5):
            yield from self._reviewing(case).all(self.excluded)

    def _enrolled(self) -> Case:
        disclosed = {kind: self.dice.choice((0, 0, 1, 1, 2)) for kind in IdentifierKind}
        disclosed |= {IdentifierKind.FULL_NAME: 1, IdentifierKind.NAME_AND_TOWN: 1}
        frozen = self.opened.protocol
        number = f"C-{self.house.new_id(4).upper()}"
        case = Case(number=number, keys=expected_keys(frozen, disclosed), expires="")
        self.opened.disclosed[number] = disclosed
        enrolled: Body = {
            "protocol": self.opened.digest,
            "disclosed": {kind.value: count for kind, count in disclosed.items()},
            "candidate": self.house.digest(),
            "plan": plan_digest(frozen, disclosed),
        }
        self.cases.append(case)
        signed = self._signed(case)
        facts = (EventType.CANDIDATE_ENROLLED, number, enrolled), (EventType.AUTHORIZATION_RECORDED, number, signed)
        self.do(self.dice.choice(self.opened.investigators), *facts, case=number)
        return case

    def _signed(self, case: Case) -> Body:
        today = self.house.now.date()
        case.expires = (today + timedelta(days=self.dice.choice((3, 30, 180)))).isoformat()
        signed_on = (today - timedelta(days=self.dice.randint(0, 20))).isoformat()
        return {"form": self.house.digest(), "signed_on": signed_on, "expires_on": case.expires}

    def _searcher(self, case: Case) -> str:
        """Somebody who works on the case now, once the candidate has signed anew where that is needed."""
        by = self.dice.choice(self.opened.investigators)
        if case.expires <= self.house.now.date().isoformat():
            case.authorizations += 1
            key = f"{case.number}:{case.authorizations}"
            self.do(by, (EventType.AUTHORIZATION_RECORDED, key, self._signed(case)), case=case.number)
            self.house.wait(5, 60)
        return by

    def _begun(self, case: Case) -> None:
        digest = self.opened.digest
        key = f"{case.number}:{self._digest[:32]}"
        facts: list[Fact] = [(EventType.ENVIRONMENT_RECORDED, key, {"digest": self._digest, **self._environment})]
        for key in case.keys:
            body: Body = {"key": key, "protocol": digest, "query": self.house.digest()}
            facts.append((EventType.SEARCH_PLANNED, f"{case.number}:{key}", body))
        self.do(self._searcher(case), *facts, case=case.number)

    def _run(self, case: Case, key: str) -> None:
        by = self._searcher(case)
        came = self._came(case, key)
        if failed(step_named(self.opened.protocol, key), *came):
            self.opened.exceptions.add("failure")
        self.do(by, *search(self.house, self.opened, case, key, came, self.shape), case=case.number)

    def _came(self, case: Case, key: str) -> tuple[Outcome, str]:
        step = step_named(self.opened.protocol, key)
        if key.endswith(".0"):
            return Outcome.NOT_APPLICABLE, ""
        if step.id in self.excluded:
            return Outcome.EXCLUDED, ""
        if step.id in self._down:
            return self._down[step.id]
        if step.id in self._uneven and case is self.cases[0]:
            return self._uneven[step.id]
        return self._answered(step, again=bool(case.results.get(key)))

    def _answered(self, step: Step, *, again: bool) -> tuple[Outcome, str]:
        if step.anchor in ACCOUNT_KINDS and self.house.chance(0.03):
            return self.dice.choice(_OWNERS)
        if not again and self.house.chance(self.shape.outages):
            return Outcome.UNAVAILABLE, ""
        return self.dice.choice((Outcome.COMPLETED, Outcome.NO_RESULTS)), ""

    # ------------------------------------------------------------------------- what does not go as planned

    def _withdrawn(self, case: Case) -> Iterator[None]:
        self.opened.exceptions.add("withdrawal")
        case.withdrawn = True
        yield from self._deviated(DeviationReason.CANDIDATE_WITHDREW, case=case.number)

    def _deviated(
        self, reason: DeviationReason, *, step: str = "", case: str | None = None, approved: bool = True
    ) -> Iterator[None]:
        """One asks and another decides; neither decides on the position."""
        asks = self.dice.choice(self.opened.investigators)
        decides = self.dice.choice([person for person in self.opened.reviewers if person != asks])
        id_ = f"D-{self.house.new_id(4).upper()}"
        body: Body = {"deviation": id_, "reason": reason.value, **({"step": step} if step else {})}
        self.do(asks, (EventType.DEVIATION_REQUESTED, id_, body), case=case)
        if case is None:
            yield  # a case that its candidate leaves is left alone meanwhile; a step may still be asked
        kind = EventType.DEVIATION_APPROVED if approved else EventType.DEVIATION_REFUSED
        self.house.wait(60, 3600)
        self.do(decides, (kind, id_, dict(body)), case=case)
        yield

    def _refused(self, case: Case) -> Iterator[None]:
        """Somebody tries what they may not, and nothing comes of it."""
        who = self.dice.choice(self.opened.deciders)
        self.opened.exceptions.add("refusal")
        body: Body = {"code": "decides_here", "act": self.dice.choice(("review_findings", "run_searches"))}
        self.do(who, (EventType.ACCESS_REFUSED, self.house.new_id(), body))
        yield
        body = {"code": "role_refused", "act": "read_reports"}
        self.house.do(self._searcher(case), (EventType.ACCESS_REFUSED, self.house.new_id(), body))
        yield

    def _referred(self, case: Case) -> Iterator[None]:
        self.opened.exceptions.add("referral")
        id_ = f"RF-{self.house.new_id().upper()}"
        body: Body = {"referral": id_, "captures": self.dice.randint(1, 3)}
        body |= {name: self.house.digest() for name in ("finding", "kind", "sheet")}
        self.do(self._searcher(case), (EventType.REFERRAL_MADE, id_, body), case=case.number)
        yield

    def _exported(self, case: Case) -> Iterator[None]:
        id_, by = f"E-{self.house.new_id()}", self._searcher(case)
        body: Body = {"export": id_, "file": self.house.digest(), "captures": self.dice.randint(1, 9), "by": by}
        self.do(by, (EventType.EVIDENCE_EXPORTED, f"{case.number}:{id_}", body), case=case.number)
        yield

    def _evened(self) -> Iterator[None]:
        """What failed is asked once more for everybody; what then failed for one only is left out for all (U5)."""
        if self.shape.refused_deviations:
            step = self.dice.choice(self.opened.protocol.steps).id
            yield from self._deviated(DeviationReason.COUNSEL_INSTRUCTION, step=step, approved=False)
        for case in self._counting():
            yield from self._repeated(case)
        for uneven in self.opened.protocol.steps:
            if uneven.failure_policy is FailurePolicy.RERUN and self._unshared(uneven):
                yield from self._left_out(uneven)

    def _repeated(self, case: Case) -> Iterator[None]:
        gone = [key for key in case.keys if self._unavailable(case, key)]
        rerun = [k for k in gone if step_named(self.opened.protocol, k).failure_policy is FailurePolicy.RERUN]
        if rerun or (gone and self.house.chance(0.5)):
            self.house.wait(1800, 86_400)
            for key in gone:
                self._run(case, key)
                yield

    def _unavailable(self, case: Case, key: str) -> bool:
        seen = case.results.get(key, [])
        return bool(seen) and seen[-1][0] is Outcome.UNAVAILABLE and step_of(key) not in self.excluded

    def _unshared(self, step: Step) -> bool:
        seen = [came for case in self._counting() for came in case.latest(step.id)]
        return step.id not in self.excluded and unshared(
            step, (came for came in seen if not (failed(step, *came) and own(step, came[1])))
        )

    def _left_out(self, step: Step) -> Iterator[None]:
        self.opened.exceptions.add("left out")
        yield from self._deviated(DeviationReason.SOURCE_OUTAGE, step=step.id)
        self.excluded.append(step.id)

    # ------------------------------------------------------------------------------------------- releasing

    def _counting(self) -> list[Case]:
        return [case for case in self.cases if not case.withdrawn]

    def _reviewing(self, case: Case) -> Releasing:
        return Releasing(self.house, self.opened, case, self.shape)

    def _released(self) -> Iterator[None]:
        going = self._counting()
        self._policed(going)
        yield from self._beside([self._reviewing(case).all(self.excluded) for case in going])
        order = self.dice.sample(going, len(going))
        if self.shape.together:
            for case in order:
                yield from self._filed(case)
            yield from self._beside([self._read(case) for case in order])
        else:
            yield from self._beside([self._filed_and_read(case) for case in order])

    def _filed(self, case: Case) -> Iterator[None]:
        yield from self._reviewing(case).report(self._searcher(case), self.excluded)

    def _filed_and_read(self, case: Case) -> Iterator[None]:
        yield from self._filed(case)
        yield from self._read(case)

    def _read(self, case: Case) -> Iterator[None]:
        for decider in self.opened.deciders:
            yield from self._reviewing(case).opened_by(decider)
        if self.house.chance(0.1):
            yield from self._exported(case)

    def _policed(self, going: list[Case]) -> None:
        """What the protocol itself leaves out, recorded by whoever releases the first report."""
        if not going:
            return
        for step in self.opened.protocol.steps:
            seen = [came for case in self.cases for came in case.latest(step.id)]
            policed = step.failure_policy is FailurePolicy.EXCLUDE and step.id not in self.excluded
            if policed and unshared(step, seen):
                self.opened.exceptions.add("left out")
                id_ = f"D-{self.house.new_id(4).upper()}"
                body: Body = {"deviation": id_, "reason": DeviationReason.FAILURE_POLICY.value, "step": step.id}
                self.do(self._searcher(going[0]), (EventType.DEVIATION_APPROVED, id_, body))
                self.excluded.append(step.id)

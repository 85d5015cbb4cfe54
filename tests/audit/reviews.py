"""Two people look at each finding, and a report is released: every way that the state machine knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.audit.department import Department
from tests.audit.searches import IMPORT, Case, Found, captured, step_fact
from tests.audit.shape import Shape
from tests.audit.story import Body, Fact, Opened
from vetting.log.event import EventType
from vetting.marking import REASONS, MarkAct
from vetting.search import step_of
from vetting.validation import SETTLED, State

LINKS: dict[str, tuple[tuple[str, ...], ...]] = {
    "A0": ((),),
    "A1": (("same_name",), ()),
    "A2": (("same_name", "same_town"), ("same_town", "distinctive_detail"), ("same_email",)),
    "A3": (("reciprocal_link", "same_town"), ("same_email", "distinctive_detail"), ("disclosed_account", "same_town")),
    "A4": (("disclosed_account", "same_town"), ("candidate_confirmed",), ("disclosed_account", "reciprocal_link")),
    "AX": (("different_town",), ("different_person_shown", "same_name")),
}
ELEMENTS = ("other_capture", "archived_copy", "official_record", "person_confirmed", "candidate_confirmed")
WITHHELD = ("not_english", "no_words", "little_left", "verification", "not_conduct", "too_long")
_LATE = (State.UNVERIFIABLE, State.NOT_RELEVANT, State.EXPIRED, State.WITHHELD, State.HELD, State.ROUTED)


class Reviewing:
    """The findings of one case on their way. Each step is an act of its own; between two the others go on."""

    def __init__(self, house: Department, opened: Opened, case: Case, shape: Shape) -> None:
        self.house, self.opened, self.case, self.shape = house, opened, case, shape

    def all(self, excluded: Sequence[str] = ()) -> Iterator[None]:
        """Reviews whatever still waits and counts."""
        for one in self.case.findings:
            waits = one.state not in SETTLED | {State.SECOND_REVIEWED}
            if waits and step_of(one.key) not in excluded and not self.case.withdrawn:
                yield from self._one(one)

    def _one(self, one: Found) -> Iterator[None]:
        first, second = self.house.dice.sample(self.opened.reviewers, 2)
        if self.house.chance(self.shape.straight):
            yield from self._through(one, first, second)
        elif self.house.chance(0.5):
            yield from self._not_theirs(one, first)
        else:
            yield from self._aside(one, first)

    def _not_theirs(self, one: Found, by: str) -> Iterator[None]:
        """Somebody else's, or nobody can tell."""
        level = self.house.dice.choice(("A0", "A1", "A2", "AX"))
        if level != "A0" or self.house.chance(0.5):
            yield from self._attributed(one, by, level)
        yield from self._step(one, by, State.REFUTED if level == "AX" else State.UNVERIFIABLE)

    def _aside(self, one: Found, by: str) -> Iterator[None]:
        """The candidate's, and yet nothing for a report."""
        steps = self.house.dice.randint(0, 2)
        if steps:
            yield from self._attributed(one, by, self.house.dice.choice(("A3", "A4")))
            yield from self._step(one, by, State.ATTRIBUTED)
        if steps > 1:
            yield from self._context(one, by)
        yield from self._step(one, by, self.house.dice.choice(_LATE))

    def _through(self, one: Found, first: str, second: str) -> Iterator[None]:
        if self.house.chance(0.2):
            yield from self._attributed(one, second, self.house.dice.choice(("A1", "A2")))  # looked at again since
        yield from self._attributed(one, first, self.house.dice.choice(("A3", "A4")))
        yield from self._step(one, first, State.ATTRIBUTED)
        yield from self._context(one, first)
        yield from self._marked(one, first)
        yield from self._agreed(one, first, second)
        if self.house.chance(0.05):
            yield from self._agreed(one, first, second)

    def _agreed(self, one: Found, first: str, second: str) -> Iterator[None]:
        """Corroborated by one and reviewed by the other."""
        element, severity = self.house.dice.choice(ELEMENTS), self.house.dice.randint(0, 4)
        quote = self.house.chance(0.2)
        yield from self._step(one, first, State.CORROBORATED, element=element, severity=severity, quote=quote)
        more = {"marks": one.marks} if one.marks else {}
        yield from self._step(one, second, State.SECOND_REVIEWED, **more)

    def corrected(self, one: Found) -> Iterator[None]:
        """What passed the filter goes back to corroborated, by whoever may, and is reviewed a second time."""
        first = next(
            s.actor for s in reversed(self.house.said) if s.body.get("element") in ELEMENTS and _is(s.body, one)
        )
        second = next(
            s.actor for s in reversed(self.house.said) if s.body.get("state") == "second_reviewed" and _is(s.body, one)
        )
        yield from self._agreed(one, first, second)

    def _context(self, one: Found, by: str) -> Iterator[None]:
        yield from self._step(one, by, State.CONTEXT_CHECKED, **({} if self.shape.old else {"in_lookback": True}))

    def _step(self, one: Found, by: str, state: State, **more: object) -> Iterator[None]:
        yield from self._do(by, step_fact(one, state, **more))  # type: ignore[arg-type]

    def _attributed(self, one: Found, by: str, level: str) -> Iterator[None]:
        body: Body = {"finding": one.id, "level": level, "links": list(self.house.dice.choice(LINKS[level]))}
        if self.house.chance(0.3):
            body["engagement"] = self.house.dice.choice(("authored", "endorsed"))
        yield from self._do(by, (EventType.ATTRIBUTION_RECORDED, f"{one.id}:{self.house.new_id()}", body))

    def _marked(self, one: Found, by: str) -> Iterator[None]:
        for _ in range(self.house.dice.choice((0, 0, 0, 1, 2))):
            act = self.house.dice.choice((MarkAct.WITHHOLD, MarkAct.WITHHOLD, MarkAct.RESTORE))
            yield from self._mark(one, by, act)
        if one.marks and self.house.chance(0.2):
            yield from self._mark(one, by, MarkAct.WITHDRAW)

    def _mark(self, one: Found, by: str, act: MarkAct) -> Iterator[None]:
        one.marks += 1
        reason = self.house.dice.choice(sorted(REASONS[act]))
        body: Body = {"finding": one.id, "mark": one.marks, "act": act.value, "reason": reason.value}
        if act is MarkAct.RESTORE:
            body["spans"] = 1
        if act is MarkAct.WITHDRAW:
            body["withdraws"] = one.marks - 1
        yield from self._do(by, (EventType.FILTER_MARKED, f"{one.id}:{one.marks}", body))

    def _do(self, by: str, *facts: Fact) -> Iterator[None]:
        self.house.do(self.house.ready(by), *facts, position=self.opened.id, case=self.case.number)
        yield


class Releasing(Reviewing):
    """From reviewed findings to the report that a decision maker opens."""

    def report(self, by: str, excluded: Sequence[str]) -> Iterator[None]:
        """The source of every finding once more, the gate, the report, and its findings marked as released."""
        counted = [one for one in self.case.findings if step_of(one.key) not in excluded]
        yield from self._again(by, [one for one in counted if one.state is State.SECOND_REVIEWED])
        yield from self._gate(by, counted)
        going = [one for one in counted if one.state is State.FILTERED]
        if going and self.house.chance(self.shape.corrections):
            yield from self.corrected(going[0])
            yield from self._gate(by, counted)
        number = f"R-{self.case.number[2:]}-1"
        self.house.settle()  # a desk brings the log up to date before it reads the size
        body: Body = {"report": number, "pdf": self.house.digest(), "log_size": len(self.house.said)}
        self.case.released = True
        yield from self._do(by, (EventType.REPORT_RELEASED, number, body))
        going = [one for one in counted if one.state is State.FILTERED]
        if going:
            yield from self._do(by, *(step_fact(one, State.RELEASED) for one in going))

    def opened_by(self, decider: str) -> Iterator[None]:
        """A decision maker reads the report."""
        body: Body = {"report": f"R-{self.case.number[2:]}-1"}
        yield from self._do(decider, (EventType.REPORT_OPENED, self.house.new_id(), body))

    def _again(self, by: str, reportable: Sequence[Found]) -> Iterator[None]:
        for capture in dict.fromkeys(one.capture for one in reportable):
            standing = [one for one in reportable if one.capture == capture]
            yield from self._do(by, *self._asked(standing))

    def _asked(self, standing: Sequence[Found]) -> list[Fact]:
        key = standing[0].key
        state = "not_asked" if key == IMPORT else self.house.dice.choice(("unchanged", "unchanged", "changed", "gone"))
        more: Body = {"reason": "imported"} if key == IMPORT else {}
        sealed = [] if key == IMPORT else captured(self.house, key, 1)
        facts = [(kind, f"{self.case.number}:{name}", body) for _, (kind, name, body) in sealed]
        for one in standing:
            body: Body = {"finding": one.id, "state": state, **more, **({"capture": sealed[0][0]} if sealed else {})}
            facts.append((EventType.CAPTURE_REPEATED, f"{one.id}:1", body))
        return facts

    def _gate(self, by: str, counted: Sequence[Found]) -> Iterator[None]:
        facts = [fact for one in counted if one.state is State.SECOND_REVIEWED for fact in self._passed(one)]
        if facts:
            yield from self._do(by, *facts)

    def _passed(self, one: Found) -> Iterator[Fact]:
        withheld = self.house.chance(0.1)
        name = one.id if not one.passes else f"{one.id}.{one.passes + 1}"
        body: Body = {
            "finding": one.id,
            "filter": self.opened.protocol.digests["filter"],
            "action": "withheld" if withheld else "passed",
            "reason": self.house.dice.choice(WITHHELD if withheld else ("passed", "statement_only")),
            "record": f"FR-{name[2:]}",
        }
        if one.marks:
            body |= {"withheld_more": 1, "restored": 0}
        one.passes += not withheld
        yield EventType.FILTER_APPLIED, name, body
        yield step_fact(one, State.WITHHELD if withheld else State.FILTERED)


def _is(body: Body, one: Found) -> bool:
    return body.get("finding") == one.id

"""What one search says of itself: captures, findings, what the filter would withhold, and the outcome."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.audit.department import Department
from tests.audit.shape import Shape
from tests.audit.story import Body, Fact, Opened
from vetting.log.event import EventType
from vetting.protocol import SearchProtocol, Step, Technique
from vetting.search import Outcome, failed, ran, step_of
from vetting.validation import State

REASONS = {
    Outcome.COMPLETED: ("found", "found", "found", "partly_read"),
    Outcome.NO_RESULTS: ("nothing_found",),
    Outcome.BLOCKED: ("http_403", "challenge_page", "engine_blocked", "login_page"),
    Outcome.UNAVAILABLE: ("timeout", "http_5xx", "dns", "connection_broken"),
}
KINDS = {Outcome.BLOCKED: EventType.SEARCH_BLOCKED, Outcome.UNAVAILABLE: EventType.SEARCH_UNAVAILABLE}
IMPORT = "import"


@dataclass(slots=True, kw_only=True)
class Found:
    """One finding under way; `number` is how many steps of its validation are recorded."""

    id: str
    key: str
    capture: str
    state: State = State.CAPTURED
    number: int = 0
    marks: int = 0
    passes: int = 0


@dataclass(slots=True, kw_only=True)
class Case:
    """One case of the generator's."""

    number: str
    keys: tuple[str, ...]
    expires: str
    authorizations: int = 1
    results: dict[str, list[tuple[Outcome, str]]] = field(default_factory=dict)
    findings: list[Found] = field(default_factory=list)
    withdrawn: bool = False
    released: bool = False
    imported: bool = False

    def latest(self, step: str) -> list[tuple[Outcome, str]]:
        """What came of this step's searches, the last time each."""
        return [seen[-1] for key, seen in self.results.items() if step_of(key) == step]


def step_named(protocol: SearchProtocol, key: str) -> Step:
    return next(step for step in protocol.steps if step.id == step_of(key))


def captured(house: Department, key: str, count: int) -> list[tuple[str, Fact]]:
    """As many captures, each with its entry."""
    made: list[tuple[str, Fact]] = []
    for _ in range(count):
        id_ = f"K-{house.new_id()}"
        made.append((id_, (EventType.CAPTURE_SEALED, id_, {"capture": id_, "key": key, "commitment": house.digest()})))
    return made


def search(
    house: Department, opened: Opened, case: Case, key: str, came: tuple[Outcome, str], shape: Shape
) -> list[Fact]:
    """The entries of one search in their order, and what came of it kept with the case; no reason: one that fits."""
    before = case.results.setdefault(key, [])
    outcome, reason = came[0], came[1] or _reason(house, key, came[0])
    before.append((outcome, reason))
    name = f"{case.number}:{key}" if len(before) == 1 else f"{case.number}:{key}:{len(before)}"
    sealed = captured(house, key, _captures(house, outcome))
    found = _findings(house, case, key, [id_ for id_, _ in sealed], shape) if outcome is Outcome.COMPLETED else []
    facts = [_of(case, fact) for _, fact in sealed]
    facts += [fact for one, token in found for fact in _recorded(house, case, one, token)]
    facts += [_previewed(opened, case, one) for one, _ in found]
    body = _outcome(house, opened, key, (outcome, reason), len(sealed), shape)
    return [*facts, (KINDS.get(outcome, EventType.SEARCH_EXECUTED), name, body)]


def _reason(house: Department, key: str, outcome: Outcome) -> str:
    if outcome is Outcome.NOT_APPLICABLE:
        return "none_disclosed"
    if outcome is Outcome.EXCLUDED:
        return "left_out_for_everyone"
    if outcome is Outcome.NO_RESULTS and not key.startswith(("metasearch", "brave", "web_archive", "rdap")):
        return house.dice.choice(("nothing_found", "account_not_found", "account_deactivated"))
    return house.dice.choice(REASONS[outcome])


def _captures(house: Department, outcome: Outcome) -> int:
    if ran(outcome):
        return house.dice.choice((1, 1, 1, 2, 3))
    if outcome is Outcome.BLOCKED:
        return 1
    return house.dice.randint(0, 1) if outcome is Outcome.UNAVAILABLE else 0


def _outcome(
    house: Department, opened: Opened, key: str, came: tuple[Outcome, str], captures: int, shape: Shape
) -> Body:
    step, (outcome, reason) = step_named(opened.protocol, key), came
    asked = outcome not in {Outcome.NOT_APPLICABLE, Outcome.EXCLUDED}
    if not asked:
        attempts = 0
    elif failed(step, outcome, reason) and outcome is Outcome.UNAVAILABLE:
        attempts = step.attempts
    else:
        attempts = house.dice.choices(range(1, step.attempts + 1), weights=(20, 2, 1)[: step.attempts])[0]
    body: Body = {
        "key": key,
        "protocol": opened.digest,
        "outcome": outcome.value,
        "reason": reason,
        "attempts": attempts,
        "captures": captures,
    }
    if shape.old:
        return body
    with_key = asked and step.technique is Technique.OFFICIAL_API_WITH_KEY
    effort = round(house.dice.lognormvariate(7.0, 0.35)) * (attempts + captures) if asked else house.dice.randint(0, 1)
    return body | {
        "step": step.digest(),
        "credential": "department_key" if with_key else "none",
        "milliseconds": effort,
    }


def _of(case: Case, fact: Fact) -> Fact:
    kind, key, body = fact
    return kind, f"{case.number}:{key}", body


def _findings(
    house: Department, case: Case, key: str, captures: list[str], shape: Shape
) -> list[tuple[Found, State | None]]:
    """The findings, each with the state in which a token of its kind is settled at once."""
    if not house.chance(shape.found):
        return []
    made: list[tuple[Found, State | None]] = []
    for _ in range(house.dice.choice((1, 1, 2, 3))):
        token = house.dice.choice((State.ROUTED, State.WITHHELD)) if house.chance(0.1) else None
        made.append((Found(id=f"F-{house.new_id()}", key=key, capture=house.dice.choice(captures)), token))
    case.findings += [one for one, _ in made]
    return made


def _recorded(house: Department, case: Case, one: Found, token: State | None) -> Iterator[Fact]:
    body: Body = {"finding": one.id, "key": one.key, "capture": one.capture, "commitment": house.digest()}
    yield EventType.FINDING_RECORDED, f"{case.number}:{one.id}", body
    if token is not None:
        yield step_fact(one, token)


def step_fact(
    one: Found, state: State, *, element: str = "none", severity: int = 0, quote: bool = False, **more: int
) -> Fact:
    """One step of a finding's validation."""
    body: Body = {
        "finding": one.id,
        "state": state.value,
        "element": element,
        "severity": severity,
        "quote": quote,
        **more,
    }
    key = f"{one.id}:{one.number}"
    one.state, one.number = state, one.number + 1
    return EventType.VALIDATION_RECORDED, key, body


def _previewed(opened: Opened, case: Case, one: Found) -> Fact:
    body: Body = {"finding": one.id, "filter": opened.protocol.digests["filter"], "action": "previewed"}
    return EventType.FILTER_APPLIED, f"{case.number}:FP-{one.id[2:]}", body


def imported(house: Department, opened: Opened, case: Case, by: str, shape: Shape) -> list[Fact]:
    """A file that somebody handed over: its custody, its captures, and what was found in it."""
    giver, technique = house.dice.choice((("investigator", "investigator_import"), ("candidate", "candidate_export")))
    sealed = captured(house, IMPORT, house.dice.randint(1, 3))
    found = _findings(house, case, IMPORT, [id_ for id_, _ in sealed], shape)
    file = house.digest()
    body: Body = {
        "file": file,
        "kind": "export" if giver == "candidate" else house.dice.choice(("archive", "page", "pdf", "screenshot")),
        "from": giver,
        "technique": technique,
        "captures": len(sealed),
        "texts": house.dice.randint(1, 40),
        "partly": house.chance(0.1),
        "by": by,
    }
    facts: list[Fact] = [(EventType.EVIDENCE_IMPORTED, f"{case.number}:{file}", body)]
    facts += [_of(case, fact) for _, fact in sealed]
    facts += [fact for one, token in found for fact in _recorded(house, case, one, token)]
    return facts + [_previewed(opened, case, one) for one, _ in found]

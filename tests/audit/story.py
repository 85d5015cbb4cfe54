"""What an invented department says to its log, entry by entry, before the log is built: it can still be changed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TypeAlias

from vetting.candidate import IdentifierKind
from vetting.log.event import Event, EventType
from vetting.log.profile import JsonInput
from vetting.protocol import SearchProtocol
from vetting.roles import Role
from vetting.search import step_of

Body: TypeAlias = dict[str, JsonInput]
Fact: TypeAlias = tuple[EventType, str, Body]
"""Type, key and body of one event; the id is `type:key`, as every desk makes it."""

OUTCOMES = (EventType.SEARCH_EXECUTED, EventType.SEARCH_BLOCKED, EventType.SEARCH_UNAVAILABLE)
A_MOMENT = timedelta(milliseconds=1)


@dataclass(slots=True, kw_only=True, eq=False)
class Said:
    """One event to be, with the moment at which the log's own clock will see it. Entries of one act stand together."""

    kind: EventType
    key: str
    at: datetime
    logged: datetime
    actor: str
    position: str | None
    case: str | None
    body: Body
    act: int

    def event(self) -> Event:
        return Event(
            type=self.kind,
            id=f"{self.kind.value}:{self.key}",
            at=self.at,
            actor=self.actor,
            position=self.position,
            case=self.case,
            body=self.body,
        )

    def copy(self, **changes: object) -> Said:
        return replace(self, **{"body": dict(self.body), **changes})  # type: ignore[arg-type]


@dataclass(slots=True, kw_only=True)
class Member:
    """Somebody of the department; `trained_until` is the first day on which the training counts no more."""

    id: str
    roles: frozenset[Role]
    trained_until: date | None = None


@dataclass(slots=True, kw_only=True)
class Opened:
    """What the generator knows of a position that it opened; `exceptions` are what an auditor should be shown of it."""

    id: str
    protocol: SearchProtocol
    digest: str
    deciders: tuple[str, ...]
    investigators: tuple[str, ...]
    reviewers: tuple[str, ...]
    """Whoever validates there, investigators too."""
    disclosed: dict[str, dict[IdentifierKind, int]] = field(default_factory=dict)
    """By case, in the order of enrolment."""
    exceptions: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Story:
    """Everything that was said, in the order of the log."""

    seed: int
    said: list[Said]
    people: dict[str, Member]
    positions: list[Opened]

    @property
    def position(self) -> Opened:
        """The one that is audited."""
        return self.positions[0]

    @property
    def dice(self) -> random.Random:
        """For a violation: the same seed, the same choice, whatever the generator drew."""
        return random.Random(f"violation {self.seed}")  # noqa: S311

    def of(self, *kinds: EventType, case: str | None = None, **body: JsonInput) -> list[Said]:
        """What was said in the audited position of these types, of this case, with these words in the body."""
        return [
            said
            for said in self.said
            if said.kind in kinds
            and said.position in {self.position.id, None}
            and (case is None or said.case == case)
            and all(said.body.get(name) == value for name, value in body.items())
        ]

    def remove(self, *gone: Said) -> None:
        """Leaves these unsaid."""
        self.said = [said for said in self.said if said not in gone]

    def insert_after(self, place: Said, *new: Said) -> None:
        """Says these in an act of their own right after the act of `place`."""
        index = max(i for i, said in enumerate(self.said) if said.act == place.act)
        self._insert(index + 1, new, self.said[index].logged + A_MOMENT)

    def insert_before(self, place: Said, *new: Said) -> None:
        """Says these in an act of their own right before the act of `place`."""
        index = min(i for i, said in enumerate(self.said) if said.act == place.act)
        self._insert(index, new, self.said[index].at - A_MOMENT)

    def _insert(self, index: int, new: tuple[Said, ...], when: datetime) -> None:
        act = 1 + max(said.act for said in self.said)
        for said in new:
            said.at, said.logged, said.act = when, when, act
        self.said[index:index] = new

    def move_after(self, place: Said, *moved: Said) -> None:
        """Says these later, as an act of their own."""
        self.remove(*moved)
        self.insert_after(place, *moved)

    def move_before(self, place: Said, *moved: Said) -> None:
        """Says these earlier, as an act of their own."""
        self.remove(*moved)
        self.insert_before(place, *moved)

    def index(self, said: Said) -> int:
        return self.said.index(said)


def outcomes_of(story: Story, case: str | None = None, **body: JsonInput) -> list[Said]:
    """The searches with their outcomes."""
    return story.of(*OUTCOMES, case=case, **body)


def answered(story: Story, case: str | None = None) -> list[Said]:
    """The searches whose source answered, and whose step is left out for nobody."""
    left_out = {s.body.get("step") for s in story.of(EventType.DEVIATION_APPROVED)}
    return [
        said
        for said in outcomes_of(story, case)
        if said.body["outcome"] in {"completed", "no_results"} and step_of(str(said.body["key"])) not in left_out
    ]


def acts(said: list[Said]) -> Iterator[list[Said]]:
    """What the desks append together."""
    batch: list[Said] = []
    for one in said:
        if batch and batch[-1].act != one.act:
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


Violation: TypeAlias = Callable[[Story], None]

"""An invented police department: its people, its clock, and what it says of them to the log."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from tests.audit.story import Body, Fact, Member, Said
from vetting.log.event import EventType
from vetting.roles import Role

NIGHT = 14 * 3600
_OTHER_STORES = frozenset(
    {
        EventType.ACCESS_REFUSED,
        EventType.AUDIT_PERFORMED,
        EventType.KEY_CREATED,
        EventType.LOG_EXPORTED,
        EventType.PERSON_ADDED,
        EventType.PERSON_CLEARED,
        EventType.PERSON_SIGN_IN_RESET,
    }
)
"""What is noted without opening the case files, so that a crash there delays nothing of it."""
_BOTH = frozenset({Role.INVESTIGATOR, Role.REVIEWER})


class Department:
    """Says things, at times that go forward. Everything it draws comes from its seed."""

    def __init__(self, seed: int, *, size: int = 0) -> None:
        self.dice = random.Random(f"department {seed}")  # noqa: S311
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(days=self.dice.randrange(200))
        self.said: list[Said] = []
        self.people: dict[str, Member] = {}
        self._acts = 0
        self._unsettled: list[Said] = []
        self.crashes = 0
        self.do("system", (EventType.KEY_CREATED, "1", {"key": "log"}))
        self.administrator = self._add("system", Role.ADMINISTRATOR)
        self._staff(size or self.dice.randint(2, 4))

    def _staff(self, size: int) -> None:
        """At least two who search or review beside each other, two who decide, and an auditor."""
        for _ in range(size):
            self.searcher(_BOTH if self.dice.random() < 0.5 else frozenset({Role.INVESTIGATOR}))
        for _ in range(self.dice.randint(1, 3)):
            self.searcher(frozenset({Role.REVIEWER}))
        for role in (Role.DECISION_MAKER, Role.DECISION_MAKER, Role.AUDITOR):
            self._add(self.administrator, role)
        if self.dice.random() < 0.2:
            reset = self.dice.choice(sorted(self.people))
            self.do(
                self.administrator,
                (EventType.PERSON_SIGN_IN_RESET, f"{reset}:{self.new_id()}", {"person": reset}),
            )

    def new_id(self, size: int = 8) -> str:
        return self.dice.randbytes(size).hex()

    def digest(self) -> str:
        """What stands for a commitment or a digest."""
        return self.new_id(32)

    def chance(self, probability: float) -> bool:
        return self.dice.random() < probability

    def wait(self, low: float, high: float) -> None:
        self.now += timedelta(seconds=self.dice.uniform(low, high))

    def go_on(self) -> None:
        """Until the next act: minutes mostly, sometimes a night, seldom some days."""
        self.wait(5, 600)
        if self.chance(0.03):
            self.wait(NIGHT, NIGHT + 7200)
        elif self.chance(0.006):
            self.wait(2 * 86_400, 4 * 86_400)

    def do(self, by: str, *facts: Fact, position: str | None = None, case: str | None = None) -> list[Said]:
        """One act: its entries, seen by the log a moment after they were committed."""
        self._acts += 1
        made = []
        for kind, key, body in facts:
            self.now += timedelta(microseconds=self.dice.randint(40, 400))
            made.append(
                Said(
                    kind=kind,
                    key=key,
                    at=self.now,
                    logged=self.now,
                    actor=by,
                    position=position,
                    case=case,
                    body=body,
                    act=self._acts,
                )
            )
        self.now += timedelta(microseconds=self.dice.randint(800, 9000))
        if facts[0][0] in _OTHER_STORES:
            self._log(made)
        elif self.chance(0.002) and facts[0][0] is not EventType.REPORT_OPENED:  # that is noted at once
            self._crash(made)
        else:
            self.settle()
            self._log(made)
        return made

    def _log(self, made: list[Said]) -> None:
        for said in made:
            said.logged = self.now
        self.said += made

    def _crash(self, made: list[Said]) -> None:
        """The machine stops between the record and the log: the next desk that is opened brings the log up to date."""
        self.settle()
        self._unsettled = made
        self.crashes += 1

    def settle(self) -> None:
        """Logs what a crash had kept from it."""
        self._log(self._unsettled)
        self._unsettled = []

    def _add(self, by: str, *roles: Role) -> str:
        member = Member(id=f"p.{len(self.people) + 101}", roles=frozenset(roles))
        self.people[member.id] = member
        body: Body = {"person": member.id, "roles": sorted(role.value for role in roles)}
        self.do(by, (EventType.PERSON_ADDED, member.id, body))
        self.wait(20, 200)
        return member.id

    def searcher(self, roles: frozenset[Role]) -> str:
        """Somebody more who is cleared for the sensitive position."""
        person = self._add(self.administrator, *roles)
        self.clear(person)
        return person

    def clear(self, person: str) -> None:
        """Records the clearance, or the training's renewal. Some trainings soon expire."""
        today = self.now.date()
        lasts = self.dice.choice((5, 20, 200, 400))
        self.people[person].trained_until = today + timedelta(days=lasts)
        body: Body = {
            "person": person,
            "vetted_on": (today - timedelta(days=self.dice.randint(0, 300))).isoformat(),
            "training_expires_on": (today + timedelta(days=lasts)).isoformat(),
            "confidentiality_signed_on": (today - timedelta(days=self.dice.randint(0, 300))).isoformat(),
        }
        self.do(self.administrator, (EventType.PERSON_CLEARED, f"{person}:{self.new_id()}", body))
        self.wait(20, 200)

    def ready(self, person: str) -> str:
        """The person, whose training is renewed where it ran out."""
        until = self.people[person].trained_until
        if until is not None and until <= self.now.date():
            self.clear(person)
        return person

    def holding(self, role: Role) -> list[str]:
        return [person for person, member in self.people.items() if role in member.roles]

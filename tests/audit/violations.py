"""The list of violations: what each does to a clean story, and which of the auditor's checks must say so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tests.audit.story import Said, Story, Violation
from vetting.log.event import EventType
from vetting.log.profile import JsonInput
from vetting.validation import State

T = TypeVar("T")

BASE: Mapping[str, object] = {
    "candidates": 3,
    "steps": 4,
    "found": 0.5,
    "straight": 0.7,
    "outages": 0.0,
    "shared_outages": 0,
    "unshared_failures": 0,
    "withdrawals": 0,
    "imports": 0.0,
    "refused_deviations": 0,
    "released": True,
    "old": False,
    "schema": 2,
}
"""The position that is done violence to, where a violation asks for no other: large enough to have what it needs."""


class Unfit(Exception):
    """The story does not hold what the violation needs; another seed will."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of violation."""

    name: str
    sentence: str
    check: int
    soft: bool
    """Whether the audit shows it as something to look at, because a department may have had its reasons."""
    elsewhere: bool
    """Whether what shows it is not the entry that was made or changed, but another that it makes wrong."""
    narrowed: Mapping[str, object]
    apply: Violation


KINDS: list[Kind] = []


def violation(
    check: int, *, soft: bool = False, elsewhere: bool = False, **narrowed: object
) -> Callable[[Violation], Violation]:
    """Enters a function in the list; its docstring says what somebody did."""

    def enter(apply: Violation) -> Violation:
        KINDS.append(
            Kind(
                name=apply.__name__.replace("_", " "),
                sentence=str(apply.__doc__),
                check=check,
                soft=soft,
                elsewhere=elsewhere,
                narrowed={**BASE, **narrowed},
                apply=apply,
            )
        )
        return apply

    return enter


def pick(story: Story, among: Sequence[T]) -> T:
    """One of them, the same for the same story. Raises `Unfit` where there is none."""
    if not among:
        raise Unfit
    return story.dice.choice(among)


def one(story: Story, *kinds: EventType, case: str | None = None, **body: JsonInput) -> Said:
    """One entry of these types. Raises `Unfit` where there is none."""
    return pick(story, story.of(*kinds, case=case, **body))


def released(story: Story) -> Said:
    """The entry that marks one finding as released."""
    return one(story, EventType.VALIDATION_RECORDED, state=State.RELEASED.value)


def latest(story: Story, before: Said, kind: EventType, **body: JsonInput) -> Said:
    """The last entry of the same finding and this type before that one. Raises `Unfit` where there is none."""
    same = story.of(kind, finding=before.body["finding"])
    fitting = [said for said in same if all(said.body.get(name) == value for name, value in body.items())]
    earlier = [said for said in fitting if story.index(said) < story.index(before)]
    if not earlier:
        raise Unfit
    return earlier[-1]


def whole_act(story: Story, said: Said) -> list[Said]:
    """Everything that was said in the same act."""
    return [other for other in story.said if other.act == said.act]

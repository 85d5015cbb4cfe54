"""Violations by clearances that are dated back: entered when the acts were done, and dated before them."""

from __future__ import annotations

from datetime import timedelta

from tests.audit.story import Said, Story, outcomes_of
from tests.audit.violations import Unfit, violation
from vetting.log.event import EventType

_ALMOST_A_DAY = timedelta(hours=20)


def _first_acts(story: Story, kind: EventType) -> tuple[Said, list[Said]]:
    """The only record of somebody's role or clearance, and the person's first acts, of less than a day."""
    records = story.of(kind)
    for record in records:
        person = record.body["person"]
        mine = [s for s in story.said if s.actor == person and s.position == story.position.id]
        soon = [s for s in mine if s.logged - mine[0].at < _ALMOST_A_DAY]
        searched = set(soon) & set(outcomes_of(story))
        if searched and sum(other.body["person"] == person for other in records) == 1:
            return record, soon
    raise Unfit


def _entered_late(story: Story, kind: EventType) -> None:
    record, soon = _first_acts(story, kind)
    story.move_after(soon[-1], record)
    record.at = soon[0].at - timedelta(minutes=30)


@violation(5)
def clearance_dated_back(story: Story) -> None:
    """Somebody works for hours, is cleared then, and the clearance is dated before it all."""
    _entered_late(story, EventType.PERSON_CLEARED)


@violation(5)
def role_dated_back(story: Story) -> None:
    """Somebody works for hours, is given the role then, and that is dated before it all."""
    _entered_late(story, EventType.PERSON_ADDED)


@violation(5, soft=True)
def clearance_that_a_crash_kept_back(story: Story) -> None:
    """A clearance is logged right after the first act that it clears, and nothing else in between."""
    record, soon = _first_acts(story, EventType.PERSON_CLEARED)
    story.move_after(soon[0], record)
    record.at = soon[0].at - timedelta(milliseconds=2)

"""Violations in what is left undone: findings that somebody would rather not see in a report."""

from __future__ import annotations

from tests.audit.story import Said, Story
from tests.audit.violations import latest, released, violation
from vetting.log.event import EventType

_OF_FINDINGS = (
    EventType.ATTRIBUTION_RECORDED,
    EventType.VALIDATION_RECORDED,
    EventType.CAPTURE_REPEATED,
    EventType.FILTER_MARKED,
    EventType.FILTER_APPLIED,
)


def _forget(story: Story, out: Said, since: Said | None) -> None:
    """Leaves unsaid what was said of the finding since then, but what the filter said when it was found."""
    of = story.of(*_OF_FINDINGS, finding=out.body["finding"])
    kept = [said for said in of if said.body.get("action") == "previewed"]
    story.remove(*(s for s in of if s not in kept and (since is None or story.index(s) > story.index(since))))


@violation(21)
def finding_that_nobody_reviewed(story: Story) -> None:
    """A report is released while one of the case's findings was never looked at."""
    _forget(story, released(story), None)


@violation(21)
def finding_reviewed_by_two_and_dropped(story: Story) -> None:
    """Two people confirm a finding, and then nothing more is heard of it."""
    out = released(story)
    _forget(story, out, latest(story, out, EventType.VALIDATION_RECORDED, state="second_reviewed"))


@violation(21)
def finding_that_passed_the_filter_and_is_in_no_report(story: Story) -> None:
    """A finding passes the filter, and is left out of the report."""
    story.remove(released(story))

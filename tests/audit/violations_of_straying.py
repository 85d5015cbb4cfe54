"""Violations by entries that an audit of the position should not find: they state another position, or none."""

from __future__ import annotations

from tests.audit.story import Said, Story
from tests.audit.violations import one, pick, violation
from vetting.log.event import EventType


def _extra(story: Story, position: str | None) -> Said:
    """A search that nobody planned, logged under that position."""
    search = one(story, EventType.SEARCH_EXECUTED, outcome="completed")
    more = search.copy(key=f"{search.case}:extra.1", position=position, body=search.body | {"key": "extra.1"})
    story.insert_after(search, more)
    return more


@violation(1)
def search_under_no_position(story: Story) -> None:
    """A candidate is searched for once more, and the entry states no position."""
    _extra(story, None)


@violation(1)
def search_under_another_position(story: Story) -> None:
    """A candidate is searched for once more, and the entry states another position."""
    _extra(story, "elsewhere")


@violation(9)
def extra_search_under_another_position(story: Story) -> None:
    """The same search is also one that the protocol does not ask for."""
    _extra(story, "elsewhere")


@violation(1)
def searched_elsewhere_before_enrolment(story: Story) -> None:
    """A candidate is searched for under another position before being enrolled in this one."""
    more = _extra(story, "elsewhere")
    story.move_before(one(story, EventType.CANDIDATE_ENROLLED, case=more.case), more)


@violation(7)
def report_read_under_no_position(story: Story) -> None:
    """An investigator reads a report, and the entry states no position."""
    read = one(story, EventType.REPORT_OPENED)
    read.actor, read.position = pick(story, story.position.investigators), None


@violation(1)
def finding_reviewed_under_another_position(story: Story) -> None:
    """Somebody says whose account it is, under another position."""
    said = one(story, EventType.ATTRIBUTION_RECORDED)
    said.position, said.case = "elsewhere", "C-FFFFFFFF"


@violation(1)
def deviation_decided_under_another_position(story: Story) -> None:
    """A deviation of this position is decided on in another."""
    enrolled = story.of(EventType.CANDIDATE_ENROLLED)[0]
    body = {"deviation": "D-FFFFFFFF", "reason": "terms_changed", "step": story.position.protocol.steps[0].id}
    asked = enrolled.copy(kind=EventType.DEVIATION_REQUESTED, key="D-FFFFFFFF", body=body, case=None)
    refused = asked.copy(kind=EventType.DEVIATION_REFUSED, position="elsewhere")
    story.insert_after(enrolled, asked)
    story.insert_after(asked, refused)

"""Violations in what people agree to: deviations of another thing, attestations of a conflict, deciders that change."""

from __future__ import annotations

from tests.audit.story import Body, Said, Story
from tests.audit.violations import one, pick, violation
from vetting.deviation import DeviationReason
from vetting.log.event import EventType


def deviated(story: Story, place: Said, case: str | None, asked: Body, agreed: Body) -> None:
    """Two people who decide nothing agree on a deviation, after what was said at `place`."""
    asks = story.position.investigators[0]
    agrees = next(person for person in story.position.reviewers if person != asks)
    id_ = {"deviation": "D-FFFFFFFF"}
    request = place.copy(kind=EventType.DEVIATION_REQUESTED, key="D-FFFFFFFF", body=id_ | asked, actor=asks, case=case)
    decision = request.copy(kind=EventType.DEVIATION_APPROVED, body=id_ | agreed, actor=agrees)
    story.insert_after(place, request)
    story.insert_after(request, decision)


def _step(story: Story, number: int = 0) -> str:
    return story.position.protocol.steps[number].id


@violation(15)
def case_left_out_for_another_reason(story: Story) -> None:
    """Two people agree on leaving out one candidate's searches, for a reason that is no withdrawal."""
    missed = one(story, EventType.SEARCH_EXECUTED, outcome="no_results")
    body: Body = {"reason": DeviationReason.COUNSEL_INSTRUCTION.value}
    deviated(story, story.of(EventType.SEARCH_EXECUTED, case=missed.case)[-1], missed.case, body, body)
    story.remove(missed)


@violation(15)
def withdrawal_from_one_step(story: Story) -> None:
    """A candidate is said to have withdrawn from one step alone."""
    report = one(story, EventType.REPORT_RELEASED)
    body: Body = {"reason": DeviationReason.CANDIDATE_WITHDREW.value, "step": _step(story)}
    deviated(story, story.of(EventType.REPORT_RELEASED)[-1], report.case, body, body)


@violation(15)
def withdrawal_of_nobody(story: Story) -> None:
    """Somebody withdrew, and it is said of no case."""
    body: Body = {"reason": DeviationReason.CANDIDATE_WITHDREW.value}
    deviated(story, story.of(EventType.REPORT_RELEASED)[-1], None, body, body)


@violation(15)
def step_left_out_for_one_case(story: Story) -> None:
    """Two people agree on leaving a step out for one candidate only."""
    report = one(story, EventType.REPORT_RELEASED)
    body: Body = {"reason": DeviationReason.SOURCE_OUTAGE.value, "step": _step(story)}
    deviated(story, story.of(EventType.REPORT_RELEASED)[-1], report.case, body, body)


@violation(15)
def approved_another_step_than_was_asked_for(story: Story) -> None:
    """One asks to leave one step out, and the other agrees to leave out another."""
    reason: Body = {"reason": DeviationReason.COUNSEL_INSTRUCTION.value}
    enrolled = story.of(EventType.CANDIDATE_ENROLLED)[0]
    deviated(story, enrolled, None, reason | {"step": _step(story)}, reason | {"step": _step(story, 1)})


@violation(15)
def approved_for_another_reason_than_was_asked_for(story: Story) -> None:
    """The approval gives another reason than the request did."""
    asked, agreed = DeviationReason.SOURCE_OUTAGE.value, DeviationReason.COUNSEL_INSTRUCTION.value
    step: Body = {"step": _step(story)}
    enrolled = story.of(EventType.CANDIDATE_ENROLLED)[0]
    deviated(story, enrolled, None, step | {"reason": asked}, step | {"reason": agreed})


@violation(5, elsewhere=True)
def attested_to_a_conflict(story: Story) -> None:
    """Somebody searches who said to have a conflict of interest."""
    searchers = {said.actor for said in story.of(EventType.SEARCH_EXECUTED)}
    attested = [said for said in story.of(EventType.ATTESTATION_RECORDED) if said.actor in searchers]
    pick(story, attested).body["no_conflict"] = False

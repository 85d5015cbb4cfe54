"""Violations in who acts: clearance, duties that belong apart, and deviations that nobody agreed to."""

from __future__ import annotations

from datetime import timedelta

from tests.audit.story import Body, Said, Story, answered, outcomes_of
from tests.audit.violations import Unfit, one, pick, released, violation
from tests.audit.violations_of_searching import fruitless, without_captures
from vetting.log.event import EventType
from vetting.protocol import FailurePolicy
from vetting.roles import Role
from vetting.search import step_of


def searcher(story: Story) -> str:
    """Whoever made one of the searches."""
    return pick(story, outcomes_of(story)).actor


def _cleared(story: Story, person: str) -> list[Said]:
    return story.of(EventType.PERSON_CLEARED, person=person)


def _decider(story: Story) -> str:
    return pick(story, story.position.deciders)


# ------------------------------------------------------------------------------------------ clearance


@violation(8, soft=True)
def decision_maker_tries_the_case_files(story: Story) -> None:
    """Somebody who decides on the position tries to open the case files, and names no position."""
    place = pick(story, outcomes_of(story))
    body: Body = {"code": "role_refused", "act": "open_case_files"}
    kind, who = EventType.ACCESS_REFUSED, _decider(story)
    story.insert_after(place, place.copy(kind=kind, key="0f" * 8, body=body, actor=who, position=None, case=None))


@violation(5, elsewhere=True)
def training_expired(story: Story) -> None:
    """Somebody searches whose training has run out."""
    search = pick(story, outcomes_of(story))
    for cleared in _cleared(story, search.actor):
        cleared.body["training_expires_on"] = search.at.date().isoformat()


@violation(5)
def not_cleared(story: Story) -> None:
    """Somebody searches who was never vetted."""
    story.remove(*_cleared(story, searcher(story)))


@violation(5, elsewhere=True)
def cleared_afterwards(story: Story) -> None:
    """The clearance is entered when the searches are done."""
    search = outcomes_of(story)[-1]
    cleared = _cleared(story, search.actor)
    story.move_after(search, *cleared)


@violation(5, elsewhere=True)
def bound_to_confidentiality_afterwards(story: Story) -> None:
    """Somebody signs the confidentiality agreement after having searched."""
    search = pick(story, outcomes_of(story))
    for cleared in _cleared(story, search.actor):
        cleared.body["confidentiality_signed_on"] = (search.at + timedelta(days=1)).date().isoformat()


@violation(5)
def conflict_not_attested(story: Story) -> None:
    """Somebody searches without having attested to having no conflict of interest."""
    key = f"{story.position.id}:{searcher(story)}"
    story.remove(*(said for said in story.of(EventType.ATTESTATION_RECORDED) if said.key == key))


@violation(5, elsewhere=True)
def attested_afterwards(story: Story) -> None:
    """The attestation comes when the searches are done."""
    search = outcomes_of(story)[-1]
    key = f"{story.position.id}:{search.actor}"
    story.move_after(search, *(said for said in story.of(EventType.ATTESTATION_RECORDED) if said.key == key))


@violation(5, elsewhere=True)
def search_by_a_reviewer(story: Story) -> None:
    """Somebody searches who holds another role."""
    person = searcher(story)
    one(story, EventType.PERSON_ADDED, person=person).body["roles"] = [Role.REVIEWER.value]


@violation(5)
def search_by_nobody_known(story: Story) -> None:
    """Somebody searches whom no administrator ever added."""
    pick(story, outcomes_of(story)).actor = "p.999"


@violation(5)
def reviewer_not_cleared(story: Story) -> None:
    """Somebody reviews a finding who was never vetted."""
    story.remove(*_cleared(story, one(story, EventType.VALIDATION_RECORDED, state="second_reviewed").actor))


# --------------------------------------------------------------------------------------- duties apart


@violation(6)
def searcher_decides(story: Story) -> None:
    """Whoever searches also decides on the position."""
    opened = one(story, EventType.POSITION_OPENED)
    opened.body["deciders"] = sorted({*story.position.deciders, searcher(story)})


@violation(6)
def decision_maker_reviews(story: Story) -> None:
    """A decision maker looks at a finding and validates it."""
    one(story, EventType.VALIDATION_RECORDED, state="context_checked").actor = _decider(story)


@violation(6)
def decision_maker_attributes(story: Story) -> None:
    """A decision maker says that an account is the candidate's."""
    one(story, EventType.ATTRIBUTION_RECORDED).actor = _decider(story)


@violation(6)
def decision_maker_marks(story: Story) -> None:
    """A decision maker restores words that the filter withheld."""
    one(story, EventType.FILTER_MARKED).actor = _decider(story)


@violation(6)
def decision_maker_releases(story: Story) -> None:
    """A decision maker releases the report that they then read."""
    one(story, EventType.REPORT_RELEASED).actor = _decider(story)


@violation(6)
def auditor_searches(story: Story) -> None:
    """Whoever audits the position also searched in it."""
    auditor = next(p for p, member in story.people.items() if Role.AUDITOR in member.roles)
    last = story.said[-1]
    body = {"kind": "uniformity", "positions": [story.position.id], "size": len(story.said), "result": "conforming"}
    pick(story, outcomes_of(story)).actor = auditor
    audited = last.copy(kind=EventType.AUDIT_PERFORMED, key=f"{auditor}:1", body=body, actor=auditor)
    audited.position = audited.case = None
    story.insert_after(last, audited)


@violation(6)
def decision_maker_takes_the_captures(story: Story) -> None:
    """A decision maker has the captures of a case written to a file."""
    search, decider = pick(story, answered(story)), _decider(story)
    body = {"export": "E-1", "file": "cd" * 32, "captures": 3, "by": decider}
    key = f"{search.case}:E-1"
    taken = search.copy(kind=EventType.EVIDENCE_EXPORTED, key=key, body=body, actor=decider)
    story.insert_after(search, taken)


@violation(7)
def report_opened_by_somebody_else(story: Story) -> None:
    """Somebody opens a report who does not decide on the position."""
    one(story, EventType.REPORT_OPENED).actor = pick(story, story.position.investigators)


@violation(7)
def report_opened_before_its_release(story: Story) -> None:
    """A decision maker opens a report before it is released."""
    read = one(story, EventType.REPORT_OPENED)
    story.move_before(one(story, EventType.REPORT_RELEASED, case=read.case), read)


@violation(7)
def report_opened_that_there_is_none_of(story: Story) -> None:
    """A decision maker opens a report that was never released."""
    read = one(story, EventType.REPORT_OPENED)
    story.remove(*story.of(EventType.REPORT_RELEASED, case=read.case))


# ------------------------------------------------------------------------------------------ deviations


def _left_out(story: Story) -> Said:
    """An approval that leaves a step out for everybody, after somebody asked for it."""
    asked = {said.body["deviation"] for said in story.of(EventType.DEVIATION_REQUESTED)}
    return pick(story, [s for s in story.of(EventType.DEVIATION_APPROVED) if s.body["deviation"] in asked])


def _asked(story: Story, approval: Said) -> Said:
    return one(story, EventType.DEVIATION_REQUESTED, deviation=approval.body["deviation"])


@violation(15)
def step_left_out_without_a_word(story: Story) -> None:
    """A step is recorded as left out for everybody, and nobody asked or approved."""
    step = step_of(str(pick(story, fruitless(story)).body["key"]))
    for search in answered(story):
        if step_of(str(search.body["key"])) == step:
            search.body |= {"outcome": "excluded", "reason": "left_out_for_everyone", "attempts": 0}
            without_captures(story, search)


@violation(15)
def step_left_out_for_one_only(story: Story) -> None:
    """A step is left out for one candidate and made for the others."""
    search = pick(story, fruitless(story))
    search.body |= {"outcome": "excluded", "reason": "left_out_for_everyone", "attempts": 0}
    without_captures(story, search)


@violation(13, unshared_failures=1, steps=5)
def deviation_never_decided(story: Story) -> None:
    """A step that failed for one only is left out because somebody asked for it, and nobody approved."""
    story.remove(_left_out(story))


@violation(15, unshared_failures=1, steps=5)
def deviation_approved_by_whoever_asked(story: Story) -> None:
    """Whoever asked for a deviation approves it."""
    approval = _left_out(story)
    approval.actor = _asked(story, approval).actor


@violation(15, unshared_failures=1, steps=5)
def deviation_approved_by_a_decision_maker(story: Story) -> None:
    """A decision maker of the position approves a deviation."""
    _left_out(story).actor = _decider(story)


@violation(6, unshared_failures=1, steps=5)
def decision_maker_asks_for_a_deviation(story: Story) -> None:
    """A decision maker of the position asks for a deviation."""
    _asked(story, _left_out(story)).actor = _decider(story)


@violation(15, unshared_failures=1, steps=5)
def deviation_nobody_asked_for(story: Story) -> None:
    """A deviation is approved that nobody had asked for."""
    approval = _left_out(story)
    story.remove(_asked(story, approval))


@violation(15, unshared_failures=1, steps=5)
def deviation_for_a_reason_of_ones_own(story: Story) -> None:
    """A deviation is approved for a reason that is not on the list."""
    approval = _left_out(story)
    for said in (approval, _asked(story, approval)):
        said.body["reason"] = "bad_feeling"


@violation(15)
def failure_policy_that_the_protocol_lacks(story: Story) -> None:
    """A step is left out by a failure policy that the protocol does not have for it."""
    rerun = [s.id for s in story.position.protocol.steps if s.failure_policy is FailurePolicy.RERUN]
    search = pick(story, outcomes_of(story))
    body = {"deviation": "D-00000001", "reason": "failure_policy", "step": pick(story, rerun)}
    kind = EventType.DEVIATION_APPROVED
    story.insert_after(search, search.copy(kind=kind, key="D-00000001", body=body, case=None))


@violation(15, withdrawals=1)
def searched_after_the_candidate_withdrew(story: Story) -> None:
    """Somebody goes on searching for a candidate who withdrew."""
    gone = one(story, EventType.DEVIATION_APPROVED, reason="candidate_withdrew")
    done = outcomes_of(story, gone.case)
    if not done:
        raise Unfit
    story.move_after(gone, *[said for said in story.said if said.act == done[-1].act])


@violation(15, withdrawals=1)
def withdrawn_by_one_person_alone(story: Story) -> None:
    """Somebody ends a case because the candidate withdrew, and nobody else agrees to it."""
    gone = one(story, EventType.DEVIATION_APPROVED, reason="candidate_withdrew")
    gone.actor = _asked(story, gone).actor


@violation(23, elsewhere=True)
def reported_from_a_step_that_is_left_out(story: Story) -> None:
    """A step is left out for everybody, and one report holds what it found."""
    out = released(story)
    found = one(story, EventType.FINDING_RECORDED, finding=out.body["finding"])
    step = step_of(str(found.body["key"]))
    if not step:
        raise Unfit
    first, second = story.position.investigators[0], story.position.investigators[1]
    body = {"deviation": "D-00000002", "reason": "source_defect", "step": step}
    place = outcomes_of(story)[-1]
    asks = place.copy(kind=EventType.DEVIATION_REQUESTED, key="D-00000002", body=dict(body), actor=first, case=None)
    agrees = place.copy(kind=EventType.DEVIATION_APPROVED, key="D-00000002", body=dict(body), actor=second, case=None)
    story.insert_after(place, asks, agrees)

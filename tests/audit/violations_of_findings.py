"""Violations in what becomes of a finding: whose it is, whether it is so, and what the filter says."""

from __future__ import annotations

from tests.audit.story import Said, Story
from tests.audit.violations import Unfit, latest, one, pick, released, violation
from tests.audit.violations_of_searching import OTHER
from vetting.log.event import EventType
from vetting.validation import State

ATTRIBUTED, VALIDATED, FILTERED = (
    EventType.ATTRIBUTION_RECORDED,
    EventType.VALIDATION_RECORDED,
    EventType.FILTER_APPLIED,
)


def _smuggled(story: Story, settled: Said) -> None:
    """A finding that is settled is filtered and released with its report all the same."""
    report = one(story, EventType.REPORT_RELEASED, case=settled.case)
    finding = settled.body["finding"]
    body = {"finding": finding, "element": "none", "severity": 0, "quote": False}
    passes = one(story, EventType.FINDING_RECORDED, finding=finding).copy(kind=FILTERED, key=f"{finding}.9", body={})
    preview = one(story, FILTERED, finding=finding, action="previewed")
    name = {"action": "passed", "reason": "passed", "record": f"FR-{str(finding)[2:]}"}
    passes.body = {"finding": finding, "filter": preview.body["filter"], **name}
    steps = [settled.copy(key=f"{finding}:{97 + n}", body=body | {"state": s}) for n, s in enumerate(("filtered",))]
    for said in (passes, *steps):
        said.actor = report.actor
    story.insert_before(report, passes, *steps)
    out = settled.copy(key=f"{finding}:99", body=body | {"state": "released"}, actor=report.actor)
    story.insert_after(report, out)


def _settled(story: Story, *states: State) -> Said:
    """A finding that was settled in one of these states, of a case that has a report."""
    cases = {said.case for said in story.of(EventType.REPORT_RELEASED)}
    words = {state.value for state in states}
    among = [s for s in story.of(VALIDATED) if s.body["state"] in words and s.case in cases]
    return pick(story, among)


# ---------------------------------------------------------------------------------------- whose it is


@violation(19)
def released_at_a2(story: Story) -> None:
    """A finding is released whose account is the candidate's by name and one weak fact."""
    latest(story, released(story), ATTRIBUTED).body |= {"level": "A2", "links": ["same_name", "same_town"]}


@violation(19)
def released_by_name_only(story: Story) -> None:
    """A finding is released that stands on the name alone, and is called certain."""
    latest(story, released(story), ATTRIBUTED).body |= {"level": "A4", "links": ["same_name"]}


@violation(19)
def released_and_attributed_by_nobody(story: Story) -> None:
    """A finding is released of which nobody said whose it is."""
    story.remove(*story.of(ATTRIBUTED, finding=released(story).body["finding"]))


@violation(19)
def released_although_somebody_elses(story: Story) -> None:
    """A finding is released whose account was found to be another person's."""
    latest(story, released(story), ATTRIBUTED).body |= {"level": "AX", "links": ["different_town"]}


@violation(19)
def level_without_evidence(story: Story) -> None:
    """A finding is called the candidate's at A3 on two weak facts."""
    links = ["same_town", "distinctive_detail"]
    latest(story, released(story), ATTRIBUTED).body |= {"level": "A3", "links": links}


@violation(19)
def level_that_there_is_none_of(story: Story) -> None:
    """A finding is attributed at a level that is not on the list."""
    latest(story, released(story), ATTRIBUTED).body["level"] = "A5"


@violation(19, elsewhere=True)
def attributed_after_the_release(story: Story) -> None:
    """Whose it is, is said when the report is out."""
    out = released(story)
    story.move_after(out, *story.of(ATTRIBUTED, finding=out.body["finding"]))


# ------------------------------------------------------------------------------------- whether it is so


@violation(20)
def reviewed_by_one_person_alone(story: Story) -> None:
    """The second review is made by whoever made the first."""
    out = released(story)
    again = latest(story, out, VALIDATED, state="second_reviewed")
    again.actor = latest(story, again, VALIDATED, state="corroborated").actor


@violation(20, elsewhere=True)
def second_review_by_whoever_attributed(story: Story) -> None:
    """The second review is made by whoever said whose account it is."""
    out = released(story)
    again = latest(story, out, VALIDATED, state="second_reviewed")
    latest(story, again, ATTRIBUTED).actor = again.actor


@violation(20, elsewhere=True)
def second_review_by_whoever_marked(story: Story) -> None:
    """The second review agrees to marks of its own."""
    marked = pick(story, [s for s in story.of(EventType.FILTER_MARKED) if _is_out(story, s)])
    again = one(story, VALIDATED, finding=marked.body["finding"], state="second_reviewed")
    marked.actor = again.actor


@violation(20)
def marks_that_nobody_agreed_to(story: Story) -> None:
    """The second review did not see the marks that change the report."""
    marked = pick(story, [s for s in story.of(EventType.FILTER_MARKED) if _is_out(story, s)])
    for said in story.of(VALIDATED, finding=marked.body["finding"], state="second_reviewed"):
        said.body.pop("marks", None)


@violation(20)
def corroborated_by_nothing(story: Story) -> None:
    """A finding is released that no other element supports."""
    finding = released(story).body["finding"]
    for said in story.of(VALIDATED, finding=finding, state="corroborated"):
        said.body["element"] = "none"


@violation(20)
def attributed_anew_after_the_second_review(story: Story) -> None:
    """Whose it is, is changed behind the back of the second reviewer."""
    out = released(story)
    again = latest(story, out, VALIDATED, state="second_reviewed")
    said = latest(story, out, ATTRIBUTED)
    body = said.body | {"level": "A4", "links": ["candidate_confirmed"]}
    story.insert_after(again, said.copy(key=f"{said.body['finding']}:behind", body=body))


@violation(21)
def second_review_left_out(story: Story) -> None:
    """A finding passes the filter without a second review."""
    story.remove(*story.of(VALIDATED, finding=released(story).body["finding"], state="second_reviewed"))


@violation(21)
def context_left_out(story: Story) -> None:
    """A finding is corroborated whose context nobody looked at."""
    story.remove(*story.of(VALIDATED, finding=released(story).body["finding"], state="context_checked"))


@violation(21)
def settled_and_taken_up_again(story: Story) -> None:
    """A finding that was settled is taken up again."""
    settled = _settled(story, State.REFUTED, State.UNVERIFIABLE, State.NOT_RELEVANT, State.EXPIRED)
    body = settled.body | {"state": "corroborated", "element": "archived_copy", "severity": 2}
    story.insert_after(settled, settled.copy(key=f"{settled.body['finding']}:97", body=body))


@violation(21)
def state_that_there_is_none_of(story: Story) -> None:
    """A finding is brought into a state that is not on the list."""
    one(story, VALIDATED, state="context_checked").body["state"] = "looks_fine"


@violation(23)
def refuted_finding_released(story: Story) -> None:
    """A finding is released that was refuted."""
    _smuggled(story, _settled(story, State.REFUTED, State.UNVERIFIABLE))


@violation(23)
def withheld_finding_released(story: Story) -> None:
    """A finding is released that a reviewer or the filter withheld."""
    _smuggled(story, _settled(story, State.WITHHELD, State.HELD))


@violation(23)
def routed_finding_released(story: Story) -> None:
    """A finding of criminal history is released that belongs to the official channel."""
    _smuggled(story, _settled(story, State.ROUTED))


@violation(23)
def old_finding_released(story: Story) -> None:
    """A finding is released that was found too old."""
    _smuggled(story, _settled(story, State.EXPIRED, State.NOT_RELEVANT))


@violation(24)
def undated_finding_released(story: Story) -> None:
    """A finding is released that is undated or older than the look-back."""
    finding = released(story).body["finding"]
    for said in story.of(VALIDATED, finding=finding, state="context_checked"):
        said.body["in_lookback"] = False


# ------------------------------------------------------------------------------------ what the filter says


@violation(25)
def released_past_the_filter(story: Story) -> None:
    """A finding is released that the filter did not look at."""
    story.remove(*story.of(FILTERED, finding=released(story).body["finding"], action="passed"))


@violation(25)
def released_by_another_filter(story: Story) -> None:
    """A finding is released that another version of the filter let through."""
    latest(story, released(story), FILTERED, action="passed").body["filter"] = OTHER


@violation(25)
def released_although_the_filter_withheld_it(story: Story) -> None:
    """The filter withholds a finding, and it is released."""
    latest(story, released(story), FILTERED, action="passed").body |= {"action": "withheld", "reason": "verification"}


@violation(25, elsewhere=True)
def filtered_after_the_release(story: Story) -> None:
    """The filter looks at a finding when the report is out."""
    out = released(story)
    story.move_after(out, latest(story, out, FILTERED, action="passed"))


@violation(28)
def withheld_for_a_reason_of_ones_own(story: Story) -> None:
    """Something is withheld for a reason that is not on the list."""
    one(story, EventType.FILTER_MARKED, act="withhold").body["reason"] = "awkward"


@violation(28)
def restored_although_relevant_anyway(story: Story) -> None:
    """Words are restored for a reason that the policy does not know."""
    one(story, EventType.FILTER_MARKED, act="restore").body["reason"] = "relevant_anyway"


@violation(28, elsewhere=True, soft=True, candidates=12, steps=12, found=0.9, straight=1.0)
def restores_far_more_than_others(story: Story) -> None:
    """One reviewer undoes most of what the filter withholds."""
    seen: dict[str, set[str]] = {}
    for said in story.of(VALIDATED):
        seen.setdefault(said.actor, set()).add(str(said.body["finding"]))
    out = [s for s in story.of(VALIDATED, state="corroborated") if _is_out(story, s)]
    person = max(seen, key=lambda who: len({str(s.body["finding"]) for s in out if s.actor == who}))
    mine = [said for said in out if said.actor == person]
    if len(seen[person]) < 20 or len({str(s.body["finding"]) for s in mine}) < 0.5 * len(seen[person]):
        raise Unfit
    for said in {str(said.body["finding"]): said for said in mine}.values():
        finding = said.body["finding"]
        body = {"finding": finding, "mark": 50, "act": "restore", "reason": "no_person", "spans": 4}
        story.insert_before(said, said.copy(kind=EventType.FILTER_MARKED, key=f"{finding}:50", body=body))


def _is_out(story: Story, said: Said) -> bool:
    return bool(story.of(VALIDATED, finding=said.body["finding"], state="released"))

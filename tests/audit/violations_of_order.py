"""Violations in who is searched for, when, under which protocol, and in which order things happen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.audit.story import Story, answered, outcomes_of
from tests.audit.violations import Unfit, latest, one, pick, released, violation, whole_act
from tests.audit.violations_of_searching import OTHER, fruitless, refreeze
from vetting.log.event import EventType

# ---------------------------------------------------------------------------------------- who


@violation(1)
def searched_and_never_enrolled(story: Story) -> None:
    """Somebody is searched for who is no candidate."""
    story.remove(one(story, EventType.CANDIDATE_ENROLLED))


@violation(1)
def enrolled_twice(story: Story) -> None:
    """A case is run under two plans."""
    enrolled = one(story, EventType.CANDIDATE_ENROLLED)
    again = enrolled.copy(key=f"{enrolled.key}:2", body=enrolled.body | {"plan": OTHER})
    story.insert_after(enrolled, again)


@violation(1, together=True)
def enrolled_after_reports_were_read(story: Story) -> None:
    """A candidate is enrolled and searched for when the decision maker has read another's report."""
    read = one(story, EventType.REPORT_OPENED)
    case = pick(story, [c for c in story.position.disclosed if c != read.case])
    late = [said for said in story.said if said.case == case and story.index(said) < story.index(read)]
    story.move_after(read, *late)


@violation(1, soft=True)
def enrolled_after_a_report_was_read(story: Story) -> None:
    """The same, where the protocol lets reports be read one by one."""
    enrolled_after_reports_were_read(story)


@violation(1, soft=True, found=0.0)
def report_of_one_only(story: Story) -> None:
    """One candidate's report is released and read, and the others' never."""
    kept = one(story, EventType.REPORT_RELEASED).case
    others = [said for said in story.of(EventType.REPORT_RELEASED, EventType.REPORT_OPENED) if said.case != kept]
    story.remove(*others)


# --------------------------------------------------------------------------------------- when


@violation(2)
def no_authorization(story: Story) -> None:
    """A candidate is searched for who has signed nothing."""
    case = pick(story, list(story.position.disclosed))
    story.remove(*story.of(EventType.AUTHORIZATION_RECORDED, case=case))


@violation(2, elsewhere=True)
def authorized_afterwards(story: Story) -> None:
    """The authorization comes when the searches are done."""
    case = pick(story, list(story.position.disclosed))
    signed = story.of(EventType.AUTHORIZATION_RECORDED, case=case)
    story.move_after(outcomes_of(story, case)[-1], *signed)


@violation(2, elsewhere=True)
def authorization_expired(story: Story) -> None:
    """A candidate is searched for under an authorization that ran out before."""
    search = pick(story, answered(story))
    for signed in story.of(EventType.AUTHORIZATION_RECORDED, case=search.case):
        signed.body |= {"signed_on": "2025-01-02", "expires_on": "2025-12-31"}


@violation(2, elsewhere=True)
def authorization_of_a_day_to_come(story: Story) -> None:
    """The form is dated after the searches that it is to allow."""
    search = pick(story, answered(story))
    for signed in story.of(EventType.AUTHORIZATION_RECORDED, case=search.case):
        signed.body["signed_on"] = (outcomes_of(story, search.case)[-1].at + timedelta(days=2)).date().isoformat()


@violation(2)
def searched_after_the_report(story: Story) -> None:
    """A report is released while one of its searches is still to be made."""
    report = one(story, EventType.REPORT_RELEASED)
    search = pick(story, [s for s in fruitless(story) if s.case == report.case])
    story.move_after(report, *whole_act(story, search))


@violation(2)
def imported_after_the_report(story: Story) -> None:
    """Something is added to a case whose report is released."""
    report = one(story, EventType.REPORT_RELEASED)
    body = {"file": OTHER, "kind": "pdf", "from": "investigator", "technique": "investigator_import"}
    counts = {"captures": 0, "texts": 1, "partly": False, "by": report.actor}
    late = report.copy(kind=EventType.EVIDENCE_IMPORTED, key=f"{report.case}:{OTHER}", body=body | counts)
    story.insert_after(report, late)


@violation(2)
def searched_before_it_was_planned(story: Story) -> None:
    """A search is made first and planned later."""
    search = pick(story, fruitless(story))
    planned = one(story, EventType.SEARCH_PLANNED, case=search.case, key=search.body["key"])
    story.move_after(search, planned)


@violation(2)
def validated_after_the_report(story: Story) -> None:
    """The second review of a finding is made when its report is out."""
    out = released(story)
    report = one(story, EventType.REPORT_RELEASED, case=out.case)
    story.move_after(report, latest(story, out, EventType.VALIDATION_RECORDED, state="second_reviewed"))


@violation(2)
def second_report(story: Story) -> None:
    """A second report of a case is released beside the first."""
    report = one(story, EventType.REPORT_RELEASED)
    body = report.body | {"report": f"{report.key}-2", "pdf": OTHER}
    story.insert_after(report, report.copy(key=f"{report.key}-2", body=body))


@violation(2, withdrawals=1)
def report_of_a_candidate_who_withdrew(story: Story) -> None:
    """A report of a candidate is released who withdrew."""
    gone = one(story, EventType.DEVIATION_APPROVED, reason="candidate_withdrew")
    report = one(story, EventType.REPORT_RELEASED)
    number = f"R-{str(gone.case)[2:]}-1"
    story.insert_after(report, report.copy(key=number, case=gone.case, body=report.body | {"report": number}))


@violation(7, together=True)
def report_opened_before_the_last_one_is_released(story: Story) -> None:
    """A decision maker reads one report before every candidate has one, though the protocol shows them together."""
    first, *others = story.of(EventType.REPORT_RELEASED)
    if not others:
        raise Unfit
    read = pick(story, story.of(EventType.REPORT_OPENED, case=first.case))
    story.move_after(first, read)


@violation(16)
def backdated(story: Story) -> None:
    """An act is entered weeks later and dated back."""
    said = pick(story, outcomes_of(story))
    said.at -= timedelta(days=21)


@violation(16)
def dated_ahead(story: Story) -> None:
    """An act is dated on a day to come."""
    pick(story, outcomes_of(story)).at += timedelta(days=3)


@violation(16, soft=True)
def wrong_clock(story: Story) -> None:
    """Two servers state a time an hour from ours, so no time here can be relied upon."""
    search = pick(story, answered(story))
    body = {"key": search.body["key"], "hosts": 2, "seconds": 3600}
    story.insert_after(search, search.copy(kind=EventType.CLOCK_SKEW, body=body))


@violation(16)
def report_of_a_log_to_come(story: Story) -> None:
    """A report states a larger log than there was when it was released."""
    one(story, EventType.REPORT_RELEASED).body["log_size"] = 10 * len(story.said)


# ------------------------------------------------------------------------------ under which protocol


@violation(3)
def other_protocol_for_one(story: Story) -> None:
    """One candidate is searched for by another protocol."""
    case = pick(story, list(story.position.disclosed))
    kinds = {EventType.CANDIDATE_ENROLLED, EventType.SEARCH_PLANNED} | {s.kind for s in outcomes_of(story)}
    for said in story.of(*kinds, case=case):
        said.body["protocol"] = OTHER


@violation(3)
def other_protocol_for_one_search(story: Story) -> None:
    """One search is made by another protocol."""
    pick(story, answered(story)).body["protocol"] = OTHER


@violation(3, elsewhere=True)
def frozen_afterwards(story: Story) -> None:
    """The protocol is frozen when the first candidate's searches are done."""
    frozen = story.of(EventType.PROTOCOL_FROZEN, EventType.POSITION_OPENED)
    story.move_after(outcomes_of(story)[2], *frozen)


@violation(3)
def not_in_force_yet(story: Story) -> None:
    """The protocol comes into force after the searches."""
    after = (story.said[-1].at + timedelta(days=30)).date()
    refreeze(story, replace(story.position.protocol, in_force_from=after))


@violation(3)
def approved_afterwards(story: Story) -> None:
    """The protocol is approved after the searches."""
    after = (story.said[-1].at + timedelta(days=30)).date()
    refreeze(story, replace(story.position.protocol, approved_on=after))


@violation(3)
def approved_by_nobody(story: Story) -> None:
    """The protocol is a draft."""
    refreeze(story, replace(story.position.protocol, approved_by=""))


@violation(3)
def document_of_another_digest(story: Story) -> None:
    """The protocol in the log is not the one whose digest everything names."""
    document = replace(story.position.protocol, version=99).document()
    one(story, EventType.PROTOCOL_FROZEN).body["document"] = document


@violation(3)
def protocol_changed_in_the_middle(story: Story) -> None:
    """A new protocol is frozen for the position when some of its searches are done."""
    frozen = one(story, EventType.PROTOCOL_FROZEN)
    newer = replace(story.position.protocol, version=story.position.protocol.version + 1)
    searches = outcomes_of(story)
    middle = searches[len(searches) // 2]
    body = {"digest": newer.digest(), "document": newer.document()}
    story.insert_before(middle, frozen.copy(key=f"{frozen.key}:2", body=body))


@violation(4)
def filter_changed_in_the_middle(story: Story) -> None:
    """Findings are looked at with another version of the filter than was frozen."""
    for said in story.of(EventType.FILTER_APPLIED, action="previewed")[-1:]:
        said.body["filter"] = OTHER
        return
    raise Unfit


# ------------------------------------------------------------------------------------ of evidence


@violation(17)
def finding_without_capture(story: Story) -> None:
    """A finding stands on nothing that was captured."""
    found = one(story, EventType.FINDING_RECORDED, finding=released(story).body["finding"])
    story.remove(*story.of(EventType.CAPTURE_SEALED, capture=found.body["capture"]))


@violation(17)
def capture_of_another_case(story: Story) -> None:
    """A finding stands on what was captured of another candidate."""
    found = one(story, EventType.FINDING_RECORDED)
    others = [said for said in story.of(EventType.CAPTURE_SEALED) if said.case != found.case]
    found.body["capture"] = pick(story, others).body["capture"]


@violation(17)
def captures_that_are_gone(story: Story) -> None:
    """A search says that it captured more than was sealed."""
    pick(story, fruitless(story)).body["captures"] = 7


@violation(18)
def not_asked_again_before_the_release(story: Story) -> None:
    """A finding is reported although nobody looked whether it is still there."""
    story.remove(*story.of(EventType.CAPTURE_REPEATED, finding=released(story).body["finding"]))


@violation(18, elsewhere=True)
def asked_again_after_the_release(story: Story) -> None:
    """Whether it is still there is looked at when the report is out."""
    out = released(story)
    story.move_after(out, latest(story, out, EventType.CAPTURE_REPEATED))
